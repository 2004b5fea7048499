"""A Document as PDF: tagged for assistive technology (PDF/UA-1), and the same bytes for the same document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.documents.characters import flowing
from kit.documents.check import check
from kit.documents.look import STANDARD, Look
from kit.documents.model import Document, Figure, all_blocks, all_words
from kit.documents.raster import is_readable, watermark
from kit.documents.typesetting import MONOSPACE, Refused, compile_pdf, font_chain, is_drawn
from kit.documents.typst_source import typst_files
from kit.errors import AuthorError, Finding, KitBug, Place, raise_for

_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def pdf(document: Document, look: Look = STANDARD) -> bytes:
    """Return the document as a PDF.

    Raises:
        AuthorError: what `check` finds, a figure that cannot be read, or characters that no font draws.
        EnvironmentFault: the look's font is not installed.
        KitBug: Typst refuses our own source.
    """
    raise_for(check(document), AuthorError)
    folders = look.font_folders
    fonts = font_chain(look.font, folders)
    try:
        files = typst_files(document, fonts, MONOSPACE, look, _watermark(document, look))
        return compile_pdf(files, folders)
    except Refused as error:
        raise_for((*_unreadable_figures(document), *missing_glyphs(document, look)), AuthorError)
        raise KitBug(f"Typst refuses « {document.title} »:\n{error.diagnostic}") from error


def page_count(printed: bytes) -> int:
    """Return the number of pages of a PDF that `pdf` made."""
    return len(_PAGE.findall(printed))


def missing_glyphs(document: Document, look: Look) -> Iterator[Finding]:
    """Yield the texts of a document that hold characters no font draws, each once, with those characters.

    Raises:
        EnvironmentFault: the look's font is not installed.
    """
    for words in dict.fromkeys(flowing(words) for words in all_words(document)):
        lost = {
            char: None
            for token in words.split()
            if not token.isascii() and not is_drawn(token, look.font, look.font_folders)
            for char in _undrawn(token, look)
        }
        if lost:
            fields = {"characters": [f"{char} (U+{ord(char):04X})" for char in lost]}
            yield Finding(
                "text.glyph_missing", Place(item=f"« {_extract(words, next(iter(lost)))} »"), fields
            )


def spelt_out(words: str, look: Look = STANDARD) -> str:
    """Return a text with the code of each character that no font draws in its place: « [U+1F600] ».

    For words that can no longer be changed when they are printed.

    Raises:
        EnvironmentFault: the look's font is not installed.
    """
    lost = {char for char in set(words) if not char.isascii() and not _is_drawn_alone(char, look)}
    return words.translate({ord(char): f"[U+{ord(char):04X}]" for char in lost})


@lru_cache(maxsize=4096)
def _is_drawn_alone(char: str, look: Look) -> bool:
    return is_drawn(char, look.font, look.font_folders)


def _undrawn(token: str, look: Look) -> list[str]:
    """Return the characters of a word that no font draws; all but ASCII where only their sequence is not drawn."""
    foreign = [char for char in token if not char.isascii()]
    return [char for char in foreign if not is_drawn(char, look.font, look.font_folders)] or foreign


def _extract(words: str, char: str) -> str:
    """Return the words around a character."""
    at = words.index(char)
    start, end = max(0, at - 30), at + 30
    return f"{'…' if start else ''}{words[start:end].strip()}{'…' if end < len(words) else ''}"


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
