"""Locking a marker's marks of an épreuve: from then on they change no more, and may be compared."""

from __future__ import annotations

from collections.abc import Iterator

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids import Mark
from kit.marking.book import MarkBook
from kit.marking.comparing import marks_of
from kit.marking.copies import copies_of
from kit.marking.set_aside import grid_to_assess
from kit.sessions.opening import Session

_NOTHING = Mark()


def lock_marks(session: Session, book: MarkBook, epreuve: str, marker: str, secret: bytes) -> bool:
    """Lock a marker's marks of an épreuve; return whether they were still open.

    Raises:
        MarkingError: a copy has a criterion of which nothing is said; all are listed.
        InvalidFile: this person marks nothing of it, or the session was not built.
        EnvironmentFault: the database refuses.
    """
    raise_for(left(session, book, epreuve, marker, secret), MarkingError)
    return book.lock(epreuve, marker)


def left(session: Session, book: MarkBook, epreuve: str, marker: str, secret: bytes) -> Iterator[Finding]:
    """Yield the copies of an épreuve that a marker has not finished."""
    mine = [copy for copy in copies_of(session, marker, secret) if copy.key.epreuve == epreuve]
    if not mine:
        yield Finding("marks.no_work_here", Place(item=epreuve), {"marker": marker})
    for copy in sorted(mine, key=lambda item: item.key):
        said = marks_of(book, marker, copy.key)
        lines = grid_to_assess(session, book, copy).lines
        waiting = [line.criterion for line in lines if not said.get(line.key, _NOTHING).is_marked]
        if waiting:
            yield Finding("marks.left", Place(item=str(copy.key)), {"criteria": waiting})
