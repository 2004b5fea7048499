"""`kit watch`: a subject rendered again at each change of its template."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kit.cases import find_template
from kit.cli.output import print_findings, say
from kit.cli.shared import command, current_workspace
from kit.french import clock, number
from kit.messages import label

Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FICHIER", help="PDF à écrire (par défaut : .kit/apercus/ de l’espace de travail)."
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Graine (par défaut : celle du notebook).")
]


def register(app: typer.Typer) -> None:
    """Add the command to the main group."""
    command(app)(watch)


def watch(
    template: Annotated[str, typer.Argument(metavar="MODÈLE", help="Nom, dossier ou notebook.")],
    out: Out = None,
    seed: Seed = None,
) -> None:
    """Écrit le sujet d’un modèle de cas, et de nouveau à chaque enregistrement."""
    from kit.authoring.preview import previews

    workspace = current_workspace()
    path = find_template(template, workspace).absolute()
    to = (out or workspace / ".kit" / "apercus" / f"{path.parent.name}.pdf").absolute()
    say(label("cli.watch_begun", template=path, pdf=to))
    try:
        for seen in previews(path, to, workspace, {} if seed is None else {"seed": seed}):
            print_findings(seen.findings)
            words = "cli.watch_done" if seen.written else "cli.watch_kept"
            now = datetime.now().astimezone()
            say(label(words, time=clock(now), seconds=number(round(seen.seconds, 1))))
    except KeyboardInterrupt:
        say(label("cli.watch_ended", pdf=to))
