"""What every command shares: French groups, the workspace, the usual options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from kit.cli.french_typer import FrenchCommand, FrenchGroup
from kit.sessions.workspace import find_workspace

F = TypeVar("F", bound=Callable[..., Any])
Json = Annotated[bool, typer.Option("--json", help="Écrit du JSON et rien d’autre.")]
SessionDir = Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier de la session.")]


def new_group(help_text: str, epilog: str | None = None) -> typer.Typer:
    """Return an empty group of commands; `epilog` ends its help."""
    return typer.Typer(
        help=help_text, epilog=epilog, cls=FrenchGroup, add_completion=False, no_args_is_help=True,
        rich_markup_mode="rich", pretty_exceptions_enable=False, subcommand_metavar="COMMAND …",
    )  # fmt: skip


def command(app: typer.Typer, name: str | None = None) -> Callable[[F], F]:
    """Return a decorator that adds a function to a group as a French command."""
    return app.command(name, cls=FrenchCommand)


def current_workspace() -> Path:
    """Return the workspace of a command that names no session: `KIT_WORKSPACE`, a parent with `kit.yaml`, or here."""
    return find_workspace(Path.cwd() / "session")
