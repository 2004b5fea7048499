"""Running many notebooks: the one door of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

from kit.execution.model import Run, RunResult, Then
from kit.execution.plain import run_plain

Job = Run | tuple[str | Path, str | Path, Mapping[str, Any]]


class Watcher(Protocol):
    """Told of each run that ends; used for progress bars."""

    def __call__(self, result: RunResult, /) -> None:
        """Take note of a result."""


def execute_many(
    jobs_to_run: Iterable[Job],
    jobs: int = 1,
    engine: str = "plain",
    then: Then | None = None,
    watcher: Watcher | None = None,
) -> list[RunResult]:
    """Return a result per job, in the order given; a job that fails does not stop the others.

    Args:
        jobs_to_run: runs, or tuples (template, output, parameters).
        jobs: how many notebooks run at once.
        engine: `plain` (papermill with one kernel a notebook).
        then: importable function called with each executed notebook's path.
        watcher: called with each result as it comes.

    Raises:
        ValueError: an engine that does not exist.
        KeyboardInterrupt: passed on once the runs under way have ended; none is started after it.
    """
    if engine != "plain":
        raise ValueError(engine)
    runs = [job if isinstance(job, Run) else Run(Path(job[0]), Path(job[1]), job[2]) for job in jobs_to_run]
    results: dict[int, RunResult] = {}
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        pending = {pool.submit(run_plain, run, then): number for number, run in enumerate(runs)}
        try:
            while pending:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    results[pending.pop(future)] = result
                    if watcher is not None:
                        watcher(result)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[number] for number in range(len(runs))]
