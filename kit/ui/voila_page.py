"""A panel as a page of its own, served by Voilà: what it shows, and how the server is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from kit.messages import label
from kit.writing import json_text

_SHARE = Path(__file__).parent / "share"
_IDLE_SECONDS = 600
"""A kernel whose page was closed or reloaded is stopped after that; one whose page is open never is."""


def correction_page(folder: Path, marker: str) -> str:
    """Return the notebook that shows a marker's desk and nothing else."""
    code = f"from kit.ui import open_desk\n\nopen_desk({str(folder.absolute())!r}, {marker!r})"
    return _notebook(label("app.correction.title"), label("app.correction.help"), code)


def jury_page(folder: Path, member: str) -> str:
    """Return the notebook that shows the jury's room and nothing else."""
    code = f"from kit.ui import JuryPanel\n\nJuryPanel({str(folder.absolute())!r}, {member!r})"
    return _notebook(label("app.jury.title"), label("app.jury.help"), code)


def practice_page(book: Path | None, epreuve: str, number: int) -> str:
    """Return the notebook that shows a learner's page and nothing else.

    Args:
        book: the learner's book; None for the nearest one from the current folder.
        epreuve: the épreuve to begin with, empty to choose on the page.
        number: of the case, 0 for one at random.
    """
    from kit.ui.practice_state import nearest_book

    path = str((book or nearest_book()).absolute())
    code = f"from kit.ui import PracticePanel\n\nPracticePanel({path!r}, {epreuve!r}, {number!r})"
    return _notebook(label("app.practice.title"), label("app.practice.help"), code)


def _notebook(title: str, text: str, code: str) -> str:
    return json_text({
        "cells": [
            {"cell_type": "markdown", "id": "titre", "metadata": {}, "source": f"# {title}\n\n{text}"},
            {
                "cell_type": "code", "id": "panneau", "metadata": {}, "source": code,
                "execution_count": None, "outputs": [],
            },
        ],
        "metadata": {
            "title": title,
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    })  # fmt: skip


def page_command(notebook: Path, port: int) -> list[str]:
    """Return the command that serves a notebook as a page, on this machine only and behind a token."""
    manager = "--MappingKernelManager"
    return [
        sys.executable, "-m", "voila", str(notebook), "--no-browser", "--Voila.ip=127.0.0.1",
        f"--port={port}", "--Voila.port_retries=0", "--Voila.auto_token=True", "--Voila.log_level=ERROR",
        f"--Voila.root_dir={notebook.parent}", "--template=kit", "--VoilaExporter.language_code=fr",
        "--VoilaConfiguration.show_tracebacks=False",
        f"{manager}.cull_idle_timeout={_IDLE_SECONDS}", f"{manager}.cull_interval=60",
        f"{manager}.cull_connected=False",
    ]  # fmt: skip


def page_environment(token: str, scratch: Path) -> dict[str, str]:
    """Return the variables the server runs with: its token, our page, and no setting of the user's.

    The token is not in the command: other users of the machine can read that.
    """
    known: Mapping[str, str] = os.environ
    places = [str(_SHARE), *filter(None, [known.get("JUPYTER_PATH", "")])]
    return {
        **known, "LANGUAGE": "fr", "JUPYTER_TOKEN": token, "JUPYTER_PATH": os.pathsep.join(places),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"), "JUPYTER_RUNTIME_DIR": str(scratch / "run"),
    }  # fmt: skip
