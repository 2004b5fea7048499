"""Annexes are cited as people write: with a number sign, in bold, between guillemets, in lists and ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.authoring.citations import cited, declared_annexes
from kit.cases import load_template
from tests.case_builders import a_template, changed


@pytest.mark.parametrize(
    ("text", "annexes"),
    [
        ("Voir l’annexe A1.", {"A1"}),
        ("annexes A1 et A2", {"A1", "A2"}),
        ("Annexes A1, A3 et A12", {"A1", "A3", "A12"}),
        ("annexes A2 à A5", {"A2", "A3", "A4", "A5"}),
        ("annexes A2 – A4", {"A2", "A3", "A4"}),
        ("annexes A8 à A11 et B1", {"A8", "A9", "A10", "A11", "B1"}),
        ("annexe\u00a0A4", {"A4"}),
        ("annexe n° A9", {"A9"}),
        ("annexe n°\u00a0A9", {"A9"}),
        ("annexe numéro A9", {"A9"}),
        ("annexe **A9**", {"A9"}),
        ("**annexe A9**", {"A9"}),
        ("annexe « A9 »", {"A9"}),
        ("annexes A1/A2", {"A1", "A2"}),
        ("annexes A1 ; A9", {"A1", "A9"}),
        ("annexes A1\u202f; A9", {"A1", "A9"}),
        ("annexes A1, A2 et/ou A3", {"A1", "A2", "A3"}),
        ("annexes A1 (ventes) et A2 (coûts)", {"A1", "A2"}),
        ("annexes A1, et A2", {"A1", "A2"}),
        ("annexe B", {"B"}),
        ("annexes B et C", {"B", "C"}),
        ("annexe a1", {"A1"}),
        ("L’ANNEXE A1", {"A1"}),
        ("une annexe au bâtiment A1", set()),
        ("Reportez-le en annexe. A1 est un bâtiment", set()),
        ("l’annexe RSE", set()),
        ("annexe \ufffd", set()),
        ("annexe A\ufffd", set()),
        ("annexes A3 à A1", {"A1", "A3"}),
        ("annexes A1 à B3", {"A1", "B3"}),
    ],
)
def test_citations_are_read_as_people_write_them(text: str, annexes: set[str]) -> None:
    assert cited(text) == annexes


@pytest.mark.parametrize(
    ("text", "annexes"),
    [
        ("l’annexe RSE et l’annexe prix", {"RSE"}),
        ("annexes RSE, plan-2 et A1", {"RSE", "plan-2", "A1"}),
        ("annexe 1", {"1"}),
        ("annexe RSEPLUS", set()),
    ],
)
def test_codes_of_another_shape_are_seen_when_they_are_known(text: str, annexes: set[str]) -> None:
    assert cited(text, ["RSE", "plan-2", "1"]) == annexes


def test_annexes_made_by_magic_and_by_call_are_declared(tmp_path: Path) -> None:
    calls = ['annexe(tableau, id="A2", title="T")', '%%annexe A3 "T"\nTexte.']
    declared = declared_annexes(load_template(a_template(tmp_path, changed({}, calls))))
    assert (declared.ids, declared.complete) == ({"A1", "A2", "A3"}, True)


@pytest.mark.parametrize(
    "call", ['annexe(tableau, f"A{n}", "T")', "annexe(*x)", "annexe = autre", "annexe(= 1"]
)
def test_a_code_that_only_running_tells_leaves_citations_to_the_run(tmp_path: Path, call: str) -> None:
    assert not declared_annexes(load_template(a_template(tmp_path, changed({}, [call])))).complete
