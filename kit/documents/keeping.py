"""Which blocks stay on the page of the next one: a line that introduces, and what a note speaks of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from kit.documents.model import (
    AnswerLines,
    Block,
    Box,
    Fields,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Table,
    plain,
    walk,
    words_of,
)
from kit.documents.tables import table_height

_INTRODUCTION = 220
_SMALL = 700
"""In characters: a paragraph that only introduces, and a text that may move whole to the next page."""
TALLEST = 25.0
"""In lines of text: a higher table is cut between pages rather than moved."""


WHOLE = 0.4
"""In pages: a block that is not higher moves whole to the next page rather than run over two."""
_SIGNED = 0.75
"""In pages: a form to sign that is not higher stays whole."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a page holds: characters in a line of a table, lines of text from top to bottom."""

    line: float
    page: float


def stays_whole(block: Table | Box, room: Room) -> str:
    """Return, as Typst, whether a block is small enough to stay whole; `auto` where only measuring it can tell.

    Measuring is exact, and takes as long as laying the block out once more.
    """
    height = _height(block, room.line)
    return "auto" if height is None else json.dumps(height <= WHOLE * room.page)


def _height(block: Block, line: float) -> float | None:
    """Return about how high a block is, in lines of text, rather too much than too little; None where no one knows."""
    match block:
        case Table():
            return table_height(block, line) + 2
        case Box(content=content):
            heights = [_height(inner, line * 0.85) for inner in content]
            return None if None in heights else 3 + sum(height for height in heights if height is not None)
        case AnswerLines(count):
            return 2.0 * count
    inside = tuple(walk((block,)))
    if not all(isinstance(inner, Heading | Paragraph | ListBlock | Quote) for inner in inside):
        return None
    return float(sum(ceil(1.2 * len(words) / line) + 1 for inner in inside for words in words_of(inner)))


def closing_at(blocks: Sequence[Block], room: Room) -> int:
    """Return where what closes a document starts, a heading, words and a form to sign; where it ends if none does.

    Why: signatures alone on a page would sign nothing; what stands before them comes along.
    """
    end = len(blocks)
    while end and isinstance(last := blocks[end - 1], Paragraph) and last.note:
        end -= 1
    form = blocks[end - 1] if end else None
    if not isinstance(form, Table) or not form.form or table_height(form, room.line) > _SIGNED * room.page:
        return len(blocks)
    start = end - 1
    while start and isinstance(blocks[start - 1], Paragraph):
        start -= 1
    return start - 1 if start and isinstance(blocks[start - 1], Heading) else len(blocks)


def with_stay(blocks: Sequence[Block], line: float) -> Iterator[tuple[Block, bool]]:
    """Yield each block with whether it stays on the page of the next; `line` is the characters of a line."""
    for block, following in zip(blocks, (*blocks, None)[1:], strict=True):
        yield block, following is not None and _stays(block, following, line)


def _stays(block: Block, following: Block, line: float) -> bool:
    if isinstance(following, Paragraph) and following.note:
        return is_small(block, line)
    if not isinstance(block, Paragraph) or block.note:
        return False
    introduced = isinstance(following, Table | Figure | Box | ListBlock)
    return introduced and len(plain(block.content)) <= _INTRODUCTION


def is_small(block: Block, line: float) -> bool:
    """Tell whether a block may move whole to the next page with what follows; `line` as above."""
    match block:
        case Figure() | Fields():
            return True
        case Table():
            return table_height(block, line) <= TALLEST
        case Paragraph() | ListBlock() | Quote():
            return sum(len(words) for inner in walk((block,)) for words in words_of(inner)) <= _SMALL
    return False
