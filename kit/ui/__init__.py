"""The panels of the notebooks. State is in traitlets, views are thin, and nothing here knows how to mark.

The names below are imported when they are first asked for, so that no other room pays for the widgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.ui.authoring_panel import AuthoringPanel
    from kit.ui.coverage_panel import CoveragePanel
    from kit.ui.explorer import ReferentielExplorer
    from kit.ui.grid_panel import GridPanel
    from kit.ui.grids_at_hand import open_grid
    from kit.ui.jury_panel import JuryPanel
    from kit.ui.marking_panel import MarkingPanel, open_desk
    from kit.ui.practice_panel import PracticePanel
    from kit.ui.session_panel import SessionPanel
    from kit.ui.statistics_panel import StatisticsPanel

__all__ = [
    "AuthoringPanel", "CoveragePanel", "GridPanel", "JuryPanel", "MarkingPanel", "PracticePanel",
    "ReferentielExplorer", "SessionPanel", "StatisticsPanel", "open_desk", "open_grid",
]  # fmt: skip

_HOMES = {
    "AuthoringPanel": "authoring_panel",
    "CoveragePanel": "coverage_panel",
    "GridPanel": "grid_panel",
    "JuryPanel": "jury_panel",
    "MarkingPanel": "marking_panel",
    "PracticePanel": "practice_panel",
    "ReferentielExplorer": "explorer",
    "SessionPanel": "session_panel",
    "StatisticsPanel": "statistics_panel",
    "open_desk": "marking_panel",
    "open_grid": "grids_at_hand",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"kit.ui.{_HOMES[name]}"), name)
