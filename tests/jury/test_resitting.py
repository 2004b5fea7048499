"""Blocs over time: what is acquired stays, a rattrapage gives what is left, with the subject prepared for it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kit.cli.app import app
from kit.cli.usage import UsageFault
from kit.errors import AuthorError, InvalidFile, MarkingError
from kit.grids import Mark
from kit.jury.deciding import Verdict, decide
from kit.jury.needs import acquired_blocs, needs_rows, resit_needs
from kit.jury.neutralising import Decision, neutralise
from kit.jury.pv import signed
from kit.jury.resitting import alone, neutralised_before, new_resit
from kit.jury.signing import amend, sign
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, session_copies
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.referentiel import Reglement
from kit.results.candidates import as_json, session_results
from kit.sessions.build import build_session
from kit.sessions.issuing import IMPRINT
from kit.sessions.model import Attendance, Member
from kit.sessions.opening import Session, check_session, open_session
from kit.sessions.register import Imprint, Issued, compare
from kit.sessions.resits import kind_of
from kit.sessions.seeds import SECRET_FILE, read_secret
from tests.builders import a_session
from tests.case_builders import a_template, changed
from tests.commands import run
from tests.jury.test_jury import EXAMPLE, JURY, SEATS

PEOPLE = "id,nom,role,qualite,externe,centre\nP1,Solène Kerbrat,correcteur,,non,\n" + JURY
ASSIGNED = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\n" + SEATS
SESSION = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2: {template: mon-cas, variants: 2, versions: [principal, rattrapage], id: ecrit, mode: surveille,
       date: 2026-06-08, start: "09:00", duration: 60, anonymous: true}
"""
LATER = datetime.now(tz=UTC).date() + timedelta(days=60)


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


def ruled(session: Session, **changes: object) -> Session:
    data = EXAMPLE.model_dump() | changes
    return dataclasses.replace(session, reglement=Reglement.model_validate(data))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A built session of one épreuve, by the shipped example of a règlement."""
    a_template(tmp_path, changed({"seed % 7 * 100": "seed % 7919"}), slug="mon-cas")
    rows = "candidat,epreuve,tentative\nC1,E2,1\nC2,E2,1\nC3,E2,1\n"
    root = a_session(tmp_path, session=SESSION, inscriptions=rows, intervenants=PEOPLE, affectations=ASSIGNED)
    reglement = json.loads(EXAMPLE.model_dump_json(exclude={"bloc"})) | {"bloc": {"rule": "all"}}
    (root / "reglement.yaml").write_text(json.dumps(reglement), "utf-8")
    (root / "session.yaml").write_text(f"{SESSION}reglement: reglement.yaml\n", "utf-8")
    build_session(root)
    return open_session(root)


@pytest.fixture
def book(session: Session) -> MarkBook:
    """A signed session: C1 validated, C2 refused, C3 refused too."""
    book = session_book(session, {})
    mark_all(session, book, {"C1": "acquis"})
    sign(session, book, ["J1", "J2"])
    return book


def mark_all(session: Session, book: MarkBook, levels: dict[str, str]) -> None:
    for copy in session_copies(session):
        grid = copy_grid(session.root, copy)
        row = next(r for r in session.attributions if r.number == copy.key.number)
        mark = Mark(level=levels.get(row.candidate or "", "non_acquis"))
        book.say("P1", [Saying(copy.key, line.key, mark) for line in grid.lines], {copy.key: grid})
    lock_marks(session, book, "E2", "P1", read_secret(session.root))


def test_each_candidate_s_needs_are_named(session: Session, book: MarkBook) -> None:
    needs = resit_needs(session, book)
    assert [(need.candidate, need.bloc, need.attempt, need.is_allowed) for need in needs] == [
        ("C2", "B1", 2, True),
        ("C3", "B1", 2, True),
    ]
    assert [need.epreuves for need in needs] == [("E1", "E2", "E3", "E5", "E7")] * 2
    assert not resit_needs(ruled(session, resit={"attempts": 0, "months": 12, "keeps": "nothing"}), book)[
        0
    ].is_allowed


def test_nothing_is_needed_before_the_signature(session: Session) -> None:
    with pytest.raises(MarkingError) as caught:
        resit_needs(session, session_book(session, {}))
    assert caught.value.findings[0].code == "jury.not_signed_yet"


def test_what_the_reglement_keeps_inside_a_failed_bloc(session: Session) -> None:
    book = session_book(session, {})
    mark_all(session, book, {"C1": "acquis", "C2": "acquis"})
    decide(session, book, Verdict("C2", "B1", "refused", "J1", "Plagiat établi"))
    sign(session, book, ["J1", "J2"])
    kept = {
        keeps: [(item.code, item.mark) for item in need.kept]
        for keeps in ("nothing", "acquired_competences", "passed_epreuves")
        for need in resit_needs(
            ruled(
                session,
                resit={"attempts": 1, "months": 12, "keeps": keeps},
                bloc={"rule": "mean", "threshold": "10", "compensation": True},
            ),
            book,
        )
        if need.candidate == "C2"
    }
    assert kept == {
        "nothing": [],
        "acquired_competences": [("C1", "40/3")],
        "passed_epreuves": [("E2", "40/3")],
    }


def test_the_rattrapage_gives_the_subject_that_was_prepared_for_it(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    target = tmp_path / "rattrapage"
    needs = new_resit(session, book, target, LATER)
    assert [need.candidate for need in needs] == ["C2", "C3"]
    assert [f.code for f in check_session(target) if f.severity == "error"] == []
    later = open_session(target)
    assert (later.config.id, later.config.origin) == ("JUIN-2026-R", "JUIN-2026")
    assert later.config.epreuves["E2"].parts[0].date == LATER
    assert [(row.candidate, row.epreuve, row.attempt) for row in later.registrations] == [
        ("C2", "E2", 2),
        ("C3", "E2", 2),
    ]
    assert (target / SECRET_FILE).read_bytes() == (session.root / SECRET_FILE).read_bytes()
    assert (target / SECRET_FILE).stat().st_mode & 0o077 == 0
    build_session(target)
    prepared, given = imprints(session.root), imprints(target)
    assert {key: item.signature for key, item in given.items()} == {
        key: item.signature for key, item in prepared.items() if key[1] == "rattrapage"
    }
    principal = {item.signature for key, item in prepared.items() if key[1] == "principal"}
    assert not principal & {item.signature for item in given.values()}
    assert {row.version for row in open_session(target).attributions} == {"rattrapage"}


def imprints(root: Path) -> dict[tuple[str, str, int], Imprint]:
    manifest = json.loads((root / "build" / "manifest.json").read_text("utf-8"))
    return {
        (entry["epreuve"], entry["version"], entry["variant"]): Imprint.model_validate_json(
            (root / "build" / entry["path"]).read_bytes()
        )
        for entry in manifest["files"]
        if entry["kind"] == IMPRINT
    }


def test_the_register_lets_a_prepared_rattrapage_be_given_and_nothing_else(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    issued = [
        Issued(session="JUIN-2026", epreuve=key[0], version=key[1], variant=key[2], on=LATER, imprint=item)
        for key, item in imprints(session.root).items()
    ]
    later = [row.model_copy(update={"session": "JUIN-2026-R"}) for row in issued]
    refused = compare(later, issued, "JUIN-2026").refused
    assert {row.version for row in refused} == {"principal"}
    assert len(compare(later, issued).refused) == len(later)


def test_a_rattrapage_already_given_is_drawn_once_more(session: Session, tmp_path: Path) -> None:
    rows = "candidat,epreuve,tentative\nC1,E2,1\nC2,E2,2\nC3,E2,1\n"
    (session.root / "inscriptions.csv").write_text(rows, "utf-8")
    for name in ("attribution.csv", "tirages.csv"):
        (session.root / name).unlink(missing_ok=True)
    build_session(session.root)
    session = open_session(session.root)
    book = session_book(session, {})
    mark_all(session, book, {"C2": "acquis"})
    sign(session, book, ["J1", "J2"])
    target = tmp_path / "rattrapage"
    new_resit(session, book, target, LATER)
    (given,) = [row.variant for row in session.attributions if row.version == "rattrapage"]
    assert [(row.variant, row.draw) for row in open_session(target).draws if row.draw > 1] == [(given, 2)]
    build_session(target)
    before = {item.signature for item in imprints(session.root).values()}
    (again,) = [item for key, item in imprints(target).items() if key[2] == given]
    assert again.signature not in before


def test_what_was_acquired_stays_with_its_date_and_its_pv(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    amended = amend(session, book, Verdict("C3", "B1", "validated", "J1", "Copie oubliée"), ["J2"])
    found = {item.candidate: item for item in acquired_blocs(session, book)}
    assert set(found) == {"C1", "C3"}
    assert (found["C1"].pv, found["C3"].pv) == (signed(book)[0].digest, amended.digest)
    assert found["C1"].session == "JUIN-2026"
    assert [need.candidate for need in resit_needs(session, book)] == ["C2"]


def test_an_acquired_bloc_is_proposed_as_such_and_is_not_decided_again(session: Session) -> None:
    digest = "a" * 64
    (session.root / "acquis.csv").write_text(
        f"candidat,code,date,session,referentiel,pv,note\nC1,B1,2025-07-02,JUIN-2025,petit-titre 1,{digest},\n",
        "utf-8",
    )
    codes = [found.code for found in check_session(session.root)]
    assert "session.acquired.registered" in codes
    (session.root / "inscriptions.csv").write_text("candidat,epreuve,tentative\nC2,E2,1\nC3,E2,1\n", "utf-8")
    (session.root / "attribution.csv").unlink()
    build_session(session.root)
    again = open_session(session.root)
    book = session_book(again, {})
    mark_all(again, book, {"C2": "acquis"})
    result = as_json(session_results(again, book))["candidates"][0]
    assert (result["blocs"]["B1"]["proposal"], result["certification"]) == ("acquis", "acquis")
    assert "2 juillet 2025" in result["blocs"]["B1"]["trace"][0].replace("\u00a0", " ")
    with pytest.raises(MarkingError) as caught:
        decide(again, book, Verdict("C1", "B1", "refused", "J1", "Non"))
    assert [found.code for found in caught.value.findings] == ["jury.no_bloc"]
    pv = sign(again, book, ["J1", "J2"])
    assert {item["candidate"] for item in pv.content["decisions"]} == {"C2", "C3"}
    assert [item["code"] for item in pv.content["acquired"]] == ["B1"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C9,B1,2025-07-02,S,r,{d},", "session.candidate.unknown"),
        ("C1,B7,2025-07-02,S,r,{d},", "session.acquired.unknown"),
        ("C1,E3,2025-07-02,S,r,{d},", "session.acquired.not_kept"),
        ("C1,E3,2025-07-02,S,r,{d},", "session.acquired.no_mark"),
        ("C1,B1,2025-07-02,S,r,{d},12", "session.acquired.mark"),
        ("C1,B1,2025-07-02,S,r,abc,", "session.value.digest"),
        ("C1,E3,2025-07-02,S,r,{d},12.3.4", "field.exact"),
    ],
)
def test_what_a_candidate_cannot_bring_is_told(session: Session, row: str, code: str) -> None:
    text = f"candidat,code,date,session,referentiel,pv,note\n{row.format(d='b' * 64)}\n"
    (session.root / "acquis.csv").write_text(text, "utf-8")
    found = [item for item in check_session(session.root) if item.code == code]
    assert [(item.where.file, item.where.line) for item in found] == [("acquis.csv", 2)]


def test_an_attempt_or_a_date_beyond_the_reglement_is_told_without_stopping(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    target = tmp_path / "trop-tard"
    new_resit(session, book, target, date(2199, 1, 7))
    text = (target / "inscriptions.csv").read_text("utf-8").replace("C2,E2,2", "C2,E2,3")
    (target / "inscriptions.csv").write_text(text, "utf-8")
    told = {found.code: found.severity for found in check_session(target)}
    assert (told["session.resit.late"], told["session.resit.attempts"]) == ("warning", "warning")


def test_a_rattrapage_is_not_written_over_something_nor_for_nobody(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    with pytest.raises(AuthorError):
        new_resit(session, book, session.root, LATER)
    with pytest.raises(InvalidFile):
        new_resit(session, book, tmp_path / "neuf", LATER, "a b")
    strict = ruled(session, resit={"attempts": 0, "months": 12, "keeps": "nothing"})
    with pytest.raises(MarkingError) as caught:
        new_resit(strict, book, tmp_path / "neuf", LATER)
    assert caught.value.findings[0].code == "resit.nobody"
    assert not (tmp_path / "neuf").exists()


def test_the_command_shows_then_writes(session: Session, book: MarkBook, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["jury", "resit", str(session.root)])
    assert shown.exit_code == 0, shown.output
    assert "tentative 2" in shown.output
    target = tmp_path / "neuf"
    words = ["jury", "resit", str(session.root), str(target)]
    undated = CliRunner().invoke(app, words)
    assert isinstance(undated.exception, UsageFault)
    done = CliRunner().invoke(app, [*words, "--first-day", LATER.isoformat(), "--id", "NOV-2026"])
    assert done.exit_code == 0, done.output
    assert open_session(target).config.id == "NOV-2026"


def test_a_code_is_known_by_what_it_names(session: Session) -> None:
    referentiel = session.referentiel
    assert [kind_of(code, referentiel) for code in ("B1", "C1", "E2", "CE1.1")] == [
        "bloc",
        "competence",
        "epreuve",
        None,
    ]


def attended(session: Session, *states: tuple[str, str, str, str]) -> Session:
    rows = tuple(
        Attendance(candidate=who, epreuve=epreuve, part=part, state=state)  # type: ignore[arg-type]
        for who, epreuve, part, state in states
    )
    return dataclasses.replace(session, attendances=rows)


@pytest.mark.parametrize("day", ["9999-12-31", "9999-01-01", "2200-01-01", "1999-12-31", "0001-01-01"])
def test_a_first_day_no_examination_has_is_refused(
    session: Session, book: MarkBook, tmp_path: Path, day: str
) -> None:
    code, said = run("jury", "resit", session.root, tmp_path / "neuf", "--first-day", day)
    assert (code, day in said, "années d’examen" in said) == (1, True, True), said
    assert not (tmp_path / "neuf").exists()


def test_a_last_day_no_examination_has_is_refused(session: Session, book: MarkBook, tmp_path: Path) -> None:
    plan = session.config.epreuves["E2"]
    late = plan.parts[0].model_copy(update={"date": plan.parts[0].date + timedelta(days=40)})  # type: ignore[operator]
    update = {"epreuves": {"E2": plan.model_copy(update={"parts": (plan.parts[0], late)})}}
    longer = dataclasses.replace(session, config=session.config.model_copy(update=update))
    with pytest.raises(MarkingError) as caught:
        new_resit(longer, book, tmp_path / "neuf", date(2199, 12, 1))
    assert caught.value.findings[0].fields["date"] == "2200-01-10"
    assert not (tmp_path / "neuf").exists()


def test_a_deliberation_no_examination_has_is_refused_with_its_line(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    target = tmp_path / "neuf"
    new_resit(session, book, target, LATER)
    text = (target / "session.yaml").read_text("utf-8")
    day = open_session(target).config.resits.deliberated.isoformat()  # type: ignore[union-attr]
    (target / "session.yaml").write_text(text.replace(day, "9999-12-31"), "utf-8")
    found = [item for item in check_session(target) if item.severity == "error"]
    assert [(item.code, item.where.field) for item in found] == [("session.resit.year", "resits.deliberated")]
    assert found[0].where.line is not None


@pytest.mark.parametrize("name", ["rattrapage", "build/rattrapage", "."])
def test_a_rattrapage_is_not_written_inside_the_session_it_resits(
    session: Session, book: MarkBook, name: str
) -> None:
    before = sorted(session.root.rglob("*"))
    with pytest.raises(AuthorError) as caught:
        new_resit(session, book, session.root / name, LATER)
    assert caught.value.findings[0].code == "resit.inside"
    assert sorted(session.root.rglob("*")) == before


def test_a_link_to_the_session_is_still_inside_it(session: Session, book: MarkBook, tmp_path: Path) -> None:
    (tmp_path / "lien").symlink_to(session.root)
    with pytest.raises(AuthorError) as caught:
        new_resit(session, book, tmp_path / "lien" / "neuf", LATER)
    assert caught.value.findings[0].code == "resit.inside"


def test_options_of_a_new_session_are_not_passed_over(session: Session, book: MarkBook) -> None:
    code, said = run("jury", "resit", session.root, "--first-day", "pouet")
    assert (code, "« pouet » n’est pas une date" in said.replace("\u00a0", " ")) == (1, True), said
    code, said = run("jury", "resit", session.root, "--first-day", LATER.isoformat())
    assert (code, "--first-day" in said) == (2, True), said
    code, said = run("jury", "resit", session.root, "--id", "NOV-2026")
    assert (code, "--id" in said) == (2, True), said


def test_an_excused_absence_uses_no_attempt(session: Session, book: MarkBook, tmp_path: Path) -> None:
    states = [("C2", "E2", "ecrit", "absent_excused"), ("C3", "E2", "ecrit", "absent_unexcused")]
    away = attended(session, *states)
    assert [(need.candidate, need.attempt) for need in resit_needs(away, book)] == [("C2", 1), ("C3", 2)]
    once = {"attempts": 0, "months": 12, "keeps": "nothing"}
    assert [need.is_allowed for need in resit_needs(ruled(away, resit=once), book)] == [True, False]
    target = tmp_path / "neuf"
    new_resit(away, book, target, LATER)
    assert [(row.candidate, row.attempt) for row in open_session(target).registrations] == [
        ("C2", 1),
        ("C3", 2),
    ]
    build_session(target)
    assert {row.version for row in open_session(target).attributions} == {"rattrapage"}


def test_a_deferred_bloc_is_listed_with_nothing_to_sit(session: Session, tmp_path: Path) -> None:
    book = session_book(session, {})
    mark_all(session, book, {"C1": "acquis"})
    decide(session, book, Verdict("C2", "B1", "deferred", "J1", "Pièce attendue"))
    sign(session, book, ["J1", "J2"])
    found = {need.candidate: need for need in resit_needs(session, book)}
    assert (found["C2"].is_deferred, found["C2"].epreuves) == (True, ())
    assert (found["C3"].is_deferred, found["C3"].attempt) == (False, 2)
    code, said = run("jury", "resit", session.root)
    assert (code, "ajourné" in said) == (0, True), said
    assert [need.candidate for need in new_resit(session, book, tmp_path / "neuf", LATER)] == ["C3"]


def test_an_epreuve_one_is_exempt_from_does_not_come_back(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    spared = attended(session, ("C2", "E2", "ecrit", "exempt"))
    found = {need.candidate: need for need in resit_needs(spared, book)}
    assert (found["C2"].epreuves, found["C2"].spared) == (("E1", "E3", "E5", "E7"), ("E2",))
    assert ("E2" in found["C3"].epreuves, found["C3"].spared) == (True, ())
    said = [" ".join(row) for row in needs_rows(spared, resit_needs(spared, book))]
    assert any("dispense" in row for row in said), said
    (session.root / "presences.csv").write_text(
        "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C2,exempt,,\n", "utf-8"
    )
    code, told = run("jury", "resit", session.root)
    assert (code, "presences.csv" in told) == (1, True), told
    assert [need.candidate for need in new_resit(spared, book, tmp_path / "neuf", LATER)] == ["C3"]


def test_an_epreuve_whose_criteria_are_all_neutralised_does_not_come_back(session: Session) -> None:
    book = session_book(session, {})
    grid = copy_grid(session.root, session_copies(session)[0])
    codes = {line.criterion for line in grid.lines}
    today = datetime.now(tz=UTC).date()
    for code in sorted(codes):
        decision = Decision("C2", code, "2026-07", today, "J1", not_relevant=True, not_core=True)
        neutralise(session, book, decision)
    mark_all(session, book, {"C1": "acquis"})
    decide(session, book, Verdict("C2", "B1", "refused", "J1", "Rien n’est montré"))
    sign(session, book, ["J1", "J2"])
    needs = {need.candidate: need for need in resit_needs(session, book)}
    assert ("E2" in needs["C2"].epreuves, "E2" in needs["C3"].epreuves) == (False, True)
    assert neutralised_before(session, book, list(needs.values())) == ()


def test_who_comes_back_alone_of_his_group_is_told(session: Session, book: MarkBook) -> None:
    rows = [("G1", "C1"), ("G1", "C2"), ("G2", "C3")]
    grouped = dataclasses.replace(
        session, groups=tuple(Member(epreuve="E1", group=group, candidate=who) for group, who in rows)
    )
    assert alone(grouped, resit_needs(grouped, book)) == (("E1", "G1", "C2"), ("E1", "G2", "C3"))
    together = dataclasses.replace(
        grouped, groups=tuple(Member(epreuve="E1", group="G1", candidate=who) for who in ("C2", "C3"))
    )
    assert alone(together, resit_needs(together, book)) == ()


def test_a_member_named_twice_signs_once(session: Session) -> None:
    mark_all(session, session_book(session, {}), {"C1": "acquis"})
    code, said = run("jury", "sign", session.root, "--by", "J1,J2", "--by", "J1")
    assert (code, said.count("J1")) == (0, 1), said
