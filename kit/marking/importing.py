"""Marks brought in a table: every line is read and every problem told before anything is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.csv_reading import CsvRow, read_csv
from kit.errors import Finding, InvalidFile, KitError, Place, raise_for
from kit.grids import Grid, Mark
from kit.grids.model import MarkState
from kit.marking.book import MarkBook, Said, Saying
from kit.marking.copies import Copy, CopyKey, copy_grid, marks_copy, nothing_to_mark, session_copies
from kit.marking.set_aside import set_aside
from kit.marking.workbooks import read_marker_workbook
from kit.reading import nearest
from kit.sessions.opening import Session
from kit.workbook_reading import read_workbook

COLUMNS = ("epreuve", "part", "copy", "criterion", "level", "state", "comment")
_STATES: Mapping[str, MarkState | None] = {
    "": None, "not_marked": None, "not_assessed": "not_assessed", "neutralised": "neutralised",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import kept, and of how many copies."""

    said: tuple[Said, ...]
    copies: int


def import_marks(session: Session, book: MarkBook, file: Path, marker: str) -> Brought:
    """Keep the marks of a table for a marker, all of them or none.

    Args:
        session: the session, built.
        book: where marks are kept.
        file: CSV, a workbook whose first sheet has the same columns, or the workbook of a marker's pack.
        marker: whose marks they are.

    Raises:
        InvalidFile: somebody who marks nothing here; lines that cannot be read, of copies that are not this
            marker's, or that no grid can hold.
        MarkingError: this marker's marks are locked, or lines of the pack's workbook were said elsewhere since.
        EnvironmentFault: the database or the disk refuses.
    """
    raise_for(nothing_to_mark(session, marker))
    if file.suffix.lower() == ".xlsx":
        workbook = read_marker_workbook(session, book, marker, file)
        if workbook is not None:
            raise_for(workbook.findings)
            return _keep(book, marker, workbook.sayings, workbook.grids)
    rows, findings = _rows(file)
    reader = _Reader(session, marker, str(file), set_aside(session, book))
    sayings = [saying for row in rows if (saying := reader.read(row)) is not None]
    raise_for([*findings, *reader.findings])
    if not sayings:
        raise InvalidFile(Finding("marks.empty", Place(str(file))))
    return _keep(book, marker, sayings, reader.grids)


def _keep(book: MarkBook, marker: str, sayings: Sequence[Saying], grids: Mapping[CopyKey, Grid]) -> Brought:
    said = book.say(marker, sayings, grids) if sayings else ()
    return Brought(said, len({saying.copy for saying in sayings}))


def _rows(file: Path) -> tuple[Sequence[CsvRow], Sequence[Finding]]:
    data = read_workbook(file, COLUMNS) if file.suffix.lower() == ".xlsx" else read_csv(file, COLUMNS)
    return data.rows, data.findings


class _Reader:
    """Reads the lines of a table into sayings, and gathers what is wrong with them."""

    def __init__(
        self, session: Session, marker: str, file: str, aside: Mapping[CopyKey, frozenset[str]]
    ) -> None:
        self.findings: list[Finding] = []
        self.grids: dict[CopyKey, Grid] = {}
        self._session = session
        self._marker = marker
        self._file = file
        self._copies = {copy.key: copy for copy in session_copies(session)}
        self._aside = aside
        self._lines: dict[tuple[CopyKey, str], int] = {}
        self._told: set[CopyKey] = set()

    def read(self, row: CsvRow) -> Saying | None:
        """Return what a line says, None when it is wrong."""
        if not row.whole:
            return None
        problems = list(self._problems(row))
        self.findings += problems
        if problems or (key := _key(row)) not in self.grids:
            return None
        if self._line(key, row.values["criterion"]) in self._aside.get(key, ()):
            return None
        return Saying(key, self._line(key, row.values["criterion"]) or "", _mark(row, self.grids[key]))

    def _problems(self, row: CsvRow) -> Iterator[Finding]:
        values = row.values
        try:
            key = _key(row)
        except ValueError:
            yield self._finding(row, "copy", "marks.copy_number", value=values["copy"][:40])
            return
        copy = self._copies.get(key)
        if copy is not None and marks_copy(self._session, self._marker, key):
            yield from self._of_grid(row, copy)
            return
        code = "marks.no_copy" if copy is None else "marks.not_yours"
        if key not in self._told:
            yield self._finding(row, "copy", code, copy=key, marker=self._marker)
        self._told.add(key)

    def _of_grid(self, row: CsvRow, copy: Copy) -> Iterator[Finding]:
        try:
            grid = self.grids.setdefault(copy.key, copy_grid(self._session.root, copy))
        except KitError as error:
            self.findings += [found for found in error.findings if found not in self.findings]
            return
        criterion = row.values["criterion"]
        line = self._line(copy.key, criterion)
        if line is None:
            known = [item.criterion for item in grid.lines]
            near = nearest(criterion, known) or known[:6]
            yield self._finding(row, "criterion", "mark.unknown_line", line=criterion[:40], near=near)
            return
        first = self._lines.setdefault((copy.key, line), row.line)
        if first != row.line:
            yield self._finding(row, "criterion", "marks.line_twice", line=criterion, first=first)
        if line in self._aside.get(copy.key, ()) and (row.values["level"] or row.values["comment"]):
            yield self._finding(row, "level", "marks.set_aside")
        yield from self._of_mark(row, grid)

    def _of_mark(self, row: CsvRow, grid: Grid) -> Iterator[Finding]:
        level, state = row.values["level"], row.values["state"]
        if level and _level(grid, level) is None:
            known = [item.id for item in grid.scale.levels]
            yield self._finding(row, "level", "mark.unknown_level", level=level[:40], known=known)
        if state not in _STATES:
            yield self._finding(row, "state", "marks.unknown_state", state=state[:40])
        elif state == "neutralised":
            yield self._finding(row, "state", "marks.neutralised")
        elif (level and _STATES[state]) or (level and state == "not_marked"):
            yield self._finding(row, "state", "mark.both", level=level, state=state)

    def _line(self, key: CopyKey, criterion: str) -> str | None:
        lines = [item.key for item in self.grids[key].lines if criterion in (item.criterion, item.key)]
        return lines[0] if len(lines) == 1 else None

    def _finding(self, row: CsvRow, column: str, code: str, **fields: object) -> Finding:
        return Finding(code, Place(self._file, row.line, field=column), fields)


def _key(row: CsvRow) -> CopyKey:
    if not (row.values["copy"].isascii() and row.values["copy"].isdigit() and len(row.values["copy"]) < 10):
        raise ValueError(row.values["copy"])
    return CopyKey(row.values["epreuve"], row.values["part"], int(row.values["copy"]))


def _level(grid: Grid, word: str) -> str | None:
    """Return the level of an id, or of the label that a spreadsheet shows."""
    return next((item.id for item in grid.scale.levels if word in (item.id, item.label)), None)


def _mark(row: CsvRow, grid: Grid) -> Mark:
    return Mark(
        level=_level(grid, row.values["level"]),
        state=_STATES[row.values["state"]],
        comment=row.values["comment"],
    )
