"""What must hold in a document before any format is written: names, headings, tables, replacement texts.

Sources: PDF/UA-1 (ISO 14289-1) 7.1, 7.2, 7.3, 7.4.2 and 7.5;
WCAG 2.1, success criteria 1.1.1, 1.3.1, 2.4.2, 3.1.1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kit.documents.model import (
    Document,
    Figure,
    Heading,
    PageBreak,
    Table,
    all_blocks,
    plain,
)
from kit.documents.png import is_whole
from kit.errors import Finding, Place
from kit.messages import label

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def check(document: Document) -> list[Finding]:
    """Return everything that would make the document unusable or inaccessible, in reading order."""
    return [
        *_identity(document),
        *_headings(document),
        *_tables(document),
        *_figures(document),
        *_page_breaks(document),
    ]


def is_blank(words: str) -> bool:
    """Tell whether a text shows nothing: only spaces, controls and marks without a letter to carry them."""
    return all(char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn") for char in words)


def _identity(document: Document) -> Iterator[Finding]:
    if is_blank(document.title) or (document.cover is not None and is_blank(document.cover.headline)):
        yield Finding("document.title_missing")
    if not _LANGUAGE.fullmatch(document.language):
        yield Finding("document.language_unknown", fields={"language": document.language})


def _headings(document: Document) -> Iterator[Finding]:
    level = 0
    for block in all_blocks(document):
        if not isinstance(block, Heading):
            continue
        title = plain(block.content)
        if is_blank(title):
            yield Finding("heading.empty")
        if not 1 <= block.level <= level + 1:
            fields = {"level": block.level, "expected": level + 1}
            yield Finding("heading.skipped", Place(item=f"« {title} »"), fields)
        level = block.level


def _tables(document: Document) -> Iterator[Finding]:
    tables = (block for block in all_blocks(document) if isinstance(block, Table))
    for number, table in enumerate(tables, 1):
        where = Place(item=table.caption or label("documents.table", number=number))
        if not any(not is_blank(plain(cell)) for cell in table.header):
            yield Finding("table.header_missing", where)
        for row, cells in enumerate(table.rows, 1):
            if len(cells) != len(table.header):
                fields = {"row": row, "count": len(cells), "expected": len(table.header)}
                yield Finding("table.ragged", where, fields)


def _figures(document: Document) -> Iterator[Finding]:
    figures = (block for block in all_blocks(document) if isinstance(block, Figure))
    for number, figure in enumerate(figures, 1):
        where = Place(item=figure.caption or label("documents.figure", number=number))
        if is_blank(figure.alt):
            yield Finding("figure.alt_missing", where)
        if not _plausible(figure):
            yield Finding("figure.unreadable", where, {"format": figure.format.upper()})


def _plausible(figure: Figure) -> bool:
    if figure.format == "png":
        return is_whole(figure.content)
    return "<svg" in figure.content.decode("utf-8", "replace")


def _page_breaks(document: Document) -> Iterator[Finding]:
    outside = sum(isinstance(block, PageBreak) for block in document.body)
    if sum(isinstance(block, PageBreak) for block in all_blocks(document)) > outside:
        yield Finding("page_break.nested")
