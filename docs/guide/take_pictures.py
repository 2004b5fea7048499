"""Take the guide's pictures again: `python docs/guide/take_pictures.py` (needs Chromium; a minute).

The pictures show the demonstration's session, whose people are fictitious.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from kit.grids import Mark
from kit.marking.book import Saying
from kit.marking.copies import copy_grid, markers_of, session_copies
from kit.marking.locking import lock_marks
from kit.marking.retaining import Request, retain
from kit.marking.store_address import session_book
from kit.sessions.opening import open_session
from kit.sessions.seeds import read_secret
from tests.ui.jupyter import app_page, chromium, desk_page

IMAGES = Path(__file__).parent / "images"


def ready(page: Page, address: str) -> Locator:
    """Open the page and return its panel."""
    page.goto(address)
    panel = page.locator(".kit-grid")
    panel.locator("input[type=radio]").first.wait_for(timeout=30_000)
    return panel


def choose(panel: Locator, words: str) -> None:
    """Go to the first copy whose name has these words."""
    box = panel.get_by_label("Copie", exact=True)
    name = next(text for text in box.locator("option").all_inner_texts() if words in text)
    box.select_option(label=name)
    panel.page.wait_for_timeout(800)


def mark_a_copy(page: Page, panel: Locator) -> None:
    """A written copy half marked, with the keyboard."""
    choose(panel, "E2 ")
    panel.locator("tbody input[type=radio]").first.focus()
    for key in ("Digit3", "Digit4", "Digit2"):
        page.keyboard.press(key)
    comments = panel.locator("textarea")
    comments.nth(0).fill("Sources citées, mais pas datées.")
    comments.nth(1).focus()
    page.wait_for_timeout(900)
    page.screenshot(path=str(IMAGES / "correction-copie.png"))
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_timeout(800)
    panel.locator(".kit-phrases summary").first.click()
    panel.screenshot(path=str(IMAGES / "correction-phrases.png"))


def differ_in_a_group(page: Page, panel: Locator) -> None:
    """A group's copy, and a member's own mark."""
    choose(panel, "E1 dossier")
    panel.locator("summary", has_text="Écarts individuels").click()
    panel.get_by_label("Membre").select_option(index=1)
    panel.get_by_label("Son niveau").select_option(index=3)
    panel.get_by_label("Raison").fill("A conduit l’enquête auprès des distributeurs sans le groupe")
    panel.get_by_role("button", name="Enregistrer l’écart").click()
    page.wait_for_timeout(800)
    panel.locator(".kit-differences").scroll_into_view_if_needed()
    page.screenshot(path=str(IMAGES / "correction-groupe.png"))


def mark_everything(folder: Path) -> None:
    """Mark and lock every copy, unevenly and always alike, and retain the mean of two markers."""
    session = open_session(folder)
    book, secret = session_book(session), read_secret(folder, demo=True)
    draw = random.Random("guide")  # noqa: S311 - the same pictures each time
    for copy in session_copies(session):
        grid = copy_grid(folder, copy)
        levels = list(grid.scale.labels)
        for marker in markers_of(session, copy.key).values():
            said = [
                Saying(copy.key, line.key, Mark(level=draw.choices(levels, (0, 1, 5, 3))[0]))
                for line in grid.lines
            ]
            book.say(marker, said, {copy.key: grid})
    for epreuve in session.config.epreuves:
        for marker in {
            one
            for copy in session_copies(session)
            for one in markers_of(session, copy.key).values()
            if copy.key.epreuve == epreuve
        }:
            lock_marks(session, book, epreuve, marker, secret)
    for copy in session_copies(session):
        retain(session, book, Request(copy.key, "mean", "P01", "Moyenne convenue"))


def deliberate(page: Page, address: str) -> None:
    """A dossier before the jury, a reason half written."""
    page.goto(address)
    panel = page.locator(".kit-page")
    panel.locator(".kit-title").wait_for(timeout=30_000)
    panel.get_by_role("button", name="Suivant").click()
    page.wait_for_timeout(800)
    panel.locator("select[name^='choice|']").first.select_option("validated")
    panel.locator("textarea").first.fill("L’entretien confirme la maîtrise de la compétence.")
    page.wait_for_timeout(600)
    panel.locator(".kit-title").evaluate("(title) => title.scrollIntoView()")
    page.screenshot(path=str(IMAGES / "deliberation-dossier.png"))


def practise(page: Page, address: str) -> None:
    """A learner's case with a number checked, then a criterion judged."""
    page.goto(address)
    panel = page.locator(".kit-practice")
    panel.get_by_role("button", name="Dossier 1").first.wait_for(timeout=60_000)
    panel.get_by_role("button", name="Dossier 1").first.click()
    typed = panel.locator("input[name^='figure|']").first
    typed.fill("0,45")
    panel.locator("button[data-action^='check:']").first.click()
    panel.locator("[data-region^='said|']").filter(has_text=".").first.wait_for()
    panel.locator("button[data-action^='hint:']").first.click()
    page.wait_for_timeout(800)
    panel.locator(".kit-asked").first.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    page.screenshot(path=str(IMAGES / "entrainement-cas.png"))
    panel.locator("button[data-action=judging]").first.click()
    panel.locator("input[type=radio][value=en_cours]").first.check()
    panel.locator("textarea").first.fill(
        "La force est nommée, la faiblesse ne l’est pas ; calculs à reprendre."
    )
    panel.locator("fieldset details summary").first.click()
    page.wait_for_timeout(800)
    panel.locator("fieldset").first.evaluate("(box) => box.scrollIntoView({block: 'start'})")
    page.screenshot(path=str(IMAGES / "entrainement-auto-evaluation.png"))


def main() -> None:
    """Build the demonstration in a temporary folder and take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        session = Path(scratch) / "demo"
        subprocess.run([sys.executable, "-m", "kit", "demo", "--out", str(session)], check=True)
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        with desk_page(session, "P01") as address:
            panel = ready(page, address)
            mark_a_copy(page, panel)
            differ_in_a_group(page, panel)
        mark_everything(session)
        with app_page("jury", session) as address:
            deliberate(page, address)
        with app_page("entrainement", Path(scratch), "--epreuve", "E2", "--seed", "4217") as address:
            practise(page, address)


if __name__ == "__main__":
    main()
