"""Where a school keeps its own référentiels, templates and register: the workspace of a session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kit.errors import AuthorError, Place

MARKER = "kit.yaml"
VARIABLE = "KIT_WORKSPACE"


def find_workspace(
    session: Path | None = None, current: Path | None = None, environment: Mapping[str, str] | None = None
) -> Path:
    """Return the workspace of a session's folder, or of the current folder.

    It is `KIT_WORKSPACE` when set; else the nearest folder with a `kit.yaml`, going up from the session, then
    from the current folder; else the folder that holds the session, or without one the current folder.

    Args:
        session: the session's folder, which need not exist yet; None outside any session.
        current: the current folder (default: the process's).
        environment: the variables to look in (default: the process's).

    Raises:
        AuthorError: `KIT_WORKSPACE` names no folder.
    """
    wanted = (os.environ if environment is None else environment).get(VARIABLE)
    current = current or Path.cwd()
    if wanted:
        chosen = current / Path(wanted).expanduser()
        if not chosen.is_dir():
            raise AuthorError.of("session.workspace.missing", Place(), folder=wanted, variable=VARIABLE)
        return _real(chosen)
    starts = [_real(folder) for folder in (session, current) if folder is not None]
    for start in starts:
        for folder in (start, *start.parents):
            if (folder / MARKER).is_file():
                return folder
    return starts[0] if session is None else starts[0].parent


def _real(folder: Path) -> Path:
    """Return a folder with its links followed as far as they lead; `resolve()` breaks on those that go round."""
    return Path(os.path.realpath(folder))
