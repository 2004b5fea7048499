"""Exploring a référentiel without a browser."""

from pathlib import Path

import pytest

from kit.package_data import shipped
from kit.referentiel import DEFAULT, load_referentiel
from kit.ui.explorer import ReferentielExplorer
from kit.ui.referentiel_state import Node, ReferentielState
from tests.builders import SLUG, a_referentiel


@pytest.fixture(scope="module")
def state() -> ReferentielState:
    return ReferentielState(load_referentiel(shipped("referentiel") / DEFAULT))


def codes(nodes: tuple[Node, ...], kind: str) -> list[str]:
    found = []
    for node in nodes:
        found += [node.code] if node.kind == kind else []
        found += codes(node.children, kind)
    return found


def test_without_a_query_the_tree_holds_everything(state: ReferentielState) -> None:
    state.query = ""
    assert len(codes(state.tree, "criterion")) == len(state.referentiel.criteria)
    assert len(codes(state.tree, "competence")) == len(state.referentiel.competences)
    assert sum(node.count for node in state.tree) == len(state.referentiel.criteria)


def test_a_code_finds_one_branch(state: ReferentielState) -> None:
    state.query = "ce4.1"
    assert codes(state.tree, "criterion") == ["CE4.1"]
    assert codes(state.tree, "competence") == ["C4"]
    assert len(codes(state.tree, "bloc")) == 1


def test_a_competence_found_keeps_all_its_criteria(state: ReferentielState) -> None:
    state.query = "C4"
    assert codes(state.tree, "criterion") == [item.id for item in state.referentiel.criteria_of("C4")]


def test_words_are_found_without_accents_and_marked(state: ReferentielState) -> None:
    state.query = "strategie"
    wording = [piece for node in state.tree for piece, found in node.text if found]
    assert "stratégie" in wording


def test_the_sheet_lists_every_link_of_the_epreuve(state: ReferentielState) -> None:
    state.epreuve = "E2"
    assert [row.code for row in state.links] == list(state.referentiel.epreuve("E2").criteria())
    assert {row.confidence for row in state.links} <= {"prouvé", "fort", "plausible", "faible"}


def test_the_matrix_of_a_bloc_keeps_its_criteria_and_the_epreuves_that_assess_them(
    state: ReferentielState,
) -> None:
    state.bloc = ""
    whole = state.coverage
    assert len(whole.rows) == len(state.referentiel.criteria)
    assert len(whole.epreuves) == len(state.referentiel.epreuves)
    state.bloc = state.referentiel.blocs[0].id
    part = state.coverage
    assert 0 < len(part.rows) < len(whole.rows)
    assert all(any(row.marks[i] for row in part.rows) for i in range(len(part.epreuves)))
    assert part.totals == tuple(
        sum("P" in row.marks[i] for row in part.rows) for i in range(len(part.epreuves))
    )
    state.bloc = ""


def test_the_panels_follow_what_the_page_sends(tmp_path: Path) -> None:
    a_referentiel(tmp_path)
    explorer = ReferentielExplorer(SLUG, tmp_path)
    assert "CE1.2" in explorer.tree.regions["tree"]
    explorer.tree.set_state({"input": {"seq": 1, "values": {"query": "ce1.1"}}})
    assert "CE1.2" not in explorer.tree.regions["tree"]
    assert explorer.tree.answered == {"seq": 1}
    explorer.sheet.set_state({"input": {"seq": 1, "values": {"epreuve": "E7"}}})
    assert "Partie entretien" in explorer.sheet.regions["sheet"]
    assert '<th scope="col"' in explorer.matrix.regions["matrix"]
    assert '<th scope="row"' in explorer.matrix.regions["matrix"]


def test_an_epreuve_that_does_not_exist_is_told_in_french(tmp_path: Path) -> None:
    a_referentiel(tmp_path)
    explorer = ReferentielExplorer(SLUG, tmp_path)
    explorer.sheet.set_state({"input": {"seq": 1, "values": {"epreuve": "E99"}}})
    assert "E99" in explorer.sheet.regions["findings"]


def test_a_query_is_escaped_and_so_is_the_wording(tmp_path: Path) -> None:
    folder = a_referentiel(tmp_path)
    path = folder / "referentiel.yaml"
    path.write_text(
        path.read_text("utf-8").replace("Un bloc", "Un <img src=x onerror=alert(1)> bloc"), "utf-8"
    )
    explorer = ReferentielExplorer(SLUG, tmp_path)
    explorer.tree.set_state({"input": {"seq": 1, "values": {"query": "<img"}}})
    assert "<img" not in explorer.tree.regions["tree"]
    assert "&lt;img" in explorer.tree.regions["tree"]


def test_an_unknown_referentiel_is_a_sentence_not_an_exception() -> None:
    explorer = ReferentielExplorer("nulle-part")
    assert "nulle-part" in explorer.tree.regions["findings"]
    assert explorer.matrix is explorer.tree
