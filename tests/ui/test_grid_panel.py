"""The grid's panel without a browser: what the page sends moves the state, what the state says goes to the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from kit.errors import InvalidFile
from kit.ui.grid_panel import GridPanel
from kit.ui.grids_at_hand import open_grid, practice_grid, titles_of
from tests.case_builders import a_grid

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"
BOTH = {
    FIRST: {"choice": "level:acquis", "comment": "Juste."},
    SECOND: {"choice": "level:maitrise", "comment": ""},
}


@pytest.fixture
def panel(tmp_path: Path) -> GridPanel:
    return GridPanel(a_grid(), tmp_path / "notes.json")


def send(
    panel: GridPanel, seq: int, marks: dict[str, Any], action: str | None = None, **fields: str
) -> dict[str, Any]:
    """Do what the page does after a change, and return what it gets back."""
    asked = None if action is None else {"seq": seq, "name": action}
    panel.set_state(
        {"input": {"seq": seq, "marks": marks, "copy": "", "marker": "", "action": asked, **fields}}
    )
    return dict(panel.sheet)


def test_nothing_is_chosen_at_first(panel: GridPanel) -> None:
    assert panel.sheet["marks"] == {}
    assert panel.sheet["summary"]["mark"] == "Pas encore de note"
    assert panel.sheet["summary"]["left"] == [FIRST, SECOND]


def test_the_table_says_the_wording_the_signs_the_weight_and_every_choice(panel: GridPanel) -> None:
    line = panel.table["groups"][0]["lines"][0]
    assert (line["text"], line["weight"], line["signs"]) == ("Libellé de CE1.1.", "3", ["Un signe."])
    assert "Q1" in line["about"]
    labels = [choice["label"] for choice in panel.table["choices"]]
    assert labels == ["Non acquis", "En cours d’acquisition", "Acquis", "Maîtrisé", "Non évalué"]


def test_a_change_is_answered_with_its_number_and_the_mark(panel: GridPanel) -> None:
    sheet = send(panel, 7, BOTH, copy="12")
    assert sheet["seq"] == 7
    assert sheet["summary"]["mark"] == "Note\xa0: 15 / 20"
    assert sheet["summary"]["exact"] == "exacte\xa0: 15"
    assert sheet["summary"]["dirty"]
    assert panel.state.copy_number == "12"
    assert panel.state.mark(FIRST).comment == "Juste."


def test_a_line_not_assessed_says_why_there_is_no_mark(panel: GridPanel) -> None:
    sheet = send(panel, 1, {**BOTH, SECOND: {"choice": "state:not_assessed", "comment": ""}})
    assert sheet["summary"]["mark"] == "Pas de note"
    assert "le règlement ne donne alors pas de note" in sheet["summary"]["exact"]
    assert "Sans évaluation\xa0: CE1.2." in sheet["summary"]["left_words"]


def test_saving_writes_the_file_and_says_so(panel: GridPanel) -> None:
    sheet = send(panel, 1, BOTH, "save")
    assert not sheet["summary"]["dirty"]
    assert sheet["summary"]["status"].startswith("Enregistré à")
    assert json.loads(panel.path.read_text("utf-8"))["marks"][FIRST] == {
        "level": "acquis",
        "comment": "Juste.",
    }


def test_an_action_is_done_once_though_the_page_repeats_it(panel: GridPanel) -> None:
    send(panel, 1, BOTH, "save")
    panel.path.unlink()
    panel.set_state({"input": {"seq": 2, "marks": {}, "action": {"seq": 1, "name": "save"}}})
    assert not panel.path.exists()
    assert panel.state.marks == {}


def test_a_panel_opens_with_what_was_saved(panel: GridPanel) -> None:
    send(panel, 1, BOTH, "save")
    again = GridPanel(a_grid(), panel.path)
    assert again.sheet["marks"] == BOTH
    assert not again.sheet["summary"]["dirty"]


def test_reloading_gives_back_what_was_saved(panel: GridPanel) -> None:
    send(panel, 1, BOTH, "save")
    sheet = send(panel, 2, {}, "reload")
    assert sheet["marks"] == BOTH


def test_the_state_moved_from_python_reaches_the_page(panel: GridPanel) -> None:
    panel.state.choose(FIRST, level="maitrise")
    assert panel.sheet["marks"][FIRST]["choice"] == "level:maitrise"


@pytest.mark.parametrize(
    "mark", [{"choice": "level:excellent"}, {"choice": "note:20"}, {"choice": "state:zero"}]
)
def test_what_the_page_cannot_mean_is_told_and_changes_nothing(panel: GridPanel, mark: Any) -> None:
    sheet = send(panel, 1, {FIRST: mark})
    assert len(sheet["summary"]["findings"]) == 1
    assert panel.state.marks == {}


def test_a_bad_file_is_shown_in_french_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("{", "utf-8")
    panel = GridPanel(a_grid(), path)
    assert "incomplet" in panel.sheet["summary"]["findings"][0]["message"]
    sheet = send(panel, 1, BOTH, "save")
    assert "incomplet" in sheet["summary"]["findings"][0]["message"]
    assert sheet["summary"]["dirty"]
    assert path.read_text("utf-8") == "{"


def test_one_change_costs_one_message_to_the_page(panel: GridPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(GridPanel, "_send", lambda self, message, buffers=None: sent.append(message))
    monkeypatch.setattr(GridPanel, "_repr_mimebundle_", None)
    send(panel, 1, BOTH, copy="12", marker="P01")
    assert [sorted(message["state"]) for message in sent if message["method"] == "update"] == [["sheet"]]


def test_the_panel_has_a_short_text_form(panel: GridPanel) -> None:
    assert repr(panel) == "GridPanel(TEST-E2-P1, 0 / 2\xa0critères)"


def test_a_grid_file_is_read_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "grid.json"
    path.write_text(json.dumps(a_grid().model_dump(mode="json")), "utf-8")
    assert open_grid(path) == a_grid()


@pytest.mark.parametrize(("text", "code"), [("{", "grid.not_json"), ('{"code": 3}', "field.text")])
def test_a_bad_grid_file_is_refused_in_french(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "grid.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        open_grid(path)
    assert code in {finding.code for finding in caught.value.findings}


def test_the_practice_grid_weighs_every_principal_criterion_alike() -> None:
    grid = practice_grid("E2")
    assert {line.weight for line in grid.lines} == {"1"}
    assert len(grid.lines) > 5
    assert titles_of(grid).competences[grid.lines[0].competence]


def test_a_grid_whose_referentiel_is_absent_still_opens(tmp_path: Path) -> None:
    assert titles_of(a_grid()).competences == {}
    assert GridPanel(a_grid(), tmp_path / "notes.json").table["groups"][0]["code"] == "C1"


def test_a_grid_in_parts_names_the_part_of_each_line(tmp_path: Path) -> None:
    grid = a_grid()
    lines = (grid.lines[0], grid.lines[0].model_copy(update={"part": "oral", "carrier": "group"}))
    panel = GridPanel(grid.model_copy(update={"lines": lines}), tmp_path / "notes.json")
    assert [group["code"] for group in panel.table["groups"]] == ["ecrit – C1", "oral – C1"]
    assert [line["code"] for group in panel.table["groups"] for line in group["lines"]] == [
        "CE1.1 (ecrit)",
        "CE1.1 (oral)",
    ]
    assert "groupe" in panel.table["groups"][1]["lines"][0]["about"]
    assert "CE1.1@oral" in panel.sheet["summary"]["left_words"]
