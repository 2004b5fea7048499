"""Checking a case template from a notebook: what is wrong and where, what is observed, what it is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.authoring.coverage import pool_totals
from kit.errors import AuthorError, Finding
from kit.french import duration, number
from kit.messages import label
from kit.referentiel import parse_exact
from kit.sessions.workspace import find_workspace
from kit.ui.authoring_state import AuthoringState
from kit.ui.page import PagePanel, html


class AuthoringPanel(PagePanel):
    """A template's checks, criteria and points. Quick checks follow the choice; the button runs the case too.

    Attributes:
        state: the template and what is known of it.
    """

    name = "ui.authoring_panel"

    def __init__(self, template: str | Path = "", workspace: Path | None = None) -> None:
        findings: tuple[Finding, ...] = ()
        try:
            workspace = workspace or find_workspace()
        except AuthorError as error:
            findings = error.findings
        self.state = AuthoringState(workspace=workspace)
        known = self.state.templates
        asked = str(template)
        chosen = asked if asked in known or not known else ("" if asked else next(iter(known)))
        path = "" if asked in known else asked
        self._shown = {"template": chosen if chosen in known else "", "path": path, "run": True}
        super().__init__(html("authoring_shell", templates=list(known), **self._shown), self._shown)
        self.state.open(self._asked())
        self._draw()
        if findings:
            self.show_findings(findings)

    def __repr__(self) -> str:
        return f"AuthoringPanel({self.state.choice})"

    def _asked(self) -> str:
        return str(self.values.get("path") or self.values.get("template") or "").strip()

    def changed(self) -> None:
        """Open another template when another is chosen."""
        if self._asked() != self.state.choice:
            self.state.open(self._asked())
            self._draw()

    def act(self, action: str) -> None:
        """Check the template, running it when the box is ticked."""
        if action != "check":
            return
        run = bool(self.values.get("run", True))
        self.fill(progress=html("authoring_wait", run=run))
        if self.state.template is None:
            self.state.open(self._asked())
        self.state.check(run=run)
        self.fill(progress="")
        self._draw()

    def _draw(self) -> None:
        state = self.state
        self.fill(
            identity=html("authoring_identity", facts=self._facts()) if state.template else "",
            summary=html("authoring_summary", state=state, none=not state.templates and not state.choice),
            findings=html("authoring_findings", groups=state.by_severity),
            criteria=html("authoring_criteria", criteria=state.criteria) if state.criteria else "",
            points=html("authoring_points", rows=state.points, totals=self._totals()) if state.points else "",
        )

    def _facts(self) -> list[tuple[str, str]]:
        template = self.state.template
        assert template is not None  # noqa: S101 - only drawn with a template
        facts = [(label("ui.authoring.file"), str(template.path))]
        front = template.front
        if front is not None:
            epreuve = (
                f"{front.epreuve} – {self.state.rules.epreuve.short_title}"
                if self.state.rules
                else front.epreuve
            )
            facts = [
                (label("ui.authoring.title"), front.title),
                (label("ui.sheet.epreuve"), epreuve),
                (label("ui.authoring.duration"), duration(front.duration)),
                (label("ui.authoring.announced"), number(parse_exact(front.points))),
                *facts,
            ]
        return facts

    def _totals(self) -> list[dict[str, Any]]:
        template = self.state.template
        front = template.front if template is not None else None
        announced = None if front is None else parse_exact(front.points)
        return [
            {
                "pool": label(f"ui.pool.{pool}"),
                "points": _between(number(least), number(most)),
                "announced": announced,
                "agrees": announced is None or least == most == announced,
            }
            for pool, (least, most) in pool_totals(self.state.points, self.state.situations).items()
        ]  # fmt: skip


def _between(least: str, most: str) -> str:
    return least if least == most else label("ui.authoring.between", least=least, most=most)
