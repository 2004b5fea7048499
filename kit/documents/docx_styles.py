"""The styles, page and properties of a Word file, from a `Look`."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from kit.documents.characters import flowing
from kit.documents.docx_parts import border, element
from kit.documents.look import PAGE_HEIGHT, PAGE_WIDTH, Look
from kit.documents.model import Document
from kit.documents.packaging import NO_DATE

ORGANISATION = "Organisation"
FACT = "Fact"
CELL = "Table Text"
BOX_TITLE = "Box Title"
ANSWER_LINE = "Answer Line"

_REGIONS = {"fr": "fr-FR", "en": "en-GB", "de": "de-DE", "es": "es-ES", "it": "it-IT"}
_LONGEST = 255
"""What the format allows a property to hold, in characters."""


def prepare(file: WordFile, document: Document, look: Look) -> None:
    """Give a new Word file its properties, its page and its styles."""
    _properties(file, document)
    _language(file, document.language)
    _page(file, look, landscape=document.landscape)
    _styles(file, look)


def _properties(file: WordFile, document: Document) -> None:
    known: Any = file.core_properties
    known.author = known.last_modified_by = known.comments = known.category = ""
    known.title = flowing(document.title)[:_LONGEST]
    known.subject = flowing(document.subject)[:_LONGEST]
    known.keywords = flowing(", ".join(document.keywords))[:_LONGEST]
    known.language = _tag(document.language)
    known.revision = 1
    known.created = known.modified = NO_DATE
    package = file.part.package
    _drop(package.rels, RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
    _drop(file.part.rels, RELATIONSHIP_TYPE.CUSTOM_XML)


def _drop(relations: Any, *kinds: str) -> None:
    """Leave out parts of python-docx's model file: its picture, its program, its author's data."""
    for name, relation in list(relations.items()):
        if relation.reltype in kinds:
            del relations[name]


def _tag(language: str) -> str:
    return _REGIONS.get(language, language)


def _language(file: WordFile, language: str) -> None:
    tag = _tag(language)
    for node in file.styles.element.iter(qn("w:lang")):
        node.set(qn("w:val"), tag)
        node.set(qn("w:eastAsia"), tag)
    for node in file.settings.element.iter(qn("w:themeFontLang")):
        node.set(qn("w:val"), tag)


def _page(file: WordFile, look: Look, *, landscape: bool) -> None:
    section = file.sections[0]
    width, height = (PAGE_HEIGHT, PAGE_WIDTH) if landscape else (PAGE_WIDTH, PAGE_HEIGHT)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(look.margins.top), Mm(look.margins.bottom)
    section.left_margin, section.right_margin = Mm(look.margins.left), Mm(look.margins.right)
    section.header_distance = section.footer_distance = Mm(look.margins.bottom / 2)
    hyphenation = element("w:autoHyphenation", val="1" if look.hyphenate else "0")
    settings = file.settings.element
    settings.find(qn("w:defaultTabStop")).addnext(hyphenation)
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            # 15: the edge of a table stands on the margin, and Word does not speak of an old format.
            setting.set(qn("w:val"), "15")


def _styles(file: WordFile, look: Look) -> None:
    normal = file.styles["Normal"]
    _font(normal, look, 1.0, look.ink)
    _spacing(normal, look, 0, look.paragraph_gap)
    _tracking(normal, look)
    if look.justify:
        normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for level, scale in enumerate(look.headings, 1):
        heading = file.styles[f"Heading {level}"]
        _font(heading, look, scale, look.accent if level < 4 else look.ink, bold=level < 5, italic=level == 5)
        _spacing(heading, look, 2.4 / level**0.5, 0.6)
        heading.paragraph_format.keep_with_next = True
    title = file.styles["Title"]
    _font(title, look, 2.1, look.accent, bold=True)
    _spacing(title, look, 1.5, 1.0)
    _without_border(title)
    _font(file.styles["Subtitle"], look, 1.25, look.ink)
    _tracked(file.styles["Subtitle"], title)
    caption = file.styles["Caption"]
    _font(caption, look, 0.95, look.accent, bold=True)
    _spacing(caption, look, 1.0, 0.4)
    caption.paragraph_format.keep_with_next = True
    quote = file.styles["Quote"]
    _font(quote, look, 1.0, look.ink)
    quote.paragraph_format.left_indent = Mm(6)
    _side_bar(quote, look.rule)
    for name in ("List Bullet", "List Number"):
        _unnumbered(file.styles[name])
        file.styles[name].paragraph_format.space_after = Pt(look.size * 0.3)
    for name in ("Header", "Footer"):
        _font(file.styles[name], look, 0.8, look.ink)
        _clear_tabs(file.styles[name])
    _own_styles(file, look)
    for style in _left_aligned(file):
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _own_styles(file: WordFile, look: Look) -> None:
    for name, scale, colour, bold, after in (
        (ORGANISATION, 1.1, look.accent, True, 5.0),
        (FACT, 1.0, look.ink, False, 0.5),
        (CELL, look.table_size, look.ink, False, 0.0),
        (BOX_TITLE, 1.0, look.accent, True, 0.5),
        (ANSWER_LINE, 1.0, look.ink, False, 0.0),
    ):
        style: Any = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = file.styles["Normal"]
        _font(style, look, scale, colour, bold=bold)
        style.paragraph_format.space_after = Pt(look.size * after)
    file.styles[BOX_TITLE].paragraph_format.keep_with_next = True
    line = file.styles[ANSWER_LINE].paragraph_format
    line.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.line_spacing = Mm(look.answer_line)


def _left_aligned(file: WordFile) -> list[Any]:
    names = [f"Heading {level}" for level in range(1, 6)]
    names += ["Title", "Subtitle", "Caption", "Header", "Footer", ORGANISATION, FACT, CELL, BOX_TITLE]
    return [file.styles[name] for name in names]


def _font(
    style: Any, look: Look, scale: float, colour: str, *, bold: bool = False, italic: bool = False
) -> None:
    style.font.name = look.font
    style.font.size = Pt(round(look.size * scale * 2) / 2)
    style.font.bold, style.font.italic = bold, italic
    style.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    fonts = style.element.rPr.rFonts
    for name in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[name]
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), look.font)
    for kerning in style.element.rPr.findall(qn("w:spacing")) + style.element.rPr.findall(qn("w:kern")):
        style.element.rPr.remove(kerning)


def _spacing(style: ParagraphStyle, look: Look, before: float, after: float) -> None:
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.size * before), Pt(look.size * after)
    layout.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    size = style.font.size.pt if style.font.size else look.size
    layout.line_spacing = Pt(size * (look.line_height if size <= look.size * 1.2 else 1.2))


def _tracked(style: Any, model: Any) -> None:
    style.paragraph_format.space_after = model.paragraph_format.space_after


def _tracking(style: Any, look: Look) -> None:
    if look.letter_spacing:
        twips = str(round(look.size * look.letter_spacing * 20))
        size = style.element.rPr.find(qn("w:sz"))
        size.addprevious(element("w:spacing", val=twips))


def _without_border(style: Any) -> None:
    for node in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(node)


def _side_bar(style: Any, colour: str) -> None:
    holder = element("w:pBdr")
    holder.append(border("left", 2, colour, gap=8))
    style.element.get_or_add_pPr().insert_element_before(
        holder, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def _unnumbered(style: Any) -> None:
    for tag in ("w:numPr", "w:ind", "w:contextualSpacing", "w:tabs"):
        for node in style.element.pPr.findall(qn(tag)):
            style.element.pPr.remove(node)


def _clear_tabs(style: Any) -> None:
    for node in style.element.pPr.findall(qn("w:tabs")):
        style.element.pPr.remove(node)
