"""Tables as XLSX: words stay words, an exact number is a number or a division, and nothing else is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kit.documents.packaging import NO_DATE, stable_zip
from kit.referentiel import exact_text

Cell = str | Fraction | None
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its name (31 characters at most), its header row, its rows; None is an empty cell."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets_workbook(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return tables as XLSX, their header rows frozen. The same tables give the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "author": "", "comments": "", "created": NO_DATE})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "0.00##", "valign": "top"}),
    }
    for item in sheets:
        _fill(book.add_worksheet(item.name), item, styles)
    book.close()
    return stable_zip(buffer.getvalue())


def _fill(sheet: Any, item: Sheet, styles: dict[str, Any]) -> None:
    for column, name in enumerate(item.header):
        sheet.write_string(0, column, name, styles["head"])
        longest = max([len(name), *(len(str(row[column] or "")) for row in item.rows)])
        sheet.set_column(column, column, min(_WIDEST, longest + 2))
    for line, row in enumerate(item.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Fraction):
                write_exact(sheet, line, column, cell, styles["number"])
            elif cell:
                sheet.write_string(line, column, cell, styles["text"])
    sheet.freeze_panes(1, 1)
    if item.rows:
        sheet.autofilter(0, 0, len(item.rows), len(item.header) - 1)


def write_exact(sheet: Any, row: int, column: int, value: Fraction, style: Any) -> None:
    """Write a number; one that no decimal writes is a division, so that the program computes with the fraction."""
    if "/" not in exact_text(value):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_formula(row, column, f"={value.numerator}/{value.denominator}", style, float(value))
