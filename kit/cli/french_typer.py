"""Typer speaking French: panel titles, usage lines, the options every command has.

Typer writes its own words in English and asks gettext for a few of them when it is imported; the ones we can
name are set here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import typer
import typer.core
import typer.main
from typer import rich_utils

from kit.cli.usage import UsageFault
from kit.messages import label

rich_utils.ARGUMENTS_PANEL_TITLE = label("cli.arguments")
rich_utils.OPTIONS_PANEL_TITLE = label("cli.options")
rich_utils.COMMANDS_PANEL_TITLE = label("cli.commands")
rich_utils.DEFAULT_STRING = label("cli.default")
rich_utils.REQUIRED_LONG_STRING = label("cli.required")


class FrenchCommand(typer.core.TyperCommand):
    """A command whose usage line and help option are in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, explained in French."""
        return _helped(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the command's own parameters, and the option every command has."""
        return _with_debug(super().get_params(ctx))


class FrenchGroup(typer.core.TyperGroup):
    """A group of commands whose usage line, help option and errors are in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, explained in French."""
        return _helped(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the group's own parameters, and the option every command has."""
        return _with_debug(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command asked for.

        Raises:
            UsageFault: there is no such command; the known ones are named.
        """
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UsageFault("cli.no_command", ctx.command_path, name=args[0], known=self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def _usage(words: str) -> str:
    """Return a usage line in French, without the signs the library adds to names that have their own."""
    pairs = (
        ("Usage:", label("cli.usage")), ("COMMAND", "COMMANDE"), ("[ARGS]", "[ARGUMENTS]"),
        ("[[", "["), ("]]", "]"), ("…]...", "…]"), ("{", ""), ("}", ""),
    )  # fmt: skip
    for english, french in pairs:
        words = words.replace(english, french)
    return words


@cache
def _debug_option() -> Any:
    """Return the option `--debug`, which no command takes as an argument.

    It is read from the words of the command line by `kit.cli.running`: an error may come before the library
    has understood them. The library makes it here from a command of its own, the one way all its versions know.
    """
    probe = typer.Typer(add_completion=False)

    @probe.command()
    def _(debug: bool = typer.Option(False, "--debug", help=label("cli.debug"))) -> None:
        """Do nothing."""

    (option,) = (param for param in typer.main.get_command(probe).params if param.name == "debug")
    option.expose_value = False
    return option


def _with_debug(parameters: list[Any]) -> list[Any]:
    """Return parameters with `--debug` before the last, which is the help; none shows a Python type."""
    shown = [*parameters[:-1], _debug_option(), *parameters[-1:]]
    for parameter in shown:
        if parameter.param_type_name == "argument" or not parameter.metavar:
            parameter.display_type_rich = _no_type
    return shown


def _no_type(*_: Any, **__: Any) -> str:
    return ""


def _helped(option: Any) -> Any:
    if option is not None:
        option.help = label("cli.help")
    return option
