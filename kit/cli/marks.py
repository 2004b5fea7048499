"""`kit marks`: copies, marks brought in and locked, gaps between two markers, what is retained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli import DONE, PROBLEMS
from kit.cli.output import print_findings, print_json, print_table, say
from kit.cli.shared import Json, SessionDir, command, new_group, opened
from kit.cli.usage import UsageFault
from kit.french import counted, number
from kit.grids.wording import exact_words
from kit.messages import label
from kit.referentiel import parse_exact

if TYPE_CHECKING:
    from kit.marking.comparing import CopyGap
    from kit.marking.copies import Copy
    from kit.sessions.opening import Session

app = new_group("Les notes : copies à corriger, saisie, verrouillage, double correction.")
Epreuve = Annotated[str, typer.Argument(metavar="ÉPREUVE", help="Code de l’épreuve.")]
Marker = Annotated[
    str, typer.Option("--marker", metavar="ID", help="Correcteur (identifiant d’intervenant).")
]


@command(app)
def copies(
    folder: SessionDir,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Lève l’anonymat : l’acte est inscrit au journal.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="ID", help="Qui lève l’anonymat (par défaut : votre compte)."),
    ] = None,
    json: Json = False,
) -> None:
    """Dresse la liste des copies d’une session, sans nom."""
    from kit.marking.copies import session_copies
    from kit.marking.store_address import session_book
    from kit.sessions.opening import open_session
    from kit.store.history import account

    session = open_session(folder)
    found = session_copies(session)
    if reveal:
        session_book(session).journal(by or account(), "reveal", {"copies": len(found)})
    rows = [_copy_json(session, copy, reveal=reveal) for copy in found]
    if json:
        print_json({"copies": rows})
        return
    names = ("epreuve", "part", "copy", "kind", "version", "variant", *(("candidate",) if reveal else ()))
    columns = [label(f"marks.column.{name}") for name in names]
    print_table(columns, ([_cell(row[name]) for name in names] for row in rows))
    say(label("marks.copies", copies=counted(len(rows), "copie")))


def _cell(value: Any) -> str:
    known = {"individual": "marks.individual", "group": "marks.group"}
    return label(known[value]) if value in known else str(value or "")


def _copy_json(session: Session, copy: Copy, *, reveal: bool) -> dict[str, Any]:
    from kit.marking.copies import holder_of

    candidate = {"candidate": holder_of(session, copy.key).candidate} if reveal else {}
    return {
        "epreuve": copy.key.epreuve, "part": copy.key.part, "copy": copy.key.number, "kind": copy.kind,
        "members": list(copy.members), "version": copy.version, "variant": copy.variant, "grid": copy.grid,
        **candidate,
    }  # fmt: skip


@command(app, "import")
def import_(
    folder: SessionDir,
    file: Annotated[
        Path,
        typer.Argument(metavar="FICHIER", help="Notes, en CSV ou en classeur XLSX ; ou dossier d’un paquet."),
    ],
    marker: Marker,
) -> None:
    """Reprend les notes d’un tableau ou d’un paquet, toutes ou aucune."""
    from kit.marking.importing import import_marks
    from kit.marking.packing import bring_back

    session, book = opened(folder)
    bring = bring_back if file.is_dir() else import_marks
    brought = bring(session, book, file, marker)
    marks, count = counted(len(brought.said), "note"), counted(brought.copies, "copie")
    say(label("marks.imported", marks=marks, copies=count, marker=marker))


@command(app)
def pack(
    folder: SessionDir,
    marker: Marker,
    out: Annotated[Path, typer.Option("--out", metavar="DOSSIER", help="Dossier du paquet, à créer.")],
) -> None:
    """Prépare le paquet d’un correcteur : ses copies, grilles et corrigés, sans candidat ni secret."""
    from kit.marking.packing import make_pack
    from kit.sessions.seeds import obtain_secret

    session, book = opened(folder)
    secret = obtain_secret(session.root, demo=session.config.demo)
    made = make_pack(session, book, marker, secret, out)
    say(label("pack.made", folder=out, copies=counted(len(made.copies), "copie"), marker=marker))


@command(app)
def roles(
    folder: SessionDir,
    marker: Annotated[
        str | None, typer.Option("--marker", metavar="ID", help="Un seul correcteur (par défaut : tous).")
    ] = None,
    json: Json = False,
) -> None:
    """Donne à chaque correcteur son propre accès à la base PostgreSQL de la session."""
    from kit.marking.roles import marker_roles

    session, book = opened(folder)
    made = marker_roles(session, book, marker)
    if json:
        print_json({"roles": [{"marker": one, "store": address} for one, address in made.items()]})
        return
    print_table([label("marks.column.marker"), label("marks.column.address")], map(list, made.items()))
    say(label("marks.roles_made"))


@command(app)
def lock(folder: SessionDir, epreuve: Epreuve, marker: Marker) -> None:
    """Verrouille les notes d’un correcteur pour une épreuve : elles ne changent plus."""
    from kit.marking.locking import lock_marks
    from kit.sessions.seeds import obtain_secret

    session, book = opened(folder)
    secret = obtain_secret(session.root, demo=session.config.demo)
    done = lock_marks(session, book, epreuve, marker, secret)
    say(label("marks.locked_now" if done else "marks.locked_already", epreuve=epreuve, marker=marker))


@command(app)
def gaps(folder: SessionDir, epreuve: Epreuve, json: Json = False) -> None:
    """Compare les deux corrections d’une épreuve, une fois toutes deux verrouillées."""
    from kit.marking.comparing import as_json, compare

    session, book = opened(folder)
    found = compare(session, book, epreuve)
    if json:
        print_json(as_json(found))
        return
    names = ("part", "copy", "first", "second", "gap", "criteria")
    columns = [label(f"marks.column.{name}") for name in names]
    print_table(columns, map(_gap_row, found.copies), label("marks.gaps_title", epreuve=epreuve))
    say(label("marks.gaps_over", over=counted(len(found.over), "copie"), copies=number(len(found.copies))))
    shown = found.agreement
    if shown.same is not None and shown.adjacent is not None:
        parts = {name: number(100 * parse_exact(getattr(shown, name)), 1) for name in ("same", "adjacent")}
        say(label("marks.agreement", lines=counted(shown.lines, "critère"), **parts))
    if shown.kappa is not None:
        say(label("marks.kappa", kappa=number(shown.kappa, 2)))


def _gap_row(copy: CopyGap) -> list[str]:
    def shown(value: str | None) -> str:
        return "—" if value is None else exact_words(parse_exact(value))

    criteria = ", ".join(line.criterion for line in copy.lines if line.over)
    marks = [f"{marker} : {shown(mark)}" for marker, mark in zip(copy.markers, copy.marks, strict=True)]
    return [copy.copy.part, str(copy.copy.number), *marks, shown(copy.gap), criteria]


@command(app)
def retain(
    folder: SessionDir,
    epreuve: Epreuve,
    copy: Annotated[int, typer.Option("--copy", metavar="N", help="Numéro de la copie.")],
    method: Annotated[
        str, typer.Option("--method", metavar="MÉTHODE", help="concertation, third, mean, first ou second.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="ID", help="Qui décide (identifiant d’intervenant).")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXTE", help="Pourquoi.")],
    criterion: Annotated[
        str | None,
        typer.Option("--criterion", metavar="CE", help="Un critère (par défaut : toute la copie)."),
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="NIVEAU", help="Niveau convenu en concertation.")
    ] = None,
    part: Annotated[str | None, typer.Option("--part", metavar="PARTIE", help="Partie de l’épreuve.")] = None,
) -> None:
    """Retient les notes d’une copie, ou d’un de ses critères ; celles des correcteurs restent."""
    from kit.marking.copies import find_copy
    from kit.marking.retaining import METHODS, Request
    from kit.marking.retaining import retain as keep

    chosen = next((known for known in METHODS if known == method), None)
    if chosen is None:
        raise UsageFault("marks.unknown_method", "kit marks retain", method=method, known=METHODS)
    session, book = opened(folder)
    key = find_copy(session, epreuve, copy, part).key
    kept = keep(session, book, Request(key, chosen, by, reason, criterion, level))
    say(label("marks.retained", copy=key, criteria=counted(len(kept), "critère")))


@command(app)
def export(folder: SessionDir, json: Json = False) -> int:
    """Écrit toutes les notes, les verrous et ce qui est retenu ; dit si l’historique a été changé."""
    from kit.marking.exporting import export_marks, history_findings

    _, book = opened(folder)
    data, told = export_marks(book), list(history_findings(book))
    print_findings(told)
    if json:
        print_json(data)
    else:
        for name in ("marks", "locks", "retained"):
            say(label(f"marks.exported.{name}", count=number(len(data[name]))))  # type: ignore[arg-type]
    return PROBLEMS if told else DONE
