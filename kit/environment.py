"""What the machine refuses, said in French: a full disk, missing rights, a path it cannot follow.

The system's own words are English and change from one machine to the next: only the error's number counts.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kit.errors import EnvironmentFault, Finding, Place
from kit.messages import label

_NAMES: Mapping[str, tuple[str, ...]] = {
    "environment.full": (
        "ENOSPC",
        "EDQUOT",
        "EFBIG",
    ),
    "environment.read_only": ("EROFS",),
    "environment.rights": (
        "EACCES",
        "EPERM",
    ),
    "environment.name_too_long": ("ENAMETOOLONG",),
    "environment.loop": ("ELOOP",),
    "environment.absent": ("ENOENT",),
    "environment.exists": ("EEXIST",),
    "environment.is_folder": ("EISDIR",),
    "environment.not_folder": ("ENOTDIR",),
    "environment.not_empty": ("ENOTEMPTY",),
    "environment.open_files": (
        "EMFILE",
        "ENFILE",
    ),
    "environment.busy": (
        "EBUSY",
        "ETXTBSY",
    ),
    "environment.disk": ("EIO",),
    "environment.memory": ("ENOMEM",),
}
_CODES = {getattr(errno, name, None): code for code, names in _NAMES.items() for name in names}
"""By number; not every system has them all."""
OTHER = "environment.other"


def refusal(error: OSError, path: Path | str | None = None) -> Finding:
    """Return what the system refused as a finding, placed at `path` (default: the file the error names)."""
    place = path if path is not None else error.filename
    code = _CODES.get(error.errno or 0, OTHER)
    return Finding(code, Place(None if place is None else str(place)), {"number": error.errno or 0})


def reason(error: OSError) -> str:
    """Return why the system refused, in a few French words to set between brackets.

    >>> import os
    >>> reason(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    'le disque est plein'
    """
    found = refusal(error)
    return label(found.code, **found.fields)


@contextmanager
def environment(path: Path | str | None = None) -> Iterator[None]:
    """Turn what the system refuses inside the block into a fault of the machine, placed at `path`.

    A fault already told by a block inside is placed again here: the file or folder the user asked for means
    more than a temporary one.

    Raises:
        EnvironmentFault: the system refused.
    """
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(refusal(error, path)) from error
    except EnvironmentFault as fault:
        if path is None or not isinstance(fault.__cause__, OSError):
            raise
        where = Place(str(path))
        raise EnvironmentFault(
            *(replace(found, where=where) for found in fault.findings)
        ) from fault.__cause__
