"""`kit jury`: what the jury decides."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from kit.cli.output import say
from kit.cli.shared import SessionDir, command, new_group
from kit.errors import MarkingError
from kit.french import enumeration
from kit.messages import label

app = new_group("Les décisions du jury.")


@app.callback()
def decisions() -> None:
    """Keep the name of the decision in the command when there is only one."""


@command(app)
def neutralise(
    folder: SessionDir,
    candidate: Annotated[str, typer.Option("--candidate", metavar="ID", help="Candidat.")],
    criterion: Annotated[str, typer.Option("--criterion", metavar="CE", help="Critère.")],
    reference: Annotated[
        str, typer.Option("--reference", metavar="RÉF", help="Référence de la décision, sans motif.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="ID", help="Membre du jury qui l’inscrit.")],
    irrelevant: Annotated[
        bool, typer.Option("--irrelevant", help="Le jury l’a jugé non pertinent au regard du handicap.")
    ] = False,
    not_core: Annotated[
        bool, typer.Option("--not-core", help="Le jury l’a jugé étranger au cœur de l’activité.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option("--date", metavar="AAAA-MM-JJ", help="Date de la décision (par défaut : aujourd’hui)."),
    ] = None,
    epreuve: Annotated[
        str | None,
        typer.Option(
            "--epreuve", metavar="CODE", help="Une seule épreuve (par défaut : toutes celles du critère)."
        ),
    ] = None,
) -> None:
    """Neutralise un critère pour un candidat, sur décision du jury."""
    from kit.jury.neutralising import Decision
    from kit.jury.neutralising import neutralise as decide
    from kit.marking.store_address import session_book
    from kit.sessions.opening import open_session

    session = open_session(folder)
    day = date.today() if on is None else _day(on)  # noqa: DTZ011 - the jury's day is the one on its wall
    decision = Decision(
        candidate, criterion, reference, day, by, not_relevant=irrelevant, not_core=not_core, epreuve=epreuve
    )
    lines = decide(session, session_book(session), decision)
    words = {
        "lines": enumeration([f"{where} {line}" for where, line in lines]),
        "candidate": candidate,
        "reference": reference,
    }
    say(label("jury.neutralised", **words))


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise MarkingError.of("jury.date", value=value[:40]) from error
