import pytest

from kit.documents.model import Table, text
from kit.documents.tables import column_aligns, column_shares, column_widths, rows_stay_whole


def a_table(*columns, align, widths=None):
    header = tuple(text(name) for name, _ in columns)
    row = tuple(text("x" * length) for _, length in columns)
    return Table(header, (row,), align, widths=widths)


def test_numbers_keep_their_width_and_the_longest_text_takes_the_rest():
    table = a_table(("N", 4), ("Produit", 20), ("Prix", 8), align=("left", "left", "right"))
    assert column_shares(table, 90) == (None, 20.0, None)


def test_long_texts_share_the_page_by_their_length_up_to_a_limit():
    table = a_table(("A", 40), ("B", 500), align=("left", "left"))
    assert column_shares(table, 90) == (40.0, 80.0)


def test_a_table_of_numbers_spreads_evenly():
    assert column_shares(a_table(("A", 4), ("B", 9), align=("right", "right")), 90) == (1.0, 1.0)


def test_no_column_is_starved_when_the_others_fill_the_line():
    table = a_table(("Texte", 30), *[(f"C{i}", 12) for i in range(7)], align=("left", *["right"] * 7))
    assert column_shares(table, 90) == (None,) * 8


def test_large_print_leaves_short_columns_alone_sooner():
    table = a_table(("Segment", 14), ("Effectif", 8), ("Attentes", 60), align=("left", "right", "left"))
    assert column_shares(table, 90) == (None, None, 60.0)
    assert column_shares(table, 45) == (None, None, None)


def test_rows_are_cut_only_where_a_page_could_not_hold_one():
    table = a_table(("A", 400), ("B", 400), align=("left", "left"))
    assert rows_stay_whole(table, 90)
    assert not rows_stay_whole(table, 45)
    assert not rows_stay_whole(a_table(("A", 4000), align=("left",)), 90)


def test_the_author_s_widths_win():
    table = a_table(("A", 4), ("B", 9), align=("left", "left"), widths=(1, 3))
    assert column_shares(table, 90) == (1, 3)
    assert column_widths(table, 100, 2) == [25, 75]


def test_missing_alignments_are_left():
    assert column_aligns(a_table(("A", 1), ("B", 1), align=("right",))) == ("right", "left")


@pytest.mark.parametrize("lengths", [(3, 40), (3, 4), (60, 60, 60), (200, 12, 12, 12, 12, 12, 12)])
def test_widths_fill_the_page_exactly(lengths):
    table = a_table(*[(f"C{i}", length) for i, length in enumerate(lengths)], align=("left",))
    widths = column_widths(table, 166, 1.9)
    assert sum(widths) == pytest.approx(166)
    assert min(widths) > 0
