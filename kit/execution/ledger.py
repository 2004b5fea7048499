"""Where the runners note the cell they are at: a file in memory, read when one of them was killed.

Writing there wakes nobody up; a message for each cell would.
"""

from __future__ import annotations

import os
import pickle

from kit.execution.processes import memory_file

CLOSED = -1
_SLOT = 1 << 16
_SOURCE = 10_000
"""Characters kept of a cell's source, so that a note fits in its slot."""


class Ledger:
    """Numbered slots, each with a cell's number and source."""

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = memory_file("ledger") if descriptor is None else descriptor

    def note(self, slot: int, cell: int | None, source: str) -> None:
        """Write what a slot holds from now on."""
        os.pwrite(self.descriptor, pickle.dumps((cell, source[:_SOURCE])), slot * _SLOT)

    def clear(self, slot: int) -> None:
        """Empty a slot."""
        os.pwrite(self.descriptor, bytes(1), slot * _SLOT)

    def read(self, slot: int) -> tuple[int | None, str]:
        """Return what a slot holds; nothing where a note was never written, or not to its end."""
        try:
            cell, source = pickle.loads(os.pread(self.descriptor, _SLOT, slot * _SLOT))  # noqa: S301 - our runner's
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError):
            return None, ""
        return cell, source

    def close(self) -> None:
        """Let go of the file in this process."""
        if self.descriptor != CLOSED:
            os.close(self.descriptor)
        self.descriptor = CLOSED
