"""Where a class stands on a case: the levels its learners give themselves, the trainer's, the figures they missed.

Only what learners chose to share is there. A gap is counted in steps of the scale: +1 is one level above the trainer's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.errors import Finding, InvalidFile, Place, Severity
from kit.practice.class_files import SharedFile
from kit.referentiel import natural_key


@dataclass(frozen=True, slots=True)
class CriterionGap:
    """A criterion in the class.

    Attributes:
        line: key of the line.
        criterion: its id.
        competence: its competence's id.
        levels: how many learners gave themselves each level, lowest first.
        trainer: the trainer's level, None without his.
        gap: mean of the learners' levels less the trainer's, in steps of the scale, exact; None without either.
    """

    line: str
    criterion: str
    competence: str
    levels: tuple[tuple[str, int], ...]
    trainer: str | None
    gap: Fraction | None


@dataclass(frozen=True, slots=True)
class FigureGap:
    """A computed answer in the class: how many found it, of those who tried; `share` is None when nobody did."""

    question: str
    name: str
    label: str
    right: int
    tried: int

    @property
    def share(self) -> Fraction | None:
        """Share right of those who tried, exact."""
        return Fraction(self.right, self.tried) if self.tried else None


@dataclass(frozen=True, slots=True)
class ClassGaps:
    """What a class shared of a case: names, criteria in their order, figures from the most missed on."""

    title: str
    epreuve: str
    number: int
    names: tuple[str, ...]
    scale: tuple[tuple[str, str], ...]
    criteria: tuple[CriterionGap, ...]
    figures: tuple[FigureGap, ...]
    findings: tuple[Finding, ...]


def class_gaps(shared: Sequence[tuple[str, SharedFile]], trainer: Mapping[str, str]) -> ClassGaps:
    """Return where a class stands.

    Args:
        shared: the files, oldest first, each with its name: of one person's, the last counts.
        trainer: the trainer's level by line, empty without.

    Raises:
        InvalidFile: there is no file, or some are of another case: all are named.
    """
    if not shared:
        raise InvalidFile(Finding("practice_class.no_files", Place()))
    first = shared[0][1]
    other = [
        Finding(
            "practice_class.other_case", Place(file), {"number": one.case.number, "wanted": first.case.number}
        )
        for file, one in shared
        if (one.case.asked, one.case.signature) != (first.case.asked, first.case.signature)
    ]
    if other:
        raise InvalidFile(*other)
    last: dict[str, tuple[str, SharedFile]] = {}
    findings = []
    for file, one in shared:
        if one.name in last:
            fields = {"name": one.name, "other": last[one.name][0]}
            findings.append(Finding("practice_class.same_name", Place(file), fields, Severity.WARNING))
        last[one.name] = (file, one)
    kept = [one for _, one in last.values()]
    return ClassGaps(
        title=first.case.title, epreuve=first.case.epreuve, number=first.case.number,
        names=tuple(sorted(last)), scale=first.scale,
        criteria=tuple(_criterion(line.line, kept, trainer) for line in first.lines),
        figures=_figures(kept), findings=tuple(findings),
    )  # fmt: skip


def _criterion(line: str, kept: Sequence[SharedFile], trainer: Mapping[str, str]) -> CriterionGap:
    rank = {level: place for place, (level, _) in enumerate(kept[0].scale)}
    said = [item for one in kept for item in one.lines if item.line == line]
    levels = [item.level for item in said if item.level in rank]
    wanted = trainer.get(line)
    gap = None
    if levels and wanted in rank:
        gap = Fraction(sum(rank[level] for level in levels if level is not None), len(levels)) - rank[wanted]
    counts = tuple((level, levels.count(level)) for level in rank)
    return CriterionGap(line, said[0].criterion, said[0].competence, counts, wanted, gap)


def _figures(kept: Iterable[SharedFile]) -> tuple[FigureGap, ...]:
    found: dict[tuple[str, str], FigureGap] = {}
    for item in (figure for one in kept for figure in one.figures):
        key = (item.question, item.name)
        before = found.get(key, FigureGap(item.question, item.name, item.label, 0, 0))
        tried = item.outcome not in (None, "unreadable")
        found[key] = FigureGap(
            item.question,
            item.name,
            item.label,
            before.right + (item.outcome == "right"),
            before.tried + tried,
        )
    return tuple(
        sorted(
            found.values(),
            key=lambda one: (
                one.share is None,
                one.share or Fraction(0),
                natural_key(one.question),
                one.name,
            ),
        )
    )
