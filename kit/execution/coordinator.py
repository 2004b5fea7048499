"""The warm process: it imports the heavy libraries once, and forks a runner for each job.

It is a program of its own, started by the pool, with one thread and nothing of the caller's in it, so that what
it forks is as clean as a new kernel. It ends, and ends all it started, when the pool's socket closes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import selectors
import signal
import socket
import sys
import types
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_BLAS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""A library that starts threads when imported could not be forked."""

_LIBRARIES = (
    "numpy", "pandas", "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.config",
    "IPython.core.pylabtools", "IPython.core.completer", "asyncio", "json", "papermill", "nbformat.v4",
    "papermill.iorw", "papermill.translators", "nbclient", "jupyter_client.kernelspec", "tornado.ioloop",
    "tornado.platform.asyncio", "IPython.core.logger", "pandas.core.reshape.reshape", "pandas.io.formats.csvs",
)  # fmt: skip
"""What nearly every notebook of figures imports, and what executing one needs."""

_TICK = 0.5
"""Seconds after which a dead process whose socket somebody keeps open is noticed."""


@dataclass(slots=True)
class _Child:
    """A forked process: a runner with its report, or the kernel of a caller's papermill."""

    pid: int
    number: int | None = None
    frames: Any = None
    kernel: int | None = None
    done: bool = False
    waited: bool = False


def main(descriptor: int, ledger: int, preload: Iterable[str]) -> None:
    """Warm up, then serve the pool at the other end of a socket until it closes.

    Args:
        descriptor: the socket.
        ledger: the file where runners note the cell they are at.
        preload: modules to import beside the usual ones.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # nearly all that is made here stays: looking for what does not is a fifth of the warm-up
    path = tuple(sys.path)
    environ = dict(os.environ)
    os.environ.update(dict.fromkeys(_BLAS, "1"))
    from kit.execution.engine import same_environment
    from kit.execution.kernel import make_app
    from kit.execution.ledger import Ledger
    from kit.execution.runner import Nest, warm_up

    with _lighter():
        app = make_app()
        shell: Any = app.shell
        with shell.builtin_trap:  # pandas asks for the shell by its name in the notebook
            for name in (*_LIBRARIES, *preload):
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)
            warm_up()
            _rehearse()
        shell.run_cell("None", silent=True, store_history=False)
        same_environment("python3")
    os.environ.clear()
    os.environ.update(environ)
    gc.freeze()
    gc.enable()
    _Coordinator(socket.socket(fileno=descriptor), Nest(app, path, Ledger(ledger))).serve()


def _rehearse() -> None:
    """Do once what every notebook does, so that what is imported or compiled at the first use is there to share.

    Nothing of it is left but caches: the figure is not pyplot's, the notebook is never executed.
    """
    import io

    import nbformat
    import numpy as np
    import pandas as pd
    from matplotlib.backends import backend_agg, backend_svg
    from matplotlib.figure import Figure

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.writes(nbformat.reads(nbformat.writes(notebook), as_version=4))
    dates = pd.date_range("2024-01-01", periods=3, freq="MS")
    frame = pd.DataFrame({"a": [1.5, 2.5, 4.0], "b": ["c", "d", "c"], "c": dates})
    frame["e"] = pd.cut(frame["a"], [0, 2, 5], labels=["f", "g"])
    frame.to_csv(io.StringIO())
    for table in (frame, frame.groupby("b")["a"].describe(), pd.crosstab(frame["b"], frame["e"])):
        repr(table)
        table.to_html()
    np.polyfit([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], 1)
    figure = Figure()
    line, bars = figure.subplots(2)
    line.plot(dates, [0, 1, 2], label="a")
    bars.bar(["a", "b"], [1, 2])
    bars.set_title("a")
    backend_agg.FigureCanvasAgg(figure).print_png(io.BytesIO())
    backend_svg.FigureCanvasSVG(figure).print_svg(io.StringIO())


@contextlib.contextmanager
def _lighter() -> Iterator[None]:
    """Put off what takes half of the warm-up and no notebook needs, while the libraries are imported.

    jsonschema builds the grammar of internationalised addresses when imported; its one function is replaced by
    one that imports the real one when called. A kernel imports a debugger that nobody can connect to here: it is
    told that there is none.
    """
    debugger = sys.modules["ipykernel.debugger"] = types.ModuleType("ipykernel.debugger")
    debugger.__dict__.update(_is_debugpy_available=False, Debugger=object)
    grammar = "rfc3987_syntax"
    if importlib.util.find_spec(grammar) is None:
        yield
        return
    stand_in = sys.modules[grammar] = types.ModuleType(grammar)
    stand_in.__dict__["is_valid_syntax"] = lambda *arguments: importlib.import_module(
        grammar
    ).is_valid_syntax(*arguments)
    try:
        yield
    finally:
        if sys.modules.get(grammar) is stand_in:
            del sys.modules[grammar]


class _Coordinator:
    """Forks on request, passes on what the runners report, and kills what is left."""

    def __init__(self, client: socket.socket, nest: Any) -> None:
        from kit.execution import wire

        self._wire = wire
        self._client = client
        self._nest = nest
        self._children: dict[int, _Child] = {}
        self._spare: _Child | None = None
        self._dying: set[int] = set()
        self._polled = selectors.PollSelector()  # it has no descriptor that a fork would share
        self._polled.register(client, selectors.EVENT_READ)

    def serve(self) -> None:
        """Serve until the pool is gone."""
        try:
            self._wire.send(self._client, (None, "ready", None))
            ended = False
            while not ended:
                for key, _ in self._polled.select(_TICK):
                    if key.fileobj is self._client:
                        ended = not self._requests()
                    else:
                        self._reports(key.data)
                self._reap()
        except (ConnectionError, KeyboardInterrupt):
            pass
        finally:
            for child in self._children.values():
                self._kill(child)

    def _requests(self) -> bool:
        """Take a request of the pool; return whether it is still there."""
        try:
            request, descriptors = self._wire.receive(self._client)
        except (EOFError, ConnectionError):
            return False
        if request[0] == "run":
            self._run(request[1])
        elif request[0] == "warm":
            self._warm(*request[1])
        else:
            self._kernel(*descriptors)
        return True

    def _warm(self, function: str, notebook: str) -> None:
        """Call a function (`module:name`) with a notebook's path, so that what it prepares is there to share.

        It only saves time: where it fails, the notebook says so itself, in its own cell.
        """
        if self._spare is not None:
            self._bury(self._spare)
        module, _, name = function.partition(":")
        with contextlib.suppress(Exception), warnings.catch_warnings(), self._nest.app.shell.builtin_trap:
            getattr(importlib.import_module(module), name)(notebook)
        gc.freeze()

    def _run(self, job: Any) -> None:
        """Give a job to the runner that is ready, and make the next one ready while it works."""
        child = self._spare or self._breed()
        child.number = job.number
        child.frames.source.setblocking(True)
        with contextlib.suppress(ConnectionError):
            self._wire.send(child.frames.source, job)
        child.frames.source.setblocking(False)
        self._spare = self._breed()

    def _breed(self) -> _Child:
        from kit.execution.runner import be_runner, fork

        ours, theirs = socket.socketpair()

        def child() -> None:
            ours.close()
            self._forget()
            be_runner(self._nest, theirs)

        pid = fork(child)
        theirs.close()
        ours.setblocking(False)
        born = self._children[pid] = _Child(pid, frames=self._wire.Frames(ours))
        self._polled.register(ours, selectors.EVENT_READ, born)
        return born

    def _kernel(self, requests: int, messages: int) -> None:
        from kit.execution.runner import be_kernel, fork

        inward, outward = socket.socket(fileno=requests), socket.socket(fileno=messages)

        def child() -> None:
            self._forget()
            be_kernel(self._nest, inward, outward)

        pid = fork(child)
        inward.close()
        outward.close()
        self._children[pid] = _Child(pid, kernel=pid)
        self._wire.send(self._client, (None, "kernel", pid))

    def _forget(self) -> None:
        """Close, in a fork, what is the coordinator's alone."""
        self._client.close()
        for child in self._children.values():
            if child.frames is not None:
                child.frames.source.close()

    def _reports(self, child: _Child) -> None:
        for kind, value in child.frames.read():
            if kind == "kernel":
                child.kernel = value
            child.done = child.done or kind == "result"
            self._wire.send(self._client, (child.number, kind, value))
        if child.frames.ended:
            self._bury(child)

    def _reap(self) -> None:
        self._dying = {pid for pid in self._dying if not os.waitpid(pid, os.WNOHANG)[0]}
        for child in list(self._children.values()):
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                child.waited = True
                if child.frames is not None:
                    self._reports(child)
                if child.pid in self._children:
                    self._bury(child)

    def _bury(self, child: _Child) -> None:
        self._kill(child)
        if child.frames is not None:
            self._polled.unregister(child.frames.source)
            child.frames.source.close()
            if not child.done and child.number is not None:
                self._wire.send(self._client, (child.number, "lost", None))
        if child is self._spare:
            self._spare = None
        del self._children[child.pid]

    def _kill(self, child: _Child) -> None:
        from kit.execution.processes import kill_group

        if child.kernel is not None:
            kill_group(child.kernel, alone=False)
        kill_group(child.pid, alone=not child.waited)
        if not child.waited:
            self._dying.add(child.pid)  # waiting for it here would keep the next job waiting too
