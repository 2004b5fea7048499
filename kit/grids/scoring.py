"""The mark of a grid: exact, rounded once, and never invented when something is missing.

mark = total × Σ(weight × value of the level) / Σ weight, over the lines that count. A neutralised line leaves
both sides of the fraction. A line not marked leaves no mark; so does one not assessed, unless the règlement
says otherwise. When nothing is left to count there is no mark, and the jury is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids.model import Grid, GridLine, Mark, Score
from kit.reading import nearest
from kit.referentiel import natural_key
from kit.referentiel.reglement import exact_text, parse_exact

_NOTHING = Mark()
_NOWHERE = Place()


def score(grid: Grid, marks: Mapping[str, Mark]) -> Score:
    """Return the score of a grid.

    Args:
        grid: the grid; its levels give the values, its rules the rounding.
        marks: by line key (`CE4.1@ecrit`), or by criterion where it has one line.

    Raises:
        MarkingError: a mark for a line or with a level that the grid does not have; all are listed.
    """
    lines = {line.key: line for line in grid.lines}
    raise_for(misplaced(grid, marks), MarkingError)
    given = by_line(grid, marks)
    state = {key: given.get(key, _NOTHING) for key in lines}
    neutralised = tuple(key for key, mark in state.items() if mark.state == "neutralised")
    unassessed = tuple(key for key, mark in state.items() if mark.state == "not_assessed")
    unmarked = tuple(key for key, mark in state.items() if not mark.is_marked)
    left_out = set(neutralised) | (set(unassessed) if grid.reglement.not_assessed == "left_out" else set())
    counted = tuple(key for key in state if key not in left_out)
    reason = _why_none(grid, counted, unmarked, unassessed, lines)
    exact = None if reason else _mean(grid, {key: state[key] for key in counted}, lines)
    return Score(
        epreuve=grid.epreuve,
        mark=None if exact is None else exact_text(exact),
        rounded=None
        if exact is None
        else exact_text(round_to(exact, grid.reglement.step, grid.reglement.mode)),
        out_of=grid.total,
        reason=reason,
        counted=counted,
        not_marked=unmarked,
        not_assessed=unassessed,
        neutralised=neutralised,
    )


def by_line(grid: Grid, marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """Return marks by line key; a criterion that has a single line may stand for it."""
    keys = {line.key for line in grid.lines}
    alone: dict[str, str] = {}
    for line in grid.lines:
        alone[line.criterion] = "" if line.criterion in alone else line.key
    return {key if key in keys else (alone.get(key) or key): mark for key, mark in marks.items()}


def misplaced(grid: Grid, marks: Mapping[str, Mark], where: Place = _NOWHERE) -> Iterator[Finding]:
    """Yield the marks that a grid cannot hold: for a line or with a level it does not have."""
    counts = Counter(line.criterion for line in grid.lines)
    known = {line.key for line in grid.lines} | {code for code, count in counts.items() if count == 1}
    levels = [level.id for level in grid.scale.levels]
    for line in grid.lines:
        if counts[line.criterion] == 1 and line.criterion in marks and line.key in marks:
            yield Finding("mark.twice", replace(where, item=line.criterion), {"line": line.key})
    for key, mark in marks.items():
        here = replace(where, item=key)
        if key not in known:
            near = nearest(key, known) or sorted(known, key=natural_key)[:6]
            yield Finding("mark.unknown_line", here, {"line": key, "near": near})
        if mark.level is not None and mark.level not in levels:
            yield Finding("mark.unknown_level", here, {"level": mark.level, "known": levels})


def _why_none(
    grid: Grid,
    counted: tuple[str, ...],
    unmarked: tuple[str, ...],
    unassessed: tuple[str, ...],
    lines: Mapping[str, GridLine],
) -> str | None:
    if unmarked:
        return "not_marked"
    if unassessed and grid.reglement.not_assessed == "no_mark":
        return "not_assessed"
    if sum((parse_exact(lines[key].weight) for key in counted), start=Fraction(0)) == 0:
        return "nothing_left"
    return None


def _mean(grid: Grid, marks: Mapping[str, Mark], lines: Mapping[str, GridLine]) -> Fraction:
    weights = line_weights(grid, [lines[key] for key in marks])
    gained = weighted_values(grid, marks, weights)
    return parse_exact(grid.total) * gained / sum(weights.values(), start=Fraction(0))


def weighted_values(grid: Grid, marks: Mapping[str, Mark], weights: Mapping[str, Fraction]) -> Fraction:
    """Return Σ(weight × value of the level) over lines that count; one without a level has the lowest value.

    Args:
        grid: its levels give the values.
        marks: by line key, of the lines that count.
        weights: by line key.
    """
    value = {level.id: parse_exact(level.value) for level in grid.scale.levels}
    lowest = parse_exact(grid.scale.levels[0].value)
    return sum(
        (weights[key] * (value[mark.level] if mark.level else lowest) for key, mark in marks.items()),
        start=Fraction(0),
    )


def line_weights(grid: Grid, lines: Sequence[GridLine]) -> dict[str, Fraction]:
    """Return the weight of each line; group lines are scaled where the règlement gives the group a share."""
    weights = {line.key: parse_exact(line.weight) for line in lines}
    group = [line.key for line in lines if line.carrier == "group"]
    of_group = sum((weights[key] for key in group), start=Fraction(0))
    of_candidates = sum(weights.values(), start=Fraction(0)) - of_group
    if grid.reglement.group_share is None or of_group == 0 or of_candidates == 0:
        return weights
    share = parse_exact(grid.reglement.group_share)
    if share == 1:
        return {key: (weight if key in group else Fraction(0)) for key, weight in weights.items()}
    factor = share / (1 - share) * of_candidates / of_group
    return {key: (weight * factor if key in group else weight) for key, weight in weights.items()}


def round_to(value: Fraction, step: str, mode: str) -> Fraction:
    """Return `value` rounded to a multiple of `step` (exact string).

    `half_up` rounds a half away from zero, `half_even` to the even multiple; `up` and `down` never look back.
    """
    size = parse_exact(step)
    ratio = value / size
    below = ratio.numerator // ratio.denominator
    rest = ratio - below
    if mode == "up":
        steps = below + (rest > 0)
    elif mode == "down":
        steps = below
    elif mode == "half_even":
        steps = round(ratio)
    else:
        steps = below + (rest >= Fraction(1, 2)) if ratio >= 0 else -((-ratio + Fraction(1, 2)) // 1)
    return size * steps
