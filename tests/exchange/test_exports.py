"""What leaves: grades for Moodle, results as data, the declaration of certified people; all checked before."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from openpyxl import load_workbook
from typer.testing import CliRunner

from kit.cli.app import app
from kit.errors import EnvironmentFault, InvalidFile
from kit.exchange.accrochage import NAMESPACE, Account, certified_people, declaration, read_civil
from kit.exchange.moodle_grades import grades_files, users_of
from kit.exchange.nir import holds_nir
from kit.exchange.results_files import results_data, results_in_force, results_workbook
from kit.jury.deciding import Verdict, decide
from kit.jury.needs import acquired_blocs
from kit.jury.signing import amend, sign
from kit.marking.book import MarkBook
from kit.marking.store_address import session_book
from kit.sessions.model import Acquired
from kit.sessions.opening import Session, open_session
from kit.writing import write_together
from tests.commands import run
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


def test_a_pending_fraud_does_not_leave_for_a_course_s_gradebook(session: Session) -> None:
    text = "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,fraud_pending,,\n"
    (session.root / "presences.csv").write_text(text, "utf-8")
    again = open_session(session.root)
    files = grades_files(again, results_in_force(again, session_book(again, {})), "id")
    assert list(csv.reader(io.StringIO(files["JUIN-2026-E2.csv"])))[1] == ["C1", "", ""]


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
    assert loaded.sheetnames == ["Épreuves", "Compétences", "Blocs", "Origine"]
    rows = list(loaded["Épreuves"].iter_rows(values_only=True))
    assert rows[1][:4] == ("C1", "Le Cœur", "Anaïs", 13.5)
    assert rows[1][4] == "=40/3"
    assert rows[2][6] is None
    name = loaded["Épreuves"]["B4"]
    assert (name.value, name.data_type) == ("=SOMME(A1)", "s")
    blocs = list(loaded["Blocs"].iter_rows(min_row=2, values_only=True))
    assert [row[3] for row in blocs] == ["acquis", "aucune", "non acquis"]
    assert blocs[0][5].replace("\u00a0", " ") == "proposition : acquis"
    origin = dict(loaded["Origine"].iter_rows(min_row=2, values_only=True))
    assert "aucun n’est signé" in origin["Procès-verbal de délibération du jury"]


def test_a_workbook_says_the_certification_and_the_pv_it_comes_from(session: Session, book: MarkBook) -> None:
    decide(session, book, Verdict("C2", "B1", "deferred", "J1", "Copie égarée"))
    pv = sign(session, book, ["J1", "J2"])
    later = amend(session, book, Verdict("C2", "B1", "validated", "J1", "Copie retrouvée"), ["J2"])
    loaded = load_workbook(io.BytesIO(results_workbook(session, book)))
    blocs = list(loaded["Blocs"].iter_rows(min_row=2, values_only=True))
    assert [row[4:6] for row in blocs] == [
        ("validé", "obtenue"),
        ("validé", "obtenue"),
        ("non validé", "non obtenue"),
    ]
    origin = dict(loaded["Origine"].iter_rows(min_row=2, values_only=True))
    assert origin["Référentiel"] == f"{session.referentiel.slug} {session.referentiel.version}"
    assert {"Certification", "Numéro RNCP", "Règlement", "Session"} <= origin.keys()
    assert pv.digest in origin["Procès-verbal de délibération du jury"]
    assert str(pv.content["at"][:4]) in origin["Procès-verbal de délibération du jury"]
    assert later.digest in origin["Procès-verbal rectificatif n°\u00a01"]
    data = results_data(session, book)
    assert [(item["number"], item["amendment"]) for item in data["pv"]] == [(1, None), (2, 1)]
    assert [item["candidate"] for item in data["certified"]] == ["C1", "C2"]


def test_a_bloc_acquired_earlier_is_said_to_be_kept(session: Session) -> None:
    rows = "candidat,code,date,session,referentiel,pv,note\n"
    (session.root / "acquis.csv").write_text(f"{rows}C1,B1,2025-07-02,S,r 1,{'a' * 64},\n", "utf-8")
    (session.root / "inscriptions.csv").write_text("candidat,epreuve,tentative\nC2,E2,1\nC3,E2,1\n", "utf-8")
    for name in ("attribution.csv", "groupes.csv"):
        (session.root / name).unlink(missing_ok=True)
    text = "epreuve,partie,groupe,candidat,version,variant,copie\nE2,ecrit,,C2,principal,1,2\nE2,ecrit,,C3,principal,2,3\n"
    (session.root / "attribution.csv").write_text(text, "utf-8")
    kept = dataclasses.replace(
        session,
        acquired=(
            Acquired(
                candidate="C1", code="B1", on=date(2025, 7, 2), session="S", referentiel="r 1", pv="a" * 64
            ),
        ),
    )
    found = {item["id"]: item for item in results_in_force(kept, session_book(kept, {}))}
    assert [found[who]["blocs"]["B1"]["kept"] for who in ("C1", "C3")] == [True, False]
    assert set(found["C3"]["blocs"]["B1"]) == {"proposal", "mark", "trace", "kept", "decision"}


def undecided(data: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(json.dumps(data["candidates"]))
    for item in found:
        for bloc in item["blocs"].values():
            bloc.pop("decision")
    return found


def test_results_leave_as_data_and_are_the_pv_s_once_it_is_signed(session: Session, book: MarkBook) -> None:
    before = results_data(session, book)
    assert (before["pv"], before["decisions"]) == ([], [])
    assert Fraction(before["candidates"][0]["epreuves"]["E2"]["mark"]) == Fraction(40, 3)
    decide(session, book, Verdict("C2", "B1", "deferred", "J1", "Copie égarée"))
    pv = sign(session, book, ["J1", "J2"])
    after = results_data(session, book)
    assert undecided(after) == undecided(before)
    assert [item["blocs"]["B1"]["decision"] for item in after["candidates"]] == [
        "validated",
        "deferred",
        "refused",
    ]
    assert "reason" not in json.dumps(after)
    assert "trace" not in json.dumps(after)
    for item, of_pv in zip(after["candidates"], pv.content["results"], strict=True):
        assert [bloc["kept"] for bloc in item["blocs"].values()] == [False]
        assert item["epreuves"] == of_pv["epreuves"]
        for kind, name in (("competences", "status"), ("blocs", "proposal")):
            said = {code: one[name] for code, one in item[kind].items()}
            assert said == {code: one[name] for code, one in of_pv[kind].items()}
    assert [item["digest"] for item in after["pv"]] == [pv.digest]
    assert {(item["candidate"], item["decision"]) for item in after["decisions"]} == {
        ("C1", "validated"),
        ("C2", "deferred"),
        ("C3", "refused"),
    }
    assert json.loads(json.dumps(after)) == after


def test_nobody_of_a_demonstration_is_declared(session: Session, book: MarkBook) -> None:
    demo = dataclasses.replace(session, config=session.config.model_copy(update={"demo": True}))
    account = Account.model_validate({**yaml.safe_load(ACCOUNT)})
    at = datetime(2026, 7, 1, tzinfo=UTC)
    with pytest.raises(InvalidFile) as caught:
        declaration(demo, (), {}, account, at, session.root / "absent.xsd")
    assert "accrochage.demo" in codes(caught)


def test_who_had_every_bloc_before_was_declared_then(session: Session, book: MarkBook) -> None:
    brought = Acquired(
        candidate="C1", code="B1", on=date(2025, 7, 2), session="S", referentiel="r 1", pv="a" * 64
    )
    here = brought.model_copy(update={"candidate": "C3", "session": session.config.id})
    assert [item.candidate.id for item in certified_people(session, (brought, here))] == ["C3"]


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


@pytest.mark.parametrize(
    "typed",
    [
        "2 03 04 69 383 012", "2030469383012", "203.04.69.383.012.45", "2-03-04-69-383-012", "NIR : 203046938301245",
        "2 03 04 2A 383 012", "103042b38301245", "n°2030469383012", "2\u00a003\u202f04 69 383 012 (45)",
        "２０３０４６９３８３０１２", "2\u200b030469383012", "'2030469383012",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "row", ["{},N,,F,1", "C1,{},,F,1", "C1,N,{},F,1", "C1,N,,{},1", "C1,N,,F,{}", "C1,N,,F,1,{}", "{}"]
)
def test_a_nir_is_found_in_any_column_and_never_repeated(tmp_path: Path, typed: str, row: str) -> None:
    path = tmp_path / "personnes.csv"
    path.write_text(CIVIL + row.format(typed) + "\n", "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_civil(path)
    assert codes(caught) == ["accrochage.nir"]
    (found,) = caught.value.findings
    assert (found.where.file, found.where.line) == (str(path), 4)
    assert re.search(r"\d{6}|\d\d \d\d", f"{found.message} {found.remedy}") is None


def test_a_nir_in_the_titles_or_a_remark_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / "personnes.csv"
    for text in ("2030469383012,b,c\n", f"# 2030469383012\n{CIVIL}", 'candidat,x\nC1,"2030469\n383012"\n'):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidFile) as caught:
            read_civil(path)
        assert codes(caught) == ["accrochage.nir"], text
        assert "20304" not in str(caught.value).replace(str(path), "")


@pytest.mark.parametrize(
    "text", ["69003", "06 12 34 56 78", "2003-04-17", "C030469383012", "123456789012", "20304693830121"]
)
def test_other_numbers_are_no_nir(text: str) -> None:
    assert not holds_nir(text)


def test_somebody_twice_in_the_file_of_civil_status_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "personnes.csv"
    path.write_text(CIVIL + "C1,Autre,,M,75001\n", "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_civil(path)
    (found,) = caught.value.findings
    assert (found.code, found.where.file, found.where.line) == ("accrochage.twice", str(path), 4)
    assert "ligne 2" in found.message.replace("\u00a0", " ")


def test_messages_name_the_file_that_was_given(signed_root: Path, tmp_path: Path) -> None:
    path = signed_root.parent / "personnes.csv"
    path.write_text(CIVIL.replace(",F,", ",X,"), "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_civil(path)
    assert caught.value.findings[0].where.file == str(path)
    (signed_root.parent / "etat-civil.csv").rename(path)
    path.write_text(CIVIL.partition("C2")[0], "utf-8")
    code, said = exported(signed_root, people=path.name)
    assert (code, str(path) in said, "etat-civil.csv" in said) == (1, True, False), said


def test_a_link_is_not_read_for_the_file_it_leads_to(signed_root: Path, tmp_path: Path) -> None:
    secret = signed_root.parent / "autre.txt"
    secret.write_text("motdepasse,tres-secret\nroot,toor\n", "utf-8")
    (signed_root.parent / "lien.csv").symlink_to(secret)
    code, said = exported(signed_root, people="lien.csv")
    assert (code, "lien vers un autre fichier" in said, "secret" in said) == (1, True, False), said
    code, said = run(
        "export", "grades", signed_root, "--out", tmp_path / "g", "--users", signed_root.parent / "lien.csv"
    )
    assert (code, "lien vers un autre fichier" in said, "secret" in said) == (1, True, False), said


def exported(root: Path, **given: str) -> tuple[int, str]:
    """Run the declaration as a person does."""
    beside = root.parent
    names = {"account": "compte.yaml", "people": "etat-civil.csv", "xsd": "accrochage.xsd"} | given
    options = [word for name, file in names.items() for word in (f"--{name}", beside / file)]
    return run("export", "accrochage", root, "--out", beside / "flux.xml", *options)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("etat-civil.csv", "69003", "Lyon", "« codePostal », ligne 39 de la déclaration : sa valeur n’a pas la forme [0-9]{5}"),
        ("accrochage.xsd", 'name="idFlux"', 'name="autre"', "« idFlux », ligne 3 de la déclaration : il n’est pas attendu à cette place, où le schéma attend autre"),
        ("accrochage.xsd", 'maxLength value="8"', 'maxLength value="4"', "sa valeur est trop longue, la limite est de 4"),
        ("accrochage.xsd", 'value="PAR_ADMISSION"', 'value="AUTREMENT"', "sa valeur n’est pas parmi AUTREMENT, PAR_SCORING"),
        ("accrochage.xsd", 'name="idContrat" type="xs:string"', 'name="idContrat" type="xs:date"', "sa valeur n’est pas du type date"),
        ("accrochage.xsd", 'name="flux"', 'name="flot"', "« flux », ligne 2 de la déclaration : il ne le connaît pas"),
        ("accrochage.xsd", '<xs:element name="mentionValidee"', '<xs:element name="note" type="xs:string"/><xs:element name="mentionValidee"', "où le schéma attend note"),
        ("accrochage.xsd", 'name="sexe" type="xs:string"/>', 'name="sexe" type="xs:string"/><xs:element name="pays" type="xs:string" minOccurs="0"/>', ""),
        ("accrochage.xsd", '</xs:sequence></xs:complexType></xs:element>\n    </xs:sequence></xs:complexType></xs:element>\n  </xs:sequence></xs:complexType></xs:element>', '<xs:element name="fin" type="xs:string"/></xs:sequence></xs:complexType></xs:element>\n    </xs:sequence></xs:complexType></xs:element>\n  </xs:sequence></xs:complexType></xs:element>', "il y manque fin"),
    ],
)  # fmt: skip
def test_what_a_schema_refuses_is_said_in_french(
    signed_root: Path, name: str, old: str, new: str, words: str
) -> None:
    path = signed_root.parent / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    code, said = exported(signed_root)
    assert code == (1 if words else 0), said
    assert words in said.replace("\u00a0", " "), said
    assert not re.search(r"Element|expected|atomic|facet", said), said


def test_a_schema_s_refusal_names_the_person_and_each_element_once(signed_root: Path) -> None:
    path = signed_root.parent / "etat-civil.csv"
    path.write_text(CIVIL.replace("13001", "Aix"), "utf-8")
    code, said = exported(signed_root)
    assert (code, said.count("✗"), "JUIN-2026-C2" in said) == (1, 1, True), said


@pytest.mark.parametrize("bad", ["ABCD\\x0123", "ABCD\\uFFFE123"])
def test_a_character_no_xml_holds_is_told_with_its_line(signed_root: Path, bad: str) -> None:
    path = signed_root.parent / "compte.yaml"
    path.write_text(ACCOUNT.replace("sender: ABCD1234", f'sender: "{bad}"'), "utf-8")
    code, said = exported(signed_root)
    assert (code, "Défaut" in said, "compte.yaml, ligne 1" in said) == (1, False, True), said
    assert not (signed_root.parent / "flux.xml").exists()


def test_a_cell_beyond_what_csv_reads_is_told(signed_root: Path, tmp_path: Path) -> None:
    path = signed_root.parent / "etat-civil.csv"
    path.write_text(CIVIL + f"C3,{'x' * 140_000},,F,1\n", "utf-8")
    code, said = exported(signed_root)
    assert (code, "131072" in said, "xxxx" in said) == (1, True, False), said
    users = tmp_path / "u.csv"
    users.write_text(f"email,nom\na@b.fr,{'x' * 140_000}\n", "utf-8")
    code, said = run("export", "grades", signed_root, "--out", tmp_path / "g", "--users", users)
    assert (code, "131072" in said, (tmp_path / "g").exists()) == (1, True, False), said


@pytest.mark.parametrize("text", ["", "\0", "email\n\0", '"email\n'])
def test_a_list_of_users_that_is_no_table_is_told(session: Session, tmp_path: Path, text: str) -> None:
    users = tmp_path / "u.csv"
    users.write_text(text, "utf-8")
    code, said = run("export", "grades", session.root, "--out", tmp_path / "g", "--users", users)
    assert (code, "Défaut" in said, str(users) in said) == (1, False, True), said


def test_grades_are_written_all_or_none(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "notes"
    (out / "JUIN-2026-E2.csv").mkdir(parents=True)
    (out / "JUIN-2026-E1.csv").write_text("ancien", "utf-8")
    code, said = run("export", "grades", session.root, "--out", out)
    assert (code, "JUIN-2026-E2.csv" in said, "Défaut" in said) == (1, True, False), said
    assert (out / "JUIN-2026-E1.csv").read_text("utf-8") == "ancien"
    assert sorted(path.name for path in out.iterdir()) == ["JUIN-2026-E1.csv", "JUIN-2026-E2.csv"]


def test_what_was_there_comes_back_when_one_file_cannot_be_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("ancien", "utf-8")
    rename = Path.rename

    def refusing(self: Path, target: Path) -> Path:
        if target.name == "b" and self.parent.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(EnvironmentFault):
        write_together(tmp_path, {"a": "neuf", "b": "neuf"})
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a": "ancien"}
    with pytest.raises(EnvironmentFault):
        write_together(tmp_path / "c", {"a": "neuf", "b": "neuf"})
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("kind", ["results", "grades", "accrochage"])
def test_an_empty_path_is_refused(
    session: Session, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    rest = ["--account", "a", "--people", "p", "--xsd", "x"] if kind == "accrochage" else []
    for empty in ("", " "):
        code, said = run("export", kind, session.root, "--out", empty, *rest)
        assert (code, "chemin est vide" in said.replace("\u00a0", " ")) == (2, True), said
    assert sorted(tmp_path.rglob("*")) == before


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


BAD = {
    "": b"",
    "binary": bytes(range(256)),
    "deep": b"[" * 100,
    "xml bomb": b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    "another xml": b"<a/>",
    "import": XSD.replace(
        '<xs:element name="flux">',
        '<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:9/x.xsd"/><xs:element name="flux">',
    ).encode(),
    "latin": "é;à\n".encode("latin-1"),
    "list": b"- 1\n- 2\n",
    "escapes": b'sender: "\\0\\0\\0\\0\\0\\0\\0\\0"\n',
}


@pytest.mark.parametrize("name", ["compte.yaml", "etat-civil.csv", "accrochage.xsd"])
@pytest.mark.parametrize("content", BAD)
def test_no_file_however_bad_is_our_fault(signed_root: Path, name: str, content: str) -> None:
    (signed_root.parent / name).write_bytes(BAD[content])
    code, said = exported(signed_root)
    assert "Défaut" not in said, said
    written = (signed_root.parent / "flux.xml").exists()
    assert (code, written) in {(1, False), (0, True)}, said
    assert code or content == "import", said


@pytest.mark.parametrize("kind", ["account", "people", "xsd"])
@pytest.mark.parametrize("path", ["absent", ".", "tube", "/dev/zero"])
def test_what_is_no_file_is_told(signed_root: Path, kind: str, path: str) -> None:
    if path == "tube":
        os.mkfifo(signed_root.parent / path)
    code, said = exported(signed_root, **{kind: path})
    assert (code, "Défaut" in said) == (1, False), said


def test_a_declaration_where_a_folder_is_leaves_it(signed_root: Path) -> None:
    (signed_root.parent / "flux.xml").mkdir()
    code, said = exported(signed_root)
    assert (code, "Défaut" in said, "flux.xml" in said) == (1, False, True), said
