"""Broken copies of the shipped templates: every problem is listed, in French, with its place and its remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.authoring import check_template
from kit.cases import template_folders
from kit.errors import Finding

Notebook = dict[str, Any]
Break = Callable[[Notebook], None]

TEMPLATES = sorted(template_folders())


def source_of(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def first(notebook: Notebook, start: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if source_of(cell).startswith(start))


def replaced(notebook: Notebook, start: str, pattern: str, new: str) -> None:
    cell = first(notebook, start)
    text, count = re.subn(pattern, new, source_of(cell), count=1)
    assert count == 1, (start, pattern)
    cell["source"] = text


def added(notebook: Notebook, source: str) -> None:
    cell = {
        "cell_type": "code",
        "id": "ajout",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].append(cell)


READ: dict[str, tuple[str, Break]] = {
    "unknown criterion": (
        "criterion.unknown", lambda nb: replaced(nb, "%%question Q1", r"CE\d+\.\d+=", "CE99.9="),
    ),
    "points of the subject": ("subject.points", lambda nb: replaced(nb, "---", r'points: "\d+"', 'points: "7"')),
    "points of a dossier": ("dossier.points", lambda nb: replaced(nb, "%%dossier D1", r"points=\d+", "points=1")),
    "duplicate question": ("question.twice", lambda nb: replaced(nb, "%%question Q2", "Q2", "Q1")),
    "unknown parameter": ("parameter.unknown", lambda nb: replaced(nb, "---", r"varies: \[[^\]]*\]", "varies: [couleur]")),
    "front matter missing": ("case.front_matter_missing", lambda nb: nb["cells"].pop(0)),
    "unknown épreuve": ("epreuve.unknown", lambda nb: replaced(nb, "---", r"epreuve: \w+", "epreuve: E77")),
    "citation": (
        "annexe.missing", lambda nb: replaced(nb, "%%question Q1", r"\Z", " Voir l’annexe n° **A97**."),
    ),
    "html": ("markdown.html", lambda nb: replaced(nb, "%%question Q3", r"\Z", " <b>En gras</b>.")),
    "misspelt command": ("magic.unknown", lambda nb: added(nb, "%%QUESTION Q98 CE4.1=1\nQue faire ?")),
    "forgotten variable": (
        "case.field_unknown", lambda nb: replaced(nb, "%%corrige Q1", r"\Z", " {{ jamais_calculee }}"),
    ),
    "field not closed": ("case.field_syntax", lambda nb: replaced(nb, "%%corrige Q2", r"\Z", " {{ x")),
    "corrigé missing": ("question.no_answer", lambda nb: nb["cells"].remove(first(nb, "%%corrige Q1"))),
}  # fmt: skip


def annex_calls(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if re.search(r"^annexe\(", source_of(cell), re.MULTILINE)]


def broken_annexes(notebook: Notebook) -> None:
    """Add an annex that nobody cites, and have a figure without alternative text."""
    added(notebook, '%%annexe A98 "Jamais citée" source="interne"\nDu texte.')
    figure = next((cell for cell in annex_calls(notebook) if "alt=" in source_of(cell)), None)
    if figure is not None:
        figure["source"] = source_of(figure).replace("alt=", 'alt="" and ')
    else:
        drawn = 'from kit.cases import annexe, charts\nbarres = charts.bars(["x"], {"2025": [1]})\n'
        added(notebook, f'{drawn}annexe(barres, "A97", "Barres", source="interne")')


@pytest.fixture(params=TEMPLATES)
def notebook(request: pytest.FixtureRequest) -> Notebook:
    return json.loads(template_folders()[request.param].read_text("utf-8"))


def check(notebook: Notebook, folder: Path, *, run: bool) -> list[Finding]:
    path = folder / "copie" / "case.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    return check_template(path, folder, folder / "echecs", run)


@pytest.mark.parametrize("kind", sorted(READ))
def test_what_is_broken_is_named(notebook: Notebook, tmp_path: Path, kind: str) -> None:
    code, damage = READ[kind]
    damage(notebook)
    findings = [finding for finding in check(notebook, tmp_path, run=False) if finding.code == code]
    assert findings, kind
    for finding in findings:
        assert finding.where.cell, finding
        assert finding.message
        assert finding.remedy


STOPS = {"forgotten variable", "field not closed", "misspelt command", "corrigé missing"}
"""What keeps a run from reaching its end, or takes away the cell that another kind breaks."""


def test_all_that_can_be_read_is_named_at_once(notebook: Notebook, tmp_path: Path) -> None:
    kinds = sorted(set(READ) - {"front matter missing", "corrigé missing"})
    for kind in kinds:
        READ[kind][1](notebook)
    found = {finding.code for finding in check(notebook, tmp_path, run=False)}
    assert {READ[kind][0] for kind in kinds} <= found


def test_what_running_shows_is_named_with_the_rest(notebook: Notebook, tmp_path: Path) -> None:
    kinds = sorted(set(READ) - STOPS - {"front matter missing"})
    for kind in kinds:
        READ[kind][1](notebook)
    broken_annexes(notebook)
    found = {finding.code for finding in check(notebook, tmp_path, run=True)}
    assert {READ[kind][0] for kind in kinds} | {"annexe.unused", "figure.no_alt"} <= found


def test_the_shipped_templates_are_sound(tmp_path: Path) -> None:
    for slug in TEMPLATES:
        assert check_template(template_folders()[slug], tmp_path, tmp_path, run=False) == [], slug
