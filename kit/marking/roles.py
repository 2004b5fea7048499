"""A role of the server for each marker: he sees and writes his own marks, and no other marker's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.marking.book import MarkBook
from kit.marking.copies import MARKING_ROLES
from kit.sessions.opening import Session
from kit.store.roles import Rows, share

_MINE = "'kit_' || substr(md5({session} || '/' || {marker}), 1, 20) = current_user"
_OWN = _MINE.format(session="session", marker="marker")
_OWN_CHAIN = _MINE.format(session="split_part(chain, '/', 1)", marker="split_part(chain, '/', 3)")

ROWS = (
    Rows("alembic_version", ("SELECT",)),
    Rows("mark", ("SELECT", "INSERT", "UPDATE"), _OWN),
    Rows("locked", ("SELECT", "INSERT"), _OWN),
    Rows("history", ("SELECT", "INSERT"), _OWN_CHAIN),
    Rows("words", ("SELECT", "INSERT"), "history IN (SELECT id FROM history)"),
    Rows("sheet", ("SELECT (digest)", "INSERT")),
    Rows("signed", ("SELECT (session, number)",)),
    Rows("neutralised", ("SELECT (session, epreuve, candidate, line)",)),
)
"""What a marker's role may do. Of the jury's decisions it sees which lines are not assessed, not their references."""


def role_of(session: str, marker: str) -> str:
    """Return the name of a marker's role on the server; it says nothing of who he is."""
    return f"kit_{hashlib.md5(f'{session}/{marker}'.encode(), usedforsecurity=False).hexdigest()[:20]}"


def marker_roles(session: Session, book: MarkBook, marker: str | None = None) -> Mapping[str, str]:
    """Make the role of each marker of a session, or of one, and return the address each is to use.

    Raises:
        MarkingError: the store is a file, or nobody marks under this id.
        EnvironmentFault: the server refuses.
    """
    known = sorted({item.person for item in session.assignments if item.role in MARKING_ROLES})
    if book.database.is_sqlite:
        raise MarkingError(Finding("marks.roles_file", Place(), {"address": book.database.shown}))
    raise_for(
        [Finding("marks.no_marker", Place("affectations.csv"), {"marker": marker, "known": known})]
        if marker is not None and marker not in known
        else [],
        MarkingError,
    )
    roles = {role_of(book.session, one): one for one in known if marker in (None, one)}
    addresses = share(book.database, ROWS, list(roles))
    return {roles[role]: address for role, address in addresses.items()}
