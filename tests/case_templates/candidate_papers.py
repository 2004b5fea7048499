"""A template executed in the forms asked, and the tables its candidate receives."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from kit.authoring import rules_of
from kit.cases import CaseTemplate, read_pieces, select_forms
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.subjects import Drawn, Subject, build_subject

Rows = list[dict[str, str]]


def subjects(
    template: CaseTemplate, pools: Mapping[str, str], wanted: Mapping[Any, Mapping[str, Any]], folder: Path
) -> dict[Any, Subject]:
    """Return the subject of each job wanted, executed with its parameters.

    Args:
        template: the template.
        pools: the pool of each form.
        wanted: the parameters of each job, whose first member is the form of all its dossiers.
        folder: where the notebooks go.
    """
    runs = []
    for job, values in wanted.items():
        prepared = folder / f"{'-'.join(map(str, job))}.ipynb"
        chosen = dict.fromkeys(template.forms(pools[job[0]]), job[0])
        prepared.write_text(json.dumps(select_forms(template, chosen)), "utf-8")
        runs.append((prepared, prepared.with_suffix(".out.ipynb"), values))
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _subject(template, run[1], run[2]) for job, run in zip(wanted, runs, strict=True)}


def _subject(template: CaseTemplate, executed: Path, values: Mapping[str, Any]) -> Subject:
    rules, findings = rules_of(template)
    assert rules is not None, findings
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    parameters = {name: value for name, value in values.items() if name != "seed"}
    code = f"TEST-{rules.epreuve.id}-P1"
    drawn = Drawn(code, "principal", 1, values["seed"], parameters, {})
    return build_subject(located, template.header, rules.epreuve, template.slug, drawn)


def tables_of(subject: Subject) -> dict[str, Rows]:
    """Return the rows of each annex of a subject, as its candidate reads them in the CSV files."""
    return {
        annex.id: list(csv.DictReader(io.StringIO(table_csv(table)), delimiter=";"))
        for annex, table in annex_tables(subject.for_candidate().annexes)
    }
