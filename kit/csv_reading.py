"""Reading CSV files as spreadsheets write them: every row that can be read, and every problem with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit.errors import Finding, InvalidFile, Place
from kit.messages import label
from kit.reading import read_text

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One data row of a CSV file, with its line number in the file (from 1).

    A row that is not `whole` has too few or too many cells: its values are a guess, good for its id alone.
    """

    line: int
    values: Mapping[str, str]
    whole: bool = True


@dataclass(slots=True)
class CsvData:
    """What a CSV file gave; `complete` is false when rows are missing because they could not be read."""

    rows: list[CsvRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True


def read_csv(path: Path, columns: Sequence[str]) -> CsvData:
    """Return the rows of a CSV file (comma, semicolon or tabulation, UTF-8 with or without BOM).

    Empty lines and lines that start with `#` are passed over, so that a file can carry its own explanations.

    Args:
        path: the file.
        columns: the header expected; order is free, each exactly once.

    Raises:
        InvalidFile: unreadable, no CSV at all, or its header leaves a doubt on what the rows hold.
    """
    data = CsvData()
    records = iter(read_records(path, data))
    line, header = next(records, (0, []))
    if not header:
        nothing = Finding("csv.no_header", Place(str(path)), {"columns": columns})
        raise InvalidFile(*(data.findings or [nothing]))
    header = [cell.strip() for cell in header]
    _read_header(header, columns, Place(str(path), line), data)
    for start, cells in records:
        whole = len(cells) == len(header)
        if not whole:
            fields = {"count": len(cells), "expected": len(header)}
            data.findings.append(Finding("csv.row_length", Place(str(path), start), fields))
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name in columns}
        data.rows.append(CsvRow(start, values, whole))
    return data


def read_records(path: Path, data: CsvData) -> list[tuple[int, list[str]]]:
    """Return the records of a CSV file, its header too, each with its first line; `data` gets what could not be read.

    Raises:
        InvalidFile: unreadable, or no CSV at all.
    """
    text, where = read_text(path), Place(str(path))
    if "\0" in text:
        raise InvalidFile(Finding("csv.binary", where))
    return list(_records(text, where, data))


def refuse_link(path: Path) -> None:
    """Refuse a link in the place of a file given to be read: what is said of its lines would be another file's.

    Raises:
        InvalidFile: it is a link.
    """
    if path.is_symlink():
        raise InvalidFile(Finding("file.link", Place(str(path))))


def _records(text: str, where: Place, data: CsvData) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with their first line; one that is not CSV is a finding, and the next is tried."""
    first = _first_line(text)
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, lines = 1, text.splitlines(keepends=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            length = sum(map(len, lines[line - 1 : reader.line_num]))
            code = "csv.too_long" if length > csv.field_size_limit() else "csv.syntax"
            data.findings.append(Finding(code, Place(where.file, line), {"limit": csv.field_size_limit()}))
            data.complete = False
            cells = []
        start, line = line, reader.line_num + 1
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield start, cells


def _first_line(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return next(lines, "")


def _read_header(header: list[str], columns: Sequence[str], where: Place, data: CsvData) -> None:
    """Add what is wrong with the header to `data`.

    Raises:
        InvalidFile: a column is missing or written twice: the rows cannot be read.
    """
    missing = [name for name in columns if name not in header]
    named = [name or label("csv.untitled", number=i) for i, name in enumerate(header, start=1)]
    unknown = [name for name in named if name not in columns]
    twice = sorted({name for name in named if named.count(name) > 1})
    for code, names in (
        ("csv.missing_columns", missing),
        ("csv.unknown_columns", unknown),
        ("csv.repeated_columns", twice),
    ):
        if names:
            data.findings.append(Finding(code, where, {"columns": names, "known": columns}))
    if missing or twice:
        raise InvalidFile(*data.findings)
