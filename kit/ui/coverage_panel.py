"""What the questions let be observed, in a notebook: épreuve × competence × criterion, from templates or sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kit.authoring.observing import Coverage, coverage, sights_of_templates
from kit.errors import KitError
from kit.french import percent
from kit.messages import label
from kit.referentiel import DEFAULT, Referentiel, find_referentiel, load_referentiel
from kit.sessions.observed import sights_of_sessions
from kit.ui.page import PagePanel, html

SHOWN = ("all", "observed", "grid_only", "missing", "over")
"""What the rows can be narrowed to."""


@dataclass(frozen=True, slots=True)
class ObservedRow:
    """A criterion as the table shows it; `seen` says by which questions, and for what share of their épreuve."""

    epreuve: str
    competence: str
    criterion: str
    text: str
    seen: tuple[str, ...]
    status: str
    over: bool


class CoveragePanel(PagePanel):
    """The criteria that questions and observations let be seen, those of the grid only, and those of none.

    Attributes:
        rows: every criterion of the référentiel, by épreuve, then competence.
    """

    name = "ui.coverage_panel"

    def __init__(
        self, slug: str = DEFAULT, sessions: Iterable[str | Path] = (), workspace: Path | None = None
    ) -> None:
        self.rows: tuple[ObservedRow, ...] = ()
        super().__init__(html("coverage_shell", shown=SHOWN), {"shown": "all"})
        try:
            referentiel = load_referentiel(find_referentiel(slug, workspace))
            folders = [Path(folder) for folder in sessions]
            sights, epreuves = (
                sights_of_sessions(folders, slug) if folders else sights_of_templates(slug, workspace)
            )
        except KitError as error:
            self.show_findings(error.findings)
            return
        found = coverage(referentiel, sights, epreuves)
        self.rows = tuple(sorted(_rows(found, referentiel), key=lambda row: _rank(row, referentiel)))
        self.changed()

    def changed(self) -> None:
        """Show the rows asked for."""
        shown = self.values.get("shown")
        rows = [row for row in self.rows if shown in ("all", row.status) or (shown == "over" and row.over)]
        counts = {name: sum(row.status == name for row in self.rows) for name in SHOWN[1:4]}
        self.fill(coverage=html("coverage", rows=rows), summary=html("coverage_summary", counts=counts))


def _rows(found: Iterable[Coverage], referentiel: Referentiel) -> Iterator[ObservedRow]:
    for row in found:
        yield ObservedRow(
            epreuve=row.principal or "—",
            competence=row.competence,
            criterion=row.criterion,
            text=referentiel.criterion(row.criterion).text,
            seen=tuple(_seen(row)),
            status=row.status,
            over=row.over,
        )


def _seen(row: Coverage) -> Iterator[str]:
    """Yield the questions of each template, with the share of the épreuve's points the criterion has there."""
    for template, questions in row.seen_by.items():
        shares = (sight.share for sight in row.observed_by if sight.template == template)
        said = {"questions": ", ".join(questions), "share": percent(sum(shares, start=Fraction(0)))}
        yield label("ui.coverage.seen", template=template, **said)


def _rank(row: ObservedRow, referentiel: Referentiel) -> tuple[int, int]:
    epreuves = [epreuve.id for epreuve in referentiel.epreuves]
    criteria = [criterion.id for criterion in referentiel.criteria]
    place = epreuves.index(row.epreuve) if row.epreuve in epreuves else len(epreuves)
    return place, criteria.index(row.criterion)
