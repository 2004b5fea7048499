"""A case template being written, and what is known of it. No widget here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from traitlets import Bool, HasTraits, Instance, Unicode

from kit.authoring import check_template, rules_of
from kit.authoring.coverage import FormPoints, ObservedCriterion, form_points, observed_criteria
from kit.authoring.static import Rules
from kit.cases import CaseTemplate, find_template, load_template, template_folders
from kit.errors import Finding, KitError, Place, Severity


class AuthoringState(HasTraits):
    """A template and its checks.

    Attributes:
        workspace: where a school's own templates and référentiels lie; None for the shipped ones only.
        choice: the template: a slug, a folder or a notebook's path; empty for none.
        template: the template, read; None when it cannot be.
        rules: what it is checked against; None when that is unknown.
        findings: what was found, errors first.
        executed: whether the findings come from a run too.
    """

    workspace = Instance(Path, allow_none=True)
    choice = Unicode()
    template = Instance(CaseTemplate, allow_none=True)
    rules = Instance(Rules, allow_none=True)
    findings = Instance(tuple, ())
    executed = Bool(False)

    @property
    def templates(self) -> dict[str, Path]:
        """The known templates by slug."""
        return template_folders(self.workspace)

    def open(self, choice: str) -> None:
        """Read a template and check what can be checked without running it; problems are in `findings`."""
        self.choice, self.executed = choice, False
        self.template = self.rules = None
        self.findings = ()
        if not choice:
            return
        try:
            self.template = load_template(find_template(choice, self.workspace).absolute())
            self.rules, _ = rules_of(self.template, self.workspace)
        except KitError as error:
            self.findings = error.findings
            return
        self.check(run=False)

    def check(self, *, run: bool) -> None:
        """Read the template again and check it, running it too when asked; problems are in `findings`."""
        if self.template is None:
            return
        path = self.template.path
        try:
            self.template = load_template(path)
            self.rules, _ = rules_of(self.template, self.workspace)
            found = check_template(path, self.workspace, self._keep(path), run)
        except KitError as error:
            found = list(error.findings)
        self.findings = tuple(_without_file(finding, path) for finding in found)
        self.executed = run

    def _keep(self, path: Path) -> Path:
        return (self.workspace or path.parent) / "echecs"

    @property
    def by_severity(self) -> tuple[tuple[Severity, tuple[Finding, ...]], ...]:
        """The findings, grouped: errors, warnings, information; empty groups are left out."""
        groups = (
            (severity, tuple(f for f in self.findings if f.severity is severity)) for severity in Severity
        )
        return tuple((severity, found) for severity, found in groups if found)

    @property
    def criteria(self) -> tuple[ObservedCriterion, ...]:
        """The criteria of the épreuve with the questions that observe them."""
        if self.template is None or self.rules is None:
            return ()
        return observed_criteria(self.template, self.rules.epreuve, self.rules.referentiel)

    @property
    def points(self) -> tuple[FormPoints, ...]:
        """The points of each dossier form."""
        return form_points(self.template) if self.template is not None else ()

    @property
    def situations(self) -> tuple[dict[str, Any], ...]:
        """The values that the conditions of forms depend on."""
        return self.template.situations() if self.template is not None else ({},)


def _without_file(finding: Finding, path: Path) -> Finding:
    """Return the finding without the template's own path: the panel shows it once."""
    where: Place = finding.where
    return replace(finding, where=replace(where, file=None)) if where.file == str(path) else finding
