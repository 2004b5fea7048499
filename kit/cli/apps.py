"""`kit app`: a panel as a page in the browser, without JupyterLab around it."""

from __future__ import annotations

import secrets
import socket
import subprocess
import tempfile
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.output import say
from kit.cli.shared import SessionDir, command, current_workspace, new_group, opened
from kit.environment import environment
from kit.errors import EnvironmentFault
from kit.messages import label

_START_SECONDS = 60

app = new_group("Les panneaux en pages du navigateur, sans JupyterLab.")
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port (0 : le premier libre).")]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Ouvre la page dans le navigateur.")]


@app.callback()
def apps() -> None:
    """Keep the name of the page in the command when there is only one."""


@command(app)
def correction(
    folder: SessionDir,
    marker: Annotated[
        str, typer.Option("--marker", metavar="ID", help="Correcteur (d’un paquet : le sien).")
    ] = "",
    port: Port = 0,
    browser: Browser = True,
) -> None:
    """Ouvre la table de correction d’un correcteur : une session, ou un paquet."""
    from kit.ui import open_desk
    from kit.ui.voila_page import correction_page

    open_desk(folder, marker)
    serve(correction_page(folder, marker), "correction", port, browser=browser)


@command(app)
def jury(
    folder: SessionDir,
    member: Annotated[
        str,
        typer.Option("--by", metavar="ID", help="Membre du jury qui inscrit (se choisit aussi sur la page)."),
    ] = "",
    port: Port = 0,
    browser: Browser = True,
) -> None:
    """Ouvre la délibération du jury d’une session."""
    from kit.jury.dossiers import session_dossiers
    from kit.ui.voila_page import jury_page

    session, book = opened(folder)
    session_dossiers(session, book)
    serve(jury_page(folder, member), "jury", port, browser=browser)


@command(app)
def entrainement(
    book: Annotated[
        Path | None,
        typer.Argument(metavar="CARNET", help="Carnet de l’apprenant (le plus proche, sinon un nouveau)."),
    ] = None,
    epreuve: Annotated[
        str, typer.Option("--epreuve", metavar="ID", help="Épreuve (se choisit aussi sur la page).")
    ] = "",
    number: Annotated[
        int, typer.Option("--seed", min=0, max=999_999, help="Numéro du cas (0 : au hasard).")
    ] = 0,
    port: Port = 0,
    browser: Browser = True,
) -> None:
    """Ouvre la page d’entraînement et d’auto-évaluation d’un apprenant."""
    from kit.practice.cases import template_for
    from kit.practice.learner_store import FILE, open_learner_store
    from kit.ui.voila_page import practice_page

    if book is not None and book.is_dir():
        book = book / FILE
    if epreuve:
        template_for(epreuve, current_workspace())
    if book is not None and book.exists():
        open_learner_store(book).close()
    serve(practice_page(book, epreuve, number), "entrainement", port, browser=browser)


def serve(notebook: str, name: str, port: int, *, browser: bool) -> None:
    """Show a notebook as a page until it is stopped.

    Raises:
        EnvironmentFault: Voilà is not installed or stopped on an error, the port is taken, the disk refuses.
    """
    from kit.ui.voila_page import page_command, page_environment

    if find_spec("voila") is None:
        raise EnvironmentFault.of("app.not_installed")
    chosen, token = _free_port(port), secrets.token_urlsafe(24)
    with environment(), tempfile.TemporaryDirectory(prefix="kit-app-") as scratch:
        page = Path(scratch, "page", f"{name}.ipynb")
        page.parent.mkdir()
        page.write_text(notebook, "utf-8")
        log = Path(scratch, "voila.log")
        with log.open("wb") as told:
            variables = page_environment(token, Path(scratch))
            server = subprocess.Popen(page_command(page, chosen), env=variables, stderr=told)
        try:
            _wait_for(server, chosen)
            address = f"http://127.0.0.1:{chosen}/?token={token}"
            say(label("app.open", address=address))
            if browser:
                webbrowser.open(address)
            code = server.wait()
        except KeyboardInterrupt:
            say(label("app.closed"))
            code = 0
        finally:
            _stop(server)
        if code > 0:
            lines = log.read_text("utf-8", errors="replace").strip().splitlines()
            raise EnvironmentFault.of("app.failed", code=code, told=lines[-1] if lines else "—")


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EnvironmentFault.of("app.port", port=port) from error
        found: int = probe.getsockname()[1]
        return found


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server and, with it, its kernels: it does so itself when asked once."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
