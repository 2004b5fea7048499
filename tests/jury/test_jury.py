"""The jury decides, signs, and corrects: every departure has its reason, and what is signed changes no more."""

from __future__ import annotations

import dataclasses
import errno
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from kit.cli.app import app
from kit.environment import environment
from kit.errors import EnvironmentFault, InvalidFile, KitError, MarkingError
from kit.grids import Mark
from kit.jury.composition import composition_findings, jury_of, quorum_findings, recused
from kit.jury.deciding import Verdict, decide, decisions
from kit.jury.pv import signed
from kit.jury.signing import amend, sign
from kit.jury.verifying import changed_since
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, holders_of
from kit.marking.locking import lock_marks
from kit.marking.retaining import Request, retain
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, Reglement, find_referentiel, load_reglement
from kit.sessions.build import build_session
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from kit.store.history import START
from tests.commands import run
from tests.marking.sessions import PEOPLE, a_session_to_mark, copies_in

EXAMPLE = load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
JURY = """\
J1,Hélène Vauquelin,jury_president,directrice commerciale,oui,
J2,Ömer Aksoy,jury_membre,chef de produit,oui,
J3,Bastien Orgeval,jury_membre,enseignant,non,
"""
SEATS = "J1,jury_president,,,\nJ2,jury_membre,,,\nJ3,jury_membre,,,\nJ3,formateur,,,C2\n"
ALONE = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\nP1,correcteur,E1,1,\n"


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


def a_jury(workspace: Path, people: str = JURY, seats: str = SEATS) -> Session:
    session = a_session_to_mark(workspace, intervenants=PEOPLE + people, affectations=ALONE + seats)
    return dataclasses.replace(session, reglement=EXAMPLE)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return a_jury(tmp_path)


@pytest.fixture
def open_book(session: Session) -> MarkBook:
    """A book where C1 and C2 acquire the bloc, C3 does not; nothing is locked yet."""
    book = session_book(session, {})
    for epreuve, part in (("E2", "ecrit"), ("E1", "dossier"), ("E1", "synthese")):
        for copy in copies_in(session, epreuve, part):
            grid = copy_grid(session.root, copy)
            level = "non_acquis" if holders_of(session, copy.key) == ("C3",) else "acquis"
            book.say(
                "P1", [Saying(copy.key, line.key, Mark(level=level)) for line in grid.lines], {copy.key: grid}
            )
    return book


@pytest.fixture
def book(session: Session, open_book: MarkBook) -> MarkBook:
    """The same book, its marks locked: what a jury decides on."""
    lock_all(session, open_book)
    return open_book


def lock_all(session: Session, book: MarkBook) -> None:
    for epreuve in session.config.epreuves:
        lock_marks(session, book, epreuve, "P1", read_secret(session.root))


def codes(caught: pytest.ExceptionInfo[MarkingError]) -> list[str]:
    return [found.code for found in caught.value.findings]


def ruled(session: Session, **changes: Any) -> Session:
    jury = EXAMPLE.jury.model_dump() | changes
    return dataclasses.replace(
        session, reglement=Reglement.model_validate(EXAMPLE.model_dump() | {"jury": jury})
    )


def test_the_composition_is_checked_by_the_reglement(session: Session) -> None:
    assert [seat.id for seat in jury_of(session)] == ["J1", "J2", "J3"]
    assert list(composition_findings(session)) == []
    assert [found.code for found in composition_findings(ruled(session, min_members=4))] == ["jury.too_few"]
    assert [found.code for found in composition_findings(ruled(session, external_share="3/4"))] == [
        "jury.too_few_external"
    ]


def test_a_jury_without_president_or_with_unknown_members_is_told(tmp_path: Path) -> None:
    people = JURY.replace("jury_president", "jury_membre").replace("chef de produit,oui", "chef de produit,")
    session = a_jury(tmp_path, people, SEATS.replace("jury_president", "jury_membre"))
    assert [found.code for found in composition_findings(session)] == ["jury.no_president", "jury.unsaid"]


def test_a_candidate_s_own_trainer_is_recused_for_him_alone(session: Session) -> None:
    assert (recused(session, "C2"), recused(session, "C1")) == ({"J3"}, frozenset())
    assert recused(ruled(session, trainer_excluded=False), "C2") == frozenset()
    strict = ruled(session, quorum="1")
    assert list(quorum_findings(strict, ["J1", "J2", "J3"])) == []
    assert [found.code for found in quorum_findings(strict, ["J1", "J2", "J3"], "C2")] == ["jury.quorum"]
    assert [found.code for found in quorum_findings(session, ["J1", "P1"])] == [
        "jury.strangers",
        "jury.quorum",
    ]


def test_following_the_proposal_needs_no_reason_and_departing_needs_one(
    session: Session, book: MarkBook
) -> None:
    assert decide(session, book, Verdict("C1", "B1", "validated", "J1")).proposal == "acquis"
    for verdict in (
        Verdict("C1", "B1", "refused", "J1"),
        Verdict("C3", "B1", "validated", "J1"),
        Verdict("C3", "B1", "deferred", "J1", " "),
    ):
        with pytest.raises(MarkingError) as caught:
            decide(session, book, verdict)
        assert codes(caught)[0].startswith("jury.no_reason")
    decide(session, book, Verdict("C3", "B1", "validated", "J2", "Entretien convaincant"))
    assert decisions(book)["C3", "B1"].reason == "Entretien convaincant"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict("C2", "B1", "validated", "J3"), ["jury.recused"]),
        (Verdict("C1", "B1", "validated", "P1"), ["jury.not_of_it"]),
        (Verdict("C1", "B9", "validated", "J1"), ["jury.no_bloc"]),
        (Verdict("C9", "B1", "validated", "J1"), ["jury.no_candidate"]),
        (Verdict("C1", "B1", "refused", "P1"), ["jury.not_of_it", "jury.no_reason.acquis"]),
    ],
)
def test_a_decision_that_cannot_stand_is_refused(
    session: Session, book: MarkBook, verdict: Verdict, expected: list[str]
) -> None:
    with pytest.raises(MarkingError) as caught:
        decide(session, book, verdict)
    assert codes(caught) == expected
    assert decisions(book) == {}


def test_signing_follows_every_proposal_and_freezes_all(session: Session, book: MarkBook) -> None:
    decide(session, book, Verdict("C3", "B1", "deferred", "J1", "Épreuve à repasser"))
    pv = sign(session, book, ["J1", "J2"])
    assert (pv.number, pv.previous) == (1, START)
    assert {(one["candidate"], one["decision"]) for one in pv.content["decisions"]} == {
        ("C1", "validated"),
        ("C2", "validated"),
        ("C3", "deferred"),
    }
    assert [seat["present"] for seat in pv.content["jury"]] == [True, True, False]
    assert pv.content["recused"] == {"C2": ["J3"]}
    assert signed(book) == (pv,)
    assert list(changed_since(session, book)) == []
    copy = copies_in(session, "E2", "ecrit")[0]
    acts = [
        lambda: book.say(
            "P1",
            [Saying(copy.key, "CE1.1@ecrit", Mark(level="maitrise"))],
            {copy.key: copy_grid(session.root, copy)},
        ),
        lambda: lock_marks(session, book, "E2", "P1", read_secret(session.root)),
        lambda: decide(session, book, Verdict("C1", "B1", "validated", "J1")),
        lambda: sign(session, book, ["J1", "J2"]),
    ]
    for act in acts:
        with pytest.raises(MarkingError) as caught:
            act()
        assert codes(caught) == ["jury.signed"]


def test_who_is_excused_is_told_apart_from_who_is_absent(session: Session, book: MarkBook) -> None:
    with pytest.raises(MarkingError) as caught:
        sign(session, book, ["J1", "J2"], ["P1"])
    assert codes(caught) == ["jury.strangers"]
    pv = sign(session, book, ["J1", "J2"], ["J3"])
    assert [(seat["id"], seat["present"], seat["excused"]) for seat in pv.content["jury"]] == [
        ("J1", True, False),
        ("J2", True, False),
        ("J3", False, True),
    ]


def test_a_member_who_declared_a_conflict_decides_nothing_of_that_candidate(tmp_path: Path) -> None:
    session = a_jury(tmp_path, seats=SEATS + "J2,recuse,,,C1\n")
    assert (recused(session, "C1"), recused(session, "C3")) == ({"J2"}, frozenset())
    assert recused(ruled(session, trainer_excluded=False), "C1") == {"J2"}


def test_what_is_retained_cannot_change_after_the_signature(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    with pytest.raises(MarkingError) as caught:
        retain(session, book, Request(copies_in(session, "E2", "ecrit")[0].key, "first", "P9", "Accord"))
    assert codes(caught) == ["jury.signed"]


def test_a_signature_without_quorum_president_or_locks_or_with_blocs_undecided_is_refused(
    session: Session, open_book: MarkBook
) -> None:
    copy = copies_in(session, "E2", "ecrit")[0]
    grids = {copy.key: copy_grid(session.root, copy)}
    open_book.say("P1", [Saying(copy.key, "CE1.1@ecrit", Mark())], grids)
    with pytest.raises(MarkingError) as caught:
        sign(session, open_book, ["J2"], ["J2"])
    assert set(codes(caught)) == {
        "jury.quorum", "jury.president_away", "jury.both", "jury.not_locked", "jury.undecided",
    }  # fmt: skip
    assert (signed(open_book), decisions(open_book)) == ((), {})


def test_a_proposal_that_moved_since_the_decision_is_told(session: Session, open_book: MarkBook) -> None:
    book = open_book
    decide(session, book, Verdict("C3", "B1", "refused", "J1"))
    for part in ("dossier", "synthese"):
        for copy in copies_in(session, "E1", part):
            grid = copy_grid(session.root, copy)
            book.say(
                "P1",
                [Saying(copy.key, line.key, Mark(level="acquis")) for line in grid.lines],
                {copy.key: grid},
            )
    lock_all(session, book)
    with pytest.raises(MarkingError) as caught:
        sign(session, book, ["J1", "J2"])
    assert codes(caught) == ["jury.moved"]


def test_a_rectificatif_is_chained_to_what_it_corrects(session: Session, book: MarkBook) -> None:
    verdict = Verdict("C3", "B1", "validated", "J1", "Copie oubliée au dépouillement")
    both = ["J1", "J2"]
    with pytest.raises(MarkingError) as caught:
        amend(session, book, verdict)
    assert codes(caught) == ["jury.not_signed"]
    pv = sign(session, book, ["J1", "J2"])
    with pytest.raises(MarkingError) as caught:
        amend(session, book, dataclasses.replace(verdict, reason=""), both)
    assert codes(caught) == ["jury.amend_reason"]
    first = amend(session, book, verdict, both)
    with pytest.raises(MarkingError) as caught:
        amend(session, book, verdict)
    assert codes(caught) == ["jury.quorum", "jury.same"]
    second = amend(
        session, book, dataclasses.replace(verdict, choice="refused", reason="Erreur de personne"), both
    )
    assert [(one.number, one.previous) for one in signed(book)] == [
        (1, START),
        (2, pv.digest),
        (3, first.digest),
    ]
    assert (first.content["before"]["decision"], first.content["after"]["decision"]) == (
        "refused",
        "validated",
    )
    assert second.content["corrects"] == first.digest
    assert list(changed_since(session, book)) == []


def test_a_file_changed_after_the_signature_is_named(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    (session.root / "candidats.csv").write_text("id,nom\n", "utf-8")
    assert [(found.code, found.where.file) for found in changed_since(session, book)] == [
        ("jury.file_changed", "candidats.csv")
    ]


def test_a_signed_session_is_not_built_again_and_its_pv_lies_beside_it(
    session: Session, book: MarkBook
) -> None:
    pv = sign(session, book, ["J1", "J2"])
    beside = session.root / "pv.json"
    assert json.loads(beside.read_text("utf-8")) == pv.content
    assert beside.stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidFile) as caught:
        build_session(session.root)
    assert [found.code for found in caught.value.findings] == ["build.signed"]
    beside.write_text("{}", "utf-8")
    assert [(found.code, found.where.file) for found in changed_since(session, book)] == [
        ("jury.copy_changed", "pv.json")
    ]


def test_a_store_that_lost_its_pv_is_refused(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    before = (session.root / "pv.json").read_bytes()
    book.database.close()
    (session.root / "notes" / "notes.sqlite").unlink()
    other = session_book(session, {})
    assert [found.code for found in changed_since(session, other)] == ["jury.lost"]
    with pytest.raises(MarkingError) as caught:
        decide(session, other, Verdict("C3", "B1", "validated", "J1", "Vu"))
    assert codes(caught) == ["jury.lost"]
    with pytest.raises(MarkingError) as caught:
        sign(session, other, ["J1", "J2"])
    assert codes(caught) == ["jury.lost"]
    assert (session.root / "pv.json").read_bytes() == before


def beside_the_kit(session: Session, book: MarkBook, *statements: str) -> None:
    """Change the store as somebody with the file in hand would, its refusals taken away."""
    book.database.close()
    with sqlite3.connect(session.root / "notes" / "notes.sqlite") as connection:
        names = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f"drop trigger {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def changes(session: Session, book: MarkBook) -> set[str]:
    return {found.code for found in changed_since(session, book)}


def test_a_mark_changed_beside_the_kit_is_found(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    beside_the_kit(session, book, "update mark set level = 'maitrise'")
    assert changes(session, book) == {"jury.row_changed"}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "update mark set comment = 'Très bien' where line = 'CE1.2@ecrit'",
            "note, E2, ecrit",
        ),
        ("delete from mark where line = 'CE1.2@ecrit' and epreuve = 'E2'", "note, E2, ecrit"),
        ("delete from locked where epreuve = 'E1'", "verrou, E1"),
        ("update decided set reason = 'Autre' where candidate = 'C3'", "décision, C3, B1"),
    ],
)
def test_what_is_kept_must_be_what_the_history_says_last(
    session: Session, book: MarkBook, statement: str, named: str
) -> None:
    """Words count too: the feedback would carry a comment that no marker wrote."""
    decide(session, book, Verdict("C3", "B1", "deferred", "J1", "Épreuve à repasser"))
    sign(session, book, ["J1", "J2"])
    assert changes(session, book) == set()
    beside_the_kit(session, book, statement)
    found = [one.where.item for one in changed_since(session, book) if one.code == "jury.row_changed"]
    assert found
    assert all(str(where).startswith(named) for where in found)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update mark set comment = 'Très bien' where line = 'CE1.2@ecrit'", "jury.row_changed"),
        ("update history set author = 'X' where id = 2", "jury.history_broken"),
    ],
)
def test_what_was_changed_beside_the_kit_is_not_signed(
    session: Session, book: MarkBook, statement: str, code: str
) -> None:
    """Signed, it could never be printed: the documents would name it for ever."""
    beside_the_kit(session, book, statement)
    with pytest.raises(MarkingError) as caught:
        sign(session, book, ["J1", "J2"])
    assert set(codes(caught)) == {code}
    assert signed(book) == ()


def test_a_decision_or_a_line_of_the_history_changed_beside_the_kit_is_found(
    session: Session, book: MarkBook
) -> None:
    sign(session, book, ["J1", "J2"])
    beside_the_kit(session, book, "update decided set decision = 'validated' where candidate = 'C3'")
    assert changes(session, book) == {"jury.decisions_changed", "jury.row_changed"}
    beside_the_kit(session, book, "update decided set decision = 'refused' where candidate = 'C3'")
    beside_the_kit(session, book, "update history set author = 'X' where id = 2")
    assert changes(session, book) == {"jury.history_broken"}
    beside_the_kit(session, book, "update history set content = '{' where id = 2")
    assert "jury.history_broken" in changes(session, book)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from signed where number = 2",
        "delete from signed",
        "update signed set content = '{' where number = 1",
        "update signed set content = '[]' where number = 1",
        "insert into signed select session, 3, content, digest, digest, history from signed where number = 2",
    ],
)
def test_a_pv_changed_added_or_taken_away_is_found_wherever_it_is_used(
    session: Session, book: MarkBook, statement: str
) -> None:
    sign(session, book, ["J1", "J2"])
    amend(session, book, Verdict("C3", "B1", "validated", "J1", "Copie retrouvée"), ["J1", "J2"])
    assert changes(session, book) == set()
    beside_the_kit(session, book, statement)
    assert changes(session, book) == {"jury.pv_changed"}
    with pytest.raises(MarkingError) as caught:
        signed(book)
    assert set(codes(caught)) == {"jury.pv_changed"}
    code, said = run("jury", "check", str(session.root))
    assert (code, "hors du kit" in said.replace("\u00a0", " ")) == (1, True)


def test_a_pv_is_signed_even_where_its_file_cannot_be_written(
    session: Session, book: MarkBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_words: object) -> None:
        with environment("pv.json"):
            raise OSError(errno.ENOSPC, "plein")

    with monkeypatch.context() as patch:
        patch.setattr("kit.jury.signing.keep_file", refuses)
        with pytest.raises(EnvironmentFault) as caught:
            sign(session, book, ["J1", "J2"])
    assert caught.value.findings[0].code == "jury.signed_alone"
    assert len(signed(book)) == 1
    assert changes(session, book) == {"jury.copy_changed"}


def test_a_build_lost_after_the_signature_is_named(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    bare = dataclasses.replace(session, attributions=())
    (session.root / "attribution.csv").unlink()
    assert [(one.code, one.where.file) for one in changed_since(bare, book)] == [
        ("jury.file_changed", "attribution.csv")
    ]


def test_a_reglement_changed_after_the_signature_is_named(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    other = ruled(session, min_members=2)
    assert [found.code for found in changed_since(other, book)] == ["jury.file_changed"]


def test_files_that_changed_while_the_jury_looked_are_not_signed(session: Session, book: MarkBook) -> None:
    text = "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,fraud_pending,,\n"
    (session.root / "presences.csv").write_text(text, "utf-8")
    with pytest.raises(MarkingError) as caught:
        sign(session, book, ["J1", "J2"])
    assert codes(caught) == ["jury.files_moved"]


def test_who_is_recused_writes_down_nothing_even_what_follows_the_proposal(tmp_path: Path) -> None:
    session = a_jury(tmp_path, seats=SEATS + "J1,recuse,,,C1\n")
    book = session_book(session, {})
    for epreuve, part in (("E2", "ecrit"), ("E1", "dossier"), ("E1", "synthese")):
        for copy in copies_in(session, epreuve, part):
            grid = copy_grid(session.root, copy)
            said = [Saying(copy.key, line.key, Mark(level="acquis")) for line in grid.lines]
            book.say("P1", said, {copy.key: grid})
    lock_all(session, book)
    pv = sign(session, book, ["J1", "J2", "J3"])
    assert {item["candidate"]: item["by"] for item in pv.content["decisions"]} == {
        "C1": "J2",
        "C2": "J1",
        "C3": "J1",
    }


def test_a_pv_cannot_be_changed_by_our_own_code(session: Session, book: MarkBook) -> None:
    sign(session, book, ["J1", "J2"])
    for statement in ("update signed set content = '{}'", "delete from signed"):
        with pytest.raises(DBAPIError), book.database.writing() as connection:
            connection.exec_driver_sql(statement)


def test_the_commands_go_from_decision_to_rectificatif(tmp_path: Path) -> None:
    session = a_jury(tmp_path)
    root = str(session.root)
    book = session_book(session, {})
    for epreuve, part in (("E2", "ecrit"), ("E1", "dossier"), ("E1", "synthese")):
        for copy in copies_in(session, epreuve, part):
            grid = copy_grid(session.root, copy)
            book.say(
                "P1",
                [Saying(copy.key, line.key, Mark(level="acquis")) for line in grid.lines],
                {copy.key: grid},
            )
    lock_all(session, book)
    verdicts = [
        [
            "jury",
            "decide",
            root,
            "--candidate",
            who,
            "--bloc",
            "B1",
            "--decision",
            "validated",
            "--by",
            "J1",
            "--reason",
            "Vu",
        ]
        for who in ("C1", "C2", "C3")
    ]
    for words in verdicts:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["jury", "sign", root, "--by", "J1", "--by", "J2"])
    assert done.exit_code == 0, (done.output, done.exception)
    done = CliRunner().invoke(
        app,
        [
            "jury",
            "amend",
            root,
            "--candidate",
            "C1",
            "--bloc",
            "B1",
            "--decision",
            "deferred",
            "--by",
            "J1",
            "--by",
            "J2",
            "--reason",
            "Fraude",
        ],
    )
    assert done.exit_code == 0, done.output
    assert "rectificatif n° 1" in done.output.replace("\u00a0", " ")
    assert run("jury", "check", root)[0] == 0
    (session.root / "groupes.csv").write_text("epreuve,groupe,candidat\n", "utf-8")
    assert run("jury", "check", root)[0] == 1


def test_what_no_font_prints_is_told_before_the_signature(session: Session, book: MarkBook) -> None:
    decide(session, book, Verdict("C3", "B1", "deferred", "J1", "Vu avec 李明 au téléphone"))
    with pytest.raises(KitError) as caught:
        sign(session, book, ["J1", "J2"])
    assert [found.code for found in caught.value.findings] == ["text.glyph_missing"]
    assert "U+674E" in str(caught.value)
    assert signed(book) == ()
    decide(session, book, Verdict("C3", "B1", "deferred", "J1", "Vu au téléphone"))
    assert sign(session, book, ["J1", "J2"]).number == 1
    with pytest.raises(KitError) as caught:
        amend(session, book, Verdict("C3", "B1", "refused", "J1", "Vu avec 李明"), ["J1", "J2"])
    assert [found.code for found in caught.value.findings] == ["text.glyph_missing"]
    assert len(signed(book)) == 1


@pytest.mark.parametrize("reason", ["Copie \u202eegnahcé", "Copie\u0007 perdue", "Copie \udcff perdue"])
def test_a_reason_that_does_not_read_as_it_prints_is_refused(
    session: Session, book: MarkBook, reason: str
) -> None:
    with pytest.raises(MarkingError) as caught:
        decide(session, book, Verdict("C3", "B1", "deferred", "J1", reason))
    assert codes(caught) == ["jury.hidden"]
    sign(session, book, ["J1", "J2"])
    with pytest.raises(MarkingError) as caught:
        amend(session, book, Verdict("C3", "B1", "validated", "J1", reason), ["J1", "J2"])
    assert codes(caught) == ["jury.hidden"]


def test_a_reason_that_speaks_of_health_is_refused(session: Session, book: MarkBook) -> None:
    verdict = Verdict("C3", "B1", "deferred", "J1", "Dyslexie attestée")
    with pytest.raises(MarkingError) as caught:
        decide(session, book, verdict)
    assert codes(caught) == ["jury.reason_health"]
    decide(session, book, dataclasses.replace(verdict, reason="Maladresse de l’épreuve"))
    sign(session, book, ["J1", "J2"])
    with pytest.raises(MarkingError) as caught:
        amend(session, book, dataclasses.replace(verdict, choice="validated"), ["J1", "J2"])
    assert codes(caught) == ["jury.reason_health"]


def test_a_command_line_that_is_no_utf8_is_told_in_french() -> None:
    code, said = run("jury", "check", "dossier-\udcff")
    assert (code, "UTF-8" in said) == (2, True)


@pytest.mark.parametrize("command", ["sign", "amend"])
@pytest.mark.parametrize("by", [",", "", " , ,"])
def test_members_who_are_nobody_are_refused(session: Session, book: MarkBook, command: str, by: str) -> None:
    words = ["--candidate", "C1", "--bloc", "B1", "--decision", "refused"] if command == "amend" else []
    code, said = run("jury", command, session.root, *words, "--by", by)
    assert (code, "--by ne nomme personne" in said) == (1, True), said
    assert signed(book) == ()


def test_nobody_signs_even_where_the_reglement_asks_for_no_quorum(session: Session, book: MarkBook) -> None:
    lax = ruled(session, quorum="0", casting_vote=False)
    with pytest.raises(MarkingError) as caught:
        sign(lax, book, [])
    assert "jury.quorum" in codes(caught)


def test_one_and_several_agree_in_french(session: Session) -> None:
    (few,) = composition_findings(ruled(session, min_members=4))
    assert few.message.replace(
        "\u00a0", " "
    ) == "Le jury compte 3 membres ; le règlement en demande 4.".replace(" ;", "\u202f;")
    said = [str(found) for found in quorum_findings(ruled(session, quorum="1"), ["J1", "P1"])]
    plain = " ".join(said).replace("\u00a0", " ")
    assert "pour 1 membre en état" in plain
    assert "ne compte pas P1 parmi ses membres" in plain
    assert "1 membres" not in plain


def test_the_results_say_what_was_decided_once_it_is_signed(session: Session, book: MarkBook) -> None:
    shutil.copy(find_referentiel(DEFAULT) / "reglement.yaml", session.reglement_file)
    code, said = run("results", str(session.root))
    assert (code, "propositions" in said, "PV signé" in said) == (0, True, False)
    sign(session, book, ["J1", "J2"])
    amend(session, book, Verdict("C3", "B1", "validated", "J1", "Copie retrouvée"), ["J1", "J2"])
    plain = run("results", str(session.root))[1].replace("\u00a0", " ").replace("\u202f", " ")
    (row,) = (line for line in plain.splitlines() if "C3" in line)
    assert "non acquis" in row
    assert "validé" in row
    assert "PV signé le" in plain
    assert "(1 rectificatif)" in plain
