"""How long a build still takes, judged by the pace of what it has done."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from kit.french import NBSP, duration

Clock = Callable[[], float]


class TimeLeft:
    """The pace of a build since it was first told how far it was: what was kept from before does not count."""

    def __init__(self, now: Clock = time.monotonic) -> None:
        self._now = now
        self._from: tuple[int, float] | None = None

    def seconds(self, done: int, total: int) -> float | None:
        """Return the seconds left, or None while nothing has been done since the start."""
        if self._from is None or done < self._from[0]:
            self._from = (done, self._now())
        first, since = self._from
        if done <= first:
            return None
        return (self._now() - since) / (done - first) * (total - done)


def roughly(seconds: float) -> str:
    """Return a length of time as one would say it: 12 s, 3 min, 1 h 05.

    >>> roughly(11.2), roughly(150)
    ('12\\xa0s', '3\\xa0min')
    """
    whole = math.ceil(seconds)
    return f"{whole}{NBSP}s" if whole < 100 else duration(math.ceil(whole / 60))
