"""Exploring a référentiel in a notebook: its tree, the sheet of an épreuve, the coverage matrix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ipywidgets import VBox

from kit.errors import KitError
from kit.messages import label
from kit.referentiel import DEFAULT, find_referentiel, load_referentiel
from kit.ui.page import PagePanel, html
from kit.ui.referentiel_state import ReferentielState


class ReferentielExplorer(VBox):  # type: ignore[misc]  # the library's base class carries no types
    """A référentiel to explore. Each of its three panels can be shown alone.

    Attributes:
        state: what is looked at; None when the référentiel cannot be read.
        tree: blocs, activities, competences and criteria, with a search.
        sheet: an épreuve: brief, form, parts, criteria.
        matrix: which épreuve assesses which criterion.
    """

    def __init__(self, slug: str = DEFAULT, workspace: Path | None = None) -> None:
        self.state: ReferentielState | None = None
        self.tree: PagePanel
        self.sheet: PagePanel
        self.matrix: PagePanel
        try:
            self.state = ReferentielState(load_referentiel(find_referentiel(slug, workspace)))
        except KitError as error:
            problem = ProblemPanel(error)
            self.tree, self.sheet, self.matrix = problem, problem, problem
            super().__init__([problem])
            return
        self.tree, self.sheet, self.matrix = (
            TreePanel(self.state),
            SheetPanel(self.state),
            MatrixPanel(self.state),
        )
        super().__init__([self.tree, self.sheet, self.matrix])

    def __repr__(self) -> str:
        return f"ReferentielExplorer({self.state.referentiel.slug if self.state else ''})"


class ProblemPanel(PagePanel):
    """What to do about a référentiel that cannot be read."""

    name = "ui.problem_panel"

    def __init__(self, error: KitError) -> None:
        super().__init__('<div data-region="findings"></div>')
        self.show_findings(error.findings)


class TreePanel(PagePanel):
    """The tree and its search."""

    name = "ui.tree_panel"

    def __init__(self, state: ReferentielState) -> None:
        self.state = state
        super().__init__(html("tree_shell"), {"query": ""})
        self.changed()
        state.observe(self._draw, ["query"])

    def changed(self) -> None:
        """Search again."""
        self.state.query = str(self.values.get("query", ""))
        self._draw()

    def _draw(self, _: Any = None) -> None:
        nodes = self.state.tree
        count = sum(node.count for node in nodes)
        searching = bool(self.state.query.strip())
        self.fill(
            tree=html("tree", nodes=nodes, searching=searching),
            found=html("tree_found", count=count, searching=searching, referentiel=self.state.referentiel),
        )


class SheetPanel(PagePanel):
    """The sheet of an épreuve."""

    name = "ui.sheet_panel"

    def __init__(self, state: ReferentielState) -> None:
        self.state = state
        epreuves = state.referentiel.epreuves
        super().__init__(
            html("sheet_shell", epreuves=epreuves, chosen=state.epreuve), {"epreuve": state.epreuve}
        )
        self._draw()
        state.observe(self._draw, ["epreuve"])

    def changed(self) -> None:
        """Show the épreuve chosen."""
        self.state.epreuve = str(self.values.get("epreuve", ""))

    def _draw(self, _: Any = None) -> None:
        epreuve = self.state.sheet
        facts = (
            (label("ui.sheet.bloc"), f"{epreuve.bloc} – {self.state.referentiel.bloc(epreuve.bloc).text}"),
            (label("ui.sheet.kind"), label(f"ui.kind.{epreuve.kind}")),
            (label("ui.sheet.work"), ", ".join(label(f"ui.work.{item}") for item in epreuve.work)),
            (
                label("ui.sheet.production"),
                ", ".join(label(f"ui.production.{item}") for item in epreuve.production),
            ),
            (label("ui.sheet.form"), epreuve.form),
            (label("ui.sheet.deliverables"), " ".join(epreuve.deliverables)),
        )
        links = self.state.links
        self.fill(
            sheet=html(
                "sheet",
                epreuve=epreuve,
                facts=[fact for fact in facts if fact[1]],
                links=links,
                parts=[(part.label, label(f"ui.evidence.{part.evidence}"), label(f"ui.carrier.{part.carrier}"))
                       for part in epreuve.parts],
                conditional=any(link.when for link in links),
            )
        )  # fmt: skip


class MatrixPanel(PagePanel):
    """The coverage matrix."""

    name = "ui.matrix_panel"

    def __init__(self, state: ReferentielState) -> None:
        self.state = state
        super().__init__(html("matrix_shell", blocs=state.referentiel.blocs), {"bloc": ""})
        self._draw()
        state.observe(self._draw, ["bloc"])

    def changed(self) -> None:
        """Show the bloc chosen."""
        self.state.bloc = str(self.values.get("bloc", ""))

    def _draw(self, _: Any = None) -> None:
        title = label("referentiel.matrix_title", mapping=self.state.referentiel.mapping)
        self.fill(matrix=html("matrix", coverage=self.state.coverage, title=title))
