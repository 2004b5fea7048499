"""A marker's desk in the notebook: the grid of one copy after the other, each change kept at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import anywidget
from pydantic import ValidationError
from traitlets import Dict, observe

from kit.errors import Finding, KitError
from kit.french import clock, counted, typeset
from kit.marking.copies import Copy
from kit.marking.desk import Desk, session_desk
from kit.marking.packing import is_pack, pack_desk
from kit.messages import label
from kit.sessions.opening import open_session
from kit.ui.grid_state import GridState
from kit.ui.grid_view import DESK_WORDS, mark_of, marks_data, summary_data, table_data
from kit.ui.grids_at_hand import Titles, titles_of, working_folder
from kit.ui.session_panel import DEMO_FOLDER

_STATIC = Path(__file__).parent / "static"


def open_desk(folder: str | Path, marker: str) -> MarkingPanel:
    """Return the desk of a marker as a panel: of a session, of a pack, or without a folder of the demonstration.

    Raises:
        InvalidFile: the session's files have problems, it was not built, or this person marks nothing of it.
        EnvironmentFault: the store refuses.
    """
    chosen = Path(folder) if str(folder) else working_folder() / DEMO_FOLDER
    if is_pack(chosen):
        return MarkingPanel(pack_desk(chosen))
    return MarkingPanel(session_desk(open_session(chosen), marker))


class MarkingPanel(anywidget.AnyWidget):
    """A marker's desk.

    `table` goes to the page once a copy. `input` comes from it after every change (the copy's place, all its marks,
    and what was asked), `sheet` answers with the same number once what it says is kept: until then the page shows
    it as on its way.

    Attributes:
        desk: the desk; call its verbs and then `show()`.
        findings: the problems now shown.
    """

    _esm = _STATIC / "grid.js"
    _css = _STATIC / "grid.css"
    table = Dict().tag(sync=True)
    sheet = Dict().tag(sync=True)
    input = Dict().tag(sync=True, echo_update=False)

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.findings: tuple[Finding, ...] = ()
        self._sequence = self._last_action = 0
        self._shown: tuple[int, ...] | None = None
        self._titles: dict[str, Titles] = {}
        self._kept_at: datetime | None = None
        super().__init__()
        self.show()

    def __repr__(self) -> str:
        left = sum(bool(self.desk.left_in(index)) for index in range(len(self.desk.copies)))
        return f"MarkingPanel({self.desk.marker}, {counted(left, 'copie')} / {len(self.desk.copies)})"

    def show(self) -> None:
        """Send the page what the desk now has."""
        state = GridState(self.desk.grid, marks=self.desk.marks)
        with self.hold_sync():
            if self._shown != (self.desk.index,):
                self._shown = (self.desk.index,)
                table = table_data(self.desk.grid, self._titles_of(state), DESK_WORDS)
                self.table = table | {"desk": True, "phrases": self._phrases(), "holders": self._holders()}
            summary = summary_data(state, "", self.findings)
            self.sheet = {
                "seq": self._sequence,
                "marks": marks_data(state),
                "place": self._place(),
                "summary": summary | {"status": self._status(), "dirty": False},
            }

    def _phrases(self) -> dict[str, list[str]]:
        return {line: list(words) for line, words in self.desk.phrases().items()}

    def _holders(self) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "name": one.name, "present": one.is_present}
            for one in self.desk.holders
        ]  # fmt: skip

    def _differences(self) -> list[dict[str, str]]:
        names = {one.id: one.name for one in self.desk.holders}
        levels = {level.id: typeset(level.label) for level in self.desk.grid.scale.levels}
        return [
            {
                "member": one.member, "line": one.line, "name": names.get(one.member, one.member),
                "criterion": one.line.partition("@")[0], "reason": one.reason,
                "level": levels.get(one.mark.level or "", label("ui.grid.not_assessed")),
            }
            for one in self.desk.differences
        ]  # fmt: skip

    def _titles_of(self, state: GridState) -> Titles:
        epreuve = state.grid.epreuve
        if epreuve not in self._titles:
            self._titles[epreuve] = titles_of(state.grid)
        return self._titles[epreuve]

    def _place(self) -> dict[str, Any]:
        desk = self.desk
        done = sum(not desk.left_in(index) for index in range(len(desk.copies)))
        words = label(
            "ui.desk.place", number=desk.index + 1, count=len(desk.copies), done=counted(done, "terminée")
        )
        return {
            "index": desk.index,
            "words": words,
            "copies": [self._name(copy, index) for index, copy in enumerate(desk.copies)],
            "can_undo": desk.can_undo,
            "locked": desk.is_locked,
            "aside": sorted(desk.aside),
            "is_group": desk.copy.kind == "group" and len(desk.holders) > 1,
            "differences": self._differences(),
        }

    def _name(self, copy: Copy, index: int) -> str:
        left = len(self.desk.left_in(index))
        state = label("ui.desk.left", count=left) if left else label("ui.desk.done")
        key = copy.key
        return label("ui.desk.copy", epreuve=key.epreuve, part=key.part, number=key.number, state=state)

    def _status(self) -> str:
        if self.desk.is_locked:
            return label("ui.desk.locked")
        if self.findings:
            return label("ui.desk.not_kept")
        return label("ui.desk.kept", time=clock(self._kept_at)) if self._kept_at else label("ui.desk.ready")

    @observe("input")
    def _receive(self, change: Mapping[str, Any]) -> None:
        sent = change["new"]
        if not sent:
            return
        self._sequence = max(self._sequence, int(sent.get("seq", 0)))
        self.findings = ()
        self._attempt(lambda: self._take(sent))
        action = sent.get("action") or {}
        if int(action.get("seq", 0)) > self._last_action:
            self._last_action = int(action["seq"])
            self._attempt(lambda: self._act(str(action.get("name")), action.get("value")))
        self.show()

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except KitError as error:
            self.findings = error.findings
        except ValidationError:
            self.findings = (Finding("marks.not_received"),)

    def _take(self, sent: Mapping[str, Any]) -> None:
        """Keep the marks of the copy that the page shows, wherever the desk is by now."""
        desk, here = self.desk, self.desk.index
        shown = int(sent.get("index", here))
        if shown != here:
            desk.go_to(shown)
        marks = {key: mark_of(data) for key, data in sent.get("marks", {}).items()}
        gone = {key: mark_of({}) for key in desk.marks if key not in marks}
        if not desk.is_locked:
            before = desk.marks
            if desk.say({**gone, **marks}):
                self._kept_at = self._kept_at if desk.marks == before else datetime.now().astimezone()
            self.findings = desk.findings
        if shown != here:
            desk.go_to(here)

    def _act(self, name: str, value: Any) -> None:
        desk = self.desk
        if name == "undo":
            desk.undo()
            self.findings = desk.findings
        elif name == "next_copy_left":
            desk.next_left()
        elif name in ("previous", "next"):
            desk.go_to(desk.index + (1 if name == "next" else -1))
        elif name == "go":
            desk.go_to(int(value))
        elif name == "differ":
            given = {key: str(value.get(key, "")) for key in ("member", "line", "choice", "reason")}
            desk.differ(given["member"], given["line"], mark_of(given), given["reason"])
            self.findings = desk.findings
