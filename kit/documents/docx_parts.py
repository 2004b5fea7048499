"""The pieces of WordprocessingML that python-docx has no call for: fields, borders, languages, lists.

Element names and their order follow ECMA-376, part 1, chapter 17.
"""

from __future__ import annotations

from typing import Any, Literal

from docx.document import Document as WordFile
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from kit.documents.characters import flowing

Side = Literal["top", "left", "bottom", "right", "between", "insideH", "insideV"]

_LEVELS = 4


def element(tag: str, **attributes: str) -> Any:
    """Return an element of the main namespace, its attributes too: `element("w:lang", val="fr-FR")`."""
    node = OxmlElement(tag)
    for name, value in attributes.items():
        node.set(qn(f"w:{name}"), value)
    return node


def add_paragraph(place: Any, style: str, words: str = "") -> WordParagraph:
    """Append a paragraph with a style, given by its name."""
    paragraph: WordParagraph = place.add_paragraph(words)
    give_style(paragraph, style)
    return paragraph


def give_style(paragraph: WordParagraph, style: str) -> None:
    """Give a paragraph its style, by the id: python-docx looks a name up in all styles each time."""
    paragraph.paragraph_format.element.style = style.replace(" ", "")


def add_field(paragraph: WordParagraph, instruction: str, shown: str) -> None:
    """Append a field, such as PAGE or NUMPAGES, with the text it shows until it is computed."""
    begin = element("w:fldChar", fldCharType="begin", dirty="true")
    code = element("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    for node in (begin, code, element("w:fldChar", fldCharType="separate")):
        paragraph.add_run().element.append(node)
    paragraph.add_run(shown)
    paragraph.add_run().element.append(element("w:fldChar", fldCharType="end"))


def border(side: Side, points: float, colour: str, style: str = "single", gap: int = 0) -> Any:
    """Return one border; Word counts its width in eighths of a point."""
    size = str(max(2, round(points * 8)))
    return element(f"w:{side}", val=style, sz=size, space=str(gap), color=colour.lstrip("#"))


def paragraph_borders(paragraph: WordParagraph, *borders: Any) -> None:
    """Give a paragraph borders."""
    holder = element("w:pBdr")
    holder.extend(borders)
    properties = paragraph.paragraph_format.element.get_or_add_pPr()
    properties.insert_element_before(
        holder, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def table_properties(
    table: WordTable, *borders: Any, padding: int, title: str | None, first_row: bool, first_column: bool
) -> None:
    """Give a table its borders, the white in its cells (twentieths of a point) and what heads it."""
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx has no public way to the properties
    for tag in ("w:tblBorders", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    edges = element("w:tblBorders")
    edges.extend(borders)
    margins = element("w:tblCellMar")
    for side, width in (
        ("top", padding // 2),
        ("left", padding),
        ("bottom", padding // 2),
        ("right", padding),
    ):
        margins.append(element(f"w:{side}", w=str(width), type="dxa"))
    flags = {"firstRow": first_row, "firstColumn": first_column, "noHBand": True, "noVBand": True}
    look = element("w:tblLook", val="0000", **{name: str(int(on)) for name, on in flags.items()})
    properties.extend([edges, element("w:tblLayout", type="fixed"), margins, look])
    if title:
        properties.append(element("w:tblCaption", val=flowing(title)))


def repeat_row(row: _Row) -> None:
    """Mark a row as the header repeated at the top of each page."""
    row._tr.get_or_add_trPr().append(element("w:tblHeader"))  # noqa: SLF001 - no public way


def keep_row_whole(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().insert(0, element("w:cantSplit"))  # noqa: SLF001 - no public way


def dress_cell(cell: _Cell, *borders: Any, fill: str | None = None) -> None:
    """Give a cell its own borders and its ground."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - no public way
    if borders:
        edges = element("w:tcBorders")
        edges.extend(borders)
        properties.append(edges)
    if fill:
        properties.append(element("w:shd", val="clear", color="auto", fill=fill.lstrip("#")))


def replacement_text(picture: Any, words: str) -> None:
    """Give a picture the text that replaces it."""
    picture._inline.docPr.set("descr", words)  # noqa: SLF001 - no public way


class Numbering:
    """The lists of a file: one definition for bullets, one for numbers, and a number series a list."""

    def __init__(self, file: WordFile) -> None:
        self._root: Any = file.part.numbering_part.element
        for child in list(self._root):
            self._root.remove(child)
        self._count = 0
        self._root.append(_definition(0, ordered=False))
        self._root.append(_definition(1, ordered=True))

    def new_list(self, level: int, start: int, *, ordered: bool) -> int:
        """Return the id of a new list; a numbered one starts at `start`."""
        self._count += 1
        series = element("w:num", numId=str(self._count))
        series.append(element("w:abstractNumId", val=str(int(ordered))))
        if ordered:
            override = element("w:lvlOverride", ilvl=str(min(level, _LEVELS - 1)))
            override.append(element("w:startOverride", val=str(start)))
            series.append(override)
        self._root.append(series)
        return self._count

    @staticmethod
    def join(paragraph: WordParagraph, number: int, level: int) -> None:
        """Make a paragraph an item of a list."""
        properties = element("w:numPr")
        properties.append(element("w:ilvl", val=str(min(level, _LEVELS - 1))))
        properties.append(element("w:numId", val=str(number)))
        holder = paragraph.paragraph_format.element.get_or_add_pPr()
        holder.insert_element_before(
            properties,
            "w:suppressLineNumbers",
            "w:pBdr",
            "w:shd",
            "w:tabs",
            "w:spacing",
            "w:ind",
            "w:jc",
            "w:rPr",
        )


def _definition(number: int, *, ordered: bool) -> Any:
    definition = element("w:abstractNum", abstractNumId=str(number))
    definition.append(element("w:multiLevelType", val="hybridMultilevel"))
    for level in range(_LEVELS):
        node = element("w:lvl", ilvl=str(level))
        node.append(element("w:start", val="1"))
        node.append(element("w:numFmt", val="decimal" if ordered else "bullet"))
        node.append(element("w:lvlText", val=f"%{level + 1}." if ordered else ("•", "–")[level % 2]))
        node.append(element("w:lvlJc", val="left"))
        properties = element("w:pPr")
        properties.append(element("w:ind", left=str(454 * (level + 1)), hanging="340"))
        node.append(properties)
        definition.append(node)
    return definition
