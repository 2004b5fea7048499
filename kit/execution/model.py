"""What a run is asked and what it answers. Nothing here knows of exams."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
        then: what follows this run, instead of what follows all of them.
        landing: importable function given what `then` returned, on the machine that asked; it returns the value kept.
    """

    template: Path
    output: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    then: Then | None = None
    landing: Callable[[Any], Any] | None = None


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


@dataclass(frozen=True, slots=True)
class Start:
    """Where a kernel is to work: its folder, its environment, the bytes it may take beside the libraries."""

    folder: str
    environ: Mapping[str, str]
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What the coordinator is asked: plain data, and what only the runner may unpickle.

    Attributes:
        number: the client's number of the job.
        content: the pickled run and the function that follows it.
        folder: the client's working folder.
        environ: the client's environment.
        path: the client's module path, for the function that follows.
        timeout: seconds a cell may take.
        memory: bytes a notebook may take beside the preloaded libraries.
        slot: where in the ledger the runner notes the cell it is at.
    """

    number: int
    content: bytes
    folder: str
    environ: Mapping[str, str]
    path: tuple[str, ...]
    timeout: int
    memory: int | None
    slot: int


def packed(result: RunResult) -> bytes:
    """Return a result pickled; what cannot be becomes an error that says so."""
    try:
        data = pickle.dumps(result)
        pickle.loads(data)  # noqa: S301 - our own; some exceptions are pickled and cannot be read back
    except Exception as error:  # noqa: BLE001 - any class may fail in any way
        said = result.error if result.error is not None else error
        return pickle.dumps(replace(result, value=None, error=RuntimeError(f"{type(said).__name__}: {said}")))
    return data
