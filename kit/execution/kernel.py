"""ipykernel's own kernel and shell, speaking over a pair of sockets instead of ZeroMQ.

The coordinator makes one, imports the heavy libraries under it (pandas looks at the shell when it is imported),
and forks; the child attaches it to its sockets and serves one notebook. Configuration, startup files and magics
are those of an ordinary kernel, for they are read and run by the same code.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import comm
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import BaseIPythonApplication
from jupyter_client.session import Session

from kit.execution import wire
from kit.execution.streams import NoThread

_ARGUMENTS = ("--HistoryManager.hist_file=:memory:", "--log-level=40")
"""What nbclient and plain papermill give a kernel; with a history in memory, it starts no thread."""


class CapturingSession(Session):
    """A session whose messages go to a socket of the process that executes the notebook."""

    sink: socket.socket | None = None
    _sending = threading.RLock()
    _held: tuple[Any, ...] = ()

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, ident: Any = None,
        buffers: Any = None, track: bool = False, header: Any = None, metadata: Any = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Send a message, packed as an ordinary session would, and return it."""
        message: dict[str, Any] = (
            msg_or_type
            if isinstance(msg_or_type, dict)
            else self.msg(msg_or_type, content, parent, header, metadata)
        )
        attached = [bytes(buffer) for buffer in buffers or message.get("buffers", ())]
        if self.sink is not None and os.getpid() == self.pid:
            packed = (self.pack(message["metadata"]), self.pack(message["content"]))
            with self._sending:
                whole = (message["header"], message["parent_header"], *packed, attached)
                self._held = (*self._held, whole)
                if not _has_companion(message):
                    wire.send(self.sink, self._held)
                    self._held = ()
        return message


def _has_companion(message: Mapping[str, Any]) -> bool:
    """Whether another message follows at once, before anything of the notebook runs: both are sent together."""
    kind: str = message["header"]["msg_type"]
    asked: str = message["parent_header"].get("msg_type", "")
    busy = kind == "status" and message["content"]["execution_state"] == "busy"
    return kind == "execute_reply" or (busy and asked == "execute_request")


class StandInKernel(IPythonKernel):
    """The kernel without its sockets: nobody can queue requests behind a failing cell, so none are aborted."""

    def _abort_queues(self, *_: Any) -> None:
        """There is no queue."""


class StandInApp(IPKernelApp):
    """The application that reads the configuration and makes the kernel, opening no socket."""

    def initialize(self, argv: Any = None) -> None:
        """Read the configuration and make kernel and shell, before the fork."""
        before = dict(os.environ)
        BaseIPythonApplication.initialize(self, list(argv or _ARGUMENTS))
        self.init_pdb()
        self.session = CapturingSession(parent=self)
        self.iopub_thread = NoThread()
        self.iopub_socket = "iopub"
        self.outstream_class = "kit.execution.streams.CapturedStream"
        self.kernel = StandInKernel.instance(
            parent=self, session=self.session, iopub_thread=self.iopub_thread, iopub_socket=self.iopub_socket,
            log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns,
        )  # fmt: skip
        self.kernel._execute_sleep = 0  # noqa: SLF001 - it lets a thread publish; here that is done at once
        self.init_shell()
        self.init_gui_pylab()
        self.added = {key: value for key, value in os.environ.items() if before.get(key) != value}

    def prepare(self, sink: socket.socket) -> None:
        """Make the forked kernel a kernel of its own, before it is known what for: identity, chance, streams."""
        self.session.pid = os.getpid()
        self.session.sink = sink
        _reseed()
        self.init_io()
        kernel = self.kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr  # noqa: SLF001 - what its constructor does
        kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.current_thread())
        self.init_path()

    def attach(self, folder: str, environ: Mapping[str, str]) -> None:
        """Go where the notebook is to run, and do there what an ordinary kernel does when it starts."""
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(
            {**self.added, **environ, **{key: self.added[key] for key in _SHELL & {*self.added}}}
        )
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
        shell: Any = self.shell
        shell.user_ns["_dh"][:] = [Path.cwd()]
        shell.starting_dir = str(Path.cwd())
        self.init_extensions()
        self.init_code()

    async def handle(self, message: dict[str, Any]) -> None:
        """Do what a message on the shell channel asks, between the two states a client waits for."""
        kernel = self.kernel
        message.setdefault("buffers", [])  # a message that has none says so once it has been through a socket
        kernel.set_parent([], message, channel="shell")
        kernel._publish_status("busy", "shell", parent=message)  # noqa: SLF001 - as its dispatcher does
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            done = kernel.shell_handlers[message["header"]["msg_type"]](None, [], message)
            if inspect.isawaitable(done):
                await done
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            sys.stdout.flush()
            sys.stderr.flush()
            kernel._publish_status("idle", "shell", parent=message)  # noqa: SLF001 - same


_SHELL = frozenset({"TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"})
"""What a shell sets over the environment it finds; the rest it only sets where it is missing."""


def serve(app: StandInApp, requests: socket.socket) -> None:
    """Serve a notebook's requests in the forked process until told to shut down, or until the other end is gone."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_serve(app, requests))


async def _serve(app: StandInApp, requests: socket.socket) -> None:
    from tornado.ioloop import IOLoop

    app.kernel.io_loop = IOLoop.current()
    requests.setblocking(False)
    frames = wire.Frames(requests)
    pid = os.getpid()
    waiting = asyncio.Event()
    asyncio.get_running_loop().add_reader(requests, waiting.set)
    while not frames.ended:
        await waiting.wait()
        waiting.clear()
        for message in frames.read():
            if message is None:
                return
            await app.handle(message)
            if os.getpid() != pid:
                os._exit(0)  # a process forked by the cell came out of it: it must not serve too


def _reseed() -> None:
    """Give this process its own randomness: a fork copies the generators."""
    import random

    random.seed()
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()


def make_app() -> StandInApp:
    """Return the application, its kernel and shell made; there is one a process.

    `comm` is told of ipykernel's channels, as an ordinary kernel does when it starts.
    """
    app = StandInApp.instance()
    app.initialize()
    comm.get_comm_manager()
    return app
