"""Running many notebooks: the one door of this room."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from kit.execution.engine import can_fork
from kit.execution.model import Run, RunResult, Then
from kit.messages import sentence

Job = Run | tuple[str | Path, str | Path, Mapping[str, Any]]
Engine = Literal["kit", "plain"]

TIMEOUT = 600
"""Seconds a cell may take, unless told otherwise."""


class Watcher(Protocol):
    """Told of each run that ends; used for progress bars."""

    def __call__(self, result: RunResult, /) -> None:
        """Take note of a result."""


def execute_many(
    jobs_to_run: Iterable[Job],
    jobs: int = 1,
    engine: Engine = "kit",
    then: Then | None = None,
    watcher: Watcher | None = None,
    *,
    timeout: int = TIMEOUT,
    memory: int | None = None,
    preload: Sequence[str] = (),
    cluster: str | None = None,
    libraries: Sequence[str] = (),
) -> list[RunResult]:
    """Return a result per job, in the order given; a job that fails does not stop the others.

    Args:
        jobs_to_run: runs, or tuples (template, output, parameters).
        jobs: how many notebooks run at once.
        engine: `kit` forks a kernel a notebook from a warm process, which stays for the next call; `plain` is
            papermill with a new kernel a notebook, also used where a system cannot fork.
        then: importable function called with each executed notebook's path, in a process where no cell ran.
        watcher: called with each result as it comes.
        timeout: seconds a cell may take.
        memory: bytes a notebook may take beside the warm libraries (`kit` only).
        preload: modules to import once in the warm process, those that `then` needs.
        cluster: address of a Dask scheduler whose workers do the runs, `jobs` notwithstanding; `then` is called
            there, and what it returns comes back.
        libraries: distributions that must have the same version on the cluster as here.

    Raises:
        EnvironmentFault: the cluster does not answer, has no worker, or has another kit.
        ValueError: an engine that does not exist, or a `then` that no other process could import.
        PoolLost: the warm process was killed again and again.
        KeyboardInterrupt: passed on; with `kit`, once no process is left, with `plain`, once the runs under way
            have ended.
    """
    if engine not in get_args(Engine):
        raise ValueError(engine)
    runs = [job if isinstance(job, Run) else Run(Path(job[0]), Path(job[1]), job[2]) for job in jobs_to_run]
    for follows in (then, *(run.then for run in runs)):
        _check_importable(follows)
    results: dict[int, RunResult] = {}

    def watch(number: int, result: RunResult) -> None:
        results[number] = result
        if watcher is not None:
            watcher(result)

    if cluster is not None:
        from kit.execution.cluster import run_on_cluster

        options = {"engine": engine, "timeout": timeout, "memory": memory, "preload": tuple(preload)}
        run_on_cluster(runs, cluster, then, watch, options, libraries)
    elif engine == "plain" or not can_fork():
        _run_plain(runs, max(1, jobs), then, watch, timeout)
    else:
        from kit.execution.pool import run_many

        run_many(runs, max(1, jobs), then, watch, timeout, memory, preload)
    return [results[number] for number in range(len(runs))]


def _check_importable(then: Then | None) -> None:
    """Refuse a function that another process could not find.

    Raises:
        ValueError: it is local, or belongs to the script being run.
    """
    named = then.func if isinstance(then, partial) else then
    try:
        if named is None or b"__main__" not in pickle.dumps(named):
            return
    except (pickle.PicklingError, AttributeError, TypeError):
        pass
    raise ValueError(sentence("run.then_local", name=getattr(then, "__qualname__", repr(then))))


def get_ready(preload: Sequence[str] = ()) -> None:
    """Start, without waiting for it, the warm process that a later call of `execute_many` will use.

    Args:
        preload: modules that the later call wants warm.
    """
    if can_fork():
        from kit.execution.pool import shared_pool

        with shared_pool(preload) as pool:
            pool.start()


def _run_plain(
    runs: Sequence[Run], jobs: int, then: Then | None, watch: Callable[[int, RunResult], None], timeout: int
) -> None:
    from kit.execution.notebook import run_notebook

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        pending = {
            pool.submit(run_notebook, run, run.then or then, timeout): number
            for number, run in enumerate(runs)
        }
        try:
            while pending:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    watch(pending.pop(future), future.result())
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
