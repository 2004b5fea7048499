"""`kit results` and `kit documents`: what marks propose to the jury, and the papers of what it decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kit.cli.output import print_json, print_table, say
from kit.cli.shared import Json, SessionDir, command, given_path, opened, opened_unchanged
from kit.environment import environment
from kit.french import counted, long_date
from kit.messages import label


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app)(results)
    command(app)(documents)
    command(app)(statistics)


def results(folder: SessionDir, json: Json = False) -> None:
    """Calcule ce que les notes proposent au jury, candidat par candidat ; une fois le PV signé, dit le sien."""
    from kit.exchange.results_files import results_in_force
    from kit.jury.pv import deliberated_on, signed

    session, book = opened_unchanged(folder)
    found = results_in_force(session, book)
    if json:
        print_json({"candidates": found})
        return
    pvs = signed(book)
    columns = [
        label(f"result.column.{name}") for name in ("candidate", "bloc", "proposal", "decision", "why")
    ]
    rows = [
        [
            item["id"] if not rank else "",
            code,
            label(f"result.proposal.{bloc['proposal'] or 'open'}"),
            label(f"jury.choice.{bloc['decision']}") if bloc["decision"] else "",
            bloc["trace"][0],
        ]
        for item in found
        for rank, (code, bloc) in enumerate(item["blocs"].items())
    ]
    print_table(columns, rows)
    people = counted(len(found), "candidat")
    if not pvs:
        say(label("result.candidates", candidates=people))
        return
    amendments = counted(len(pvs) - 1, label("result.amendment"), label("result.amendment.several"))
    day = long_date(deliberated_on(session, pvs[0]))
    say(label("result.signed", candidates=people, date=day, amendments=amendments))


def statistics(
    folder: SessionDir,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DOSSIER", parser=given_path, help="Où écrire (par défaut : statistiques/)."
        ),
    ] = None,
) -> None:
    """Écrit le bilan de la promotion et les statistiques de la session, en PDF."""
    from kit.documents.pdf import pdf
    from kit.jury.pv import signed_choices
    from kit.results.statistics import session_statistics
    from kit.results.statistics_document import class_report, statistics_report
    from kit.writing import PRIVATE, write_bytes

    session, book = opened_unchanged(folder)
    found = session_statistics(session, book)
    decided = signed_choices(book)
    target = out or session.root / "statistiques"
    with environment(target):
        target.mkdir(parents=True, exist_ok=True)
    for name, made in (("bilan", class_report), ("statistiques", statistics_report)):
        write_bytes(target / f"{name}.pdf", pdf(made(session, found, decided)), PRIVATE)
    say(label("stat.written", files="bilan.pdf, statistiques.pdf", folder=target))


def documents(folder: SessionDir) -> None:
    """Écrit le PV signé, ses rectificatifs, les relevés, les attestations, les retours et le bilan."""
    from kit.jury.issuing import FOLDER, write_documents

    session, book = opened(folder)
    written = write_documents(session, book)
    say(label("jury.documents", documents=counted(len(written), "document"), folder=session.root / FOLDER))
