"""`kit case stress`: a template tried on many seeds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kit.cases import find_template
from kit.cli import DONE, PROBLEMS
from kit.cli.output import console, print_findings, print_json, say
from kit.cli.shared import Json, command, current_workspace
from kit.errors import Finding, Place
from kit.messages import label
from kit.writing import write_text

if TYPE_CHECKING:
    from kit.authoring.stress import Progress as Told
    from kit.authoring.stress import Stress


def register(app: typer.Typer) -> None:
    """Add this command to the group `case`."""
    command(app)(stress)


def stress(
    template: Annotated[str, typer.Argument(metavar="MODÈLE", help="Nom, dossier ou notebook.")],
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, metavar="N", help="Nombre de graines à essayer.")
    ] = 20,
    first: Annotated[int, typer.Option("--from", min=0, metavar="S", help="Première graine.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, metavar="N", help="Cas exécutés en même temps.")
    ] = None,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="Met aussi en page sujet et corrigé.")
    ] = True,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FICHIER", help="Écrit un rapport HTML.")
    ] = None,
    json: Json = False,
) -> int:
    """Essaie un modèle sur de nombreuses graines : échecs, doublons, étendue des réponses."""
    from kit.authoring.stress import stress as try_seeds

    workspace = current_workspace()
    path = find_template(template, workspace)
    with _progress(quiet=json) as told:
        done = try_seeds(
            path, range(first, first + seeds), workspace, jobs=jobs or os.cpu_count() or 1, pages=pages,
            keep=workspace / "echecs", progress=told,
        )  # fmt: skip
    _report(done, report, json=json)
    return PROBLEMS if done.failures or done.duplicates else DONE


def _report(done: Stress, report: Path | None, *, json: bool) -> None:
    from kit.authoring.stress_report import stress_page, summary

    if report is not None:
        write_text(report, stress_page(done))
    if json:
        print_json(done.as_json())
        return
    print_findings([*_failures(done), *_duplicates(done)], errors=False)
    say(summary(done))
    if report is not None:
        say(label("stress.report", file=report))


def _failures(done: Stress) -> Iterator[Finding]:
    for trial in done.failures:
        yield from trial.findings


def _duplicates(done: Stress) -> Iterator[Finding]:
    for seeds in done.duplicates:
        yield Finding("stress.same", Place(), {"seeds": seeds})


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Told]:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    out = console(errors=True)
    with Progress(*columns, console=out, disable=quiet or not out.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield told
