"""Forms given up for exams because they were published or leaked: a list of the workspace that people may edit.

A burned form is never drawn for an exam again. It stays in its template, where it may serve as an example.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kit.cases.template import CaseTemplate
from kit.cases.uses import EXAM_POOL
from kit.csv_reading import CsvRow, read_csv
from kit.errors import AuthorError, Finding, InvalidFile, Place, UnknownCode
from kit.writing import csv_text, write_text

FILE = "formes-grillees.csv"
COLUMNS = ("modele", "dossier", "forme", "raison", "date")


@dataclass(frozen=True, slots=True)
class Burned:
    """A form given up for exams: which, why in one line, since when."""

    template: str
    dossier: str
    form: str
    reason: str
    on: date

    @property
    def key(self) -> tuple[str, str, str]:
        """Which form of which template."""
        return self.template, self.dossier, self.form


def read_burned(workspace: Path) -> tuple[Burned, ...]:
    """Return the forms a workspace gave up, in the order of its file; none without one.

    Raises:
        InvalidFile: every line that cannot be read.
    """
    path = workspace / FILE
    if not path.exists():
        return ()
    data = read_csv(path, COLUMNS)
    findings, found = list(data.findings), []
    for row in data.rows:
        one = _burned(row)
        if one is None:
            if row.whole:
                findings.append(Finding("burned.row", Place(str(path), row.line), {"columns": [*COLUMNS]}))
            continue
        found.append(one)
    if findings:
        raise InvalidFile(*findings)
    return tuple(found)


def _burned(row: CsvRow) -> Burned | None:
    template, dossier, form, reason, on = (row.values.get(name, "").strip() for name in COLUMNS)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return None
    return Burned(template, dossier, form, reason, day) if template and dossier and form else None


def burned_forms(workspace: Path, template: str) -> frozenset[tuple[str, str]]:
    """Return dossier and form of what a workspace gave up of a template."""
    return frozenset((one.dossier, one.form) for one in read_burned(workspace) if one.template == template)


def burn(workspace: Path, template: CaseTemplate, new: Burned) -> None:
    """Add a form to the list of a workspace.

    Raises:
        UnknownCode: the template has no such dossier, or no such exam form of it.
        AuthorError: it is listed already, or the reason is no line.
        InvalidFile: the list cannot be read.
        EnvironmentFault: the disk refuses.
    """
    known = read_burned(workspace)
    before = next((one for one in known if one.key == new.key), None)
    for finding in _findings(template, new, before):
        raise (UnknownCode if "unknown" in finding.code else AuthorError)(finding)
    rows = [(one.template, one.dossier, one.form, one.reason, one.on.isoformat()) for one in (*known, new)]
    write_text(workspace / FILE, csv_text(COLUMNS, rows))


def _findings(template: CaseTemplate, new: Burned, before: Burned | None) -> Iterator[Finding]:
    exam = _exam_forms(template)
    fields = {"template": template.slug, "dossier": new.dossier, "form": new.form}
    if new.dossier not in exam:
        yield Finding("burned.dossier_unknown", Place(), {**fields, "known": [*exam]})
    elif new.form not in exam[new.dossier]:
        yield Finding("burned.form_unknown", Place(), {**fields, "known": exam[new.dossier] or ["—"]})
    if before is not None:
        told = {**fields, "on": f"{before.on:%d/%m/%Y}", "reason": before.reason or "—"}
        yield Finding("burned.already", Place(FILE), told)
    if not new.reason.strip() or not new.reason.isprintable():
        yield Finding("burned.reason", Place())


def _exam_forms(template: CaseTemplate) -> dict[str, list[str]]:
    """Return the exam forms of each dossier, whatever the values of the parameters."""
    found: dict[str, list[str]] = {}
    for values in template.situations() or ({},):
        for dossier, forms in template.forms(EXAM_POOL, values).items():
            kept = found.setdefault(dossier, [])
            kept += [form for form in forms if form not in kept]
    return found
