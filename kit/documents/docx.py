"""A Document as a Word file: real styles, header rows, replacement texts, fields for page numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx as word
from docx.document import Document as WordFile
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from kit.documents import docx_styles as styles
from kit.documents.characters import exactly, flowing, ordinal_pieces
from kit.documents.check import check
from kit.documents.docx_parts import (
    Numbering,
    add_field,
    add_paragraph,
    border,
    dress_cell,
    give_style,
    keep_row_whole,
    paragraph_borders,
    repeat_row,
    replacement_text,
    table_properties,
)
from kit.documents.keeping import with_stay
from kit.documents.look import STANDARD, Look
from kit.documents.model import (
    AnswerLines,
    Block,
    Box,
    Code,
    Cover,
    Document,
    Emphasis,
    Fields,
    Figure,
    Heading,
    Inlines,
    LineBreak,
    ListBlock,
    PageBreak,
    PageCount,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
)
from kit.documents.packaging import stable_zip
from kit.documents.png import is_whole, size
from kit.documents.raster import png
from kit.documents.tables import column_aligns, column_widths
from kit.documents.typesetting import MONOSPACE
from kit.errors import AuthorError, KitBug, raise_for
from kit.messages import label

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
_POINT = 25.4 / 72
_CHARACTER = 0.58
"""Width of an average character as a share of the size, for the widest font Word may put in place of ours."""

Place = WordFile | _Cell
"""Where blocks are written: the page, or the cell of a box."""


def docx(document: Document, look: Look = STANDARD, *, pages: int = 1) -> bytes:
    """Return the document as a Word file; the same document gives the same bytes.

    Args:
        document: what to write.
        look: how it looks.
        pages: the number of pages shown until the word processor has counted them: that of the PDF.

    Raises:
        AuthorError: what `check` finds, or a figure that cannot be read.
    """
    raise_for(check(document), AuthorError)
    file = word.Document()
    styles.prepare(file, document, look)
    _running_parts(file, document, look, pages)
    writer = _Writer(Numbering(file), look, look.text_width(landscape=document.landscape), pages)
    writer.limit = look.text_height(landscape=document.landscape) * 0.8
    if document.cover is None:
        add_paragraph(file, "Title", flowing(document.title))
    else:
        writer.cover(file, document.cover, document.code)
    writer.blocks(file, document.body, writer.width)
    buffer = io.BytesIO()
    file.save(buffer)
    return stable_zip(buffer.getvalue())


def _running_parts(file: WordFile, document: Document, look: Look, pages: int) -> None:
    section = file.sections[0]
    if document.stamp:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        head.add_run(flowing(document.stamp)).bold = True
    foot = section.footer.paragraphs[0]
    edge = Mm(look.text_width(landscape=document.landscape))
    foot.paragraph_format.tab_stops.add_tab_stop(edge, WD_TAB_ALIGNMENT.RIGHT)
    paragraph_borders(foot, border("top", 0.5, look.rule, gap=4))
    foot.add_run(f"{flowing(document.code)}\t{label('documents.page')} ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" / ")
    add_field(foot, "NUMPAGES", str(pages))


class _Writer:
    """Writes blocks into a Word file. Holds the lists already numbered and how deep the current one is."""

    def __init__(self, numbering: Numbering, look: Look, width: float, pages: int) -> None:
        self.numbering, self.look, self.width, self.pages = numbering, look, width, pages
        self.limit = 200.0
        self.depth = 0
        self.page_pending = False

    def cover(self, file: WordFile, cover: Cover, code: str) -> None:
        line = add_paragraph(file, styles.ORGANISATION, flowing(cover.organisation))
        line.paragraph_format.tab_stops.add_tab_stop(Mm(self.width), WD_TAB_ALIGNMENT.RIGHT)
        line.add_run(f"\t{flowing(code)}")
        paragraph_borders(line, border("bottom", 1, self.look.accent, gap=6))
        title = add_paragraph(file, "Title", flowing(cover.headline))
        title.paragraph_format.space_before = Pt(self.look.size * 5)
        if cover.subtitle:
            add_paragraph(file, "Subtitle", flowing(cover.subtitle))
        self.fields(file, cover.facts, self.width, ruled=True)
        spacer = file.add_paragraph()
        spacer.paragraph_format.space_after = Pt(self.look.size * 2)
        self.blocks(file, cover.notices, self.width)
        self.page_pending = True

    def blocks(self, place: Place, blocks: Sequence[Block], width: float) -> None:
        for block, stay in with_stay(blocks, width / (self.look.size * _POINT * _CHARACTER)):
            before = len(place.paragraphs)
            if isinstance(block, PageBreak):
                self.page_pending = True
            elif self.page_pending:
                self.page_pending = False
                self.on_new_page(place, block, width)
            else:
                self.block(place, block, width)
            if stay:
                self.keep_with_next(place, block, before)

    @staticmethod
    def keep_with_next(place: Place, block: Block, before: int) -> None:
        """Keep a block on the page of the next one; the rows of a table are tied to each other."""
        for paragraph in place.paragraphs[before:]:
            paragraph.paragraph_format.keep_with_next = True
        if isinstance(block, Table):
            for row in place.tables[-1].rows:
                row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True

    def on_new_page(self, place: Place, block: Block, width: float) -> None:
        """Write a block that starts a page: as a property of its paragraph, which leaves no empty line."""
        if isinstance(block, Heading | Paragraph):
            self.block(place, block, width)
            place.paragraphs[-1].paragraph_format.page_break_before = True
        else:
            place.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            self.block(place, block, width)

    def block(self, place: Place, block: Block, width: float) -> None:
        match block:
            case Heading(level, content):
                self.line(add_paragraph(place, f"Heading {level}"), content)
            case Paragraph(content):
                self.line(place.add_paragraph(), content)
            case ListBlock():
                self.list(place, block, width)
            case Quote(content):
                self.quote(place, content, width)
            case Table():
                self.table(place, block, width)
            case Figure():
                self.figure(place, block, width)
            case Box():
                self.box(place, block, width)
            case Fields(rows):
                self.fields(place, rows, width)
            case AnswerLines(count):
                self.answer_lines(place, count)

    def line(
        self, paragraph: WordParagraph, content: Inlines, *, bold: bool = False, italic: bool = False
    ) -> None:
        for item in content:
            match item:
                case Text(words):
                    self.run(paragraph, flowing(words), bold=bold, italic=italic)
                case Code(words):
                    run = paragraph.add_run(exactly(words))
                    run.bold, run.italic, run.font.name = bold or None, italic or None, MONOSPACE
                case Strong(inner):
                    self.line(paragraph, inner, bold=True, italic=italic)
                case Emphasis(inner):
                    self.line(paragraph, inner, bold=bold, italic=True)
                case LineBreak():
                    paragraph.add_run().add_break()
                case PageCount():
                    add_field(paragraph, "NUMPAGES", str(self.pages))

    @staticmethod
    def run(paragraph: WordParagraph, words: str, *, bold: bool, italic: bool) -> None:
        for piece, raised in ordinal_pieces(words):
            run = paragraph.add_run(piece)
            # None leaves the style's own weight: a heading stays bold.
            run.bold, run.italic = bold or None, italic or None
            run.font.superscript = raised or None

    def list(self, place: Place, block: ListBlock, width: float) -> None:
        number = self.numbering.new_list(self.depth, block.start, ordered=block.ordered)
        style = "List Number" if block.ordered else "List Bullet"
        for item in block.items:
            first, rest = (item[0], item[1:]) if item else (Paragraph(()), ())
            opening = first if isinstance(first, Paragraph) else Paragraph(())
            paragraph = add_paragraph(place, style)
            self.numbering.join(paragraph, number, self.depth)
            self.line(paragraph, opening.content)
            self.depth += 1
            others = rest if opening is first else item
            for inner in others:
                start = len(place.paragraphs)
                self.block(place, inner, width)
                if isinstance(inner, Paragraph):
                    place.paragraphs[start].paragraph_format.left_indent = Mm(8 * self.depth)
            self.depth -= 1

    def quote(self, place: Place, content: Sequence[Block], width: float) -> None:
        for inner in content:
            if isinstance(inner, Paragraph):
                self.line(add_paragraph(place, "Quote"), inner.content)
            else:
                self.block(place, inner, width)

    def table(self, place: Place, table: Table, width: float) -> None:
        if table.caption:
            add_paragraph(place, "Caption", flowing(table.caption))
        grid = place.add_table(len(table.rows) + 1, len(table.header))
        look = self.look
        edges = [border("top", 1, look.ink), border("bottom", 1, look.ink), border("insideH", 0.4, look.rule)]
        if table.form:  # in the order of the schema: top, left, bottom, right, inside
            left, right, inside = (border(side, 0.4, look.rule) for side in ("left", "right", "insideV"))
            edges = [edges[0], left, edges[1], right, edges[2], inside]
        table_properties(
            grid, *edges, padding=100, title=table.caption, first_row=True, first_column=table.row_headers
        )
        widths = column_widths(table, width, look.size * look.table_size * _POINT * _CHARACTER)
        _set_widths(grid, widths)
        aligns = column_aligns(table)
        for number, (row, words) in enumerate(zip(grid.rows, (table.header, *table.rows), strict=True)):
            keep_row_whole(row)
            for column, (cell, content) in enumerate(zip(row.cells, words, strict=True)):
                cell.width = Mm(widths[column])
                paragraph = cell.paragraphs[0]
                give_style(paragraph, styles.CELL)
                paragraph.alignment = _ALIGN[aligns[column]]
                self.line(paragraph, content, bold=number == 0 or (column == 0 and table.row_headers))
                if number == 0:
                    paragraph.paragraph_format.keep_with_next = True
                    dress_cell(cell, border("bottom", 0.75, look.ink))
            if table.form and number:
                row.height, row.height_rule = Mm(table.form), WD_ROW_HEIGHT_RULE.AT_LEAST
        repeat_row(grid.rows[0])
        self.table_gap(place)

    def figure(self, place: Place, figure: Figure, width: float) -> None:
        content = figure.content if figure.format == "png" else png(figure.content)
        if not is_whole(content):
            raise KitBug("the picture made from an SVG is not a PNG")
        if figure.caption:
            add_paragraph(place, "Caption", flowing(figure.caption))
        pixels_wide, pixels_high = size(content)
        wide = min(width * min(figure.width, 1.0), self.limit * pixels_wide / pixels_high)
        paragraph = place.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture = paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(wide))
        replacement_text(picture, flowing(figure.alt))

    def box(self, place: Place, box: Box, width: float) -> None:
        look = self.look
        frame = place.add_table(1, 1)
        edges = {
            "notice": [border(side, 0.8, look.ink) for side in ("top", "left", "bottom", "right")],
            "task": [border("left", 3, look.accent)],
            "marker": [border(side, 0.9, look.rule, "dashed") for side in ("top", "left", "bottom", "right")],
            "info": [],
        }[box.kind]
        table_properties(frame, *edges, padding=200, title=box.title, first_row=False, first_column=False)
        _set_widths(frame, [width])
        cell = frame.rows[0].cells[0]
        dress_cell(cell, fill=look.tint if box.kind in ("task", "info") else None)
        opening = cell.paragraphs[0]
        if box.title:
            give_style(opening, styles.BOX_TITLE)
            opening.add_run(flowing(box.title))
        self.blocks(cell, box.content, width - 8)
        if not box.title and len(cell.paragraphs) > 1:
            opening._p.getparent().remove(opening._p)  # noqa: SLF001 - python-docx opens each cell with one
        cell.paragraphs[-1].paragraph_format.space_after = Pt(look.size * 0.3)
        self.table_gap(place)

    def fields(
        self, place: Place, rows: Sequence[tuple[str, str | None]], width: float, *, ruled: bool = False
    ) -> None:
        for name, value in rows:
            paragraph = add_paragraph(place, styles.FACT)
            paragraph.add_run(flowing(name)).bold = True
            stops = paragraph.paragraph_format.tab_stops
            stops.add_tab_stop(Mm(width * 0.34))
            paragraph.paragraph_format.left_indent = Mm(width * 0.34)
            paragraph.paragraph_format.first_line_indent = Mm(-width * 0.34)
            if value is None:
                stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES)
            paragraph.add_run("\t\t" if value is None else "\t")
            self.run(paragraph, flowing(value or ""), bold=False, italic=False)
            if ruled:
                edges = [border(side, 0.5, self.look.rule, gap=3) for side in ("top", "bottom", "between")]
                paragraph_borders(paragraph, *edges)

    def answer_lines(self, place: Place, count: int) -> None:
        for _ in range(count):
            paragraph = add_paragraph(place, styles.ANSWER_LINE)
            edges = [border(side, 0.5, self.look.rule) for side in ("bottom", "between")]
            paragraph_borders(paragraph, *edges)
        self.gap(place)

    def table_gap(self, place: Place) -> None:
        # In a cell python-docx has already added the paragraph that must follow a table.
        if not isinstance(place, _Cell):
            self.gap(place)

    def gap(self, place: Place) -> None:
        """Separate tables and ruled lines from what follows: Word joins those that touch."""
        paragraph = place.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(self.look.size * 0.8)


def _set_widths(table: WordTable, widths: Sequence[float]) -> None:
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
