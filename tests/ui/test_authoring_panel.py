"""The authoring panel without a browser."""

from fractions import Fraction
from pathlib import Path

import pytest

from kit.authoring.coverage import asked_questions, form_points, pool_totals
from kit.cases import load_template
from kit.ui.authoring_panel import AuthoringPanel
from tests.builders import a_referentiel
from tests.case_builders import CELLS, a_template, changed


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def test_a_sound_template_has_nothing_to_say(workspace: Path) -> None:
    a_template(workspace)
    panel = AuthoringPanel("petit-cas", workspace)
    assert "Rien à signaler" in panel.regions["summary"]
    assert panel.regions["findings"].strip() == ""
    assert "Un petit cas" in panel.regions["identity"]
    assert "Q1" in panel.regions["criteria"]


def test_problems_are_shown_with_their_place_and_remedy(workspace: Path) -> None:
    a_template(workspace, changed({"CE1.1=4": "CE1.1=3"}))
    panel = AuthoringPanel("petit-cas", workspace)
    assert "cellule 6" in panel.regions["findings"]
    assert "→" in panel.regions["findings"]
    assert str(workspace) not in panel.regions["findings"]
    assert "kit-gap" in panel.regions["points"]


def test_a_criterion_nobody_observes_stands_out(workspace: Path) -> None:
    a_template(workspace, changed({"%%question Q1 CE1.1=4": "%%question Q1 CE1.2=4"}))
    panel = AuthoringPanel("petit-cas", workspace)
    gap = panel.regions["criteria"].split("CE1.1</strong>")[1].split("</tr>")[0]
    assert "aucune question" in gap
    assert panel.regions["criteria"].count("kit-gap") == 1


def test_the_button_runs_the_case_too(workspace: Path) -> None:
    unused = {" (annexe A1)": "", "Voir l’annexe A1.": "Voir.", "varies: [sector]": "varies: []"}
    a_template(workspace, changed(unused))
    panel = AuthoringPanel("petit-cas", workspace)
    assert "citée nulle part" not in panel.regions["findings"]
    values = {"template": "petit-cas", "path": "", "run": True}
    panel.set_state({"input": {"seq": 1, "values": values, "action": {"seq": 1, "name": "check"}}})
    assert "citée nulle part" in panel.regions["findings"]
    assert "exécution" in panel.regions["summary"]


def test_checking_reads_the_file_again(workspace: Path) -> None:
    a_template(workspace, changed({"CE1.1=4": "CE1.1=3"}))
    panel = AuthoringPanel("petit-cas", workspace)
    a_template(workspace, CELLS)
    values = {"template": "petit-cas", "path": "", "run": False}
    panel.set_state({"input": {"seq": 1, "values": values, "action": {"seq": 1, "name": "check"}}})
    assert "Rien à signaler" in panel.regions["summary"]


def test_another_template_is_opened_when_chosen(workspace: Path) -> None:
    a_template(workspace)
    path = a_template(workspace, changed({"Un petit cas": "Un autre cas"}), slug="autre-cas")
    panel = AuthoringPanel("petit-cas", workspace)
    panel.set_state(
        {"input": {"seq": 1, "values": {"template": "petit-cas", "path": str(path), "run": True}}}
    )
    assert "Un autre cas" in panel.regions["identity"]


@pytest.mark.parametrize("name", ["inconnu", "dossier/absent.ipynb"])
def test_an_unknown_template_is_a_sentence_not_an_exception(workspace: Path, name: str) -> None:
    panel = AuthoringPanel(name, workspace)
    assert name in panel.regions["findings"]
    assert panel.regions["identity"] == ""


def test_without_a_name_the_first_known_template_is_opened(workspace: Path) -> None:
    a_template(workspace, slug="a-premier")
    assert AuthoringPanel("", workspace).state.choice == "a-premier"


def test_points_are_counted_by_form_and_a_subject_takes_one_form_a_dossier(workspace: Path) -> None:
    extra = ('%%dossier D1 "Ventes" forme=b', "%%question Q2 CE1.1=3 CE1.2=1/2\nAutre.")
    template = load_template(a_template(workspace, changed({}, extra)))
    rows = form_points(template)
    assert [(row.dossier, row.form, row.given, row.agrees) for row in rows] == [
        ("D1", "a", Fraction(4), True),
        ("D1", "b", Fraction(7, 2), True),
    ]
    assert pool_totals(rows) == {"examen": (Fraction(7, 2), Fraction(4))}
    assert [(q.id, q.cell, q.total) for q in asked_questions(template)] == [
        ("Q1", 7, Fraction(4)),
        ("Q2", 12, Fraction(7, 2)),
    ]
