"""What a case is drawn for: practice, a mock exam, an exam, or practice on an exam form that was published since.

Seeds of each use lie in ranges of their own, so that no practice case can ever be drawn with the seed of an exam.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from kit.errors import KitBug

Use = Literal["practice", "mock", "exam", "burned"]
"""`burned` is practice on forms that sat in an exam and were given up for it, listed by the workspace."""

USES: Final[tuple[Use, ...]] = get_args(Use)
EXAM_POOL: Final = "examen"
PRACTICE_POOL: Final = "entrainement"

_BITS: Final = 63
"""Of an exam's seed (`kit.sessions.seeds`): exams lie below 2^63, each other use in a range as long, above."""
_RANGES: Final[dict[Use, int]] = {"exam": 0, "practice": 1, "mock": 2, "burned": 3}


def seed_for(use: Use, number: int) -> int:
    """Return the seed of a number within a use.

    Args:
        use: what the case is for.
        number: from 0 to 2^63 - 1.

    Raises:
        KitBug: the number is out of the range.
    """
    if not 0 <= number < 1 << _BITS:
        raise KitBug(f"number {number} is out of the range of a use")
    return (_RANGES[use] << _BITS) + number


def use_of_seed(seed: int) -> Use:
    """Return the use whose range holds a seed; a seed of no range is an exam's, the one to protect."""
    rank = seed >> _BITS
    return next((use for use, place in _RANGES.items() if place == rank), "exam")
