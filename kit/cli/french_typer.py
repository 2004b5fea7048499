"""Typer speaking French: panel titles, usage lines, and usage errors.

Typer writes its own words in English and asks gettext for a few of them when it is imported; the ones we can
name are set here, and errors are worded from their class, never from their English text.
"""

from __future__ import annotations

from typing import Any

import typer
import typer.core
from typer import rich_utils

from kit.messages import label

rich_utils.ARGUMENTS_PANEL_TITLE = label("cli.arguments")
rich_utils.OPTIONS_PANEL_TITLE = label("cli.options")
rich_utils.COMMANDS_PANEL_TITLE = label("cli.commands")
rich_utils.DEFAULT_STRING = label("cli.default")
rich_utils.REQUIRED_LONG_STRING = label("cli.required")


class UsageFault(Exception):
    """The command line cannot be understood; `code` names the sentence."""

    def __init__(self, code: str, command: str, **fields: Any) -> None:
        self.code, self.command, self.fields = code, command, fields
        super().__init__(code)


class FrenchCommand(typer.core.TyperCommand):
    """A command whose usage line and help option are in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, explained in French."""
        return _helped(super().get_help_option(ctx))


class FrenchGroup(typer.core.TyperGroup):
    """A group of commands whose usage line, help option and errors are in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, explained in French."""
        return _helped(super().get_help_option(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command asked for.

        Raises:
            UsageFault: there is no such command; the known ones are named.
        """
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UsageFault("cli.no_command", ctx.command_path, name=args[0], known=self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def _usage(words: str) -> str:
    pairs = (("Usage:", f"{label('cli.usage')}"), ("COMMAND", "COMMANDE"), ("[ARGS]", "[ARGUMENTS]"))
    for english, french in pairs:
        words = words.replace(english, french)
    return words


def _helped(option: Any) -> Any:
    if option is not None:
        option.help = label("cli.help")
    return option


def fault_of(error: Any) -> UsageFault:
    """Return a usage error of the library as ours, from its class and the names it carries."""
    kind = type(error).__name__
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "kit"
    if kind == "NoSuchOption":
        return UsageFault("cli.no_option", command, name=error.option_name)
    if kind == "BadOptionUsage":
        return UsageFault("cli.option_value", command, name=error.option_name)
    name = _shown_name(getattr(error, "param", None))
    if kind == "MissingParameter":
        return UsageFault("cli.missing", command, name=name)
    if kind == "BadParameter":
        return UsageFault("cli.bad_value", command, name=name)
    return UsageFault("cli.wrong", command)


def _shown_name(parameter: Any) -> str:
    options = getattr(parameter, "opts", None) or ["—"]
    metavar = getattr(parameter, "metavar", None)
    is_option = str(options[0]).startswith("-")
    return str(options[0] if is_option or not metavar else metavar)
