"""The time left of a build follows the pace of what it makes, not what it kept."""

from __future__ import annotations

from kit.french import NBSP
from kit.sessions.progress import TimeLeft, roughly


def test_the_time_left_follows_the_pace_since_the_start_and_ignores_what_was_kept() -> None:
    now = [100.0]
    left = TimeLeft(lambda: now[0])
    assert left.seconds(10, 20) is None
    now[0] = 104.0
    assert left.seconds(12, 20) == 16.0
    now[0] = 110.0
    assert left.seconds(20, 20) == 0


def test_lengths_of_time_are_said_as_one_would() -> None:
    assert [roughly(seconds) for seconds in (0.2, 11.5, 99, 100, 7000)] == [
        f"1{NBSP}s", f"12{NBSP}s", f"99{NBSP}s", f"2{NBSP}min", f"1{NBSP}h{NBSP}57",
    ]  # fmt: skip
