"""What every command shares: French groups, the workspace, the usual options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from kit.cli.french_typer import FrenchCommand, FrenchGroup
from kit.cli.usage import UsageFault
from kit.sessions.workspace import find_workspace

if TYPE_CHECKING:
    from kit.marking.book import MarkBook
    from kit.sessions.opening import Session

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


def given_path(text: str) -> Path:
    """Return a path that an option gives; an empty text is no path, and would mean the current folder.

    Raises:
        UsageFault: it is empty.
    """
    if not text.strip():
        raise UsageFault("cli.empty_path", "kit")
    return Path(text)


def current_workspace() -> Path:
    """Return the workspace of a command that names no session: `KIT_WORKSPACE`, a parent with `kit.yaml`, or here."""
    return find_workspace(Path.cwd() / "session")


def opened(folder: Path) -> tuple[Session, MarkBook]:
    """Return a session and its book of marks.

    Raises:
        InvalidFile: the session's files have problems, or the store's address is none.
        EnvironmentFault: the store refuses.
    """
    from kit.marking.store_address import session_book
    from kit.sessions.opening import open_session

    session = open_session(folder)
    return session, session_book(session)


def opened_unchanged(folder: Path) -> tuple[Session, MarkBook]:
    """Return a session and its book of marks, once sure that nothing of a signed one was changed since.

    Raises:
        MarkingError: something is not as the signed PV has it.
        InvalidFile: the session's files have problems, or the store's address is none.
        EnvironmentFault: the store refuses.
    """
    from kit.jury.verifying import refuse_changed

    session, book = opened(folder)
    refuse_changed(session, book)
    return session, book
