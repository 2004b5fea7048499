"""Review, trial, approval: recorded in the front matter, on a content; the author's words stay as they were."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kit.authoring.approving import approve, record_review, record_trial, with_entry
from kit.cases import load_template
from kit.cases.approval import approval_state
from kit.cli import main
from kit.errors import AuthorError, InvalidFile
from tests.builders import a_referentiel
from tests.case_builders import CELLS, FRONT, a_template, changed

DAY = date(2026, 5, 4)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def test_acts_are_recorded_one_after_the_other(workspace: Path) -> None:
    path = a_template(workspace)
    record_review(path, "Relectrice", DAY)
    record_review(path, "Second relecteur : l’autre", DAY)
    record_trial(path, "Testeuse", 55, DAY)
    header = load_template(path).header
    assert [act.by for act in header.reviewed] == ["Relectrice", "Second relecteur : l’autre"]
    assert [(trial.by, trial.minutes, trial.on) for trial in header.tested] == [("Testeuse", 55, DAY)]
    assert [finding.code for finding in approve(path, "Directrice", DAY, workspace)] == []
    assert approval_state(load_template(path)) == "approved"


def test_an_approval_holds_for_a_content_and_its_data_files(workspace: Path) -> None:
    path = a_template(workspace)
    assert approval_state(load_template(path)) == "draft"
    told = approve(path, "Directrice", DAY, workspace)
    assert [finding.code for finding in told] == ["approval.not_reviewed", "approval.not_tested"]
    record_review(path, "Relectrice", DAY)
    assert approval_state(load_template(path)) == "approved"
    data = path.with_name("ventes.csv")
    data.write_text("1")
    assert approval_state(load_template(path)) == "changed"
    data.unlink()
    sound = path.read_text("utf-8")
    path.write_text(sound.replace("Calculez les ventes", "Donnez les ventes"), "utf-8")
    assert approval_state(load_template(path)) == "changed"


def test_who_drafted_a_case_does_not_review_it(workspace: Path) -> None:
    with pytest.raises(AuthorError, match="relecteur"):
        record_review(a_template(workspace), " TEST ", DAY)


def test_what_has_errors_cannot_be_approved(workspace: Path) -> None:
    path = a_template(workspace, changed({"CE1.1=4": "CE9.9=4"}))
    before = path.read_bytes()
    with pytest.raises(InvalidFile, match=r"CE9\.9"):
        approve(path, "Directrice", DAY, workspace)
    assert path.read_bytes() == before


def test_the_other_lines_and_cells_stay_as_they_were(workspace: Path) -> None:
    commented = FRONT.replace("duration: 60", "# deux heures au plus\nduration: 60").replace(
        "drafted:", "reviewed:\n  - by: Ancienne\n  # une remarque\ndrafted:"
    )
    path = a_template(workspace, [("raw", commented, ()), *CELLS[1:]])
    before = json.loads(path.read_text("utf-8"))
    record_review(path, "Nouvelle", DAY)
    after = json.loads(path.read_text("utf-8"))
    assert after["cells"][1:] == before["cells"][1:]
    front = after["cells"][0]["source"]
    assert "# deux heures au plus\nduration: 60\n" in front
    assert [act.by for act in load_template(path).header.reviewed] == ["Ancienne", "Nouvelle"]


def test_an_entry_is_replaced_whole() -> None:
    front = "---\na: 1\ntested:\n  - {by: x}\n  - {by: y}\nb: 2\n---"
    assert with_entry(front, "tested", [{"by": "z"}]) == "---\na: 1\nb: 2\ntested:\n- by: z\n---"


def test_the_commands_record_and_tell(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIT_WORKSPACE", str(workspace))
    a_template(workspace)
    for words in (
        ["review", "petit-cas", "--by", "Relectrice", "--on", "2026-05-04"],
        ["review", "petit-cas", "--by", "Testeuse", "--minutes", "50"],
        ["approve", "petit-cas", "--by", "Directrice"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(["case", *words])
        assert ended.value.code == 0
    assert "Directrice" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["case", "approve", "petit-cas", "--by", "Directrice", "--on", "demain"])
    assert ended.value.code == 2
