"""A session whose copies wait, and the book of its marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.marking.book import MarkBook
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from tests.marking.sessions import a_session_to_mark


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    return a_session_to_mark(tmp_path)


@pytest.fixture
def book(session: Session) -> MarkBook:
    return session_book(session, {})
