"""Annexes: as blocks of a document, as CSV, and as one workbook for the candidate's spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, Protocol

from kit.cases.contents import header_text
from kit.cases.pieces import Column, Content, FigureContent, TableContent, TextContent
from kit.documents.markdown import blocks, inlines
from kit.documents.model import PEN_ROOM, Block, Fields, Figure, Heading, Paragraph, Table, text
from kit.documents.packaging import NO_DATE, stable_zip
from kit.documents.wording import FRENCH, Wording
from kit.messages import label
from kit.writing import csv_text

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 12},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"},
    "text": {},
}


class AnyAnnex(Protocol):
    """An annex, as the candidate or the marker has it."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def to_return(self) -> bool: ...  # noqa: D102
    @property
    def content(self) -> Content: ...  # noqa: D102


def annex_blocks(annex: AnyAnnex, words: Wording = FRENCH, level: int = 2) -> tuple[Block, ...]:
    """Return an annex as blocks: its title, its content, its source."""
    key = "doc.annexe_to_return" if annex.to_return else "doc.annexe"
    heading = Heading(level, text(words.label(key, id=annex.id, title=annex.title)))
    number = (Fields(((label("grid.copy"), None),)),) if annex.to_return else ()
    return (heading, *number, *_content(annex, words, level), *_source(annex, words))


def _source(annex: AnyAnnex, words: Wording) -> tuple[Block, ...]:
    if not annex.source:
        return ()
    said = words.label("doc.source", source=annex.source)
    return (Paragraph(inlines(f"*{said}*", language=words.language), note=True),)


def _content(annex: AnyAnnex, words: Wording, level: int) -> tuple[Block, ...]:
    match annex.content:
        case TableContent() as table:
            return (form_block(table, words) if annex.to_return else table_block(table, words),)
        case FigureContent(svg=svg, alt=alt):
            return (Figure(svg.encode(), "svg", alt),)
        case TextContent(text=body):
            return blocks(body, base_level=level + 1, language=words.language)
    return ()


def table_block(table: TableContent, words: Wording = FRENCH, empty: str = "–") -> Table:
    """Return a table annex as a table block, numbers right-aligned and written as the language wants."""
    return Table(
        header=tuple(text(header_text(column)) for column in table.columns),
        rows=tuple(
            tuple(
                text(words.cell(column, cell, empty)) for column, cell in zip(table.columns, row, strict=True)
            )
            for row in table.rows
        ),
        align=tuple("right" if column.kind == "number" else "left" for column in table.columns),
        caption=None,
        row_headers=table.row_headers,
    )


def form_block(table: TableContent, words: Wording = FRENCH) -> Table:
    """Return a table annex to fill in and return: nothing stands in the empty boxes, each has room for a pen."""
    return replace(table_block(table, words, empty=""), form=PEN_ROOM)


def annex_tables(annexes: Iterable[AnyAnnex]) -> Iterator[tuple[AnyAnnex, TableContent]]:
    """Yield the annexes that hold data: tables, and the data of figures."""
    for annex in annexes:
        table = (
            annex.content if isinstance(annex.content, TableContent) else getattr(annex.content, "data", None)
        )
        if isinstance(table, TableContent):
            yield annex, table


def table_csv(table: TableContent) -> str:
    """Return a table as CSV for a French spreadsheet: semicolons, decimal commas, units in the header."""
    rows = [
        [_csv_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    return csv_text([_inert(header_text(column)) for column in table.columns], rows, delimiter=";")


def _csv_cell(column: Column, cell: str | None) -> str:
    if cell is None:
        return ""
    if column.kind == "number":
        return cell.replace(".", ",")
    return _inert(cell)


def _inert(words: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before what looks like one.

    Source: OWASP, CSV Injection (leading = + - @, tab, carriage return, line feed).
    """
    # A bare carriage return would end the row: the CSV writer does not quote it.
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{words}" if _looks_like_formula(words) else words


def _looks_like_formula(words: str) -> bool:
    return len(words) > 1 and words[0] in "=+-@\t\r\n"


def annex_workbook(annexes: Iterable[AnyAnnex], title: str) -> bytes | None:
    """Return the data of the annexes as one XLSX, a sheet an annex, or None when there are none."""
    import xlsxwriter

    found = list(annex_tables(annexes))
    if not found:
        return None
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "author": "", "comments": "", "created": NO_DATE})
    formats: dict[str, Any] = {}
    for annex, table in found:
        sheet = book.add_worksheet(annex.id[:31])
        _fill(book, sheet, annex, table, formats)
    book.close()
    return stable_zip(buffer.getvalue())


def _fill(book: Any, sheet: Any, annex: AnyAnnex, table: TableContent, formats: dict[str, Any]) -> None:
    title = label("doc.annexe", id=annex.id, title=annex.title)
    _write(book, sheet, (0, 0), title, formats, "title")
    _write(book, sheet, (1, 0), label("doc.source", source=annex.source) if annex.source else "", formats)
    for at, column in enumerate(table.columns):
        _write(book, sheet, (3, at), header_text(column), formats, "head")
        width = max([len(header_text(column)), *(len(row[at] or "") for row in table.rows)])
        sheet.set_column(at, at, min(48, max(10, width + 2)))
    for down, row in enumerate(table.rows, start=4):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if cell is None:
                continue
            if column.kind == "number":
                sheet.write_number(down, at, float(Fraction(cell)), _number_format(book, column, formats))
            else:
                _write(book, sheet, (down, at), cell, formats)
    sheet.freeze_panes(4, 1 if table.row_headers else 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def _write(
    book: Any, sheet: Any, at: tuple[int, int], words: str, formats: dict[str, Any], style: str = "text"
) -> None:
    """Write text; what looks like a formula is marked as text, so that editing the cell does not run it."""
    name = f"{style} inert" if _looks_like_formula(words) else style
    if name not in formats:
        formats[name] = book.add_format({**_STYLES[style], "quote_prefix": name != style})
    sheet.write_string(*at, words, formats[name])


def _number_format(book: Any, column: Column, formats: dict[str, Any]) -> Any:
    decimals = "" if not column.places else "." + "0" * column.places
    pattern = f"# ##0{decimals}" if column.places is not None else "General"
    if pattern not in formats:
        formats[pattern] = book.add_format({"num_format": pattern})
    return formats[pattern]
