"""What installed packages ask the warm process to prepare for the notebooks that use them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

GROUP = "kit.execution.warm"
"""Entry points: the name is a text that a notebook using the package contains, the value `module:function`.

The function is called with the notebook's path, once, in the process that all runs are forked from. What it imports
and caches is shared by them; it starts no thread, opens no file that stays open, and changes no global setting that
the import of the package would not.
"""


def declared(notebooks: Iterable[Path]) -> dict[tuple[str, bytes], Path]:
    """Return the notebook to call each function with (`module:function`), once for the same content.

    The content is known by its digest: the runs of a session are of copies of a few notebooks.
    """
    wanted = _declarations()
    found: dict[tuple[str, bytes], Path] = {}
    for path in dict.fromkeys(notebooks):
        content = _content(path) if wanted else b""
        for name, function in wanted:
            if name in content:
                found.setdefault((function, hashlib.sha256(content).digest()), path.absolute())
    return found


@cache
def _declarations() -> tuple[tuple[bytes, str], ...]:
    return tuple((point.name.encode(), point.value) for point in entry_points(group=GROUP))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the run will say so
        return b""
