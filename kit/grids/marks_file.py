"""The file a marker's grid is saved in: the marks, and a copy of what they were given under.

Wording, weights, scale and règlement are copied in, so that a later edit of the grid changes nothing already
marked and is told when the file is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from kit.errors import Finding, InvalidFile, MarkingError, Place, Severity, raise_for
from kit.grids.model import Grid, GridRules, Mark
from kit.grids.scoring import by_line, misplaced
from kit.grids.strict_json import has_half_character, read_json
from kit.reading import FrozenModel, findings_of
from kit.referentiel import Scale
from kit.referentiel.model import Code
from kit.referentiel.reglement import Exact
from kit.writing import json_text

FORMAT = 1
NAME_LENGTH = 200

Name = Annotated[str, StringConstraints(max_length=NAME_LENGTH)]


class AppliedLine(FrozenModel):
    """The wording and the weight a line had when it was marked."""

    text: str
    weight: Exact


class Applied(FrozenModel):
    """What the marks were given under."""

    total: Exact
    reglement: GridRules
    scale: Scale
    lines: dict[str, AppliedLine]


class MarksFile(FrozenModel):
    """A filled grid. `marks` holds the lines something was said of, by line key."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    format: Literal[1]
    grid: str
    session: str
    epreuve: Code
    version: str
    variant: int
    copy_number: Name = Field(default="", alias="copy")
    marker: Name = ""
    marks: dict[str, Mark]
    applied: Applied


def marks_text(grid: Grid, marks: Mapping[str, Mark], copy_number: str, marker: str) -> str:
    """Return the JSON text of a filled grid.

    Raises:
        MarkingError: a comment, the copy's number or the marker's name holds what no file can; all are listed.
    """
    raise_for(_unwritable(marks, copy_number, marker), MarkingError)
    kept = {key: mark for key, mark in marks.items() if mark != Mark()}
    file = MarksFile(
        format=FORMAT, grid=grid.code, session=grid.session, epreuve=grid.epreuve, version=grid.version,
        variant=grid.variant, copy_number=copy_number, marker=marker, marks=kept, applied=_applied(grid),
    )  # fmt: skip
    data = file.model_dump(mode="json", by_alias=True)
    data["marks"] = {key: _said(mark) for key, mark in kept.items()}
    return json_text(data)


def _unwritable(marks: Mapping[str, Mark], copy_number: str, marker: str) -> Iterator[Finding]:
    """Yield the texts that hold half a character (a lone surrogate), which UTF-8 cannot write."""
    texts = {**{key: mark.comment for key, mark in marks.items()}, "copy": copy_number, "marker": marker}
    for name, words in texts.items():
        if has_half_character(words):
            yield Finding("json.half_character", Place(item=name))


def _applied(grid: Grid) -> Applied:
    lines = {line.key: AppliedLine(text=line.text, weight=line.weight) for line in grid.lines}
    return Applied(total=grid.total, reglement=grid.reglement, scale=grid.scale, lines=lines)


def _said(mark: Mark) -> dict[str, str]:
    said = {"level": mark.level, "state": mark.state, "comment": mark.comment}
    return {name: value for name, value in said.items() if value}


def read_marks(path: Path, grid: Grid) -> tuple[MarksFile, tuple[Finding, ...]]:
    """Return the filled grid of a file, its marks by line key, and the remarks it calls for.

    Raises:
        InvalidFile: not such a file, another grid's, or marks this grid cannot hold; every problem is listed.
    """
    where = Place(str(path))
    data = read_json(path, "marks.not_json")
    if not isinstance(data, dict):
        raise InvalidFile(Finding("marks.not_marks", where))
    if data.get("format") != FORMAT:
        raise InvalidFile(
            Finding("marks.format", where, {"format": data.get("format", "—"), "known": FORMAT})
        )
    try:
        file = MarksFile.model_validate(data)
    except ValidationError as error:
        raise InvalidFile(*findings_of(error, str(path), model=MarksFile)) from error
    raise_for(_another(file, grid, where))
    raise_for(_refused(file.marks, grid, where))
    file = file.model_copy(update={"marks": by_line(grid, file.marks)})
    return file, tuple(_drift(file.applied, grid, where))


class GivenMarks(FrozenModel):
    """Marks alone, as another tool hands them over: by line key, or by criterion where it has one line."""

    marks: dict[str, Mark]


def read_given_marks(path: Path, grid: Grid) -> tuple[dict[str, Mark], tuple[Finding, ...]]:
    """Return the marks of a file by line key, and the remarks it calls for.

    A file that says which grid it was saved from is read as one; one that has marks alone is taken at its word.

    Raises:
        InvalidFile: not such a file, another grid's, or marks this grid cannot hold; every problem is listed.
    """
    data = read_json(path, "marks.not_json")
    if isinstance(data, dict) and "format" in data:
        file, remarks = read_marks(path, grid)
        return file.marks, remarks
    if not isinstance(data, dict) or "marks" not in data:
        raise InvalidFile(Finding("marks.not_marks", Place(str(path))))
    try:
        given = GivenMarks.model_validate(data)
    except ValidationError as error:
        raise InvalidFile(*findings_of(error, str(path), model=GivenMarks)) from error
    raise_for(misplaced(grid, given.marks, Place(str(path))))
    return by_line(grid, given.marks), ()


def _another(file: MarksFile, grid: Grid, where: Place) -> Iterator[Finding]:
    """Yield what tells that the marks are another grid's: its code and session, or what they stand for."""

    def name(code: str, session: str) -> str:
        return f"{code} ({session})" if session else code

    if (file.grid, file.session) != (grid.code, grid.session):
        fields = {"found": name(file.grid, file.session), "expected": name(grid.code, grid.session)}
        yield Finding("marks.other_grid", where, fields)
        return
    for field in ("epreuve", "version", "variant"):
        found, expected = getattr(file, field), getattr(grid, field)
        if found != expected:
            fields = {"name": field, "found": found, "expected": expected}
            yield Finding("marks.other_subject", replace(where, field=field), fields)


def _refused(marks: Mapping[str, Mark], grid: Grid, where: Place) -> Iterator[Finding]:
    yield from misplaced(grid, marks, where)
    for key, mark in marks.items():
        if mark.state == "neutralised":
            yield Finding("marks.neutralised", replace(where, item=key))


def _drift(applied: Applied, grid: Grid, where: Place) -> Iterator[Finding]:
    """Yield what the grid changed since the marks were given: marks keep their level, their worth may differ."""
    now = _applied(grid)
    changed = [key for key, line in now.lines.items() if applied.lines.get(key) != line]
    if changed or set(applied.lines) - set(now.lines):
        lines = sorted({*changed, *(set(applied.lines) - set(now.lines))})
        yield Finding("marks.lines_changed", where, {"lines": lines}, Severity.WARNING)
    if (applied.scale, applied.total, applied.reglement) != (now.scale, now.total, now.reglement):
        yield Finding("marks.rules_changed", where, {}, Severity.WARNING)
