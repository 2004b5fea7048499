"""The learner's page in a real browser: the keyboard alone, a phone's width, every screen for everyone, nothing leaked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from kit.practice.cases import practice_case
from kit.practice.firewall import answer_words
from kit.practice.learner_store import FILE, open_learner_store
from kit.practice.values import Asked
from tests.commands import run
from tests.ui.jupyter import app_page, heard_words, kernels_below, lab, run_notebook

pytestmark = pytest.mark.needs("chromium")

ASKED = Asked("e10-anglais-commercial", 7)
EPREUVES = [
    pytest.param(f"E{number}", marks=() if number in (2, 10) else pytest.mark.full) for number in range(1, 11)
]
SENTENCE = "The sender apologises for the delay and offers to replace the goods before Friday."


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with app_page("entrainement", tmp_path) as found:
        yield found
    assert kernels_below() == []


@pytest.fixture
def said(page: Page) -> list[str]:
    """All that the page receives: bodies of answers, frames of web sockets."""
    heard: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda frame: heard.append(
                frame if isinstance(frame, str) else frame.decode("utf-8", errors="replace")
            ),
        ),
    )
    page.on(
        "response",
        lambda answer: (
            heard.append(answer.text())
            if answer.request.resource_type in ("document", "xhr", "fetch") and answer.ok
            else None
        ),
    )
    return heard


def leaks(said: list[str]) -> list[str]:
    """Return what was heard of the key."""
    heard = heard_words(" ".join(said))
    assert "Writing a business letter" in heard
    return [words for _, words in answer_words(practice_case(ASKED)) if words in heard]


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    panel = page.locator(".kit-practice")
    expect(panel.locator("[data-lead]").first).to_be_visible(timeout=40_000)
    return panel


def press(page: Page, button: Locator) -> None:
    button.focus()
    page.keyboard.press("Enter")


def is_for_everyone(page: Page) -> None:
    """Check a whole screen, its details open: no violation, and no wider than the window."""
    page.evaluate("document.querySelectorAll('.kit-page details').forEach((one) => one.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(item["id"], [node["html"][:160] for node in item["nodes"][:3]]) for item in found] == []
    wide = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('*')]"
        ".filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowX) && !one.matches('.kit-wide'))"
        ".map((one) => one.scrollWidth - one.clientWidth)]"
    )
    assert max(wide) <= 1, wide


def test_a_learner_works_from_the_choice_to_the_report_with_the_keyboard_alone(
    page: Page, address: str, said: list[str], tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    panel = opened(page, address)
    is_for_everyone(page)
    panel.get_by_label("Épreuve ou compétence").focus()
    page.keyboard.type("E10")
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="Questionnaire à visée")).to_be_focused(timeout=40_000)
    is_for_everyone(page)
    press(page, panel.get_by_role("button", name="Dossier 3").first)
    expect(panel.get_by_role("heading", name="Writing a business letter")).to_be_focused()
    is_for_everyone(page)
    assert leaks(said) == []

    panel.get_by_label("Montant échu à ce jour (").focus()
    page.keyboard.type("2482,90 €")
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Juste.")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_text("On demande : Montant échu")).to_be_visible()
    press(page, panel.get_by_role("button", name="Renoncer aux calculs"))
    press(page, panel.get_by_role("button", name="Voir la solution"))
    expect(panel.get_by_role("heading", name="Solution de la question 5")).to_be_focused()
    assert "1 241,45" in panel.inner_text().replace("\u202f", " ").replace("\u00a0", " ")
    assert leaks(said) != []
    is_for_everyone(page)

    press(page, panel.get_by_role("button", name="Auto-évaluation").first)
    expect(panel.get_by_role("heading", name="Auto-évaluation")).to_be_focused()
    is_for_everyone(page)
    panel.get_by_role("radio", name="Je ne sais pas encore").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Lettre complète, ton ferme et poli.")
    page.keyboard.press("Tab")
    page.keyboard.type("moyenne")
    page.keyboard.press("Tab")
    page.keyboard.type("Revoir les formules de relance.")
    expect(panel.get_by_text("Critères évalués : 1 sur")).to_be_visible()
    press(page, panel.get_by_role("button", name="Terminer"))
    expect(panel.get_by_role("heading", name="Bilan")).to_be_focused()
    is_for_everyone(page)
    press(page, panel.get_by_role("button", name="Rapport PDF"))
    link = panel.get_by_role("link", name="Télécharger rapport-E10-000007.pdf")
    expect(link).to_be_visible(timeout=40_000)
    link.focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
    press(page, panel.get_by_role("button", name="Mes cas"))
    expect(panel.get_by_role("heading", name="S’entraîner et s’évaluer")).to_be_focused()
    is_for_everyone(page)
    (record,) = open_learner_store(tmp_path / FILE).records()
    assert record.work.finished is not None
    judged = record.judgements[record.work.grid.lines[0].key]
    assert (judged.level, judged.confidence) == ("acquis", "medium")
    assert judged.evidence == "Lettre complète, ton ferme et poli."
    assert judged.next_step == "Revoir les formules de relance."
    assert record.outcome_of("Q5", "montant-echu") == "right"


def test_a_kernel_that_dies_loses_nothing_that_was_answered(page: Page, tmp_path: Path) -> None:
    with app_page("entrainement", tmp_path, "--epreuve", "E10", "--seed", "7") as address:
        panel = opened(page, address)
        press(page, panel.get_by_role("button", name="Dossier 1").first)
        panel.get_by_label("Votre réponse à la question 1").fill(SENTENCE)
        expect(panel.get_by_role("button", name="Voir la solution")).to_be_visible()
        for kernel in kernels_below():
            kernel.kill()
        panel = opened(page, address)
        expect(panel.get_by_label("Votre réponse à la question 1")).to_have_value(SENTENCE)
    assert kernels_below() == []


@pytest.mark.parametrize("epreuve", EPREUVES)
def test_every_page_of_a_case_is_for_everyone_on_a_phone(page: Page, tmp_path: Path, epreuve: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    with app_page("entrainement", tmp_path, "--epreuve", epreuve, "--seed", "12") as address:
        panel = opened(page, address)
        is_for_everyone(page)
        turns = panel.locator('[data-action^="page:"]:not([aria-current]), [data-action="judging"]')
        actions = turns.evaluate_all("(found) => found.map((one) => one.dataset.action)")
        assert len(set(actions)) >= 3
        for action in dict.fromkeys(actions):
            press(page, panel.locator(f'[data-action="{action}"]').first)
            expect(panel.locator("[data-lead]:focus")).to_be_visible()
            is_for_everyone(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_notebook_of_a_practice_case_is_worked_through_in_jupyterlab(
    page: Page, tmp_path: Path, dark: bool
) -> None:
    run("practice", "new", "E10", "--out", str(tmp_path / "cas"), "--seed", "7")
    (notebook,) = (tmp_path / "cas").glob("*.ipynb")
    with lab(tmp_path, dark=dark) as address:
        run_notebook(page, address, f"cas/{notebook.name}")
        panel = page.locator(".kit-practice")
        press(page, panel.get_by_role("button", name="Dossier 1").first)
        panel.get_by_label("Votre réponse à la question 1").fill(SENTENCE)
        expect(panel.get_by_role("button", name="Voir la solution")).to_be_visible()
        found = Axe().run(page, context=".kit-practice").response["violations"]
        assert [(item["id"], item["nodes"][0]["html"][:160]) for item in found] == []
        said = page.locator(".jp-OutputArea-output").all_inner_texts()
        assert not any("Traceback" in words for words in said)
