"""A marker's desk as a panel: what the page sends is kept at once, and the answer says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kit.marking.book import MarkBook
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from kit.ui.marking_panel import MarkingPanel, open_desk
from tests.marking.sessions import NAMES, a_session_to_mark, desk_of

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    return a_session_to_mark(tmp_path)


@pytest.fixture
def book(session: Session) -> MarkBook:
    return session_book(session, {})


@pytest.fixture
def panel(session: Session, book: MarkBook) -> MarkingPanel:
    return MarkingPanel(desk_of(session, book, "P2"))


class Page:
    """What the page does: it sends all the marks it shows, with a number."""

    def __init__(self, panel: MarkingPanel) -> None:
        self.panel = panel
        self.seq = 0
        self.marks: dict[str, dict[str, str]] = {}

    def send(self, action: str | None = None, value: Any = None, **fields: Any) -> dict[str, Any]:
        self.seq += 1
        index = fields.pop("index", self.panel.sheet["place"]["index"])
        asked = {"seq": self.seq, "name": action, "value": value} if action else None
        self.panel.set_state(
            {"input": {"seq": self.seq, "index": index, "marks": self.marks, "action": asked}}
        )
        sheet: dict[str, Any] = self.panel.sheet
        assert sheet["seq"] == self.seq
        self.marks = dict(sheet["marks"])
        return sheet

    def choose(self, line: str, choice: str, comment: str = "") -> dict[str, Any]:
        self.marks[line] = {"choice": choice, "comment": comment}
        return self.send()


@pytest.fixture
def page(panel: MarkingPanel) -> Page:
    return Page(panel)


def kept(panel: MarkingPanel, book: MarkBook) -> dict[str, str | None]:
    return {said.line: said.mark.level for said in book.said("P2", panel.desk.copy.key)}


def test_a_choice_is_kept_before_the_page_is_answered(
    page: Page, panel: MarkingPanel, book: MarkBook
) -> None:
    assert panel.sheet["summary"]["status"] == "Chaque changement est enregistré aussitôt."
    sheet = page.choose(FIRST, "level:acquis", "Bien vu.")
    assert kept(panel, book) == {FIRST: "acquis"}
    assert sheet["marks"] == {FIRST: {"choice": "level:acquis", "comment": "Bien vu."}}
    assert sheet["summary"]["status"].startswith("Enregistré à")
    assert sheet["summary"]["left"] == [SECOND]


def test_what_the_page_no_longer_shows_is_taken_back(page: Page, panel: MarkingPanel, book: MarkBook) -> None:
    page.choose(FIRST, "level:acquis")
    page.marks = {}
    page.send()
    assert kept(panel, book) == {FIRST: None}


def test_the_next_copy_has_its_own_grid(page: Page, panel: MarkingPanel, book: MarkBook) -> None:
    page.choose(FIRST, "level:acquis")
    first, number = panel.table, panel.desk.copy.key.number
    sheet = page.send("next")
    assert (sheet["place"]["index"], sheet["marks"]) == (1, {})
    assert panel.table is not first
    assert panel.desk.copy.key.number != number
    assert page.send("previous")["marks"][FIRST]["choice"] == "level:acquis"
    assert page.send("go", 2)["place"]["index"] == 2


def test_marks_on_their_way_when_the_copy_changed_are_kept_on_their_copy(
    page: Page, panel: MarkingPanel, book: MarkBook
) -> None:
    first = panel.desk.copy.key
    page.send("next")
    page.marks = {FIRST: {"choice": "level:maitrise", "comment": ""}}
    sheet = page.send(index=0)
    assert sheet["place"]["index"] == 1
    assert [said.mark.level for said in book.said("P2", first)] == ["maitrise"]
    assert book.said("P2", panel.desk.copy.key) == ()


def test_undo_and_the_next_copy_left(page: Page, panel: MarkingPanel, book: MarkBook) -> None:
    assert not panel.sheet["place"]["can_undo"]
    page.choose(FIRST, "level:acquis")
    page.choose(FIRST, "level:maitrise")
    assert page.send("undo")["marks"][FIRST]["choice"] == "level:acquis"
    page.choose(SECOND, "state:not_assessed")
    assert page.send("next_copy_left")["place"]["index"] == 1
    assert "terminée" in panel.sheet["place"]["copies"][0]


def test_an_action_is_done_once_however_often_it_is_sent(page: Page, panel: MarkingPanel) -> None:
    page.send("next")
    panel.set_state(
        {"input": {"seq": 9, "index": 1, "marks": {}, "action": {"seq": 1, "name": "next", "value": None}}}
    )
    assert panel.desk.index == 1


def test_locked_marks_do_not_change_and_it_is_said(page: Page, panel: MarkingPanel, book: MarkBook) -> None:
    page.choose(FIRST, "level:acquis")
    book.lock("E2", "P2")
    sheet = page.choose(FIRST, "level:maitrise")
    assert sheet["place"]["locked"]
    assert sheet["marks"][FIRST]["choice"] == "level:acquis"
    assert "verrouillées" in sheet["summary"]["status"]


def test_another_window_s_mark_is_shown_and_told(
    session: Session, book: MarkBook, page: Page, panel: MarkingPanel
) -> None:
    Page(MarkingPanel(desk_of(session, book, "P2"))).choose(FIRST, "level:maitrise")
    sheet = page.choose(FIRST, "level:acquis")
    assert sheet["marks"][FIRST]["choice"] == "level:maitrise"
    assert sheet["summary"]["status"] == "Le dernier changement n’est pas enregistré."
    assert "ailleurs" in sheet["summary"]["findings"][0]["message"]


def test_a_store_that_is_gone_never_looks_saved(
    session: Session, page: Page, panel: MarkingPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit.errors import EnvironmentFault, Finding, Place

    def refuses(*_: object, **__: object) -> None:
        raise EnvironmentFault(Finding("store.full", Place(), {"address": "notes"}))

    monkeypatch.setattr(MarkBook, "say", refuses)
    sheet = page.choose(FIRST, "level:acquis")
    assert sheet["marks"] == {}
    assert sheet["summary"]["status"] == "Le dernier changement n’est pas enregistré."
    assert "plein" in sheet["summary"]["findings"][0]["message"]


@pytest.mark.parametrize("choice", ["level:parfait", "state:neutralised", "n’importe quoi", "level:"])
def test_what_a_page_cannot_mean_changes_nothing(
    page: Page, panel: MarkingPanel, book: MarkBook, choice: str
) -> None:
    page.choose(FIRST, "level:acquis")
    page.choose(FIRST, choice)
    assert kept(panel, book)[FIRST] in ("acquis", None)
    assert [said.mark.state for said in book.said("P2")] == [None]


def test_no_name_goes_to_the_page_of_an_anonymous_part(panel: MarkingPanel) -> None:
    sent = f"{panel.table}{panel.sheet}"
    assert not any(name in sent for name in NAMES)


def test_a_desk_opens_from_the_session_s_folder(session: Session) -> None:
    panel = open_desk(session.root, "P1")
    assert len(panel.desk.copies) == 8
    assert repr(panel) == "MarkingPanel(P1, 8\u00a0copies / 8)"
