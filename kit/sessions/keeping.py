"""What people put or changed in `build/` since it was made: a new build never loses it.

A file the manifest does not list (a marker's notes beside a grid) stays where it is as long as the files it lies
with are made again the same. Otherwise, and for a file of ours that was changed, a copy is set aside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Finding, InvalidFile, Place, Severity
from kit.sessions.manifest import MANIFEST, Entry, read_manifest
from kit.sessions.swap import PENDING
from kit.writing import PRIVATE, write_bytes

ASIDE = "mis-de-cote"
_NOBODYS = {".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini"}
"""What programs leave by themselves wherever somebody has looked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a build keeps of the one before: paths relative to `build/`."""

    stay: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


def sha256_of(path: Path) -> str:
    """Return a file's hash, empty when there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def to_keep(build: Path, entries: Sequence[Entry]) -> Kept:
    """Return what people put or changed in the build in place, and what is to become of it.

    Args:
        build: the build in place; it need not exist.
        entries: the files of the build about to take its place.
    """
    before = _listed(build)
    after = {item.path: item.sha256 for item in entries}
    stay: list[str] = []
    aside: list[str] = []
    for path in _files(build):
        if path in before:
            if sha256_of(build / path) != before[path]:
                aside.append(path)
        elif path not in after and _same_beside(path, before, after):
            stay.append(path)
        else:
            aside.append(path)
    return Kept(tuple(stay), tuple(aside))


def keep(build: Path, staging: Path, kept: Kept) -> list[Finding]:
    """Copy what stays into the new build, set aside the rest, and return what to tell.

    Raises:
        OSError: the disk refuses.
    """
    for path in kept.stay:
        write_bytes(staging / path, (build / path).read_bytes(), PRIVATE)
    if not kept.aside:
        return []
    folder = _set_aside(build, kept.aside)
    fields = {"folder": f"{ASIDE}/{folder.name}", "files": list(kept.aside)}
    return [Finding("build.set_aside", Place(build.name), fields, Severity.WARNING)]


def _listed(build: Path) -> Mapping[str, str]:
    """Return the hash of each file the manifest lists; of a manifest nobody can read, none."""
    try:
        manifest = read_manifest(build)
    except InvalidFile:
        return {}
    return {item.path: item.sha256 for item in manifest.files} if manifest else {}


def _files(build: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(build):
        folders[:] = sorted(set(folders) - _NOBODYS - {PENDING})
        for name in sorted(set(names) - _NOBODYS):
            path = (Path(folder) / name).relative_to(build).as_posix()
            if path != MANIFEST:
                yield path


def _same_beside(path: str, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    folder = path.rpartition("/")[0]
    return _in(folder, before) == _in(folder, after) != {}


def _in(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if path.rpartition("/")[0] == folder}


def _set_aside(build: Path, paths: Iterable[str]) -> Path:
    """Return the new folder the files were copied to, whole."""
    parent = build.with_name(ASIDE)
    parent.mkdir(mode=0o700, exist_ok=True)
    making = parent / ".en-cours"
    shutil.rmtree(making, ignore_errors=True)
    for path in paths:
        write_bytes(making / path, (build / path).read_bytes(), PRIVATE)
    numbers = [int(item.name) for item in parent.iterdir() if item.name.isdecimal()]
    return making.rename(parent / str(max(numbers, default=0) + 1))
