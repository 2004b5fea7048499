"""From what a trainer has (a DataFrame, a matplotlib figure, a text) to the content of an annex.

Cells of a table are rounded here, once: what is printed, what the CSV and XLSX hold and what a candidate
can compute from are the same numbers.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from kit.cases.pieces import Column, Content, FigureContent, TableContent, TextContent
from kit.errors import AuthorError, Finding, Place
from kit.french import NBSP, number, rounded
from kit.referentiel.reglement import exact_text

MAX_NUMBER = 10**15
"""A spreadsheet keeps 15 digits (IEEE 754): a number of an annex or of a corrigé stays below."""
_MISSING = ("NaTType", "NAType")
_FORMAT = re.compile(r"^(texte|nombre|[^\d:\s][^\d:]{0,11})(?::(\d))?$")


def content_of(
    value: Any, annex: str, alt: str, formats: Mapping[str, str], data: Any = None, row_headers: bool = True
) -> Content:
    """Return the content of an annex.

    Args:
        value: a pandas DataFrame, a matplotlib Figure, or Markdown text.
        annex: the annex's id, for messages.
        alt: the text that replaces a figure.
        formats: format of columns by name: « texte », « nombre:1 », « €:2 », « %:1 »…
        data: the DataFrame a figure was drawn from.
        row_headers: whether the first column of a table heads its rows.

    Raises:
        AuthorError: not a kind we know, or a column or format that does not exist.
    """
    if isinstance(value, str):
        return TextContent(text=value)
    if hasattr(value, "savefig"):
        table = None if data is None else _table(data, annex, _formats(data, formats), row_headers)
        return FigureContent(svg=svg_of(value), alt=alt, data=table)
    if hasattr(value, "columns") and hasattr(value, "itertuples"):
        return _table(value, annex, _formats(value, formats), row_headers)
    raise AuthorError.of("annexe.kind", Place(item=annex), id=annex, kind=type(value).__name__)


def _formats(frame: Any, given: Mapping[str, str]) -> dict[str, str]:
    """Return the formats of a table's columns: those the table itself carries, then those given."""
    carried = getattr(frame, "attrs", {}).get("formats", {})
    names = {str(name) for name in (*frame.columns, *frame.index.names)}
    return {**{name: form for name, form in carried.items() if name in names}, **given}


def svg_of(figure: Any) -> str:
    """Return a matplotlib figure as SVG text; the same figure gives the same text."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    trim = (
        None if figure.get_layout_engine() else "tight"
    )  # a layout engine leaves nothing to trim: one drawing less
    with mpl.rc_context({"svg.hashsalt": "kit", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches=trim)
    plt.close(figure)
    return buffer.getvalue()


def _table(frame: Any, annex: str, formats: Mapping[str, str], row_headers: bool) -> TableContent:
    headed = [*_index_columns(frame), *_own_columns(frame)]
    names = [name for name, _ in headed]
    findings = list(_shape_findings(frame, names, annex))
    findings += [
        Finding("annexe.column", Place(item=annex), {"id": annex, "column": name, "known": names})
        for name in formats
        if name not in names
    ]
    columns, cells = [], []
    for name, values in headed:
        column, column_cells, problems = _column(name, values, formats.get(name), annex)
        columns.append(column)
        cells.append(column_cells)
        findings += problems
    if findings:
        raise AuthorError(*findings)
    return TableContent(columns=tuple(columns), rows=tuple(zip(*cells, strict=True)), row_headers=row_headers)


def _own_columns(frame: Any) -> Iterator[tuple[str, list[Any]]]:
    for rank, name in enumerate(frame.columns):
        yield ("" if _empty(name) else str(name)), frame.iloc[:, rank].tolist()


def _index_columns(frame: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield the levels of the rows' labels as columns, unless they are only the rows' ranks."""
    if any(name is not None for name in frame.index.names):
        for rank, name in enumerate(frame.index.names):
            yield ("" if name is None else str(name)), frame.index.get_level_values(rank).tolist()


def _shape_findings(frame: Any, names: list[str], annex: str) -> Iterator[Finding]:
    """Yield what would be lost or unreadable: labels of rows without a title, headers empty or given twice."""
    where, fields = Place(item=annex), {"id": annex}
    if not len(frame) or not names:
        yield Finding("annexe.empty", where, fields)
    if frame.columns.nlevels > 1:
        yield Finding("annexe.header_levels", where, fields)
    if frame.index.nlevels > 1 or frame.index.names[0] is not None:
        unnamed = any(name is None for name in frame.index.names)
    else:
        labels = frame.index.tolist()
        unnamed = len(names) > 0 and not _are_ranks(labels)
    if unnamed:
        shown = ", ".join(str(label) for label in frame.index.tolist()[:3])
        yield Finding("annexe.row_labels", where, {**fields, "labels": shown})
    if any(not name.strip() for name in names) and not unnamed:
        yield Finding("annexe.header_empty", where, fields)
    for name in sorted({name for name in names if name.strip() and names.count(name) > 1}):
        yield Finding("annexe.header_twice", where, {**fields, "column": name})


def _are_ranks(labels: list[Any]) -> bool:
    """Tell whether unnamed labels are the ranks pandas gives rows by itself, sorted or not: they mean nothing."""
    return all(type(label) is int for label in labels) and sorted(labels) == list(range(len(labels)))


def _column(
    name: str, values: list[Any], wanted: str | None, annex: str
) -> tuple[Column, list[str | None], list[Finding]]:
    fields = {"id": annex, "column": name, "format": wanted}
    if wanted is None:
        wanted = "nombre" if values and all(_is_number(v) or _empty(v) for v in values) else "texte"
    match = _FORMAT.match(wanted)
    if match is None:
        return Column(name=name), [None] * len(values), [Finding("annexe.format", Place(item=annex), fields)]
    unit = match[1]
    findings = [
        Finding("annexe.unusable_number", Place(item=annex), {**fields, "value": brief(value)})
        for value in values
        if is_unusable(value)
    ]
    if findings:
        return Column(name=name), [None] * len(values), findings
    if unit == "texte":
        return Column(name=name), [None if _empty(value) else str(value) for value in values], []
    places = int(match[2]) if match[2] else (None if unit == "nombre" else 0)
    cells: list[str | None] = []
    for value in values:
        try:
            cells.append(None if _empty(value) else _cell(value, unit, places))
        except (InvalidOperation, ValueError, TypeError):
            bad = {**fields, "value": brief(value)}
            findings.append(Finding("annexe.not_number", Place(item=annex), bad))
            cells.append(None)
    return Column(name=name, kind="number", places=places, unit=_unit(unit)), cells, findings


def _unit(word: str) -> str | None:
    return None if word == "nombre" else word


def _cell(value: Any, unit: str, places: int | None) -> str:
    exact = exact_number(value) * (100 if unit == "%" else 1)
    if places is None:
        return exact_text(Fraction(rounded(exact, 6)))
    return str(rounded(exact, places))


def exact_number(value: Any) -> Fraction:
    """Return any number (int, float, Decimal, numpy scalar, amount, ratio) exactly.

    Raises:
        ValueError: not a number, or not a finite one.
    """
    for attribute in ("amount", "ratio"):
        value = getattr(value, attribute, value)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Decimal | float) and not math.isfinite(value):
        raise ValueError(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(repr(float(value)))
    if hasattr(value, "item"):
        return exact_number(value.item())
    raise ValueError(value)


def _is_number(value: Any) -> bool:
    try:
        exact_number(value)
    except (ValueError, TypeError):
        return False
    return True


def usable_number(value: Any) -> Fraction:
    """Return a number exactly, when a spreadsheet can hold it.

    Raises:
        ValueError: not a number, not a finite one, or beyond 15 digits.
    """
    exact = exact_number(value)
    if abs(exact) >= MAX_NUMBER:
        raise ValueError(value)
    return exact


def is_unusable(value: Any) -> bool:
    """Tell whether a value is a number no document can hold: infinite, undefined, or beyond 15 digits."""
    if _empty(value) or isinstance(value, str):
        return False
    for attribute in ("amount", "ratio"):
        value = getattr(value, attribute, value)
    try:
        if not math.isfinite(value):
            return True
    except OverflowError:
        return True
    except (TypeError, ValueError):
        return False
    return _is_number(value) and abs(exact_number(value)) >= MAX_NUMBER


def brief(value: Any) -> str:
    """Return a value as a message shows it: at most 40 signs, whatever it is."""
    try:
        text = str(value)
    except ValueError:  # a whole number of thousands of digits
        return "…"
    return text if len(text) <= 40 else f"{text[:39]}…"


def _empty(value: Any) -> bool:
    """Tell whether a cell is empty, in the ways pandas and numpy write it."""
    return value is None or type(value).__name__ in _MISSING or (isinstance(value, float) and value != value)


def cell_text(column: Column, cell: str | None, empty: str = "–") -> str:
    """Return a cell as it is printed: French number with its sign of percentage, or the text."""
    if cell is None:
        return empty
    if column.kind == "text":
        return cell
    places = column.places
    shown = number(Fraction(cell), places)
    return f"{shown}{NBSP}%" if column.unit == "%" else shown


def header_text(column: Column) -> str:
    """Return a column's header with its unit when the name does not already say it."""
    if column.unit and column.unit not in column.name:
        return f"{column.name} ({column.unit})"
    return column.name


def markdown_table(table: TableContent, empty: str = "–") -> str:
    """Return a table as Markdown, as the trainer sees it in the notebook."""

    def row(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    marks = ["---:" if column.kind == "number" else "---" for column in table.columns]
    lines = [row(header_text(column) for column in table.columns), row(marks)]
    lines += [
        row(cell_text(column, cell, empty) for column, cell in zip(table.columns, cells, strict=True))
        for cells in table.rows
    ]
    return "\n".join(lines)
