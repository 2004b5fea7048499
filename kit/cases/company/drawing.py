"""Drawing and sharing out numbers: small pure functions, the generator always given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from numpy.random import Generator

T = TypeVar("T")
Bounds = tuple[float, float]

_STEPS = ((20_00, 5), (50_00, 10), (200_00, 50), (1_000_00, 100), (5_000_00, 500))
_LARGE_STEP = 10_00
_SMALL, _MIDDLE = 50, 200
_HALF = Fraction(1, 2)


def between(rng: Generator, bounds: Bounds) -> float:
    """Return a number between two bounds, all equally likely."""
    low, high = bounds
    return low + (high - low) * float(rng.random())


def whole(rng: Generator, bounds: Bounds) -> int:
    """Return a whole number between two bounds, both possible."""
    low, high = round(bounds[0]), round(bounds[1])
    return low + int(rng.random() * (high - low + 1))


def pick(rng: Generator, items: Sequence[T]) -> T:
    """Return one of the items, all equally likely."""
    return items[int(rng.random() * len(items))]


def sample(rng: Generator, items: Sequence[T], count: int) -> tuple[T, ...]:
    """Return `count` different items (all of them if there are fewer), in their own order."""
    order = sorted(range(len(items)), key=[float(rng.random()) for _ in items].__getitem__)
    return tuple(items[i] for i in sorted(order[:count]))


def shuffled(rng: Generator, items: Sequence[T]) -> tuple[T, ...]:
    """Return the items in another order."""
    return tuple(
        items[i] for i in sorted(range(len(items)), key=[float(rng.random()) for _ in items].__getitem__)
    )


def near(rng: Generator, value: float, spread: float) -> float:
    """Return a number around `value`, at most `spread` (a share of it) away."""
    return value * (1 + spread * (2 * float(rng.random()) - 1))


def at_random(rng: Generator, value: float) -> int:
    """Return `value` rounded up or down by chance, so that its mean is kept."""
    return math.floor(value + float(rng.random()))


def weighted(rng: Generator, items: Sequence[T], weights: Sequence[float]) -> T:
    """Return one of the items, by weight."""
    left = float(rng.random()) * sum(weights)
    for item, weight in zip(items, weights, strict=True):
        left -= weight
        if left < 0:
            return item
    return items[-1]


def apportion(total: int, weights: Sequence[float] | Sequence[Fraction]) -> tuple[int, ...]:
    """Return whole parts of `total` in proportion to the weights; they sum exactly (largest remainder).

    >>> apportion(10, [1, 1, 1])
    (4, 3, 3)
    """
    whole_weight = sum(weights)
    exact = [total * weight / whole_weight for weight in weights]
    parts = [math.floor(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def price_cents(euros: float) -> int:
    """Return a price in cents on the step usual at its size: 5 cents under 20 €, 10 € above 5 000 €."""
    cents = euros * 100
    step = next((step for limit, step in _STEPS if cents < limit), _LARGE_STEP)
    return max(step, round(cents / step) * step)


def shelf_cents(euros: float, rate: Fraction) -> int:
    """Return a price HT in cents whose price TTC is one a shop shows: 12,90 €, 25,50 €, 148 €, 3 490 €.

    The price TTC is exactly what the price HT gives once rounded to the cent.
    """
    shown = euros * float(1 + rate)
    if shown < _SMALL:
        wanted = min((math.floor(shown) + d / 100 for d in (-10, 50, 90)), key=lambda x: abs(x - shown))
        cents = max(50, round(wanted * 100))
    else:
        cents = round(shown) * 100 if shown < _MIDDLE else price_cents(shown)
    while True:
        before_tax = math.floor(cents / (1 + rate) + _HALF)
        if math.floor(before_tax * (1 + rate) + _HALF) == cents:
            return before_tax
        cents += 10


def rounded_to(value: float, step: int) -> int:
    """Return the multiple of `step` nearest to `value`."""
    return round(value / step) * step
