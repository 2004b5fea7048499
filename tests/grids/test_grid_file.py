"""The file of a grid: what is refused when it is read, in French, all at once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import InvalidFile
from kit.grids.grid_file import read_grid
from tests.case_builders import a_grid

Change = Callable[[dict[str, Any]], object]


def written(tmp_path: Path, change: Change = lambda data: None) -> Path:
    data = a_grid().model_dump(mode="json")
    change(data)
    path = tmp_path / "grid.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def test_a_grid_is_read_back_as_it_was(tmp_path: Path) -> None:
    assert read_grid(written(tmp_path)) == a_grid()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (lambda data: data["reglement"].update(step="0"), "field.positive", "reglement.step"),
        (lambda data: data["reglement"].update(group_share="3/2"), "field.share", "reglement.group_share"),
        (lambda data: data.update(total="0"), "field.positive", "total"),
        (lambda data: data["lines"][1].update(weight="-1"), "field.weight", "lines.1.weight"),
        (lambda data: data["lines"][1].update(weight="1/0"), "field.exact", "lines.1.weight"),
        (lambda data: data["lines"].append(data["lines"][0]), "grid.line_twice", None),
        (lambda data: data["lines"][0].update(text="moitié \ud83d"), "json.half_character", "lines.0.text"),
    ],
)
def test_a_grid_that_cannot_be_scored_is_refused(
    tmp_path: Path, change: Change, code: str, field: str | None
) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_grid(written(tmp_path, change))
    (finding,) = caught.value.findings
    assert (finding.code, finding.where.field) == (code, field)
    assert finding.remedy
    str(finding).encode()


def test_all_the_problems_of_a_grid_are_told_at_once(tmp_path: Path) -> None:
    def spoil(data: dict[str, Any]) -> None:
        data["reglement"]["step"] = "0"
        data["lines"][0]["weight"] = "-2"

    with pytest.raises(InvalidFile) as caught:
        read_grid(written(tmp_path, spoil))
    assert {finding.code for finding in caught.value.findings} == {"field.positive", "field.weight"}


def test_a_half_written_grid_is_told(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8")[:-40], "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_grid(path)
    assert [finding.code for finding in caught.value.findings] == ["grid.not_json"]
