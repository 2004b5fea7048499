"""The words and numbers of a document in its own language: French, or English for an épreuve in English."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kit.cases.contents import cell_text
from kit.cases.pieces import Column
from kit.french import MINUS, NBSP, Number, duration, number, rounded
from kit.messages import english, label
from kit.referentiel import parse_exact


@dataclass(frozen=True, slots=True)
class Wording:
    """How a language says what the kit itself adds to an author's text. `language` is a BCP 47 code."""

    language: str = "fr"

    @property
    def is_english(self) -> bool:
        """Whether the kit's own words are English; every language but English is served in French."""
        return self.language.partition("-")[0] == "en"

    def label(self, code: str, /, **fields: Any) -> str:
        """Return the words of a code."""
        return english(code, **fields) if self.is_english else label(code, **fields)

    def number(self, value: Number, places: int | None = None) -> str:
        """Return a number: 1 234,5 or 1,234.5."""
        french = number(value, places)
        if not self.is_english:
            return french
        sign = MINUS if french.startswith(MINUS) else ""
        whole, _, decimals = french.removeprefix(MINUS).partition(",")
        groups = f"{int(''.join(char for char in whole if char.isdecimal())):,}"
        return f"{sign}{groups}.{decimals}" if decimals else f"{sign}{groups}"

    def points(self, points: str) -> str:
        """Return a number of points with its noun: « 4 points », « 1,5 point », “1.5 marks”."""
        value = parse_exact(points)
        one = value == 1 if self.is_english else value < 2
        return self.label("doc.points_one" if one else "doc.points_many", value=self.number(value)).replace(
            " ", NBSP
        )

    def minutes(self, minutes: int) -> str:
        """Return a length of time: « 1 h 30 », “1 h 30 min”."""
        if not self.is_english:
            return duration(minutes)
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours}{NBSP}h"] if hours else []
        return NBSP.join([*parts, f"{rest}{NBSP}min"] if rest or not parts else parts)

    def cell(self, column: Column, cell: str | None, empty: str = "–") -> str:
        """Return a table's cell as it is printed, in the column's unit."""
        if not self.is_english or column.kind != "number" or cell is None:
            return cell_text(column, cell, empty)
        value = Fraction(cell)
        shown = self.number(value if column.places is None else rounded(value, column.places), column.places)
        return f"{shown}%" if column.unit == "%" else shown


FRENCH = Wording()
