"""A marker's desk in a real browser, in JupyterLab and in Voilà: thirty criteria by the keyboard alone, each key kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from kit.marking.store_address import session_book
from kit.package_data import shipped
from kit.sessions.opening import Session
from kit.writing import write_text
from tests.case_builders import a_line
from tests.marking.sessions import a_grid_of, a_session_to_mark
from tests.ui.jupyter import desk_page, kernels_below, lab, run_notebook

pytestmark = pytest.mark.needs("chromium")

CRITERIA = [f"CE{competence}.{rank}" for competence in range(1, 11) for rank in (1, 2, 3)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session whose grids have thirty criteria, and the notebook beside it."""
    workspace = tmp_path_factory.mktemp("desk")
    found = a_session_to_mark(workspace)
    lines = tuple(a_line(code, str(1 + rank % 3)) for rank, code in enumerate(CRITERIA))
    for variant in (1, 2):
        grid = a_grid_of("E2", variant).model_copy(update={"lines": lines})
        write_text(found.root / f"build/correcteurs/E2/principal-{variant}/grid.json", grid.model_dump_json())
    notebook = (shipped("notebooks") / "05_corriger_une_session.ipynb").read_text("utf-8")
    here = notebook.replace('dossier = \\"\\"', 'dossier = \\"session\\"').replace("P01", "P2")
    write_text(workspace / "correction.ipynb", here)
    return found


@pytest.fixture(scope="module", params=["lab", "voila"])
def server(request: pytest.FixtureRequest, session: Session) -> Iterator[tuple[str, str]]:
    """What shows the desk, and its address."""
    shown = lab(session.root.parent) if request.param == "lab" else desk_page(session.root, "P2")
    with shown as found:
        yield request.param, found


@pytest.fixture
def desk(page: Page, server: tuple[str, str], session: Session) -> Locator:
    name, address = server
    shutil.rmtree(session.root / "notes", ignore_errors=True)
    if name == "lab":
        run_notebook(page, address, "correction.ipynb")
    else:
        page.goto(address)
    panel = page.locator(".kit-grid")
    expect(panel.locator("input[type=radio]").first).to_be_visible(timeout=20_000)
    return panel


def kept(session: Session) -> dict[tuple[int, str], str | None]:
    """Return the levels in the store, by copy and criterion."""
    book = session_book(session, {})
    return {(said.copy.number, said.line.partition("@")[0]): said.mark.level for said in book.said("P2")}


def test_thirty_criteria_are_filled_with_the_keyboard_alone_and_each_key_is_kept(
    page: Page, desk: Locator, session: Session
) -> None:
    status, done = desk.get_by_role("status"), desk.locator(".kit-score")
    expect(status).to_have_text("Chaque changement est enregistré aussitôt.")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    desk.get_by_role("radio", name="CE1.1 Non acquis", exact=True).focus()
    levels = ["non_acquis", "en_cours", "acquis", "maitrise"]
    expected = {}
    for rank, code in enumerate(CRITERIA):
        page.keyboard.press(f"Digit{rank % 4 + 1}")
        expect(done).to_contain_text(f"{rank + 1} sur 30")
        expected[code] = levels[rank % 4]
        assert {line: level for (_, line), level in kept(session).items()} == expected
    expect(status).to_contain_text("Enregistré à")
    expect(desk.locator(".kit-mark")).to_contain_text("Note")
    expect(desk.locator(".kit-place")).to_contain_text("1 sur 3, 1")

    page.keyboard.press("Control+z")
    expect(done).to_contain_text("29 sur 30")
    assert kept(session)[next(iter(kept(session)))[0], "CE10.3"] is None
    page.keyboard.press("Alt+ArrowDown")
    expect(desk.locator(".kit-place")).to_contain_text("2 sur 3")
    expect(desk.locator("input[type=radio]:checked")).to_have_count(0)
    page.keyboard.press("Digit4")
    expect(done).to_contain_text("1 sur 30")
    page.keyboard.press("Alt+ArrowUp")
    expect(desk.locator(".kit-place")).to_contain_text("1 sur 3")
    expect(desk.locator("input[type=radio]:checked")).to_have_count(29)
    page.keyboard.press("Digit4")  # the keyboard is at the line that was left
    expect(done).to_contain_text("30 sur 30")
    page.keyboard.press("Control+Alt+ArrowDown")
    expect(desk.locator(".kit-place")).to_contain_text("2 sur 3")
    assert len({number for number, _ in kept(session)}) == 2
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells, "the notebook took the keys"


def test_a_comment_is_kept_as_it_is_typed(page: Page, desk: Locator, session: Session) -> None:
    desk.get_by_role("radio", name="CE1.1 Acquis", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Bien vu, à étayer")
    page.keyboard.press("Control+Enter")
    expect(desk.get_by_role("status")).to_contain_text("Enregistré à")
    (said,) = session_book(session, {}).said("P2")
    assert (said.mark.level, said.mark.comment) == ("acquis", "Bien vu, à étayer")


def test_the_desk_breaks_no_rule_and_names_its_controls(page: Page, desk: Locator) -> None:
    found = Axe().run(page, context=".kit-grid").response["violations"]
    assert [item["id"] for item in found] == []
    tree = desk.aria_snapshot()
    for name in (
        'radio "CE2.1 Maîtrisé"',
        'button "Copie suivante"',
        'button "Annuler le dernier changement"',
        'combobox "Copie"',
    ):
        assert name in tree
    assert desk.locator("input[type=radio][tabindex='0']").count() == len(CRITERIA)


def test_the_page_of_voila_breaks_no_rule_speaks_french_and_asks_nothing_elsewhere(
    page: Page, server: tuple[str, str]
) -> None:
    name, address = server
    if name == "lab":
        return  # its own page has violations whatever is shown in it
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.locator(".kit-grid input[type=radio]").first).to_be_visible(timeout=20_000)
    assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    assert page.locator("html").get_attribute("lang") == "fr"
    title = page.get_by_role("main").get_by_role("heading", level=1, name="Correction des copies", exact=True)
    expect(title).to_be_visible()
    here = ("http://127.0.0.1:", "ws://127.0.0.1:", "blob:http://127.0.0.1:", "data:")
    assert [url for url in asked if not url.startswith(here)] == []


def test_the_page_of_voila_shows_nothing_without_its_token(page: Page, server: tuple[str, str]) -> None:
    name, address = server
    if name == "lab":
        return  # the tests' own server has no token
    page.context.clear_cookies()
    page.goto(address.partition("?")[0])
    assert "login" in page.url
    assert page.locator(".kit-grid").count() == 0


def test_a_kernel_that_is_gone_is_shown_and_nothing_looks_kept(
    page: Page, desk: Locator, session: Session
) -> None:
    for kernel in kernels_below():
        kernel.kill()
    desk.get_by_role("radio", name="CE2.2 Acquis", exact=True).focus()
    page.keyboard.press("Digit2")
    expect(desk.get_by_role("status")).to_contain_text("Le noyau ne répond pas")
    assert kept(session) == {}
