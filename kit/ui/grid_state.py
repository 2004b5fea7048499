"""What a marker has said of a grid, and what follows from it. No widget here: plain assignments move it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, HasTraits, Instance, Unicode, observe, validate

from kit.errors import Finding, InvalidFile, Place
from kit.grids import Grid, Mark, Score, score
from kit.grids.marks_file import marks_text, read_marks
from kit.grids.scoring import line_weights
from kit.referentiel import parse_exact
from kit.writing import PRIVATE, write_text

NOTHING = Mark()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a grid is filled. `gained` out of `at_stake` are points of the total, over the lines with a level."""

    done: int
    lines: int
    gained: Fraction
    at_stake: Fraction


class GridState(HasTraits):
    """A grid being filled.

    Attributes:
        grid: the grid.
        marks: by line key; a line nobody spoke of is absent.
        copy_number: the copy's number, as the marker writes it.
        marker: the marker's name or code.
        dirty: whether something differs from the file last read or written.
        saved_at: when the file last read or written was saved.
    """

    grid = Instance(Grid)
    marks: Dict[str, Mark] = Dict()
    copy_number = Unicode()
    marker = Unicode()
    dirty = Bool(False)
    saved_at = Instance(datetime, allow_none=True)

    def __init__(self, grid: Grid, **traits: Any) -> None:
        super().__init__(grid=grid, **traits)
        self._kept = self._content()
        self._digest: str | None = None
        self.dirty = False

    def choose(self, key: str, *, level: str | None = None, state: str | None = None) -> None:
        """Give a line a level or a state; neither means that nothing is said any more. Its comment stays.

        Raises:
            MarkingError: the grid has no such line or no such level.
        """
        mark = Mark.model_validate({"level": level, "state": state, "comment": self.mark(key).comment})
        self.marks = {**self.marks, key: mark}

    def say(self, key: str, comment: str) -> None:
        """Write a line's comment.

        Raises:
            MarkingError: the grid has no such line.
        """
        self.marks = {**self.marks, key: self.mark(key).model_copy(update={"comment": comment})}

    def mark(self, key: str) -> Mark:
        """Return what was said of a line."""
        found: Mark = self.marks.get(key, NOTHING)
        return found

    @property
    def score(self) -> Score:
        """The score as it stands: a mark, or the reason why there is none."""
        return score(self.grid, self.marks)

    @property
    def left(self) -> tuple[str, ...]:
        """Keys of the lines still to mark, in the order of the grid."""
        return self.score.not_marked

    @property
    def progress(self) -> Progress:
        """How far the grid is filled."""
        weights = line_weights(self.grid, self.grid.lines)
        whole = sum(weights.values(), start=Fraction(0)) or Fraction(1)
        values = {level.id: parse_exact(level.value) for level in self.grid.scale.levels}
        levels = {key: mark.level for key, mark in self.marks.items() if mark.level is not None}
        total = parse_exact(self.grid.total)
        return Progress(
            done=len(self.grid.lines) - len(self.left),
            lines=len(self.grid.lines),
            gained=total
            * sum((weights[key] * values[level] for key, level in levels.items()), Fraction(0))
            / whole,
            at_stake=total * sum((weights[key] for key in levels), Fraction(0)) / whole,
        )

    def load(self, path: Path) -> tuple[Finding, ...]:
        """Take what a file says in place of what was said here, and return the remarks it calls for.

        Raises:
            InvalidFile: the file cannot be this grid's; nothing changed here.
        """
        file, remarks = read_marks(path, self.grid)
        self.marks = dict(file.marks)
        self.copy_number, self.marker = file.copy_number, file.marker
        self._remember(path)
        return remarks

    def save(self, path: Path) -> None:
        """Write the marks to a file, whole or not at all, readable by its owner only.

        Raises:
            InvalidFile: the file there is not the one last read or written here: it is left as it is.
            EnvironmentFault: the disk refuses.
        """
        self._refuse_to_overwrite(path)
        write_text(path, marks_text(self.grid, self.marks, self.copy_number, self.marker), PRIVATE)
        self._remember(path)

    def _refuse_to_overwrite(self, path: Path) -> None:
        if not path.exists():
            return
        where = Place(str(path))
        file, _ = read_marks(path, self.grid)
        if _digest(path) != self._digest:
            raise InvalidFile(Finding("marks.changed_elsewhere", where))
        if file.copy_number not in ("", self.copy_number):
            fields = {"found": file.copy_number, "asked": self.copy_number or "—"}
            raise InvalidFile(Finding("marks.other_copy", where, fields))

    def _remember(self, path: Path) -> None:
        self._kept, self._digest = self._content(), _digest(path)
        self.saved_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        self.dirty = False

    def _content(self) -> tuple[Mapping[str, Mark], str, str]:
        return dict(self.marks), self.copy_number, self.marker

    @validate("marks")
    def _marks_fit_the_grid(self, proposal: dict[str, Any]) -> dict[str, Mark]:
        kept = {key: mark for key, mark in proposal["value"].items() if mark != NOTHING}
        score(self.grid, kept)
        return kept

    @observe("marks", "copy_number", "marker")
    def _compare(self, _: object) -> None:
        self.dirty = self._content() != getattr(self, "_kept", None)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
