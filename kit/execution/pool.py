"""The caller's side of the warm process: starting it, giving it jobs, and what to say when something dies."""

from __future__ import annotations

import atexit
import os
import pickle
import select
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.execution import wire
from kit.execution.ledger import CLOSED, Ledger
from kit.execution.model import CellFailure, Job, Run, RunResult, Start, Then
from kit.execution.processes import kill_group
from kit.execution.warming import declared
from kit.messages import label

if TYPE_CHECKING:
    from kit.execution.client import KernelLink

_START = (
    "import sys\nif sys.path[:1] == ['']: del sys.path[0]\n"
    "sys.path.insert(0, {root!r})\nimport {package}\ndel sys.path[0]\n"
    "from {package}.execution.coordinator import main\nmain({descriptor}, {ledger}, {preload!r})"
)
"""This very package is loaded, wherever it lies; nothing else of the caller's module path is."""

_OPTIONS = ("-Xfrozen_modules=off",)
"""ipykernel's own: with it, a traceback through the standard library shows its lines."""

_ROOT = str(Path(__file__).parent.parent.parent)
_SHAPING = ("PYTHON", "MPL", "LC_", "LANG", "TZ", "JUPYTER", "IPYTHON", "LD_", "HOME")
"""Beginnings of the variables read once, when a library is imported: another value needs another warm process."""

_GIVE_UP = 3
"""Times a warm process may be lost before what remains is given up."""


class PoolLost(Exception):
    """The warm process was killed, or could not start: what it said stands on the standard error."""


class Pool:
    """A warm process and the jobs it is doing. It starts with the first request."""

    def __init__(self, preload: Sequence[str] = ()) -> None:
        self.preload = tuple(preload)
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._shape: dict[str, str] = {}
        self._kernels: dict[int, int] = {}
        self._ledger = Ledger(CLOSED)
        self._warmed: set[tuple[str, bytes]] = set()
        self._heard: deque[tuple[int | None, str, Any]] = deque()
        self.ready = False

    def fits(self, preload: Sequence[str]) -> bool:
        """Whether this pool can serve the present process and environment, with these modules warm."""
        started = self._process is None or (self._process.poll() is None and self._shape == _shape())
        return self.owner == os.getpid() and started and set(preload) <= set(self.preload)

    def start(self) -> socket.socket:
        """Start the warm process if it is not, and return the socket to it."""
        if self._socket is not None:
            return self._socket
        ours, theirs = socket.socketpair()
        package = __name__.partition(".")[0]
        self._ledger = Ledger()
        code = _START.format(
            root=_ROOT, package=package, descriptor=theirs.fileno(), ledger=self._ledger.descriptor,
            preload=self.preload,
        )  # fmt: skip
        self._shape = _shape()
        self._process = subprocess.Popen(
            [sys.executable, *_OPTIONS, "-c", code],
            pass_fds=[theirs.fileno(), self._ledger.descriptor],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._socket = ours
        self._warmed.clear()
        self._heard.clear()
        self.ready = False
        return ours

    def close(self) -> None:
        """End the warm process and all it started."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._ledger.close()
        if self._process is not None and self.owner == os.getpid():
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        for pid in self._kernels.values():
            kill_group(pid, alone=False)
        self._kernels.clear()

    def kernel(self, folder: str) -> KernelLink:
        """Return a link to a new kernel working in a folder.

        Raises:
            PoolLost: the warm process ended.
        """
        from kit.execution.client import KernelLink

        to = self.start()
        requests, sink = socket.socketpair()
        source, messages = socket.socketpair()
        with _broken_is_lost():
            wire.send(to, ("kernel", None), [requests.fileno(), messages.fileno()])
            requests.close()
            messages.close()
            pid = self._report(to)[2]
        wire.send(sink, Start(folder, dict(os.environ)))
        return KernelLink(sink, source, pid)

    def run(
        self, runs: Sequence[tuple[int, Run]], jobs: int, then: Then | None, timeout: int, memory: int | None
    ) -> Iterator[tuple[int, RunResult]]:
        """Yield the number and result of each run as it ends.

        Raises:
            PoolLost: the warm process ended; the runs under way are yielded first, failed.
        """
        left = list(reversed(runs))
        doing: dict[int, tuple[Run, int]] = {}
        slots = list(range(jobs))
        to = self.start()
        self._prepare(to, runs)

        def send_next() -> None:
            while left and slots:
                number, run = left.pop()
                doing[number] = run, slots.pop()
                self._ledger.clear(doing[number][1])
                self._ask(to, ("run", _job(number, run, then, timeout, memory, doing[number][1])))

        try:
            send_next()
            while doing:
                job, kind, value = self._report(to)
                if kind == "kernel" and job is not None:
                    self._kernels[job] = value
                elif job in doing:
                    run, slot = doing.pop(job)
                    self._kernels.pop(job, None)
                    result = _result(run, value) if kind == "result" else self._lost(run, slot)
                    slots.append(slot)
                    send_next()
                    yield job, result
        except PoolLost:
            for number, (run, slot) in doing.items():
                if self.ready:
                    yield number, self._lost(run, slot)
            raise

    def _prepare(self, to: socket.socket, runs: Sequence[tuple[int, Run]]) -> None:
        """Have what packages declare for these notebooks done in the warm process, once."""
        for (function, digest), notebook in declared(run.template for _, run in runs).items():
            if (function, digest) not in self._warmed:
                self._ask(to, ("warm", (function, str(notebook))))
                self._warmed.add((function, digest))

    def _lost(self, run: Run, slot: int) -> RunResult:
        """Return the result of a run whose process was killed, in the cell it was last heard of."""
        failure = CellFailure(*self._ledger.read(slot), "DeadKernelError", label("run.lost"))
        return RunResult(run, run.output if run.output.exists() else None, failure)

    def _ask(self, to: socket.socket, request: Any) -> None:
        """Send a request; the reports that come meanwhile are kept for later."""
        with _broken_is_lost():
            wire.send_hearing(to, request, lambda: self._heard.append(wire.receive(to)[0]))

    def _report(self, source: socket.socket) -> tuple[int | None, str, Any]:
        if self._heard:
            report = self._heard.popleft()
        else:
            with _broken_is_lost():
                select.select([source], [], [])  # a wait that Ctrl-C interrupts before a report is half read
                report = wire.receive(source)[0]
        if report[1] == "ready":
            self.ready = True
            return self._report(source)
        return report


@contextmanager
def _broken_is_lost() -> Iterator[None]:
    try:
        yield
    except (ConnectionError, EOFError) as error:
        raise PoolLost from error


def _result(run: Run, packed: bytes) -> RunResult:
    result: RunResult = pickle.loads(packed)  # noqa: S301 - written by our runner
    return replace(result, run=run)


def _job(number: int, run: Run, then: Then | None, timeout: int, memory: int | None, slot: int) -> Job:
    content = pickle.dumps((replace(run, then=None), run.then or then))
    path = tuple(str(Path.cwd()) if item == "" else item for item in sys.path)
    return Job(number, content, str(Path.cwd()), dict(os.environ), path, timeout, memory, slot)


def _shape() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith(_SHAPING)}


_lock = threading.Lock()
_free: list[Pool] = []


@contextmanager
def shared_pool(preload: Sequence[str] = ()) -> Iterator[Pool]:
    """Give a pool of this process that nobody uses, kept warm from one call to the next and ended with the process.

    There is one for each thread that executes at the same time; usually one.
    """
    with _lock:
        pool = _free.pop() if _free else Pool(preload)
    if not pool.fits(preload):
        _close(pool)
        pool = Pool(tuple(dict.fromkeys((*pool.preload, *preload))))
    try:
        yield pool
    finally:
        with _lock:
            _free.append(pool)


def close_shared_pool() -> None:
    """End the process's pools now, rather than with the process."""
    with _lock:
        pools, _free[:] = [*_free], []
    for pool in pools:
        _close(pool)


def _close(pool: Pool) -> None:
    if pool.owner == os.getpid():
        pool.close()


atexit.register(close_shared_pool)


def run_many(
    runs: Sequence[Run], jobs: int, then: Then | None, watch: Callable[[int, RunResult], None],
    timeout: int, memory: int | None, preload: Sequence[str],
) -> None:  # fmt: skip
    """Do the runs in the process's pool, telling `watch` the number and result of each.

    A run under way when the warm process is killed fails; the runs that had not begun are done by a new one.

    Raises:
        PoolLost: the warm process was lost again and again.
        KeyboardInterrupt: passed on, once every process of the pool is gone.
    """
    todo = dict(enumerate(runs))
    losses = 0
    while todo:
        with shared_pool(preload) as pool:
            try:
                for number, result in pool.run(list(todo.items()), jobs, then, timeout, memory):
                    del todo[number]
                    watch(number, result)
            except PoolLost:
                losses += 1
                pool.close()
                if losses == _GIVE_UP or not pool.ready:
                    raise
            except BaseException:
                pool.close()
                raise
