"""Checking a template: every problem at once, in French, with place and remedy; never a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from kit.authoring import check_template
from kit.authoring.runs import trials
from kit.cases import load_template
from kit.errors import Finding, Severity
from tests.builders import a_referentiel
from tests.case_builders import CELLS, a_template, changed

AnyCell = tuple[str, str, tuple[str, ...]]
FIGURE = 'from kit.cases import charts\nannexe(charts.bars(["x"], {"2025": [1]}), "A2", "Barres", source="interne"ALT)'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def check(
    workspace: Path, cells: Iterable[AnyCell] = CELLS, *, run: bool = True, vary: bool = False
) -> list[Finding]:
    """Check a template of these cells, run once unless its parameters are to `vary`."""
    kept = [(kind, text if vary else text.replace("[sector]", "[]"), tags) for kind, text, tags in cells]
    return check_template(a_template(workspace, kept), workspace, workspace / "echecs", run, jobs=2)


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_sound_template_has_nothing_to_say(workspace: Path) -> None:
    assert check(workspace, vary=True) == []


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


def test_one_slip_in_the_front_matter_hides_nothing_else(workspace: Path) -> None:
    broken = changed({"duration: 60": "duration: x", "CE1.1=4": "CE9.9=3", "epreuve: E2": "epreuve: E99"})
    assert {
        "field.integer",
        "epreuve.unknown",
        "criterion.unknown",
        "subject.points",
        "dossier.points",
    } <= codes(check(workspace, broken, run=False))


def test_every_field_and_citation_is_read_whatever_a_run_does(workspace: Path) -> None:
    broken = changed(
        {"2 * ventes]": "2 / 0]", "{{ total }}": "{{ totale }} {{ total | eurs }}", "({{ sector }})": "({{ sector"},
        ["%%accepte Q1\n{{ inconnue }}, voir l’annexe A7", "%%fiche \"{{ untel }}\"\nTexte.", "x = = 1"],
    )  # fmt: skip
    found = check(workspace, broken, run=False)
    assert sorted((f.code, f.where.cell) for f in found if f.code.startswith(("case.", "annexe."))) == [
        ("annexe.missing", 11),
        ("case.code_syntax", 13),
        ("case.field_filter", 9),
        ("case.field_syntax", 4),
        ("case.field_unknown", 11),
        ("case.field_unknown", 12),
    ]
    broken[8] = ("code", "%%corrige Q1\nLes ventes sont de {{ totale }}.", ())
    names = {f.fields["name"] for f in check(workspace, broken, run=False) if f.code == "case.field_unknown"}
    assert names == {"totale", "inconnue", "untel"}


@pytest.mark.parametrize(
    "cell",
    [
        "from math import *",
        "exec('rien = 1')",
        "globals().update(rien=1)",
        "%run autre.py",
        "get_ipython().push({})",
    ],
)
def test_a_name_that_reading_cannot_see_is_left_to_the_run(workspace: Path, cell: str) -> None:
    cells = changed({"{{ total }}": "{{ rien }}"}, [cell])
    assert "case.field_unknown" not in codes(check(workspace, cells, run=False))
    assert "case.field_unknown" in codes(check(workspace, changed({"{{ total }}": "{{ rien }}"}), run=False))


@pytest.mark.parametrize(
    "cell",
    ["for rien in range(3): pass", "def rien(): pass", "import rien", "from x import y as rien", "class rien: pass",
     "with open('x') as rien: pass", "(rien := 3)", "%%time\nrien = 3", "a, *rien = 1, 2", "rien: int = 3"],
)  # fmt: skip
def test_a_name_that_a_cell_makes_is_known(workspace: Path, cell: str) -> None:
    cells = changed({"{{ total }}": "{{ rien }}"}, [cell])
    assert "case.field_unknown" not in codes(check(workspace, cells, run=False))


def test_every_value_of_what_varies_is_run_once(workspace: Path) -> None:
    template = load_template(a_template(workspace))
    assert [(trial.values["sector"], trial.differs) for trial in trials(template)] == [
        ("bois", ""),
        ("cuir", "sector = cuir"),
        ("laine", "sector = laine"),
    ]


def test_every_form_is_run_with_as_few_runs_as_there_are_values(workspace: Path) -> None:
    forms = [f'%%dossier D2 "Autre" forme={name}\nVoir.' for name in "abcd"]
    planned = trials(load_template(a_template(workspace, changed({}, forms))))
    assert [trial.forms["D2"] for trial in planned] == ["a", "b", "c", "d"]
    assert [trial.values["sector"] for trial in planned] == ["bois", "cuir", "laine", "bois"]


def test_what_happens_in_several_runs_is_told_once_with_the_first(workspace: Path) -> None:
    cells = changed(
        {
            "ventes = 1000": 'manque = {"bois": 1}.get(sector)\nventes = 1000',
            "de {{ total }}.": "de {{ manque }}.",
        }
    )
    found = [f for f in check(workspace, cells, vary=True) if f.code == "case.cell_refused"]
    assert [(f.where.cell, f.where.item) for f in found] == [(9, "Q1, tirage sector = cuir")]


def test_a_case_that_stops_without_an_error_is_no_success(workspace: Path) -> None:
    cells: list[AnyCell] = list(CELLS)
    cells.insert(5, ("code", "import sys\nsys.exit(0)", ()))
    found = check(workspace, cells)
    assert [(f.code, f.where.cell) for f in found] == [("piece.missing", number) for number in (7, 8, 10, 11)]


TEXTS = {
    "image": ("![plan](plan.png)", "markdown.image"),
    "html": ("Du <b>gras</b>.", "markdown.html"),
    "heading": ("###", "heading.empty"),
    "table": ("|  |  |\n|---|---|\n| a | b |", "table.header_missing"),
}


@pytest.mark.parametrize("kind", sorted(TEXTS))
@pytest.mark.parametrize("at", [4, 6, 7, 9])
def test_a_text_that_no_document_can_hold_is_found_without_running(
    workspace: Path, kind: str, at: int
) -> None:
    text, code = TEXTS[kind]
    cells = [
        (cell, f"{source}\n\n{text}\n\nSuite." if number == at else source, tags)
        for number, (cell, source, tags) in enumerate(CELLS, 1)
    ]
    found = check(workspace, cells, run=False)
    items = {4: None, 6: "D1", 7: "Q1", 9: "Q1"}
    assert [(f.code, f.where.cell, f.where.item) for f in found] == [(code, at, items[at])]


def test_a_page_break_has_no_place_in_a_question_and_has_one_in_the_context(workspace: Path) -> None:
    cells = changed(
        {"(annexe A1).": "(annexe A1).\n\n---\n\nSuite.", "({{ sector }}).": "({{ sector }}).\n\n---\n\nFin."}
    )
    found = check(workspace, cells, run=False)
    assert [(f.code, f.where.cell, f.where.item) for f in found] == [("page_break.nested", 7, "Q1")]


def test_conditions_and_fields_are_no_html(workspace: Path) -> None:
    cells = changed(
        {"Calculez": "{% if 1<ventes and ventes>0 %}Calculez{% endif %} {{ '<b>' }}\n\n"
         "| Nom |\n|---|\n{% for i in [1] %}\n| {{ i }} |\n{% endfor %}\n\nEt"}
    )  # fmt: skip
    assert check(workspace, cells, run=False) == []
    assert "markdown.html" in codes(check(workspace, cells))


def test_the_text_of_annexes_signs_and_sources_is_read_too(workspace: Path) -> None:
    cells = changed(
        {"- Le total est juste.": "- Le total est <u>juste</u>.", '"données internes"': '"<i>interne</i>"'},
        ['texte = \'Un ![plan](x.png)\'\nannexe(texte, "A2", "Texte", source="x")', "%%contexte\nAnnexe A2."],
    )
    found = {(f.code, f.where.cell) for f in check(workspace, cells)}
    assert found == {("markdown.html", 10), ("markdown.html", 5), ("markdown.image", 11)}


@pytest.mark.parametrize("other", ["A1", "a1"])
def test_annexes_of_one_name_for_a_spreadsheet_are_one_too_many(workspace: Path, other: str) -> None:
    magics = [
        f'%%annexe {name} "Texte" source="x"\nTexte.'
        for name in ("B1", other.replace("A", "B").replace("a", "b"))
    ]
    assert "annexe.twice" in codes(check(workspace, changed({}, magics), run=False))
    call = f'annexe(tableau, "{other}", "Encore", source="x")'
    found = [f for f in check(workspace, changed({}, [call])) if f.code == "annexe.twice"]
    assert [(f.where.cell, f.where.item) for f in found] == [(11, other)]


def test_annexes_are_listed_in_their_natural_order(workspace: Path) -> None:
    annexes = [f'%%annexe A{number} "Texte" source="x"\nTexte.' for number in (10, 2)]
    found = check(workspace, changed({"(annexe A1)": "(annexe A7)"}, annexes), run=False)
    assert [f.fields["known"] for f in found if f.code == "annexe.missing"] == [["A1", "A2", "A10"]]


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("%%question Q9 CE1.1=1\n  ", "piece.empty"),
        ('%%annexe A2 "" source="x"\nTexte.', "piece.no_title"),
        ('%%dossier D/1 "Titre"', "magic.code"),
    ],
)
def test_what_would_show_nothing_is_found_without_running(workspace: Path, extra: str, code: str) -> None:
    found = [f for f in check(workspace, changed({}, [extra]), run=False) if f.code == code]
    assert [f.where.cell for f in found] == [11]


def test_the_system_speaks_french_too(workspace: Path) -> None:
    cells = changed({}, ['open("absent.csv")'])
    failure = next(f for f in check(workspace, cells) if f.code == "case.cell_failed")
    assert "un fichier n’existe pas" in failure.message
    assert "absent.csv" in failure.message
    assert "No such file" not in failure.message
