"""What a marker's desk does beyond levels, in a real browser: a group's members, phrases, what is not assessed, a lost server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from kit.grids import Mark
from kit.jury.neutralising import Decision, neutralise
from kit.marking.book import Saying
from kit.marking.copies import copies_of, copy_grid, holder_of
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from kit.writing import write_text
from tests.marking.sessions import ASSIGNMENTS, PEOPLE, a_grid_of, a_session_to_mark
from tests.ui.jupyter import desk_page

pytestmark = pytest.mark.needs("chromium")

CANDIDATES = """\
id,nom,prenom,naissance,email,voie,centre
C1,=1+1,<img src=x onerror=document.title='pris'>,,,,
C2,d’Aubenas,Côme,,,,
C3,Le Cœur,Anaïs,,,,
"""
FIRST, SECOND = "CE1.1@dossier", "CE1.2@dossier"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session of which P1 marks first the groups of E1, then the anonymous copies of E2."""
    found = a_session_to_mark(
        tmp_path_factory.mktemp("desk"), candidats=CANDIDATES,
        intervenants=PEOPLE + "P7,Hélène Vauquelin,jury_president,,oui,\n",
        affectations=ASSIGNMENTS + "P7,jury_president,,,\n",
    )  # fmt: skip
    grid = a_grid_of("E1")
    line = grid.lines[0].model_copy(update={"expected": ("Q1 – Coût complet : 1 234,50 € (± 5)",)})
    write_text(
        found.root / "build/correcteurs/E1/principal-1/grid.json",
        grid.model_copy(update={"lines": (line, *grid.lines[1:])}).model_dump_json(),
    )
    return found


@pytest.fixture
def desk(page: Page, session: Session) -> Iterator[Locator]:
    with desk_page(session.root, "P1") as address:
        page.goto(address)
        panel = page.locator(".kit-grid")
        expect(panel.locator("input[type=radio]").first).to_be_visible(timeout=20_000)
        yield panel


def go_to(desk: Locator, session: Session, *, epreuve: str, candidate: str) -> None:
    """Choose the copy of a candidate in the list of copies."""
    copies = copies_of(session, "P1", read_secret(session.root))
    index = next(
        index
        for index, copy in enumerate(copies)
        if copy.key.epreuve == epreuve
        and candidate in (*copy.members, holder_of(session, copy.key).candidate)
    )
    desk.get_by_label("Copie", exact=True).select_option(str(index))
    expect(desk.locator(".kit-place")).to_contain_text(f"{index + 1} sur")


def test_a_member_of_a_group_gets_a_mark_of_his_own_with_its_reason(
    page: Page, desk: Locator, session: Session
) -> None:
    go_to(desk, session, epreuve="E1", candidate="C1")
    expect(desk.locator(".kit-holders")).to_contain_text("=1+1 <img src=x onerror=document.title='pris'>")
    expect(desk.locator(".kit-figures").first).to_have_text("Q1 – Coût complet : 1 234,50 € (± 5)")
    page.keyboard.press("Tab")
    desk.locator("summary", has_text="Écarts individuels").focus()
    page.keyboard.press("Enter")
    desk.get_by_label("Membre").select_option("C2")
    desk.get_by_label("Critère", exact=True).select_option(SECOND)
    desk.get_by_label("Son niveau").select_option("level:maitrise")
    keep = desk.get_by_role("button", name="Enregistrer l’écart")
    keep.click()
    expect(desk.get_by_role("alert")).to_contain_text("sans raison")
    desk.get_by_label("Raison").fill("A conduit seul l’enquête")
    keep.focus()
    page.keyboard.press("Enter")
    expect(desk.locator(".kit-differences")).to_contain_text(
        "d’Aubenas Côme – CE1.2 : Maîtrisé (A conduit seul l’enquête)"
    )
    said = [one for one in session_book(session, {}).said("P1") if one.member]
    assert [(one.member, one.line, one.mark.level) for one in said] == [("C2", SECOND, "maitrise")]
    assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    desk.get_by_role("button", name="Retirer : d’Aubenas Côme, CE1.2").click()
    expect(desk.locator(".kit-differences")).to_have_text("Aucun écart.")
    assert page.title() != "pris"


def test_a_phrase_written_once_is_taken_again_with_the_keyboard(
    page: Page, desk: Locator, session: Session
) -> None:
    copies = [
        copy for copy in copies_of(session, "P1", read_secret(session.root)) if copy.key.epreuve == "E2"
    ]
    book = session_book(session, {})
    mark = Mark(level="acquis", comment="Sources non citées")
    book.say(
        "P1",
        [Saying(copies[0].key, "CE1.1@ecrit", mark)],
        {copies[0].key: copy_grid(session.root, copies[0])},
    )
    go_to(desk, session, epreuve="E2", candidate=str(holder_of(session, copies[1].key).candidate))
    expect(desk.locator(".kit-holders")).to_have_count(0)
    desk.get_by_label("Mes phrases pour CE1.1").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    comment = desk.get_by_label("Commentaire CE1.1")
    expect(comment).to_have_value("Sources non citées")
    expect(comment).to_be_focused()
    expect(desk.get_by_role("status")).to_contain_text("Enregistré à")
    kept = {(one.copy, one.line): one.mark.comment for one in book.said("P1")}
    assert kept[copies[1].key, "CE1.1@ecrit"] == "Sources non citées"


def test_a_line_the_jury_set_aside_is_closed_and_the_keyboard_passes_over_it(
    page: Page, session: Session
) -> None:
    decision = Decision(
        "C3", "CE1.1", "PV 12", date(2026, 6, 20), "P7", not_relevant=True, not_core=True, epreuve="E2"
    )
    neutralise(session, session_book(session, {}), decision)
    with desk_page(session.root, "P1") as address:
        page.goto(address)
        desk = page.locator(".kit-grid")
        expect(desk.locator("input[type=radio]").first).to_be_visible(timeout=20_000)
        go_to(desk, session, epreuve="E2", candidate="C3")
        closed = desk.get_by_role("radio", name="CE1.1 Non évalué")
        expect(closed).to_be_checked()
        expect(closed).to_be_disabled()
        desk.get_by_role("radio", name="CE1.2 Acquis").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Digit3")
        expect(desk.get_by_role("radio", name="CE1.2 Acquis")).to_be_checked()
        expect(closed).to_be_checked()
        expect(desk.locator(".kit-score")).to_contain_text("2 sur 2")
        assert "PV 12" not in page.content()


def test_a_server_that_is_gone_is_shown_and_nothing_looks_kept(
    page: Page, desk: Locator, session: Session
) -> None:
    go_to(desk, session, epreuve="E2", candidate="C2")
    before = session_book(session, {}).said("P1")
    for process in psutil.Process().children(recursive=True):
        if "voila" in process.cmdline():
            process.kill()
    desk.get_by_role("radio", name="CE1.2 Maîtrisé").focus()
    page.keyboard.press("Digit4")
    expect(desk.get_by_role("status")).to_contain_text("Le noyau ne répond pas")
    assert session_book(session, {}).said("P1") == before


def test_at_twice_the_size_nothing_lies_beside_the_page_nor_under_the_heading(
    page: Page, desk: Locator, session: Session
) -> None:
    page.set_viewport_size({"width": 640, "height": 480})  # what a window of 1280 × 960 has left at 200 %
    go_to(desk, session, epreuve="E2", candidate="C2")
    desk.locator("tbody input[type=radio]:enabled").first.focus()
    page.keyboard.press("Digit1")
    expect(desk.locator("tbody input[type=radio]:enabled").first).to_be_checked()
    wide = "[document.documentElement, document.querySelector('.kit-scroller')].map((node) => node.scrollWidth - node.clientWidth)"
    assert max(page.evaluate(wide)) <= 1
    covered = """() => {
      const bottom = document.querySelector('.kit-scroller thead').getBoundingClientRect().bottom;
      const focused = document.activeElement.getBoundingClientRect();
      return focused.top < bottom || focused.bottom > document.querySelector('.kit-scroller').getBoundingClientRect().bottom;
    }"""
    assert not page.evaluate(covered)
