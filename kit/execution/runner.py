"""What a forked process does: serve one notebook as its kernel, or see one job through from file to result."""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kit.execution import engine, wire
from kit.execution.client import KernelLink
from kit.execution.kernel import StandInApp, serve
from kit.execution.ledger import Ledger
from kit.execution.model import Job, Run, RunResult, Start, packed
from kit.execution.processes import die_with, limit_memory

_ENGINE = "kit"


@dataclass(frozen=True, slots=True)
class Nest:
    """What every forked process starts from: the application, the clean module path, where to note each cell."""

    app: StandInApp
    path: tuple[str, ...]
    ledger: Ledger


def warm_up() -> None:
    """Do once, in the coordinator, what every runner does before its first cell."""
    from papermill.engines import papermill_engines

    from kit.execution import notebook

    papermill_engines.register(_ENGINE, engine.KitEngine)
    notebook.warm_up(_ENGINE)


def fork(child: Callable[[], None]) -> int:
    """Return the process id of a fork that does `child` and ends there, dying before its parent does."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        die_with(parent)
        child()
        code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:  # noqa: BLE001 - said where a person can see it, then this process ends
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def be_kernel(nest: Nest, requests: socket.socket, sink: socket.socket) -> None:
    """Serve one notebook, then run the exit hooks it left. The first request says where and how."""
    os.setsid()
    nest.ledger.close()
    atexit._clear()  # noqa: SLF001 - the coordinator's hooks are not the notebook's
    sys.path[:] = nest.path
    nest.app.prepare(sink)
    try:
        start: Start = wire.receive(requests)[0]
    except EOFError:
        return
    limit_memory(start.memory)
    nest.app.attach(start.folder, start.environ)
    try:
        serve(nest.app, requests)
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way short of ending the interpreter
        sink.shutdown(socket.SHUT_RDWR)  # all is said: the runner need not wait until this process is undone


def start_kernel(nest: Nest) -> Callable[[Start], KernelLink]:
    """Fork a kernel, and return what gives the link to it once it is known where it is to work."""
    requests, sink = socket.socketpair()
    source, messages = socket.socketpair()

    def child() -> None:
        sink.close()
        source.close()
        be_kernel(nest, requests, messages)

    pid = fork(child)
    requests.close()
    messages.close()

    def link(start: Start) -> KernelLink:
        wire.send(sink, start)
        return KernelLink(sink, source, pid)

    return link


def be_runner(nest: Nest, report: socket.socket) -> None:
    """See a job through in this process, whose kernel is a fork of its own, and report its result.

    Both are ready before the job is known. What follows the notebook is called here, where no cell has run: a
    notebook that changes the decimal precision or the functions of a module changes nothing for it.
    """
    os.setpgid(0, 0)
    opener = start_kernel(nest)
    try:
        job: Job = wire.receive(report)[0]
    except EOFError:
        return
    os.chdir(job.folder)
    os.environ.clear()
    os.environ.update(job.environ)

    def open_kernel(folder: str) -> KernelLink:
        link = opener(Start(folder, job.environ, job.memory))
        wire.send(report, ("kernel", link.pid))
        return link

    engine.opener = open_kernel
    sys.path[:] = job.path
    run, then = pickle.loads(job.content)  # noqa: S301 - written by the process that started us

    def tell(cell: int | None, source: str) -> None:
        nest.ledger.note(job.slot, cell, source)

    wire.send(report, ("result", packed(_result(run, then, job.timeout, tell))))
    sys.stdout.flush()
    sys.stderr.flush()


def _result(run: Run, then: Any, timeout: int, tell: Any) -> RunResult:
    from kit.execution.notebook import run_notebook

    gc.disable()  # a collection would touch, and so copy, the pages shared with the coordinator
    return run_notebook(run, then, timeout, _ENGINE, tell)
