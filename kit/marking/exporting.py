"""All that is kept of a session's marks, as data for other tools: it shows every marker's, so it is the centre's."""

from __future__ import annotations

from collections.abc import Iterator

from kit.errors import Finding, Place
from kit.marking.book import MarkBook
from kit.marking.retaining import retained
from kit.marking.tables import LOCKED, MARK
from kit.store.history import breaks
from kit.store.sql import select


def history_findings(book: MarkBook) -> Iterator[Finding]:
    """Yield where the history no longer follows: something was changed by another way than ours."""
    with book.database.reading() as connection:
        for found in breaks(connection):
            fields = {"chain": found.chain, "rank": found.rank, "address": book.database.shown}
            yield Finding("store.tampered", Place(), fields)


def export_marks(book: MarkBook) -> dict[str, object]:
    """Return marks, locks, what is retained, and the last hash of each chain of the history.

    Raises:
        EnvironmentFault: the database refuses.
    """
    with book.database.reading() as connection:
        marks = connection.execute(
            select(MARK).where(MARK.c.session == book.session).order_by(*MARK.primary_key.columns)
        ).all()
        locks = connection.execute(
            select(LOCKED).where(LOCKED.c.session == book.session).order_by(*LOCKED.primary_key.columns)
        ).all()
        chains = book.heads(connection)
    return {
        "session": book.session,
        "marks": [
            {
                "epreuve": row.epreuve, "part": row.part, "copy": row.copy, "marker": row.marker,
                "criterion": row.line.partition("@")[0], "line": row.line, "member": row.member or None,
                "level": row.level, "state": row.state or (None if row.level else "not_marked"),
                "comment": row.comment, "reason": row.reason or None,
            }
            for row in marks
        ],
        "locks": [{"epreuve": row.epreuve, "marker": row.marker} for row in locks],
        "retained": [
            {
                "epreuve": item.copy.epreuve, "part": item.copy.part, "copy": item.copy.number,
                "criterion": item.line.partition("@")[0], "line": item.line, "level": item.level,
                "state": item.state, "value": item.value, "method": item.method, "by": item.author,
                "reason": item.reason,
            }
            for item in retained(book)
        ],
        "history": chains,
    }  # fmt: skip
