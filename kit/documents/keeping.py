"""Which blocks stay on the page of the next one: a line that introduces, and what a note speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kit.documents.model import Block, Box, Figure, ListBlock, Paragraph, Quote, Table, plain, walk, words_of
from kit.documents.tables import table_height

_INTRODUCTION = 220
_SMALL = 700
"""In characters: a paragraph that only introduces, and a text that may move whole to the next page."""
TALLEST = 25.0
"""In lines of text: a higher table is cut between pages rather than moved."""


def with_stay(blocks: Sequence[Block], line: float) -> Iterator[tuple[Block, bool]]:
    """Yield each block with whether it stays on the page of the next; `line` is the characters of a line."""
    for block, following in zip(blocks, (*blocks, None)[1:], strict=True):
        yield block, following is not None and _stays(block, following, line)


def _stays(block: Block, following: Block, line: float) -> bool:
    if isinstance(following, Paragraph) and following.note:
        return _is_small(block, line)
    if not isinstance(block, Paragraph) or block.note:
        return False
    introduced = isinstance(following, Table | Figure | Box | ListBlock)
    return introduced and len(plain(block.content)) <= _INTRODUCTION


def _is_small(block: Block, line: float) -> bool:
    match block:
        case Figure():
            return True
        case Table():
            return table_height(block, line) <= TALLEST
        case Paragraph() | ListBlock() | Quote():
            return sum(len(words) for inner in walk((block,)) for words in words_of(inner)) <= _SMALL
    return False
