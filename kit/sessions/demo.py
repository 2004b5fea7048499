"""The demo: the same session everywhere, to the byte, with a secret that everybody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from kit.environment import environment
from kit.errors import AuthorError, KitError, Place
from kit.reading import read_yaml
from kit.referentiel import DEFAULT
from kit.sessions.examples import (
    EXAMPLE_EPREUVES,
    GITIGNORE,
    create_folder,
    gitignore_text,
    groups,
    is_empty,
    session_text,
    table_text,
    write_files,
)
from kit.sessions.files import CONFIG, RESTRICTED
from kit.sessions.lock import session_lock
from kit.sessions.model import Assignment, Attendance, Candidate, Incident, Member, Person, Registration, Row
from kit.sessions.new import registrations
from kit.sessions.seeds import DEMO_SECRET, SECRET_FILE, create_secret

DEMO_ID: Final = "DEMO-2026"
FIRST_DAY: Final = date(2026, 6, 8)
CENTRE: Final = "Centre de démonstration"

# Invented people with the names that break careless files; example.org receives nothing (RFC 2606).
_CANDIDATES = (
    ("C001", "Abitbol-Größmann", "Zoé", "2003-02-11", "zoe.abitbol@example.org", "formation"),
    ("C002", "d’Aubenas", "Côme", "2002-07-29", "come.daubenas@example.org", "formation"),
    ("C003", "de La Fresnaye-Kerguénéal", "Marie-Anne-Élisabeth", "2001-12-03", "", "apprentissage"),
    ("C004", "El Haddaoui", "Yassine", "2003-05-20", "yassine.elhaddaoui@example.org", "apprentissage"),
    ("C005", "Gündoğdu", "Işıl", "2002-01-17", "isil.gundogdu@example.org", "formation"),
    ("C006", "Le Cœur", "Anaïs", "2003-09-08", "anais.lecoeur@example.org", "contrat_pro"),
    ("C007", "N’Diaye", "Fatou", "2002-03-26", "fatou.ndiaye@example.org", "apprentissage"),
    ("C008", "Nguyễn", "Thị Thanh Hương", "1996-10-14", "huong.nguyen@example.org", "vae"),
    ("C009", "O", "Sun-hee", "2001-06-05", "sunhee.o@example.org", "candidat_libre"),
    ("C010", "Rakotondramboahirana", "Haingotiana Miorasoa", "2002-08-31", "miora@example.org", "formation"),
    ("C011", "van den Broeck", "Loïc", "2003-11-22", "loic.vandenbroeck@example.org", "contrat_pro"),
    ("C012", "Żółkiewska", "Łucja", "2002-04-02", "lucja.zolkiewska@example.org", "formation"),
)  # fmt: skip
_PEOPLE = (
    ("P01", "Solène Kerbrat", "correcteur", "formatrice en marketing", "non"),
    ("P02", "Idriss Belhomme", "correcteur", "consultant en stratégie", "oui"),
    ("P03", "Gaëlle Fontanès", "correcteur", "responsable marketing", "oui"),
    ("P04", "Théodore N’Guessan", "formateur", "formateur en action commerciale", "non"),
    ("P05", "Hélène Vauquelin", "jury_president", "directrice commerciale", "oui"),
    ("P06", "Ömer Aksoy", "jury_membre", "chef de produit", "oui"),
    ("P07", "Bastien Orgeval", "jury_membre", "enseignant", "non"),
    ("P08", "Capucine de Saint-Elme", "jury_membre", "responsable de la relation client", "oui"),
    ("P09", "Rosalie Quéméneur", "responsable", "responsable d’examens", "non"),
)
_MARKERS = (("P01", "1"), ("P02", "2"), ("P03", "1"), ("P01", "2"))
"""Two markers per épreuve, of ranks 1 and 2, taken in turn along the list of épreuves."""

_TAUGHT = ("C001", "C002", "C003", "C004", "C005", "C006")


def demo_session(folder: Path) -> Path:
    """Return the folder of the demo, written anew or brought back to what it was at first.

    A build already there stays until the next one takes its place. Other files are left alone.

    Args:
        folder: where; it may exist when it is empty or holds a demo.

    Raises:
        AuthorError: the folder holds something that is not a demo; nothing was written.
        EnvironmentFault: the disk or the rights refuse, or the demo is being built.
    """
    folder = Path(folder)
    texts = demo_texts()
    if is_empty(folder):
        create_folder(folder, texts, DEMO_SECRET)
    elif _is_demo(folder):
        _refresh(folder, texts)
    else:
        raise AuthorError.of("session.folder.not_demo", Place(str(folder)))
    return folder


def demo_texts() -> dict[str, str]:
    """Return the files of the demo by name, its secret apart."""
    candidates = [(*row, "DEMO") for row in _CANDIDATES]
    tables: tuple[tuple[type[Row], Sequence[Sequence[str]]], ...] = (
        (Candidate, candidates),
        (Registration, registrations([row[0] for row in candidates])),
        (Member, groups([row[0] for row in candidates])),
        (Person, [(*row, "DEMO") for row in _PEOPLE]),
        (Assignment, _assignments()),
        (Attendance, ()),
        (Incident, ()),
    )
    texts = {model.file: table_text(model, rows) for model, rows in tables}
    texts[CONFIG] = session_text(DEMO_ID, CENTRE, DEFAULT, FIRST_DAY, demo=True)
    return {**texts, GITIGNORE: gitignore_text()}


def _assignments() -> list[tuple[str, str, str, str, str]]:
    rows = []
    for i, epreuve in enumerate(EXAMPLE_EPREUVES):
        for person, rank in _MARKERS[2 * i % len(_MARKERS) :][:2]:
            rows.append((person, "correcteur", epreuve.id, rank, ""))
    rows += [("P04", "formateur", "", "", candidate) for candidate in _TAUGHT]
    rows += [(row[0], row[2], "", "", "") for row in _PEOPLE if row[2].startswith("jury")]
    return [*rows, ("P09", "responsable", "", "", "")]


def _is_demo(folder: Path) -> bool:
    try:
        data: Any = read_yaml(folder / CONFIG).data
    except KitError:
        return False
    return isinstance(data, dict) and data.get("demo") is True and data.get("id") == DEMO_ID


def _refresh(folder: Path, texts: dict[str, str]) -> None:
    with session_lock(folder), environment(folder):
        changed = {name: text for name, text in texts.items() if _content(folder / name) != text.encode()}
        write_files(folder, changed)
        for name in (*RESTRICTED, SECRET_FILE):
            (folder / name).unlink(missing_ok=True)
        create_secret(folder, DEMO_SECRET)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
