"""The register of indicators: code, standard French name, formula and unit, beside each function.

The decorator also adds the three to the function's docstring, so they are written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from kit.cases.quantities import Money, Percent, fraction
from kit.errors import AuthorError

Value = int | float | Decimal | Fraction | Money | Percent
"""What an indicator accepts: a plain number (a float is read as its shortest writing), an amount, a percentage."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Indicator:
    """A notion of the marketer's calculations, as an answer key names it."""

    code: str
    name: str
    formula: str
    unit: str
    function: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.name} = {self.formula}"


_REGISTER: dict[str, Indicator] = {}
INDICATORS: Mapping[str, Indicator] = _REGISTER
"""Every indicator by code; the code is the name of its function."""


def indicator(name: str, formula: str, unit: str) -> Callable[[F], F]:
    """Return a decorator that registers a function as an indicator, under the function's own name."""

    def register(function: F) -> F:
        code = function.__name__
        _REGISTER[code] = Indicator(code, name, formula, unit, function)
        function.__doc__ = f"{function.__doc__}\n\n{name} = {formula} ({unit})."
        return function

    return register


def plain(value: Value) -> Fraction:
    """Return the exact number of a value: euros of an amount, ratio of a percentage.

    Raises:
        AuthorError: not a number.
    """
    return value.exact if isinstance(value, Money | Percent) else fraction(value)


def alike(*values: Value) -> tuple[Fraction, ...]:
    """Return the exact numbers of values that must not mix HT and TTC amounts.

    Raises:
        AuthorError: one amount is HT and another TTC, or a value is not a number.
    """
    amounts = [value for value in values if isinstance(value, Money)]
    for other in amounts[1:]:
        if other.tax != amounts[0].tax:
            fields = {"left": amounts[0].labelled(), "right": other.labelled()}
            raise AuthorError.of("quantity.mixed_tax", **fields)
    return tuple(plain(value) for value in values)


def taxed(value: Value, tax: str) -> Fraction:
    """Return the exact number of a value that, as an amount, must be HT (or TTC).

    Raises:
        AuthorError: an amount of the other kind.
    """
    if isinstance(value, Money) and value.tax != tax:
        raise AuthorError.of("quantity.wrong_tax", value=value.labelled(), expected=tax)
    return plain(value)


def quotient(code: str, top: Fraction, bottom: Fraction, what: str) -> Fraction:
    """Return top ÷ bottom.

    Raises:
        AuthorError: the divisor, which `what` names in French, is zero.
    """
    if bottom == 0:
        raise AuthorError.of("indicator.zero", name=_name(code), what=what)
    return top / bottom


def not_negative(code: str, value: Fraction, what: str) -> Fraction:
    """Return the value.

    Raises:
        AuthorError: it is negative.
    """
    if value < 0:
        raise AuthorError.of("indicator.negative", name=_name(code), what=what, value=value)
    return value


def _name(code: str) -> str:
    found = _REGISTER.get(code)
    return found.name if found else code
