"""The correction grid as a notebook: four cells that open the panel of `kit.ui` on the grid beside it."""

from __future__ import annotations

import json
from typing import Any

from kit.grids.model import Grid
from kit.messages import label


def grid_notebook(grid: Grid) -> str:
    """Return the notebook as JSON text, without outputs; it reads `grid.json` in its own folder."""
    title = f"# {label('grid.title')} – {grid.code}\n\n{label('grid.notebook_intro')}"
    cells = [
        _markdown("titre", title),
        _code("ouvrir", 'from kit.ui import GridPanel, open_grid\n\ngrid = open_grid("grid.json")'),
        _code("panneau", 'panel = GridPanel(grid, "notes.json")\npanel'),
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [],
        "source": source.splitlines(keepends=True),
    }  # fmt: skip
