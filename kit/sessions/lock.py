"""One build of a session at a time: a lock of the operating system, which dies with the process holding it.

The file stays; only the lock on it counts, so a killed build never blocks the next one. Its content, the
process's number, serves the message alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from kit.environment import reason
from kit.errors import EnvironmentFault, Finding, Place

LOCK_FILE = ".build.lock"
_FAR = 1 << 30
"""The byte locked on Windows, where a locked byte cannot be read: beyond the process's number."""

_held: set[str] = set()
_held_guard = Lock()
"""The system's lock belongs to the process: two threads of one process need a word of their own."""


@contextmanager
def session_lock(root: Path) -> Iterator[None]:
    """Hold the session's lock while building, exchanging or recovering.

    Raises:
        EnvironmentFault: another build of this session is running, or the folder cannot be written.
    """
    path = root / LOCK_FILE
    name = os.path.realpath(path)
    with _held_guard:
        if name in _held:
            raise _locked(str(os.getpid()))
        _held.add(name)
    try:
        yield from _held_by_system(path)
    finally:
        with _held_guard:
            _held.discard(name)


def _held_by_system(path: Path) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        fields = {"reason": reason(error)}
        raise EnvironmentFault(Finding("session.folder.unwritable", Place(path.name), fields)) from error
    try:
        if not _acquired(handle):
            raise _locked(os.read(handle, 20).decode("ascii", "replace").strip() or "?")
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _locked(process: str) -> EnvironmentFault:
    return EnvironmentFault(Finding("session.build.locked", Place(LOCK_FILE), {"process": process}))


if sys.platform == "win32":
    import msvcrt

    def _acquired(handle: int) -> bool:
        """Lock one byte, which closing the file releases, and tell whether it was free."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _acquired(handle: int) -> bool:
        """Lock the file and tell whether it was free.

        `lockf` and not `flock`: a record lock is not inherited by the worker processes of a build, which
        could otherwise hold it after the build itself was killed.
        """
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
