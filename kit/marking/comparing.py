"""Two markers of the same copies, compared once both have locked: gaps per criterion and per copy, agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids import Grid, Mark, score
from kit.grids.building import rules_of
from kit.marking.book import MarkBook
from kit.marking.copies import Copy, CopyKey, copy_grid, markers_of, session_copies
from kit.marking.set_aside import grid_to_assess
from kit.referentiel import Reglement, exact_text, parse_exact
from kit.referentiel.reglement import Exact
from kit.sessions.opening import Session

FIRST, SECOND = 1, 2
_NOTHING = Mark()


@dataclass(frozen=True, slots=True)
class LineGap:
    """A line two markers marked: `levels` apart, None when one of them gave no level and the other did."""

    line: str
    criterion: str
    first: Mark
    second: Mark
    levels: int | None
    over: bool


@dataclass(frozen=True, slots=True)
class CopyGap:
    """A copy two markers marked: their marks, exact, the gap between them, and each line where they differ."""

    copy: CopyKey
    markers: tuple[str, str]
    marks: tuple[Exact | None, Exact | None]
    gap: Exact | None
    over: bool
    lines: tuple[LineGap, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two markers agree on the levels of one épreuve.

    Attributes:
        lines: how many lines both gave a level.
        same: share of them with the same level, exact.
        adjacent: share of them at most one level apart, exact.
        kappa: Cohen's kappa with quadratic weights (Cohen, 1968), None where it has no meaning (a single level
            used) or its library is not installed.
    """

    lines: int
    same: Exact | None
    adjacent: Exact | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What two markers' work on an épreuve gives; `over` are the copies beyond the règlement's tolerance."""

    epreuve: str
    copies: tuple[CopyGap, ...]
    agreement: Agreement

    @property
    def over(self) -> tuple[CopyGap, ...]:
        """The copies that call for a concertation or a third marker."""
        return tuple(item for item in self.copies if item.over)


def compare(session: Session, book: MarkBook, epreuve: str) -> Gaps:
    """Return the gaps of an épreuve's double marking.

    Raises:
        MarkingError: it has no second marker, or one of the two has not locked: each stays blind until then.
        InvalidFile: the session was not built.
        EnvironmentFault: the database refuses.
    """
    pairs = {
        copy: (ranks[FIRST], ranks[SECOND])
        for copy in session_copies(session)
        if copy.key.epreuve == epreuve and {FIRST, SECOND} <= (ranks := markers_of(session, copy.key)).keys()
    }
    if not pairs:
        raise MarkingError(Finding("marks.no_second", Place(item=epreuve)))
    raise_for(_open(book, epreuve, {marker for pair in pairs.values() for marker in pair}), MarkingError)
    rules = session.reglement
    gaps = tuple(_copy_gap(session, book, copy, pair, rules) for copy, pair in pairs.items())
    scale = copy_grid(session.root, next(iter(pairs))).scale
    return Gaps(epreuve, gaps, agreement(gaps, [level.id for level in scale.levels]))


def _open(book: MarkBook, epreuve: str, markers: set[str]) -> Iterator[Finding]:
    for marker in sorted(markers):
        if not book.is_locked(epreuve, marker):
            yield Finding("marks.not_locked", Place(item=epreuve), {"marker": marker})


def marks_of(book: MarkBook, marker: str, copy: CopyKey) -> dict[str, Mark]:
    """Return what a marker says of a copy, by line; what is said of one member of a group is left out."""
    return {said.line: said.mark for said in book.said(marker, copy) if not said.member}


def _copy_gap(
    session: Session, book: MarkBook, copy: Copy, pair: tuple[str, str], rules: Reglement
) -> CopyGap:
    grid = grid_to_assess(session, book, copy)
    ruled = grid.model_copy(update={"reglement": rules_of(rules, grid.epreuve)})
    lines_known = {line.key for line in grid.lines}
    first, second = (
        {line: mark for line, mark in marks_of(book, marker, copy.key).items() if line in lines_known}
        for marker in pair
    )
    marks = (score(ruled, first).mark, score(ruled, second).mark)
    gap = None
    if marks[0] is not None and marks[1] is not None:
        gap = abs(parse_exact(marks[0]) - parse_exact(marks[1]))
    lines = tuple(_line_gaps(grid, first, second, rules.marker_tolerance))
    most = rules.marker_tolerance.get("mark")
    over = gap is not None and most is not None and gap > parse_exact(most)
    return CopyGap(
        copy.key,
        pair,
        marks,
        None if gap is None else exact_text(gap),
        over or any(line.over for line in lines),
        lines,
    )


def _line_gaps(
    grid: Grid,
    first: Mapping[str, Mark],
    second: Mapping[str, Mark],
    tolerance: Mapping[Literal["mark", "levels"], Exact],
) -> Iterator[LineGap]:
    order = [level.id for level in grid.scale.levels]
    most = tolerance.get("levels")
    for line in grid.lines:
        one, other = first.get(line.key, _NOTHING), second.get(line.key, _NOTHING)
        levels = None
        if one.level is not None and other.level is not None:
            levels = abs(order.index(one.level) - order.index(other.level))
        differs = levels is None and (one.level, one.state) != (other.level, other.state)
        over = differs or (levels is not None and most is not None and levels > parse_exact(most))
        yield LineGap(line.key, line.criterion, one, other, levels, over)


def agreement(copies: Sequence[CopyGap], levels: Sequence[str]) -> Agreement:
    """Return how far two markers agree over some copies."""
    pairs = [
        (levels.index(line.first.level), levels.index(line.second.level))
        for copy in copies
        for line in copy.lines
        if line.first.level in levels and line.second.level in levels
    ]
    if not pairs:
        return Agreement(0, None, None, None)
    same = Fraction(sum(one == other for one, other in pairs), len(pairs))
    adjacent = Fraction(sum(abs(one - other) <= 1 for one, other in pairs), len(pairs))
    return Agreement(len(pairs), exact_text(same), exact_text(adjacent), _kappa(pairs, len(levels)))


def _kappa(pairs: Sequence[tuple[int, int]], levels: int) -> float | None:
    try:
        from sklearn.metrics import cohen_kappa_score
    except ImportError:  # an optional complement
        return None
    if len({level for pair in pairs for level in pair}) < 2:
        return None
    first, second = zip(*pairs, strict=True)
    return float(cohen_kappa_score(first, second, labels=list(range(levels)), weights="quadratic"))


def as_json(gaps: Gaps) -> dict[str, object]:
    """Return the gaps as `kit marks gaps --json` writes them."""
    found = gaps.agreement
    return {
        "epreuve": gaps.epreuve,
        "copies": [_copy_json(copy) for copy in gaps.copies],
        "over": [_copy_json(copy) | {"criteria": [_line_json(x) for x in copy.lines if x.over]} for copy in gaps.over],
        "agreement": {
            "lines": found.lines, "same": found.same, "adjacent": found.adjacent, "kappa": found.kappa,
        },
    }  # fmt: skip


def _copy_json(copy: CopyGap) -> dict[str, object]:
    return {
        "part": copy.copy.part, "copy": copy.copy.number, "first": copy.markers[0], "second": copy.markers[1],
        "mark_first": copy.marks[0], "mark_second": copy.marks[1], "gap": copy.gap, "over": copy.over,
        "criteria": [_line_json(line) for line in copy.lines],
    }  # fmt: skip


def _line_json(line: LineGap) -> dict[str, object]:
    said = {
        name: {"level": mark.level, "state": mark.state or (None if mark.level else "not_marked")}
        for name, mark in (("first", line.first), ("second", line.second))
    }
    return {"criterion": line.criterion, **said, "levels": line.levels, "over": line.over}
