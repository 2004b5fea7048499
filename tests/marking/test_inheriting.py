"""What a group's marks are for each of its members: those who were there take them, unless something else is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import MarkingError
from kit.grids import Mark
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import Copy, copy_grid
from kit.marking.inheriting import shares
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from tests.marking.sessions import a_session_to_mark, copies_in, desk_of

FIRST, SECOND = "CE1.1@dossier", "CE1.2@dossier"
GOOD, BAD = Mark(level="acquis"), Mark(level="non_acquis")
ABSENT = "epreuve,partie,candidat,etat,version,incident\nE1,dossier,C2,absent_excused,,\n"


def copy_of(session: Session, *members: str) -> Copy:
    return next(copy for copy in copies_in(session, "E1", "dossier") if set(copy.members) == set(members))


def said_of_group(
    session: Session, book: MarkBook, copy: Copy, *more: Saying
) -> dict[str, dict[str, str | None]]:
    sayings = [Saying(copy.key, FIRST, GOOD), Saying(copy.key, SECOND, BAD), *more]
    book.say("P1", sayings, {copy.key: copy_grid(session.root, copy)})
    found = shares(session, copy, book.said("P1", copy.key))
    return {
        candidate: {line: said.mark.level for line, said in lines.items()}
        for candidate, lines in found.items()
    }


GROUP = {FIRST: "acquis", SECOND: "non_acquis"}


def test_each_member_takes_the_marks_of_the_group(session: Session, book: MarkBook) -> None:
    assert said_of_group(session, book, copy_of(session, "C1", "C2")) == {"C1": GROUP, "C2": GROUP}


def test_a_group_of_one_works(session: Session, book: MarkBook) -> None:
    assert said_of_group(session, book, copy_of(session, "C3")) == {"C3": GROUP}


def test_what_is_said_of_one_member_is_his_alone(session: Session, book: MarkBook) -> None:
    copy = copy_of(session, "C1", "C2")
    own = Saying(copy.key, SECOND, Mark(level="maitrise"), "C2", "A conduit seul cette partie")
    assert said_of_group(session, book, copy, own) == {"C1": GROUP, "C2": {**GROUP, SECOND: "maitrise"}}


def test_an_absent_member_inherits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)
    session = a_session_to_mark(tmp_path, presences=ABSENT)
    book = session_book(session, {})
    copy = copy_of(session, "C1", "C2")
    assert said_of_group(session, book, copy) == {"C1": GROUP}
    desk = desk_of(session, book, "P1")
    desk.go_to(desk.copies.index(copy))
    assert [(one.id, one.is_present) for one in desk.holders] == [("C1", True), ("C2", False)]
    assert not desk.differ("C2", FIRST, BAD, "Absent")
    assert [found.code for found in desk.findings] == ["marks.no_member"]


def test_a_difference_needs_a_reason_and_can_be_taken_back(session: Session, book: MarkBook) -> None:
    copy = copy_of(session, "C1", "C2")
    desk = desk_of(session, book, "P1")
    desk.go_to(desk.copies.index(copy))
    assert not desk.differ("C1", FIRST, BAD, " ")
    assert [found.code for found in desk.findings] == ["marks.no_reason"]
    assert desk.differ("C1", FIRST, BAD, "N’a pas pris part à l’enquête")
    assert [(one.member, one.line, one.mark.level) for one in desk.differences] == [
        ("C1", FIRST, "non_acquis")
    ]
    assert desk.marks == {}
    assert desk.differ("C1", FIRST, Mark(), "")
    assert desk.differences == ()
    assert shares(session, copy, book.said("P1", copy.key)) == {"C1": {}, "C2": {}}


def test_a_copy_that_hides_names_shows_no_holder_and_takes_no_difference(
    session: Session, book: MarkBook
) -> None:
    desk = desk_of(session, book, "P2")
    assert desk.copy.hides_names
    assert desk.holders == ()
    assert not desk.differ("C1", "CE1.1@ecrit", BAD, "Raison")


def test_the_book_refuses_a_difference_without_reason(session: Session, book: MarkBook) -> None:
    copy = copy_of(session, "C1", "C2")
    with pytest.raises(MarkingError):
        book.say("P1", [Saying(copy.key, FIRST, BAD, "C1")], {copy.key: copy_grid(session.root, copy)})
