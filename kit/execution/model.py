"""What a run is asked and what it answers. Nothing here knows of exams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Then = Callable[[Path], Any]
"""An importable function called with the executed notebook's path; what it returns is kept in the result."""


@dataclass(frozen=True, slots=True)
class CellFailure:
    """Why a notebook stopped: the cell (its number in the author's file), its source, the exception."""

    cell: int | None
    source: str
    name: str
    detail: str
    traceback: str = ""

    def __str__(self) -> str:
        at = f"cell {self.cell}: " if self.cell else ""
        return f"{at}{self.name}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook to execute.

    Attributes:
        template: the notebook to run.
        output: where the executed notebook goes.
        parameters: values injected after the cell tagged `parameters`.
        folder: the kernel's working folder, where the notebook finds its own files.
    """

    template: Path
    output: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run: its output, and either what `then` returned or why it failed."""

    run: Run
    output: Path | None
    failure: CellFailure | None = None
    error: BaseException | None = None
    value: Any = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the notebook ran to its end and `then` returned."""
        return self.failure is None and self.error is None
