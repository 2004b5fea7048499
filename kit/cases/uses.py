"""What a case is drawn for: practice, a mock exam, an exam, or practice on an exam form that was published since.

Seeds of each use lie in ranges of their own, so that no practice case can ever be drawn with the seed of an exam.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Use = Literal["practice", "mock", "exam", "burned"]
"""`burned` is practice on forms that sat in an exam and were given up for it, listed by the workspace."""

USES: Final[tuple[Use, ...]] = get_args(Use)
EXAM_POOL: Final = "examen"
PRACTICE_POOL: Final = "entrainement"

_BITS: Final = 61
_RANGES: Final[dict[Use, int]] = {"practice": 1, "mock": 2, "burned": 3}
"""Exams draw seeds from 0 to 2^63 - 1 (`kit.sessions.seeds`); each other use has 2^61 of its own, below 0."""


def pool_of(use: Use) -> str:
    """Return the pool whose forms a use draws."""
    return EXAM_POOL if use in ("exam", "burned") else PRACTICE_POOL


def seed_for(use: Use, number: int) -> int:
    """Return the seed of a number within a use: the number itself for an exam, else its 61 low bits below 0.

    Args:
        use: what the case is for.
        number: from 0 to 2^63 - 1.
    """
    if use == "exam":
        return number
    return number % (1 << _BITS) - (_RANGES[use] << _BITS)


def use_of_seed(seed: int) -> Use:
    """Return the use whose range holds a seed; a seed of no range is an exam's, the one to protect."""
    place = -(seed >> _BITS)
    return next((use for use, rank in _RANGES.items() if rank == place), "exam")
