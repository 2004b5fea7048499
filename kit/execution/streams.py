"""The notebook's standard output and error: ipykernel's own streams, without their threads.

A kernel watches file descriptors 1 and 2 with a thread each, and flushes from a third one. Here what is written
to the descriptors goes to a file in memory, read back whenever the stream is written or flushed: no thread, no
full pipe, and the same text in the same order at each run.
"""

from __future__ import annotations

import codecs
import os
import threading
from collections.abc import Callable
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream

from kit.execution.processes import memory_file

_DESCRIPTORS = {"stdout": 1, "stderr": 2}


class _NoLoop:
    """Stands for the loop that would flush later: what is written waits for the next flush."""

    def call_later(self, *_: Any) -> None:
        """Do nothing."""


class NoThread(IOPubThread):
    """Stands for the thread that publishes: what is scheduled is done at once."""

    def __init__(self) -> None:
        self.thread = threading.Thread(name="IOPub")
        self.io_loop: Any = _NoLoop()

    def schedule(self, f: Callable[[], Any]) -> None:
        """Do it now."""
        f()


class CapturedStream(OutStream):
    """A standard stream that also holds what other programs write to its file descriptor."""

    def __init__(self, session: Any, pub_thread: Any, name: str, **keywords: Any) -> None:
        super().__init__(session, pub_thread, name, **{**keywords, "watchfd": False})
        descriptor = _DESCRIPTORS[name]
        self._kernel_pid = os.getpid()
        self._original_stdstream_copy = os.dup(descriptor)
        self._captured = memory_file(name, os.O_APPEND)
        self._position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        os.dup2(self._captured, descriptor)
        self._descriptor = descriptor

    def write(self, string: str) -> int:
        """Write text; a process forked by a cell writes to the descriptor, which its parent reads back."""
        if os.getpid() != self._kernel_pid:
            return os.write(self._descriptor, string.encode("utf-8", "replace"))
        self._pull()
        return super().write(string) or 0

    def flush(self) -> None:
        """Publish what has been written."""
        if os.getpid() == self._kernel_pid:
            self._pull()
            super().flush()

    def _pull(self) -> None:
        size = os.fstat(self._captured).st_size
        if size > self._position:
            data = os.pread(self._captured, size - self._position, self._position)
            self._position += len(data)
            text = self._decoder.decode(data)
            if text:
                super().write(text)
