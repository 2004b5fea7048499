"""Practice cases: drawn from the practice forms of the templates of an épreuve, never from an exam's."""

from __future__ import annotations

import functools
import hashlib
import secrets
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from kit.authoring.checking import rules_of
from kit.authoring.runs import check_pieces, failure_finding
from kit.authoring.static import Rules
from kit.cases import CaseTemplate, draw_forms, find_template, load_template, read_pieces, select_forms
from kit.cases.template import template_folders
from kit.cases.uses import PRACTICE_POOL, seed_for
from kit.errors import Finding, InvalidFile, KitError, Place, UnknownCode, raise_for
from kit.execution import Run, execute_many, get_ready
from kit.grids import build_grid
from kit.messages import label
from kit.practice.firewall import refuse_exam
from kit.practice.values import Asked, PracticeCase
from kit.referentiel import DEFAULT, natural_key
from kit.subjects import Drawn, Subject, build_subject, check_subject, signature
from kit.writing import json_text, write_text

NUMBERS = range(1, 1_000_000)
"""Of practice cases: six figures, that a learner can copy and a trainer dictate."""
_WARM = ("kit.practice.cases", "kit.documents.pdf")


def practice_templates(
    workspace: Path | None = None, referentiel: str = DEFAULT, epreuve: str | None = None
) -> tuple[CaseTemplate, ...]:
    """Return the sound templates of a référentiel that have a practice form for each dossier, by épreuve.

    A template with errors is left out: `kit case check` is where its author reads about them.
    """
    found = []
    for path in template_folders(workspace).values():
        try:
            template = load_template(path)
            front = template.header
        except KitError:
            continue
        if front.referentiel == referentiel and epreuve in (None, front.epreuve) and _has_practice(template):
            found.append(template)
    return tuple(sorted(found, key=lambda item: (natural_key(item.header.epreuve), item.slug)))


def _has_practice(template: CaseTemplate) -> bool:
    forms = template.forms(PRACTICE_POOL)
    return bool(forms) and all(forms.values())


def template_for(epreuve: str, workspace: Path | None = None, referentiel: str = DEFAULT) -> CaseTemplate:
    """Return the template to practise an épreuve on: the workspace's own before the shipped one.

    Raises:
        UnknownCode: no template has practice forms for it.
    """
    known = practice_templates(workspace, referentiel)
    found = [template for template in known if template.header.epreuve == epreuve]
    if not found:
        near = sorted({template.header.epreuve for template in known}, key=natural_key) or ["—"]
        raise UnknownCode.of("practice.no_template", Place(), code=epreuve, near=near)
    own = [item for item in found if workspace is not None and item.path.is_relative_to(workspace)]
    return (own or found)[0]


def prepare() -> None:
    """Start what makes a case, without waiting for it: while a learner chooses, the first case gets nearer."""
    get_ready(_WARM)


def fresh_number(done: Collection[int] = ()) -> int:
    """Return the number of a case not done yet, at random."""
    while (number := NUMBERS.start + secrets.randbelow(len(NUMBERS))) in done:
        pass
    return number


def practice_case(asked: Asked, workspace: Path | None = None) -> PracticeCase:
    """Return the case of a number: the same on every machine that has the same template.

    Raises:
        UnknownCode: no such template.
        InvalidFile: the template has errors, or what it makes is no subject, or would show something of an exam.
        CaseFailed: a cell failed.
    """
    return practice_cases([asked], workspace)[0]


def practice_cases(
    asked: Sequence[Asked], workspace: Path | None = None, jobs: int = 1
) -> tuple[PracticeCase, ...]:
    """Return the cases of several numbers, in their order (errors: see `practice_case`)."""
    known = {slug: load_template(find_template(slug, workspace)) for slug in {one.template for one in asked}}
    rules = {slug: _rules(template, workspace) for slug, template in known.items()}
    with tempfile.TemporaryDirectory(prefix="kit-practice-") as scratch:
        runs = [
            _run(known[one.template], rules[one.template], one, Path(scratch) / str(rank))
            for rank, one in enumerate(asked)
        ]
        results = execute_many(runs, jobs=jobs, preload=_WARM)
    cases = []
    for one, result in zip(asked, results, strict=True):
        template = known[one.template]
        if not result.ok:
            if isinstance(result.error, KitError):
                raise result.error
            raise InvalidFile(failure_finding(template, result, None))
        subject: Subject = result.value
        reglement = rules[one.template].reglement
        assert reglement is not None  # noqa: S101 - _rules has seen to it
        grid = build_grid(subject, rules[one.template].referentiel, reglement)
        case = PracticeCase(one, subject, grid, signature(subject))
        refuse_exam(case, template)
        cases.append(case)
    return tuple(cases)


def _rules(template: CaseTemplate, workspace: Path | None) -> Rules:
    template.header  # noqa: B018 - raises when the template has errors
    rules, findings = rules_of(template, workspace)
    raise_for(findings)
    if rules is None or rules.reglement is None:
        raise InvalidFile(Finding("practice.no_rules", Place(str(template.path))))
    return rules


def _run(template: CaseTemplate, rules: Rules, asked: Asked, folder: Path) -> Run:
    values = _values(template, asked)
    seed = seed_for(asked.use, asked.number)
    forms = draw_forms(template, PRACTICE_POOL, seed, 0, values)
    drawn = Drawn(case_code(template, asked), "entrainement", asked.number, seed, values, forms)
    prepared = folder / "case.ipynb"
    write_text(prepared, json_text(select_forms(template, forms)))
    then = functools.partial(_read, template=template, rules=rules, drawn=drawn)
    return Run(prepared, folder / "executed.ipynb", {**values, "seed": seed}, template.path.parent, then)


def _values(template: CaseTemplate, asked: Asked) -> dict[str, Any]:
    """Return the parameters of a case: those that vary are dealt by its number, each by itself."""
    varies = template.header.varies
    return {
        parameter.name: (
            parameter.choices[_dealt(asked, parameter.name, len(parameter.choices))]
            if parameter.name in varies and parameter.choices
            else parameter.default
        )
        for parameter in template.parameters
        if parameter.name != "seed"
    }


def _dealt(asked: Asked, name: str, count: int) -> int:
    text = f"{asked.use}\x1f{asked.template}\x1f{asked.number}\x1f{name}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % count


def case_code(template: CaseTemplate, asked: Asked) -> str:
    """Return what stands in the footer of a case's documents: « ENTRAINEMENT-E2-004217 »."""
    return f"{label('practice.code')}-{template.header.epreuve}-{asked.number:06d}"


def _read(executed: Path, template: CaseTemplate, rules: Rules, drawn: Drawn) -> Subject:
    """Return the subject of an executed notebook; called in the process that ran it."""
    import nbformat

    file = str(template.path)
    located = read_pieces(nbformat.read(executed, as_version=4), file)
    subject = build_subject(located, template.header, rules.epreuve, template.slug, drawn)
    raise_for([*check_pieces(located, file), *check_subject(subject, template.header, file)])
    return subject
