"""A small session as it is when marking begins: built, its copies numbered, its markers named."""

from __future__ import annotations

from pathlib import Path

from kit.grids import Grid
from kit.marking.book import MarkBook
from kit.marking.copies import Copy, copies_of, session_copies
from kit.marking.desk import Desk, session_desk
from kit.sessions.attribution import attribute, write_attribution
from kit.sessions.opening import Session, open_session
from kit.sessions.seeds import create_secret, read_secret
from kit.writing import write_text
from tests.builders import E1, SESSION, a_session
from tests.case_builders import a_grid, a_line

PEOPLE = """\
id,nom,role,qualite,externe,centre
P1,Solène Kerbrat,correcteur,,non,
P2,Idriss Belhomme,correcteur,,oui,
P3,Maud Oléron,correcteur,,oui,
P9,Ugo Sarlat,responsable,,non,
"""
ASSIGNMENTS = """\
intervenant,role,epreuve,rang,candidat
P1,correcteur,E2,1,
P2,correcteur,E2,2,
P3,correcteur,E2,3,
P1,correcteur,E1,1,
P9,responsable,,,
"""
GROUPS = "epreuve,groupe,candidat\nE1,G1,C1\nE1,G1,C2\nE1,G2,C3\n"
REGISTRATIONS = "candidat,epreuve,tentative\n" + "".join(
    f"{who},{epreuve},1\n" for epreuve in ("E2", "E1") for who in ("C1", "C2", "C3")
)
NAMES = ("Abitbol", "Zoé", "d’Aubenas", "Côme", "Le Cœur", "Anaïs")


def a_grid_of(epreuve: str, variant: int = 1) -> Grid:
    """Return the grid of a variant: E2 has one part; E1 one that the group carries and one that each candidate does."""
    lines = {
        "E2": (a_line("CE1.1", "3"), a_line("CE1.2", "1")),
        "E1": (
            a_line("CE1.1", "2", "dossier", "group"),
            a_line("CE1.2", "1", "dossier", "group"),
            a_line("CE1.1", "1", "synthese"),
        ),
    }[epreuve]
    code = f"JUIN-2026-{epreuve}-P{variant}"
    return a_grid({}).model_copy(
        update={"code": code, "epreuve": epreuve, "variant": variant, "lines": lines}
    )


def a_session_to_mark(workspace: Path, **files: str) -> Session:
    """Return a session whose copies wait for their markers, opened.

    Args:
        workspace: where to write it.
        files: texts by file name without its end, over the defaults.
    """
    texts = {
        "session": SESSION + E1, "inscriptions": REGISTRATIONS, "groupes": GROUPS,
        "intervenants": PEOPLE, "affectations": ASSIGNMENTS,
    }  # fmt: skip
    root = a_session(workspace, **{**texts, **files})
    create_secret(root, bytes(range(32)))
    for epreuve, variants in (("E2", (1, 2)), ("E1", (1,))):
        for variant in variants:
            folder = root / "build" / "correcteurs" / epreuve / f"principal-{variant}"
            folder.mkdir(parents=True)
            write_text(folder / "grid.json", a_grid_of(epreuve, variant).model_dump_json())
    write_attribution(root, attribute(open_session(root), read_secret(root)))
    return open_session(root)


def desk_of(session: Session, book: MarkBook, marker: str) -> Desk:
    """Return a marker's desk."""
    desk = session_desk(session, marker, book)
    assert desk.copies == copies_of(session, marker, read_secret(session.root))
    return desk


def copies_in(session: Session, epreuve: str, part: str) -> list[Copy]:
    """Return the copies of a part, by number."""
    return [copy for copy in session_copies(session) if (copy.key.epreuve, copy.key.part) == (epreuve, part)]
