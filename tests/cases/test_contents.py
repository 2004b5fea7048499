"""Annex contents: what is printed, what is in the CSV and what a candidate computes from are the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from kit.cases import charts
from kit.cases.contents import cell_text, content_of, exact_number, header_text, markdown_table, svg_of
from kit.cases.pieces import FigureContent, TableContent, TextContent
from kit.errors import AuthorError
from kit.french import NBSP, NNBSP


def a_table(frame: pd.DataFrame, **formats: str) -> TableContent:
    content = content_of(frame, "A1", "", formats)
    assert isinstance(content, TableContent)
    return content


def test_cells_are_rounded_once_half_up() -> None:
    table = a_table(pd.DataFrame({"Prix": [Decimal("2.345"), Fraction(1, 3), 12]}), Prix="€:2")
    assert [row[0] for row in table.rows] == ["2.35", "0.33", "12.00"]


def test_a_ratio_in_percent_is_stored_as_the_number_shown() -> None:
    table = a_table(pd.DataFrame({"Part": [0.1534, Fraction(1, 8)]}), Part="%:1")
    assert [row[0] for row in table.rows] == ["15.3", "12.5"]
    assert cell_text(table.columns[0], table.rows[0][0]) == f"15,3{NBSP}%"
    assert header_text(table.columns[0]) == "Part (%)"


def test_the_unit_is_not_repeated_when_the_header_says_it() -> None:
    table = a_table(pd.DataFrame({"CA HT (k€)": [1]}), **{"CA HT (k€)": "k€"})
    assert header_text(table.columns[0]) == "CA HT (k€)"


def test_a_named_index_becomes_the_first_column() -> None:
    frame = pd.DataFrame({"Année": [2024, 2025], "CA": [1, 2]}).set_index("Année")
    assert [column.name for column in a_table(frame).columns] == ["Année", "CA"]


def test_a_table_can_carry_the_formats_of_its_columns() -> None:
    frame = pd.DataFrame({"Année": [2025], "CA": [1234.5], "Part": [0.25]})
    frame.attrs["formats"] = {"Année": "texte", "CA": "€", "Part": "%:1", "Absente": "€"}
    table = a_table(frame, CA="€:2")
    assert [cell_text(column, cell) for column, cell in zip(table.columns, table.rows[0], strict=True)] == [
        "2025", f"1{NNBSP}234,50", f"25,0{NBSP}%",
    ]  # fmt: skip


def test_missing_cells_stay_missing() -> None:
    table = a_table(pd.DataFrame({"CA": [1.5, None]}))
    assert [row[0] for row in table.rows] == ["1.5", None]
    assert cell_text(table.columns[0], None) == "–"


def test_numbers_of_every_kind_are_exact() -> None:
    numbers = [1, 0.1, Decimal("0.1"), Fraction(1, 10), np.int64(3), np.float64(0.1)]
    assert [exact_number(value) for value in numbers] == [1, *(Fraction(1, 10),) * 3, 3, Fraction(1, 10)]
    with pytest.raises(ValueError, match="12"):
        exact_number("12")


@pytest.mark.parametrize(
    ("formats", "code"),
    [
        ({"Prx": "€"}, "annexe.column"),
        ({"Prix": "trois:4:5"}, "annexe.format"),
        ({"Nom": "€"}, "annexe.not_number"),
    ],
)
def test_a_wrong_format_names_the_column(formats: dict[str, str], code: str) -> None:
    with pytest.raises(AuthorError) as caught:
        content_of(pd.DataFrame({"Nom": ["a"], "Prix": [1]}), "A1", "", formats)
    assert [finding.code for finding in caught.value.findings] == [code]


def refused(frame: pd.DataFrame, **formats: str) -> list[str]:
    with pytest.raises(AuthorError) as caught:
        a_table(frame, **formats)
    assert all(finding.message and finding.where.item == "A1" for finding in caught.value.findings)
    return [finding.code for finding in caught.value.findings]


def test_named_levels_of_row_labels_become_columns() -> None:
    frame = pd.DataFrame({"Année": [2024, 2024], "Canal": ["web", "magasin"], "CA": [1, 2]})
    table = a_table(frame.set_index(["Année", "Canal"]), Année="texte")
    assert [column.name for column in table.columns] == ["Année", "Canal", "CA"]
    assert table.rows == (("2024", "web", "1"), ("2024", "magasin", "2"))


@pytest.mark.parametrize("labels", [["web", "magasin"], [2024, 2025], [("a", 1), ("b", 2)]])
def test_labels_of_rows_without_a_title_are_not_lost_silently(labels: list[object]) -> None:
    index = pd.MultiIndex.from_tuples(labels) if isinstance(labels[0], tuple) else labels  # type: ignore[arg-type]
    assert refused(pd.DataFrame({"CA": [1, 2]}, index=index)) == ["annexe.row_labels"]


def test_one_named_level_of_two_is_not_enough() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["Canal", None])
    assert refused(pd.DataFrame({"CA": [1, 2]}, index=index)) == ["annexe.row_labels"]


def test_the_ranks_pandas_gives_to_rows_are_no_labels() -> None:
    frame = pd.DataFrame({"CA": [1, 3, 2]}).sort_values("CA", ascending=False)
    assert [column.name for column in a_table(frame).columns] == ["CA"]


@pytest.mark.parametrize(
    ("frame", "codes"),
    [
        (pd.DataFrame({"CA": []}), ["annexe.empty"]),
        (pd.DataFrame(index=[0, 1]), ["annexe.empty"]),
        (pd.DataFrame([[1, 2]], columns=["CA", "CA"]), ["annexe.header_twice"]),
        (pd.DataFrame({"CA": [1]}, index=pd.Index(["a"], name="CA")), ["annexe.header_twice"]),
        (pd.DataFrame([[1, 2]], columns=["CA", " "]), ["annexe.header_empty"]),
        (pd.DataFrame([[1, 2]], columns=["CA", None]), ["annexe.header_empty"]),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("CA", "HT")])), ["annexe.header_levels"]),
    ],
)
def test_a_table_that_says_nothing_or_twice_the_same_is_refused(
    frame: pd.DataFrame, codes: list[str]
) -> None:
    assert refused(frame) == codes


@pytest.mark.parametrize(
    "value",
    [float("inf"), np.float64("-inf"), Decimal("inf"), 10**400, pytest.param(10**5000, id="endless"), 1e15],
)
@pytest.mark.parametrize("form", ["texte", "nombre", "€:2"])
def test_a_number_no_document_can_show_is_refused(value: object, form: str) -> None:
    assert refused(pd.DataFrame({"CA": pd.Series([value, 1], dtype=object)}), CA=form) == [
        "annexe.unusable_number"
    ]


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, pd.NA])
def test_what_pandas_writes_for_missing_is_an_empty_cell(value: object) -> None:
    frame = pd.DataFrame({"CA": pd.Series(["a", value], dtype=object)})
    assert a_table(frame).rows == (("a",), (None,))


def test_something_else_is_refused() -> None:
    with pytest.raises(AuthorError, match="ni un tableau"):
        content_of(42, "A1", "", {})


def test_text_and_figures_are_told_apart() -> None:
    assert isinstance(content_of("du texte", "A1", "", {}), TextContent)
    figure = content_of(charts.bars(["x"], {"2025": [1]}), "A1", "Une barre de 1.", {})
    assert isinstance(figure, FigureContent)
    assert figure.svg.lstrip().startswith("<?xml")


def test_the_same_chart_gives_the_same_svg() -> None:
    one, other = (svg_of(charts.lines(["a", "b"], {"CA": [1, 2], "CV": [2, 1]}, unit="k€")) for _ in range(2))
    assert one == other
    assert "dc:date" not in one


def test_a_markdown_table_is_written_in_french() -> None:
    table = a_table(pd.DataFrame({"Nom": ["a|b"], "CA": [1234.5]}), CA="€:2")
    assert f"1{NNBSP}234,50" in markdown_table(table)
    assert "a\\|b" in markdown_table(table)
