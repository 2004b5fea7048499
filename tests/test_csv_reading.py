"""CSV as spreadsheets write it: what can be read is, and every problem has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.csv_reading import CsvData, read_csv
from kit.errors import InvalidFile

COLUMNS = ("id", "nom")


def read(folder: Path, text: str) -> CsvData:
    path = folder / "f.csv"
    path.write_bytes(text.encode())
    return read_csv(path, COLUMNS)


def codes(folder: Path, text: str) -> list[tuple[str, int | None]]:
    try:
        found = read(folder, text).findings
    except InvalidFile as error:
        found = list(error.findings)
    assert all(finding.message and finding.remedy for finding in found)
    return [(finding.code, finding.where.line) for finding in found]


@pytest.mark.parametrize(
    "text", ["id,nom\n1,a\n", "id;nom\r\n1;a\r\n", "\ufeffnom\tid\ra\t1\r", "# x\n\nid,nom\n1,a"]
)
def test_the_separators_and_line_ends_of_spreadsheets_are_read(tmp_path, text):
    data = read(tmp_path, text)
    assert [dict(row.values) for row in data.rows] == [{"id": "1", "nom": "a"}]
    assert (data.findings, data.complete) == ([], True)


def test_a_row_of_another_length_leaves_the_others(tmp_path):
    data = read(tmp_path, "id,nom\n1\n2,b\n3,c,d\n")
    assert [(f.code, f.where.line) for f in data.findings] == [("csv.row_length", 2), ("csv.row_length", 4)]
    assert [(row.values["id"], row.whole) for row in data.rows] == [("1", False), ("2", True), ("3", False)]


def test_a_row_that_is_no_csv_leaves_the_others_and_is_named_by_its_first_line(tmp_path):
    data = read(tmp_path, 'id,nom\n1,"a"b\n2,b\n3,"jamais\nrefermé\n')
    assert [(f.code, f.where.line) for f in data.findings] == [("csv.syntax", 2), ("csv.syntax", 4)]
    assert [row.values["id"] for row in data.rows] == ["2"]
    assert not data.complete


def test_a_column_too_many_is_told_and_the_rows_are_read(tmp_path):
    data = read(tmp_path, "id,nom,age,\n1,a,20,\n")
    assert [f.code for f in data.findings] == ["csv.unknown_columns"]
    assert "colonne 4, sans titre" in data.findings[0].message
    assert dict(data.rows[0].values) == {"id": "1", "nom": "a"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("csv.no_header", None)]),
        ("# seul\n,,\n", [("csv.no_header", None)]),
        ("id\n1\n", [("csv.missing_columns", 1)]),
        ("id,nom,nom\n", [("csv.repeated_columns", 1)]),
        ("\nid|nom\n1|a\n", [("csv.missing_columns", 2), ("csv.unknown_columns", 2)]),
        ("id,nom\n1,\0\n", [("csv.binary", None)]),
        ('"id,nom\n1,a\n', [("csv.syntax", 1)]),
        ('id,nom\n1,"' + "x" * 200_000 + '"\n', [("csv.too_long", 2)]),
        (
            "id," + "x" * 200_000 + "\n1,a\n",
            [("csv.too_long", 1), ("csv.missing_columns", 2), ("csv.unknown_columns", 2)],
        ),
    ],
)
def test_what_is_no_table_is_told(tmp_path, text, expected):
    assert codes(tmp_path, text) == expected
