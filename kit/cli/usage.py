"""Usage errors: a command line that cannot be understood, and the library's errors as ours.

Errors are worded from their class, never from their English text. Nothing heavy is imported here: this must
work when the rest does not.
"""

from __future__ import annotations

from typing import Any


class UsageFault(Exception):
    """The command line cannot be understood; `code` names the sentence."""

    def __init__(self, code: str, command: str, **fields: Any) -> None:
        self.code, self.command, self.fields = code, command, fields
        super().__init__(code)


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
