"""A criterion neutralised for one candidate: the jury's act, with both conditions; markers see « non évalué » and no more."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kit.cli.app import app
from kit.errors import MarkingError
from kit.grids import Mark, score
from kit.jury.neutralising import Decision, neutralise, neutralised
from kit.marking.book import MarkBook
from kit.marking.comparing import compare
from kit.marking.copies import Copy, copy_grid, holder_of
from kit.marking.locking import lock_marks
from kit.marking.retaining import Request, retain
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from kit.ui.marking_panel import MarkingPanel
from tests.marking.sessions import ASSIGNMENTS, PEOPLE, a_session_to_mark, copies_in, desk_of

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    return a_session_to_mark(
        tmp_path,
        intervenants=PEOPLE + "P7,Hélène Vauquelin,jury_president,,oui,\n",
        affectations=ASSIGNMENTS + "P7,jury_president,,,\n",
    )


@pytest.fixture
def book(session: Session) -> MarkBook:
    return session_book(session, {})


def decision(**changes: object) -> Decision:
    values: dict[str, object] = {
        "epreuve": "E2", "candidate": "C2", "criterion": "CE1.2", "reference": "PV 2026-14", "author": "P7",
        "decided_on": date(2026, 6, 20), "not_relevant": True, "not_core": True, **changes,
    }  # fmt: skip
    return Decision(**values)  # type: ignore[arg-type]


def copy_of(session: Session, candidate: str) -> Copy:
    return next(
        copy
        for copy in copies_in(session, "E2", "ecrit")
        if holder_of(session, copy.key).candidate == candidate
    )


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"not_relevant": False}, ["jury.condition.not_relevant"]),
        ({"not_core": False}, ["jury.condition.not_core"]),
        ({"author": "P1"}, ["jury.not_of_it"]),
        ({"reference": " "}, ["jury.no_reference"]),
        ({"reference": "aphonie\ndepuis mai"}, ["jury.long_reference"]),
        ({"reference": "DEC-17 (dyslexie)"}, ["jury.reference_health"]),
        ({"candidate": "C9"}, ["jury.no_candidate"]),
        ({"criterion": "CE9.9"}, ["jury.no_line"]),
        ({"not_relevant": False, "not_core": False, "author": "P2", "criterion": "X"},
         ["jury.condition.not_relevant", "jury.condition.not_core", "jury.not_of_it", "jury.no_line"]),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_stand_is_refused_with_all_that_it_lacks(
    session: Session, book: MarkBook, changes: dict[str, object], codes: list[str]
) -> None:
    with pytest.raises(MarkingError) as caught:
        neutralise(session, book, decision(**changes))
    assert [found.code for found in caught.value.findings] == codes
    assert neutralised(book) == ()


def test_the_decision_is_kept_once_by_reference_and_the_history_names_nobody(
    session: Session, book: MarkBook
) -> None:
    assert neutralise(session, book, decision()) == (("E2", SECOND),)
    assert neutralise(session, book, decision(reference="Autre")) == (("E2", SECOND),)
    (kept,) = neutralised(book)
    assert (kept.candidate, kept.line, kept.reference, kept.author) == ("C2", SECOND, "PV 2026-14", "P7")
    with sqlite3.connect(session.root / "notes" / "notes.sqlite") as connection:
        contents = [
            row[0] for row in connection.execute("select content from history where act = 'neutralise'")
        ]
    assert len(contents) == 2
    assert all("C2" not in content and "PV 2026" not in content for content in contents)
    assert json.loads(contents[0])["conditions"] == ["not_relevant", "not_core"]


def test_the_marker_meets_it_as_not_assessed_and_cannot_change_it(session: Session, book: MarkBook) -> None:
    neutralise(session, book, decision())
    desk = desk_of(session, book, "P2")
    desk.go_to(desk.copies.index(copy_of(session, "C2")))
    assert desk.aside == {SECOND}
    assert desk.left_in(desk.index) == (FIRST,)
    assert desk.say({FIRST: Mark(level="acquis"), SECOND: Mark(level="maitrise")})
    assert [said.line for said in book.said("P2")] == [FIRST]
    expected = score(
        copy_grid(session.root, desk.copy), {FIRST: Mark(level="acquis"), SECOND: Mark(state="neutralised")}
    )
    assert desk.score.mark == expected.mark is not None
    panel = MarkingPanel(desk)
    assert panel.sheet["marks"][SECOND]["choice"] == "state:not_assessed"
    assert panel.sheet["place"]["aside"] == [SECOND]
    assert "neutral" not in json.dumps([panel.sheet, panel.table]).lower()
    assert "PV 2026" not in json.dumps([panel.sheet, panel.table])


def test_without_an_epreuve_it_holds_wherever_the_criterion_is_marked(
    session: Session, book: MarkBook
) -> None:
    lines = neutralise(session, book, decision(epreuve=None, criterion="CE1.1"))
    assert sorted(lines) == [("E1", "CE1.1@dossier"), ("E1", "CE1.1@synthese"), ("E2", FIRST)]
    desk = desk_of(session, book, "P1")
    own = {copy.key.part: desk._aside.get(copy.key) for copy in desk.copies if copy.key in desk._aside}
    assert own == {"synthese": {"CE1.1@synthese"}, "ecrit": {FIRST}}


def test_other_copies_are_not_touched(session: Session, book: MarkBook) -> None:
    neutralise(session, book, decision())
    desk = desk_of(session, book, "P2")
    for index, copy in enumerate(desk.copies):
        desk.go_to(index)
        assert bool(desk.aside) == (holder_of(session, copy.key).candidate == "C2")


def test_locking_comparing_and_retaining_go_on_without_the_line(session: Session, book: MarkBook) -> None:
    neutralise(session, book, decision())
    secret = read_secret(session.root)
    for marker, level in (("P1", "acquis"), ("P2", "maitrise")):
        desk = desk_of(session, book, marker)
        for index, copy in enumerate(desk.copies):
            if copy.key.epreuve == "E2":
                desk.go_to(index)
                desk.say(dict.fromkeys((FIRST, SECOND), Mark(level=level)))
        assert lock_marks(session, book, "E2", marker, secret)
    found = {gap.copy: [line.line for line in gap.lines] for gap in compare(session, book, "E2").copies}
    key = copy_of(session, "C2").key
    assert found[key] == [FIRST]
    assert all(lines == [FIRST, SECOND] for copy, lines in found.items() if copy != key)
    kept = retain(session, book, Request(key, "first", "P9", "Accord"))
    assert [item.line for item in kept] == [FIRST]


def test_the_command_needs_both_conditions(session: Session) -> None:
    arguments = ["jury", "neutralise", str(session.root), "--epreuve", "E2", "--candidate", "C1", "--criterion",
                 "CE1.1", "--reference", "PV 2026-15", "--date", "2026-06-20", "--by", "P7", "--irrelevant"]  # fmt: skip
    refused = CliRunner().invoke(app, arguments)
    assert isinstance(refused.exception, MarkingError)
    done = CliRunner().invoke(app, [*arguments, "--not-core"])
    assert done.exit_code == 0, done.output
    assert "E2 CE1.1@ecrit" in done.output
    wrong = CliRunner().invoke(app, [*arguments, "--not-core", "--date", "20 juin"])
    assert isinstance(wrong.exception, MarkingError)
