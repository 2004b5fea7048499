"""A Document as PDF: tagged for assistive technology (PDF/UA-1), and the same bytes for the same document."""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.check import check
from kit.documents.look import STANDARD, Look
from kit.documents.model import Document, Figure, all_blocks, all_words
from kit.documents.raster import is_readable, watermark
from kit.documents.typesetting import MONOSPACE, Refused, compile_pdf, font_chain, is_drawn
from kit.documents.typst_source import typst_files
from kit.errors import AuthorError, Finding, KitBug, Place, Severity, raise_for


def pdf(document: Document, look: Look = STANDARD, *, standard: str = "ua-1") -> bytes:
    """Return the document as a PDF.

    Raises:
        AuthorError: what `check` finds, or a figure that cannot be read.
        EnvironmentFault: the look's font is not installed.
        KitBug: Typst refuses our own source.
    """
    raise_for(check(document), AuthorError)
    folders = look.font_folders
    fonts = font_chain(look.font, folders)
    try:
        files = typst_files(document, fonts, MONOSPACE, look, _watermark(document, look))
        return compile_pdf(files, standard, folders)
    except Refused as error:
        raise_for(_unreadable_figures(document), AuthorError)
        raise KitBug(f"Typst refuses « {document.title} »:\n{error.diagnostic}") from error


def missing_glyphs(document: Document, look: Look = STANDARD) -> list[Finding]:
    """Return a warning when characters of the document have no glyph: they print as a square.

    Raises:
        EnvironmentFault: the look's font is not installed.
    """
    characters = sorted({char for words in all_words(document) for char in words if ord(char) > 0x17F})
    lost = [char for char in characters if not is_drawn(char, look.font, look.font_folders)]
    if not lost:
        return []
    return [Finding("text.glyph_missing", fields={"characters": lost}, severity=Severity.WARNING)]


def _watermark(document: Document, look: Look) -> bytes | None:
    if not document.stamp or not look.watermark:
        return None
    turned = document.landscape
    return watermark(document.stamp, look.font, look.watermark, landscape=turned, folders=look.font_folders)


def _unreadable_figures(document: Document) -> Iterator[Finding]:
    for block in all_blocks(document):
        if isinstance(block, Figure) and not is_readable(block.content, block.format):
            where = Place(item=block.caption or block.alt)
            yield Finding("figure.unreadable", where, {"format": block.format.upper()})
