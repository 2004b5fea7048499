"""The learner's page without a browser: nothing of the key before an answer, all that is answered kept at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kit.ui.practice_state
from kit.cli import main
from kit.practice.firewall import answer_words
from kit.practice.learner_store import FILE, open_learner_store
from kit.ui.practice_panel import PracticePanel
from kit.ui.practice_state import nearest_book
from tests.ui.jupyter import heard_words

LINE = "The article says that a website must inspire trust first."


@pytest.fixture
def panel(tmp_path: Path) -> PracticePanel:
    """A page where the case 7 of an épreuve was just begun."""
    panel = PracticePanel(tmp_path / FILE)
    send(panel, "start")
    send(panel, "begin", choice="e:E10", number="7")
    assert panel.regions["findings"] == ""
    return panel


def send(panel: PracticePanel, action: str = "", **values: Any) -> None:
    """Do as the page does: send all values, and maybe a button."""
    seq = panel.answered["seq"] + 1
    asked = {"seq": seq, "name": action} if action else None
    panel.input = {"seq": seq, "values": {**panel.values, **values}, "action": asked}


def leaks(panel: PracticePanel) -> list[str]:
    """Return what all the state that a browser gets says of the key."""
    state = {name: getattr(panel, name) for name in panel.keys if name not in ("_esm", "_css", "layout")}
    said = heard_words(json.dumps(state, ensure_ascii=False, default=str))
    assert panel.state is not None
    assert panel.state.case is not None
    return [words for _, words in answer_words(panel.state.case) if words in said]


def test_one_chooses_an_epreuve_or_a_competence(tmp_path: Path) -> None:
    panel = PracticePanel(tmp_path / FILE)
    send(panel, "start")
    assert 'value="e:E10"' in panel.regions["screen"]
    send(panel, "begin", choice="c:C34", number="12")
    assert panel.state is not None
    assert panel.state.record is not None
    assert (panel.state.record.work.epreuve, panel.state.record.work.asked.number) == ("E10", 12)


def test_nothing_is_written_before_a_case_is_begun(tmp_path: Path) -> None:
    send(PracticePanel(tmp_path / FILE), "start")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", ["zéro", "0", "-3", "1e3", "99999999999", "²"])
def test_a_number_that_is_none_is_told(tmp_path: Path, number: str) -> None:
    panel = PracticePanel(tmp_path / FILE)
    send(panel, "start")
    send(panel, "begin", choice="e:E10", number=number)
    assert "n’est pas un numéro de cas" in panel.regions["findings"]
    assert panel.regions["progress"] == ""


def test_no_page_of_a_case_says_anything_of_its_key(panel: PracticePanel) -> None:
    assert panel.state is not None
    for page in panel.state.pages():
        send(panel, f"page:{page}")
        assert leaks(panel) == [], page
    send(panel, "judging")
    assert leaks(panel) == []


def test_a_solution_asked_before_an_answer_is_refused(panel: PracticePanel) -> None:
    send(panel, "page:D3")
    send(panel, "open:Q5")
    assert "qu’après une réponse" in panel.regions["findings"]
    assert leaks(panel) == []


def test_numbers_are_told_at_once_and_kept(panel: PracticePanel, tmp_path: Path) -> None:
    send(panel, "page:D3")
    send(panel, "check:Q5:0", **{"figure|1|Q5|0": "2 482,90 €"})
    assert "Juste" in panel.regions["said|Q5|0"]
    send(panel, "check:Q5:1", **{"figure|1|Q5|1": "x"})
    assert "Aucun nombre" in panel.regions["said|Q5|1"]
    send(panel, "check:Q5:1", **{"figure|1|Q5|1": ""})
    send(panel, "hint:Q5:1")
    assert "On demande" in panel.regions["hints|Q5|1"]
    (record,) = open_learner_store(tmp_path / FILE).records()
    assert [item.outcome for item in record.tries] == ["right", "unreadable"]
    assert record.hints == {("Q5", "versement"): 1}
    send(panel, "check:Q5:9")
    assert "ne demande pas ce calcul" in panel.regions["findings"]


def test_the_solution_ends_the_checking(panel: PracticePanel, tmp_path: Path) -> None:
    send(panel, "page:D3")
    send(panel, "check:Q5:0", **{"figure|1|Q5|0": "2482,9"})
    send(panel, "give_up:Q5")
    assert 'data-action="open:Q5"' in panel.regions["foot|Q5"]
    send(panel, "open:Q5")
    assert "1\u202f241,45" in panel.regions["foot|Q5"]
    assert "readonly" in panel.regions["figures|Q5"]
    assert leaks(panel) != []
    send(panel, "check:Q5:1", **{"figure|1|Q5|1": "1241,45"})
    assert "ne se vérifient plus" in panel.regions["findings"]
    (record,) = open_learner_store(tmp_path / FILE).records()
    assert record.outcome_of("Q5", "versement") == "given_up"
    assert record.opened == {"Q5"}


def test_a_page_opened_again_goes_on_where_one_was(panel: PracticePanel, tmp_path: Path) -> None:
    send(panel, "page:D1")
    send(panel, **{"text|1|Q1": LINE, "text|2|Q1": "d’un autre travail", "text|1|Q77": "d’aucune question"})
    again = PracticePanel(tmp_path / FILE)
    send(again, "start")
    assert LINE in again.regions["screen"]
    assert 'data-action="open:Q1"' in again.regions["foot|Q1"]
    (record,) = open_learner_store(tmp_path / FILE).records()
    assert record.texts == {"Q1": LINE}


def test_a_page_asked_for_an_epreuve_goes_on_with_its_case(panel: PracticePanel, tmp_path: Path) -> None:
    again = PracticePanel(tmp_path / FILE, "E10")
    send(again, "start")
    assert again.state is not None
    assert again.state.record is not None
    assert again.state.record.work.id == 1


def test_self_assessment_is_kept_as_it_is_chosen_and_needs_a_level_to_end(
    panel: PracticePanel, tmp_path: Path
) -> None:
    send(panel, "judging")
    line = "CE34.1@ecrit"
    assert panel.state is not None
    assert panel.state.record is not None
    official = panel.state.record.work.grid.lines[0].text
    assert official in panel.regions["screen"].replace("&#39;", "'")
    send(panel, "finish")
    assert "aucun critère n’a de niveau" in panel.regions["findings"].lower()
    send(panel, **{f"level|1|{line}": "acquis", f"evidence|1|{line}": "Q1", f"confidence|1|{line}": "high",
                   f"next|1|{line}": "Relire", "level|1|INVENTED": "acquis"})  # fmt: skip
    send(panel, "finish")
    assert "Bilan" in panel.regions["screen"]
    send(panel, "report")
    assert "data:application/pdf;base64,JVBERi" in panel.regions["report"]
    again = PracticePanel(tmp_path / FILE)
    send(again, "start")
    assert again.regions["course"]
    assert "Revoir" in again.regions["screen"]
    send(again, "resume:1")
    assert "Acquis" in again.regions["screen"]
    (record,) = open_learner_store(tmp_path / FILE).records()
    said = record.judgements[line]
    assert (said.level, said.evidence, said.confidence, said.next_step) == ("acquis", "Q1", "high", "Relire")
    assert set(record.judgements) == {line}


def test_what_is_typed_is_shown_as_text(panel: PracticePanel, tmp_path: Path) -> None:
    send(panel, "page:D1")
    send(panel, **{"text|1|Q1": "</textarea><script>alert(1)</script>" + LINE})
    again = PracticePanel(tmp_path / FILE)
    send(again, "start")
    assert "<script>" not in "".join(again.regions.values())


def test_a_file_that_is_no_book_and_a_work_that_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("pas un carnet", "utf-8")
    panel = PracticePanel(tmp_path / FILE)
    send(panel, "start")
    assert panel.regions["findings"]
    other = PracticePanel(tmp_path / "autre.entrainement")
    send(other, "start")
    send(other, "resume:12")
    assert other.regions["findings"]
    send(other, "check:Q1:0")
    send(other, "judging")
    assert "Un nouveau cas" in other.regions["screen"]


def test_an_epreuve_that_is_none_is_told_and_leaves_the_choice(tmp_path: Path) -> None:
    panel = PracticePanel(tmp_path / FILE, "E99")
    send(panel, "start")
    assert "E99" in panel.regions["findings"]
    assert "Un nouveau cas" in panel.regions["screen"]


def test_the_nearest_book_is_the_one_to_work_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "notebooks"
    below.mkdir()
    monkeypatch.setattr(kit.ui.practice_state, "working_folder", lambda: below)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert nearest_book() == below / FILE
    (tmp_path / FILE).touch()
    assert nearest_book() == tmp_path / FILE


def test_the_command_refuses_an_epreuve_that_is_none_before_it_serves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["app", "entrainement", "--epreuve", "E99", "--no-browser"])
    assert stopped.value.code == 2
    assert "E99" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
