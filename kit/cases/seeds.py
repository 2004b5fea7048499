"""Named random streams: each consumer draws from its own, so adding one never changes the others.

There is no global random state: the seed goes in, streams come out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class NamedRng:
    """A source of random streams: called with a name, it returns a fresh generator for that name."""

    seed: int

    def __call__(self, name: str) -> Generator:
        """Return the generator of `name`: the same seed and name always start the same stream."""
        from numpy.random import PCG64, Generator  # numpy is loaded only when something is drawn

        return Generator(PCG64(self.key(name)))

    def key(self, name: str) -> int:
        """Return the 256-bit number that starts the stream of `name`, for other kinds of generators."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}\0{name}".encode()).digest(), "big")


def named_rng(seed: int) -> NamedRng:
    """Return the random streams of a seed: `rng = named_rng(7)`, then `rng("ventes").integers(10)`.

    Args:
        seed: any whole number; numpy integers are welcome.
    """
    return NamedRng(int(seed))
