"""Two markers, blind to each other until both have locked; then gaps, agreement, and what is retained."""

from __future__ import annotations

import json
import sys

import pytest

from kit.errors import KitError, MarkingError
from kit.grids import Mark
from kit.marking.book import MarkBook, Saying
from kit.marking.comparing import as_json, compare
from kit.marking.copies import CopyKey, copy_grid
from kit.marking.exporting import export_marks
from kit.marking.locking import lock_marks
from kit.marking.retaining import Request, retain, retained
from kit.sessions.opening import Session
from tests.marking.sessions import copies_in

SECRET = bytes(range(32))
SHORT = {"n": "non_acquis", "e": "en_cours", "a": "acquis", "m": "maitrise"}


def mark(session: Session, book: MarkBook, marker: str, *levels: str) -> None:
    """Give each E2 copy two levels, one letter each (`?` not assessed), and lock."""
    for copy, letters in zip(copies_in(session, "E2", "ecrit"), levels, strict=True):
        grid = copy_grid(session.root, copy)
        marks = [Mark(state="not_assessed") if x == "?" else Mark(level=SHORT[x]) for x in letters]
        sayings = [Saying(copy.key, line.key, one) for line, one in zip(grid.lines, marks, strict=True)]
        book.say(marker, sayings, {copy.key: grid})
    assert lock_marks(session, book, "E2", marker, SECRET)


def key(session: Session, index: int = 0) -> CopyKey:
    return copies_in(session, "E2", "ecrit")[index].key


def request(session: Session, method: str, **fields: str) -> Request:
    given = {"author": "P9", "reason": "Convenu."} | fields
    return Request(key(session), method, **given)  # type: ignore[arg-type]


def codes(caught: pytest.ExceptionInfo[KitError]) -> list[str]:
    for finding in caught.value.findings:
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in caught.value.findings]


def test_nothing_is_compared_before_both_have_locked(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "ma", "aa", "na")
    with pytest.raises(MarkingError) as caught:
        compare(session, book, "E2")
    assert codes(caught) == ["marks.not_locked"]
    with pytest.raises(MarkingError) as caught:
        retain(session, book, request(session, "first"))
    assert "marks.not_locked" in codes(caught)


def test_an_epreuve_with_one_marker_has_nothing_to_compare(session: Session, book: MarkBook) -> None:
    with pytest.raises(MarkingError) as caught:
        compare(session, book, "E1")
    assert codes(caught) == ["marks.no_second"]


def test_gaps_are_exact_and_the_tolerance_is_the_reglement_s(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "ma", "aa", "mm")
    mark(session, book, "P2", "mn", "aa", "nm")
    found = compare(session, book, "E2")
    assert [(copy.marks, copy.gap, copy.over) for copy in found.copies] == [
        (("55/3", "15"), "10/3", True),
        (("40/3", "40/3"), "0", False),
        (("20", "5"), "15", True),
    ]
    assert [[line.levels for line in copy.lines] for copy in found.copies] == [[0, 2], [0, 0], [3, 0]]
    assert [copy.copy for copy in found.over] == [key(session, 0), key(session, 2)]
    assert (found.agreement.lines, found.agreement.same, found.agreement.adjacent) == (6, "2/3", "2/3")
    assert json.loads(json.dumps(as_json(found)))["copies"][0]["gap"] == "10/3"


def test_agreement_beyond_chance_is_the_library_s(session: Session, book: MarkBook) -> None:
    pytest.importorskip("sklearn")
    mark(session, book, "P1", "ma", "nn", "em")
    mark(session, book, "P2", "ma", "nn", "em")
    assert compare(session, book, "E2").agreement.kappa == pytest.approx(1)


def test_without_the_library_there_is_no_kappa_and_no_error(
    session: Session, book: MarkBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    mark(session, book, "P1", "ma", "nn", "em")
    mark(session, book, "P2", "mn", "nn", "em")
    assert compare(session, book, "E2").agreement.kappa is None


def test_a_level_against_none_is_over_whatever_the_tolerance(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "m?", "aa", "aa")
    mark(session, book, "P2", "ma", "aa", "aa")
    (over,) = compare(session, book, "E2").over
    assert [line.criterion for line in over.lines if line.over] == ["CE1.2"]
    assert (over.marks, over.gap) == ((None, "55/3"), None)


def test_a_grid_left_unfinished_is_not_locked(session: Session, book: MarkBook) -> None:
    copy = copies_in(session, "E2", "ecrit")[0]
    grid = copy_grid(session.root, copy)
    book.say("P1", [Saying(copy.key, "CE1.1@ecrit", Mark(level="acquis"))], {copy.key: grid})
    with pytest.raises(MarkingError) as caught:
        lock_marks(session, book, "E2", "P1", SECRET)
    assert codes(caught) == ["marks.left"] * 3
    assert not book.is_locked("E2", "P1")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("first", [("maitrise", None), ("acquis", None)]),
        ("second", [("maitrise", None), ("non_acquis", None)]),
        ("mean", [("maitrise", None), ("en_cours", None)]),
    ],
)
def test_what_is_retained_has_its_method_and_the_originals_stay(
    session: Session, book: MarkBook, method: str, expected: list[tuple[str, str | None]]
) -> None:
    mark(session, book, "P1", "ma", "aa", "aa")
    mark(session, book, "P2", "mn", "aa", "aa")
    before = book.said("P1"), book.said("P2")
    retain(session, book, request(session, method))
    kept = retained(book, "E2")
    assert [(item.level, item.value) for item in kept] == expected
    assert {(item.method, item.author, item.reason) for item in kept} == {(method, "P9", "Convenu.")}
    assert (book.said("P1"), book.said("P2")) == before


def test_a_mean_between_two_levels_is_kept_exact(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "ma", "aa", "aa")
    mark(session, book, "P2", "mm", "aa", "aa")
    retain(session, book, request(session, "mean", criterion="CE1.2"))
    assert [(item.line, item.level, item.value) for item in retained(book)] == [("CE1.2@ecrit", None, "5/6")]


def test_a_concertation_agrees_on_the_level_of_a_criterion(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "mn", "aa", "aa")
    mark(session, book, "P2", "mm", "aa", "aa")
    retain(session, book, request(session, "first"))
    retain(session, book, request(session, "concertation", criterion="CE1.2", level="acquis"))
    assert [(item.level, item.method) for item in retained(book)] == [
        ("maitrise", "first"),
        ("acquis", "concertation"),
    ]


def test_the_third_marker_settles_once_he_has_locked(session: Session, book: MarkBook) -> None:
    for marker, levels in (("P1", "mn"), ("P2", "mm")):
        mark(session, book, marker, levels, "aa", "aa")
    with pytest.raises(MarkingError) as caught:
        retain(session, book, request(session, "third"))
    assert codes(caught) == ["marks.not_locked"]
    mark(session, book, "P3", "ea", "aa", "aa")
    retain(session, book, request(session, "third"))
    assert [item.level for item in retained(book)] == ["en_cours", "acquis"]


@pytest.mark.parametrize(
    ("method", "fields", "code"),
    [
        ("first", {"reason": "  "}, "marks.retain.no_reason"),
        ("first", {"author": "P404"}, "marks.retain.nobody"),
        ("first", {"criterion": "CE9.9"}, "mark.unknown_line"),
        ("first", {"level": "acquis"}, "marks.retain.level"),
        ("concertation", {"criterion": "CE1.1"}, "marks.retain.no_level"),
        ("concertation", {"level": "acquis"}, "marks.retain.no_criterion"),
        ("concertation", {"level": "parfait", "criterion": "CE1.1"}, "mark.unknown_level"),
        ("mean", {"criterion": "CE1.2"}, "marks.retain.no_mean"),
    ],
)
def test_what_cannot_be_retained_is_told_and_nothing_kept(
    session: Session, book: MarkBook, method: str, fields: dict[str, str], code: str
) -> None:
    mark(session, book, "P1", "m?", "aa", "aa")
    mark(session, book, "P2", "ma", "aa", "aa")
    with pytest.raises(MarkingError) as caught:
        retain(session, book, request(session, method, **fields))
    assert code in codes(caught)
    assert retained(book) == ()


def test_the_export_has_everything_and_no_name(session: Session, book: MarkBook) -> None:
    mark(session, book, "P1", "ma", "aa", "aa")
    mark(session, book, "P2", "mn", "aa", "aa")
    retain(session, book, request(session, "first"))
    data = json.loads(json.dumps(export_marks(book)))
    assert (len(data["marks"]), len(data["locks"]), len(data["retained"])) == (12, 2, 2)
    assert set(data["history"]) == {f"JUIN-2026/E2/{name}" for name in ("P1", "P2", "retenu")}
    assert not any(candidate in json.dumps(data) for candidate in ('"C1"', '"C2"', '"C3"'))
