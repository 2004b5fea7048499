"""`kit practice give|receive|share|judge|gaps`: the same case for a class, and what its learners choose to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.output import print_findings, print_json, print_table, say
from kit.cli.practice_data import Store, refuse_absent
from kit.cli.shared import Json, command, current_workspace, given_path
from kit.cli.usage import UsageFault
from kit.errors import AuthorError, InvalidFile, Place
from kit.french import counted, enumeration, number
from kit.messages import label

if TYPE_CHECKING:
    from kit.practice.class_files import SharedFile
    from kit.practice.gaps import ClassGaps

Out = Annotated[
    Path, typer.Option("--out", metavar="FICHIER", parser=given_path, help="Le fichier à écrire.")
]
Levels = Annotated[
    Path, typer.Option("--levels", metavar="CSV", help="Tableau du formateur : critere,niveau,commentaire.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `kit practice`."""
    for act in (give, receive, share, judge, gaps):
        command(app)(act)


def give(
    epreuve: Annotated[str, typer.Argument(metavar="ÉPREUVE", help="Code de l’épreuve : E2.")],
    out: Out,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help="Numéro du cas, de 1 à 999999 (par défaut : au hasard)."),
    ] = None,
    correction: Annotated[
        Path | None,
        typer.Option(
            "--correction", metavar="DOSSIER", parser=given_path, help="Écrit aussi corrigé et grille."
        ),
    ] = None,
) -> None:
    """Donne un cas à une classe : un fichier à distribuer, et le corrigé pour le formateur."""
    import os

    from kit.practice.cases import NUMBERS, fresh_number, practice_case, template_for
    from kit.practice.class_files import write_class_file
    from kit.practice.giving import given_file, write_correction
    from kit.practice.values import Asked

    if seed is not None and seed not in NUMBERS:
        raise UsageFault(
            "practice_report.seed", "kit practice give", number=seed, most=number(NUMBERS.stop - 1)
        )
    if os.path.lexists(out):
        raise AuthorError.of("practice_data.exists", Place(str(out)))
    workspace = current_workspace()
    template = template_for(epreuve, workspace)
    case = practice_case(Asked(template.slug, fresh_number() if seed is None else seed), workspace)
    given = given_file(case)
    if correction is not None:
        write_correction(case, template, correction, workspace)
    write_class_file(out, given)
    shown = f"{case.asked.number:06d}"
    say(
        label(
            "practice_class.given", file=out, number=shown, epreuve=given.case.epreuve, code=given.case.code
        )
    )
    if correction is not None:
        say(label("practice_class.correction", folder=correction))


def receive(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un cas donné, ou un avis.")],
    store: Annotated[
        Path, typer.Option("--store", metavar="CARNET", parser=given_path, help="Le carnet de l’apprenant.")
    ],
) -> None:
    """Reçoit dans son carnet un cas donné par un formateur, ou un avis sur un travail."""
    from kit.practice.class_files import GivenFile, JudgedFile, read_class_file
    from kit.practice.learner_store import open_learner_store
    from kit.practice.receiving import made_again, receive_case, receive_view

    found = read_class_file(file)
    if isinstance(found, JudgedFile):
        refuse_absent(store)
    elif not isinstance(found, GivenFile):
        raise InvalidFile.of("practice_class.nothing_to_receive", Place(str(file)))
    case = made_again(found.case, current_workspace()) if isinstance(found, GivenFile) else None
    book = open_learner_store(store)
    try:
        if isinstance(found, GivenFile) and case is not None:
            work = receive_case(book, found, case)
            fields = {
                "number": f"{work.asked.number:06d}",
                "epreuve": work.epreuve,
                "store": store,
                "work": work.id,
            }
            say(label("practice_class.received", **fields))
        elif isinstance(found, JudgedFile):
            work = receive_view(book, found)
            say(label("practice_class.view_received", by=found.by, store=store, work=work.id))
    finally:
        book.close()


def share(
    store: Store,
    case: Annotated[
        int, typer.Option("--case", metavar="N", help="Le travail, par son numéro dans le carnet.")
    ],
    name: Annotated[str, typer.Option("--as", metavar="NOM", help="Le nom que vous voulez y porter.")],
    out: Out,
    with_words: Annotated[bool, typer.Option("--with-words", help="Y met aussi vos textes.")] = False,
) -> None:
    """Écrit un travail à partager : niveaux et résultats, les textes seulement sur demande."""
    from kit.practice.class_files import write_class_file
    from kit.practice.learner_store import open_learner_store
    from kit.practice.sharing import shared_file

    refuse_absent(store)
    book = open_learner_store(store)
    try:
        record = book.record(case)
    finally:
        book.close()
    shared = shared_file(record, name, with_words=with_words)
    write_class_file(out, shared)
    words = label("practice_class.shared_words") if with_words else ""
    lines = counted(len(shared.lines), "critère")
    figures = counted(len(shared.figures), "réponse chiffrée", "réponses chiffrées")
    say(label("practice_class.shared", file=out, name=shared.name, lines=lines, figures=figures, words=words))


def judge(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le travail partagé.")],
    levels: Levels,
    by: Annotated[str, typer.Option("--by", metavar="NOM", help="Qui donne l’avis.")],
    out: Out,
    peer: Annotated[bool, typer.Option("--peer", help="Avis d’un pair, et non d’un formateur.")] = False,
) -> None:
    """Donne un avis sur un travail partagé, critère par critère."""
    from kit.practice.class_files import write_class_file
    from kit.practice.sharing import judged_file

    judged = judged_file(_shared(file), levels, by, "peer" if peer else "trainer")
    write_class_file(out, judged)
    say(label("practice_class.judged", file=out, name=judged.name))


def gaps(
    files: Annotated[
        list[Path], typer.Argument(metavar="FICHIER…", help="Les travaux partagés d’un même cas.")
    ],
    levels: Annotated[
        Path | None,
        typer.Option("--levels", metavar="CSV", help="Tableau du formateur : critere,niveau,commentaire."),
    ] = None,
    json: Json = False,
) -> None:
    """Montre où une classe se juge autrement que le formateur, et les chiffres les plus manqués."""
    from kit.practice.gaps import class_gaps
    from kit.practice.sharing import levels_of, read_levels

    shared = [(str(file), _shared(file)) for file in files]
    trainer = levels_of(read_levels(shared[0][1], levels)) if levels is not None else {}
    found = class_gaps(shared, trainer)
    if json:
        print_json(_as_json(found))
        return
    print_findings(found.findings)
    _tell(found)


def _shared(file: Path) -> SharedFile:
    from kit.practice.class_files import SharedFile, read_class_file

    found = read_class_file(file)
    if not isinstance(found, SharedFile):
        raise InvalidFile.of("practice_class.not_shared", Place(str(file)))
    return found


def _tell(found: ClassGaps) -> None:
    names = enumeration(list(found.names))
    say(
        label(
            "practice_class.head", title=found.title, epreuve=found.epreuve, number=found.number, names=names
        )
    )
    words = dict(found.scale)
    rows = [
        [
            item.line,
            *(str(count) for _, count in item.levels),
            words.get(item.trainer or "", "—"),
            _gap(item.gap),
        ]
        for item in found.criteria
    ]
    columns = [label("practice_class.column.criterion"), *words.values()]
    print_table([*columns, label("practice_class.column.trainer"), label("practice_class.column.gap")], rows)
    if found.figures:
        missed = [
            [f"{item.question} – {item.label}", f"{item.right} / {item.tried}"] for item in found.figures
        ]
        print_table([label("practice_class.column.figure"), label("practice_class.column.share")], missed)


def _gap(gap: Any) -> str:
    if gap is None:
        return "—"
    return f"+{number(gap, 1)}" if gap > 0 else number(gap, 1)


def _as_json(found: ClassGaps) -> dict[str, Any]:
    from kit.referentiel import exact_text

    return {
        "case": {"epreuve": found.epreuve, "number": found.number, "title": found.title},
        "names": [*found.names],
        "criteria": [
            {
                "line": item.line, "id": item.criterion, "competence": item.competence, "self": dict(item.levels),
                "trainer": item.trainer, "gap": exact_text(item.gap) if item.gap is not None else None,
            }
            for item in found.criteria
        ],
        "figures": [
            {
                "question": item.question, "name": item.name, "label": item.label, "right": item.right,
                "tried": item.tried,
            }
            for item in found.figures
        ],
        "findings": [finding.message for finding in found.findings],
    }  # fmt: skip
