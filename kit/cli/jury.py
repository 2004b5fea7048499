"""`kit jury`: what the jury decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import DONE, PROBLEMS
from kit.cli.output import print_findings, print_table, say
from kit.cli.shared import SessionDir, command, new_group, opened, opened_unchanged
from kit.cli.usage import UsageFault
from kit.errors import MarkingError
from kit.french import counted, enumeration
from kit.messages import label

if TYPE_CHECKING:
    from kit.jury.deciding import Verdict
    from kit.jury.needs import Need
    from kit.marking.book import MarkBook
    from kit.sessions.opening import Session

app = new_group("Les décisions du jury.")


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

    session, book = opened(folder)
    day = datetime.now(tz=session.config.zone).date() if on is None else _day(on)
    decision = Decision(
        candidate, criterion, reference, day, by, not_relevant=irrelevant, not_core=not_core, epreuve=epreuve
    )
    lines = decide(session, book, decision)
    words = {
        "lines": enumeration([f"{where} {line}" for where, line in lines]),
        "candidate": candidate,
        "reference": reference,
    }
    say(label("jury.neutralised", **words))


Bloc = Annotated[str, typer.Option("--bloc", metavar="B", help="Bloc.")]
Candidate = Annotated[str, typer.Option("--candidate", metavar="ID", help="Candidat.")]
Choice = Annotated[
    str, typer.Option("--decision", metavar="DÉCISION", help="validated, refused ou deferred.")
]
By = Annotated[str, typer.Option("--by", metavar="ID", help="Membre du jury qui l’inscrit.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXTE", help="Raison.")]


@command(app)
def decide(
    folder: SessionDir, candidate: Candidate, bloc: Bloc, decision: Choice, by: By, reason: Reason = ""
) -> None:
    """Inscrit la décision du jury sur un bloc d’un candidat."""
    from kit.jury.deciding import decide as keep

    session, book = opened(folder)
    kept = keep(session, book, _verdict(candidate, bloc, decision, by, reason))
    said = {
        "decision": label(f"jury.choice.{kept.choice}"),
        "proposal": label(f"result.proposal.{kept.proposal or 'open'}"),
    }
    say(label("jury.decided", candidate=candidate, bloc=bloc, **said))


def _verdict(
    candidate: str, bloc: str, decision: str, by: str, reason: str, command: str = "kit jury decide"
) -> Verdict:
    from kit.jury.deciding import CHOICES, Verdict

    chosen = next((choice for choice in CHOICES if choice == decision), None)
    if chosen is None:
        raise UsageFault("jury.unknown_decision", command, decision=decision, known=CHOICES)
    return Verdict(candidate, bloc, chosen, by, reason)


@command(app)
def sign(
    folder: SessionDir,
    by: Annotated[
        list[str], typer.Option("--by", metavar="ID…", help="Membres présents, qui signent (à répéter).")
    ],
    excused: Annotated[
        list[str] | None, typer.Option("--excused", metavar="ID…", help="Membres excusés (à répéter).")
    ] = None,
) -> None:
    """Signe le PV : rien de ce sur quoi il repose ne change plus."""
    from kit.jury.signing import sign as close

    members, away = _members(by), _ids(excused or ())
    session, book = opened(folder)
    pv = close(session, book, members, away)
    say(label("jury.signed_now", number=pv.number, members=enumeration(members), digest=pv.digest))


@command(app)
def amend(
    folder: SessionDir,
    candidate: Candidate,
    bloc: Bloc,
    decision: Choice,
    by: Annotated[
        list[str], typer.Option("--by", metavar="ID…", help="Membres qui décident et signent (à répéter).")
    ],
    reason: Reason = "",
) -> None:
    """Corrige une décision après la signature, par un PV rectificatif daté."""
    from kit.jury.signing import amend as correct

    members = _members(by)
    verdict = _verdict(candidate, bloc, decision, members[0], reason, "kit jury amend")
    session, book = opened(folder)
    pv = correct(session, book, verdict, members)
    say(label("jury.amended", number=pv.number - 1, digest=pv.digest))


@command(app)
def resit(
    folder: SessionDir,
    new: Annotated[
        Path | None,
        typer.Argument(metavar="NOUVEAU", help="Dossier à écrire (sans lui : montre ce qui reste à chacun)."),
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--first-day", metavar="AAAA-MM-JJ", help="Premier jour de la session.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="Identifiant (par défaut : l’ancien, suivi de -R)."),
    ] = None,
) -> None:
    """Prépare le rattrapage : ce qui reste à chacun, et la session qui le lui donne."""
    from kit.jury.needs import needs_rows, resit_needs
    from kit.jury.resitting import new_resit

    day = None if first_day is None else _day(first_day)
    if new is not None and day is None:
        raise UsageFault("resit.no_day", "kit jury resit")
    if new is None and (first_day, name) != (None, None):
        option = "--id" if first_day is None else "--first-day"
        raise UsageFault("resit.no_folder", "kit jury resit", option=option)
    session, book = opened_unchanged(folder)
    needs = new_resit(session, book, new, day, name) if new and day else resit_needs(session, book)
    columns = [label(f"resit.column.{name}") for name in ("candidate", "bloc", "epreuves", "kept", "attempt")]
    print_table(columns, [list(row) for row in needs_rows(session, needs)])
    _say_what_to_mend(session, book, needs)
    if new is not None:
        people = counted(len({need.candidate for need in needs}), "candidat")
        say(label("resit.written", candidates=people, folder=new))


def _say_what_to_mend(session: Session, book: MarkBook, needs: Sequence[Need]) -> None:
    """Say what the new session does not have of the one that is resat, and somebody must see to."""
    from kit.jury.resitting import alone, elsewhere, neutralised_before

    if missing := elsewhere(session, needs):
        say(label("resit.elsewhere", epreuves=enumeration(missing)))
    if lonely := alone(session, needs):
        people = enumeration([f"{who} ({epreuve}, {group})" for epreuve, group, who in lonely])
        several = ".several" if len(lonely) > 1 else ""
        say(label(f"resit.alone{several}", people=people))
    if references := neutralised_before(session, book, needs):
        say(label("resit.neutralised", references=", ".join(references)))


@command(app)
def check(folder: SessionDir) -> int:
    """Dit si tout est encore comme le PV signé l’a trouvé."""
    from kit.jury.pv import signed
    from kit.jury.verifying import changed_since

    session, book = opened(folder)
    found = list(changed_since(session, book))
    print_findings(found)
    if not found:
        say(label("jury.unchanged" if signed(book) else "jury.nothing_signed"))
    return PROBLEMS if found else DONE


def _members(options: Iterable[str]) -> list[str]:
    """Return the members that `--by` names.

    Raises:
        MarkingError: it names nobody.
    """
    members = _ids(options)
    if not members:
        raise MarkingError.of("jury.nobody_named", option="--by")
    return members


def _ids(options: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for words in options for one in words.replace(",", " ").split()))


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise MarkingError.of("jury.date", value=value[:40]) from error
