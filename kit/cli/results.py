"""`kit results` and `kit documents`: what marks propose to the jury, and the papers of what it decided."""

from __future__ import annotations

import typer

from kit.cli.output import print_json, print_table, say
from kit.cli.shared import Json, SessionDir, command
from kit.french import counted
from kit.messages import label


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app)(results)
    command(app)(documents)


def results(folder: SessionDir, json: Json = False) -> None:
    """Calcule ce que les notes proposent au jury, candidat par candidat."""
    from kit.marking.store_address import session_book
    from kit.results.candidates import as_json, session_results
    from kit.sessions.opening import open_session

    session = open_session(folder)
    found = session_results(session, session_book(session))
    if json:
        print_json(as_json(found))
        return
    columns = [label(f"result.column.{name}") for name in ("candidate", "bloc", "proposal", "why")]
    rows = [
        [
            item.id if not rank else "",
            bloc.id,
            label(f"result.proposal.{bloc.proposal or 'open'}"),
            bloc.trace[0],
        ]
        for item in found
        for rank, bloc in enumerate(item.blocs)
    ]
    print_table(columns, rows)
    say(label("result.candidates", candidates=counted(len(found), "candidat")))


def documents(folder: SessionDir) -> None:
    """Écrit le PV signé, ses rectificatifs, les relevés et les attestations de blocs."""
    from kit.jury.issuing import FOLDER, write_documents
    from kit.marking.store_address import session_book
    from kit.sessions.opening import open_session

    session = open_session(folder)
    written = write_documents(session, session_book(session))
    say(label("jury.documents", documents=counted(len(written), "document"), folder=session.root / FOLDER))
