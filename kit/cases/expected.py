"""A computed answer bound to a question: what `attendu` makes of the numbers a template gives it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kit.cases import contents, pieces
from kit.cases.refusals import MAX_PLACES, told_in_french
from kit.errors import AuthorError, Finding, Place, raise_for
from kit.french import NBSP, number, rounded
from kit.referentiel.reglement import exact_text


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """A computed answer; in a text it is written in French with its unit."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        shown = number(self.value, max(0, -int(self.value.as_tuple().exponent)))
        return f"{shown}{NBSP}{self.unit}" if self.unit else shown


def expected_piece(
    question: str,
    value: Any,
    *,
    label: str,
    unit: str,
    places: int,
    tolerance: Any,
    formula: str,
    name: str | None,
    alternatives: Sequence[tuple[Any, str]],
    plausible: tuple[Any, Any] | None,
) -> tuple[pieces.Expected, ExpectedValue]:
    """Return the piece of a computed answer, and the value as a text cites it (arguments: see `attendu`).

    Raises:
        AuthorError: a number that is none, too many decimals, a negative tolerance, a range that holds nothing.
    """
    reader = _Reader(question, label)
    exact = reader.number(value)
    right = isinstance(places, int) and not isinstance(places, bool) and 0 <= places <= MAX_PLACES
    if not right:
        reader.refuse("expected.places", value=contents.brief(places), most=MAX_PLACES)
    kept = places if right else 0
    gap = Fraction(1, 2 * 10**kept) if tolerance is None else reader.number(tolerance)
    if gap < 0:
        reader.refuse("expected.tolerance", value=contents.brief(tolerance))
    limits = None if plausible is None else (reader.number(plausible[0]), reader.number(plausible[1]))
    if limits is not None and limits[0] > limits[1]:
        reader.refuse("expected.range", low=exact_text(limits[0]), high=exact_text(limits[1]))
    others = [(reader.number(other), why) for other, why in alternatives]
    raise_for(reader.findings, AuthorError)
    with told_in_french(question):
        piece = pieces.Expected(
            question=question,
            name=name or _name(label),
            label=label,
            value=exact_text(exact),
            places=kept,
            unit=unit,
            tolerance=exact_text(gap),
            formula=formula,
            alternatives=tuple(pieces.Alternative(value=exact_text(other), why=why) for other, why in others),
            plausible=None if limits is None else (exact_text(limits[0]), exact_text(limits[1])),
        )
    return piece, ExpectedValue(rounded(exact, kept), unit)


class _Reader:
    """Reads the numbers of one answer and gathers what is wrong with them."""

    def __init__(self, question: str, label: str) -> None:
        self.where = Place(item=str(question)[:40])
        self.label = label
        self.findings: list[Finding] = []

    def refuse(self, code: str, **fields: Any) -> None:
        self.findings.append(Finding(code, self.where, {"label": self.label, **fields}))

    def number(self, value: Any) -> Fraction:
        try:
            return contents.usable_number(value)
        except (ValueError, TypeError):
            self.refuse("expected.number", value=contents.brief(value))
            return Fraction(0)


def _name(text: str) -> str:
    bare = unicodedata.normalize("NFKD", str(text).lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in bare).split())[:40].strip("-") or "valeur"
