"""Plain papermill: one kernel per notebook. Works everywhere, and is the oracle for anything faster."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import cache
from pathlib import Path
from typing import Any

from kit.execution.model import CellFailure, Run, RunResult, Then


def run_plain(run: Run, then: Then | None = None, timeout: int = 600) -> RunResult:
    """Return the result of executing one notebook with papermill in a kernel of its own.

    A cell that raises gives a result with its failure; the notebook as far as it went is left at `output`.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    started = time.perf_counter()
    failure: CellFailure | None = None
    error: BaseException | None = None
    value: Any = None
    run.output.parent.mkdir(parents=True, exist_ok=True)
    try:
        logging.getLogger("papermill").setLevel(logging.ERROR)
        _register_files()
        papermill.execute_notebook(
            _address(run.template), _address(run.output), parameters=dict(run.parameters), progress_bar=False,
            request_save_on_cell_execute=False, resources=_working_folder(run),
            execution_timeout=timeout, kernel_name="python3", extra_arguments=["--log-level=50"],
        )  # fmt: skip
    except PapermillExecutionError as raised:
        failure = _failure(run.output, raised)
    except Exception as raised:  # noqa: BLE001 - a run never takes its neighbours down
        error = raised
    finally:
        _close_event_loop()
    if failure is None and error is None:
        normalise(run.output)
        if then is not None:
            try:
                value = then(run.output)
            except Exception as raised:  # noqa: BLE001 - reported in the result
                error = raised
    seconds = time.perf_counter() - started
    output = run.output if run.output.exists() else None
    return RunResult(run, output, failure, error, value, seconds)


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


@cache
def _register_files() -> None:
    from papermill.iorw import papermill_io

    papermill_io.register(_SCHEME, _Files())


def _working_folder(run: Run) -> dict[str, Any]:
    """Return what tells the kernel its folder. papermill's own `cwd` moves this whole process, threads and all."""
    return {"metadata": {"path": str(run.folder)}} if run.folder else {}


def _close_event_loop() -> None:
    """Close the event loop that the client opened for this thread and leaves open."""
    from jupyter_core.utils import ensure_event_loop

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        ensure_event_loop().close()


def _failure(output: Path, raised: Any) -> CellFailure:
    cell = None
    try:
        import nbformat

        notebook = nbformat.read(output, as_version=4)
        for item in notebook.cells:
            outputs = item.get("outputs", [])
            if any(each.get("output_type") == "error" for each in outputs):
                cell = item.metadata.get("kit", {}).get("cell")
    except (OSError, ValueError):
        cell = None
    return CellFailure(cell, raised.source, raised.ename, raised.evalue, "\n".join(raised.traceback))


_NOT_REPRODUCIBLE = (
    "start_time",
    "end_time",
    "duration",
    "input_path",
    "output_path",
    "environment_variables",
)


def normalise(path: Path) -> None:
    """Rewrite an executed notebook without time stamps, paths and machine details; what it says is untouched."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    _drop(notebook.metadata.get("papermill", {}))
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        _drop(cell.metadata.get("papermill", {}))
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    nbformat.write(notebook, path)


def _drop(metadata: Any) -> None:
    for key in _NOT_REPRODUCIBLE:
        metadata.pop(key, None)
