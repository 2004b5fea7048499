"""`kit case review`, `kit case approve`, `kit case burn`, `kit session issue`: acts with an author and a date."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from kit.cases import find_template
from kit.cli.output import print_findings, say
from kit.cli.shared import SessionDir, command, current_workspace
from kit.cli.usage import UsageFault
from kit.environment import environment
from kit.french import counted, duration
from kit.messages import label

Name = Annotated[str, typer.Argument(metavar="MODÈLE", help="Nom, dossier ou notebook.")]
By = Annotated[str, typer.Option("--by", metavar="NOM", help="Qui fait l’acte.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="AAAA-MM-JJ", help="Date de l’acte (par défaut : aujourd’hui).")
]


def register(cases: typer.Typer, sessions: typer.Typer) -> None:
    """Add these commands to the groups `case` and `session`."""
    command(cases)(review)
    command(cases)(approve)
    command(cases)(burn)
    command(sessions)(issue)


def review(
    template: Name,
    by: By,
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", min=1, metavar="N", help="Essai à blanc : durée mise, en minutes."),
    ] = None,
    on: On = None,
) -> None:
    """Consigne la relecture d’un modèle, ou son essai à blanc avec --minutes."""
    from kit.authoring.approving import record_review, record_trial

    path = find_template(template, current_workspace())
    if minutes is None:
        record_review(path, by, _day(on))
        say(label("approval.review_done", template=template, by=by))
    else:
        record_trial(path, by, minutes, _day(on))
        say(label("approval.trial_done", template=template, by=by, minutes=duration(minutes)))


def approve(template: Name, by: By, on: On = None) -> None:
    """Approuve un modèle sur son contenu actuel : ses sujets ne portent plus la mention PROJET."""
    from kit.authoring import approving

    workspace = current_workspace()
    told = approving.approve(find_template(template, workspace), by, _day(on), workspace)
    print_findings(told)
    say(label("approval.done", template=template, by=by))


def burn(
    template: Name,
    dossier: Annotated[str, typer.Argument(metavar="DOSSIER", help="Code du dossier : D2.")],
    form: Annotated[str, typer.Argument(metavar="FORME", help="Sa forme : a.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXTE", help="Où la forme a circulé, en une ligne.")
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="AAAA-MM-JJ",
            help="Premier jour où elle ne se donne plus (par défaut : aujourd’hui).",
        ),
    ] = None,
) -> None:
    """Grille une forme d’examen qui a été publiée ou a fuité : aucun examen ne la tire plus."""
    from kit.cases import load_template
    from kit.cases.burned import Burned, burned_forms
    from kit.cases.burned import burn as give_up
    from kit.cases.forms import spent_dossiers
    from kit.sessions.lock import session_lock

    workspace = current_workspace()
    found = load_template(find_template(template, workspace))
    new = Burned(found.slug, dossier, form, reason, _day(on))
    kept = workspace / ".kit"
    with environment(kept):
        kept.mkdir(parents=True, exist_ok=True)
    with session_lock(kept):
        give_up(workspace, found, new)
    spent = spent_dossiers(found, burned_forms(workspace, found.slug))
    print_findings(finding for finding in spent if finding.fields["dossier"] == dossier)
    say(label("burned.done", form=form, dossier=dossier, template=found.slug, on=f"{new.on:%d/%m/%Y}"))


def issue(folder: SessionDir, on: On = None) -> None:
    """Émet les sujets d’une session : les inscrit au registre, pour qu’aucun ne soit donné deux fois."""
    from kit.sessions.issuing import issue_session
    from kit.sessions.opening import open_session

    count, told = issue_session(folder, _day(on))
    print_findings(told)
    if count:
        session = open_session(folder).config.id
        say(label("register.done", count=counted(count, "sujet inscrit", "sujets inscrits"), session=session))
    else:
        say(label("register.nothing_new"))


def _day(text: str | None) -> date:
    """Return a date given as AAAA-MM-JJ, or today.

    Raises:
        UsageFault: it is no date.
    """
    if text is None:
        return date.today()  # noqa: DTZ011 - the day on the calendar of whoever acts
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageFault("cli.option_value", "kit", name="--on") from error
