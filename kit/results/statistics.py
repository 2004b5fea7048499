"""How a session went: épreuves, criteria, competences, markers and variants compared. For those who set and mark.

Nothing is said of fewer than `SMALLEST` candidates: a mean of three tells who had what. Marks and shares are exact;
only what needs a square root is a float.
"""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.errors import MarkingError
from kit.grids import Grid, Mark, score
from kit.grids.building import rules_of
from kit.marking.book import MarkBook
from kit.marking.comparing import FIRST, SECOND, compare, marks_of
from kit.marking.copies import Copy, copy_grid, markers_of, present_holders, session_copies
from kit.referentiel import natural_key, parse_exact
from kit.results.candidates import CandidateResult, results_from
from kit.results.competences import Status
from kit.results.evidence import Evidence, session_evidence
from kit.sessions.opening import Session

SMALLEST = 5
"""Candidates under which a group is masked."""

_UNOBSERVED = frozenset({"not_assessed", "neutralised"})
"""States without a level; a neutralised criterion is counted as one that could not be assessed, and not told apart."""

_SHUFFLES = 2_000


@dataclass(frozen=True, slots=True)
class Spread:
    """How marks spread: exact, on the règlement's total; `deviation` is the sample standard deviation."""

    count: int
    mean: Fraction
    median: Fraction
    least: Fraction
    most: Fraction
    quartiles: tuple[Fraction, Fraction]
    deviation: float


@dataclass(frozen=True, slots=True)
class EpreuveStatistics:
    """An épreuve: how many sat it and have a mark, how many have none, the marks and their spread (None: masked).

    Whoever was absent, excluded or suspected counts among those without: a lowest mark of the règlement is no measure.
    """

    epreuve: str
    marked: int
    without_mark: int
    marks: tuple[Fraction, ...]
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class LineStatistics:
    """A line of a grid over all candidates.

    Attributes:
        epreuve: its épreuve.
        line: its key.
        criterion: what it assesses.
        count: candidates with a level.
        unobserved: candidates for whom nothing could be observed.
        facility: mean share of its weight gained, 0 to 1; None when masked.
        discrimination: correlation of its values with the rest of the épreuve (corrected item-total correlation),
            -1 to 1; None when masked, or when all have the same.
    """

    epreuve: str
    line: str
    criterion: str
    count: int
    unobserved: int
    facility: Fraction | None
    discrimination: float | None

    @property
    def is_never_observed(self) -> bool:
        """Whether nobody could be assessed on it."""
        return self.count == 0 and self.unobserved > 0


@dataclass(frozen=True, slots=True)
class MarkerStatistics:
    """A marker beside the others of an épreuve.

    `severity` is the mean of all its marks less the marker's own: above zero, more severe than the others; it
    compares copies that were not the same, unless they were marked twice. None when masked.
    """

    epreuve: str
    marker: str
    copies: int
    severity: Fraction | None


@dataclass(frozen=True, slots=True)
class PairStatistics:
    """Two markers of the same copies: `gap` is the mean of the first's marks less the second's."""

    epreuve: str
    copies: int
    gap: Fraction | None
    same: Fraction | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class VariantStatistics:
    """A subject of an épreuve: `mean` is None when masked."""

    epreuve: str
    version: str
    variant: int
    count: int
    mean: Fraction | None


@dataclass(frozen=True, slots=True)
class VariantGap:
    """Two versions of an épreuve: the difference of their means, and how often chance alone would give as much.

    `chance` comes from shuffling who had which (permutation test, two-sided, 2,000 shuffles from a fixed seed).
    """

    epreuve: str
    versions: tuple[str, str]
    difference: Fraction
    chance: float


@dataclass(frozen=True, slots=True)
class BlocDecisions:
    """What the jury decided of a bloc: how many candidates it decided of, and how many times it decided each.

    `by_choice` counts by decision (validated, refused, deferred); None when masked.
    """

    bloc: str
    count: int
    by_choice: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """A session's statistics. `competences` gives each candidate's status by competence; empty when masked."""

    candidates: int
    epreuves: tuple[EpreuveStatistics, ...]
    lines: tuple[LineStatistics, ...]
    competences: Mapping[str, Mapping[str, Status | None]]
    markers: tuple[MarkerStatistics, ...]
    pairs: tuple[PairStatistics, ...]
    variants: tuple[VariantStatistics, ...]
    gaps: tuple[VariantGap, ...]

    @property
    def never_observed(self) -> tuple[LineStatistics, ...]:
        """The lines on which nobody could be assessed."""
        return tuple(line for line in self.lines if line.is_never_observed)


def session_statistics(session: Session, book: MarkBook) -> Statistics:
    """Return how a session went, from the marks that count today.

    Raises:
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    evidence = session_evidence(session, book)
    results = results_from(session, evidence)
    sat = [result for result in results if result.epreuves]
    codes = sorted({one.id for result in sat for one in result.epreuves}, key=natural_key)
    return Statistics(
        candidates=len(sat),
        epreuves=tuple(_epreuve(code, sat) for code in codes),
        lines=tuple(
            line
            for code in codes
            for line in _lines(code, [found[code] for found in evidence.values() if code in found])
        ),
        competences={} if len(sat) < SMALLEST else {item.id: _competences(item) for item in sat},
        markers=tuple(_markers(session, book)),
        pairs=tuple(_pairs(session, book)),
        variants=tuple(_variants(session, sat)),
        gaps=tuple(_gaps(session, sat)),
    )


def bloc_decisions(decided: Mapping[tuple[str, str], str]) -> tuple[BlocDecisions, ...]:
    """Return how the jury decided, bloc by bloc in natural order.

    Args:
        decided: each decision in force, by candidate and bloc.
    """
    found: dict[str, Counter[str]] = {}
    for (_, bloc), choice in decided.items():
        found.setdefault(bloc, Counter())[choice] += 1
    return tuple(
        BlocDecisions(bloc, found[bloc].total(), found[bloc] if found[bloc].total() >= SMALLEST else None)
        for bloc in sorted(found, key=natural_key)
    )


def spread(marks: Sequence[Fraction]) -> Spread | None:
    """Return how marks spread, or None when they are too few to be told."""
    if len(marks) < SMALLEST:
        return None
    low, _, high = statistics.quantiles(marks, n=4, method="inclusive")
    return Spread(
        len(marks), statistics.mean(marks), statistics.median(marks), min(marks), max(marks), (low, high),
        statistics.stdev(float(mark) for mark in marks),
    )  # fmt: skip


def _epreuve(code: str, results: Iterable[CandidateResult]) -> EpreuveStatistics:
    found = [
        one.score.mark if one.score is not None and one.state is None else None
        for result in results
        for one in result.epreuves
        if one.id == code
    ]
    marks = tuple(sorted(parse_exact(mark) for mark in found if mark is not None))
    whole = spread(marks)
    return EpreuveStatistics(code, len(marks), len(found) - len(marks), marks if whole else (), whole)


def _competences(result: CandidateResult) -> dict[str, Status | None]:
    return {item.id: item.status for item in result.competences}


def _lines(epreuve: str, found: Sequence[Evidence]) -> Iterator[LineStatistics]:
    keys = dict.fromkeys(line.key for item in found for line in item.grid.lines)
    gains = {id(item): _gains(item) for item in found}
    for key in keys:
        having = [
            item
            for item in found
            if any(line.key == key and line.part not in item.states for line in item.grid.lines)
        ]
        known = [gains[id(item)] for item in having if key in gains[id(item)].shares]
        pairs = [(gain.shares[key], gain.rest(key)) for gain in known]
        unobserved = sum(_state(item, key) in _UNOBSERVED for item in having)
        shares = [share for share, _ in pairs]
        masked = len(pairs) < SMALLEST
        yield LineStatistics(
            epreuve, key, key.partition("@")[0], len(pairs), unobserved,
            None if masked else statistics.mean(shares), None if masked else _correlation(pairs),
        )  # fmt: skip


def _state(item: Evidence, key: str) -> str | None:
    mark = item.marks.get(key)
    return None if mark is None else mark.state


@dataclass(frozen=True, slots=True)
class _Gains:
    """What a candidate gained in an épreuve.

    Attributes:
        shares: of each line's weight, by line: his level's value over the highest.
        weights: of the same lines.
        gained: Σ weight × share.
        whole: Σ weight.
    """

    shares: Mapping[str, Fraction]
    weights: Mapping[str, Fraction]
    gained: Fraction
    whole: Fraction

    def rest(self, key: str) -> Fraction | None:
        """Return the weighted mean of the other lines, None without any."""
        whole = self.whole - self.weights[key]
        return (self.gained - self.weights[key] * self.shares[key]) / whole if whole else None


def _gains(item: Evidence) -> _Gains:
    scale = item.grid.scale
    highest = parse_exact(scale.levels[-1].value)
    shares: dict[str, Fraction] = {}
    weights: dict[str, Fraction] = {}
    for line in item.grid.lines:
        mark = item.marks.get(line.key)
        level = scale.level(mark.level) if mark is not None and mark.level else None
        if level is not None and highest:
            shares[line.key] = parse_exact(level.value) / highest
            weights[line.key] = parse_exact(line.weight)
    gained = sum((weights[key] * share for key, share in shares.items()), Fraction(0))
    return _Gains(shares, weights, gained, sum(weights.values(), Fraction(0)))


def _correlation(pairs: Iterable[tuple[Fraction, Fraction | None]]) -> float | None:
    both = [(float(one), float(other)) for one, other in pairs if other is not None]
    if len(both) < SMALLEST or any(len({pair[side] for pair in both}) < 2 for side in (0, 1)):
        return None
    return statistics.correlation([one for one, _ in both], [other for _, other in both])


def _markers(session: Session, book: MarkBook) -> Iterator[MarkerStatistics]:
    """Yield the severity of the markers who have locked: until then nobody sees what another gives."""
    marks: dict[str, dict[str, list[Fraction]]] = {}
    locked = book.locked()
    for copy in session_copies(session):
        for rank, marker in markers_of(session, copy.key).items():
            if rank not in (FIRST, SECOND) or (copy.key.epreuve, marker) not in locked:
                continue
            mark = _mark(session, copy, marks_of(book, marker, copy.key))
            if mark is not None:
                marks.setdefault(copy.key.epreuve, {}).setdefault(marker, []).append(mark)
    for epreuve in sorted(marks, key=natural_key):
        if len(marks[epreuve]) < 2:
            continue
        everything = [mark for of_marker in marks[epreuve].values() for mark in of_marker]
        for marker, own in sorted(marks[epreuve].items()):
            told = len(own) >= SMALLEST and len(everything) - len(own) >= SMALLEST
            severity = statistics.mean(everything) - statistics.mean(own) if told else None
            yield MarkerStatistics(epreuve, marker, len(own), severity)


def _mark(session: Session, copy: Copy, marks: Mapping[str, Mark]) -> Fraction | None:
    grid: Grid = copy_grid(session.root, copy)
    ruled = grid.model_copy(update={"reglement": rules_of(session.reglement, copy.key.epreuve)})
    keys = {line.key for line in grid.lines}
    mark = score(ruled, {line: mark for line, mark in marks.items() if line in keys}).mark
    return None if mark is None else parse_exact(mark)


def _pairs(session: Session, book: MarkBook) -> Iterator[PairStatistics]:
    doubled = {
        copy.key.epreuve
        for copy in session_copies(session)
        if {FIRST, SECOND} <= markers_of(session, copy.key).keys()
    }
    for epreuve in sorted(doubled, key=natural_key):
        try:
            found = compare(session, book, epreuve)
        except MarkingError:  # not locked yet: the two stay blind of each other
            continue
        both = [
            parse_exact(first) - parse_exact(second)
            for first, second in (item.marks for item in found.copies)
            if first is not None and second is not None
        ]
        agreed = found.agreement
        told = len(both) >= SMALLEST
        yield PairStatistics(
            epreuve, len(both), statistics.mean(both) if told else None,
            parse_exact(agreed.same) if told and agreed.same is not None else None, agreed.kappa if told else None,
        )  # fmt: skip


def _by_subject(
    session: Session, results: Iterable[CandidateResult], key: Callable[[str, int], tuple[str, int]]
) -> dict[str, dict[tuple[str, int], list[Fraction]]]:
    """Return the marks of each épreuve by subject."""
    given: dict[tuple[str, str], tuple[str, int]] = {}
    for copy in session_copies(session):
        for holder in present_holders(session, copy.key):
            given.setdefault((copy.key.epreuve, holder), key(copy.version, copy.variant))
    found: dict[str, dict[tuple[str, int], list[Fraction]]] = {}
    for result in results:
        for one in result.epreuves:
            subject = given.get((one.id, result.id))
            sat = one.state is None and one.score is not None
            if subject is not None and sat and one.score is not None and one.score.mark is not None:
                found.setdefault(one.id, {}).setdefault(subject, []).append(parse_exact(one.score.mark))
    return found


def _variants(session: Session, results: Sequence[CandidateResult]) -> Iterator[VariantStatistics]:
    found = _by_subject(session, results, lambda version, variant: (version, variant))
    for epreuve in sorted(found, key=natural_key):
        masked = _masked(found[epreuve])
        for (version, variant), marks in sorted(found[epreuve].items()):
            mean = None if (version, variant) in masked else statistics.mean(marks)
            yield VariantStatistics(epreuve, version, variant, len(marks), mean)


def _masked(found: Mapping[tuple[str, int], Sequence[Fraction]]) -> frozenset[tuple[str, int]]:
    """Return the subjects whose mean is not told: too few sat it, or the others' means would give theirs away."""
    ordered = sorted(found, key=lambda subject: (len(found[subject]), subject))
    masked = [subject for subject in ordered if len(found[subject]) < SMALLEST]
    for subject in ordered[len(masked) :]:
        if not masked or sum(len(found[one]) for one in masked) >= SMALLEST:
            break
        masked.append(subject)
    return frozenset(masked)


def _gaps(session: Session, results: Sequence[CandidateResult]) -> Iterator[VariantGap]:
    """Yield each two versions of an épreuve whose means can be told: a gap gives one by the other."""
    found = _by_subject(session, results, lambda version, _: (version, 0))
    variants = _by_subject(session, results, lambda version, variant: (version, variant))
    for epreuve in sorted(found, key=natural_key):
        hidden = _masked(found[epreuve])
        mixed = _half_masked(variants[epreuve])
        told = [
            (subject[0], marks)
            for subject, marks in sorted(found[epreuve].items())
            if subject not in hidden and subject[0] not in mixed
        ]
        for place, (one, marks) in enumerate(told):
            for other, others in told[place + 1 :]:
                difference = statistics.mean(marks) - statistics.mean(others)
                yield VariantGap(epreuve, (one, other), difference, chance_of(marks, others))


def _half_masked(found: Mapping[tuple[str, int], Sequence[Fraction]]) -> frozenset[str]:
    """Return the versions some of whose variants are masked and others not: their mean would tell what is masked."""
    masked = {version for version, _ in _masked(found)}
    shown = {version for version, _ in found.keys() - _masked(found)}
    return frozenset(masked & shown)


def chance_of(one: Sequence[Fraction], other: Sequence[Fraction]) -> float:
    """Return how often shuffled marks differ in mean as much as these: 0 to 1 (two-sided permutation test).

    The shuffles are the same each time, so that the figure is too. The marks as they are count as one of them.
    """
    draw = random.Random("permutation")  # noqa: S311 - not for secrets
    together = [float(mark) for mark in (*one, *other)]
    seen = abs(statistics.fmean(together[: len(one)]) - statistics.fmean(together[len(one) :]))
    as_much = 1
    for _ in range(_SHUFFLES):
        draw.shuffle(together)
        gap = abs(statistics.fmean(together[: len(one)]) - statistics.fmean(together[len(one) :]))
        as_much += gap >= seen - 1e-12
    return as_much / (_SHUFFLES + 1)
