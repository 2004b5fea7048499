"""Opening JupyterLab in French on the notebooks."""

from __future__ import annotations

import json
import os
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


def open_lab(folder: Path | None = None) -> None:
    """Run JupyterLab on a folder (default: the shipped notebooks) until it is stopped."""
    root = (folder or shipped("notebooks")).resolve()
    say(label("cli.lab", folder=root))
    with tempfile.TemporaryDirectory(prefix="kit-lab-") as settings:
        Path(settings, "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}",
            f"--LabApp.app_settings_dir={settings}", "--LabApp.extension_manager=readonly",
        ]  # fmt: skip
        subprocess.run(command, check=False, env={**os.environ, "LANGUAGE": "fr"})
