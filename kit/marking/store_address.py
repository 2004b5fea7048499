"""Where a session's marks are kept: `KIT_STORE`, else what its file says, else a file beside the build."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kit.marking.book import MarkBook, open_book
from kit.sessions.opening import Session

VARIABLE = "KIT_STORE"
FOLDER, FILE = "notes", "notes.sqlite"


def session_book(session: Session, environment: Mapping[str, str] | None = None) -> MarkBook:
    """Return the book of marks of a session.

    Raises:
        InvalidFile: the address is none, or leads to something else.
        EnvironmentFault: the database refuses.
    """
    given = (os.environ if environment is None else environment).get(VARIABLE)
    said = session.config.store.get_secret_value() if session.config.store is not None else None
    address: str | Path = given or said or session.root / FOLDER / FILE
    return open_book(address, session.config.id)
