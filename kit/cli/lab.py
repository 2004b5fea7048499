"""Opening JupyterLab in French on a workspace: its notebooks, its templates, its sessions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kit.cli.output import say
from kit.environment import environment
from kit.errors import AuthorError, EnvironmentFault, Place
from kit.messages import label
from kit.package_data import shipped
from kit.sessions.workspace import VARIABLE, find_workspace

SETTINGS = {
    "@jupyterlab/translation-extension:plugin": {"locale": "fr_FR"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


FOLDER = "notebooks"


def lab_root(folder: Path | None = None) -> Path:
    """Return the workspace JupyterLab opens on, with the notebooks in it.

    Templates, sessions and notebooks are then all in reach. A workspace without notebooks gets a copy: those
    of a package are never opened in place, an upgrade would take the user's work away.

    Args:
        folder: a folder of the workspace (default: the current one).

    Raises:
        AuthorError: the folder, or the one `KIT_WORKSPACE` names, does not exist.
        EnvironmentFault: the disk or the rights refuse the copy.
    """
    if folder is not None and not folder.is_dir():
        raise AuthorError.of("cli.lab_folder", Place(str(folder)))
    root = find_workspace() if folder is None else Path(os.path.realpath(folder))
    own = root / FOLDER
    with environment(own):
        if not own.exists():
            shutil.copytree(shipped(FOLDER), own, ignore=shutil.ignore_patterns(".*"))
    return root


def open_lab(folder: Path | None = None) -> None:
    """Run JupyterLab on a workspace until it is stopped.

    Raises:
        AuthorError: the folder, or the one `KIT_WORKSPACE` names, does not exist.
        EnvironmentFault: the disk refuses, or JupyterLab stopped on an error.
    """
    root = lab_root(folder)
    say(label("cli.lab", folder=root))
    with environment(), tempfile.TemporaryDirectory(prefix="kit-lab-") as settings:
        Path(settings, "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
        code = _wait(subprocess.Popen(lab_command(root, settings), env=lab_environment(root)))
    if code > 0:
        raise EnvironmentFault.of("cli.lab_failed", code=code)


def lab_command(root: Path, settings: str) -> list[str]:
    """Return the command that opens JupyterLab in the notebooks of a workspace, with its settings."""
    return [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{FOLDER}",
        f"--LabApp.app_settings_dir={settings}", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip


def lab_environment(root: Path) -> dict[str, str]:
    """Return the variables JupyterLab and its kernels run with: French, and the same workspace everywhere."""
    return {**os.environ, "LANGUAGE": "fr", VARIABLE: str(root)}


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Return the code JupyterLab ends with; it hears Ctrl-C itself, and asks before it stops."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
