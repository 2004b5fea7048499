"""Checking a template: every problem at once, in French, with place and remedy; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.authoring import check_template
from kit.authoring.pieces_checks import cited
from kit.errors import Finding, Severity
from tests.builders import a_referentiel
from tests.case_builders import CELLS, a_template, changed

FIGURE = 'from kit.cases import charts\nannexe(charts.bars(["x"], {"2025": [1]}), "A2", "Barres", source="interne"ALT)'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def check(workspace: Path, cells: object = CELLS, run: bool = True) -> list[Finding]:
    path = a_template(workspace, cells)  # type: ignore[arg-type]
    return check_template(path, workspace, workspace / "echecs", run)


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_sound_template_has_nothing_to_say(workspace: Path) -> None:
    assert check(workspace) == []


@pytest.mark.parametrize(
    ("replacements", "extra", "code"),
    [
        ({"CE1.1=4": "CE9.9=4"}, [], "criterion.unknown"),
        ({"CE1.1=4": "CE1.2=4", "Q1 CE1.1": "Q1 CE1.2"}, [], "criterion.foreign"),
        ({'points: "4"': 'points: "5"'}, [], "subject.points"),
        ({'"Ventes" points=4': '"Ventes" points=3'}, [], "dossier.points"),
        ({}, ["%%question Q1 CE1.1=1\nEncore ?"], "question.twice"),
        ({}, ["%%corrige Q9\nRien."], "question.unknown"),
        ({"%%corrige Q1": "%%accepte Q1"}, [], "question.no_answer"),
        ({"CE1.1=4": "CE1.1=4 partie=oral"}, [], "part.unknown"),
        ({"%%indicateurs Q1 CE1.1": "%%indicateurs Q1 CE1.1 niveau=parfait"}, [], "mark.unknown_level"),
        ({"epreuve: E2": "epreuve: E99"}, [], "epreuve.unknown"),
        ({"referentiel: petit-titre": "referentiel: grand-titre"}, [], "referentiel.unknown"),
        ({"varies: [sector]": "varies: [secteur]"}, [], "parameter.unknown"),
        ({"---\nepreuve": "epreuve"}, [], "case.front_matter_missing"),
        ({'%%dossier D1 "Ventes" points=4': "%%dossier D1"}, [], "magic.missing"),
    ],
)
def test_what_the_file_shows_is_found_without_running_it(
    workspace: Path, replacements: dict[str, str], extra: list[str], code: str
) -> None:
    assert code in codes(check(workspace, changed(replacements, extra), run=False))


@pytest.mark.parametrize(
    ("replacements", "extra", "code"),
    [
        ({"totales (annexe A1)": "totales (annexe A7)"}, [], "annexe.missing"),
        ({"Voir l’annexe A1.": "Rien.", " (annexe A1)": ""}, [], "annexe.unused"),
        ({}, [FIGURE.replace("ALT", "") + "\n", "%%contexte\nAnnexe A2."], "figure.no_alt"),
        ({}, ['%%annexe A1 "Deux fois" source="x"\nTexte.'], "annexe.twice"),
        ({'attendu("Q1"': 'attendu("Q8"'}, [], "question.unknown"),
        ({'formula="somme"': 'formula="somme", plausible=(1, 2)'}, [], "expected.implausible"),
        ({"{{ total }}": "{{ totale }}"}, [], "case.cell_refused"),
        ({"2 * ventes]": "2 / 0]"}, [], "case.cell_failed"),
    ],
)
def test_what_only_running_shows_is_found_too(
    workspace: Path, replacements: dict[str, str], extra: list[str], code: str
) -> None:
    assert code in codes(check(workspace, changed(replacements, extra)))


def test_all_problems_are_listed_at_once(workspace: Path) -> None:
    broken = changed(
        {"CE1.1=4": "CE9.9=3", " (annexe A1)": " (annexe A7)", "Voir l’annexe A1.": "Voir."},
        ["%%question Q1 CE1.1=2\nEncore ?"],
    )
    found = codes(check(workspace, broken))
    assert {
        "criterion.unknown",
        "question.twice",
        "dossier.points",
        "annexe.missing",
        "annexe.unused",
    } <= found


def test_a_failed_cell_is_named_with_its_question_and_the_notebook_is_kept(workspace: Path) -> None:
    findings = check(workspace, changed({"{{ total }}": "{{ totale }}"}))
    failure = next(finding for finding in findings if finding.code == "case.cell_refused")
    assert (failure.where.cell, failure.where.item) == (9, "Q1")
    assert "totale" in failure.message
    kept = list((workspace / "echecs").glob("*.ipynb"))
    assert len(kept) == 1
    assert str(kept[0]) in failure.remedy


def test_each_finding_has_its_cell_a_sentence_and_a_remedy(workspace: Path) -> None:
    broken = changed({"CE1.1=4": "CE9.9=x", 'points: "4"': 'points: "9"'}, ["%%corrige Q9\nRien."])
    for finding in check(workspace, broken, run=False):
        assert finding.where.cell or finding.where.item, finding
        assert finding.message.endswith((".", "?", "…"))
        assert finding.remedy


def test_a_criterion_seen_in_one_form_only_is_a_gap_of_the_other(workspace: Path) -> None:
    cells = changed(
        {'%%dossier D1 "Ventes" points=4': '%%dossier D1 "Ventes" points=4 forme=a'},
        ['%%dossier D1 "Ventes" points=4 forme=b\nVoir l’annexe A1.', "%%question Q1 CE1.2=4\nAutre ?"],
    )
    assert "criterion.unobserved" in codes(check(workspace, cells, run=False))


def test_warnings_do_not_block(workspace: Path) -> None:
    cells = [cell for cell in CELLS if not cell[1].startswith("%%indicateurs")]
    findings = check(workspace, cells)
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("question.no_indicator", Severity.WARNING)
    ]


@pytest.mark.parametrize(
    ("text", "annexes"),
    [
        ("Voir l’annexe A1.", {"A1"}),
        ("annexes A1 et A2", {"A1", "A2"}),
        ("Annexes A1, A3 et A12", {"A1", "A3", "A12"}),
        ("annexes A2 à A5", {"A2", "A3", "A4", "A5"}),
        ("annexe\u00a0A4", {"A4"}),
        ("une annexe au bâtiment A1", set()),
    ],
)
def test_citations_are_read_as_people_write_them(text: str, annexes: set[str]) -> None:
    assert cited(text) == annexes
