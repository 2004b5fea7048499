"""`kit practice export|import|erase`: a learner's data is theirs, to read, to carry and to erase."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kit.cli.output import say
from kit.cli.shared import command, given_path
from kit.errors import AuthorError, InvalidFile, Place
from kit.french import counted
from kit.messages import label

Store = Annotated[Path, typer.Argument(metavar="CARNET", help="Fichier du carnet de l’apprenant.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `kit practice`."""
    command(app)(export)
    command(app, "import")(bring)
    command(app)(erase)


def export(
    store: Store,
    out: Annotated[
        Path, typer.Option("--out", metavar="FICHIER", parser=given_path, help="Le .zip à écrire.")
    ],
) -> None:
    """Écrit tout le carnet dans un fichier lisible sans l’outil."""
    from kit.practice.learner_store import open_learner_store
    from kit.practice.portability import export_book

    refuse_absent(store)
    book = open_learner_store(store)
    try:
        records = book.records()
    finally:
        book.close()
    export_book(records, out)
    say(label("practice_data.exported", file=out, works=_works(len(records))))


def bring(
    source: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le .zip d’un export.")],
    store: Annotated[
        Path, typer.Option("--store", metavar="CARNET", parser=given_path, help="Carnet neuf ou vide.")
    ],
) -> None:
    """Reprend un carnet exporté, dans un carnet neuf."""
    from kit.practice.portability import import_book

    if not source.is_file():
        raise InvalidFile.of("practice_data.not_export", Place(str(source)))
    found = import_book(source, store)
    say(label("practice_data.imported", store=store, works=_works(found)))


def erase(
    store: Store,
    case: Annotated[
        int | None,
        typer.Option("--case", metavar="N", help="Un seul travail, par son numéro dans le carnet."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Efface vraiment.")] = False,
) -> None:
    """Efface le carnet, ou un seul de ses travaux, sans en laisser de trace dans le fichier."""
    from kit.practice.learner_store import open_learner_store
    from kit.practice.portability import erase_book, erase_work

    refuse_absent(store)
    book = open_learner_store(store)
    try:
        works = book.works()
        if case is not None:
            book.record(case)
        if not yes:
            code = "practice_data.would_erase" if case is None else "practice_data.would_erase_one"
            fields = {"works": _works(len(works)), "store": store, "case": case}
            raise AuthorError.of(code, Place(), **fields)
        if case is not None:
            erase_work(book, case)
    finally:
        book.close()
    if case is None:
        erase_book(store)
    say(label("practice_data.erased" if case is None else "practice_data.erased_one", store=store, case=case))


def refuse_absent(store: Path) -> None:
    """Refuse a book that is not there: to read one never makes one.

    Raises:
        InvalidFile: there is no such file.
    """
    if not store.is_file():
        raise InvalidFile.of("practice_report.no_store", Place(str(store)))


def _works(count: int) -> str:
    return counted(count, "travail", "travaux")
