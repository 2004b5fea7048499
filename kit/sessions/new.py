"""A new session's folder: commented examples of every file, to be replaced by one's own."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kit.errors import AuthorError, InvalidFile, Place
from kit.referentiel import DEFAULT
from kit.sessions.examples import (
    EXAMPLE_EPREUVES,
    GITIGNORE,
    create_folder,
    gitignore_text,
    groups,
    is_empty,
    refuse_file,
    session_text,
    table_text,
)
from kit.sessions.files import CONFIG
from kit.sessions.model import Assignment, Attendance, Candidate, Incident, Member, Person, Registration, Row
from kit.sessions.values import is_identifier

_DELAY = timedelta(days=60)
_CENTRE = "Centre à compléter"

# Invented people, to be replaced: no address below example.org can receive anything (RFC 2606).
_CANDIDATES = (
    ("C001", "Lemarchand-Ruiz", "Inès", "2003-04-17", "ines.lemarchand@example.org", "formation", ""),
    ("C002", "d’Orsenne", "Maël", "2002-11-30", "mael.dorsenne@example.org", "apprentissage", ""),
    ("C003", "Nguyễn", "Thị Mai", "1994-01-09", "", "vae", ""),
)
_PEOPLE = (
    ("P01", "Solène Kerbrat", "correcteur", "formatrice en marketing", "non", ""),
    ("P02", "Idriss Belhomme", "correcteur", "consultant", "oui", ""),
    ("P03", "Hélène Vauquelin", "jury_president", "directrice commerciale", "oui", ""),
    ("P04", "Bastien Orgeval", "jury_membre", "enseignant", "non", ""),
)


def new_session(
    folder: Path, session_id: str | None = None, today: date | None = None, *, mock: bool = False
) -> Path:
    """Return the folder of a new session, written with commented examples and a secret of its own.

    Args:
        folder: where; it may exist when it is empty.
        session_id: the session's id (default: made from the folder's name).
        today: the day the example's dates are counted from (default: the current day).
        mock: whether it is a mock exam.

    Raises:
        AuthorError: the folder holds something, or is no folder; nothing was written.
        InvalidFile: the id cannot be one.
        EnvironmentFault: the disk or the rights refuse.
    """
    folder = Path(folder)
    if session_id is None:
        session_id = id_from(os.path.realpath(folder).rpartition(os.sep)[2])
    if not is_identifier(session_id):
        raise InvalidFile.of("session.value.id", Place(CONFIG, field="id"), value=session_id)
    refuse_file(folder)
    if not is_empty(folder):
        raise AuthorError.of("session.folder.not_empty", Place(str(folder)))
    today = today or datetime.now(tz=UTC).date()
    create_folder(folder, example_texts(session_id, today, mock=mock))
    return folder


def example_texts(session_id: str, today: date, *, mock: bool = False) -> dict[str, str]:
    """Return the files of a new session by name, its secret apart."""
    tables: tuple[tuple[type[Row], Sequence[Sequence[str]]], ...] = (
        (Candidate, _CANDIDATES),
        (Registration, registrations([row[0] for row in _CANDIDATES])),
        (Member, groups([row[0] for row in _CANDIDATES])),
        (Person, _PEOPLE),
        (Assignment, _assignments()),
        (Attendance, ()),
        (Incident, ()),
    )
    texts = {model.file: table_text(model, rows) for model, rows in tables}
    texts[CONFIG] = session_text(session_id, _CENTRE, DEFAULT, _monday(today + _DELAY), demo=False, mock=mock)
    return {**texts, GITIGNORE: gitignore_text()}


def registrations(candidates: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the inscriptions of all `candidates` to all épreuves of the example, first attempt."""
    return [(candidate, epreuve.id, "1") for epreuve in EXAMPLE_EPREUVES for candidate in candidates]


def id_from(name: str) -> str:
    """Return an id made from a folder's name: letters without accents, figures, dots and dashes.

    >>> id_from("Session d’été 2026"), id_from("…")
    ('Session-d-ete-2026', 'SESSION')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:40].rstrip("-._") or "SESSION"


def _assignments() -> list[tuple[str, str, str, str, str]]:
    markers = [
        (person, "correcteur", epreuve.id, rank, "")
        for epreuve in EXAMPLE_EPREUVES
        for person, rank in (("P01", "1"), ("P02", "2"))
    ]
    return [*markers, ("P03", "jury_president", "", "", ""), ("P04", "jury_membre", "", "", "")]


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
