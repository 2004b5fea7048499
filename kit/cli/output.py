"""What the commands print: sentences and tables on standard output, problems on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kit.errors import Finding, Severity
from kit.french import counted, number
from kit.messages import label

MOST_SHOWN = 500
_MARKS = {Severity.ERROR: "[bold red]✗[/]", Severity.WARNING: "[yellow]![/]", Severity.INFO: "[blue]i[/]"}


def console(*, errors: bool = False) -> Console:
    """Return a console on standard output, or on standard error; colours only on a terminal."""
    return Console(file=sys.stderr if errors else sys.stdout, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print a line of plain text."""
    console().print(escape(text))


def print_json(data: Any) -> None:
    """Print data as JSON in UTF-8 and nothing else."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def shown_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the commands write it in JSON."""
    where = finding.where
    return {
        "where": str(where), "file": where.file, "line": where.line, "cell": where.cell, "field": where.field,
        "code": finding.code, "severity": finding.severity.value,
        "message": finding.message, "remedy": finding.remedy,
    }  # fmt: skip


def print_error(*sentences: str) -> None:
    """Print sentences on standard error."""
    out = console(errors=True)
    for rank, words in enumerate(sentences):
        out.print(f"{'' if rank else _MARKS[Severity.ERROR] + ' '}{escape(words)}")


def print_findings(findings: Iterable[Finding], *, errors: bool = True) -> None:
    """Print every finding: place, what was found, what to do; then how many there are.

    Beyond what anybody reads, a file is wrong as a whole: the first are enough, and JSON has them all.
    """
    out = console(errors=errors)
    found = list(findings)
    for finding in found[:MOST_SHOWN]:
        place = str(finding.where)
        out.print(
            f"{_MARKS[finding.severity]} {escape(place) + ' – ' if place else ''}{escape(finding.message)}"
        )
        if finding.remedy:
            out.print(f"   → {escape(finding.remedy)}")
    if len(found) > MOST_SHOWN:
        out.print(escape(label("cli.not_shown", count=number(len(found) - MOST_SHOWN))))
    problems = sum(finding.severity is Severity.ERROR for finding in found)
    if problems > 1:
        out.print(escape(label("cli.count", problems=counted(problems, "problème"))))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    title: str | None = None,
    whole: Collection[str] = (),
) -> None:
    """Print a table. The columns of `whole` are never folded: what they hold is copied into other commands."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    Console(file=sys.stdout, highlight=False).print(table)
