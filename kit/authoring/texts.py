"""The texts of a template as pages will show them: Markdown that no document can hold, told with its cell.

The same reading as the documents' own, each text between the headings it will stand under.
"""

from __future__ import annotations

from collections.abc import Iterator

from kit.authoring.masking import masked
from kit.cases import CaseTemplate, pieces
from kit.cases.magic_lines import MagicLine
from kit.cases.pieces import Located
from kit.documents.check import check
from kit.documents.markdown import blocks, inlines
from kit.documents.model import Block, Box, Document, Heading, Text
from kit.errors import AuthorError, Finding, Place

_DEEP = {"question": 2, "observation": 2, "corrige": 3, "accepte": 3, "annexe": 2}
"""How deep the heading is under which a text stands; 1 for the others."""
_BOXED = ("question", "observation", "accepte")
_INLINE = "indicateurs"


def check_texts(template: CaseTemplate) -> Iterator[Finding]:
    """Yield what no document can hold in the texts of a template, its fields left aside; nothing is run."""
    for cell in template.cells:
        if cell.magic is None:
            continue
        line = cell.magic.line
        words = line.words
        where = Place(str(template.path), cell=cell.number, item=words.get("id") or words.get("question"))
        yield from _text_findings(line.name, masked(cell.magic.body), where)
        yield from _inline_findings(masked(_source(line)), where)


def check_piece_texts(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield what no document can hold in the texts of executed pieces, fields filled."""
    for item in located:
        piece = item.piece
        name = getattr(piece, "id", None) or getattr(piece, "question", None)
        where = Place(file, cell=item.cell, item=name)
        match piece:
            case pieces.Indicators(items=items):
                for words in items:
                    yield from _inline_findings(words, where)
            case pieces.Annex(source=source, content=content):
                yield from _inline_findings(source, where)
                if isinstance(content, pieces.TextContent):
                    yield from _text_findings("annexe", content.text, where)
            case pieces.Expected():
                pass
            case _:
                yield from _text_findings(piece.kind, piece.text, where)


def _source(line: MagicLine) -> str:
    return line.options.get("source", "")


def _text_findings(kind: str, text: str, where: Place) -> Iterator[Finding]:
    if kind == _INLINE:
        yield from _inline_findings(text, where)
        return
    level = _DEEP.get(kind, 1)
    try:
        body = blocks(text, base_level=level + 1)
    except AuthorError as error:
        yield from (_at(finding, where) for finding in error.findings)
        return
    yield from (_at(finding, where) for finding in check(_page(kind, level, body)))


def _inline_findings(text: str, where: Place) -> Iterator[Finding]:
    try:
        inlines(text)
    except AuthorError as error:
        yield from (_at(finding, where) for finding in error.findings)


def _page(kind: str, level: int, body: tuple[Block, ...]) -> Document:
    """Return a document where a text stands as it will: under its headings, in its frame."""
    under = tuple(Heading(number, (Text(kind),)) for number in range(1, level + 1))
    return Document(kind, (*under, *((Box("task", body),) if kind in _BOXED else body)))


def _at(finding: Finding, where: Place) -> Finding:
    """Return the finding with its cell; the line of a text whose fields are filled would mislead."""
    return Finding(finding.code, where, finding.fields, finding.severity)
