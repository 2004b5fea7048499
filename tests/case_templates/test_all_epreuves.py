"""The ten templates together: every épreuve and criterion has its place, every seed gives a subject of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.authoring.observing import coverage, sights_of_template
from kit.authoring.stress import stress
from kit.cases import CaseTemplate, load_template
from kit.referentiel import DEFAULT, find_referentiel, load_referentiel

ROOT = Path(__file__).parents[2]
TEMPLATES = tuple(load_template(path) for path in sorted((ROOT / "case_templates").glob("*/case.ipynb")))
TWO_EXAM_FORMS = ("E2", "E3", "E4", "E10")

each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)


def choices(template: CaseTemplate) -> list[dict[str, Any]]:
    """Return the values of the parameters that forms depend on, each with the defaults of the others."""
    given = {parameter.name: parameter.default for parameter in template.parameters}
    depended = {condition.parameter for condition in template.conditions.values()}
    varied = [
        {parameter.name: value}
        for parameter in template.parameters
        if parameter.name in depended
        for value in (parameter.choices or (False, True))
    ]
    return [given | one for one in varied] or [given]


def test_each_epreuve_has_a_template_and_each_criterion_a_question() -> None:
    referentiel = load_referentiel(find_referentiel(DEFAULT, ROOT))
    sights = [sight for template in TEMPLATES for sight in sights_of_template(template)]
    epreuves = [template.announced.epreuve for template in TEMPLATES]
    assert sorted(map(str, epreuves)) == sorted(epreuve.id for epreuve in referentiel.epreuves)
    rows = coverage(referentiel, sights, map(str, epreuves))
    assert len(rows) == 91
    assert [row.criterion for row in rows if row.status != "observed"] == []


@each_template
def test_each_dossier_has_a_form_for_exams_and_another_for_practice(template: CaseTemplate) -> None:
    least = 2 if template.announced.epreuve in TWO_EXAM_FORMS else 1
    for values in choices(template):
        exam, practice = template.forms("examen", values), template.forms("entrainement", values)
        assert exam.keys() == practice.keys()
        conditional = {dossier for dossier, _ in template.conditions}
        assert {
            d: len(forms) for d, forms in exam.items() if len(forms) < (1 if d in conditional else least)
        } == {}
        assert {d for d, forms in practice.items() if not forms} == set()
        assert all(not {*exam[dossier]} & {*practice[dossier]} for dossier in exam)


@each_template
def test_practice_asks_no_question_of_an_exam_in_the_same_words(template: CaseTemplate) -> None:
    pools: dict[bool, set[str]] = {True: set(), False: set()}
    exam = {
        (dossier, form)
        for v in choices(template)
        for dossier, forms in template.forms("examen", v).items()
        for form in forms
    }
    for cell in template.cells:
        # A list of questions is written by a loop over the data of its form: the same loop, other questions.
        if cell.magic and cell.magic.line.name == "question" and "{% for" not in cell.magic.body:
            pools[(cell.dossier, cell.form) in exam].add(" ".join(cell.magic.body.split()))
    assert min(map(len, pools.values())) > 0
    assert pools[True] & pools[False] == set()


@each_template
@pytest.mark.parametrize(
    ("count", "laid_out"),
    [pytest.param(0, 2, id="a few"), pytest.param(200, 20, id="hundreds", marks=pytest.mark.full)],
)
def test_every_seed_gives_a_subject_of_its_own(
    template: CaseTemplate, count: int, laid_out: int, record_property: Callable[[str, object], None]
) -> None:
    """Seeds are executed; those that follow are also laid out, which takes longer than executing them."""
    first, last = range(1, count + 1), range(count + 1, count + laid_out + 1)
    for seeds, pages in ((first, False), (last, True)):
        found = stress(template.path, seeds, workspace=ROOT, jobs=2, pages=pages)
        report = found.as_json()
        assert report["seeds"] == len(seeds)
        assert report["failures"] == []
        assert report["duplicates"] == []
        assert report["points"] == ([template.announced.points] if seeds else [])
        record_property("laid out" if pages else "executed", report["seconds"])
    record_property("pages", report["pages"])
