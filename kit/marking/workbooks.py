"""A marker's copies as a workbook, a sheet each, and their way back: the levels come back, nothing else is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from kit.documents.grid_workbook import (
    COLUMNS,
    COMMENT,
    COPY_ROW,
    FIRST_ROW,
    FOOT_ROWS,
    HEAD_COLUMN,
    LEVEL,
    MARKER_ROW,
    NUMBER,
    SUBJECT_ROW,
    CopySheet,
    copies_workbook,
)
from kit.errors import Finding, Place
from kit.grids import Grid, GridLine, Mark
from kit.marking.book import MarkBook, Said, Saying
from kit.marking.copies import Copy, CopyKey, copy_grid, marks_copy, session_copies
from kit.marking.set_aside import set_aside
from kit.messages import label
from kit.sessions.opening import Session
from kit.workbook_reading import is_formula, read_sheets, text_of

_CODE, _PART, _WORDING = 0, 2, 3
_SHEET_NAME = 31

Cells = Sequence[Sequence[Any]]


def marker_workbooks(
    session: Session, book: MarkBook, marker: str, copies: Iterable[Copy]
) -> Iterator[tuple[str, bytes]]:
    """Yield a workbook an épreuve, with its code: the grid of each of a marker's copies, filled with what he said."""
    aside = set_aside(session, book)
    for epreuve, some in groupby(copies, key=lambda copy: copy.key.epreuve):
        sheets = [_sheet(session, book, marker, copy, aside.get(copy.key, frozenset())) for copy in some]
        yield epreuve, copies_workbook(f"{session.config.id} – {epreuve} – {marker}", sheets)


def _sheet(session: Session, book: MarkBook, marker: str, copy: Copy, aside: frozenset[str]) -> CopySheet:
    grid = _without(copy_grid(session.root, copy), aside)
    said = {one.line: one for one in book.said(marker, copy.key) if not one.member}
    return CopySheet(
        name=f"{copy.key.part} {copy.key.number}"[-_SHEET_NAME:], copy=str(copy.key), marker=marker, grid=grid,
        marks={line.key: said[line.key].mark for line in grid.lines if line.key in said},
        numbers={line: one.number for line, one in said.items()},
    )  # fmt: skip


def _without(grid: Grid, aside: frozenset[str]) -> Grid:
    return grid.model_copy(update={"lines": tuple(line for line in grid.lines if line.key not in aside)})


def is_marker_workbook(sheets: Mapping[str, Cells]) -> bool:
    """Whether a workbook has the grids of a marker's copies, rather than a table of marks."""
    return label("grid.scale_sheet") in sheets and len(sheets) > 1


class WorkbookReader:
    """Reads what a marker said in a workbook, and gathers all that is wrong with it.

    Attributes:
        sayings: what he said that is not already kept.
        grids: the grid of each copy spoken of.
        findings: what is wrong; nothing is to be kept unless it is empty.
    """

    def __init__(self, session: Session, book: MarkBook, marker: str, file: Path) -> None:
        self.sayings: list[Saying] = []
        self.grids: dict[CopyKey, Grid] = {}
        self.findings: list[Finding] = []
        self._session = session
        self._marker = marker
        self._file = str(file)
        self._copies = {str(copy.key): copy for copy in session_copies(session)}
        self._aside = set_aside(session, book)
        self._kept = {(one.copy, one.line): one for one in book.said(marker) if not one.member}
        self._read: dict[CopyKey, str] = {}

    def read(self, sheets: Mapping[str, Cells]) -> None:
        """Read the sheets, but the one of the levels; another marker's workbook is told once."""
        grids = {name: cells for name, cells in sheets.items() if name != label("grid.scale_sheet")}
        others = {_text(cells, MARKER_ROW) for cells in grids.values()} - {self._marker, ""}
        if others:
            fields = {"found": ", ".join(sorted(others))[:80], "expected": self._marker}
            self.findings.append(Finding("workbook.other_marker", Place(self._file), fields))
            return
        for name, cells in grids.items():
            problems = list(self._head_problems(name, cells))
            self.findings += problems
            if not problems:
                self._lines(name, cells)

    def _head_problems(self, name: str, cells: Cells) -> Iterator[Finding]:
        where = Place(self._file, item=name)
        found = _text(cells, COPY_ROW)
        titles = [text_of(_cell(cells, FIRST_ROW - 1, column)) for column in range(NUMBER + 1)]
        copy = self._copies.get(found)
        if titles != [label(f"grid.{key}") for key in (*COLUMNS, "number")]:
            yield Finding("workbook.not_a_grid", where)
            return
        if copy is None:
            yield Finding("marks.no_copy", where, {"copy": found[:60]})
        elif not marks_copy(self._session, self._marker, copy.key):
            yield Finding("marks.not_yours", where, {"copy": copy.key, "marker": self._marker})
        elif copy.key in self._read:
            yield Finding("workbook.copy_twice", where, {"copy": copy.key, "first": self._read[copy.key]})
        else:
            self._read[copy.key] = name
            code = _text(cells, SUBJECT_ROW)
            grid = copy_grid(self._session.root, copy)
            if code != grid.code:
                yield Finding("workbook.other_subject", where, {"found": code[:60], "expected": grid.code})

    def _lines(self, name: str, cells: Cells) -> None:
        copy = self._copies[_text(cells, COPY_ROW)]
        grid = copy_grid(self._session.root, copy)
        self.grids[copy.key] = grid
        asked = _without(grid, self._aside.get(copy.key, frozenset())).lines
        self.findings += _shape_problems(Place(self._file, item=name), cells, asked)
        for row, line in enumerate(asked, start=FIRST_ROW):
            where = Place(self._file, row + 1, item=name)
            problems = list(_line_problems(where, cells, row, line, grid))
            self.findings += problems
            if not problems:
                self._say(copy.key, line, cells, row, grid)

    def _say(self, copy: CopyKey, line: GridLine, cells: Cells, row: int, grid: Grid) -> None:
        mark = _mark(cells, row, grid)
        kept: Said | None = self._kept.get((copy, line.key))
        if mark != (Mark() if kept is None else kept.mark):
            seen = int(text_of(_cell(cells, row, NUMBER)))
            self.sayings.append(Saying(copy, line.key, mark, seen=seen))


def read_marker_workbook(session: Session, book: MarkBook, marker: str, file: Path) -> WorkbookReader | None:
    """Return what a marker's workbook says, None when the file is not one.

    Raises:
        InvalidFile: no workbook, or too large; the session was not built.
        EnvironmentFault: the database refuses.
    """
    sheets = read_sheets(file)
    if not is_marker_workbook(sheets):
        return None
    reader = WorkbookReader(session, book, marker, file)
    reader.read(sheets)
    return reader


def _cell(cells: Cells, row: int, column: int) -> Any:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None


def _text(cells: Cells, row: int) -> str:
    """Return what the head of a sheet says in a row."""
    return text_of(_cell(cells, row, HEAD_COLUMN)).strip()


def _shape_problems(where: Place, cells: Cells, asked: Sequence[GridLine]) -> Iterator[Finding]:
    """Yield what shows that lines were added: a level or a comment below the last line of the grid."""
    end = FIRST_ROW + len(asked)
    for row in range(end, len(cells)):
        foot = end < row <= end + FOOT_ROWS
        columns = (_CODE, COMMENT) if foot else (_CODE, LEVEL, COMMENT)
        if any(text_of(_cell(cells, row, column)).strip() for column in columns):
            yield Finding("workbook.extra_line", Place(where.file, row + 1, item=where.item))


def _line_problems(where: Place, cells: Cells, row: int, line: GridLine, grid: Grid) -> Iterator[Finding]:
    told = [text_of(_cell(cells, row, column)).strip() for column in (_CODE, _PART, _WORDING)]
    if told != [line.criterion, line.part, line.text.strip()]:
        yield Finding("workbook.changed_line", where, {"criterion": line.criterion})
        return
    level = _cell(cells, row, LEVEL)
    if is_formula(level):
        yield Finding("workbook.formula", where)
        return
    words = text_of(level).strip()
    known = [item.label for item in grid.scale.levels]
    if words and words not in (*known, label("grid.not_assessed")):
        yield Finding("mark.unknown_level", where, {"level": words[:40], "known": known})
    number = text_of(_cell(cells, row, NUMBER))
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        yield Finding("workbook.changed_line", where, {"criterion": line.criterion})


def _mark(cells: Cells, row: int, grid: Grid) -> Mark:
    words = text_of(_cell(cells, row, LEVEL)).strip()
    level = next((item.id for item in grid.scale.levels if item.label == words), None)
    state = "not_assessed" if words and level is None else None
    comment = text_of(_cell(cells, row, COMMENT)).strip()
    return Mark.model_validate({"level": level, "state": state, "comment": comment})
