"""Where the data shipped with the kit lies: référentiels, case templates, notebooks.

In a wheel they are inside the package (`kit/data`); in a checkout they are the folders beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """Return the shipped folder `referentiel`, `case_templates` or `notebooks`."""
    inside = _PACKAGE / "data" / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def is_shipped(path: Path) -> bool:
    """Tell whether `path` lies in the package or its checkout's data folders."""
    folders = (shipped(name) for name in ("referentiel", "case_templates", "notebooks"))
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders if folder.is_dir())
