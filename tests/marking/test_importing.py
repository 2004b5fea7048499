"""Marks brought in a table: all or nothing, every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from kit.errors import InvalidFile, MarkingError
from kit.marking.book import MarkBook
from kit.marking.importing import COLUMNS, import_marks
from kit.sessions.opening import Session
from tests.marking.sessions import copies_in

HEADER = ",".join(COLUMNS)


def number(session: Session, index: int = 0) -> int:
    return copies_in(session, "E2", "ecrit")[index].key.number


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "notes.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return path


def refused(session: Session, book: MarkBook, path: Path, marker: str = "P1") -> list[tuple[str, int | None]]:
    with pytest.raises(InvalidFile) as caught:
        import_marks(session, book, path, marker)
    assert book.said(marker) == ()
    for finding in caught.value.findings:
        assert finding.message
        assert finding.remedy
    return [(finding.code, finding.where.line) for finding in caught.value.findings]


def test_a_table_is_kept_whole(tmp_path: Path, session: Session, book: MarkBook) -> None:
    one, other = number(session), number(session, 1)
    path = table(
        tmp_path, f"E2,ecrit,{one},CE1.1,acquis,,Bien vu", f"E2,ecrit,{one},CE1.2,,not_assessed,",
        f"E2,ecrit,{other},CE1.1,Non acquis,,", f"E2,ecrit,{other},CE1.2,,not_marked,à revoir",
    )  # fmt: skip
    brought = import_marks(session, book, path, "P1")
    assert (len(brought.said), brought.copies) == (4, 2)
    kept = {(said.copy.number, said.line): (said.mark.level, said.mark.state) for said in book.said("P1")}
    assert kept[one, "CE1.1@ecrit"] == ("acquis", None)
    assert kept[one, "CE1.2@ecrit"] == (None, "not_assessed")
    assert kept[other, "CE1.1@ecrit"] == ("non_acquis", None)
    assert kept[other, "CE1.2@ecrit"] == (None, None)


def test_a_workbook_says_the_same(tmp_path: Path, session: Session, book: MarkBook) -> None:
    sheet = (workbook := Workbook()).active
    sheet.append(list(COLUMNS))
    sheet.append(["E2", "ecrit", number(session), "CE1.1", "acquis", None, "Bien vu"])
    workbook.save(path := tmp_path / "notes.xlsx")
    import_marks(session, book, path, "P1")
    assert [(said.mark.level, said.mark.comment) for said in book.said("P1")] == [("acquis", "Bien vu")]


def test_every_problem_is_told_with_its_line_and_nothing_kept(
    tmp_path: Path, session: Session, book: MarkBook
) -> None:
    one = number(session)
    (dossier, *_) = copies_in(session, "E1", "dossier")
    path = table(
        tmp_path,
        f"E2,ecrit,{one},CE1.1,acquis,,",
        f"E2,ecrit,{one},CE1.1,non_acquis,,",
        f"E2,ecrit,{one},CE7.7,acquis,,",
        f"E2,ecrit,{one},CE1.2,excellent,,",
        f"E2,ecrit,{one},CE1.2,acquis,not_assessed,",
        f"E2,ecrit,{one},CE1.2,,absent,",
        f"E2,ecrit,{one},CE1.2,,neutralised,",
        "E2,ecrit,douze,CE1.1,acquis,,",
        "E2,ecrit,1,CE1.1,acquis,,",
        "E2,ecrit,1,CE1.2,acquis,,",
        f"E1,dossier,{dossier.key.number},CE1.1,acquis,,",
        "E2,ecrit",
    )
    found = refused(session, book, path, "P2")
    assert found == [
        ("csv.row_length", 13),
        ("marks.line_twice", 3),
        ("mark.unknown_line", 4),
        ("mark.unknown_level", 5),
        ("marks.line_twice", 6),
        ("mark.both", 6),
        ("marks.line_twice", 7),
        ("marks.unknown_state", 7),
        ("marks.line_twice", 8),
        ("marks.neutralised", 8),
        ("marks.copy_number", 9),
        ("marks.no_copy", 10),
        ("marks.not_yours", 12),
    ]


@pytest.mark.parametrize("rows", [(), ("# rien",)])
def test_a_table_without_marks_is_told(
    tmp_path: Path, session: Session, book: MarkBook, rows: tuple[str, ...]
) -> None:
    assert [found for found, _ in refused(session, book, table(tmp_path, *rows))] == ["marks.empty"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"epreuve,part\nE2,ecrit\n", "csv.missing_columns"),
        (b"\xff\xfe\x00", "file.encoding"),
        (b"", "csv.no_header"),
        (b"PK\x03\x04 tronque", "csv.missing_columns"),
    ],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, session: Session, book: MarkBook, content: bytes, code: str
) -> None:
    (path := tmp_path / "notes.csv").write_bytes(content)
    assert code in [found for found, _ in refused(session, book, path)]


def hostile(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "notes.xlsx"
    workbook = Workbook()
    sheet = workbook.active
    if kind == "header":
        sheet.append(["epreuve", "copie"])
    elif kind == "formula":
        sheet.append(list(COLUMNS))
        sheet.append(["E2", "ecrit", "=1+1", "CE1.1", "acquis", None, None])
    elif kind == "long":
        sheet = (workbook := Workbook(write_only=True)).create_sheet()
        sheet.append(list(COLUMNS))
        for _ in range(1_001):
            sheet.append(["E2", "ecrit", 1, "CE1.1", "acquis", None, None])
    workbook.save(path)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:800])
    if kind == "text":
        path.write_text("epreuve,part", "utf-8")
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("header", "workbook.header"),
        ("formula", "workbook.formula"),
        ("long", "workbook.too_long"),
        ("cut", "workbook.none"),
        ("text", "workbook.none"),
    ],
)
def test_a_hostile_workbook_is_told_and_nothing_kept(
    tmp_path: Path, session: Session, book: MarkBook, kind: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.workbook_reading.MOST_ROWS", 1_000)
    assert code in [found for found, _ in refused(session, book, hostile(tmp_path, kind))]


def test_a_comment_is_text_whatever_it_looks_like(tmp_path: Path, session: Session, book: MarkBook) -> None:
    words = '=1+1 <img src=x onerror="alert(1)">'
    quoted = words.replace('"', '""')
    path = table(tmp_path, f'E2,ecrit,{number(session)},CE1.1,acquis,,"{quoted}"')
    import_marks(session, book, path, "P1")
    assert book.said("P1")[0].mark.comment == words


def test_locked_marks_are_not_replaced(tmp_path: Path, session: Session, book: MarkBook) -> None:
    import_marks(session, book, table(tmp_path, f"E2,ecrit,{number(session)},CE1.1,acquis,,"), "P1")
    book.lock("E2", "P1")
    with pytest.raises(MarkingError, match="verrouillées"):
        import_marks(session, book, table(tmp_path, f"E2,ecrit,{number(session)},CE1.1,non_acquis,,"), "P1")
    assert [said.mark.level for said in book.said("P1")] == ["acquis"]


def test_somebody_who_marks_nothing_is_told_once(tmp_path: Path, session: Session, book: MarkBook) -> None:
    path = table(tmp_path, *(f"E2,ecrit,{number(session)},CE1.{n},acquis,," for n in (1, 2)))
    assert [code for code, _ in refused(session, book, path, "P9")] == ["marks.no_marker"]
