"""The grid a marker fills: one table in the notebook, bound to a `GridState` and to a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
from pydantic import ValidationError
from traitlets import Dict, observe

from kit.errors import Finding, KitError
from kit.french import counted
from kit.grids import Grid
from kit.grids.marks_file import NAME_LENGTH
from kit.ui.grid_state import GridState
from kit.ui.grid_view import mark_of, marks_data, summary_data, table_data
from kit.ui.grids_at_hand import titles_of, working_folder

_STATIC = Path(__file__).parent / "static"


class GridPanel(anywidget.AnyWidget):
    """The correction grid in a notebook.

    `table` goes to the page once. `input` comes from it after every change (all the marks, the copy, the marker,
    and what was asked: save or reload), `sheet` answers with the same number, so that the page knows that the
    kernel has it: a mark never looks received when it is not.

    Attributes:
        state: the marks; assign to it and the page follows.
        path: the file they are saved in.
        findings: the problems and remarks now shown.
    """

    _esm = _STATIC / "grid.js"
    _css = _STATIC / "grid.css"
    table = Dict().tag(sync=True)
    sheet = Dict().tag(sync=True)
    input = Dict().tag(sync=True, echo_update=False)

    def __init__(self, grid: Grid, path: str | Path = "") -> None:
        self.state = GridState(grid)
        asked = Path(path) if str(path) else working_folder() / f"notes-{grid.code}.json"
        self.path, self._shown_path = asked.absolute(), str(asked)
        self.findings: tuple[Finding, ...] = ()
        self._sequence = self._last_action = 0
        super().__init__(table=table_data(grid, titles_of(grid)))
        if self.path.exists():
            self.reload()
        self.state.observe(self._show, ["marks", "copy_number", "marker", "dirty", "saved_at"])
        self._show()

    def __repr__(self) -> str:
        progress = self.state.progress
        done = f"{progress.done} / {counted(progress.lines, 'critère')}"
        return f"GridPanel({self.state.grid.code}, {done})"

    def save(self) -> None:
        """Write the marks to the panel's file; problems are shown, nothing is raised."""
        self._attempt(lambda: self.state.save(self.path))

    def reload(self) -> None:
        """Take what the panel's file says; problems are shown, nothing is raised."""
        self._attempt(lambda: self.state.load(self.path))

    def _attempt(self, act: Any) -> None:
        try:
            self.findings = act() or ()
        except KitError as error:
            self.findings = error.findings
        self._show()

    def _show(self, _: object = None) -> None:
        self.sheet = {
            "seq": self._sequence,
            "marks": marks_data(self.state),
            "copy": self.state.copy_number,
            "marker": self.state.marker,
            "summary": summary_data(self.state, self._shown_path, self.findings),
        }

    @observe("input")
    def _receive(self, change: Mapping[str, Any]) -> None:
        sent = change["new"]
        if not sent:
            return
        with self.hold_sync():
            self._sequence = max(self._sequence, int(sent.get("seq", 0)))
            self._take(sent)
            action = sent.get("action") or {}
            if int(action.get("seq", 0)) > self._last_action:
                self._last_action = int(action["seq"])
                {"save": self.save, "reload": self.reload}[action["name"]]()
            self._show()

    def _take(self, sent: Mapping[str, Any]) -> None:
        """Put what the page sent into the state; what the page cannot have meant is left out and told."""
        try:
            self.state.marks = {key: mark_of(data) for key, data in sent.get("marks", {}).items()}
        except KitError as error:
            self.findings = error.findings
        except ValidationError:
            self.findings = (Finding("marks.not_received"),)
        self.state.copy_number = str(sent.get("copy", ""))[:NAME_LENGTH]
        self.state.marker = str(sent.get("marker", ""))[:NAME_LENGTH]
