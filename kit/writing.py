"""Writing files so that a crash leaves the old content or the new one, never a half.

Also the one way we write JSON and CSV: same content, same bytes.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.environment import environment

PRIVATE = 0o600
SHARED = 0o644
_PREFIX = ".kit-"
"""Short, and not made of the file's name: a name the disk accepts must not become too long for it."""


def write_bytes(path: Path, content: bytes, mode: int = SHARED, *, durable: bool = True) -> None:
    """Write `content` to `path` atomically, with the rights of `mode`.

    Args:
        path: the file.
        content: what it is to hold.
        mode: its rights.
        durable: whether to wait until it is on the disk; not so where the whole folder is flushed later, or where
            what is read back is checked.

    Raises:
        EnvironmentFault: the disk or the rights refuse; `path` is as it was.
    """
    with environment(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str, mode: int = SHARED) -> None:
    """Write a UTF-8 text atomically, with `\\n` line ends on every system.

    Raises:
        EnvironmentFault: the disk or the rights refuse; `path` is as it was.
    """
    write_bytes(path, text.encode("utf-8"), mode)


def write_together(folder: Path, texts: Mapping[str, str], mode: int = SHARED) -> None:
    """Write several texts in a folder: all of them, or the folder is as it was.

    Args:
        folder: where; it is made when it is not there.
        texts: by file name.
        mode: their rights.

    Raises:
        EnvironmentFault: the disk or the rights refuse.
    """
    for name in texts:
        with environment(folder / name):
            _refuse_folder(folder / name)
    with environment(folder):
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=folder, prefix=_PREFIX))
        try:
            _exchange(folder, staging, texts, mode)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            if made:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def _exchange(folder: Path, staging: Path, texts: Mapping[str, str], mode: int) -> None:
    """Put texts in the place of what is there, or everything back where one cannot be."""
    new, old = staging / "new", staging / "old"
    for name, text in texts.items():
        write_text(new / name, text, mode)
    old.mkdir()
    placed: list[Path] = []
    try:
        for name in texts:
            if os.path.lexists(folder / name):
                (folder / name).rename(old / name)
            placed.append(folder / name)
            (new / name).rename(folder / name)
    except BaseException:
        for path in placed:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
                if os.path.lexists(old / path.name):
                    (old / path.name).rename(path)
        raise


def json_text(data: Any) -> str:
    """Return `data` as indented JSON in UTF-8, keys in the order given."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",") -> str:
    """Return rows as CSV with a header and `\\n` line ends."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()
