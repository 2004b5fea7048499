"""What a marker says is kept at once, with its history; nothing is kept twice, lost, or shown to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import MarkingError
from kit.grids import Mark
from kit.marking.book import MarkBook, Saying, open_book
from kit.marking.copies import CopyKey
from kit.store.history import breaks, entries
from tests.marking.sessions import a_grid_of

COPY = CopyKey("E2", "ecrit", 1234)
GROUP = CopyKey("E1", "dossier", 777)
GRIDS = {COPY: a_grid_of("E2"), GROUP: a_grid_of("E1")}
LINE = "CE1.1@ecrit"
GOOD, BAD = Mark(level="acquis"), Mark(level="non_acquis")


@pytest.fixture
def book(tmp_path: Path) -> MarkBook:
    return open_book(tmp_path / "notes.sqlite", "JUIN-2026")


def say(book: MarkBook, mark: Mark, seen: int | None = None, marker: str = "P1", **fields: str) -> int:
    (said,) = book.say(marker, [Saying(COPY, fields.get("line", LINE), mark, seen=seen)], GRIDS)
    return said.number


def codes(caught: pytest.ExceptionInfo[MarkingError]) -> list[str]:
    for finding in caught.value.findings:
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in caught.value.findings]


def test_what_is_said_is_there_when_the_file_is_opened_again(tmp_path: Path, book: MarkBook) -> None:
    say(book, Mark(level="acquis", comment="À étayer : l’« évidence »."))
    (said,) = open_book(tmp_path / "notes.sqlite", "JUIN-2026").said("P1", COPY)
    assert (said.line, said.mark.level, said.mark.comment) == (LINE, "acquis", "À étayer : l’« évidence ».")


def test_the_history_says_who_what_before_and_after(book: MarkBook) -> None:
    say(book, GOOD)
    say(book, BAD)
    say(book, Mark())
    with book.database.reading() as connection:
        told = [(entry.author, entry.data["before"], entry.data["after"]) for entry in entries(connection)]
        assert list(breaks(connection)) == []
    good, bad, nothing = ({"level": level, "state": None} for level in ("acquis", "non_acquis", None))
    assert told == [("P1", None, good), ("P1", good, bad), ("P1", bad, nothing)]


def test_saying_the_same_again_adds_nothing(book: MarkBook) -> None:
    assert say(book, GOOD) == say(book, GOOD)
    with book.database.reading() as connection:
        assert len(list(entries(connection))) == 1


def test_a_marker_reads_his_own_marks_only(book: MarkBook) -> None:
    say(book, GOOD)
    assert book.said("P2") == ()
    assert say(book, BAD, marker="P2")
    assert book.said("P1", COPY)[0].mark == GOOD


def test_another_session_of_the_same_store_is_apart(tmp_path: Path, book: MarkBook) -> None:
    say(book, GOOD)
    assert open_book(tmp_path / "notes.sqlite", "AUTRE").said("P1") == ()


def test_what_was_said_elsewhere_meanwhile_is_told_not_overwritten(book: MarkBook) -> None:
    number = say(book, GOOD, seen=0)
    say(book, BAD, seen=number)
    with pytest.raises(MarkingError) as caught:
        say(book, GOOD, seen=number)
    assert codes(caught) == ["marks.said_elsewhere"]
    with pytest.raises(MarkingError):
        say(book, GOOD, seen=0)
    assert book.said("P1", COPY)[0].mark == BAD


def test_locked_marks_change_no_more_and_others_still_do(book: MarkBook) -> None:
    say(book, GOOD)
    assert book.lock("E2", "P1")
    assert not book.lock("E2", "P1")
    assert book.is_locked("E2", "P1")
    assert not book.is_locked("E2", "P2")
    with pytest.raises(MarkingError) as caught:
        say(book, BAD)
    assert codes(caught) == ["marks.locked"]
    assert say(book, BAD, marker="P2")
    book.say("P1", [Saying(GROUP, "CE1.1@dossier", GOOD)], GRIDS)


@pytest.mark.parametrize(
    ("saying", "code"),
    [
        (Saying(COPY, LINE, Mark(level="excellent")), "mark.unknown_level"),
        (Saying(COPY, "CE9.9@ecrit", GOOD), "mark.unknown_line"),
        (Saying(COPY, LINE, Mark(state="neutralised")), "marks.neutralised"),
        (Saying(COPY, LINE, Mark(comment="x" * 4001)), "marks.too_long"),
        (Saying(COPY, LINE, Mark(comment="\ud83d")), "json.half_character"),
        (Saying(COPY, LINE, Mark(comment="a\0b")), "json.half_character"),
        (Saying(GROUP, "CE1.1@dossier", GOOD, member="C1"), "marks.no_reason"),
    ],
)
def test_what_no_grid_can_hold_is_refused_and_nothing_kept(book: MarkBook, saying: Saying, code: str) -> None:
    fine = Saying(COPY, "CE1.2@ecrit", GOOD)
    with pytest.raises(MarkingError) as caught:
        book.say("P1", [fine, saying], GRIDS)
    assert code in codes(caught)
    assert book.said("P1") == ()


def test_the_same_line_twice_is_refused(book: MarkBook) -> None:
    with pytest.raises(MarkingError) as caught:
        book.say("P1", [Saying(COPY, LINE, GOOD), Saying(COPY, LINE, BAD)], GRIDS)
    assert codes(caught) == ["marks.said_twice"]


def test_one_member_of_a_group_may_differ_with_a_reason_and_a_pseudonym(book: MarkBook) -> None:
    line = "CE1.1@dossier"
    book.say("P1", [Saying(GROUP, line, GOOD), Saying(GROUP, line, BAD, "C1", "N’a pas participé.")], GRIDS)
    kept = {said.member: said.mark.level for said in book.said("P1", GROUP)}
    assert kept == {"": "acquis", "C1": "non_acquis"}
    with book.database.reading() as connection:
        assert "C1" not in [entry.data["member"] for entry in entries(connection)]


def test_the_grid_a_mark_was_given_under_is_kept_once(book: MarkBook) -> None:
    from sqlalchemy import select

    from kit.marking.tables import MARK, SHEET

    say(book, GOOD)
    say(book, BAD, line="CE1.2@ecrit")
    with book.database.reading() as connection:
        (sheet,) = connection.execute(select(SHEET)).all()
        assert {row.sheet for row in connection.execute(select(MARK))} == {sheet.digest}
    assert "Libellé de CE1.1." in sheet.content
