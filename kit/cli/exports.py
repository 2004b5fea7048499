"""`kit export`: results for other tools."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.output import say
from kit.cli.shared import SessionDir, command, given_path, new_group, opened_unchanged
from kit.cli.usage import UsageFault
from kit.french import counted
from kit.messages import label

app = new_group("Les résultats pour d’autres outils : Moodle, tableur, déclaration des certifiés.")
_FORMATS = ("xlsx", "json")
_MATCHES = ("id", "email")


@command(app)
def results(
    folder: SessionDir,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FICHIER", parser=given_path, help="Fichier à écrire (.xlsx ou .json)."
        ),
    ],
) -> None:
    """Écrit les notes, les compétences, les blocs et les décisions, en classeur ou en JSON."""
    from kit.exchange.results_files import results_data, results_workbook
    from kit.writing import PRIVATE, json_text, write_bytes

    kind = out.suffix.removeprefix(".").lower()
    if kind not in _FORMATS:
        raise UsageFault("export.format", "kit export results", formats=_FORMATS)
    session, book = opened_unchanged(folder)
    data = results_data(session, book) if kind == "json" else None
    content = results_workbook(session, book) if data is None else json_text(data).encode()
    write_bytes(out, content, PRIVATE)
    say(label("export.written", file=out))


@command(app)
def grades(
    folder: SessionDir,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DOSSIER", parser=given_path, help="Où écrire, un fichier par épreuve."
        ),
    ],
    match: Annotated[
        str, typer.Option("--match", metavar="CHAMP", help="Ce qui relie à Moodle : id (idnumber) ou email.")
    ] = "email",
    users: Annotated[
        Path | None,
        typer.Option("--users", metavar="CSV", help="Participants du cours Moodle, pour les vérifier avant."),
    ] = None,
) -> None:
    """Écrit les notes pour le carnet de Moodle : un CSV par épreuve, vérifié avant."""
    from kit.exchange.moodle_grades import Match, grades_files, users_of
    from kit.exchange.results_files import results_in_force
    from kit.writing import PRIVATE, write_together

    chosen: Match = "id" if match == "id" else "email"
    if match not in _MATCHES:
        raise UsageFault("export.match", "kit export grades", matches=_MATCHES)
    session, book = opened_unchanged(folder)
    known = users_of(users, chosen) if users is not None else None
    files = grades_files(session, results_in_force(session, book), chosen, known)
    write_together(out, files, PRIVATE)
    several = ".several" if len(files) > 1 else ""
    say(label(f"export.grades{several}", files=counted(len(files), "fichier"), folder=out))
    if known is None:
        say(label("export.unchecked"))


@command(app)
def accrochage(
    folder: SessionDir,
    out: Annotated[
        Path, typer.Option("--out", metavar="FICHIER", parser=given_path, help="Fichier XML à écrire.")
    ],
    account: Annotated[
        Path, typer.Option("--account", metavar="YAML", help="Identifiants du certificateur sur le portail.")
    ],
    people: Annotated[
        Path, typer.Option("--people", metavar="CSV", help="État civil, lu et jamais gardé (sans NIR).")
    ],
    xsd: Annotated[Path, typer.Option("--xsd", metavar="XSD", help="Schéma téléchargé du portail.")],
) -> None:
    """Écrit la déclaration des certifiés (accrochage), si le schéma du portail l’accepte."""
    from kit.exchange.accrochage import certified_people, declaration, read_account, read_civil
    from kit.jury.needs import acquired_blocs
    from kit.writing import PRIVATE, write_bytes

    session, book = opened_unchanged(folder)
    certified = certified_people(session, acquired_blocs(session, book))
    at = datetime.now(tz=session.config.zone)
    content = declaration(session, certified, read_civil(people), read_account(account), at, xsd, str(people))
    write_bytes(out, content, PRIVATE)
    say(label("accrochage.written", people=counted(len(certified), "personne"), file=out))
