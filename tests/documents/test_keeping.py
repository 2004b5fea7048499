"""Which blocks move whole to the next page, told before anything is laid out."""

from __future__ import annotations

import pytest

from kit.documents.keeping import Room, stays_whole
from kit.documents.model import AnswerLines, Block, Box, Figure, ListBlock, Paragraph, Table, text

PAGE = Room(line=90, page=50)


def a_table(rows: int) -> Table:
    return Table((text("A"), text("B")), ((text("un"), text("1")),) * rows, ("left", "right"))


def a_box(*content: Block) -> Box:
    return Box("task", content)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (a_table(5), "true"),
        (a_table(40), "false"),
        (a_box(Paragraph(text("Une question courte."))), "true"),
        (a_box(*[Paragraph(text("Une question plus longue. " * 12))] * 8), "false"),
        (a_box(a_table(40)), "false"),
        (a_box(ListBlock(((Paragraph(text("un")),),) * 40)), "false"),
        (a_box(AnswerLines(30)), "false"),
        (a_box(AnswerLines(3)), "true"),
        (a_box(Figure(b"<svg/>", "svg", "une courbe")), "auto"),
        (a_box(ListBlock(((Figure(b"<svg/>", "svg", "une courbe"),),))), "auto"),
    ],
)
def test_a_small_block_stays_whole_a_large_one_does_not_a_figure_is_measured(
    block: Table | Box, told: str
) -> None:
    assert stays_whole(block, PAGE) == told


def test_a_page_of_large_print_keeps_less_whole() -> None:
    block = a_table(9)
    assert [stays_whole(block, Room(line=90, page=page)) for page in (50, 25)] == ["true", "false"]
