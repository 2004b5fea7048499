"""A trainer's own table: exact values, and every problem of the file with its line or its cell."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from kit.cases import donnees, entier, nombre, part, texte
from kit.errors import InvalidFile

COLUMNS = {"Acteur": texte(), "Part": part(total=1), "Prix (€)": nombre(minimum=0), "Magasins": entier(0)}
ROWS = [
    ("Arbalou", "45 %", "1 234,50", "12"),
    ("Bélune", "0,30", "99.9", "3"),
    ("Autres", "0.25", "80 €", "0"),
]


def a_csv(
    folder: Path, rows: list[tuple[str, ...]], head: tuple[str, ...] = tuple(COLUMNS), encoding: str = "utf-8"
) -> Path:
    path = folder / "marché.csv"
    path.write_text("\n".join(";".join(row) for row in (head, *rows)) + "\n", encoding)
    return path


def a_workbook(folder: Path, rows: list[tuple[object, ...]], head: tuple[str, ...] = tuple(COLUMNS)) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(row)
    path = folder / "marché.xlsx"
    book.save(path)
    return path


def told(path: Path) -> list[tuple[str, int | str | None]]:
    with pytest.raises(InvalidFile) as caught:
        donnees(path, COLUMNS)
    assert all(finding.message and finding.remedy for finding in caught.value.findings)
    return [(finding.code, finding.where.line or finding.where.item) for finding in caught.value.findings]


def test_values_are_exact_whatever_the_way_they_are_written(tmp_path: Path) -> None:
    table = donnees(a_csv(tmp_path, ROWS), COLUMNS)
    assert list(table["Part"]) == [Decimal("0.45"), Decimal("0.30"), Decimal("0.25")]
    assert list(table["Prix (€)"]) == [Decimal("1234.50"), Decimal("99.9"), Decimal(80)]
    assert list(table["Magasins"]) == [12, 3, 0]


def test_a_workbook_gives_the_same_table(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("Arbalou", 0.45, 1234.5, 12),
        ("Bélune", 0.3, 99.9, 3),
        ("Autres", 0.25, 80, 0),
    ]
    table = donnees(a_workbook(tmp_path, rows), COLUMNS)
    assert table.equals(donnees(a_csv(tmp_path, ROWS), COLUMNS))


def test_all_problems_are_told_at_once_with_their_line(tmp_path: Path) -> None:
    rows = [("Arbalou", "45 %", "-3", "12"), ("", "0,30", "gratuit", "2,5"), ("Autres", "1,25", "80", "0")]
    assert told(a_csv(tmp_path, rows)) == [
        ("data.range", 2), ("data.missing", 3), ("data.not_number", 3), ("data.not_whole", 3), ("data.range", 4),
    ]  # fmt: skip


def test_problems_of_a_workbook_name_the_cell(tmp_path: Path) -> None:
    assert told(a_workbook(tmp_path, [("Arbalou", 1, -3, "beaucoup")])) == [
        ("data.range", "C2"),
        ("data.not_whole", "D2"),
    ]


def test_shares_that_do_not_sum_to_one_are_told(tmp_path: Path) -> None:
    rows = [("Arbalou", "0,7", "1", "1"), ("Autres", "0,5", "1", "1")]
    assert told(a_csv(tmp_path, rows)) == [("data.total", None)]


def test_shares_rounded_to_the_point_may_miss_the_total_by_a_hair(tmp_path: Path) -> None:
    rows = [("A", "33,3 %", "1", "1"), ("B", "33,3 %", "1", "1"), ("C", "33,3 %", "1", "1")]
    assert len(donnees(a_csv(tmp_path, rows), COLUMNS)) == 3


@pytest.mark.parametrize("make", [a_csv, a_workbook])
def test_a_missing_column_is_named(tmp_path: Path, make: object) -> None:
    path = make(tmp_path, [("Arbalou", "1", "2")], head=("Acteur", "Part", "Prix (€)"))  # type: ignore[operator]
    with pytest.raises(InvalidFile, match="Magasins"):
        donnees(path, COLUMNS)


def test_columns_nobody_asked_for_are_left_aside(tmp_path: Path) -> None:
    rows = [(*row, "note") for row in ROWS]
    assert list(donnees(a_csv(tmp_path, rows, head=(*COLUMNS, "Remarque")), COLUMNS)) == list(COLUMNS)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="UTF-8"):
        donnees(a_csv(tmp_path, [("Bélune", "1", "2", "3")], encoding="cp1252"), COLUMNS)


def test_what_is_no_workbook_and_what_is_empty_are_told(tmp_path: Path) -> None:
    fake = tmp_path / "faux.xlsx"
    fake.write_text("Acteur;Part")
    assert told(fake) == [("data.not_workbook", None)]
    assert told(a_csv(tmp_path, [])) == [("data.empty", None), ("data.total", None)]
