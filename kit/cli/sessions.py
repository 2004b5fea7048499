"""`kit session`: the folder of an exam session."""

from __future__ import annotations

import typer

from kit.cli import DONE, PROBLEMS
from kit.cli.output import print_findings, print_json, say, shown_as_json
from kit.cli.shared import Json, SessionDir, command, new_group
from kit.errors import Severity
from kit.french import counted
from kit.messages import label
from kit.sessions.new import new_session
from kit.sessions.opening import examine_session
from kit.sessions.variants import check_cases

app = new_group("Les sessions d’examen : créer un dossier, le vérifier.")


@command(app)
def new(
    folder: SessionDir,
    id: str | None = typer.Option(None, "--id", metavar="NOM", help="Identifiant de la session."),  # noqa: A002
    mock: bool = typer.Option(
        False, "--mock", help="Examen blanc : formes d’entraînement, documents marqués, rien à signer."
    ),
) -> None:
    """Crée un dossier de session avec des fichiers d’exemple commentés."""
    new_session(folder, id, mock=mock)
    say(label("cli.session_created", folder=folder))


@command(app)
def check(folder: SessionDir, json: Json = False) -> int:
    """Vérifie tous les fichiers d’une session."""
    examined = examine_session(folder)
    session, found = examined.session, list(examined.findings)
    if session is not None:
        found += check_cases(session)
    if json:
        print_json({"findings": [shown_as_json(finding) for finding in found]})
    else:
        print_findings(found, errors=False)
    if any(finding.severity is Severity.ERROR for finding in found):
        return PROBLEMS
    if session is not None and not json:
        epreuves = counted(len(session.config.epreuves), "épreuve")
        candidates = counted(len(session.candidates), "candidat")
        say(label("cli.session_ok", id=session.config.id, epreuves=epreuves, candidates=candidates))
    return DONE
