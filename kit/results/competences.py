"""A competence, from the marks of its criteria in one grid, by the rule of the règlement.

A criterion that is neutralised, or not assessed where the règlement then leaves it out, is not counted. One that is
not marked leaves the competence without a status: nothing missing is ever read as « non acquis ». A mean is shown and
compared exactly: only the marks of épreuves and blocs are rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kit.french import enumeration, number
from kit.grids import Grid, GridLine, Mark
from kit.grids.wording import exact_words
from kit.messages import label
from kit.referentiel import Reglement, exact_text, natural_key, parse_exact
from kit.referentiel.reglement import CompetenceRule, Exact, Level, Scale

Status = Literal["acquis", "non_acquis"]
_NOTHING = Mark()


@dataclass(frozen=True, slots=True)
class CompetenceResult:
    """What a grid says of a competence.

    Attributes:
        id: its code.
        mark: exact, on the grid's total: the weighted mean of the criteria that count; None when one is missing.
        status: what the règlement's rule proposes; None when it cannot be told, or is a matter of judgement.
        trace: why, in French.
    """

    id: str
    mark: Exact | None
    status: Status | None
    trace: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion that counts: the levels given, one for each part it is seen in, and their weights."""

    code: str
    levels: tuple[Level, ...]
    weights: tuple[Fraction, ...]

    def value(self, combination: str) -> Fraction:
        """Return what it is worth, seen several times: its best level, its last, its lowest or their mean."""
        values = [parse_exact(level.value) for level in self.levels]
        if combination == "best":
            return max(values)
        if combination == "last":
            return values[-1]
        if combination == "all":
            return min(values)
        return sum(values, Fraction(0)) / len(values)

    @property
    def weight(self) -> Fraction:
        """All that it weighs, wherever it is seen."""
        return sum(self.weights, Fraction(0))


def competence_results(
    grid: Grid, marks: Mapping[str, Mark], reglement: Reglement
) -> tuple[CompetenceResult, ...]:
    """Return the competences of a grid, in their natural order.

    Args:
        grid: levels, values and weights.
        marks: by line key.
        reglement: rule of a competence, and what a criterion not assessed gives.
    """
    codes = sorted({line.competence for line in grid.lines}, key=natural_key)
    return tuple(_result(code, grid, marks, reglement) for code in codes)


def blocked_criteria(grid: Grid, marks: Mapping[str, Mark], reglement: Reglement) -> tuple[str, ...]:
    """Return the criteria that the règlement does not let be missed, and that are known not to be acquired.

    One that is still to be marked somewhere, or not assessed where the règlement then says nothing, is not known.
    """
    lines = [line for line in grid.lines if line.criterion in reglement.competence.blocking]
    open_still = {line.criterion for line in lines if not _is_known(_mark(marks, line), reglement)}
    known = [line for line in lines if line.criterion not in open_still]
    criteria = _criteria(known, marks, grid.scale, left_out=reglement.not_assessed == "left_out")
    return tuple(item.code for item in criteria if not is_acquired(item, reglement.combination, grid.scale))


def _is_known(mark: Mark, reglement: Reglement) -> bool:
    return mark.is_marked and not (mark.state == "not_assessed" and reglement.not_assessed == "no_mark")


def _result(code: str, grid: Grid, marks: Mapping[str, Mark], reglement: Reglement) -> CompetenceResult:
    lines = [line for line in grid.lines if line.competence == code]
    waiting = [line.criterion for line in lines if not _mark(marks, line).is_marked]
    unassessed = [line.criterion for line in lines if _mark(marks, line).state == "not_assessed"]
    if waiting:
        return _unsaid(code, "not_marked", waiting)
    if unassessed and reglement.not_assessed == "no_mark":
        return _unsaid(code, "not_assessed", unassessed)
    criteria = tuple(_criteria(lines, marks, grid.scale, left_out=reglement.not_assessed == "left_out"))
    if not criteria:
        return _unsaid(code, "nothing_left", sorted({line.criterion for line in lines}, key=natural_key))
    mean = _mean(criteria, reglement.combination)
    status, why = _decide(reglement, criteria, grid, mean)
    mark = None if mean is None else exact_text(mean * parse_exact(grid.total))
    words = label(f"result.competence.{status or 'open'}", competence=code, why=why)
    return CompetenceResult(code, mark, status, words)


def _mark(marks: Mapping[str, Mark], line: GridLine) -> Mark:
    return marks.get(line.key) or _NOTHING


def _unsaid(code: str, reason: str, criteria: Sequence[str]) -> CompetenceResult:
    why = label(f"result.{reason}", criteria=enumeration(list(dict.fromkeys(criteria))))
    return CompetenceResult(code, None, None, label("result.competence.open", competence=code, why=why))


def _criteria(
    lines: Sequence[GridLine], marks: Mapping[str, Mark], scale: Scale, *, left_out: bool
) -> Iterator[Criterion]:
    """Yield the criteria that count; one not assessed has the lowest level, unless it is left out."""
    found: dict[str, list[tuple[Level, Fraction]]] = {}
    for line in lines:
        mark = _mark(marks, line)
        if mark.state == "neutralised" or (mark.state == "not_assessed" and left_out):
            continue
        level = (scale.level(mark.level) if mark.level else None) or scale.levels[0]
        found.setdefault(line.criterion, []).append((level, parse_exact(line.weight)))
    for code in sorted(found, key=natural_key):
        levels, weights = zip(*found[code], strict=True)
        yield Criterion(code, levels, weights)


def _mean(criteria: Sequence[Criterion], combination: str) -> Fraction | None:
    """Return the weighted mean of what the criteria are worth; None when none of them weighs anything."""
    whole = sum((item.weight for item in criteria), Fraction(0))
    gained = sum((item.value(combination) * item.weight for item in criteria), Fraction(0))
    return gained / whole if whole else None


def is_acquired(criterion: Criterion, combination: str, scale: Scale) -> bool:
    """Whether a criterion is acquired; seen several times, as the règlement combines what is.

    Args:
        criterion: the levels it was given.
        combination: best, last, mean or all. By the mean, it is acquired from the lowest value that acquires.
        scale: the levels and what they are worth.
    """
    each = [level.acquired for level in criterion.levels]
    if combination == "best":
        return any(each)
    if combination == "last":
        return each[-1]
    if combination == "all":
        return all(each)
    enough = [parse_exact(level.value) for level in scale.levels if level.acquired]
    return bool(enough) and criterion.value(combination) >= min(enough)


def _decide(
    reglement: Reglement, criteria: Sequence[Criterion], grid: Grid, mean: Fraction | None
) -> tuple[Status | None, str]:
    """Return the status of a competence all of whose criteria are known, and why."""
    rule = reglement.competence
    lost = [item.code for item in criteria if not is_acquired(item, reglement.combination, grid.scale)]
    gained = len(criteria) - len(lost)
    blocked = [code for code in lost if code in rule.blocking]
    said = label("result.lost", criteria=enumeration(lost)) if lost else ""
    if rule.rule == "judgement":
        return None, label("result.rule.judgement", gained=gained, count=len(criteria))
    if blocked:
        several = ".several" if len(blocked) > 1 else ""
        return "non_acquis", label(f"result.blocked{several}", criteria=enumeration(blocked))
    if rule.rule == "mean":
        return _by_mean(reglement, mean)
    return _by_count(rule, gained, len(criteria), said)


def _by_count(rule: CompetenceRule, gained: int, count: int, said: str) -> tuple[Status | None, str]:
    """Decide by how many criteria are acquired: all of them, a number of them, or a share of those that count."""
    threshold = parse_exact(rule.threshold) if rule.threshold is not None else Fraction(1)
    needed = {"all": Fraction(count), "at_least": threshold}.get(rule.rule, threshold * count)
    if rule.rule == "at_least" and needed > count:
        return None, label("result.rule.too_few", needed=number(needed), count=count)
    status: Status = "acquis" if gained >= needed else "non_acquis"
    whole = -(-needed.numerator // needed.denominator)
    return status, label("result.rule.count", said=said, gained=gained, count=count, needed=whole)


def _by_mean(reglement: Reglement, mean: Fraction | None) -> tuple[Status | None, str]:
    """Decide by the mean of the levels, as a mark on the total."""
    if mean is None:
        return None, label("result.rule.weightless")
    total = parse_exact(reglement.total)
    threshold = reglement.as_mark(reglement.competence.threshold or "0")
    status: Status = "acquis" if mean * total >= threshold else "non_acquis"
    words = {"mark": mean * total, "threshold": threshold, "total": total}
    return status, label("result.rule.mean", **{name: exact_words(value) for name, value in words.items()})
