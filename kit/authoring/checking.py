"""Checking a template whole: what can be read in the file, then what its execution shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.authoring.citations import check_citations
from kit.authoring.fields import check_code, check_fields
from kit.authoring.runs import check_runs
from kit.authoring.static import (
    Rules,
    check_codes,
    check_conditions,
    check_coverage,
    check_keys,
    check_lines,
    check_points,
)
from kit.authoring.texts import check_texts
from kit.cases import CaseTemplate, load_template
from kit.errors import Finding, KitError, Place, Severity
from kit.reading import nearest
from kit.referentiel import (
    Epreuve,
    Referentiel,
    Reglement,
    find_referentiel,
    load_referentiel,
    load_reglement,
)


def check_template(
    path: Path,
    workspace: Path | None = None,
    keep: Path | None = None,
    run: bool = True,
    jobs: int | None = None,
) -> list[Finding]:
    """Return everything found in a template, once: errors, warnings and remarks, in the order of the cells.

    Args:
        path: the notebook.
        workspace: where a school's own référentiels lie.
        keep: folder where a notebook that failed is kept for its author.
        run: whether to execute it too: each form of each dossier, and each value of each parameter that varies.
        jobs: notebooks executed at once (default: the number of cores).

    Raises:
        InvalidFile: the file is no notebook, or has malformed cells.
    """
    template = load_template(path)
    findings = list(_read(template))
    sources, problems = _sources(template, workspace)
    findings += problems
    if sources.referentiel is not None:
        findings += check_codes(template, sources.referentiel, sources.epreuve, sources.reglement)
    findings += check_conditions(template, sources.epreuve)
    if sources.epreuve is not None:
        findings += check_coverage(template, sources.epreuve)
    if run and template.parameters:
        findings += check_runs(template, keep, jobs, told=tuple(findings))
    return _in_order(findings)


def _read(template: CaseTemplate) -> Iterator[Finding]:
    """Yield what the file alone shows."""
    yield from template.findings
    for check in (
        check_lines,
        check_points,
        check_keys,
        check_code,
        check_fields,
        check_citations,
        check_texts,
    ):
        yield from check(template)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a template says it is written for, each part None when it cannot be had."""

    referentiel: Referentiel | None = None
    epreuve: Epreuve | None = None
    reglement: Reglement | None = None


def rules_of(template: CaseTemplate, workspace: Path | None = None) -> tuple[Rules | None, list[Finding]]:
    """Return the référentiel, épreuve and règlement a template is written for, or why they cannot be had."""
    sources, findings = _sources(template, workspace)
    if sources.referentiel is None or sources.epreuve is None or findings:
        return None, findings
    return Rules(sources.referentiel, sources.epreuve, sources.reglement), findings


def _sources(template: CaseTemplate, workspace: Path | None) -> tuple[_Sources, list[Finding]]:
    written = template.announced
    if written.referentiel is None:
        return _Sources(), []
    where = Place(str(template.path), cell=1, field="referentiel")
    try:
        folder = find_referentiel(written.referentiel, workspace)
        referentiel = load_referentiel(folder)
    except KitError as error:
        return _Sources(), [_moved(finding, where) for finding in error.findings]
    findings: list[Finding] = []
    reglement = epreuve = None
    try:
        reglement = load_reglement(folder / "reglement.yaml", referentiel)
    except KitError as error:
        findings += [_moved(finding, where) for finding in error.findings]
    if written.epreuve in {item.id for item in referentiel.epreuves}:
        epreuve = referentiel.epreuve(written.epreuve)
    elif written.epreuve is not None:
        findings.append(_unknown_epreuve(written.epreuve, referentiel, template.path))
    return _Sources(referentiel, epreuve, reglement), findings


def _moved(finding: Finding, where: Place) -> Finding:
    return Finding(finding.code, finding.where if finding.where.file else where, finding.fields)


def _unknown_epreuve(code: str, referentiel: Referentiel, path: Path) -> Finding:
    known = [epreuve.id for epreuve in referentiel.epreuves]
    where = Place(str(path), cell=1, field="epreuve")
    return Finding("epreuve.unknown", where, {"code": code, "near": nearest(code, known) or known})


def _in_order(findings: list[Finding]) -> list[Finding]:
    weight = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return sorted(findings, key=lambda f: (weight[f.severity], f.where.cell or 0, f.code))
