"""Running a command as a person does: what it prints, and its exit code."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

from kit.cli import main


def run(*words: object) -> tuple[int, str]:
    """Return the exit code of `kit WORDS…` and all that it printed."""
    told = io.StringIO()
    try:
        with redirect_stdout(told), redirect_stderr(told):
            main([str(word) for word in words])
    except SystemExit as end:
        return (end.code if isinstance(end.code, int) else 1 if end.code else 0), told.getvalue()
    return 0, told.getvalue()
