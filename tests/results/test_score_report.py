"""The account of a filled grid, and the command that prints it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.cli import main
from kit.grids import Mark
from kit.grids.marks_file import marks_text
from kit.referentiel import DEFAULT, find_referentiel
from tests.case_builders import a_grid

SHIPPED = find_referentiel(DEFAULT) / "reglement.yaml"
GRID = a_grid()
BOTH = {"CE1.1": {"level": "en_cours"}, "CE1.2": {"level": "en_cours"}}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["score", *arguments])
    printed = capsys.readouterr()
    return int(stopped.value.code or 0), printed.out, printed.err


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "grid.json").write_text(GRID.model_dump_json(), "utf-8")
    return ["--grid", str(tmp_path / "grid.json"), "--marks", str(tmp_path / "marks.json")]


def put(files: list[str], marks: Any) -> None:
    Path(files[3]).write_text(json.dumps(marks), "utf-8")


def test_the_mark_the_competences_and_each_step_are_told(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    put(files, {"marks": {"CE1.1": {"level": "maitrise"}, "CE1.2": {"state": "neutralised"}}})
    code, out, _ = run(capsys, *files, "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["epreuve"], found["mark"], found["rounded"], found["out_of"]) == ("E2", "20", "20", "20")
    assert found["neutralised"] == ["CE1.2"]
    assert [(item["id"], item["mark"], item["status"]) for item in found["competences"]] == [
        ("C1", "20", "acquis")
    ]
    steps = "\n".join(found["trace"])
    assert steps.startswith("Règlement d’exemple «\u00a0exemple\u00a0»")
    assert "CE1.2\u00a0: neutralisé" in steps
    assert "20 × 3 / 3 (sans CE1.2) = 20" in steps


def test_no_mark_has_its_reason_and_is_no_error(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    put(files, {"marks": {"CE1.1": {"level": "maitrise"}}})
    code, out, _ = run(capsys, *files, "--json")
    found = json.loads(out)
    assert (code, found["mark"], found["rounded"], found["reason"]) == (0, None, None, "not_marked")
    assert found["not_marked"] == ["CE1.2"]


def test_the_reglement_given_decides_and_rounds_instead_of_the_grid_s_own(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = yaml.safe_load(SHIPPED.read_text("utf-8")) | {
        "rounding": {"step": "0.01", "mode": "down"},
        "version": "7",
    }
    data["competence"] = {"rule": "mean", "threshold": "1/3"}
    (tmp_path / "autre.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    put(files, {"marks": BOTH})
    _, out, _ = run(capsys, *files, "--json", "--reglement", str(tmp_path / "autre.yaml"))
    found = json.loads(out)
    assert (found["mark"], found["rounded"]) == ("20/3", "6.66")
    assert found["competences"][0]["status"] == "acquis"
    assert "version 7" in found["trace"][0]


def test_a_file_saved_from_a_grid_is_read_too(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    marks = {f"{code}@ecrit": Mark(level="maitrise") for code in BOTH}
    Path(files[3]).write_text(marks_text(GRID, marks, "12", "P01"), "utf-8")
    assert json.loads(run(capsys, *files, "--json")[1])["mark"] == "20"


def test_for_people_the_steps_come_before_the_table(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    put(files, {"marks": BOTH})
    code, out, _ = run(capsys, *files)
    assert code == 0
    assert out.index("Note exacte") < out.index("Proposition")
    assert "6,5 sur 20" in out


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"marks": {"CE9.9": {"level": "acquis"}}}, "CE9.9"),
        ({"marks": {"CE1.1": {"level": "excellent"}}}, "excellent"),
        ({"marks": {"CE1.1": {"level": "acquis", "state": "not_assessed"}}}, "à la fois"),
        ({"marks": {"CE1.1": {"state": "absent"}}}, "absent"),
        ({"marks": {"CE1.1": 12}}, "CE1.1"),
        ({"marks": []}, "marks"),
        ({"notes": {}}, "marks.json"),
        ([], "marks.json"),
    ],
)
def test_marks_that_are_none_are_refused_in_french(
    files: list[str], marks: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(files, marks)
    code, out, err = run(capsys, *files)
    assert (code, out) == (1, "")
    assert words in err
    assert "Traceback" not in err
