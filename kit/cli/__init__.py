"""The `kit` command: parse, call, print. Everything it does is one call away for a notebook."""

from __future__ import annotations

import sys

from kit.messages import sentence

__all__ = ["main"]

DONE, PROBLEMS, WRONG_USAGE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 70, 130
"""Exit codes. 70 is `EX_SOFTWARE` of sysexits.h, 130 what shells give for Ctrl-C (128 + SIGINT)."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0: done; 1: the user's files have problems, or the machine refuses; 2: wrong usage; 70: a fault of the
    kit; 130: interrupted.
    """
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(words: list[str]) -> int:
    try:
        from kit.cli.running import run

        return run(words)
    except KeyboardInterrupt:  # while the rooms were still being imported, or a sentence printed
        sys.stderr.write(sentence("cli.interrupted") + "\n")
        return INTERRUPTED
