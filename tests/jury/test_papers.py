"""The papers of a jury: forty people with the names people have, every page readable, tagged, and within its margins."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest

from kit.grids import Mark
from kit.jury.deciding import Verdict, decide
from kit.jury.issuing import write_documents
from kit.jury.neutralising import Decision, neutralise
from kit.jury.signing import amend, sign
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, session_copies
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, find_referentiel
from kit.sessions.opening import Session, open_session
from kit.sessions.seeds import read_secret
from tests.jury.test_jury import JURY, SEATS
from tests.marking.sessions import PEOPLE, a_session_to_mark

NAMES = (
    ("de La Fresnaye-Kerguénéal d’Aubenas-Montmorillon", "Marie-Anne-Élisabeth Joséphine"),
    ("Rakotondramboahirana Andriamampianina", "Haingotiana Miorasoa"),
    ("بن عبد الرحمن الأمين الحسيني", "محمد الطاهر"),
    ("בן־דוד אברהמי", "שׁוֹשַׁנָּה"),
    ("O’Shaughnessy-N’Guessan", "Aïssatou-Léopoldine"),
    ("Nguyễn Thị Thanh Hương", "Ngọc Ánh"),
    ("Żółkiewska-Brzęczyszczykiewicz", "Łucja Świętosława"),
    ("Константинопольский", "Владислав"),
    ("Παπαδημητρακοπούλου", "Αικατερίνη"),
    ("Gündoğdu-İnönü", "Işıl"),
)
WHO = [f"C{rank:02d}" for rank in range(1, 41)]
CANDIDATES = "id,nom,prenom,naissance,email,voie,centre\n" + "".join(
    f"{who},{NAMES[rank % 10][0]},{NAMES[rank % 10][1]},,,{('formation', 'contrat_pro', 'vae')[rank % 3]},\n"
    for rank, who in enumerate(WHO)
)
REGISTRATIONS = "candidat,epreuve,tentative\n" + "".join(f"{who},E2,1\n" for who in WHO)
ASSIGNED = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\n" + SEATS.replace("C2", "C02")
INCIDENT = "Le sujet a été distribué avec dix minutes de retard ; l’épreuve a été prolongée d’autant."
INCIDENTS = f"date,epreuve,partie,candidat,recit\n2026-06-08,E2,ecrit,,{INCIDENT}\n"
REASON = "Le jury a réentendu le candidat ; « l’oral » confirme la maîtrise. " * 12
HEALTH = ("dyslexi", "handicap", "tiers-temps", "malentendant", "médical")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    workspace = tmp_path_factory.mktemp("forty")
    found = a_session_to_mark(
        workspace, candidats=CANDIDATES, inscriptions=REGISTRATIONS, groupes="epreuve,groupe,candidat\n",
        intervenants=PEOPLE + JURY, affectations=ASSIGNED, incidents=INCIDENTS,
    )  # fmt: skip
    shutil.copy(find_referentiel(DEFAULT) / "reglement.yaml", found.root / "reglement.yaml")
    config = found.root / "session.yaml"
    config.write_text(f"{config.read_text('utf-8')}reglement: reglement.yaml\n", "utf-8")
    (found.root / "amenagements.yaml").write_text("C03: tiers-temps\n", "utf-8")
    return open_session(found.root)


@pytest.fixture(scope="module")
def book(session: Session) -> MarkBook:
    return session_book(session, {})


@pytest.fixture(scope="module")
def papers(session: Session, book: MarkBook) -> dict[str, Path]:
    """All documents of the session once it is signed and once corrected, by name."""
    neutralise(
        session, book, Decision("C04", "CE1.2", "DEC-2026-17", _day(), "J1", not_relevant=True, not_core=True)
    )
    for rank, copy in enumerate(session_copies(session)):
        grid = copy_grid(session.root, copy)
        mark = Mark(
            level=("acquis", "non_acquis")[rank % 2], comment="Analyse juste ; conclusion à étayer. " * 6
        )
        book.say("P1", [Saying(copy.key, line.key, mark) for line in grid.lines], {copy.key: grid})
    for who in ("C01", "C05", "C09", "C13"):
        decide(session, book, Verdict(who, "B1", "deferred", "J1", REASON))
    lock_marks(session, book, "E2", "P1", read_secret(session.root))
    sign(session, book, ["J1", "J2"], ["J3"])
    amend(session, book, Verdict("C05", "B1", "validated", "J1", REASON), ["J2"])
    root = session.root / "documents"
    return {str(path.relative_to(root)): path for path in write_documents(session, book)}


def _day():  # type: ignore[no-untyped-def]
    from datetime import date

    return date(2026, 6, 30)


def words(path: Path) -> str:
    told = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return told.stdout.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_every_paper_is_there(papers: dict[str, Path]) -> None:
    kinds = {"releves": 40, "retours": 40}
    for kind, count in kinds.items():
        assert sum(name.startswith(f"{kind}/") for name in papers) == count
    assert {"pv.pdf", "pv-rectificatif-1.pdf", "bilan.pdf"} <= set(papers)
    assert "attestations/C05-B1.pdf" in papers
    assert "attestations/C01-B1.pdf" not in papers


@pytest.mark.needs("pdftotext")
def test_the_pv_says_who_decided_what_and_why(papers: dict[str, Path]) -> None:
    told = words(papers["pv.pdf"])
    flat = re.sub(r"\s+", " ", told)
    for who in WHO:
        assert f"{who})" in told
    for seat in ("Hélène Vauquelin", "Ömer Aksoy", "Bastien Orgeval"):
        assert seat in told
    assert "excusé" in flat
    assert "dix minutes de retard" in flat
    assert "DEC-2026-17" in flat
    assert "CE1.2" not in flat
    assert "Règlement d’exemple" in flat
    pages = len(pikepdf.open(papers["pv.pdf"]).pages)
    assert f"Page {pages} / {pages}" in flat


@pytest.mark.needs("pdftotext")
def test_no_paper_says_anything_of_anybody_s_health(papers: dict[str, Path]) -> None:
    for name, path in papers.items():
        told = words(path).lower()
        assert not [word for word in HEALTH if word in told], name
        if name != "pv.pdf":
            assert "dec-2026-17" not in told, name


@pytest.mark.needs("pdftotext")
def test_everything_is_within_the_page(papers: dict[str, Path]) -> None:
    shown = [
        "pv.pdf",
        "pv-rectificatif-1.pdf",
        "bilan.pdf",
        "releves/C03.pdf",
        "retours/C01.pdf",
        "releves/C04.pdf",
    ]
    for name in shown:
        told = subprocess.run(
            ["pdftotext", "-bbox", str(papers[name]), "-"], capture_output=True, check=True
        ).stdout.decode()
        for page in re.split(r"<page ", told)[1:]:
            width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
            for box in re.findall(
                r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', page
            ):
                left, top, right, bottom = map(float, box)
                assert left >= 20, (name, box)
                assert right <= width - 20, (name, box)
                assert top >= 10, (name, box)
                assert bottom <= height - 10, (name, box)


def test_papers_are_tagged_and_say_their_language(papers: dict[str, Path]) -> None:
    for name in (
        "pv.pdf",
        "pv-rectificatif-1.pdf",
        "releves/C03.pdf",
        "attestations/C05-B1.pdf",
        "retours/C01.pdf",
        "bilan.pdf",
    ):
        with pikepdf.open(papers[name]) as found:
            assert found.Root.MarkInfo.Marked
            assert str(found.Root.Lang).startswith("fr")
            assert found.Root.StructTreeRoot is not None


def test_right_to_left_names_are_drawn_with_true_letters(papers: dict[str, Path]) -> None:
    told = words(papers["releves/C03.pdf"])
    assert re.search("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]{3}", told)
    assert re.search("[\u0590-\u05ff\ufb1d-\ufb4f]{3}", words(papers["releves/C04.pdf"]))


def test_the_papers_are_the_centre_s_alone(papers: dict[str, Path]) -> None:
    for path in papers.values():
        assert path.stat().st_mode & 0o077 == 0
