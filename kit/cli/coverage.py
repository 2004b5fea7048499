"""`kit referentiel coverage`: épreuve × competence × criterion, from the questions themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.output import print_json, print_table, say
from kit.cli.shared import Json, command, current_workspace
from kit.french import counted
from kit.messages import label
from kit.referentiel import DEFAULT, find_referentiel, load_referentiel

if TYPE_CHECKING:
    from kit.authoring.observing import Coverage

Sessions = Annotated[
    list[Path] | None,
    typer.Option(
        "--session", metavar="DOSSIER", help="Sujets générés d’une session (répétable) au lieu des modèles."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this command to the group `referentiel`."""
    command(app, "coverage")(show_coverage)


def show_coverage(
    session: Sessions = None,
    json: Json = False,
    referentiel: Annotated[
        str, typer.Option("--referentiel", metavar="NOM", help="Référentiel à lire.")
    ] = DEFAULT,
) -> None:
    """Montre quels critères les questions permettent d’observer, ou seulement la grille, ou rien."""
    from kit.authoring.observing import coverage, sights_of_templates
    from kit.sessions.observed import sights_of_sessions

    workspace = current_workspace()
    found = load_referentiel(find_referentiel(referentiel, workspace))
    sights, epreuves = (
        sights_of_sessions(session, found.slug) if session else sights_of_templates(found.slug, workspace)
    )
    rows = coverage(found, sights, epreuves)
    if json:
        print_json({"criteria": [_as_json(row) for row in rows]})
        return
    columns = [label(f"coverage.{name}") for name in ("criterion", "epreuve", "seen_by", "status")]
    print_table(columns, (_row(row) for row in rows), label("coverage.title"))
    counts = {name: sum(row.status == name for row in rows) for name in ("observed", "grid_only", "missing")}
    said = {name: counted(count, "critère") for name, count in counts.items()}
    say(label("coverage.summary", **said))


def _row(row: Coverage) -> list[str]:
    status = label(f"coverage.status.{row.status}")
    if row.over:
        status = f"{status}, {label('coverage.over')}"
    seen = ", ".join(f"{template} ({', '.join(names)})" for template, names in row.seen_by.items())
    return [row.criterion, row.principal or "—", seen or "—", status]


def _as_json(row: Coverage) -> dict[str, object]:
    seen = dict.fromkeys((sight.template, sight.question) for sight in row.observed_by)
    return {
        "id": row.criterion,
        "competence": row.competence,
        "principal": row.principal,
        "observed_by": [{"template": template, "question": question} for template, question in seen],
        "status": row.status,
        "over_tested": row.over,
    }
