"""Authoring kit for the case-study exams of French professional certifications.

The nouns and verbs below are the public door; the rooms behind it are opened only when a name is used, so that
`import kit` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kit.version import VERSION as __version__  # noqa: F401, N811 - the usual name, for users

if TYPE_CHECKING:
    from kit.authoring import check_template
    from kit.cases import CaseTemplate, load_template
    from kit.errors import Finding, KitError
    from kit.grids import Grid, Mark, Score, build_grid, score
    from kit.referentiel import Referentiel, Reglement, load_referentiel
    from kit.sessions.build import build_session
    from kit.sessions.opening import Session, open_session
    from kit.subjects import Subject, build_subject

_ROOMS = {
    "CaseTemplate": "kit.cases",
    "Finding": "kit.errors",
    "Grid": "kit.grids",
    "KitError": "kit.errors",
    "Mark": "kit.grids",
    "Referentiel": "kit.referentiel",
    "Reglement": "kit.referentiel",
    "Score": "kit.grids",
    "Session": "kit.sessions.opening",
    "Subject": "kit.subjects",
    "build_grid": "kit.grids",
    "build_session": "kit.sessions.build",
    "build_subject": "kit.subjects",
    "check_template": "kit.authoring",
    "load_referentiel": "kit.referentiel",
    "load_template": "kit.cases",
    "open_session": "kit.sessions.opening",
    "score": "kit.grids",
}

__all__ = [
    "CaseTemplate", "Finding", "Grid", "KitError", "Mark", "Referentiel", "Reglement", "Score", "Session", "Subject",
    "build_grid", "build_session", "build_subject", "check_template", "load_referentiel", "load_template",
    "open_session", "score",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
