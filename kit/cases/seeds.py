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
    """A source of random streams: called with a name, it returns a fresh generator for that name.

    `scope` comes before every name, so that two users of one seed never share a stream by accident.
    """

    seed: int
    scope: str = ""

    def __call__(self, name: str) -> Generator:
        """Return the generator of `name`: the same seed and name always start the same stream."""
        from numpy.random import PCG64, Generator  # numpy is loaded only when something is drawn

        return Generator(PCG64(self.key(name)))

    def key(self, name: str) -> int:
        """Return the 256-bit number that starts the stream of `name`."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}\0{self.scope}\0{name}".encode()).digest(), "big")

    def within(self, scope: str) -> NamedRng:
        """Return the streams of the same seed under another scope."""
        return NamedRng(self.seed, scope)


def named_rng(seed: int) -> NamedRng:
    """Return the random streams of a seed.

    >>> rng = named_rng(7)
    >>> int(rng("ventes").integers(1000)) == int(named_rng(7)("ventes").integers(1000))
    True

    Args:
        seed: any whole number; numpy integers are welcome.
    """
    return NamedRng(int(seed))
