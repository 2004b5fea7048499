"""Opening JupyterLab in French on the notebooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kit.cli.output import say
from kit.messages import label
from kit.package_data import shipped

SETTINGS = {
    "@jupyterlab/translation-extension:plugin": {"locale": "fr_FR"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def _notebooks(here: Path) -> Path:
    """Return the folder of notebooks to open: the checkout's or the current folder's, else a copy made there.

    Notebooks inside an installed package are never opened in place: an upgrade would take the user's work away.
    """
    source, own = shipped("notebooks"), here / "notebooks"
    if "site-packages" not in source.parts:
        return source
    if not own.exists():
        shutil.copytree(source, own)
    return own


def open_lab(folder: Path | None = None) -> None:
    """Run JupyterLab on a folder (default: the shipped notebooks) until it is stopped."""
    root = (folder or _notebooks(Path.cwd())).resolve()
    say(label("cli.lab", folder=root))
    with tempfile.TemporaryDirectory(prefix="kit-lab-") as settings:
        Path(settings, "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}",
            f"--LabApp.app_settings_dir={settings}", "--LabApp.extension_manager=readonly",
        ]  # fmt: skip
        subprocess.run(command, check=False, env={**os.environ, "LANGUAGE": "fr"})
