"""How a learner's judgements compare with what they found and with what others say, line by line of the same work.

Comparisons, never a diagnosis: each one names its work and its line.

- *With numbers*: the share of the computed answers of the line's questions that were found. Numbers are only part of
  what a criterion asks: a judgement is above, or below, when it is half the scale or more away from that share.
- *With a trainer's or a peer's grid*: the levels themselves, on the work's own scale; a level that this scale has not
  is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kit.french import counted, enumeration, number
from kit.grids.model import GridLine
from kit.messages import label
from kit.practice.progress import answer_of, in_order
from kit.practice.values import Confidence, Judgement, Record
from kit.referentiel import natural_key, parse_exact
from kit.referentiel.reglement import Level

Against = Literal["numeric", "trainer", "peer"]
Verdict = Literal["over", "under", "matched"]

AGAINST: tuple[Against, ...] = ("numeric", "trainer", "peer")
FAR = Fraction(1, 2)
"""Share of the scale from which a judgement and the numbers found say different things."""
_SURE: dict[Confidence | None, int] = {"high": 0, "medium": 1, None: 2, "low": 3}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A judgement beside something else said of the same line of the same work.

    Attributes:
        work: the work's number in the book.
        line: the line's key.
        criterion: what the line assesses.
        competence: its competence.
        against: what it is compared with.
        author: whose grid, empty for numbers.
        own: the learner's level.
        other: the other level; None for numbers.
        right: computed answers found, of `tried`; 0 of 0 for a grid.
        tried: computed answers tried or given up.
        verdict: whether the learner's level is above (over), below (under) or the same.
        confidence: how sure the learner was.
    """

    work: int
    line: str
    criterion: str
    competence: str
    against: Against
    author: str
    own: Level
    other: Level | None
    right: int
    tried: int
    verdict: Verdict
    confidence: Confidence | None

    @property
    def is_sure_and_wrong(self) -> bool:
        """Whether the learner was sure of a level that the other does not confirm."""
        return self.confidence == "high" and self.verdict != "matched"


@dataclass(frozen=True, slots=True)
class Calibration:
    """The comparisons with one thing: sure and not confirmed first, then the others not confirmed, then the same."""

    against: Against
    compared: tuple[Comparison, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many comparisons came to a verdict."""
        return sum(item.verdict == verdict for item in self.compared)

    @property
    def works(self) -> tuple[int, ...]:
        """The works compared."""
        return tuple(sorted({item.work for item in self.compared}))

    @property
    def sure_and_wrong(self) -> tuple[Comparison, ...]:
        """The comparisons where the learner was sure and is not confirmed."""
        return tuple(item for item in self.compared if item.is_sure_and_wrong)

    @property
    def sentence(self) -> str:
        """How many lines were compared, in which works, and what came of it."""
        several = ".several" if len(self.works) > 1 else ""
        works = label(
            f"practice_report.in_works{several}", works=enumeration([number(w) for w in self.works])
        )
        return label(
            f"practice_report.calibration.{self.against}",
            lines=counted(len(self.compared), "ligne comparée", "lignes comparées"), works=works,
            over=number(self.count("over")), under=number(self.count("under")),
            matched=number(self.count("matched")), sure=number(len(self.sure_and_wrong)),
        )  # fmt: skip


def calibrations(records: Iterable[Record]) -> tuple[Calibration, ...]:
    """Return the comparisons that the works allow: with numbers, a trainer, a peer, in any order of works."""
    found = [item for record in in_order(records) for item in comparisons(record)]
    kept = {against: [item for item in found if item.against == against] for against in AGAINST}
    return tuple(Calibration(key, tuple(sorted(items, key=_rank))) for key, items in kept.items() if items)


def comparisons(record: Record) -> Iterator[Comparison]:
    """Yield what a work lets compare, line by line."""
    for line in record.work.grid.lines:
        judged = record.judgements.get(line.key)
        own = record.work.grid.scale.level(judged.level) if judged is not None and judged.level else None
        if judged is not None and own is not None:
            yield from _with_numbers(record, line, judged, own)
            yield from _with_others(record, line, judged, own)


def _with_numbers(record: Record, line: GridLine, judged: Judgement, own: Level) -> Iterator[Comparison]:
    ends = [answer_of(record, figure) for figure in record.work.figures if figure.question in line.questions]
    told = [end for end in ends if end is not None]
    if told:
        right = told.count("right")
        gap = parse_exact(own.value) - Fraction(right, len(told))
        verdict: Verdict = "over" if gap >= FAR else "under" if gap <= -FAR else "matched"
        yield _comparison(record, line, judged, own, "numeric", verdict, right=right, tried=len(told))


def _with_others(record: Record, line: GridLine, judged: Judgement, own: Level) -> Iterator[Comparison]:
    scale = record.work.grid.scale
    ids = [level.id for level in scale.levels]
    last = {(item.role, item.author): item for item in sorted(record.outside, key=lambda item: item.at)
            if item.line == line.key}  # fmt: skip
    for (role, author), item in sorted(last.items()):
        other = scale.level(item.level) if item.level else None
        if other is not None:
            gap = ids.index(own.id) - ids.index(other.id)
            verdict: Verdict = "over" if gap > 0 else "under" if gap < 0 else "matched"
            yield _comparison(record, line, judged, own, role, verdict, author=author, other=other)


def _comparison(
    record: Record, line: GridLine, judged: Judgement, own: Level, against: Against, verdict: Verdict,
    *, author: str = "", other: Level | None = None, right: int = 0, tried: int = 0,
) -> Comparison:  # fmt: skip
    return Comparison(
        record.work.id, line.key, line.criterion, line.competence, against, author, own, other, right, tried,
        verdict, judged.confidence,
    )  # fmt: skip


def _rank(item: Comparison) -> tuple[object, ...]:
    differs = item.verdict != "matched"
    return not differs, _SURE[item.confidence], -item.work, natural_key(item.line), item.author
