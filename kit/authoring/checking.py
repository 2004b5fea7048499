"""Checking a template whole: what can be read in the file, then what its execution shows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.authoring.pieces_checks import check_annexes, check_expected, check_figures
from kit.authoring.static import Rules, check_codes, check_coverage, check_keys, check_lines, check_points
from kit.cases import CaseTemplate, load_template, read_pieces, select_forms
from kit.errors import Finding, KitError, Place, Severity
from kit.execution import Run, RunResult, execute_many
from kit.messages import catalogue, label
from kit.reading import nearest
from kit.referentiel import Referentiel, find_referentiel, load_referentiel, load_reglement
from kit.writing import json_text, write_bytes, write_text


def check_template(
    path: Path, workspace: Path | None = None, keep: Path | None = None, run: bool = True
) -> list[Finding]:
    """Return everything found in a template: errors, warnings and remarks, in the order of the cells.

    Args:
        path: the notebook.
        workspace: where a school's own référentiels lie.
        keep: folder where a notebook that failed is kept for its author.
        run: whether to execute it too (each form of each dossier at least once).

    Raises:
        InvalidFile: the file is no notebook at all.
    """
    template = load_template(path)
    findings = [*template.findings, *check_lines(template), *check_points(template), *check_keys(template)]
    rules, problems = rules_of(template, workspace)
    findings += problems
    if rules is not None:
        findings += [*check_codes(template, rules), *check_coverage(template, rules)]
    if run and template.parameters:
        findings += _check_runs(template, keep)
    return _in_order(findings)


def rules_of(template: CaseTemplate, workspace: Path | None = None) -> tuple[Rules | None, list[Finding]]:
    """Return the référentiel, épreuve and règlement a template is written for, or why they cannot be had."""
    if template.front is None:
        return None, []
    where = Place(str(template.path), cell=1, field="epreuve")
    try:
        folder = find_referentiel(template.front.referentiel, workspace)
        referentiel = load_referentiel(folder)
        reglement = load_reglement(folder / "reglement.yaml")
    except KitError as error:
        moved = Place(str(template.path), cell=1, field="referentiel")
        return None, [Finding(f.code, f.where if f.where.file else moved, f.fields) for f in error.findings]
    if template.front.epreuve not in {epreuve.id for epreuve in referentiel.epreuves}:
        return None, [_unknown_epreuve(template.front.epreuve, referentiel, where)]
    return Rules(referentiel, referentiel.epreuve(template.front.epreuve), reglement), []


def _unknown_epreuve(code: str, referentiel: Referentiel, where: Place) -> Finding:
    known = [epreuve.id for epreuve in referentiel.epreuves]
    return Finding("epreuve.unknown", where, {"code": code, "near": nearest(code, known) or known})


def _check_runs(template: CaseTemplate, keep: Path | None) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="kit-check-") as scratch:
        runs = [
            prepared_run(template, forms, Path(scratch) / f"run-{number}")
            for number, forms in enumerate(form_choices(template))
        ]
        seen: set[tuple[str, int | None, str]] = set()
        for result in execute_many(runs, jobs=2):
            for finding in _findings(template, result, keep):
                key = (finding.code, finding.where.cell, finding.message)
                if key not in seen:
                    seen.add(key)
                    yield finding


def form_choices(template: CaseTemplate) -> Iterator[dict[str, str]]:
    """Yield the fewest choices of forms in which every form stands once."""
    for pool in ("examen", "entrainement"):
        forms = template.forms(pool)
        if pool == "entrainement" and not any(forms.values()):
            continue
        for rank in range(max((len(names) for names in forms.values()), default=1)):
            yield {dossier: names[rank % len(names)] for dossier, names in forms.items() if names}


def prepared_run(
    template: CaseTemplate, forms: dict[str, str], folder: Path, values: Mapping[str, Any] = {}
) -> Run:
    """Return the run of a template with these forms, its own parameters and, before them, `values`."""
    prepared = folder / "case.ipynb"
    write_text(prepared, json_text(select_forms(template, forms)))
    defaults = {parameter.name: parameter.default for parameter in template.parameters}
    return Run(prepared, folder / "executed.ipynb", {**defaults, **values}, template.path.parent)


def _findings(template: CaseTemplate, result: RunResult, keep: Path | None) -> Iterable[Finding]:
    import nbformat

    file = str(template.path)
    if not result.ok or result.output is None:
        return [failure_finding(template, result, keep)]
    try:
        located = read_pieces(nbformat.read(result.output, as_version=4), file)
    except KitError as error:
        return error.findings
    return [*check_annexes(located, file), *check_figures(located, file), *check_expected(located, file)]


_OURS = {"AuthorError", "InvalidFile", "UnknownCode", "EnvironmentFault"}
"""Errors whose text is already a French sentence."""


def failure_finding(template: CaseTemplate, result: RunResult, keep: Path | None) -> Finding:
    """Return what to tell the author of a run that failed: template, cell, question, exception, notebook kept."""
    kept = "—"
    if keep is not None and result.output is not None:
        target = keep / f"{template.slug}-graine-{result.run.parameters.get('seed', '')}.ipynb"
        write_bytes(target, result.output.read_bytes(), 0o600)
        kept = str(target)
    cell = result.failure.cell if result.failure else None
    owner = next((item for item in template.cells if item.number == cell), None)
    item = (
        owner.magic.line.words.get("id") or owner.magic.line.words.get("question")
        if owner and owner.magic
        else None
    )
    name = result.failure.name if result.failure else type(result.error).__name__
    detail = result.failure.detail if result.failure else str(result.error)
    at = f" à la cellule {cell}" if cell else ""
    fields = {"template": template.slug, "at": at, "name": name, "detail": detail.strip()[:400], "kept": kept}
    if name in _OURS:
        return Finding("case.cell_refused", Place(str(template.path), cell=cell, item=item), fields)
    explained = f"exception.{name}"
    fields["name"] = f"{label(explained)} ({name})" if explained in catalogue() else name
    return Finding("case.cell_failed", Place(str(template.path), cell=cell, item=item), fields)


def _in_order(findings: list[Finding]) -> list[Finding]:
    weight = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return sorted(findings, key=lambda f: (weight[f.severity], f.where.cell or 0, f.code))
