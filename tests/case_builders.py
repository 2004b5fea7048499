"""Small case templates, built as notebooks, for tests that then break or extend them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kit.grids import Grid
from kit.grids.model import GridLine, GridRules
from kit.referentiel import Level, Scale
from kit.subjects import Identity

FRONT = """---
epreuve: E2
referentiel: petit-titre
title: "Un petit cas"
duration: 60
points: "4"
documents: "Calculatrice autorisée."
varies: [sector]
drafted: {by: "Test"}
---"""
PARAMETERS = 'from typing import Literal\n\nseed: int = 1\nsector: Literal["bois", "cuir", "laine"] = "bois"\nremise: float = 0.1'
SETUP = "%load_ext kit.cases\nimport pandas as pd\nfrom kit.cases import annexe, attendu\n\nventes = 1000 + seed % 7 * 100"
TABLE = (
    'tableau = pd.DataFrame({"Produit": ["Chaise", "Table"], "Ventes": [ventes, 2 * ventes]})\n'
    'annexe(tableau, "A1", "Ventes par produit", source="données internes", formats={"Ventes": "€"})'
)
EXPECTED = 'total = attendu("Q1", 3 * ventes, label="Ventes totales", unit="€", places=0, formula="somme")'

CELLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("raw", FRONT, ()),
    ("code", PARAMETERS, ("parameters",)),
    ("code", SETUP, ()),
    ("code", "%%contexte\nVous travaillez pour un atelier ({{ sector }}).", ()),
    ("code", TABLE, ()),
    ("code", '%%dossier D1 "Ventes" points=4\nVoir l’annexe A1.', ()),
    ("code", "%%question Q1 CE1.1=4\nCalculez les ventes totales (annexe A1).", ()),
    ("code", EXPECTED, ()),
    ("code", "%%corrige Q1\nLes ventes totales sont de {{ total }}.", ()),
    ("code", "%%indicateurs Q1 CE1.1\n- Le total est juste.\n- L’unité est donnée.", ()),
)


def a_notebook(cells: Iterable[tuple[str, str, tuple[str, ...]]] = CELLS) -> dict[str, Any]:
    """Return a notebook as nbformat data, without outputs."""
    return {
        "cells": [_cell(number, *cell) for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, kind: str, source: str, tags: tuple[str, ...]) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind, "id": f"cell-{number}", "metadata": {"tags": list(tags)} if tags else {}, "source": source,
    }  # fmt: skip
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def changed(
    replacements: Mapping[str, str], extra: Iterable[str] = ()
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the cells with texts replaced, and code cells added at the end.

    Every replacement must be found, so that a test never breaks nothing by accident.
    """
    cells = list(CELLS)
    for old, new in replacements.items():
        assert any(old in source for _, source, _ in cells), old
        cells = [(kind, source.replace(old, new), tags) for kind, source, tags in cells]
    return [*cells, *(("code", source, ()) for source in extra)]


def a_template(
    workspace: Path, cells: Iterable[tuple[str, str, tuple[str, ...]]] = CELLS, slug: str = "petit-cas"
) -> Path:
    """Write a template in a workspace and return its notebook's path."""
    path = workspace / "case_templates" / slug / "case.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(a_notebook(cells), ensure_ascii=False), "utf-8")
    return path


FOUR_LEVELS = Scale(
    levels=(
        Level(id="non_acquis", label="Non acquis", value="0"),
        Level(id="en_cours", label="En cours d’acquisition", value="1/3"),
        Level(id="acquis", label="Acquis", value="2/3", acquired=True),
        Level(id="maitrise", label="Maîtrisé", value="1", acquired=True),
    )
)


def a_line(criterion: str, weight: str = "1", part: str = "ecrit", carrier: str = "candidate") -> GridLine:
    """Return a grid line."""
    return GridLine.model_validate(
        {
            "criterion": criterion, "competence": criterion.split(".")[0].replace("CE", "C"), "part": part,
            "carrier": carrier, "evidence": "written", "text": f"Libellé de {criterion}.", "weight": weight,
            "questions": ("Q1",), "observables": ("Un signe.",),
        }
    )  # fmt: skip


def a_grid(weights: Mapping[str, str] | None = None, *, step: str = "0.5", **rules: Any) -> Grid:
    """Return a grid with one line a criterion."""
    weights = {"CE1.1": "3", "CE1.2": "1"} if weights is None else weights
    return Grid(
        code="TEST-E2-P1",
        session="TEST",
        referentiel="petit-titre",
        reglement=GridRules.model_validate(
            {"slug": "essai", "version": "1", "example": True, "step": step, "mode": "half_up",
             "not_assessed": "no_mark", **rules}
        ),
        epreuve="E2",
        version="principal",
        variant=1,
        total="20",
        scale=FOUR_LEVELS,
        lines=tuple(a_line(criterion, weight) for criterion, weight in weights.items()),
    )  # fmt: skip


def an_identity() -> Identity:
    """Return which subject a subject is."""
    return Identity(
        code="TEST-E10-P1", epreuve="E10", version="principal", variant=1, title="Un cas", subtitle=None, language="en",
        duration=60, documents="Aucun.", ai="interdit",
    )  # fmt: skip
