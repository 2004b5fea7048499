"""Running notebooks on an existing Dask scheduler: jobs travel as contents, results come back as contents.

The scheduler hands out the jobs, and gives a job whose worker dies to another; a worker has a warm process of its
own. Nothing is read from, or written to, a disk that the machines would have to share.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kit.errors import EnvironmentFault, Finding, Place
from kit.execution.model import CellFailure, Run, RunResult, Then, packed
from kit.messages import label

_CONNECTING = 20
"""Seconds given to the scheduler, and to a first worker, to answer."""

_ALONE = 60.0
"""Seconds without any worker, or without the scheduler, after which what remains is given up."""

_TICK = 1.0

Folder = tuple[tuple[str, bytes], ...]
"""The files of a folder, by relative path."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A run made to travel.

    Attributes:
        notebook: the content of the template.
        content: pickled: the parameters, the function that follows, the options of `execute_many`.
        alike: what the two ends must have in common.
        libraries: the distributions whose versions count in `alike`.
    """

    notebook: bytes
    content: bytes
    alike: str
    libraries: tuple[str, ...]


def run_on_cluster(
    runs: Sequence[Run], address: str, then: Then | None, watch: Callable[[int, RunResult], None],
    options: Mapping[str, Any], libraries: Sequence[str] = (),
) -> None:  # fmt: skip
    """Do the runs on a scheduler's workers, telling `watch` the number and result of each as it comes.

    Args:
        runs: what to execute; outputs are written here.
        address: the scheduler's, such as `tcp://host:8786`.
        then: what follows each run, called on the worker; what it returns comes back.
        watch: told of each result.
        options: what `execute_many` is given on the worker.
        libraries: distributions that must have the same version at both ends.

    Raises:
        EnvironmentFault: no scheduler answers, no worker is left, or a worker has another kit.
    """
    with _client(address) as client:
        folders: dict[Path | None, Any] = {}
        doing: dict[Any, int] = {}
        alike = alike_here(tuple(libraries))
        for number, run in enumerate(runs):
            if run.folder not in folders:
                folders[run.folder] = client.submit(_same, _files(run.folder), pure=False)
            follows = pickle.dumps((dict(run.parameters), run.then or then, dict(options)))
            parcel = Parcel(run.template.read_bytes(), follows, alike, tuple(libraries))
            doing[client.submit(do, parcel, folders[run.folder], pure=False)] = number
        for future in _as_they_end(client, doing, address):
            number = doing.pop(future)
            watch(number, _received(runs[number], future, address))
            future.release()


def do(parcel: Parcel, folder: Folder) -> tuple[bytes, bytes | None]:
    """Return, on a worker, the pickled result of a run and the content of its executed notebook.

    Raises:
        EnvironmentFault: this machine has another kit, or other libraries, than the one that asks.
    """
    from kit.execution.many import execute_many

    here = alike_here(parcel.libraries)
    if here != parcel.alike:
        raise EnvironmentFault(Finding("run.cluster_other", Place(), {"machine": platform.node()}))
    with tempfile.TemporaryDirectory(prefix="kit-job-") as scratch:
        working = Path(scratch) / "folder"
        working.mkdir()
        for name, content in folder:
            target = working / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        template, output = Path(scratch) / "template.ipynb", Path(scratch) / "executed.ipynb"
        template.write_bytes(parcel.notebook)
        parameters, then, options = pickle.loads(parcel.content)  # noqa: S301 - the scheduler is trusted with code
        result = execute_many([Run(template, output, parameters, working, then)], **options)[0]
        executed = output.read_bytes() if output.exists() else None
    return packed(replace(result, run=replace(result.run, then=None))), executed


@cache
def alike_here(libraries: tuple[str, ...]) -> str:
    """Return a hash of what two machines must share: this package's code, Python, the libraries that shape a file."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(
        path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ):
        digest.update(str(path.relative_to(root)).encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in libraries:
        digest.update(f"{name} {_version(name)}".encode())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _same(folder: Folder) -> Folder:
    """Return the folder: as a task, it is sent once, and computed again where the worker that held it died."""
    return folder


def _files(folder: Path | None) -> Folder:
    if folder is None:
        return ()
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    relative = ((path, path.relative_to(folder)) for path in paths)
    hidden = ("__pycache__", ".ipynb_checkpoints", ".git")
    return tuple(
        (name.as_posix(), path.read_bytes()) for path, name in relative if not {*hidden} & {*name.parts}
    )


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Give a client of the scheduler, with a worker at least behind it.

    Raises:
        EnvironmentFault: the library is not installed, nobody answers, or no worker comes.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise EnvironmentFault(Finding("run.cluster_library")) from error
    quiet = {"distributed.admin.large-graph-warning-threshold": "1TB"}
    with dask.config.set({**quiet, "distributed.comm.timeouts.connect": f"{_CONNECTING}s"}):
        try:
            client = Client(address, timeout=_CONNECTING, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EnvironmentFault(_absent(address)) from error
        try:
            try:
                client.wait_for_workers(1, timeout=_CONNECTING)
            except (OSError, TimeoutError) as error:
                raise EnvironmentFault(_no_worker(address)) from error
            yield client
        finally:
            client.close(timeout=5)


def _absent(address: str) -> Finding:
    return Finding("run.cluster_absent", Place(), {"address": address})


def _no_worker(address: str) -> Finding:
    return Finding("run.cluster_no_worker", Place(), {"address": address})


def _as_they_end(client: Any, futures: Mapping[Any, int], address: str) -> Iterator[Any]:
    """Yield each future that has ended, until none is left.

    Raises:
        EnvironmentFault: the scheduler is gone, or it has had no worker for long.
    """
    from distributed import wait

    seen = time.monotonic()
    while futures:
        try:
            with client.as_current():
                done = [*wait([*futures], timeout=_TICK, return_when="FIRST_COMPLETED").done]
        except (TimeoutError, OSError):
            done = []
        except Exception as error:
            if type(error).__name__ not in ("CancelledError", "FutureCancelledError"):
                raise
            raise EnvironmentFault(_absent(address)) from error
        if done or _workers(client):
            seen = time.monotonic()
        elif time.monotonic() - seen > _ALONE:
            raise EnvironmentFault(_no_worker(address))
        yield from done


def _workers(client: Any) -> bool:
    try:
        return client.status == "running" and bool(client.scheduler_info()["workers"])
    except (OSError, TimeoutError):
        return False


def _received(run: Run, future: Any, address: str) -> RunResult:
    """Return the result of a run as if it had been done here, its executed notebook in its place.

    Raises:
        EnvironmentFault: the worker could not do it: no kit there, or another one.
    """
    from distributed import KilledWorker

    run.output.unlink(missing_ok=True)
    error = future.exception()
    if isinstance(error, KilledWorker):
        return RunResult(run, None, CellFailure(None, "", "DeadKernelError", label("run.lost")))
    if isinstance(error, EnvironmentFault):
        raise error
    if isinstance(error, ImportError | AttributeError):
        fields = {"address": address, "reason": str(error)}
        raise EnvironmentFault(Finding("run.cluster_without", Place(), fields)) from error
    if error is not None:
        return RunResult(run, None, error=error)
    content, executed = future.result()
    result: RunResult = pickle.loads(content)  # noqa: S301 - written by a worker of ours
    if executed is not None:
        run.output.parent.mkdir(parents=True, exist_ok=True)
        run.output.write_bytes(executed)
    return _landed(replace(result, run=run, output=run.output if executed is not None else None))


def _landed(result: RunResult) -> RunResult:
    if not result.ok or result.run.landing is None:
        return result
    try:
        return replace(result, value=result.run.landing(result.value))
    except Exception as error:  # noqa: BLE001 - reported in the result
        return replace(result, value=None, error=error)
