"""What every run of a case does, done once in the process that they are forked from.

Declared as an entry point of the engine (`kit.execution.warm`), so that whoever executes a case profits from it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from kit.cases import charts
from kit.cases.contents import svg_of
from kit.cases.magic_lines import read_cell
from kit.cases.notebook_file import read_notebook, source_of
from kit.cases.rendering import prepare

_MODULES = (
    "kit.cases.magics",
    "kit.cases.company",
    "kit.cases.english",
    "kit.cases.indicators",
    "kit.cases.own_data",
    "faker.generator",
    "faker.providers.person.fr_FR",
)


@cache
def _once() -> None:
    for name in _MODULES:
        import_module(name)
    svg_of(charts.bars(["a", "b"], {"c": [1.0, 2.0]}, unit="€"))


def rehearse(notebook: str) -> None:
    """Import what cases import, draw a chart, and compile the texts of a case; nothing else is left of it."""
    _once()
    for cell in read_notebook(Path(notebook))["cells"]:
        magic = read_cell(source_of(cell)) if cell["cell_type"] == "code" else None
        if magic is not None:
            for text in (magic.body, *magic.line.words.values()):
                prepare(text)
