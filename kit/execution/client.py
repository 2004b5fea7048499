"""What nbclient is given in place of a kernel's manager and client: the other end of the sockets.

nbclient and papermill themselves send the cells, apply the messages to the notebook, watch the time and raise the
errors; only the road between them and the kernel is another.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import socket
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.session import Session

from kit.execution import wire
from kit.execution.processes import gone, kill_group

_LAST_WORDS = 5.0
"""Seconds a kernel has to run its exit hooks, about what nbclient gives."""


class Channel:
    """One of the two channels nbclient reads: replies, or what a cell publishes."""

    def __init__(self, kernel: KernelLink) -> None:
        self._kernel = kernel
        self.waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message.

        Raises:
            queue.Empty: none came in time.
        """
        self._kernel.listen()
        if not self.waiting.empty():
            return self.waiting.get_nowait()
        try:
            return await asyncio.wait_for(self.waiting.get(), timeout)
        except TimeoutError:
            raise queue.Empty from None

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the kernel."""
        self._kernel.send(message)


class KernelLink:
    """A forked kernel, seen from the process that executes the notebook."""

    def __init__(self, sink: socket.socket, source: socket.socket, pid: int) -> None:
        self.pid = pid
        self.session = Session()
        self.shell = Channel(self)
        self.iopub = Channel(self)
        self._sink = sink
        source.setblocking(False)
        self._frames = wire.Frames(source)
        self._loop: asyncio.AbstractEventLoop | None = None

    def send(self, message: Any) -> None:
        """Send a request; a kernel that is gone is found out by whoever waits for its answer."""
        with contextlib.suppress(ConnectionError):
            wire.send(self._sink, message)

    def listen(self) -> None:
        """Hear the kernel in the loop that is running."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            loop.add_reader(self._frames.source, self._hear)

    def _hear(self) -> None:
        for header, parent, metadata, content, buffers in chain.from_iterable(self._frames.read()):
            kind = header["msg_type"]
            channel = self.shell if kind.endswith("_reply") else self.iopub
            channel.waiting.put_nowait(
                {
                    "header": header, "msg_id": header["msg_id"], "msg_type": kind, "parent_header": parent,
                    "metadata": self.session.unpack(metadata), "content": self.session.unpack(content),
                    "buffers": buffers,
                }
            )  # fmt: skip
        if self._frames.ended and self._loop is not None:
            self._loop.remove_reader(self._frames.source)

    def is_alive(self) -> bool:
        """Whether the kernel can still answer."""
        return not self._frames.ended and not gone(self.pid)

    def close(self) -> None:
        """Let the kernel run its exit hooks, then end it and whatever it started."""
        self._deafen()
        self.send(None)
        until = time.monotonic() + _LAST_WORDS
        self._frames.source.settimeout(0.05)
        while not self._frames.ended and time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                list(self._frames.read())
            if gone(self.pid):
                break
        self.kill()

    def kill(self) -> None:
        """End the kernel and whatever it started, now."""
        self._deafen()
        kill_group(self.pid, alone=not gone(self.pid))
        self._sink.close()
        self._frames.source.close()

    def _deafen(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._frames.source)


class PipeClient(KernelClient):
    """A kernel client whose channels are the two of a link."""

    link: KernelLink
    allow_stdin = False

    @property
    def shell_channel(self) -> Channel:
        """The channel of requests and replies."""
        return self.link.shell

    @property
    def iopub_channel(self) -> Channel:
        """The channel of what cells publish."""
        return self.link.iopub

    def start_channels(self, *_: Any, **__: Any) -> None:
        """Do nothing: the sockets are open."""

    def stop_channels(self) -> None:
        """Do nothing: the link closes them."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Do nothing: a request waits in the socket until the kernel is ready."""

    async def is_alive(self) -> bool:
        """Whether the kernel can still answer."""
        return self.link.is_alive()


class PipeManager:
    """A kernel manager whose kernel is already running."""

    has_kernel = True

    def __init__(self, link: KernelLink) -> None:
        self._link = link

    def client(self) -> PipeClient:
        """Return a client of the kernel."""
        client = PipeClient(session=self._link.session)
        client.link = self._link
        return client

    def interrupt_kernel(self) -> None:
        """Interrupt the cell that is running."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._link.pid, signal.SIGINT)


Opener = Callable[[str], KernelLink]
"""Starts a kernel in a folder."""
