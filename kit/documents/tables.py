"""How wide the columns of a table are, when its author leaves it to the writer."""

from __future__ import annotations

from math import ceil

from kit.documents.model import Align, Table, plain

_LONG = 24
_WIDEST = 80
"""In characters: a column that may wrap, and the most that one weighs."""
_LINE = 5.4
"""Height of a line of text in an ordinary paper, in millimetres."""
_FULL_ROW = 3_000
"""Characters of a row, for the size of an ordinary paper, beyond which it may be cut between two pages."""


def column_aligns(table: Table) -> tuple[Align, ...]:
    """Return one alignment a column, left where none is given."""
    left: Align = "left"
    return tuple(table.align[i] if i < len(table.align) else left for i in range(len(table.header)))


def column_shares(table: Table, line: float) -> tuple[float | None, ...]:
    """Return the share of the free width each column takes; None for a column as wide as its content.

    Columns of numbers and short words keep their own width; the long texts share what is left, so that the
    table is as wide as the text of the page. Where short columns alone would fill the line (its length is
    in characters), none is stretched.
    """
    count = len(table.header)
    if table.widths:
        return table.widths[:count] + (None,) * (count - len(table.widths))
    lengths = column_lengths(table)
    texts = [i for i, align in enumerate(column_aligns(table)) if align == "left"]
    wide = [i for i in texts if lengths[i] > _LONG] or sorted(texts, key=lambda i: -lengths[i])[:1]
    if not wide:
        return (1.0,) * count
    if sum(lengths[i] + 3 for i in range(count) if i not in wide) > line - _LONG * len(wide):
        return (None,) * count
    return tuple(float(min(lengths[i], _WIDEST)) if i in wide else None for i in range(count))


def column_lengths(table: Table) -> list[int]:
    """Return the length of the longest cell of each column, in characters."""
    rows = [table.header, *table.rows]
    return [max(len(plain(row[i])) if i < len(row) else 0 for row in rows) for i in range(len(table.header))]


def rows_stay_whole(table: Table, line: float) -> bool:
    """Tell whether every row surely fits on a page, so that none needs to be cut; `line` as above."""
    longest = max((sum(len(plain(cell)) for cell in row) for row in table.rows), default=0)
    return longest * (90 / line) ** 2 < _FULL_ROW / max(1, len(table.header))


def table_height(table: Table, line: float) -> float:
    """Return about how high a table is, in lines of the text around it; `line` as above."""
    shares = column_shares(table, line)
    own = [length + 3 for length in column_lengths(table)]
    free = line - sum(width for width, share in zip(own, shares, strict=True) if share is None)
    parts = sum(share for share in shares if share is not None) or 1
    widths = [
        max(1.0, width if share is None else free * share / parts)
        for width, share in zip(own, shares, strict=True)
    ]
    rows = [table.header, *table.rows]
    tallest = [
        max((ceil(len(plain(cell)) / width) for cell, width in zip(row, widths, strict=False)), default=1)
        for row in rows
    ]
    boxes = [table.form / _LINE if not all(row) else 0.0 for row in rows]
    return sum(max(1, lines) * 0.9 + 0.65 + box for lines, box in zip(tallest, boxes, strict=True))


def column_widths(table: Table, total: float, character: float) -> list[float]:
    """Return the width of each column in the unit of `total`, for a writer that cannot measure.

    Args:
        table: the table.
        total: the width of the page's text.
        character: the width of an average character.
    """
    shares = column_shares(table, total / character)
    natural = [(length + 4) * character for length in column_lengths(table)]
    own = sum(width for width, share in zip(natural, shares, strict=True) if share is None)
    parts = sum(share for share in shares if share is not None)
    if not parts or own > total * 0.8:
        scale = total / sum(natural)
        return [width * scale for width in natural]
    return [
        width if share is None else (total - own) * share / parts
        for width, share in zip(natural, shares, strict=True)
    ]
