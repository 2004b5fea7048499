"""Running a command to its exit code: whatever happens is told in French, or as JSON when that was asked."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from kit.cli import DONE, INTERRUPTED, OUR_FAULT, PROBLEMS, WRONG_USAGE
from kit.cli.usage import UsageFault, fault_of
from kit.environment import refusal
from kit.errors import EnvironmentFault, Finding, KitError, UnknownCode
from kit.messages import label


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks of every command, wherever it is written."""

    json: bool
    debug: bool


def run(words: Sequence[str]) -> int:
    """Return the exit code of a command line, once everything is said."""
    options = words[: words.index("--")] if "--" in words else words
    asked = _Asked(json="--json" in options, debug="--debug" in options)
    _utf8_output()
    try:
        return _called(words)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the border: whatever it is, it is told
        if asked.debug:
            traceback.print_exc()
        return _told(error, asked)


def _called(words: Sequence[str]) -> int:
    """Return what the command returns; its output is through, or the reason why not is raised.

    Raises:
        KeyboardInterrupt: somebody stopped the command.
    """
    from kit.cli.app import app

    if any("\ud800" <= char <= "\udfff" for word in words for char in word):  # bytes that are no UTF-8
        raise UsageFault("cli.not_utf8", "kit")
    try:
        code = app(list(words), prog_name="kit", standalone_mode=False)
    except SystemExit as left:  # the library leaves so when nobody reads the output any more
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        return DONE
    if code == INTERRUPTED:  # the library makes this number of a Ctrl-C, and says nothing
        raise KeyboardInterrupt
    sys.stdout.flush()
    return code if isinstance(code, int) else DONE


def _told(error: BaseException, asked: _Asked) -> int:
    """Return the exit code of what stopped a command, once it is told."""
    name, module = type(error).__name__, type(error).__module__
    if isinstance(error, KitError):
        return _tell_findings(error, asked)
    if isinstance(error, KeyboardInterrupt) or name == "Abort":
        return _tell("cli.interrupted", INTERRUPTED, asked)
    if isinstance(error, UsageFault):
        return _tell_usage(error, asked)
    if name == "NoArgsIsHelpError":
        return WRONG_USAGE
    if module.startswith("typer"):
        return _tell_usage(fault_of(error), asked)
    if isinstance(error, BrokenPipeError):
        _forget_output()
        return DONE
    if isinstance(error, OSError):
        _forget_output()
        return _tell_findings(EnvironmentFault(refusal(error)), asked)
    if isinstance(error, MemoryError):
        return _tell("environment.memory", PROBLEMS, asked)
    return _tell("cli.bug", OUR_FAULT, asked, name=name)


def _tell_findings(error: KitError, asked: _Asked) -> int:
    from kit.cli.output import print_findings, print_json, shown_as_json

    if asked.json:
        print_json({"findings": [shown_as_json(finding) for finding in error.findings]})
    else:
        print_findings(error.findings)
    about_usage = isinstance(error, UnknownCode)
    return WRONG_USAGE if about_usage else PROBLEMS


def _tell_usage(fault: UsageFault, asked: _Asked) -> int:
    return _tell(fault.code, WRONG_USAGE, asked, label("cli.see_help", command=fault.command), **fault.fields)


def _tell(code: str, exit_code: int, asked: _Asked, remedy: str = "", **fields: object) -> int:
    """Say what is no finding about a file; return `exit_code`."""
    from kit.cli.output import print_error, print_json, shown_as_json

    if asked.json:
        finding = shown_as_json(Finding(code, fields=fields))
        print_json({"findings": [{**finding, "remedy": finding["remedy"] or remedy}]})
    else:
        said = Finding(code, fields=fields)
        print_error(said.message, *(words for words in (said.remedy or remedy,) if words))
    return exit_code


def _forget_output() -> None:
    """Send what is still to be written on standard output nowhere: it is refused, and would be again at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _utf8_output() -> None:
    """Make both streams UTF-8, so that accents and narrow spaces pass on every terminal."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
