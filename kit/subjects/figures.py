"""The computed answers of a subject in words."""

from __future__ import annotations

from kit.cases.pieces import Expected
from kit.french import NBSP, number, rounded
from kit.referentiel.reglement import parse_exact


def figure_words(item: Expected, value: str | None = None) -> str:
    """Return the value of a computed answer, or an alternative to it, in French with its unit.

    Args:
        item: the answer: its decimals and its unit.
        value: exact string of the alternative; the answer's own when absent.
    """
    shown = number(rounded(parse_exact(value if value is not None else item.value), item.places), item.places)
    return f"{shown}{NBSP}{item.unit}" if item.unit else shown


def tolerance_words(item: Expected) -> str:
    """Return how far from the value an answer may be, in the unit of the value."""
    return f"±{NBSP}{number(parse_exact(item.tolerance))}"
