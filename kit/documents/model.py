"""The neutral document: what a page says, before any format. Frozen values, built once, written many times.

Inline text and blocks are few on purpose: what every format (PDF, DOCX, HTML, linear text) can carry with
its meaning. Numbers, points and codes are text here; layout belongs to the writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "right", "center"]


# Inline -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A run of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Important text (bold)."""

    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Stressed text (italic)."""

    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Literal text: a formula of a spreadsheet, a code."""

    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A forced new line inside a paragraph."""


@dataclass(frozen=True, slots=True)
class PageCount:
    """How many pages the whole document has, known only once it is laid out."""


Inline = Text | Strong | Emphasis | Code | LineBreak | PageCount
Inlines = tuple[Inline, ...]


# Blocks -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. `level` is 1 to 5 below the document's title; levels are never skipped."""

    level: int
    content: Inlines


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. A `note` belongs to the block before it and stays with it: the source of a table."""

    content: Inlines
    note: bool = False


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list. Each item is a sequence of blocks."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody else: a verbatim, an extract."""

    content: tuple[Block, ...]


PEN_ROOM = 9.0
"""Height of a box in which a word or a figure is written by hand, in millimetres."""

NOTE_ROOM = 21.0
"""Height of a box in which a few lines are written by hand, in millimetres."""


@dataclass(frozen=True, slots=True)
class Table:
    """A data table with its header row.

    `row_headers` says that the first cell of each row heads the row. `widths` are shares of the page width
    (any positive numbers), or None to let the writer choose. `caption` names the table for everyone. A `form` is
    filled in by hand: it is ruled, its boxes are large enough to tick, an empty box is `form` millimetres high at
    least; 0 for a table to read.
    """

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    align: tuple[Align, ...]
    caption: str | None = None
    widths: tuple[float, ...] | None = None
    row_headers: bool = False
    form: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with the text that replaces it. `content` is SVG (UTF-8) or PNG bytes."""

    content: bytes
    format: Literal["svg", "png"]
    alt: str
    caption: str | None = None
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A framed group of blocks: instructions, a situation, what is asked, a note for markers."""

    kind: Literal["notice", "task", "marker", "info"]
    content: tuple[Block, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """Labelled facts, one a line: on a cover, on a sheet. A value None leaves room to write by hand."""

    rows: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class AnswerLines:
    """Ruled lines to write on, on a sheet to hand in."""

    count: int


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page. It stands in the body itself, never inside another block."""


Block = Heading | Paragraph | ListBlock | Quote | Table | Figure | Box | Fields | AnswerLines | PageBreak


# Document -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page. `headline` is the large line (the title); the rest stands around it."""

    organisation: str
    headline: str
    subtitle: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    notices: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        title: what the file is called by readers (PDF title, window title); without a cover, its first line.
        language: BCP 47 code of the main language ("fr", "en").
        code: short code repeated in each footer.
        stamp: a word stamped on every page (DÉMONSTRATION, PROJET, SPÉCIMEN), or None.
        cover: the first page, or None for a document that starts with its body.
        body: the blocks after the cover.
        landscape: page turned, for wide grids.
        subject: one line for the file's properties; never a person's name.
    """

    title: str
    body: tuple[Block, ...]
    language: str = "fr"
    code: str = ""
    stamp: str | None = None
    cover: Cover | None = None
    landscape: bool = False
    subject: str = ""
    keywords: tuple[str, ...] = field(default=())


def plain(content: Inlines) -> str:
    """Return inline content as plain text; a line break becomes a space, a page count nothing."""
    words = []
    for item in content:
        match item:
            case Text(text) | Code(text):
                words.append(text)
            case Strong(inner) | Emphasis(inner):
                words.append(plain(inner))
            case LineBreak():
                words.append(" ")
    return "".join(words)


def text(words: str) -> Inlines:
    """Return plain words as inline content."""
    return (Text(words),) if words else ()


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield every block in reading order, each before those it holds."""
    for block in blocks:
        yield block
        match block:
            case ListBlock(items):
                for item in items:
                    yield from walk(item)
            case Quote(content) | Box(content=content):
                yield from walk(content)


def all_blocks(document: Document) -> Iterator[Block]:
    """Yield every block of a document, the cover's notices first."""
    if document.cover is not None:
        yield from walk(document.cover.notices)
    yield from walk(document.body)


def words_of(block: Block) -> Iterator[str]:
    """Yield the texts a block shows itself, without those of the blocks it holds."""
    match block:
        case Heading(content=content) | Paragraph(content):
            yield plain(content)
        case Table(header, rows):
            yield block.caption or ""
            yield from (plain(cell) for row in (header, *rows) for cell in row)
        case Figure():
            yield block.caption or ""
        case Box():
            yield block.title or ""
        case Fields(rows=facts):
            yield from (word for pair in facts for word in pair if word)


def all_words(document: Document) -> Iterator[str]:
    """Yield every text a reader sees in a document, in reading order except for running heads."""
    yield from (document.title, document.code, document.stamp or "")
    if document.cover is not None:
        cover = document.cover
        yield from (cover.organisation, cover.headline, cover.subtitle or "")
        yield from (word for fact in cover.facts for word in fact)
    for block in all_blocks(document):
        yield from words_of(block)
