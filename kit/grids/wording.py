"""How what a grid holds is written in French."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from kit.french import NBSP, number
from kit.grids.model import Grid
from kit.referentiel import exact_text


def exact_words(value: Fraction) -> str:
    """Return an exact number in French; one without end is written as a fraction, with its near decimal above 1.

    >>> exact_words(Fraction(5, 2)), exact_words(Fraction(1, 3))
    ('2,5', '1/3')
    """
    text = exact_text(value)
    if "/" not in text:
        return number(value)
    return f"{text}{NBSP}≈{NBSP}{number(value, 3)}" if value > 1 else text


def line_names(grid: Grid, keys: Iterable[str]) -> tuple[str, ...]:
    """Return how people name the lines of these keys: the criterion, or the whole key where it has several lines."""
    lines = Counter(line.criterion for line in grid.lines)
    names = {line.key: line.criterion if lines[line.criterion] == 1 else line.key for line in grid.lines}
    return tuple(names[key] for key in keys)
