"""A form of a dossier that stands only for a value of a parameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.authoring import check_template
from kit.authoring.runs import trials
from kit.authoring.stress import stress
from kit.cases import draw_forms, load_template, select_forms
from kit.cases.conditions import Condition, read_condition
from tests.builders import a_referentiel
from tests.case_builders import CELLS, FRONT, PARAMETERS, a_template

OPTION = PARAMETERS + '\nordre: Literal["vente", "achat"] = "vente"\nbonus: bool = False'


def dossier(name: str, head: str, question: str, points: int) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        ("code", f'%%dossier {name} "Dossier {name}" {head} points={points}\nVoir l’annexe A1.', ()),
        ("code", f"%%question {question} CE1.1={points}\nCalculez (annexe A1).", ()),
        ("code", f"%%corrige {question}\nUn calcul.", ()),
        ("code", f"%%indicateurs {question} CE1.1\n- Un signe.", ()),
    ]


CONDITIONAL = [
    ("raw", FRONT, ()),
    ("code", OPTION, ("parameters",)),
    *CELLS[2:5],
    *dossier("D1", "forme=a si=ordre:vente", "Q1", 2),
    *dossier("D1", "forme=b si=ordre:achat", "Q1", 2),
    *dossier("D2", "forme=a si=bonus:false", "Q2", 2),
    *dossier("D2", "forme=b si=bonus:true", "Q2", 1),
    *dossier("D3", "si=bonus:true", "Q3", 1),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def test_a_condition_is_a_parameter_and_its_value() -> None:
    assert read_condition("bonus:true") == Condition("bonus", "true")
    assert Condition("bonus", "true").holds({"bonus": True})
    assert not Condition("bonus", "true").holds({"bonus": False})
    assert Condition("bonus", "true").holds({})
    assert [read_condition(text) for text in (None, "bonus", "bonus: true", ":x", "a b:c")] == [None] * 5


def test_only_the_forms_that_stand_are_drawn_and_executed(workspace: Path) -> None:
    template = load_template(a_template(workspace, CONDITIONAL))
    without = draw_forms(template, "examen", 1, values={"ordre": "achat", "bonus": False})
    assert without == {"D1": "b", "D2": "a"}
    assert draw_forms(template, "examen", 1, values={"ordre": "vente", "bonus": True}) == {
        "D1": "a",
        "D2": "b",
        "D3": "a",
    }
    sources = "".join(cell["source"] for cell in select_forms(template, without)["cells"])
    assert "Dossier D3" not in sources
    assert sources.count("%%dossier") == 2


def test_each_situation_is_checked_and_run(workspace: Path) -> None:
    path = a_template(workspace, CONDITIONAL)
    assert check_template(path, workspace) == []
    tried = {
        (trial.values["ordre"], trial.values["bonus"], *trial.forms.items())
        for trial in trials(load_template(path))
    }
    assert {key[0] for key in tried} == {"vente", "achat"}
    assert {key[1] for key in tried} == {True, False}


def test_a_situation_whose_points_do_not_add_up_is_found(workspace: Path) -> None:
    cells = [
        (
            kind,
            source.replace("si=bonus:true points=1", "si=bonus:true points=3").replace("CE1.1=1", "CE1.1=3"),
            tags,
        )
        for kind, source, tags in CONDITIONAL
    ]
    found = check_template(a_template(workspace, cells), workspace, run=False)
    assert {finding.code for finding in found} == {"subject.points"}
    assert "8" in found[0].message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("si=bonus:true", "si=absent:true"), "condition.unknown"),
        (("si=ordre:achat", "si=ordre:troc"), "condition.value"),
        (("si=bonus:true", "si=bonus"), "magic.condition"),
        (("si=bonus:true", "si=seed:3"), "condition.unknown"),
    ],
)
def test_a_condition_that_cannot_be_read_or_never_holds_is_found(
    workspace: Path, change: tuple[str, str], code: str
) -> None:
    cells = [(kind, source.replace(*change), tags) for kind, source, tags in CONDITIONAL]
    assert code in {
        finding.code for finding in check_template(a_template(workspace, cells), workspace, run=False)
    }


def test_trying_seeds_goes_through_the_situations(workspace: Path) -> None:
    done = stress(a_template(workspace, CONDITIONAL), range(24), workspace, jobs=2, pages=False)
    assert done.failures == ()
    assert {(t.parameters["ordre"], t.parameters["bonus"]) for t in done.trials} == {
        (order, bonus) for order in ("vente", "achat") for bonus in (True, False)
    }
