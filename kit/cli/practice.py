"""`kit practice`: a learner's cases, their own book of works, and what it says of their progress."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.output import print_json, print_table, say
from kit.cli.shared import Json, command, current_workspace, given_path, new_group
from kit.cli.usage import UsageFault
from kit.french import long_date, number
from kit.messages import label

if TYPE_CHECKING:
    from kit.practice.progress import CompetenceProgress
    from kit.practice.values import Record, Work

app = new_group("S’exercer : cas d’entraînement, carnet de l’apprenant, progression.")


@command(app)
def new(
    epreuve: Annotated[str, typer.Argument(metavar="ÉPREUVE", help="Code de l’épreuve : E2.")],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DOSSIER", parser=given_path, help="Où écrire : dossier neuf ou vide."),
    ],
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help="Numéro du cas, de 1 à 999999 (par défaut : au hasard)."),
    ] = None,
) -> None:
    """Écrit un cas d’entraînement : un notebook à lire et à compléter, et ses annexes."""
    from kit.practice.cases import NUMBERS, fresh_number, practice_case, template_for
    from kit.practice.learner_files import notebook_name, refuse_filled, write_learner_files
    from kit.practice.values import Asked

    if seed is not None and seed not in NUMBERS:
        most = number(NUMBERS.stop - 1)
        raise UsageFault("practice_report.seed", "kit practice new", number=seed, most=most)
    refuse_filled(out)
    workspace = current_workspace()
    template = template_for(epreuve, workspace)
    asked = Asked(template.slug, fresh_number() if seed is None else seed)
    case = practice_case(asked, workspace)
    write_learner_files(case, template, out)
    shown = f"{asked.number:06d}"
    say(label("practice_report.created", epreuve=template.header.epreuve, number=shown, folder=out))
    say(label("practice_report.created_open", notebook=out / notebook_name(case)))


@command(app)
def report(
    store: Annotated[Path, typer.Argument(metavar="CARNET", help="Fichier du carnet de l’apprenant.")],
    json: Json = False,
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", metavar="FICHIER", parser=given_path, help="Écrit le bilan en PDF."),
    ] = None,
    case: Annotated[
        int | None,
        typer.Option("--case", metavar="N", help="Avec --pdf : le bilan d’un seul travail, par son numéro."),
    ] = None,
) -> None:
    """Dit la progression d’un apprenant, ce qu’il peut reprendre et comment il se juge."""
    from kit.writing import PRIVATE, write_bytes

    if case is not None and pdf is None:
        raise UsageFault("practice_report.case_without_pdf", "kit practice report")
    workspace = current_workspace()
    records = _records(store, case)
    if pdf is not None:
        from kit.practice.printing import practice_pdf, progress_pdf

        content = progress_pdf(records, workspace) if case is None else practice_pdf(records[0], workspace)
        write_bytes(pdf, content, PRIVATE)
    if json:
        print_json(_as_json(records))
    elif pdf is not None:
        say(label("practice_report.written", file=pdf))
    else:
        _tell(records, workspace)


def _records(store: Path, case: int | None) -> tuple[Record, ...]:
    """Return the works of a book that is there: to report on one never makes one."""
    from kit.errors import InvalidFile, Place
    from kit.practice.learner_store import open_learner_store

    if not store.is_file():
        raise InvalidFile.of("practice_report.no_store", Place(str(store)))
    book = open_learner_store(store)
    try:
        return book.records() if case is None else (book.record(case),)
    finally:
        book.close()


def _as_json(records: tuple[Record, ...]) -> dict[str, Any]:
    from kit.practice.progress import competence_progress, in_order

    found = [
        {"referentiel": slug, **_competence(item)}
        for slug, of_slug in _by_referentiel(records).items()
        for item in competence_progress(of_slug)
    ]
    return {"competences": found, "works": [_work(record.work) for record in in_order(records)]}


def _by_referentiel(records: tuple[Record, ...]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.work.referentiel, []).append(record)
    return found


def _competence(item: CompetenceProgress) -> dict[str, Any]:
    from kit.referentiel import exact_text

    return {
        "id": item.id,
        "attempts": item.attempts,
        "self": item.self_level.id if item.self_level else None,
        "numeric": exact_text(item.numeric) if item.numeric is not None else None,
        "trainer": item.trainer.level.id if item.trainer else None,
        "peer": item.peer.level.id if item.peer else None,
        "trend": item.trend,
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "id": work.id, "epreuve": work.epreuve, "number": work.asked.number, "title": work.title,
        "begun": work.begun.isoformat(), "finished": work.finished.isoformat() if work.finished else None,
        "given": work.given,
    }  # fmt: skip


def _tell(records: tuple[Record, ...], workspace: Path) -> None:
    """Print the works, the competences, what to practise, and how the judgements compare."""
    from kit.practice.calibration import calibrations
    from kit.practice.printing import referentiels_of
    from kit.practice.progress import competence_progress, in_order

    say(label("practice_report.own"))
    _print("work epreuve case begun state", [_work_row(record.work) for record in in_order(records)])
    for referentiel in referentiels_of(records, workspace):
        kept = [record for record in records if record.work.referentiel == referentiel.slug]
        found = competence_progress(kept)
        if not found:
            say(label("practice_report.empty"))
            continue
        _print(
            "competence attempts self numeric trainer peer trend", [_competence_row(item) for item in found]
        )
        _suggest(kept, referentiel)
        for item in calibrations(kept):
            say(item.sentence)


def _print(names: str, rows: list[tuple[str, ...]]) -> None:
    if rows:
        print_table([label(f"practice_report.column.{name}") for name in names.split()], rows)


def _work_row(work: Work) -> tuple[str, ...]:
    state = label("practice_report.under_way")
    if work.finished is not None:
        state = label("practice_report.done", day=long_date(work.finished.date()))
    return str(work.id), work.epreuve, f"{work.asked.number:06d}", long_date(work.begun.date()), state


def _competence_row(item: CompetenceProgress) -> tuple[str, ...]:
    from kit.practice.progress_document import numeric_words, own_words, seen_words, trend_words

    return (
        item.id, number(item.attempts), own_words(item), numeric_words(item), seen_words(item.trainer),
        seen_words(item.peer), trend_words(item),
    )  # fmt: skip


def _suggest(records: list[Record], referentiel: Any) -> None:
    from kit.practice.progress import suggestions
    from kit.practice.progress_document import MOST_SUGGESTED, suggestion_head

    found = [item for item in suggestions(records, referentiel) if item.kind != "later"]
    say(label("practice_report.next" if found else "practice_report.nothing_due"))
    for item in found[:MOST_SUGGESTED]:
        say(f"- {suggestion_head(item)} {item.reason}")
