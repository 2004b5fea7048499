"""The `kit` command: parse, call, print. Everything it does is one call away for a notebook."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.messages import label, sentence

if TYPE_CHECKING:
    from kit.cli.french_typer import UsageFault

__all__ = ["main"]

DONE, PROBLEMS, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with 0 (done), 1 (problems in the user's files) or 2 (wrong usage)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    sys.exit(_run([word for word in words if word != "--debug"], debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    from kit.cli.app import app
    from kit.cli.french_typer import UsageFault
    from kit.cli.output import print_error, print_findings

    _utf8_output()
    try:
        code = app(words, prog_name="kit", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except UsageFault as fault:
        return _wrong_usage(fault)
    except KitError as error:
        if debug:
            raise
        print_findings(error.findings)
        return PROBLEMS
    except (KeyboardInterrupt, EOFError):
        print_error(sentence("cli.interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        return DONE
    except Exception as error:
        if type(error).__module__.startswith("typer"):
            return _library_exit(error)
        if debug:
            raise
        print_error(sentence("cli.bug", name=type(error).__name__), sentence("cli.bug_remedy"))
        return PROBLEMS


def _library_exit(error: Exception) -> int:
    """Return the code for an exception of the command-line library, once its sentence is printed."""
    from kit.cli.french_typer import fault_of

    name = type(error).__name__
    if name == "Exit":
        return int(getattr(error, "exit_code", DONE))
    return WRONG_USAGE if name == "NoArgsIsHelpError" else _wrong_usage(fault_of(error))


def _wrong_usage(fault: UsageFault) -> int:
    from kit.cli.output import print_error

    print_error(sentence(fault.code, **fault.fields), label("cli.see_help", command=fault.command))
    return WRONG_USAGE


def _utf8_output() -> None:
    """Make both streams UTF-8, so that accents and narrow spaces pass on every terminal."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
