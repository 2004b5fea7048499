"""`kit build`, `kit demo`, `kit lab`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from kit.cli.output import console, print_findings, print_json, say
from kit.cli.shared import Json, SessionDir, command
from kit.french import counted, number
from kit.messages import label
from kit.sessions.demo import demo_session

if TYPE_CHECKING:
    from kit.sessions.build import Build

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, metavar="N", help="Cas exécutés en même temps (par défaut : tous les cœurs)."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="ÉPREUVE", help="Limite à une épreuve ; les autres gardent leurs fichiers."
    ),
]
EngineName = Annotated[
    Literal["kit", "plain"],
    typer.Option(
        "--engine", help="Exécution des notebooks : kit (rapide) ou plain (papermill, un noyau par notebook)."
    ),
]
UseCache = Annotated[
    bool, typer.Option("--cache/--no-cache", help="Reprend, ou non, les sujets sur lesquels rien n’a changé.")
]

ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADRESSE",
        help="Confie les cas à un ordonnanceur Dask qui tourne déjà (tcp://machine:8786).",
    ),
]


_SHOWN = ("subject", "answer_key", "grid_document", "grid_notebook")
"""What the demo points at, for its first épreuve."""


def register(app: typer.Typer) -> None:
    """Add these commands to the main group."""
    command(app)(build)
    command(app)(demo)
    command(app)(lab)


def build(
    folder: SessionDir,
    only: Only = None,
    jobs: Jobs = None,
    engine: EngineName = "kit",
    cache: UseCache = True,
    cluster: ClusterAddress = None,
    json: Json = False,
) -> None:
    """Génère sujets, corrigés et grilles d’une session, tout ou rien."""
    from kit.sessions.build import build_session

    with _progress(quiet=json) as watch:
        done = build_session(
            folder,
            only=[code for item in only or () for code in item.split(",")],
            jobs=jobs,
            engine=engine,
            cache=cache,
            cluster=cluster,
            progress=watch,
        )
    _report(done, folder, json=json)


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DOSSIER", help="Où créer la session.")] = Path(
        "demo"
    ),
    jobs: Jobs = None,
) -> None:
    """Crée et génère une session complète de démonstration."""
    from kit.sessions.build import build_session

    demo_session(out)
    with _progress(quiet=False) as watch:
        done = build_session(out, jobs=jobs, progress=watch)
    _report(done, out, json=False)
    say(label("cli.demo_done", folder=out.resolve()))
    say(label("cli.look_here"))
    first = done.files[0].epreuve
    for entry in done.files:
        if entry.kind in _SHOWN and (entry.epreuve, entry.variant) == (first, 1) and entry.format != "docx":
            say(f"  {done.folder / entry.path}")
    others = dict.fromkeys(entry.epreuve for entry in done.files if entry.epreuve not in (None, first))
    say(label("cli.look_too", epreuves=list(others)))


def lab(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DOSSIER]", help="Atelier à ouvrir (par défaut : l’atelier courant)."),
    ] = None,
) -> None:
    """Ouvre JupyterLab, en français, sur votre atelier : notebooks, modèles, sessions."""
    from kit.cli.lab import open_lab

    open_lab(folder)


def _report(done: Build, folder: Path, *, json: bool) -> None:
    if json:
        print_json(
            {
                "build": str(done.folder),
                "files": len(done.files),
                "reused": done.reused,
                "seconds": round(done.seconds, 2),
            }
        )
        return
    print_findings(done.warnings)
    files = counted(len(done.files), "fichier")
    seconds = number(round(done.seconds, 1))
    if done.reused:
        say(label("cli.reused", count=counted(done.reused, "variante")))
    say(label("cli.built", id=done.session, seconds=seconds, files=files, folder=done.folder))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Give a progress function; the bar is shown on a terminal only."""
    words = (TextColumn(label("cli.progress_spent")), TextColumn(label("cli.progress_left")))
    times = (words[0], TimeElapsedColumn(), words[1], TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *times)
    out = console(errors=True)
    with Progress(*columns, console=out, disable=quiet or not out.is_terminal, transient=True) as bar:
        task = bar.add_task(label("cli.progress_run"), total=None)

        def watch(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{label('cli.progress_run')} {what}")

        yield watch
