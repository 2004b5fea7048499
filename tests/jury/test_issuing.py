"""The folder of a deliberation's documents: replaced whole, and what others put there stays."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kit.errors import MarkingError
from kit.grids import Mark
from kit.jury.deciding import Verdict
from kit.jury.issuing import write_documents
from kit.jury.signing import amend, sign
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, find_referentiel, load_reglement
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from tests.marking.sessions import PEOPLE, a_session_to_mark, copies_in

PARTS = (("E2", "ecrit"), ("E1", "dossier"), ("E1", "synthese"))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    people = "".join(f"J{rank},Membre {rank},jury_membre,,oui,\n" for rank in (1, 2, 3))
    seats = "P1,correcteur,E2,1,\nP1,correcteur,E1,1,\nJ1,jury_president,,,\nJ2,jury_membre,,,\nJ3,jury_membre,,,\n"
    session = a_session_to_mark(
        tmp_path,
        intervenants=PEOPLE + people,
        affectations=f"intervenant,role,epreuve,rang,candidat\n{seats}",
    )
    return dataclasses.replace(
        session, reglement=load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
    )


@pytest.fixture
def book(session: Session) -> MarkBook:
    """Everybody acquires the bloc, and the PV says so."""
    book = session_book(session, {})
    for epreuve, part in PARTS:
        for copy in copies_in(session, epreuve, part):
            grid = copy_grid(session.root, copy)
            book.say(
                "P1",
                [Saying(copy.key, line.key, Mark(level="acquis")) for line in grid.lines],
                {copy.key: grid},
            )
    for epreuve in session.config.epreuves:
        lock_marks(session, book, epreuve, "P1", read_secret(session.root))
    sign(session, book, ["J1", "J2", "J3"])
    return book


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_a_rectificatif_undoes_goes_and_what_others_put_there_stays(
    session: Session, book: MarkBook
) -> None:
    folder = session.root / "documents"
    assert set(write_documents(session, book)) == {folder / name for name in names(folder)}
    assert folder.stat().st_mode & 0o077 == 0
    (folder / "pv-scan-signé.pdf").write_bytes(b"scan")
    (folder / "attestations" / "bordereau.csv").write_text("envoi", "utf-8")
    assert "attestations/C1-B1.pdf" in names(folder)
    amend(
        session, book, Verdict("C1", "B1", "refused", "J1", "Copie attribuée à un autre"), ["J1", "J2", "J3"]
    )
    write_documents(session, book)
    now = names(folder)
    assert "attestations/C1-B1.pdf" not in now
    assert {"pv-rectificatif-1.pdf", "pv-scan-signé.pdf", "attestations/bordereau.csv"} <= now
    assert (folder / "pv-scan-signé.pdf").read_bytes() == b"scan"
    assert list(session.root.glob(".build-*")) == []


def test_what_has_the_folder_s_name_and_is_none_is_left_alone(session: Session, book: MarkBook) -> None:
    folder = session.root / "documents"
    folder.write_text("mes notes", "utf-8")
    with pytest.raises(MarkingError) as caught:
        write_documents(session, book)
    assert [found.code for found in caught.value.findings] == ["jury.documents_taken"]
    assert folder.read_text("utf-8") == "mes notes"
    folder.unlink()
    elsewhere = session.root.parent / "ailleurs"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    with pytest.raises(MarkingError):
        write_documents(session, book)
    assert list(elsewhere.iterdir()) == []
