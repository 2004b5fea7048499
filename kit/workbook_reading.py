"""A table read from a workbook as if it were CSV: values only, nothing recalculated, nothing executed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from kit.csv_reading import CsvData, CsvRow
from kit.environment import environment
from kit.errors import Finding, InvalidFile, Place

MOST_ROWS = 100_000
MOST_BYTES = 50 * 1024 * 1024
"""Of the unpacked sheets: a workbook is a zip, and a small one can unpack without end."""


def read_workbook(path: Path, columns: Sequence[str]) -> CsvData:
    """Return the rows of the first sheet of a workbook, whose first row names the columns; others are left alone.

    A cell that holds a formula is a finding: nobody can tell what it was worth.

    Raises:
        InvalidFile: no workbook, too large, or a header that is not the one expected.
    """
    where = Place(str(path))
    with environment(path), _opened(path) as book:
        rows = _rows(book.worksheets[0], where)
    header = [text_of(value).strip() for value in rows[0]] if rows else []
    while header and not header[-1]:
        header.pop()
    if any(header.count(name) != 1 for name in columns):
        raise InvalidFile(
            Finding("workbook.header", where, {"columns": list(columns), "found": header or "—"})
        )
    data = CsvData()
    for number, cells in enumerate(rows[1:], start=2):
        if any(value not in (None, "") for value in cells):
            data.rows.append(_row(number, cells, header, data, where))
    return data


def _row(number: int, cells: Sequence[Any], header: Sequence[str], data: CsvData, where: Place) -> CsvRow:
    values: dict[str, str] = {}
    whole = True
    for name, value in zip(header, cells, strict=False):
        if is_formula(value) and name != "comment":
            data.findings.append(Finding("workbook.formula", Place(where.file, number, field=name)))
            whole = False
        values[name] = text_of(value).strip()
    return CsvRow(number, {name: values.get(name, "") for name in header}, whole)


def read_sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the cells of each sheet of a workbook, as they are written: a formula is its text.

    Raises:
        InvalidFile: no workbook, or too large.
    """
    with environment(path), _opened(path) as book:
        return {sheet.title: _rows(sheet, Place(str(path), item=sheet.title)) for sheet in book.worksheets}


def is_formula(value: Any) -> bool:
    """Whether a cell holds a formula, or a text that would be one."""
    return isinstance(value, str) and value.startswith("=")


def text_of(value: Any) -> str:
    """Return a cell as the text a person sees."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _rows(sheet: Any, where: Place) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what the file says of its own size is not to be believed
    rows = list(islice(sheet.iter_rows(values_only=True), MOST_ROWS + 2))
    if len(rows) > MOST_ROWS + 1:
        raise InvalidFile(Finding("workbook.too_long", where, {"most": MOST_ROWS}))
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    where = Place(str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_BYTES:
                raise InvalidFile(Finding("workbook.too_large", where))
        book = load_workbook(path, read_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise InvalidFile(Finding("workbook.none", where)) from error
