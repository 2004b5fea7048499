"""The lines that the jury neutralised for a candidate: a marker meets them as « non évalué », and never learns why."""

from __future__ import annotations

from collections.abc import Mapping

from kit.grids import Grid, Mark
from kit.marking.book import MarkBook
from kit.marking.copies import Copy, CopyKey, copy_grid
from kit.marking.tables import NEUTRALISED
from kit.sessions.opening import Session
from kit.store.sql import select

SET_ASIDE = Mark(state="neutralised")
_NONE: frozenset[str] = frozenset()


def set_aside(session: Session, book: MarkBook) -> Mapping[CopyKey, frozenset[str]]:
    """Return the lines not to assess of each candidate's own copy.

    A group's copy has none: what its members share is assessed, and one member's result leaves the line out.
    """
    asked = select(NEUTRALISED.c.epreuve, NEUTRALISED.c.candidate, NEUTRALISED.c.line).where(
        NEUTRALISED.c.session == book.session
    )
    with book.database.reading() as connection:
        rows = connection.execute(asked).all()
    found: dict[CopyKey, frozenset[str]] = {}
    for own in session.attributions if rows else ():
        key = CopyKey(own.epreuve, own.part, own.number)
        lines = {row.line for row in rows if (row.epreuve, row.candidate) == (own.epreuve, own.candidate)}
        here = frozenset(line for line in lines if line.partition("@")[2] == own.part)
        if here:
            found[key] = here
    return found


def grid_to_assess(session: Session, book: MarkBook, copy: Copy) -> Grid:
    """Return the grid of a copy, without the lines that are not to be assessed.

    Raises:
        InvalidFile: the session was not built, or the file is no grid.
        EnvironmentFault: the database refuses.
    """
    aside = set_aside(session, book).get(copy.key, _NONE)
    grid = copy_grid(session.root, copy)
    return grid.model_copy(update={"lines": tuple(line for line in grid.lines if line.key not in aside)})
