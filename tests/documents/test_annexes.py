"""The data of annexes as files for a spreadsheet: nothing in them is ever taken for a formula."""

import csv
import io
import zipfile

import docx as python_docx
import openpyxl
import pytest

from kit.cases.pieces import Annex, Column, TableContent
from kit.documents.annexes import annex_blocks, annex_workbook, table_csv
from kit.documents.docx import docx
from kit.documents.model import PEN_ROOM, Document, Heading, Table, plain, text

FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "\n=1"]


def a_table(head: str, cell: str) -> TableContent:
    columns = (Column(name=head, kind="text"), Column(name="Nombre", kind="number"))
    return TableContent(columns=columns, rows=((cell, "-3.5"),))


@pytest.mark.parametrize("words", FORMULAS)
def test_neither_a_title_nor_a_cell_of_the_csv_is_a_formula(words: str) -> None:
    head, row = csv.reader(io.StringIO(table_csv(a_table(words, words)), newline=""), delimiter=";")
    assert head[0] == row[0] == "'" + words.replace("\r", "\n")
    assert row[1] == "-3,5"


def test_ordinary_words_are_left_alone() -> None:
    assert table_csv(a_table("Mois", "-")).startswith("Mois;Nombre\n-;")


@pytest.mark.parametrize("words", FORMULAS[:4])
def test_neither_a_title_nor_a_cell_of_the_workbook_is_a_formula_even_once_edited(words: str) -> None:
    annex = Annex(id="A1", title="Ventes", source="=1", content=a_table(words, words))
    content = annex_workbook([annex], "Annexes") or b""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["A1"]
    for cell in (sheet["A4"], sheet["A5"]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (words, "s", True)
    assert not sheet["B4"].quotePrefix
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_an_annex_to_return_leaves_its_boxes_empty_and_room_for_a_pen() -> None:
    columns = (Column(name="Tâche", kind="text"), Column(name="Durée", kind="number"))
    content = TableContent(columns=columns, rows=(("A", None),))

    def table(*, to_return: bool) -> Table:
        annex = Annex(id="A1", title="Planning", to_return=to_return, content=content)
        return next(block for block in annex_blocks(annex) if isinstance(block, Table))

    to_fill, to_read = table(to_return=True), table(to_return=False)
    assert (to_fill.form, plain(to_fill.rows[0][1])) == (PEN_ROOM, "")
    assert (to_read.form, plain(to_read.rows[0][1])) == (0, "–")
    made = Document(title="Annexe", body=(Heading(1, text("Annexe")), to_fill, to_read))
    tables = python_docx.Document(io.BytesIO(docx(made))).tables
    heights = [row.height.mm if row.height else None for shown in tables for row in shown.rows]
    assert heights == [None, pytest.approx(PEN_ROOM, abs=0.1), None, None]
