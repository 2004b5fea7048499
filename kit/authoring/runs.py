"""Running a template to see what only running shows: once as it stands, and once for each value that may be drawn."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kit.authoring.pieces_checks import check_annexes, check_expected, check_figures
from kit.authoring.texts import check_piece_texts
from kit.cases import CaseTemplate, select_forms
from kit.cases.conditions import values_of
from kit.cases.pieces import Located, annexes_twice, gather_pieces, missing_pieces
from kit.errors import EnvironmentFault, Finding, Place
from kit.execution import Run, RunResult, execute_many
from kit.messages import catalogue, label
from kit.writing import json_text, write_bytes, write_text

_SAME = ("id", "name", "label", "html", "column", "magic", "value", "characters")
"""The fields that tell a finding from another of the same code in the same cell."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a check: the form of each dossier, the values given, and how it differs from the defaults."""

    forms: Mapping[str, str]
    values: Mapping[str, Any]
    differs: str = ""


def check_runs(
    template: CaseTemplate, keep: Path | None, jobs: int | None = None, told: Iterable[Finding] = ()
) -> Iterator[Finding]:
    """Yield what the runs of a template show, each finding once, with the first run where it happens.

    Args:
        template: the template.
        keep: folder where a notebook that failed is kept for its author.
        jobs: notebooks executed at once (default: the number of cores).
        told: what reading the file has already shown.
    """
    planned = trials(template)
    with tempfile.TemporaryDirectory(prefix="kit-check-") as scratch:
        runs = [prepared_run(template, trial, Path(scratch) / f"run-{n}") for n, trial in enumerate(planned)]
        results = execute_many(runs, jobs=jobs or os.cpu_count() or 1)
        seen = {_same(finding) for finding in told}
        for trial, result in zip(planned, results, strict=True):
            for finding in _findings(template, result, keep):
                if _same(finding) not in seen:
                    seen.add(_same(finding))
                    yield _named(finding, trial)


def trials(template: CaseTemplate) -> list[Trial]:
    """Return the fewest runs in which each form of each dossier, and each value of what varies, stands once.

    Not the product of all: what depends on two values at once is left to the runs of a session.
    """
    defaults = {parameter.name: parameter.default for parameter in template.parameters}
    values = [(defaults, "")]
    depended = {condition.parameter for condition in template.conditions.values()}
    for parameter in template.parameters:
        if parameter.name in {*template.announced.varies, *depended}:
            others = [value for value in values_of(parameter) if value != parameter.default]
            values += [({**defaults, parameter.name: v}, f"{parameter.name} = {v}") for v in others]
    if not depended:
        forms = list(form_choices(template, {}))
        return [
            Trial(forms[rank % len(forms)], *values[rank % len(values)])
            for rank in range(max(len(forms), len(values)))
        ]
    return [trial for given in values for trial in _standing(template, *given)]


def _standing(template: CaseTemplate, values: Mapping[str, Any], differs: str) -> Iterator[Trial]:
    """Yield a run for each choice of the forms that stand for these values."""
    for forms in form_choices(template, values):
        yield Trial(forms, values, differs)


def form_choices(template: CaseTemplate, values: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the fewest choices of forms in which every form that stands for these values stands once."""
    for pool in ("examen", "entrainement"):
        forms = template.forms(pool, values)
        if pool == "entrainement" and not any(forms.values()):
            continue
        for rank in range(max((len(names) for names in forms.values()), default=1) or 1):
            yield {dossier: names[rank % len(names)] for dossier, names in forms.items() if names}


def prepared_run(template: CaseTemplate, trial: Trial, folder: Path) -> Run:
    """Return the run of a trial, its notebook written in `folder`."""
    prepared = folder / "case.ipynb"
    write_text(prepared, json_text(select_forms(template, trial.forms)))
    return Run(prepared, folder / "executed.ipynb", trial.values, template.path.parent)


def _findings(template: CaseTemplate, result: RunResult, keep: Path | None) -> Iterable[Finding]:
    """Yield what one run shows; of one that stopped, why, and what can be said of the pieces it left."""
    import nbformat

    file = str(template.path)
    stopped = not result.ok or result.output is None
    if stopped:
        yield failure_finding(template, result, keep)
    if result.output is None:
        return
    notebook = nbformat.read(result.output, as_version=4)
    located, unreadable = gather_pieces(notebook, file)
    yield from unreadable
    yield from _piece_findings(located, file)
    yield from annexes_twice(located, file)
    if stopped:
        return
    badly_written = {cell.number for cell in template.cells if cell.magic and cell.magic.line.findings}
    lost = [item for item in missing_pieces(notebook, file) if item.where.cell not in badly_written]
    yield from lost
    if not lost:
        yield from check_annexes(located, file)
        yield from check_expected(located, file)


def check_pieces(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield what is wrong with all the pieces of a run that went to its end."""
    yield from _piece_findings(located, file)
    yield from check_annexes(located, file)
    yield from check_expected(located, file)


def _piece_findings(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield what is wrong with each piece by itself."""
    yield from check_piece_texts(located, file)
    yield from check_figures(located, file)


def _same(finding: Finding) -> tuple[object, ...]:
    """Return what makes two findings one: code, place, and what they are about, whatever the figures say."""
    about = tuple(str(finding.fields[name]) for name in _SAME if name in finding.fields)
    if finding.code == "expected.implausible":
        about = (str(finding.fields["label"]),)
    return finding.code, finding.where.cell, finding.where.item, about


def _named(finding: Finding, trial: Trial) -> Finding:
    """Return the finding with the run where it happens, when that is not the notebook as it stands."""
    if not trial.differs:
        return finding
    run = label("authoring.run", differs=trial.differs)
    item = f"{finding.where.item}, {run}" if finding.where.item else run
    return replace(finding, where=replace(finding.where, item=item))


_OURS = {"AuthorError", "InvalidFile", "UnknownCode", "EnvironmentFault"}
"""Errors whose text is already a French sentence."""
_SYSTEM = {
    "FileNotFoundError",
    "PermissionError",
    "IsADirectoryError",
    "NotADirectoryError",
    "FileExistsError",
    "OSError",
}
"""Errors of the system: of their English text only the path is kept."""
_QUOTED = re.compile(r"'([^']+)'")


def failure_finding(
    template: CaseTemplate, result: RunResult, keep: Path | None, name: str | None = None
) -> Finding:
    """Return what to tell the author of a run that failed: template, cell, question, exception, notebook kept.

    Args:
        template: the template.
        result: the run.
        keep: folder where the notebook is kept.
        name: of the notebook kept (default: template and seed, which a session must not show).
    """
    failure = result.failure
    cell = failure.cell if failure else None
    owner = next((item for item in template.cells if item.number == cell), None)
    words = owner.magic.line.words if owner and owner.magic else {}
    error = failure.name if failure else type(result.error).__name__
    detail = (failure.detail if failure else str(result.error)).strip()
    fields = {
        "template": template.slug,
        "at": f" à la cellule {cell}" if cell else "",
        "name": error,
        "detail": detail[:400] or "…",
        "kept": _kept(
            result, keep, name or f"{template.slug}-graine-{result.run.parameters.get('seed', '')}"
        ),
    }
    where = Place(str(template.path), cell=cell, item=words.get("id") or words.get("question"))
    if error in _OURS:
        return Finding("case.cell_refused", where, fields)
    explained = f"exception.{error}"
    fields["name"] = f"{label(explained)} ({error})" if explained in catalogue() else error
    if error in _SYSTEM:
        fields["detail"] = ", ".join(_QUOTED.findall(detail)) or "…"
    return Finding("case.cell_failed", where, fields)


def _kept(result: RunResult, keep: Path | None, name: str) -> str:
    """Keep the notebook of a run that failed, and return where, or a dash when it cannot be."""
    if keep is None or result.output is None:
        return "—"
    target = keep / f"{name}.ipynb"
    try:
        write_bytes(target, result.output.read_bytes(), 0o600)
    except EnvironmentFault:
        return "—"
    return str(target)
