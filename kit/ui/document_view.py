"""The neutral document on a page: its blocks as HTML, every text escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup, escape

from kit.documents.model import (
    AnswerLines,
    Block,
    Box,
    Code,
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
    plain,
)

_DEEPEST = 6
_MIME = {"svg": "image/svg+xml", "png": "image/png"}


def block_views(blocks: Iterable[Block], under: int) -> list[dict[str, Any]]:
    """Return blocks as values for the macro `blocks` of `blocks.html`; what only paper has is left out.

    Args:
        blocks: the blocks.
        under: level of the heading they stand under on the page (1 to 6). Their own headings keep their order and
            follow it without skipping a level, so that a reader can go by headings.
    """
    return list(_views(blocks, under, []))


def _level(own: int, under: int, above: list[int]) -> int:
    """Return the level a heading is shown at, given those it stands under, which are brought up to date."""
    while above and above[-1] >= own:
        above.pop()
    above.append(own)
    return min(under + len(above), _DEEPEST)


def _views(  # noqa: C901 - one case for each kind of block
    blocks: Iterable[Block], under: int, above: list[int]
) -> Iterator[dict[str, Any]]:
    for block in blocks:
        match block:
            case Heading(level, content):
                yield {"kind": "heading", "level": _level(level, under, above), "words": inline_html(content)}
            case Paragraph(content, note):
                yield {"kind": "paragraph", "words": inline_html(content), "note": note}
            case ListBlock(items, ordered, start):
                views = [list(_views(item, under, above)) for item in items]
                yield {"kind": "list", "entries": views, "ordered": ordered, "start": start}
            case Quote(content):
                yield {"kind": "quote", "blocks": list(_views(content, under, above))}
            case Box(kind, content, title):
                yield {
                    "kind": "box",
                    "box": kind,
                    "title": title or "",
                    "blocks": list(_views(content, under, above)),
                }
            case Fields(rows):
                yield {"kind": "fields", "rows": [(name, value or "") for name, value in rows]}
            case Table():
                yield _table(block)
            case Figure(content, kind, alt, caption):
                data = f"data:{_MIME[kind]};base64,{base64.b64encode(content).decode()}"
                yield {"kind": "figure", "caption": caption or "", "alt": alt, "source": data}
            case AnswerLines() | PageBreak():
                continue


def _table(table: Table) -> dict[str, Any]:
    header = [inline_html(cell) for cell in table.header]
    return {
        "kind": "table",
        "caption": table.caption or "",
        "header": header if any(plain(cell).strip() for cell in table.header) else [],
        "rows": [[inline_html(cell) for cell in row] for row in table.rows],
        "align": table.align,
        "row_headers": table.row_headers,
    }


def inline_html(content: Inlines) -> Markup:
    """Return inline content as HTML."""
    parts: list[Markup] = []
    for item in content:
        match item:
            case Text(text):
                parts.append(escape(text))
            case Strong(inner):
                parts.append(Markup("<strong>{}</strong>").format(inline_html(inner)))
            case Emphasis(inner):
                parts.append(Markup("<em>{}</em>").format(inline_html(inner)))
            case Code(text):
                parts.append(Markup("<code>{}</code>").format(text))
            case LineBreak():
                parts.append(Markup("<br>"))
            case PageCount():
                continue
    return Markup("").join(parts)
