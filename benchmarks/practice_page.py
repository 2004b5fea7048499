"""A learner's page in a real browser: the first sight of it and each interaction, alone and with twenty at once.

The baseline, in the same run, is a bare page of the same server: one button and one line that answers. Twenty
learners share one machine with their browsers. Run: `python benchmarks/practice_page.py [--json] [--quick]`.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from measuring import report  # noqa: E402 - beside this file

from kit.ui.voila_page import page_command, page_environment, practice_page  # noqa: E402
from tests.ui.jupyter import BROWSER_FLAGS  # noqa: E402

LEARNERS = 3 if "--quick" in sys.argv else 20
PATIENCE = 600_000
BARE = """
import ipywidgets
line, button = ipywidgets.Label("prêt"), ipywidgets.Button(description="Répondre")
button.on_click(lambda _: setattr(line, "value", "répondu"))
ipywidgets.VBox([button, line])
"""


@contextmanager
def served(notebook: str, scratch: Path) -> Iterator[str]:
    """Serve a notebook as the application does, and give its address."""
    page = scratch / "page.ipynb"
    page.write_text(notebook, "utf-8")
    port = free_port()
    server = subprocess.Popen(page_command(page, port), env=page_environment("banc", scratch),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/?token=banc"
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    """Return a port nobody listens to."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until a server answers."""
    import socket

    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def bare_notebook() -> str:
    """Return the page of the baseline."""
    notebook = json.loads(practice_page(Path("x"), "", 0))
    notebook["cells"] = [{**cell, "source": BARE} for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return json.dumps(notebook)


Step = tuple[str, Callable[[Page], Awaitable[None]]]


async def see_bare(page: Page) -> None:
    await page.get_by_role("button", name="Répondre").wait_for(timeout=PATIENCE)


async def answer_bare(page: Page) -> None:
    await page.get_by_role("button", name="Répondre").click()
    await page.get_by_text("répondu").wait_for(timeout=PATIENCE)


async def measured(address: Callable[[int], str], learners: int, steps: list[Step]) -> dict[str, list[float]]:
    """Return the seconds of each step for each learner, all at it at once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_FLAGS)
        spent: dict[str, list[float]] = {name: [] for name, _ in steps}
        pages = [await (await browser.new_context()).new_page() for _ in range(learners)]
        for name, step in steps:

            async def one(rank: int, page: Page, name: str = name, step: Any = step) -> None:
                started = time.perf_counter()
                if name == "first_sight":
                    await page.goto(address(rank), timeout=PATIENCE)
                await step(page)
                spent[name].append(time.perf_counter() - started)

            await asyncio.gather(*(one(rank, page) for rank, page in enumerate(pages)))
        await browser.close()
    return spent


def summed(spent: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return the median and the highest of each step, in seconds."""
    return {
        name: {"median_s": round(statistics.median(times), 2), "max_s": round(max(times), 2)}
        for name, times in spent.items()
    }
