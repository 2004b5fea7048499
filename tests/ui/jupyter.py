"""A JupyterLab server on a folder, and a page that runs a notebook in it, for the tests in a real browser."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

BROWSER_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

RUN_ALL = """
async ({path, timeout}) => {
  const within = (promise, what) => Promise.race([promise, new Promise((_, refuse) =>
    setTimeout(() => refuse(new Error(`nothing in time: ${what}`)), timeout))]);
  const until = async (test) => { while (!test()) await new Promise((next) => setTimeout(next, 50)); };
  await within(until(() => window.jupyterapp), "the application");
  const app = window.jupyterapp;
  await within(app.restored, "the layout");
  const widget = await within(app.commands.execute("docmanager:open", {path, factory: "Notebook"}), "the notebook");
  await within(widget.context.ready, "the file");
  await within(widget.sessionContext.ready, "the session");
  await within(widget.sessionContext.session.kernel.info, "the kernel");
  app.shell.activateById(widget.id);
  await within(app.commands.execute("notebook:run-all-cells"), "the cells");
}
"""


@contextmanager
def lab(root: Path, *, dark: bool = False) -> Iterator[str]:
    """Run JupyterLab on a folder and give its address. Its settings and files stay in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="kit-lab-") as scratch, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen(
            _command(root, port, Path(scratch), dark), env=_environment(Path(scratch)), cwd=root,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(server, f"{address}/api")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _command(root: Path, port: int, scratch: Path, dark: bool) -> list[str]:
    settings: dict[str, Any] = {
        "@jupyterlab/translation-extension:plugin": {"locale": "fr_FR"},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    if dark:
        settings["@jupyterlab/apputils-extension:themes"] = {"theme": "JupyterLab Dark"}
    (scratch / "overrides.json").write_text(json.dumps(settings), "utf-8")
    return [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}", "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True", "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly", f"--LabApp.app_settings_dir={scratch}",
    ]  # fmt: skip


def _environment(scratch: Path) -> dict[str, str]:
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
             "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")  # fmt: skip
    return {**os.environ, **{name: str(scratch / name.lower()) for name in names}}


def _wait(server: subprocess.Popen[bytes], address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server, on loopback
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@contextmanager
def desk_page(session: Path, marker: str) -> Iterator[str]:
    """Run `kit app correction` and give the address it says."""
    with app_page("correction", session, "--marker", marker) as address:
        yield address


@contextmanager
def app_page(name: str, session: Path, *words: str) -> Iterator[str]:
    """Run `kit app NAME` on a session and give the address it says."""
    command = [sys.executable, "-m", "kit", "app", name, str(session), *words, "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=session)
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found is not None, said
        yield found[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)


def kernels_below() -> list[psutil.Process]:
    """Return the kernels of the servers that this process started."""
    below = psutil.Process().children(recursive=True)
    return [process for process in below if "ipykernel_launcher" in process.cmdline()]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a Chromium without a screen."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def heard_words(text: str) -> str:
    """Return the words of what a browser was sent: JSON marks, tags and white space apart."""
    for mark, words in (("\\n", " "), ('\\"', '"'), ("\\u00a0", " "), ("\\u202f", " ")):
        text = text.replace(mark, words)
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def run_notebook(page: Page, address: str, path: str, timeout: float = 60) -> None:
    """Open a notebook in JupyterLab and run all its cells."""
    page.goto(f"{address}/lab?reset")
    page.evaluate(RUN_ALL, {"path": path, "timeout": timeout * 1000})
