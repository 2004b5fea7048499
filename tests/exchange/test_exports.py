"""What leaves: grades for Moodle, results as data, the declaration of certified people; all checked before."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from typer.testing import CliRunner

from kit.cli.app import app
from kit.errors import InvalidFile
from kit.exchange.accrochage import NAMESPACE, certified_people, read_civil
from kit.exchange.moodle_grades import grades_files, users_of
from kit.exchange.results_files import results_data, results_in_force, results_workbook
from kit.jury.deciding import Verdict, decide
from kit.jury.resitting import acquired_blocs
from kit.jury.signing import sign
from kit.marking.book import MarkBook
from kit.marking.store_address import session_book
from kit.sessions.opening import Session, open_session
from tests.exchange.schema import XSD
from tests.ui.test_jury_panel import a_jury

PEOPLE = (
    "id,nom,prenom,naissance,email,voie,centre\n"
    "C1,Le Cœur,Anaïs,2003-04-17,anais@example.org,formation,\n"
    "C2,d’Aubenas,Côme,2001-02-03,come@example.org,vae,\n"
    "C3,=SOMME(A1),Zoé,,zoe@example.org,apprentissage,\n"
)
ACCOUNT = "sender: ABCD1234\ncertifier: CERT0001\ncontract: MCFCER000001\ncode: RNCP99999\naccess: {formation: FI, vae: VAE}\n"
CIVIL = "candidat,nom_naissance,nom_usage,sexe,code_postal_naissance\nC1,Le Cœur,,F,69003\nC2,d’Aubenas,,M,13001\n"


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """C1 acquires the bloc, C3 does not, C2 has a copy that nobody marked."""
    root = a_jury(tmp_path).root
    (root / "candidats.csv").write_text(PEOPLE, "utf-8")
    return open_session(root)


@pytest.fixture
def book(session: Session) -> MarkBook:
    return session_book(session, {})


def codes(caught: pytest.ExceptionInfo[InvalidFile]) -> list[str]:
    return [found.code for found in caught.value.findings]


def test_grades_are_one_file_an_epreuve_with_a_point_and_no_zero_for_nothing(
    session: Session, book: MarkBook
) -> None:
    files = grades_files(session, results_in_force(session, book), "email")
    assert sorted(files) == ["JUIN-2026-E1.csv", "JUIN-2026-E2.csv"]
    rows = list(csv.reader(io.StringIO(files["JUIN-2026-E2.csv"])))
    assert rows == [
        ["email", "E2", "E2 feedback"],
        ["anais@example.org", "13.5", ""],
        ["come@example.org", "", ""],
        ["zoe@example.org", "0", ""],
    ]


def test_an_absence_is_no_grade_with_its_reason_beside(session: Session) -> None:
    text = "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,absent_excused,,\n"
    (session.root / "presences.csv").write_text(text, "utf-8")
    again = open_session(session.root)
    files = grades_files(again, results_in_force(again, session_book(again, {})), "id")
    rows = list(csv.reader(io.StringIO(files["JUIN-2026-E2.csv"])))
    assert rows[0][0] == "idnumber"
    assert rows[1] == ["C1", "", "absence justifiée"]


def test_everybody_moodle_would_refuse_is_named_before(session: Session, book: MarkBook) -> None:
    text = PEOPLE.replace("come@example.org", "").replace("zoe@example.org", "ANAIS@example.org")
    (session.root / "candidats.csv").write_text(text, "utf-8")
    again = open_session(session.root)
    results = results_in_force(again, book)
    with pytest.raises(InvalidFile) as caught:
        grades_files(again, results, "email")
    assert codes(caught) == ["export.no_email", "export.email_twice"]
    with pytest.raises(InvalidFile) as caught:
        grades_files(session, results, "email", {"anais@example.org", "zoe@example.org"})
    assert codes(caught) == ["export.unknown_user"]


@pytest.mark.parametrize(
    ("text", "match", "found"),
    [
        ("First name,Email address\nA,a@b.fr\n", "email", {"a@b.fr"}),
        ("Prénom;Numéro d'identification\nA;C1\n", "id", {"C1"}),
    ],
)
def test_a_list_of_users_is_read_as_moodle_exports_it(
    tmp_path: Path, text: str, match: Any, found: set[str]
) -> None:
    (tmp_path / "u.csv").write_text(text, "utf-8")
    assert users_of(tmp_path / "u.csv", match) == found
    with pytest.raises(InvalidFile) as caught:
        users_of(tmp_path / "u.csv", "id" if match == "email" else "email")
    assert codes(caught) == ["export.no_column"]


def test_results_leave_as_a_workbook_whose_words_are_never_formulas(session: Session, book: MarkBook) -> None:
    content = results_workbook(session, book)
    assert content == results_workbook(session, book)
    loaded = load_workbook(io.BytesIO(content))
    assert loaded.sheetnames == ["Épreuves", "Compétences", "Blocs"]
    rows = list(loaded["Épreuves"].iter_rows(values_only=True))
    assert rows[1][:4] == ("C1", "Le Cœur", "Anaïs", 13.5)
    assert rows[1][4] == "=40/3"
    assert rows[2][6] is None
    name = loaded["Épreuves"]["B4"]
    assert (name.value, name.data_type) == ("=SOMME(A1)", "s")
    assert [row[3] for row in loaded["Blocs"].iter_rows(min_row=2, values_only=True)] == [
        "acquis",
        "aucune",
        "non acquis",
    ]


def test_results_leave_as_data_and_are_the_pv_s_once_it_is_signed(session: Session, book: MarkBook) -> None:
    before = results_data(session, book)
    assert (before["pv"], before["decisions"]) == ([], [])
    assert Fraction(before["candidates"][0]["epreuves"]["E2"]["mark"]) == Fraction(40, 3)
    decide(session, book, Verdict("C2", "B1", "deferred", "J1", "Copie égarée"))
    pv = sign(session, book, ["J1", "J2"])
    after = results_data(session, book)
    assert after["candidates"] == pv.content["results"] == before["candidates"]
    assert [item["digest"] for item in after["pv"]] == [pv.digest]
    assert {(item["candidate"], item["decision"]) for item in after["decisions"]} == {
        ("C1", "validated"),
        ("C2", "deferred"),
        ("C3", "refused"),
    }
    assert json.loads(json.dumps(after)) == after


@pytest.fixture
def signed_root(session: Session, book: MarkBook) -> Path:
    decide(session, book, Verdict("C2", "B1", "validated", "J1", "Copie retrouvée"))
    sign(session, book, ["J1", "J2"])
    for name, text in (("compte.yaml", ACCOUNT), ("etat-civil.csv", CIVIL), ("accrochage.xsd", XSD)):
        (session.root.parent / name).write_text(text, "utf-8")
    return session.root


def declare(root: Path) -> Any:
    beside = root.parent
    return CliRunner().invoke(
        app,
        [
            "export", "accrochage", str(root), "--out", str(beside / "flux.xml"),
            "--account", str(beside / "compte.yaml"), "--people", str(beside / "etat-civil.csv"),
            "--xsd", str(beside / "accrochage.xsd"),
        ],
    )  # fmt: skip


def test_certified_people_are_declared_as_the_schema_asks(signed_root: Path) -> None:
    done = declare(signed_root)
    assert done.exit_code == 0, (done.output, done.exception)
    target = signed_root.parent / "flux.xml"
    assert target.stat().st_mode & 0o077 == 0
    tree = etree.fromstring(target.read_bytes())
    space = {"c": NAMESPACE}
    assert tree.xpath("//c:idTechnique/text()", namespaces=space) == ["JUIN-2026-C1", "JUIN-2026-C2"]
    assert tree.xpath("//c:nomNaissance/text()", namespaces=space) == ["Le Cœur", "d’Aubenas"]
    assert tree.xpath("//c:modaliteAcces/text()", namespaces=space) == ["FI", "VAE"]
    assert tree.xpath("//c:moisNaissance/text()", namespaces=space) == ["04", "02"]


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("etat-civil.csv", "C2,d’Aubenas,,M,13001\n", "", "accrochage.lacks"),
        ("etat-civil.csv", "F,69003", ",69003", "accrochage.lacks"),
        ("compte.yaml", "vae: VAE", "libre: CL", "accrochage.lacks"),
        ("compte.yaml", "code: RNCP99999\n", "", "accrochage.no_code"),
        ("compte.yaml", "ABCD1234", "ABC", ""),
        ("etat-civil.csv", "69003", "2 03 04 69 383 012 45", "accrochage.nir"),
        ("etat-civil.csv", "69003", "Lyon", "accrochage.refused"),
        ("accrochage.xsd", "<xs:schema", "<xs:schem", "accrochage.no_schema"),
        ("accrochage.xsd", 'name="idFlux"', 'name="autre"', "accrochage.refused"),
    ],
)
def test_what_is_missing_or_refused_is_told_and_nothing_is_written(
    signed_root: Path, name: str, old: str, new: str, code: str
) -> None:
    path = signed_root.parent / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    done = declare(signed_root)
    assert done.exception is not None
    told = getattr(done.exception, "findings", ())
    if code:
        assert code in {found.code for found in told}, told
    assert told
    assert not (signed_root.parent / "flux.xml").exists()


def test_a_schema_cannot_read_other_files(signed_root: Path) -> None:
    xsd = signed_root.parent / "accrochage.xsd"
    text = xsd.read_text("utf-8").replace(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    )
    xsd.write_text(text.replace('name="idFlux"', 'name="idFlux&e;"'), "utf-8")
    assert declare(signed_root).exception is not None
    assert not (signed_root.parent / "flux.xml").exists()


def test_only_who_has_every_bloc_is_certified(session: Session, book: MarkBook) -> None:
    assert certified_people(session, acquired_blocs(session, book)) == ()
    assert set(read_civil(_civil(session))) == {"C1", "C2"}


def _civil(session: Session) -> Path:
    path = session.root.parent / "civil.csv"
    path.write_text(CIVIL, "utf-8")
    return path


def test_the_commands_write_results_and_grades(session: Session, tmp_path: Path) -> None:
    root = str(session.root)
    for name in ("r.xlsx", "r.json"):
        done = CliRunner().invoke(app, ["export", "results", root, "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert CliRunner().invoke(app, ["export", "results", root, "--out", str(tmp_path / "r.doc")]).exit_code
    done = CliRunner().invoke(app, ["export", "grades", root, "--out", str(tmp_path / "notes")])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "notes").iterdir())) == 2
    assert "--users" in done.output
    done = CliRunner().invoke(app, ["results", root, "--json"])
    assert [item["id"] for item in json.loads(done.output)["candidates"]] == ["C1", "C2", "C3"]
