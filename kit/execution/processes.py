"""Processes: what ties one to its parent and to the memory it may take, how a group is ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
"""From prctl(2): the signal a process gets when its parent dies."""


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent dies (Linux; elsewhere a closed socket tells it)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def limit_memory(more: int | None) -> None:
    """Let this process take `more` bytes beside what it has: past that, an allocation raises MemoryError."""
    if more is None:
        return
    import resource

    used = 0
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + more, hard))


def kill_group(pid: int, *, alone: bool = True) -> None:
    """Kill the group a process leads, and with `alone` the process itself, which may not lead it yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if alone:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    """Whether a process is no more: a child of ours is waited for, another one is looked up."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def memory_file(name: str, flags: int = 0) -> int:
    """Return a descriptor of a new file that lies in memory, or has no name on the disk.

    Args:
        name: what the system shows.
        flags: how to open it, beside reading and writing: `os.O_APPEND` where several programs write.
    """
    if hasattr(os, "memfd_create"):
        made = os.memfd_create(name)
        handle = os.open(f"/proc/self/fd/{made}", os.O_RDWR | flags)
        os.close(made)
        return handle
    made, path = tempfile.mkstemp()
    os.close(made)
    handle = os.open(path, os.O_RDWR | flags)
    os.unlink(path)  # noqa: PTH108 - a name of the system, not a path of ours
    return handle


_LIBC: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
