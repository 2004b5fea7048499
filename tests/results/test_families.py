"""The families of rules that règlements have, as files: what each proposes for the same candidates, found by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kit.grids import Grid, GridLine, Mark
from kit.grids.building import rules_of
from kit.referentiel import DEFAULT, Reglement, find_referentiel, load_referentiel, load_reglement
from kit.results.candidates import CandidateResult, candidate_result
from kit.results.evidence import Evidence
from tests.case_builders import a_grid

HOME = find_referentiel(DEFAULT)
REFERENTIEL = load_referentiel(HOME)
FILES = {path.stem: path for path in sorted((HOME / "familles").glob("*.yaml"))}
ONE_COMPETENCE_WEAK = {"E1": "acquis", "E2": "acquis", "CE4.1": "non_acquis", "CE4.2": "non_acquis"}
ONE_EPREUVE_WEAK = {"E1": "best", "E2": "en_cours"}
ONE_CRITERION_MISSED = {f"E{rank}": "best" for rank in range(6, 11)} | {"CE29.3": "non_acquis"}
EXPECTED = {
    # One competence of eight lost, 11.11 in E2; then 20 in E1 and 6.67 in E2; then CE29.3 alone missed in bloc 4.
    "tout-acquis": ("non_acquis", "non_acquis", "non_acquis"),
    "k-sur-n": ("acquis", "non_acquis", "acquis"),
    "moyenne-des-niveaux": ("acquis", "acquis", "acquis"),
    "moyenne-et-plancher": ("acquis", "non_acquis", "acquis"),
    "criteres-bloquants": ("acquis", "acquis", "non_acquis"),
    "chaque-epreuve": ("acquis", "non_acquis", "acquis"),
    "jugement": (None, None, None),
}


def seen(reglement: Reglement, epreuve: str, levels: dict[str, str]) -> Evidence:
    """Return an épreuve whose lines all weigh one, each at the level given for it or for its épreuve."""
    lines = tuple(
        GridLine.model_validate(
            {
                "criterion": link.criterion, "competence": REFERENTIEL.criterion(link.criterion).competence,
                "part": link.part, "carrier": link.carrier, "evidence": link.evidence, "weight": "1",
                "text": REFERENTIEL.criterion(link.criterion).text, "questions": (), "observables": (),
            }
        )
        for link in REFERENTIEL.epreuve(epreuve).links
        if link.role == "principal"
    )  # fmt: skip
    grid: Grid = a_grid({}).model_copy(
        update={
            "epreuve": epreuve, "lines": lines, "scale": reglement.scale, "reglement": rules_of(reglement, epreuve),
        }
    )  # fmt: skip
    marks = {
        line.key: Mark(level=_level(reglement, levels.get(line.criterion, levels[epreuve]))) for line in lines
    }
    return Evidence(epreuve, grid, marks, {})


def _level(reglement: Reglement, wanted: str) -> str:
    known = list(reglement.scale.labels)
    if wanted == "best":
        return known[-1]
    return wanted if wanted in known else known[0]


def result(reglement: Reglement, levels: dict[str, str]) -> CandidateResult:
    epreuves = [code for code in levels if code.startswith("E")]
    return candidate_result(
        "C1", {code: seen(reglement, code, levels) for code in epreuves}, REFERENTIEL, reglement
    )


def test_there_are_at_least_five_and_each_says_it_is_an_example() -> None:
    assert set(FILES) == set(EXPECTED)
    for name, path in FILES.items():
        reglement = load_reglement(path)
        assert (reglement.slug, reglement.is_example, reglement.issued_by) == (name, True, None)
        assert "n’émane pas du certificateur" in reglement.notice


@pytest.mark.parametrize("name", FILES)
def test_a_family_proposes_what_its_words_say(name: str) -> None:
    reglement = load_reglement(FILES[name])
    cases = (ONE_COMPETENCE_WEAK, ONE_EPREUVE_WEAK, ONE_CRITERION_MISSED)
    found = [result(reglement, case) for case in cases]
    assert tuple(item.blocs[0].proposal for item in found) == EXPECTED[name]
    assert [item.blocs[0].id for item in found] == ["B1", "B1", "B4"]
    for item in found:
        assert item.certification is None
        assert item.blocs[0].trace[0].endswith(".")


@pytest.mark.parametrize("path", FILES.values(), ids=str)
def test_the_words_at_the_head_of_a_file_are_french_and_short(path: Path) -> None:
    head = path.read_text("utf-8").splitlines()[:4]
    assert head[0].startswith("# Famille «")
    assert all(len(line) <= 120 for line in head)


@pytest.mark.parametrize("name", [name for name in FILES if name != "jugement"])
def test_a_bloc_of_which_an_epreuve_is_missing_is_never_proposed_as_acquired(name: str) -> None:
    found = result(load_reglement(FILES[name]), {"E1": "best"})
    assert [(item.id, item.proposal) for item in found.blocs] == [("B1", None)]


def test_a_blocking_criterion_that_could_not_be_assessed_blocks_nothing() -> None:
    reglement = load_reglement(FILES["criteres-bloquants"])
    levels = {f"E{rank}": "best" for rank in range(6, 11)}
    evidence = {code: seen(reglement, code, levels) for code in levels}
    marks = dict(evidence["E7"].marks)
    (line,) = [key for key in marks if key.startswith("CE29.3")]
    marks[line] = Mark(state="not_assessed", comment="Enregistrement perdu")
    evidence["E7"] = dataclasses.replace(evidence["E7"], marks=marks)
    found = candidate_result("C1", evidence, REFERENTIEL, reglement)
    assert (found.blocs[0].proposal, found.blocked) == (None, ())


def test_an_optional_bloc_that_is_missed_does_not_cost_the_certification() -> None:
    reglement = load_reglement(FILES["moyenne-et-plancher"])
    blocs = tuple(one.model_copy(update={"optional": one.id == "B1"}) for one in REFERENTIEL.blocs)
    referentiel = REFERENTIEL.model_copy(update={"blocs": blocs})
    levels = {f"E{rank}": "best" for rank in range(1, 11)} | {"E1": "non_acquis", "E2": "non_acquis"}
    evidence = {code: seen(reglement, code, levels) for code in levels if code.startswith("E")}
    found = candidate_result("C1", evidence, referentiel, reglement)
    assert [item.proposal for item in found.blocs] == ["non_acquis", "acquis", "acquis", "acquis"]
    assert found.certification == "acquis"
