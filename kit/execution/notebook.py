"""Executing one notebook with papermill, in this process, whatever engine runs the cells."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from kit.execution.model import CellFailure, Run, RunResult, Then
from kit.messages import label

_MARKERS = frozenset({"injected-parameters", "papermill-error-cell-tag"})
"""Tags of the cells that papermill adds to the author's."""


class _Place:
    """Where an execution is, kept for the errors that do not say it."""

    def __init__(self, tell: Tell | None) -> None:
        self.begun = False
        self.cell: int | None = None
        self.source = ""
        self._notebook: Any = None
        self._numbers: tuple[int | None, ...] = ()
        self._tell = tell

    def start(self, notebook: Any) -> None:
        self._notebook = notebook
        self._numbers = cell_numbers(notebook.cells)

    def keep(self, output: Path) -> None:
        """Write the notebook as far as it went: papermill does when a cell raises, not when its kernel is gone."""
        import nbformat

        if self._notebook is not None:
            _normalise(self._notebook)
            nbformat.write(self._notebook, output)

    def enter(self, cell: Any, cell_index: int) -> None:
        self.begun = True
        self.cell, self.source = self._numbers[cell_index], cell.source
        # papermill would read it again, a tenth of this process's time, for a duration that is not kept.
        cell.metadata["papermill"]["start_time"] = None
        if self._tell is not None:
            self._tell(self.cell, self.source)


Tell = Callable[[int | None, str], None]
"""Told of each cell that begins: its number and its source."""


def run_notebook(
    run: Run,
    then: Then | None = None,
    timeout: int = 600,
    engine: str | None = None,
    tell: Tell | None = None,
) -> RunResult:
    """Return the result of executing one notebook.

    A cell that raises, runs too long or kills its kernel gives a result with its failure; the notebook as far as
    it went is left at `output`.

    Args:
        run: what to execute.
        then: called with the output when all cells ran.
        timeout: seconds a cell may take.
        engine: papermill's engine; none is papermill's own, with one kernel a notebook.
        tell: told of each cell that begins.
    """
    started = time.perf_counter()
    failure, error = _execute_once_started(run, timeout, engine, tell)
    value: Any = None
    if failure is None and error is None and then is not None:
        try:
            value = then(run.output)
            value = run.landing(value) if run.landing is not None else value
        except Exception as raised:  # noqa: BLE001 - reported in the result
            error = raised
    output = run.output if run.output.exists() else None
    return RunResult(run, output, failure, error, value, time.perf_counter() - started)


_STARTS = 3
"""Times papermill's own kernel is started: its ports are chosen before it binds them, and may be taken between."""


def _execute_once_started(
    run: Run, timeout: int, engine: str | None, tell: Tell | None
) -> tuple[CellFailure | None, BaseException | None]:
    for _ in range(_STARTS):
        place = _Place(tell)
        failure, error = _execute(run, timeout, engine, place)
        if engine or place.begun or not isinstance(error, RuntimeError):
            break
    return failure, error


def _execute(
    run: Run, timeout: int, engine: str | None, place: _Place
) -> tuple[CellFailure | None, BaseException | None]:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    run.output.unlink(missing_ok=True)
    run.output.parent.mkdir(parents=True, exist_ok=True)
    try:
        logging.getLogger("papermill").setLevel(logging.CRITICAL)  # the result says it
        _register_files()
        papermill.execute_notebook(
            _address(run.template), _address(run.output), parameters=dict(run.parameters), progress_bar=False,
            request_save_on_cell_execute=False, resources=_working_in(run.folder),
            execution_timeout=timeout, kernel_name=_kernel_name(run.template), engine_name=_normalising(engine),
            on_notebook_start=place.start, on_cell_execute=place.enter, extra_arguments=["--log-level=50"],
        )  # fmt: skip
    except PapermillExecutionError as raised:
        return _failure(run.output, raised), None
    except CellTimeoutError:
        place.keep(run.output)
        detail = label("run.too_long", seconds=timeout)
        return CellFailure(place.cell, place.source, "CellTimeoutError", detail), None
    except DeadKernelError:
        place.keep(run.output)
        return CellFailure(place.cell, place.source, "DeadKernelError", label("run.killed")), None
    except Exception as raised:  # noqa: BLE001 - a run never takes its neighbours down
        return None, raised
    finally:
        _close_event_loop()
    return None, None


@cache
def _normalising(name: str | None) -> str:
    """Return the name of an engine that does what the one named does and leaves a normalised notebook.

    papermill then writes it as it must be: once.
    """
    from papermill.engines import papermill_engines

    engine = papermill_engines.get_engine(name)

    class Normalising(engine):  # type: ignore[misc, valid-type]
        @classmethod
        def execute_notebook(cls, *arguments: Any, **keywords: Any) -> Any:
            done = super().execute_notebook(*arguments, **keywords)
            _normalise(done)
            return done

    asked = f"{name or 'papermill'}-normalised"
    papermill_engines.register(asked, Normalising)
    return asked


_SCHEME = "kit-file:"


class _Files:
    """Reads and writes files for papermill, whose own handler moves the whole process to a folder and back."""

    def read(self, address: str) -> str:
        return _path(address).read_text("utf-8")

    def listdir(self, address: str) -> list[str]:
        return [_address(path) for path in sorted(_path(address).iterdir())]

    def write(self, text: str, address: str) -> None:
        _path(address).write_text(text, "utf-8")

    def pretty_path(self, address: str) -> str:
        return str(_path(address))


def _address(path: Path) -> str:
    return f"{_SCHEME}{path.absolute()}"


def _path(address: str) -> Path:
    return Path(address.removeprefix(_SCHEME))


def warm_up(engine: str) -> None:
    """Do once what each execution needs and can share."""
    import papermill.execute
    import papermill.parameterize  # noqa: F401 - shared with what is forked

    _register_files()
    _normalising(engine)


@cache
def _register_files() -> None:
    from papermill.iorw import papermill_io

    papermill_io.register(_SCHEME, _Files())


def _working_in(folder: Path | None) -> dict[str, Any]:
    """Return what tells the client where its kernel works.

    papermill's own `cwd` moves the whole process there, and with it the other notebooks being executed.
    """
    return {"metadata": {"path": str(folder)}} if folder else {}


def _kernel_name(template: Path) -> str | None:
    """Return this Python's kernel for a notebook in Python, and the notebook's own for another language.

    A trainer's notebook may name the kernel of an environment that is on no other machine.
    """
    metadata = json.loads(template.read_bytes()).get("metadata", {})
    kernel = metadata.get("kernelspec", {})
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    return "python3" if language.lower() == "python" else kernel.get("name")


def _close_event_loop() -> None:
    """Close the event loop that the client opened for this thread and leaves open."""
    from jupyter_core.utils import ensure_event_loop

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        ensure_event_loop().close()


def cell_numbers(cells: Any) -> tuple[int | None, ...]:
    """Return the number of each cell in the author's file, where papermill had added none.

    A cell of papermill's has the number of the author's cell before it; none when there is none.
    """
    numbers: list[int | None] = []
    own = 0
    for cell in cells:
        if not _MARKERS & {*cell.metadata.get("tags", [])}:
            own += 1
            numbers.append(cell.metadata.get("kit", {}).get("cell", own))
        else:
            numbers.append(numbers[-1] if numbers else None)
    return tuple(numbers)


def _failure(output: Path, raised: Any) -> CellFailure:
    import nbformat

    cell = None
    cells = nbformat.read(output, as_version=4).cells
    for number, item in zip(cell_numbers(cells), cells, strict=True):
        if any(each.get("output_type") == "error" for each in item.get("outputs", [])):
            cell = number
    return CellFailure(cell, raised.source, raised.ename, raised.evalue, "\n".join(raised.traceback))


_NOT_REPRODUCIBLE = (
    "start_time",
    "end_time",
    "duration",
    "input_path",
    "output_path",
    "environment_variables",
)


def _normalise(notebook: Any) -> None:
    """Take time stamps, paths and machine details out of an executed notebook; what it says is untouched."""
    _drop(notebook.metadata.get("papermill", {}))
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        _drop(cell.metadata.get("papermill", {}))
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"


def _drop(metadata: Any) -> None:
    for key in _NOT_REPRODUCIBLE:
        metadata.pop(key, None)
