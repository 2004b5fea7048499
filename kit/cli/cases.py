"""`kit case`: the case templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kit.authoring import check_template
from kit.cases import find_template, load_template, template_folders
from kit.cli import DONE, PROBLEMS
from kit.cli.output import print_findings, print_json, print_table, say
from kit.cli.shared import Json, command, current_workspace, new_group
from kit.errors import Finding, KitError, Severity
from kit.french import counted
from kit.messages import label

app = new_group("Les modèles de cas : en dresser la liste, les vérifier.")


@command(app, "list")
def show_list(json: Json = False) -> int:
    """Dresse la liste des modèles de cas disponibles."""
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for path in template_folders(current_workspace()).values():
        try:
            rows.append(_row(path))
        except KitError as error:
            findings += error.findings
    if json:
        print_json(rows)
    elif rows:
        columns = {name: label(f"case.column.{name}") for name in rows[0]}
        values = [[str(value or "—") for value in row.values()] for row in rows]
        print_table(list(columns.values()), values, whole=[columns["template"]])
    if findings:
        print_findings(findings)
    return PROBLEMS if findings else DONE


def _row(path: Path) -> dict[str, Any]:
    template = load_template(path)
    front = template.front
    return {
        "template": template.slug,
        "epreuve": template.announced.epreuve,
        "title": front.title if front else None,
        "duration": front.duration if front else None,
        "path": str(path),
    }


@command(app)
def check(
    templates: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODÈLE…", help="Nom, dossier ou notebook ; tous les modèles si rien n’est donné."
        ),
    ] = None,
    json: Json = False,
    run: Annotated[bool, typer.Option("--run/--no-run", help="Exécute aussi le modèle.")] = True,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", metavar="N", min=1, help="Notebooks exécutés à la fois (par défaut : un par cœur)."
        ),
    ] = None,
) -> int:
    """Vérifie des modèles de cas : codes, points, annexes, corrigés, exécution."""
    workspace = current_workspace()
    results: list[tuple[str, Finding]] = []
    for name in templates or template_folders(workspace):
        found = _check(name, workspace, run, jobs)
        results += [(name, finding) for finding in found]
        if not json:
            _print(name, found)
    if json:
        print_json({"findings": [_as_json(name, finding) for name, finding in results]})
    return PROBLEMS if any(finding.severity is Severity.ERROR for _, finding in results) else DONE


def _check(name: str, workspace: Path, run: bool, jobs: int | None) -> list[Finding]:
    keep = workspace / "echecs"
    try:
        return check_template(find_template(name, workspace), workspace, keep, run, jobs)
    except KitError as error:
        return list(error.findings)


def _print(name: str, found: list[Finding]) -> None:
    if found:
        print_findings(found, errors=False)
        errors = sum(finding.severity is Severity.ERROR for finding in found)
        warnings = len(found) - errors
        words = {"errors": counted(errors, "erreur"), "warnings": counted(warnings, "avertissement")}
        say(label("cli.case_counts", template=name, **words))
    else:
        say(label("cli.case_ok", template=name))


def _as_json(name: str, finding: Finding) -> dict[str, Any]:
    return {
        "template": name,
        "cell": finding.where.cell,
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "where": str(finding.where),
    }
