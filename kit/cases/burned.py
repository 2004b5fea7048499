"""Forms given up for exams because they were published or leaked: a list of the workspace that people may edit.

A burned form is never drawn for an exam again. It stays in its template, where it may serve as an example. A line
that names no form would protect nothing: it is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kit.cases.template import CaseTemplate, load_template, template_folders
from kit.cases.uses import EXAM_POOL
from kit.csv_reading import CsvRow, read_csv
from kit.errors import AuthorError, Finding, InvalidFile, KitError, Place, UnknownCode
from kit.messages import label
from kit.reading import nearest, read_text
from kit.writing import csv_text, write_text

FILE = "formes-grillees.csv"
COLUMNS = ("modele", "dossier", "forme", "raison", "date")
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Burned:
    """A form given up for exams: which, why in one line, and the first day from which no exam may give it."""

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
        InvalidFile: every line that cannot be read, that names no exam form of a template there is, or that says
            again what another says.
    """
    path = workspace / FILE
    if not os.path.lexists(path):
        return ()
    data = read_csv(path, COLUMNS)
    findings = list(data.findings)
    known = _Known(workspace)
    found: dict[tuple[str, str, str], Burned] = {}
    for row in data.rows:
        one, where = _burned(row), Place(str(path), row.line)
        if one is not None and row.whole:
            findings += known.findings(one, where)
            findings += _burned_before(one, found.get(one.key), where)
            found.setdefault(one.key, one)
        elif row.whole:
            findings.append(Finding("burned.row", where, {"columns": [*COLUMNS]}))
    if findings:
        raise InvalidFile(*sorted(findings, key=lambda finding: finding.where.line or 0))
    return tuple(found.values())


class _Known:
    """The templates of a workspace, each read once, and only when a line names it."""

    def __init__(self, workspace: Path) -> None:
        self._folders = template_folders(workspace)
        self._read: dict[str, CaseTemplate | None] = {}

    def findings(self, one: Burned, where: Place) -> Iterator[Finding]:
        """Yield why a line names no exam form; of a template that cannot be read, nothing can be said."""
        if one.template not in self._folders:
            near = nearest(one.template, self._folders) or list(self._folders)
            yield Finding("case.not_found", where, {"code": one.template, "near": near})
            return
        if one.template not in self._read:
            self._read[one.template] = self._load(one.template)
        template = self._read[one.template]
        if template is not None:
            yield from _unknown(template, one, where)

    def _load(self, slug: str) -> CaseTemplate | None:
        try:
            return load_template(self._folders[slug])
        except KitError:
            return None


def _burned(row: CsvRow) -> Burned | None:
    template, dossier, form, reason, on = (row.values.get(name, "").strip() for name in COLUMNS)
    try:
        french = _FRENCH_DATE.fullmatch(on)
        day = date.fromisoformat("-".join(reversed(french.groups())) if french else on)
    except ValueError:
        return None
    return Burned(template, dossier, form, reason, day) if template and dossier and form else None


def burned_forms(workspace: Path, template: str) -> frozenset[tuple[str, str]]:
    """Return dossier and form of what a workspace gave up of a template."""
    return frozenset((one.dossier, one.form) for one in read_burned(workspace) if one.template == template)


def burn(workspace: Path, template: CaseTemplate, new: Burned) -> None:
    """Add a form to the list of a workspace.

    Raises:
        UnknownCode: the workspace has no such template, the template no such dossier, or no such exam form of it.
        AuthorError: it is listed already, or the reason is no line. All problems are listed, whichever the class.
        InvalidFile: the list cannot be read.
        EnvironmentFault: the disk refuses.
    """
    known = read_burned(workspace)
    before = next((one for one in known if one.key == new.key), None)
    findings = list(_findings(workspace, template, new, before))
    if findings:
        unknown = any("unknown" in finding.code or finding.code == "case.not_found" for finding in findings)
        raise (UnknownCode if unknown else AuthorError)(*findings)
    rows = [(one.template, one.dossier, one.form, one.reason, one.on.isoformat()) for one in (*known, new)]
    path = workspace / FILE
    write_text(path, "\n".join([*_comments(path), csv_text(COLUMNS, rows)]))


def _comments(path: Path) -> list[str]:
    """Return the comments of a list, people's own too; the usual ones for a list that is not there yet."""
    if not path.exists():
        return [f"# {line}" for line in label("burned.head").splitlines()]
    return [line for line in read_text(path).splitlines() if line.lstrip().startswith("#")]


def _findings(
    workspace: Path, template: CaseTemplate, new: Burned, before: Burned | None
) -> Iterator[Finding]:
    known = template_folders(workspace)
    if not (new.template in known and known[new.template].samefile(template.path)):
        yield Finding("case.not_found", Place(), {"code": new.template, "near": list(known)})
    yield from _unknown(template, new, Place())
    yield from _burned_before(new, before, Place(FILE))
    if not new.reason.strip() or not new.reason.isprintable():
        yield Finding("burned.reason", Place())


def _unknown(template: CaseTemplate, one: Burned, where: Place) -> Iterator[Finding]:
    exam = _exam_forms(template)
    fields = {"template": template.slug, "dossier": one.dossier, "form": one.form}
    if one.dossier not in exam:
        yield Finding("burned.dossier_unknown", where, {**fields, "known": [*exam] or ["—"]})
    elif one.form not in exam[one.dossier]:
        yield Finding("burned.form_unknown", where, {**fields, "known": exam[one.dossier] or ["—"]})


def _burned_before(one: Burned, before: Burned | None, where: Place) -> Iterator[Finding]:
    if before is not None:
        fields = {"template": one.template, "dossier": one.dossier, "form": one.form}
        told = {**fields, "on": f"{before.on:%d/%m/%Y}", "reason": before.reason or "—"}
        yield Finding("burned.already", where, told)


def _exam_forms(template: CaseTemplate) -> dict[str, list[str]]:
    """Return the exam forms of each dossier, whatever the values of the parameters."""
    found: dict[str, list[str]] = {}
    for values in template.situations() or ({},):
        for dossier, forms in template.forms(EXAM_POOL, values).items():
            kept = found.setdefault(dossier, [])
            kept += [form for form in forms if form not in kept]
    return found
