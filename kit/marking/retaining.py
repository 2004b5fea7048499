"""The mark retained of a copy: a record of its own, with its method, its author and its reason; the originals stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids import Grid, GridLine, Mark
from kit.grids.scoring import misplaced
from kit.marking.book import MarkBook, keep_sheet
from kit.marking.comparing import FIRST, SECOND, marks_of
from kit.marking.copies import Copy, CopyKey, markers_of, session_copies
from kit.marking.set_aside import grid_to_assess
from kit.marking.tables import RETAINED
from kit.referentiel import exact_text, parse_exact
from kit.referentiel.reglement import Exact
from kit.sessions.opening import Session
from kit.store.history import Act, append
from kit.store.rows import put
from kit.store.sql import Connection, select

Method = Literal["concertation", "third", "mean", "first", "second"]
METHODS: tuple[Method, ...] = get_args(Method)
_RANKS: Mapping[str, int] = {"first": FIRST, "second": SECOND, "third": 3}
_NOTHING = Mark()


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to retain.

    Attributes:
        copy: of which copy.
        method: how it was settled.
        author: who decides, an intervenant of the session.
        reason: why.
        criterion: one criterion; None for the whole copy.
        level: what a concertation agreed on.
    """

    copy: CopyKey
    method: Method
    author: str
    reason: str
    criterion: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Retained:
    """What is retained of a line: a level or a state; or a `value` between two levels, when it is their mean."""

    copy: CopyKey
    line: str
    level: str | None
    state: str | None
    value: Exact | None
    method: str
    author: str
    reason: str


def retain(session: Session, book: MarkBook, request: Request) -> tuple[Retained, ...]:
    """Keep what is retained of a copy, or of one of its criteria.

    Raises:
        MarkingError: markers who have not locked, a method that the marks do not allow; all problems are listed.
        InvalidFile: the session was not built.
        EnvironmentFault: the database refuses.
    """
    copy = next((item for item in session_copies(session) if item.key == request.copy), None)
    if copy is None:
        raise MarkingError(Finding("marks.no_copy", Place(), {"copy": request.copy}))
    grid = grid_to_assess(session, book, copy)
    lines = [item for item in grid.lines if request.criterion in (None, item.criterion, item.key)]
    raise_for(_refused(session, book, request, copy, grid, lines), MarkingError)
    kept = tuple(_retained(session, book, request, grid, line) for line in lines)
    with book.database.writing() as connection:
        book.hold_open(connection)
        for item in kept:
            _keep(connection, book, item, grid)
    return kept


def _refused(
    session: Session, book: MarkBook, request: Request, copy: Copy, grid: Grid, lines: Sequence[GridLine]
) -> Iterator[Finding]:
    where = Place(item=str(request.copy))
    if not request.reason.strip():
        yield Finding("marks.retain.no_reason", where)
    if request.author not in {person.id for person in session.people}:
        known = [person.id for person in session.people]
        yield Finding("marks.retain.nobody", where, {"author": request.author, "known": known})
    if not lines:
        near = [line.criterion for line in grid.lines]
        yield Finding("mark.unknown_line", where, {"line": request.criterion, "near": near})
    if (request.method == "concertation") != (request.level is not None):
        code = "marks.retain.no_level" if request.level is None else "marks.retain.level"
        yield Finding(code, where, {"method": request.method})
    elif request.level is not None and request.criterion is None:
        yield Finding("marks.retain.no_criterion", where)
    for line in lines:
        if request.level is not None:
            yield from misplaced(grid, {line.key: Mark(level=request.level)}, where)
    yield from _unready(session, book, request, copy, lines)


def _unready(
    session: Session, book: MarkBook, request: Request, copy: Copy, lines: Sequence[GridLine]
) -> Iterator[Finding]:
    """Yield the markers that the method needs and who are not there, have not locked, or left something out."""
    where = Place(item=str(request.copy))
    markers = markers_of(session, copy.key)
    needed = {FIRST, SECOND} if request.method in ("mean", "concertation") else {_RANKS[request.method]}
    for rank in sorted(needed | ({FIRST, SECOND} & markers.keys())):
        if rank not in markers:
            yield Finding("marks.retain.no_marker", where, {"rank": rank})
        elif not book.is_locked(copy.key.epreuve, markers[rank]):
            yield Finding("marks.not_locked", where, {"marker": markers[rank]})
    if request.method != "mean" or not needed <= markers.keys():
        return
    one, other = (marks_of(book, markers[rank], copy.key) for rank in (FIRST, SECOND))
    for line in lines:
        pair = (one.get(line.key, _NOTHING), other.get(line.key, _NOTHING))
        if (pair[0].level is None) != (pair[1].level is None) or pair[0].state != pair[1].state:
            yield Finding("marks.retain.no_mean", where, {"criterion": line.criterion})


def _retained(session: Session, book: MarkBook, request: Request, grid: Grid, line: GridLine) -> Retained:
    markers = markers_of(session, request.copy)

    def said(rank: int) -> Mark:
        return marks_of(book, markers[rank], request.copy).get(line.key, _NOTHING)

    level: str | None = request.level
    state: str | None = None
    value: Exact | None = None
    if request.method in _RANKS:
        mark = said(_RANKS[request.method])
        level, state = mark.level, mark.state
    elif request.method == "mean":
        level, state, value = _mean(grid, said(FIRST), said(SECOND))
    return Retained(
        request.copy, line.key, level, state, value, request.method, request.author, request.reason
    )


def _mean(grid: Grid, one: Mark, other: Mark) -> tuple[str | None, str | None, Exact | None]:
    """Return the level two markers share, or the mean of the values of theirs."""
    if one.level == other.level:
        return one.level, one.state, None
    values = {level.id: parse_exact(level.value) for level in grid.scale.levels}
    mean = sum((values[mark.level or ""] for mark in (one, other)), Fraction(0)) / 2
    level = next((name for name, value in values.items() if value == mean), None)
    return level, None, None if level else exact_text(mean)


def _keep(connection: Connection, book: MarkBook, item: Retained, grid: Grid) -> None:
    copy = {"epreuve": item.copy.epreuve, "part": item.copy.part, "copy": item.copy.number, "line": item.line}
    what = {"level": item.level, "state": item.state, "value": item.value, "method": item.method}
    chain = book.retained_chain(item.copy.epreuve)
    act = Act(chain, item.author, "retain", {**copy, "after": what}, {"reason": item.reason})
    number = append(connection, act).id
    put(connection, RETAINED, {
        "session": book.session, **copy, "member": "", **what, "author": item.author, "reason": item.reason,
        "sheet": keep_sheet(connection, grid), "history": number,
    })  # fmt: skip


def retained(book: MarkBook, epreuve: str | None = None) -> tuple[Retained, ...]:
    """Return what is retained in a session, or in one of its épreuves."""
    asked = select(RETAINED).where(RETAINED.c.session == book.session)
    if epreuve is not None:
        asked = asked.where(RETAINED.c.epreuve == epreuve)
    ordered = asked.order_by(RETAINED.c.epreuve, RETAINED.c.part, RETAINED.c.copy, RETAINED.c.line)
    with book.database.reading() as connection:
        return tuple(
            Retained(
                CopyKey(row.epreuve, row.part, row.copy), row.line, row.level, row.state, row.value,
                row.method, row.author, row.reason,
            )
            for row in connection.execute(ordered)
        )  # fmt: skip
