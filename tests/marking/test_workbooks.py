"""A marker's copies in a workbook: it comes back whole or not at all, and only its levels and comments are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kit.documents.grid_workbook import COMMENT, COPY_ROW, FIRST_ROW, HEAD_COLUMN, LEVEL, NUMBER, SUBJECT_ROW
from kit.errors import KitError
from kit.grids import Mark
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import CopyKey, copies_of, copy_grid, session_copies
from kit.marking.importing import import_marks
from kit.marking.workbooks import marker_workbooks
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from tests.marking.sessions import copies_in

Edit = Callable[[Any], None]


def workbook_of(session: Session, book: MarkBook, marker: str = "P2") -> bytes:
    copies = copies_of(session, marker, read_secret(session.root))
    return dict(marker_workbooks(session, book, marker, copies))["E2"]


def edited(content: bytes, path: Path, edit: Edit) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    book.save(path)
    return path


def fill(level: str = "Acquis", comment: str = "") -> Edit:
    def edit(book: Any) -> None:
        for sheet in book.worksheets[:-1]:
            for row in (1, 2):
                sheet.cell(FIRST_ROW + row, LEVEL + 1).value = level
                sheet.cell(FIRST_ROW + row, COMMENT + 1).value = comment

    return edit


def kept(book: MarkBook) -> list[tuple[int, str, str | None, str | None, str]]:
    return [
        (said.copy.number, said.line, said.mark.level, said.mark.state, said.mark.comment)
        for said in book.said("P2")
    ]


def test_levels_and_comments_come_back_and_a_second_time_change_nothing(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    path = edited(
        workbook_of(session, book), tmp_path / "E2.xlsx", fill("Maîtrisé", "=1+1 <img onerror=alert(1)>")
    )
    brought = import_marks(session, book, path, "P2")
    assert (len(brought.said), brought.copies) == (6, 3)
    assert {row[2:] for row in kept(book)} == {("maitrise", None, "=1+1 <img onerror=alert(1)>")}
    assert import_marks(session, book, path, "P2").said == ()


def test_a_workbook_made_later_has_what_was_said_and_its_marks(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    copy = copies_in(session, "E2", "ecrit")[0]
    grid = copy_grid(session.root, copy)
    marks = {"CE1.1@ecrit": Mark(level="acquis", comment="Bien"), "CE1.2@ecrit": Mark(level="non_acquis")}
    book.say("P2", [Saying(copy.key, line, mark) for line, mark in marks.items()], {copy.key: grid})
    content = workbook_of(session, book)
    shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheet = next(
        sheet
        for sheet in shown.worksheets[:-1]
        if sheet.cell(COPY_ROW + 1, HEAD_COLUMN + 1).value == str(copy.key)
    )
    assert [sheet.cell(FIRST_ROW + row, LEVEL + 1).value for row in (1, 2)] == ["Acquis", "Non acquis"]
    assert sheet.cell(FIRST_ROW + 1, COMMENT + 1).value == "Bien"
    assert sheet.cell(FIRST_ROW + 2 + 5, LEVEL + 2).value == 10
    path = tmp_path / "E2.xlsx"
    path.write_bytes(content)
    assert import_marks(session, book, path, "P2").said == ()


def test_a_line_said_meanwhile_elsewhere_is_a_conflict_and_nothing_is_kept(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    path = edited(workbook_of(session, book), tmp_path / "E2.xlsx", fill())
    copy = copies_in(session, "E2", "ecrit")[0]
    book.say(
        "P2",
        [Saying(copy.key, "CE1.1@ecrit", Mark(level="en_cours"))],
        {copy.key: copy_grid(session.root, copy)},
    )
    before = kept(book)
    with pytest.raises(KitError) as caught:
        import_marks(session, book, path, "P2")
    assert [found.code for found in caught.value.findings] == ["marks.said_elsewhere"]
    assert kept(book) == before


def first(book: Any) -> Any:
    return book.worksheets[0]


def set_cell(row: int, column: int, value: Any) -> Edit:
    def edit(book: Any) -> None:
        fill()(book)
        first(book).cell(row + 1, column + 1).value = value

    return edit


def doubled(book: Any) -> None:
    fill()(book)
    for row in (SUBJECT_ROW, COPY_ROW):
        first(book).cell(row + 1, HEAD_COLUMN + 1).value = (
            book.worksheets[1].cell(row + 1, HEAD_COLUMN + 1).value
        )


@pytest.mark.parametrize(
    ("edit", "codes"),
    [
        (set_cell(FIRST_ROW, LEVEL, "Excellent"), {"mark.unknown_level"}),
        (set_cell(FIRST_ROW, LEVEL, "=1+1"), {"workbook.formula"}),
        (set_cell(FIRST_ROW, 0, "CE9.9"), {"workbook.changed_line"}),
        (set_cell(FIRST_ROW, 3, "Un autre libellé"), {"workbook.changed_line"}),
        (set_cell(FIRST_ROW, NUMBER, "-1"), {"workbook.changed_line"}),
        (set_cell(FIRST_ROW + 2, LEVEL, "Acquis"), {"workbook.extra_line"}),
        (set_cell(FIRST_ROW + 20, 0, "CE1.3"), {"workbook.extra_line"}),
        (set_cell(FIRST_ROW - 1, LEVEL, "Note"), {"workbook.not_a_grid"}),
        (set_cell(COPY_ROW, HEAD_COLUMN, "E2 ecrit 99999"), {"marks.no_copy"}),
        (set_cell(COPY_ROW - 1, HEAD_COLUMN, "AUTRE-SESSION-E2-P1"), {"workbook.other_subject"}),
        (set_cell(COPY_ROW + 1, HEAD_COLUMN, "P1"), {"workbook.other_marker"}),
        (doubled, {"workbook.copy_twice"}),
    ],
)
def test_a_workbook_that_was_tampered_with_is_refused_whole(
    session: Session, book: MarkBook, tmp_path: Path, edit: Edit, codes: set[str]
) -> None:
    path = edited(workbook_of(session, book), tmp_path / "E2.xlsx", edit)
    with pytest.raises(KitError) as caught:
        import_marks(session, book, path, "P2")
    assert {found.code for found in caught.value.findings} == codes
    assert all(found.where.file == str(path) for found in caught.value.findings)
    assert kept(book) == []


def test_all_the_faults_of_all_the_sheets_are_told_at_once(
    session: Session, book: MarkBook, tmp_path: Path
) -> None:
    def edit(workbook: Any) -> None:
        for sheet in workbook.worksheets[:-1]:
            sheet.cell(FIRST_ROW + 1, LEVEL + 1).value = "Moyen"

    path = edited(workbook_of(session, book), tmp_path / "E2.xlsx", edit)
    with pytest.raises(KitError) as caught:
        import_marks(session, book, path, "P2")
    assert len(caught.value.findings) == 3


def test_there_is_a_workbook_an_epreuve_with_all_the_copies_and_no_name(
    session: Session, book: MarkBook
) -> None:
    found = dict(marker_workbooks(session, book, "P1", copies_of(session, "P1", read_secret(session.root))))
    assert list(found) == ["E1", "E2"]
    shown: list[CopyKey] = []
    for content in found.values():
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets[:-1]:
            epreuve, part, number = str(sheet.cell(COPY_ROW + 1, HEAD_COLUMN + 1).value).split()
            shown.append(CopyKey(epreuve, part, int(number)))
            text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
            assert not any(candidate.last_name in text for candidate in session.candidates)
    assert set(shown) == {copy.key for copy in session_copies(session)}


@pytest.mark.parametrize("kind", ["truncated", "no zip", "other version"])
def test_what_is_no_workbook_is_said_so(session: Session, book: MarkBook, tmp_path: Path, kind: str) -> None:
    content = workbook_of(session, book)
    path = tmp_path / "E2.xlsx"
    path.write_bytes(
        {
            "truncated": content[: len(content) // 2],
            "no zip": b"%PDF-1.7",
            "other version": b"\xd0\xcf\x11\xe0" * 300,
        }[kind]
    )
    with pytest.raises(KitError) as caught:
        import_marks(session, book, path, "P2")
    assert [found.code for found in caught.value.findings] == ["workbook.none"]


def test_a_million_rows_are_refused_quickly(session: Session, book: MarkBook, tmp_path: Path) -> None:
    path = edited(workbook_of(session, book), tmp_path / "E2.xlsx", fill())
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1000, 1_001_000))
    parts[sheet] = parts[sheet].replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(KitError) as caught:
        import_marks(session, book, path, "P2")
    assert [found.code for found in caught.value.findings] == ["workbook.too_long"]
    assert kept(book) == []
