"""`kit score`: the mark and the competences of one filled grid, each step shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.output import print_findings, print_json, print_table, say
from kit.cli.shared import Json, command
from kit.messages import label
from kit.referentiel import DEFAULT, find_referentiel, load_reglement, parse_exact

if TYPE_CHECKING:
    from kit.results.competences import CompetenceResult


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, "score")(show_score)


def show_score(
    grid: Annotated[Path, typer.Option("--grid", metavar="FICHIER", help="Grille du sujet (grid.json).")],
    marks: Annotated[Path, typer.Option("--marks", metavar="FICHIER", help="Niveaux donnés, en JSON.")],
    reglement: Annotated[
        Path | None,
        typer.Option("--reglement", metavar="FICHIER", help="Règlement à appliquer au lieu de l’exemple."),
    ] = None,
    json: Json = False,
) -> None:
    """Calcule la note et les compétences d’une grille remplie, chaque étape écrite."""
    from kit.grids.grid_file import read_grid
    from kit.grids.marks_file import read_given_marks
    from kit.results.score_report import as_json, score_report

    rules = load_reglement(reglement or find_referentiel(DEFAULT) / "reglement.yaml")
    found = read_grid(grid)
    given, remarks = read_given_marks(marks, found)
    print_findings(remarks)
    report = score_report(found, given, rules)
    if json:
        print_json(as_json(report))
        return
    for step in report.trace:
        say(step)
    columns = [label(f"result.column.{name}") for name in ("competence", "mark", "status")]
    print_table(columns, map(_row, report.competences), label("result.competences", epreuve=found.epreuve))


def _row(item: CompetenceResult) -> list[str]:
    from kit.grids.wording import exact_words

    mark = "—" if item.mark is None else exact_words(parse_exact(item.mark))
    return [item.id, mark, label(f"result.status.{item.status or 'open'}")]
