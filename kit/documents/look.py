"""How a document looks, for every writer: fonts, sizes, spaces, colours. One frozen value, no layout code.

A version adapted for a candidate (large print, another font, wider spaces) is another `Look` of the same
`Document`; nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

PAGE_WIDTH = 210.0
PAGE_HEIGHT = 297.0
"""A4 (ISO 216), in millimetres."""


@dataclass(frozen=True, slots=True)
class Margins:
    """The white around the text, in millimetres."""

    top: float = 24.0
    right: float = 22.0
    bottom: float = 24.0
    left: float = 22.0


@dataclass(frozen=True, slots=True)
class Look:
    """The parameters of a page.

    Attributes:
        font: family of the text. Its files come from the kit, or from `font_folders`.
        font_folders: further folders that hold font files.
        size: size of the text, in points.
        line_height: distance between two lines of text, as a multiple of the size.
        paragraph_gap: white between paragraphs, as a multiple of the size.
        letter_spacing: white added between letters, as a multiple of the size.
        word_spacing: width of a space, as a multiple of the font's own.
        justify: whether both edges of a paragraph are straight.
        hyphenate: whether words may be cut at the end of a line.
        headings: sizes of heading levels 1 to 5, as multiples of the size.
        table_size: size of the text of tables, as a multiple of the size.
        answer_line: distance between two lines to write on, in millimetres (8 mm: a school copy book).
        margins: the white around the text.
        ink: colour of the text.
        accent: colour of titles and of the bars beside what is asked.
        rule: colour of lines.
        tint: colour behind boxes.
        watermark: colour of the stamp written across the page, or None for no watermark.
    """

    font: str = "Lato"
    font_folders: tuple[str, ...] = ()
    size: float = 11.0
    line_height: float = 1.38
    paragraph_gap: float = 0.85
    letter_spacing: float = 0.0
    word_spacing: float = 1.0
    justify: bool = True
    hyphenate: bool = True
    headings: tuple[float, float, float, float, float] = (1.5, 1.22, 1.08, 1.0, 1.0)
    table_size: float = 0.9
    answer_line: float = 8.0
    margins: Margins = Margins()
    ink: str = "#1c1f24"
    accent: str = "#17365d"
    rule: str = "#7d8793"
    tint: str = "#f2f4f7"
    watermark: str | None = "#f1f2f4"

    def text_width(self, *, landscape: bool = False) -> float:
        """Return the width of the text, in millimetres."""
        page = PAGE_HEIGHT if landscape else PAGE_WIDTH
        return page - self.margins.left - self.margins.right

    def text_height(self, *, landscape: bool = False) -> float:
        """Return the height of the text, in millimetres."""
        page = PAGE_WIDTH if landscape else PAGE_HEIGHT
        return page - self.margins.top - self.margins.bottom


STANDARD = Look()
"""The look of an ordinary paper."""

OFFICE = replace(STANDARD, font="Arial", size=10.0)
"""For DOCX: a font that word processors have, or replace by one of the same widths (Liberation Sans)."""

FORM = replace(
    STANDARD,
    size=10.0,
    line_height=1.3,
    justify=False,
    hyphenate=False,
    headings=(1.2, 1.1, 1.05, 1.0, 1.0),
    margins=Margins(top=18.0, right=13.0, bottom=17.0, left=13.0),
)
"""For a sheet to fill in by hand: the most room for the pen, no cut word."""
