"""The panels in a real JupyterLab: keyboard alone, marks on the disk, no accessibility fault."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from kit.documents.grid_notebook import grid_notebook
from kit.writing import json_text
from tests.case_builders import a_grid
from tests.ui.jupyter import lab, run_notebook

pytestmark = pytest.mark.needs("chromium")

WEIGHTS = {"CE1.1": "3", "CE1.2": "1", "CE2.1": "2", "CE2.2": "2"}
EXPLORE = "from kit.ui import ReferentielExplorer\n\nexplorer = ReferentielExplorer()\nexplorer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a marker receives it, and a notebook that explores the référentiel."""
    root = tmp_path_factory.mktemp("lab")
    grid = a_grid(WEIGHTS)
    (root / "grid.json").write_text(json_text(grid.model_dump(mode="json")), "utf-8")
    (root / "grille.ipynb").write_text(grid_notebook(grid), "utf-8")
    explore = json.loads(grid_notebook(grid))
    explore["cells"] = [{**explore["cells"][2], "source": EXPLORE}]
    (root / "explorer.ipynb").write_text(json.dumps(explore), "utf-8")
    return root


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with lab(folder) as found:
        yield found


def open_panel(page: Page, address: str) -> Locator:
    run_notebook(page, address, "grille.ipynb")
    panel = page.locator(".kit-grid")
    expect(panel.locator("input[type=radio]").first).to_be_visible(timeout=20_000)
    return panel


def violations(page: Page, selector: str) -> list[str]:
    return [item["id"] for item in Axe().run(page, context=selector).response["violations"]]


def test_a_grid_is_filled_saved_and_reloaded_with_the_keyboard_alone(
    page: Page, address: str, folder: Path
) -> None:
    panel = open_panel(page, address)
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    mark, left, status = panel.locator(".kit-mark"), panel.locator(".kit-left"), panel.get_by_role("status")
    expect(panel.locator("input[type=radio]:checked")).to_have_count(0)

    panel.get_by_role("radio", name="CE1.1 Non acquis", exact=True).focus()
    page.keyboard.press("Digit3")
    expect(panel.get_by_role("radio", name="CE1.1 Acquis", exact=True)).to_be_checked()
    expect(left).to_contain_text("3 critères (CE1.2, CE2.1, CE2.2)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(panel.get_by_role("radio", name="CE1.2 En cours d’acquisition", exact=True)).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("bb : deux dd, sans chiffres")
    page.keyboard.press("Control+Enter")
    expect(mark).to_have_text("Pas encore de note")
    expect(panel.locator(".kit-score")).to_contain_text("2 sur 4")
    expect(status).to_contain_text("Modifications non enregistrées")
    page.keyboard.press("Digit4")
    page.keyboard.press("Digit4")
    expect(mark).to_have_text("Note : 16 / 20")
    page.keyboard.type("bbdd")  # in the notebook: insert two cells, delete one
    page.keyboard.press("Delete")
    expect(left).to_contain_text("CE2.2")
    page.keyboard.press("Control+s")
    expect(status).to_contain_text("Enregistré à")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells, "the notebook took the keys"

    saved = json.loads((folder / "notes.json").read_text("utf-8"))
    assert saved["marks"] == {
        "CE1.1@ecrit": {"level": "acquis"},
        "CE1.2@ecrit": {"level": "en_cours", "comment": "bb : deux dd, sans chiffres"},
        "CE2.1@ecrit": {"level": "maitrise"},
    }

    azerty = {
        "code": "Digit1",
        "key": "&",
        "bubbles": True,
    }  # the first row of a French keyboard, without Shift
    panel.get_by_role("radio", name="CE2.2 Acquis", exact=True).dispatch_event("keydown", azerty)
    expect(status).to_contain_text("non enregistrées")
    panel.get_by_role("button", name="Recharger").press("Enter")
    confirm = panel.get_by_role("button", name=re.compile("abandonner"))
    expect(panel.get_by_role("radio", name="CE2.2 Non acquis", exact=True)).to_be_checked()
    confirm.press("Enter")
    expect(panel.get_by_role("radio", name="CE2.2 Non acquis", exact=True)).not_to_be_checked()
    expect(status).to_contain_text("Enregistré à")


def test_the_panel_has_one_stop_per_line_names_its_controls_and_breaks_no_rule(
    page: Page, address: str
) -> None:
    panel = open_panel(page, address)
    assert violations(page, ".kit-grid") == []
    radios = panel.locator("input[type=radio]")
    assert radios.count() == len(WEIGHTS) * 5
    assert panel.locator("input[type=radio][tabindex='0']").count() == len(WEIGHTS)
    tree = panel.aria_snapshot()
    assert 'radio "CE2.1 Maîtrisé"' in tree
    assert 'textbox "Commentaire CE2.1"' in tree
    assert "rowheader" in tree
    assert 'columnheader "Non évalué"' in tree


def test_a_kernel_that_does_not_answer_is_shown(page: Page, address: str) -> None:
    panel = open_panel(page, address)
    stop = "async () => { const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel; await kernel.shutdown(); }"
    page.evaluate(stop)
    panel.get_by_role("radio", name="CE2.2 Acquis", exact=True).focus()
    page.keyboard.press("Digit2")
    expect(panel.get_by_role("status")).to_contain_text("Le noyau ne répond pas", timeout=10_000)


def test_a_referentiel_is_searched_without_accents(page: Page, address: str) -> None:
    run_notebook(page, address, "explorer.ipynb")
    expect(page.locator(".kit-page table").first).to_be_visible(timeout=20_000)
    assert violations(page, ".kit-page") == []
    page.get_by_role("searchbox", name="Rechercher").fill("strategie")
    expect(page.locator(".kit-page mark").first).to_have_text("stratégie")
    expect(page.locator(".kit-page [data-region=found]")).to_contain_text("Résultat")
