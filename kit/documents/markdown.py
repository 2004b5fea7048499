"""Markdown as blocks: CommonMark with tables, one meaning for every format.

Images and raw HTML are refused, with their line: a picture needs its replacement text, and HTML has no
meaning in a PDF. `---` in the body starts a new page. A link keeps its text, followed by its address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from kit.documents.model import (
    Align,
    Block,
    Code,
    Emphasis,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    ListBlock,
    PageBreak,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
)
from kit.errors import AuthorError, Finding, KitBug, Place, raise_for
from kit.french import typeset

NOWHERE = Place()
DEEPEST = 5
"""The deepest heading of a document."""


def blocks(
    markdown: str, *, base_level: int = 2, language: str = "fr", where: Place = NOWHERE
) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text.

    Args:
        markdown: the text.
        base_level: level of its highest headings; the others follow without skipping one.
        language: typography of which language; French spaces are made no-break.
        where: where the text stands, its first line included, for what is refused.

    Raises:
        AuthorError: every image and every piece of HTML, with its line.
    """
    tokens = _parser().parse(markdown)
    raise_for(_refused(tokens, where), AuthorError)
    return _Builder(base_level, language).body(SyntaxTreeNode(tokens).children)


def inlines(markdown: str, *, language: str = "fr", where: Place = NOWHERE) -> Inlines:
    """Return the inline content of a Markdown text, read as one paragraph.

    Raises:
        AuthorError: every image and every piece of HTML.
    """
    tokens = _parser().parseInline(markdown)
    raise_for(_refused(tokens, where), AuthorError)
    return _Line(language).read(SyntaxTreeNode(tokens).children)


@cache
def _parser() -> MarkdownIt:
    # HTML stays recognised, so that it can be refused instead of printed with its angle brackets.
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def _refused(tokens: Sequence[Token], where: Place) -> Iterator[Finding]:
    for token in tokens:
        first = 1 if where.line is None else where.line
        place = replace(where, line=first + token.map[0]) if token.map else where
        parts = [token, *(token.children or [])]
        yield from (Finding("markdown.image", place) for part in parts if part.type == "image")
        tags = [part.content for part in parts if part.type in ("html_block", "html_inline")]
        opening = [tag for tag in tags if not tag.startswith("</")]
        for tag in opening or tags:
            yield Finding("markdown.html", place, {"html": " ".join(tag.split())[:60]})


class _Builder:
    """Turns nodes into blocks; remembers the headings already met, so that no level is skipped."""

    def __init__(self, base_level: int, language: str) -> None:
        self.base_level, self.language = base_level, language
        self.open_levels: list[int] = []

    def body(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[Block, ...]:
        return tuple(PageBreak() if node.type == "hr" else self.block(node) for node in nodes)

    def inner(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[Block, ...]:
        return tuple(self.block(node) for node in nodes if node.type != "hr")

    def block(self, node: SyntaxTreeNode) -> Block:
        match node.type:
            case "paragraph":
                return Paragraph(self.line(node))
            case "heading":
                return Heading(self.level(int(node.tag[1])), self.line(node))
            case "bullet_list" | "ordered_list":
                items = tuple(self.inner(item.children) for item in node.children)
                start = int(node.attrs.get("start", 1))
                return ListBlock(items, ordered=node.type == "ordered_list", start=start)
            case "blockquote":
                return Quote(self.inner(node.children))
            case "table":
                return self.table(node)
            case "fence" | "code_block":
                return Paragraph(_code_lines(node.content))
        raise KitBug(f"markdown-it gives a block this writer does not know: {node.type}")

    def level(self, written: int) -> int:
        while self.open_levels and self.open_levels[-1] >= written:
            self.open_levels.pop()
        self.open_levels.append(written)
        return min(self.base_level - 1 + len(self.open_levels), DEEPEST)

    def line(self, node: SyntaxTreeNode) -> Inlines:
        return _Line(self.language).read(node.children)

    def table(self, node: SyntaxTreeNode) -> Table:
        header, *rows = [row for part in node.children for row in part.children]
        return Table(
            header=tuple(self.line(cell) for cell in header.children),
            rows=tuple(tuple(self.line(cell) for cell in row.children) for row in rows),
            align=tuple(_align(cell) for cell in header.children),
        )


class _Line:
    """Turns inline nodes into inline content. Remembers the last character, which typography looks at."""

    def __init__(self, language: str) -> None:
        self.french = language.partition("-")[0] == "fr"
        self.last = ""

    def read(self, nodes: Sequence[SyntaxTreeNode]) -> Inlines:
        joined = _joined(item for node in nodes for item in self.inline(node))
        # Once more on whole texts: a line of the source may end between « M. » and its name.
        return tuple(
            Text(typeset(item.text)) if self.french and isinstance(item, Text) else item for item in joined
        )

    def inline(self, node: SyntaxTreeNode) -> Iterator[Inline]:
        match node.type:
            case "inline":
                yield from self.read(node.children)
            case "text" | "text_special":
                yield self.text(node.content)
            case "softbreak":
                yield self.text(" ")
            case "hardbreak":
                self.last = ""
                yield LineBreak()
            case "code_inline":
                self.last = "x"
                yield Code(node.content)
            case "strong":
                yield Strong(self.read(node.children))
            case "em":
                yield Emphasis(self.read(node.children))
            case "link":
                yield from self.link(node)
            case _:
                raise KitBug(f"markdown-it gives an inline this writer does not know: {node.type}")

    def text(self, words: str) -> Text:
        shown = words
        if self.french:
            before = "" if self.last.isspace() else self.last
            whole = typeset(before + words)
            shown = whole[whole.index(before) + len(before) :]  # a guillemet gets its space before or after
        self.last = (shown or self.last)[-1:]
        return Text(shown)

    def link(self, node: SyntaxTreeNode) -> Iterator[Inline]:
        content = self.read(node.children)
        yield from content
        address = str(node.attrs.get("href", ""))
        words = "".join(child.content for child in node.walk() if child.type in ("text", "code_inline"))
        if address and _bare(address) != _bare(words):
            yield Text(f" ({address.removeprefix('mailto:')})")
            self.last = ")"


def _bare(address: str) -> str:
    for scheme in ("mailto:", "https://", "http://"):
        address = address.removeprefix(scheme)
    return address.rstrip("/").casefold()


def _joined(items: Iterator[Inline]) -> Inlines:
    """Return the items with neighbouring texts made one."""
    joined: list[Inline] = []
    for item in items:
        if isinstance(item, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + item.text)
        elif item != Text(""):
            joined.append(item)
    return tuple(joined)


def _code_lines(content: str) -> Inlines:
    parts: list[Inline] = []
    for line in content.rstrip("\n").split("\n"):
        parts += [Code(line), LineBreak()]
    return tuple(parts[:-1])


def _align(cell: SyntaxTreeNode) -> Align:
    style = str(cell.attrs.get("style", ""))
    if style.endswith("right"):
        return "right"
    return "center" if style.endswith("center") else "left"
