"""A learner's page in a real browser: the first sight of it and each interaction, alone and with twenty at once.

The baseline, in the same run, is a bare page of the same server: one button and one line that answers. All learners
share one machine with their browsers. Run: `python benchmarks/practice_page.py [--json] [--quick]`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from measuring import report  # noqa: E402 - beside this file

from kit.ui.voila_page import page_command, page_environment, practice_page  # noqa: E402
from tests.ui.jupyter import BROWSER_FLAGS  # noqa: E402

LEARNERS = 3 if "--quick" in sys.argv else 20
PATIENCE = 600_000
TOKEN = "banc"  # noqa: S105 - of a server that lives as long as the benchmark
BARE = """
import ipywidgets

line, button = ipywidgets.Label("prêt"), ipywidgets.Button(description="Répondre")
button.on_click(lambda _: setattr(line, "value", "répondu"))
ipywidgets.VBox([button, line])
"""

reloads: list[Page] = []
"""The pages loaded again, once for each time."""

Step = tuple[str, Callable[[Page], Awaitable[None]]]
Times = dict[str, list[float]]


@contextmanager
def served(notebooks: Sequence[str]) -> Iterator[Callable[[int], str]]:
    """Serve a page a learner as the application serves one, and give the address of each."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        folder = Path(scratch, "pages")
        folder.mkdir()
        for rank, text in enumerate(notebooks):
            (folder / f"{rank}.ipynb").write_text(text.replace("CARNETS", scratch), "utf-8")
        first = folder / "0.ipynb"
        command = [word for word in page_command(first, port) if word != str(first)]
        command.append(
            f"--VoilaExecutor.startup_timeout={PATIENCE // 1000}"
        )  # twenty kernels start on two cores
        server = subprocess.Popen(
            command, env=page_environment(TOKEN, Path(scratch)), cwd=scratch,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(port)
            yield lambda rank: f"http://127.0.0.1:{port}/voila/render/{rank}.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            server.wait(60)


def wait_for(port: int) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def learner_pages(count: int) -> list[str]:
    """Return a page a learner, each with a book of its own."""
    books = (Path(f"/CARNETS/{rank}.entrainement") for rank in range(count))
    return [practice_page(book, "", 0).replace("/CARNETS", "CARNETS") for book in books]


def bare_pages(count: int) -> list[str]:
    """Return the pages of the baseline."""
    notebook = json.loads(practice_page(Path("x"), "", 0))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    notebook["cells"] = [{**cell, "source": BARE} for cell in code]
    return [json.dumps(notebook)] * count


async def shown(place: Locator) -> None:
    """Wait for something to be seen."""
    await place.first.wait_for(timeout=PATIENCE)


async def see_bare(page: Page) -> None:
    """The bare page."""
    await shown(page.get_by_role("button", name="Répondre"))


async def answer_bare(page: Page) -> None:
    """One answer of the bare page."""
    await page.get_by_role("button", name="Répondre").click()
    await shown(page.get_by_text("répondu"))


async def see_home(page: Page) -> None:
    """The choice of a case; a page whose widgets were lost in the rush is loaded again, as a learner would."""
    begins, lost = page.locator("button[data-action=begin]"), page.get_by_text("Error displaying widget")
    for _ in range(5):
        await shown(begins.or_(lost))
        if await begins.count():
            return
        reloads.append(page)
        await page.reload(wait_until="commit")
    raise SystemExit("a page never showed its widgets")


async def begin(page: Page) -> None:
    """A case of E10 drawn and shown."""
    await page.locator("select[name=choice]").select_option("e:E10")
    await page.locator("button[data-action=begin]").click()
    await shown(page.get_by_role("heading", name="Questionnaire à visée"))


async def open_dossier(page: Page) -> None:
    """A dossier of the case, with its annexes."""
    await page.get_by_role("button", name="Dossier 3").first.click()
    await shown(page.get_by_role("heading", name="Writing a business letter"))


async def check(page: Page) -> None:
    """A number checked."""
    await page.locator("input[name^='figure|']").first.fill("12")
    await page.locator("button[data-action^='check:']").first.click()
    await shown(page.locator("[data-region^='said|']").filter(has_text="."))


async def judge(page: Page) -> None:
    """The criteria shown, and one judged."""
    await page.locator("button[data-action=judging]").first.click()
    radio = page.locator("input[type=radio][value=acquis]").first
    await shown(radio)
    await radio.check()
    await shown(page.get_by_text(re.compile(r"évalués\s:\s1\ssur")))


async def print_report(page: Page) -> None:
    """The self-assessment ended and its PDF offered."""
    await page.locator("button[data-action=finish]").click()
    await page.locator("button[data-action=report]").click()
    await shown(page.locator("a[download]"))


BARE_STEPS: list[Step] = [("first_sight", see_bare), ("answer", answer_bare)]
LEARNER_STEPS: list[Step] = [
    ("first_sight", see_home), ("begin_a_case", begin), ("open_a_dossier", open_dossier), ("check_a_number", check),
    ("judge_a_criterion", judge), ("report", print_report),
]  # fmt: skip


async def measured(notebooks: Sequence[str], steps: Sequence[Step]) -> Times:
    """Return the seconds of each step for each learner; all begin each step together."""
    with served(notebooks) as address:
        async with async_playwright() as playwright:
            found = shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
            pages = [await (await browser.new_context()).new_page() for _ in notebooks]
            spent: Times = {name: [] for name, _ in steps}
            for name, step in steps:
                await asyncio.gather(
                    *(
                        one(spent[name], page, step, address(rank) if name == "first_sight" else "")
                        for rank, page in enumerate(pages)
                    )
                )
            await browser.close()
    return spent


async def one(times: list[float], page: Page, step: Callable[[Page], Awaitable[None]], address: str) -> None:
    """Do a step on a page and note its seconds."""
    page.set_default_timeout(PATIENCE)
    started = time.perf_counter()
    if address:
        await page.goto(address, wait_until="commit")
    try:
        await step(page)
    except Exception:
        print(await page.locator("body").inner_text(), file=sys.stderr)
        raise
    times.append(time.perf_counter() - started)


def summed(spent: Times) -> dict[str, dict[str, float]]:
    """Return the median and the highest seconds of each step."""
    return {
        name: {"median_s": round(statistics.median(times), 2), "max_s": round(max(times), 2)}
        for name, times in spent.items()
    }


def main() -> None:
    """Print the figures."""
    figures: dict[str, object] = {"learners": LEARNERS}
    for count in (1, LEARNERS):
        reloads.clear()
        bare = summed(asyncio.run(measured(bare_pages(count), BARE_STEPS)))
        learner = summed(asyncio.run(measured(learner_pages(count), LEARNER_STEPS)))
        ratio = learner["first_sight"]["median_s"] / bare["first_sight"]["median_s"]
        figures[f"at_once_{count}"] = {
            "page": learner,
            "bare_page": bare,
            "first_sight_ratio": round(ratio, 2),
            "loaded_again": len(reloads),
        }
    report("practice_page", figures)


if __name__ == "__main__":
    main()
