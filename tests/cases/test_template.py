"""Reading a template without running it; choosing forms before it runs."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from kit.cases import draw_forms, find_template, load_template, select_forms, template_folders
from kit.errors import AuthorError, InvalidFile, UnknownCode
from tests.case_builders import CELLS, a_template, changed

TWO_FORMS = changed(
    {},
    [
        '%%dossier D2 "Autre" forme=a\nUn.',
        "%%question Q2 CE1.1=1\nForme a ?",
        '%%dossier D2 "Autre" forme=b\nDeux.',
        "%%question Q2 CE1.1=1\nForme b ?",
        '%%dossier D2 "Autre" forme=c pool=entrainement\nTrois.',
        "%%question Q2 CE1.1=1\nForme c ?",
    ],
)


def test_a_template_is_read_whole(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path))
    assert template.findings == ()
    assert template.header.epreuve == "E2"
    assert [parameter.name for parameter in template.parameters] == ["seed", "sector", "remise"]
    assert [cell.dossier for cell in template.cells] == [None] * 5 + ["D1"] * 5


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("---\nepreuve: E2", "epreuve: E2", "case.front_matter_missing"),
        ("epreuve: E2\n", "", "field.missing"),
        ("duration: 60", "duration: une heure", "field.integer"),
        ("duration: 60", "duration: 60\ncouleur: bleu", "field.unknown"),
        ("varies: [sector]", "varies: [secteur]", "parameter.unknown"),
        ("seed: int = 1\n", "", "case.seed_missing"),
        ('= "bois"', '= "fer"', "parameter.value"),
        ("varies: [sector]", "varies: [seed, sector]", "case.seed_varies"),
        ('points: "4"', 'points: "0"', "field.positive"),
        ("%%question Q1", "%%questions Q1", "magic.unknown"),
    ],
)
def test_a_broken_template_says_what_is_wrong(tmp_path: Path, old: str, new: str, code: str) -> None:
    template = load_template(a_template(tmp_path, changed({old: new})))
    assert code in [finding.code for finding in template.findings]
    with pytest.raises(InvalidFile):
        _ = template.header


def test_a_problem_of_the_front_matter_has_its_line_and_cell(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, changed({"duration: 60": "duration: x"})))
    finding = template.findings[0]
    assert (finding.where.cell, finding.where.line, finding.where.field) == (1, 5, "duration")


def test_a_parameter_without_a_list_of_values_cannot_vary(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, changed({"varies: [sector]": "varies: [remise]"})))
    assert [(f.code, f.severity.value) for f in template.findings] == [("case.no_choices", "warning")]
    assert template.header.varies == ("remise",)


@pytest.mark.parametrize(
    "slip",
    [{"duration: 60": "duration: x"}, {"documents: ": "documents "}, {"title: ": "points: 1\ntitle: "}],
)
def test_a_slip_leaves_the_rest_of_the_front_matter_readable(tmp_path: Path, slip: dict[str, str]) -> None:
    template = load_template(a_template(tmp_path, changed(slip)))
    assert template.front is None
    assert (template.announced.epreuve, template.announced.referentiel) == ("E2", "petit-titre")
    assert template.announced.points == "4"
    assert template.announced.varies == ("sector",)


def test_a_name_longer_than_the_system_takes_is_an_unknown_template(tmp_path: Path) -> None:
    with pytest.raises(UnknownCode):
        find_template("x" * 5000, tmp_path)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cells": 3, "nbformat": 4}', '{"cells": [1], "nbformat": 4}']
)
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "case.ipynb"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidFile, match="notebook"):
        load_template(path)


def test_a_workspace_template_comes_before_a_shipped_one(tmp_path: Path) -> None:
    path = a_template(tmp_path)
    assert template_folders(tmp_path)["petit-cas"] == path
    assert (
        find_template("petit-cas", tmp_path)
        == find_template(str(path.parent))
        == find_template(str(path))
        == path
    )
    with pytest.raises(UnknownCode, match="petit-cas"):
        find_template("petit-cass", tmp_path)


def test_each_dossier_gets_one_form_of_the_pool(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, TWO_FORMS))
    assert template.forms("examen") == {"D1": ["a"], "D2": ["a", "b"]}
    drawn = {draw_forms(template, "examen", key)["D2"] for key in range(30)}
    assert drawn == {"a", "b"}


def test_two_ranks_differ_in_form_where_two_exist(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, TWO_FORMS))
    for key in range(20):
        assert draw_forms(template, "examen", key, 0)["D2"] != draw_forms(template, "examen", key, 1)["D2"]


def test_a_third_version_of_two_forms_repeats_neither_of_the_others(tmp_path: Path) -> None:
    forms = [f'%%dossier D{number} "Autre" forme={form}\nUn.' for number in (2, 3) for form in "ab"]
    template = load_template(a_template(tmp_path, changed({}, forms)))
    for key in range(20):
        versions = [draw_forms(template, "examen", key, rank) for rank in range(3)]
        assert all(one != other for one, other in combinations(versions, 2))


def test_a_dossier_without_a_form_in_the_pool_is_named(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, TWO_FORMS))
    with pytest.raises(AuthorError, match="D1"):
        draw_forms(template, "entrainement", 1)


def test_the_cells_of_other_forms_are_taken_out_before_anything_runs(tmp_path: Path) -> None:
    template = load_template(a_template(tmp_path, TWO_FORMS))
    notebook = select_forms(template, {"D1": "a", "D2": "b"})
    text = json.dumps(notebook, ensure_ascii=False)
    assert "Forme b" in text
    assert "Forme a" not in text
    assert "Forme c" not in text
    assert [cell["metadata"]["kit"]["cell"] for cell in notebook["cells"]][-2:] == [
        len(CELLS) + 3,
        len(CELLS) + 4,
    ]


def test_the_content_hash_ignores_approvals_and_sees_every_word(tmp_path: Path) -> None:
    plain = load_template(a_template(tmp_path, slug="un")).content_hash
    reviewed = changed(
        {'drafted: {by: "Test"}': 'drafted: {by: "Test"}\nreviewed: [{by: "X", on: 2026-01-05}]'}
    )
    assert load_template(a_template(tmp_path, reviewed, "deux")).content_hash == plain
    assert load_template(a_template(tmp_path, changed({"totales": "brutes"}), "trois")).content_hash != plain
