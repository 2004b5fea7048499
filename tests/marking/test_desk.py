"""A marker at his desk: every change is kept at once, and the next copy is never far."""

from __future__ import annotations

import pytest

from kit.grids import Mark
from kit.marking.book import MarkBook, Saying
from kit.marking.desk import Desk
from kit.sessions.opening import Session
from tests.marking.sessions import desk_of

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"
GOOD, BAD = Mark(level="acquis"), Mark(level="non_acquis")


@pytest.fixture
def desk(session: Session, book: MarkBook) -> Desk:
    return desk_of(session, book, "P2")


def kept(desk: Desk, book: MarkBook) -> dict[str, str | None]:
    return {said.line: said.mark.level for said in book.said(desk.marker, desk.copy.key)}


def test_each_change_is_kept_at_once(desk: Desk, book: MarkBook) -> None:
    assert desk.say({FIRST: GOOD})
    assert kept(desk, book) == {FIRST: "acquis"}
    assert desk.say({FIRST: BAD, SECOND: GOOD})
    assert kept(desk, book) == {FIRST: "non_acquis", SECOND: "acquis"}
    assert desk.score.mark == "10/3"


def test_a_desk_opens_at_the_first_copy_not_finished(session: Session, book: MarkBook, desk: Desk) -> None:
    desk.say({FIRST: GOOD, SECOND: GOOD})
    again = desk_of(session, book, "P2")
    assert (again.index, again.copies) == (1, desk.copies)
    again.say({FIRST: GOOD})
    assert desk_of(session, book, "P2").left_in(1) == (SECOND,)


def test_the_next_copy_left_is_found_around_the_end(desk: Desk) -> None:
    desk.go_to(2)
    assert desk.next_left()
    assert desk.index == 0
    for index in range(3):
        desk.go_to(index)
        desk.say({FIRST: GOOD, SECOND: GOOD})
    assert not desk.next_left()
    desk.go_to(99)
    assert desk.index == 2


def test_undo_takes_back_one_change_after_the_other(desk: Desk, book: MarkBook) -> None:
    for mark in (GOOD, BAD, Mark(level="maitrise")):
        desk.say({FIRST: mark})
    levels = []
    while desk.can_undo:
        assert desk.undo()
        levels.append(kept(desk, book)[FIRST])
    assert levels == ["non_acquis", "acquis", None]
    assert not desk.undo()


def test_undo_goes_back_to_the_copy_of_the_change(desk: Desk, book: MarkBook) -> None:
    desk.say({FIRST: GOOD})
    desk.go_to(1)
    desk.say({SECOND: BAD})
    assert desk.undo()
    assert (desk.index, kept(desk, book)) == (1, {SECOND: None})
    assert desk.undo()
    assert (desk.index, kept(desk, book)) == (0, {FIRST: None})


def test_what_another_window_said_is_shown_and_not_overwritten(
    session: Session, book: MarkBook, desk: Desk
) -> None:
    other = desk_of(session, book, "P2")
    other.say({FIRST: BAD})
    assert not desk.say({FIRST: GOOD})
    assert [finding.code for finding in desk.findings] == ["marks.said_elsewhere"]
    assert desk.marks == {FIRST: BAD}
    assert desk.say({FIRST: GOOD})
    assert desk.findings == ()
    assert other.undo() is False  # it was changed since


def test_a_locked_desk_keeps_nothing_more(desk: Desk, book: MarkBook) -> None:
    desk.say({FIRST: GOOD})
    book.lock("E2", "P2")
    assert not desk.say({FIRST: BAD})
    assert desk.is_locked
    assert [finding.code for finding in desk.findings] == ["marks.locked"]
    assert desk.marks == {FIRST: GOOD}


def test_a_comment_goes_with_its_line(desk: Desk, book: MarkBook) -> None:
    desk.say({FIRST: Mark(level="acquis", comment="Bien vu.")})
    assert book.said("P2")[0].mark.comment == "Bien vu."
    assert book.said("P1") == ()


def test_the_sayings_of_a_member_do_not_show_as_the_group_s(session: Session, book: MarkBook) -> None:
    desk = desk_of(session, book, "P1")
    place = next(
        index for index, copy in enumerate(desk.copies) if copy.kind == "group" and len(copy.members) == 2
    )
    desk.go_to(place)
    desk.say({"CE1.1@dossier": GOOD})
    saying = Saying(desk.copy.key, "CE1.1@dossier", BAD, "C1", "Absent à la répétition.")
    book.say("P1", [saying], {desk.copy.key: desk.grid})
    desk.look()
    assert desk.marks == {"CE1.1@dossier": GOOD}


def test_what_was_written_of_a_criterion_can_be_written_again(desk: Desk) -> None:
    for index, words in enumerate(("À étayer.", "Très juste.", "À étayer. ")):
        desk.go_to(index)
        desk.say({FIRST: Mark(level="acquis", comment=words)})
    assert desk.phrases() == {FIRST: ("À étayer.", "Très juste.")}
