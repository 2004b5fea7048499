"""Putting a finished folder in the place of another: all of it or nothing, whatever is killed and when.

Where the system can exchange two folders in one act (Linux, `renameat2` with `RENAME_EXCHANGE`), that is
all there is. Elsewhere two renames do it. The name the old folder carries in between is the journal: it says
whose place is empty, so the next command can undo the first rename. Everything unfinished has a name that
begins with `.build-`; `recover` removes it, under the session's lock.

Files of the session that belong with a build (who got which subject) travel inside the new folder and leave it
once it is in place: they change with the build or not at all.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from kit.environment import reason
from kit.errors import EnvironmentFault, Finding, Place
from kit.sessions.files import RESTRICTED
from kit.sessions.lock import session_lock

PREFIX = ".build-"
_OLD = f"{PREFIX}old-"
_GONE = f"{PREFIX}gone-"
PENDING = ".a-poser"
"""In a new build, the session's files that go beside it."""

_HALF_WRITTEN = tuple(f".{name}.*" for name in RESTRICTED)
"""What `kit.writing` leaves beside a file when it is killed before its rename."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EXDEV}

Step = Callable[[str], None]
Swap = Callable[[Path, Path], bool]


def _silent(_step: str) -> None:
    """Do nothing: tests put a failure here."""


def new_staging(root: Path, mode: int = 0o777) -> Path:
    """Return a new empty folder beside the session's files, to be filled then given to `exchange`.

    Whatever becomes of this process, the next `recover` removes it.
    """
    while True:
        folder = root / f"{PREFIX}{secrets.token_hex(4)}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=mode)
            return folder


def swap_folders(one: Path, other: Path) -> bool:
    """Exchange two folders in one act and return True, or return False where the system cannot.

    Raises:
        OSError: the system can, and refused.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(one))


def exchange(new: Path, current: Path, *, step: Step = _silent, swap: Swap = swap_folders) -> None:
    """Put the finished folder `new` in the place of `current`, whose old content is then removed.

    Called under `session_lock`. At every moment `current` is the old content or the new one, complete;
    between the two renames of the slow way it is absent, until `recover`.

    Args:
        new: a folder made by `new_staging`, in the same folder as `current`.
        current: the folder to put in place; it need not exist.
        step: told the name of each step once done.
        swap: exchanges two folders in one act, or returns False.

    Raises:
        EnvironmentFault: the disk or the rights refuse; `current` is as it was.
    """
    try:
        _flush(new)
        step("flushed")
        old = _put_in_place(new, current, step, swap)
        land(current)
        step("landed")
        if old is not None:
            _remove(old)
        _flush_folder(current.parent)
    except OSError as error:
        fields = {"folder": current.name, "reason": reason(error)}
        raise EnvironmentFault(Finding("session.build.swap", Place(current.name), fields)) from error
    step("cleaned")


def recover(root: Path) -> bool:
    """Undo or finish an interrupted exchange, remove what killed builds left; tell whether there was anything.

    Called under `session_lock`.

    Raises:
        EnvironmentFault: the disk or the rights refuse.
    """
    try:
        found = _put_back(root)
        for build in _landing(root):
            found = True
            land(build)
        for pattern in (f"{PREFIX}*", *_HALF_WRITTEN):
            for leftover in sorted(root.glob(pattern)):
                found = True
                _remove(leftover)
    except OSError as error:
        fields = {"folder": root.name, "reason": reason(error)}
        raise EnvironmentFault(Finding("session.build.swap", Place(root.name), fields)) from error
    return found


def recover_if_idle(root: Path) -> bool:
    """Do what `recover` does unless a build is running; any command that reads `build/` may begin with it.

    Raises:
        EnvironmentFault: the disk or the rights refuse.
    """
    if not any(root.glob(f"{PREFIX}*")) and not _landing(root):
        return False
    try:
        with session_lock(root):
            return recover(root)
    except EnvironmentFault as error:
        if any(finding.code == "session.build.locked" for finding in error.findings):
            return False
        raise


def _put_in_place(new: Path, current: Path, step: Step, swap: Swap) -> Path | None:
    """Put the new folder in place and return where the old one is now, if there was one."""
    if not current.exists():
        new.rename(current)
        step("renamed")
        return None
    if swap(new, current):
        step("exchanged")
        return new
    return _rename_twice(new, current, step)


def _rename_twice(new: Path, current: Path, step: Step) -> Path:
    for stale, name in _moved_out(current.parent):
        if name == current.name:
            stale.rename(current.with_name(f"{_GONE}{secrets.token_hex(4)}"))
    old = current.with_name(f"{_OLD}{secrets.token_hex(4)}-{current.name}")
    current.rename(old)
    step("moved out")
    try:
        new.rename(current)
    except OSError:
        old.rename(current)
        raise
    step("moved in")
    return old


def land(current: Path) -> None:
    """Put beside a build the files that came with it, each in the place of the former in one act."""
    folder = current / PENDING
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            path.replace(current.with_name(path.name))
        folder.rmdir()


def _landing(root: Path) -> list[Path]:
    """Return the builds in place whose files have not all left them."""
    return [found.parent for found in root.glob(f"*/{PENDING}") if not found.parent.name.startswith(PREFIX)]


def _put_back(root: Path) -> bool:
    """Put back the folders moved out whose place nothing has taken, and tell whether there was any."""
    found = False
    for old, name in _moved_out(root):
        if name and not (root / name).exists():
            old.rename(root / name)
            found = True
    return found


def _moved_out(root: Path) -> list[tuple[Path, str]]:
    """Return the folders that left their place, each with the name of that place."""
    return [(old, old.name.removeprefix(_OLD).partition("-")[2]) for old in sorted(root.glob(f"{_OLD}*"))]


def _remove(path: Path) -> None:
    """Remove a folder or a file, under a name that cannot be put back once it is no longer whole."""
    if path.is_dir() and not path.is_symlink():
        gone = path.with_name(f"{_GONE}{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):  # a file held open elsewhere: the next command tries again
            path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Send a folder's content to the disk, so that a power cut cannot leave names without content."""
    for path, _, names in os.walk(folder):
        for name in names:
            with (Path(path) / name).open("rb") as file:
                os.fsync(file.fileno())
        _flush_folder(Path(path))


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems have no such thing for folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


__all__ = ["exchange", "land", "new_staging", "recover", "recover_if_idle", "session_lock", "swap_folders"]
