"""Amounts, ratios and points as types, so that HT never meets TTC and a percentage is never a point.

`Money` knows whether it is HT or TTC, `Percent` is a ratio shown in %, `Points` is a difference between two
percentages (or an NPS). Values are exact; rounding happens only when a text is asked for. In a template,
`{{ ca }}` gives « 1 234,50 € », `{{ ca | ht }}` « 1 234,50 € HT », `{{ ca.k() }}` « 1 k€ », `{{ part }}`
« 15,3 % »; in an f-string, `f"{ca:k1}"`, `f"{ca:M2}"`, `f"{ca:HT}"` and `f"{part:2}"` do the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from typing import Any, Literal, SupportsIndex

from kit import french
from kit.errors import AuthorError, KitError

Tax = Literal["HT", "TTC"]
Number = int | float | Decimal | Fraction
_ONLY_TENS = (2, 5)


def fraction(value: Any) -> Fraction:
    """Return a plain number as an exact fraction; a float is read as its shortest decimal writing.

    Whole numbers of numpy and pandas are welcome.

    Raises:
        AuthorError: not a number, or an amount, a percentage or points where a plain number is expected.
    """
    if isinstance(value, bool):
        raise _refused("quantity.not_a_number", value=value)
    try:
        if isinstance(value, Fraction | Decimal):
            return Fraction(value)
        if isinstance(value, float):
            return Fraction(Decimal(repr(float(value))))
        if isinstance(value, str):
            return Fraction(value)
        return Fraction(operator.index(value))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise _refused("quantity.not_a_number", value=value) from error


def plainest(value: Fraction) -> Decimal | Fraction:
    """Return a decimal when the fraction has a finite decimal writing, else the fraction itself."""
    rest = value.denominator
    places = 0
    for prime in _ONLY_TENS:
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1:
        return value
    return Decimal(f"{value.numerator * 10**places // value.denominator}E-{places}")


def _refused(code: str, **fields: Any) -> KitError:
    return AuthorError.of(code, **fields)


def _ratio(value: Any) -> Fraction:
    return fraction(value.ratio) if isinstance(value, Percent) else fraction(value)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in euros that knows its tax: HT or TTC. Exact; rounded only when shown."""

    amount: Decimal | Fraction
    tax: Tax = "HT"

    def __post_init__(self) -> None:
        if self.tax not in ("HT", "TTC"):
            raise _refused("quantity.unknown_tax", value=self.tax)
        object.__setattr__(self, "amount", plainest(fraction(self.amount)))

    @property
    def exact(self) -> Fraction:
        """The amount as a fraction of euros."""
        return Fraction(self.amount)

    def __add__(self, other: Money) -> Money:
        return Money(self.exact + self._same(other), self.tax)

    def __radd__(self, other: int) -> Money:
        """Let `sum()` start from 0."""
        if isinstance(other, int) and other == 0:
            return self
        raise _refused("quantity.bare_number", value=other)

    def __sub__(self, other: Money) -> Money:
        return Money(self.exact - self._same(other), self.tax)

    def __mul__(self, factor: Number | Percent) -> Money:
        if isinstance(factor, Money):
            raise _refused("quantity.money_times_money")
        return Money(self.exact * _ratio(factor), self.tax)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """Return a ratio (exact fraction) when divided by an amount, else an amount."""
        divisor = self._same(other) if isinstance(other, Money) else _ratio(other)
        if divisor == 0:
            raise _refused("quantity.division_by_zero")
        result = self.exact / divisor
        return result if isinstance(other, Money) else Money(result, self.tax)

    def __neg__(self) -> Money:
        return Money(-self.exact, self.tax)

    def __abs__(self) -> Money:
        return Money(abs(self.exact), self.tax)

    def __lt__(self, other: Money) -> bool:
        return self.exact < self._same(other)

    def __float__(self) -> float:
        """Return an approximate number, for charts only."""
        return float(self.amount)

    def __bool__(self) -> bool:
        return self.amount != 0

    def ttc(self, rate: Number | Percent) -> Money:
        """Return the TTC amount of this HT amount at a VAT rate (0.2 or Percent(0.2)).

        Raises:
            AuthorError: the amount is TTC already.
        """
        return Money(self._only("HT") * (1 + _ratio(rate)), "TTC")

    def ht(self, rate: Number | Percent) -> Money:
        """Return the HT amount of this TTC amount at a VAT rate.

        Raises:
            AuthorError: the amount is HT already.
        """
        return Money(self._only("TTC") / (1 + _ratio(rate)), "HT")

    def rounded(self, places: int = 2) -> Money:
        """Return the amount rounded half up, to the cent unless told otherwise (-3 for thousands)."""
        scale = Fraction(10) ** places
        return Money(Fraction(french.rounded(self.exact * scale, 0)) / scale, self.tax)

    def k(self, places: int = 0) -> str:
        """Return the amount in thousands of euros: « 1 235 k€ »."""
        return f"{french.number(self.exact / 1000, places)}{french.NBSP}k€"

    def m(self, places: int = 2) -> str:
        """Return the amount in millions of euros: « 1,23 M€ »."""
        return f"{french.number(self.exact / 10**6, places)}{french.NBSP}M€"

    def labelled(self, places: int | None = None) -> str:
        """Return the amount with its tax: « 1 234,50 € HT »."""
        return f"{french.euros(self.amount, places)}{french.NBSP}{self.tax}"

    def __str__(self) -> str:
        return french.euros(self.amount)

    def __format__(self, spec: str) -> str:
        """Write by `spec`: "" or decimals ("0"), "k"/"k1" thousands, "M"/"M2" millions, "HT"/"TTC" labelled."""
        if spec in ("HT", "TTC"):
            self._only(spec)
            return self.labelled()
        unit, digits = spec[:1], spec[1:]
        if unit in ("k", "M"):
            places = _places(digits, spec) if digits else (0 if unit == "k" else 2)
            return self.k(places) if unit == "k" else self.m(places)
        return french.euros(self.amount, _places(spec, spec) if spec else None)

    def _same(self, other: Any) -> Fraction:
        if not isinstance(other, Money):
            raise _refused("quantity.bare_number", value=other)
        if other.tax != self.tax:
            raise _refused("quantity.mixed_tax", left=self.labelled(), right=other.labelled())
        return other.exact

    def _only(self, tax: str) -> Fraction:
        if self.tax != tax:
            raise _refused("quantity.wrong_tax", value=self.labelled(), expected=tax)
        return self.exact


@total_ordering
@dataclass(frozen=True, slots=True)
class Percent:
    """A ratio shown as a percentage: `Percent(Fraction(3, 20))` is 15 %. Exact; one decimal when shown."""

    ratio: Decimal | Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", plainest(fraction(self.ratio)))

    @classmethod
    def of(cls, part: Any, whole: Any) -> Percent:
        """Return the share of `part` in `whole`: two numbers, or two amounts of the same tax.

        Raises:
            AuthorError: the whole is zero, or one amount is HT and the other TTC.
        """
        if isinstance(part, Money) or isinstance(whole, Money):
            return cls(part / whole)
        if fraction(whole) == 0:
            raise _refused("quantity.division_by_zero")
        return cls(fraction(part) / fraction(whole))

    @property
    def exact(self) -> Fraction:
        """The ratio as a fraction."""
        return Fraction(self.ratio)

    def __sub__(self, other: Percent) -> Points:
        """Return the difference in points: 15 % − 12 % is 3 points."""
        if not isinstance(other, Percent):
            raise _refused("quantity.percent_with_number", value=other)
        return Points((self.exact - other.exact) * 100)

    def __add__(self, other: Percent | Points) -> Percent:
        if isinstance(other, Points):
            return Percent(self.exact + other.exact / 100)
        if not isinstance(other, Percent):
            raise _refused("quantity.percent_with_number", value=other)
        return Percent(self.exact + other.exact)

    def __radd__(self, other: int) -> Percent:
        """Let `sum()` start from 0."""
        if isinstance(other, int) and other == 0:
            return self
        raise _refused("quantity.percent_with_number", value=other)

    def __mul__(self, other: Any) -> Any:
        """Return an amount when multiplied by an amount, else a plain exact number."""
        return other * self if isinstance(other, Money) else self.exact * _ratio(other)

    __rmul__ = __mul__

    def __neg__(self) -> Percent:
        return Percent(-self.exact)

    def __lt__(self, other: Percent) -> bool:
        if not isinstance(other, Percent):
            raise _refused("quantity.percent_with_number", value=other)
        return self.exact < other.exact

    def __float__(self) -> float:
        """Return an approximate ratio, for charts only."""
        return float(self.ratio)

    def __str__(self) -> str:
        return french.percent(self.ratio)

    def __format__(self, spec: str) -> str:
        """Write with `spec` decimals (one by default); a leading "+" always shows the sign."""
        sign = "+" if spec.startswith("+") and self.ratio > 0 else ""
        digits = spec.removeprefix("+")
        return sign + french.percent(self.ratio, _places(digits, spec) if digits else 1)


@total_ordering
@dataclass(frozen=True, slots=True)
class Points:
    """A difference between two percentages, or an NPS: « +3,2 points ». Never shown with a % sign."""

    value: Decimal | Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", plainest(fraction(self.value)))

    @property
    def exact(self) -> Fraction:
        """The number of points as a fraction."""
        return Fraction(self.value)

    def __add__(self, other: Points) -> Points:
        if not isinstance(other, Points):
            raise _refused("quantity.points_with_other", value=other)
        return Points(self.exact + other.exact)

    def __sub__(self, other: Points) -> Points:
        if not isinstance(other, Points):
            raise _refused("quantity.points_with_other", value=other)
        return Points(self.exact - other.exact)

    def __neg__(self) -> Points:
        return Points(-self.exact)

    def __lt__(self, other: Points) -> bool:
        if not isinstance(other, Points):
            raise _refused("quantity.points_with_other", value=other)
        return self.exact < other.exact

    def __float__(self) -> float:
        """Return an approximate number of points, for charts only."""
        return float(self.value)

    def __str__(self) -> str:
        return format(self, "")

    def __format__(self, spec: str) -> str:
        """Write with its sign, `spec` decimals (at most one by default) and the word « point(s) »."""
        shown = french.rounded(self.value, _places(spec, spec) if spec else 1)
        places = _places(spec, spec) if spec else None
        sign = "+" if shown > 0 else ""
        return f"{sign}{french.number(shown, places)}{french.NBSP}{french.plural(shown, 'point')}"


def _places(digits: str, spec: str) -> int:
    if not digits.isdecimal():
        raise _refused("quantity.unknown_format", value=spec)
    return int(digits)


def _labelled(tax: Tax) -> Callable[..., str]:
    def show(value: Money) -> str:
        if not isinstance(value, Money):
            raise _refused("quantity.not_money", value=value, expected=tax)
        return format(value, tax)

    return show


def _with_places(value: Any, places: SupportsIndex = 1) -> str:
    return format(value if isinstance(value, Percent) else Percent(value), str(operator.index(places)))


FILTERS: Mapping[str, Callable[..., str]] = {
    "ht": _labelled("HT"),
    "ttc": _labelled("TTC"),
    "pourcent": _with_places,
}
"""Jinja filters. `ht` and `ttc` add the word and refuse an amount of the other kind; they never convert."""
