"""The file of a filled grid: what it holds, and what is refused when it is read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import InvalidFile, MarkingError, Severity
from kit.grids import Mark
from kit.grids.marks_file import marks_text, read_marks
from tests.case_builders import a_grid

Change = Callable[[dict[str, Any]], object]
FIRST = "CE1.1@ecrit"
GRID = a_grid()


def written(change: Change = lambda data: None) -> str:
    data = json.loads(marks_text(GRID, {FIRST: Mark(level="acquis", comment="Juste.")}, "12", "P01"))
    change(data)
    return json.dumps(data)


def codes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "notes.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_marks(path, GRID)
    for finding in caught.value.findings:
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in caught.value.findings]


def test_the_file_carries_what_the_marks_were_given_under() -> None:
    data = json.loads(written())
    assert (data["format"], data["grid"], data["session"], data["epreuve"]) == (1, "TEST-E2-P1", "TEST", "E2")
    assert (data["copy"], data["marker"]) == ("12", "P01")
    assert data["marks"] == {FIRST: {"level": "acquis", "comment": "Juste."}}
    assert data["applied"]["lines"][FIRST] == {"text": "Libellé de CE1.1.", "weight": "3"}
    assert [level["value"] for level in data["applied"]["scale"]["levels"]] == ["0", "1/3", "2/3", "1"]
    assert data["applied"]["reglement"]["version"] == "1"


def test_marks_may_name_a_criterion_that_has_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text(written(lambda data: data.update(marks={"CE1.1": {"level": "acquis"}})), "utf-8")
    assert read_marks(path, GRID)[0].marks == {FIRST: Mark(level="acquis")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (written()[:-40], "marks.not_json"),
        ("", "marks.not_json"),
        ('{"format": NaN}', "marks.not_json"),
        ("[" * 50_000, "marks.not_json"),
        ("[]", "marks.not_marks"),
        ('{"format": 1, "format": 1}', "json.key_twice"),
        (written(lambda data: data.update(format=2)), "marks.format"),
        (written(lambda data: data.update(grid="TEST-E2-P2")), "marks.other_grid"),
        (written(lambda data: data.update(session="AUTRE")), "marks.other_grid"),
        (written(lambda data: data.update(epreuve="E3")), "marks.other_subject"),
        (written(lambda data: data.update(version="secours")), "marks.other_subject"),
        (written(lambda data: data.update(variant=2)), "marks.other_subject"),
        (written(lambda data: data["marks"][FIRST].update(comment="moitié \ud83d")), "json.half_character"),
        (written(lambda data: data["applied"]["reglement"].update(step="0")), "field.positive"),
        (written(lambda data: data.update(note="18")), "field.unknown"),
        (written(lambda data: data.pop("applied")), "field.missing"),
        (written(lambda data: data.update(copy=12)), "field.text"),
        (written(lambda data: data.update(marks={"CE9.9": {"level": "acquis"}})), "mark.unknown_line"),
        (written(lambda data: data.update(marks={FIRST: {"level": "excellent"}})), "mark.unknown_level"),
        (written(lambda data: data.update(marks={FIRST: {"state": "neutralised"}})), "marks.neutralised"),
        (written(lambda data: data.update(marks={FIRST: {"state": "zero"}})), "field.choice"),
        (
            written(lambda data: data.update(marks={FIRST: {"level": "acquis", "state": "not_assessed"}})),
            "mark.both",
        ),
        (written(lambda data: data.update(marks={FIRST: 20})), "field.mapping"),
    ],
)
def test_a_bad_file_is_refused_in_french(tmp_path: Path, text: str, code: str) -> None:
    assert codes(tmp_path, text) == [code]


def test_all_the_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    marks = {"CE9.9": {"level": "acquis"}, FIRST: {"level": "excellent"}}
    assert codes(tmp_path, written(lambda data: data.update(marks=marks))) == [
        "mark.unknown_line",
        "mark.unknown_level",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data["applied"]["lines"][FIRST].update(weight="5"), "marks.lines_changed"),
        (lambda data: data["applied"]["lines"][FIRST].update(text="Avant."), "marks.lines_changed"),
        (lambda data: data["applied"]["lines"].update({"CE1.9@ecrit": {"text": "Ôté.", "weight": "1"}}), "marks.lines_changed"),
        (lambda data: data["applied"].update(total="10"), "marks.rules_changed"),
        (lambda data: data["applied"]["reglement"].update(version="0"), "marks.rules_changed"),
    ],
)  # fmt: skip
def test_a_grid_edited_since_is_told_and_the_levels_are_kept(
    tmp_path: Path, change: Change, code: str
) -> None:
    path = tmp_path / "notes.json"
    path.write_text(written(change), "utf-8")
    file, remarks = read_marks(path, GRID)
    assert [(remark.code, remark.severity) for remark in remarks] == [(code, Severity.WARNING)]
    assert file.marks[FIRST].level == "acquis"


def test_half_a_character_is_told_before_anything_is_written() -> None:
    mark = Mark.model_construct(level="acquis", state=None, comment="moitié \ud83d")
    with pytest.raises(MarkingError) as caught:
        marks_text(GRID, {FIRST: mark}, "12\udc00", "P01")
    assert [(finding.code, finding.where.item) for finding in caught.value.findings] == [
        ("json.half_character", FIRST),
        ("json.half_character", "copy"),
    ]
