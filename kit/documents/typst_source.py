"""A Document as Typst files: calls of the house template, with every text as a string literal.

Nothing a user writes is ever Typst markup: texts stand between quotes in code mode, escaped, so `#`, `$` or
`*` are only characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.resources import files

from kit.documents.keeping import WHOLE, Room, closing_at, is_small, stays_whole, with_stay
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
    Inline,
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
    all_blocks,
)
from kit.documents.png import in_svg
from kit.documents.tables import column_aligns, column_shares, rows_stay_whole
from kit.documents.typst_text import literal, literal_code
from kit.errors import KitBug
from kit.messages import label

_WATERMARK = "watermark.typ"
_POINT = 25.4 / 72
_CHARACTER = 0.5 * _POINT
"""Width of an average character, in millimetres for each point of size."""


def typst_files(
    document: Document, fonts: Sequence[str], mono: str, look: Look = STANDARD, watermark: bytes | None = None
) -> dict[str, bytes]:
    """Return the Typst files of a document by name; `main` is the one to compile.

    Args:
        document: what to write.
        fonts: the families to draw text with, in order.
        mono: the family for literal text.
        look: how it looks.
        watermark: picture of what stands behind each page, as PNG.
    """
    pictures = {_name(block): _svg(block) for block in all_blocks(document) if isinstance(block, Figure)}
    return {
        "main": main_source(document, look, watermarked=watermark is not None).encode(),
        "house.typ": _house(),
        "look.typ": look_source(fonts, mono, look).encode(),
        **pictures,
        **({_WATERMARK: _bytes_source(watermark)} if watermark else {}),
    }


def main_source(document: Document, look: Look = STANDARD, *, watermarked: bool = False) -> str:
    """Return the main Typst file: readable, one call a block."""
    language, _, region = document.language.partition("-")
    options = {
        "title": literal(document.title),
        "language": literal(language),
        "region": literal(region) if region else "none",
        "code": literal(document.code),
        "stamp": literal(document.stamp) if document.stamp else "none",
        "subject": literal(document.subject) if document.subject else "none",
        "keywords": _array(literal(word) for word in document.keywords),
        "landscape": _bool(document.landscape),
        "picture-behind": "behind" if watermarked else "none",
        "ordinals": _bool(language == "fr"),
        "page-label": literal(label("documents.page")),
    }
    setup = ", ".join(f"{key}: {value}" for key, value in options.items())
    across, down = (side(landscape=document.landscape) for side in (look.text_width, look.text_height))
    room = Room(
        line=across / (look.size * look.table_size * _CHARACTER),
        page=down / (look.size * look.line_height * _POINT),
    )
    height = round(down * 0.8, 2)
    opening = (
        f"headline({literal(document.title)})"
        if document.cover is None
        else _cover(document.cover, document.code, room)
    )
    return "\n".join(
        [
            '#import "house.typ": *',
            *((f"#import {literal(_WATERMARK)}: behind",) if watermarked else ()),
            f"#show: paper.with({setup})",
            f"#let picture = picture.with(limit: {height}mm)",
            *(("#let facts = facts.with(pairs: 2)",) if document.landscape else ()),
            f"#{opening}",
            *(f"#{block}" for block in _body(document.body, room)),
            "",
        ]
    )


def _bytes_source(content: bytes) -> bytes:
    """Return a Typst file that holds bytes.

    The compiler takes only text; a picture held in an SVG would be drawn anew on each page.
    """
    return f"#let behind = bytes({_array(map(str, content))})\n".encode()


def look_source(fonts: Sequence[str], mono: str, look: Look) -> str:
    """Return the Typst file that holds the look's values."""
    values = {
        "fonts": _array(literal(name) for name in fonts),
        "mono": _array(literal(name) for name in (mono, *(name for name in fonts if name != mono))),
        "headings": _array(f"{size:g}em" for size in look.headings),
        "margins": "(" + ", ".join(f"{k}: {v:g}mm" for k, v in asdict(look.margins).items()) + ")",
        "size": f"{look.size:g}pt",
        "leading": f"{round(look.line_height - 1, 4):g}em",
        "gap": f"{look.paragraph_gap:g}em",
        "tracking": f"{look.letter_spacing:g}em",
        "spacing": f"{look.word_spacing * 100:g}%",
        "table-size": f"{look.table_size:g}em",
        "answer-line": f"{look.answer_line:g}mm",
        "justify": _bool(look.justify),
        "hyphenate": _bool(look.hyphenate),
        "keep": f"{look.text_height() * WHOLE:g}mm",
        **{name: f'rgb("{getattr(look, name)}")' for name in ("ink", "accent", "rule", "tint")},
    }
    return "#let look = (\n" + "".join(f"  {key}: {value},\n" for key, value in values.items()) + ")\n"


@cache
def _house() -> bytes:
    return (files(__package__) / "house.typ").read_bytes()


def _name(figure: Figure) -> str:
    return f"{sha256(figure.content).hexdigest()[:20]}.svg"


def _svg(figure: Figure) -> bytes:
    return in_svg(figure.content) if figure.format == "png" else figure.content


def _inlines(content: Inlines) -> str:
    return "{ " + "; ".join(_inline(item) for item in content) + " }" if content else "[]"


def _inline(item: Inline) -> str:
    match item:
        case Text(text):
            return literal(text)
        case Strong(content):
            return f"strong({_inlines(content)})"
        case Emphasis(content):
            return f"emph({_inlines(content)})"
        case Code(text):
            return f"raw({literal_code(text)})"
        case LineBreak():
            return "linebreak()"
        case PageCount():
            return "page-count()"


def _body(blocks: Sequence[Block], room: Room) -> Iterator[str]:
    """Yield the source of each block; what stands before the signatures, or its last row, shares their page."""
    closing = closing_at(blocks, room)
    for place, (block, stay) in enumerate(with_stay(blocks, room.line)):
        before = place == closing - 1 < len(blocks) - 1
        if before and isinstance(block, Table) and not is_small(block, room.line):
            yield _table(block, room, stay=False, ahead=_blocks(blocks[closing:], room))
        elif place > closing and isinstance(block, Table):
            yield _table(block, room, stay=stay, whole=True)
        else:
            yield _block(block, room, stay=stay or (before and is_small(block, room.line)))


def _blocks(blocks: Iterable[Block], room: Room) -> str:
    inner = (_block(block, room, stay=stay) for block, stay in with_stay(tuple(blocks), room.line))
    return "{ " + "; ".join(inner) + " }"


def _block(block: Block, room: Room, *, stay: bool = False) -> str:
    match block:
        case Table():
            return _table(block, room, stay=stay)
        case Figure():
            return _figure(block, stay=stay)
    return f"stay({_flowing(block, room)})" if stay else _flowing(block, room)


def _flowing(block: Block, room: Room) -> str:
    match block:
        case Heading(level, content):
            return f"heading(level: {level}, {_inlines(content)})"
        case Paragraph(content):
            return f"par({_inlines(content)})" if content else "none"
        case ListBlock():
            return _list(block, room)
        case Quote(content):
            return f"cited({_blocks(content, room)})"
        case Box(kind, content, title):
            whole = stays_whole(block, room)
            return f"panel({literal(kind)}, {_optional(title)}, whole: {whole}, {_blocks(content, room)})"
        case Fields(rows):
            return f"facts({_array(f'({literal(name)}, {_optional(value)})' for name, value in rows)})"
        case AnswerLines(count):
            return f"answer-lines({count})"
        case PageBreak():
            return "pagebreak(weak: true)"
        case _:
            raise KitBug(f"a block without Typst source: {type(block).__name__}")


def _list(block: ListBlock, room: Room) -> str:
    tight = all(len(item) <= 1 or not isinstance(item[1], Paragraph) for item in block.items)
    items = "".join(f", {_item(item, room, tight=tight)}" for item in block.items)
    if block.ordered:
        return f"enum(start: {block.start}, tight: {_bool(tight)}{items})"
    return f"list(tight: {_bool(tight)}{items})"


def _item(item: Sequence[Block], room: Room, *, tight: bool) -> str:
    """Return a list item; in a tight list its first paragraph is plain text, without the gap around."""
    if tight and item and isinstance(item[0], Paragraph):
        rest = "".join(f"; {_block(block, room)}" for block in item[1:])
        return "{ " + _inlines(item[0].content) + rest + " }"
    return _blocks(item, room) if item else "[]"


def _table(table: Table, room: Room, *, stay: bool, whole: bool = False, ahead: str = "") -> str:
    """Return a table; `whole` for a form that is not cut, `ahead` for what its last row shares the page with."""
    aligns = column_aligns(table)
    shares = column_shares(table, room.line)
    widths = _array("auto" if share is None else f"{share:g}fr" for share in shares)
    header = _array(_inlines(cell) for cell in table.header)
    rows = _array(_array(_inlines(cell) for cell in row) for row in table.rows)
    if table.form:
        columns = f"columns: {widths}, align: {_array(aligns)}, row-headers: {_bool(table.row_headers)}"
        kept = f"whole: {_bool(whole)}, stay: {_bool(whole and stay)}"
        return f"form-table({columns}, room: {table.form:g}mm, {kept}, header: {header}, rows: {rows})"
    return (
        f"data-table(columns: {widths}, align: {_array(aligns)}, row-headers: {_bool(table.row_headers)}, "
        f"whole-rows: {_bool(rows_stay_whole(table, room.line))}, whole: {stays_whole(table, room)}, "
        f"stay: {_bool(stay)}, "
        f"caption: {_optional(table.caption)}, {f'ahead: {ahead}, ' if ahead else ''}header: {header}, rows: {rows})"
    )


def _figure(figure: Figure, *, stay: bool) -> str:
    share = min(max(figure.width, 0.05), 1.0) * 100
    return (
        f"picture({literal(_name(figure))}, alt: {literal(figure.alt)}, "
        f"width: {share:g}%, stay: {_bool(stay)}, caption: {_optional(figure.caption)})"
    )


def _cover(cover: Cover, code: str, room: Room) -> str:
    facts = _array(f"({literal(name)}, {literal(value)})" for name, value in cover.facts)
    return (
        f"cover(organisation: {literal(cover.organisation)}, code: {literal(code)}, "
        f"title: {literal(cover.headline)}, subtitle: {_optional(cover.subtitle)}, "
        f"rows: {facts}, notices: {_blocks(cover.notices, room)})"
    )


def _optional(words: str | None) -> str:
    return literal(words) if words else "none"


def _bool(value: bool) -> str:
    return json.dumps(value)


def _array(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items).rstrip() + ")"
