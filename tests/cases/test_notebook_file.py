"""A malformed notebook is a finding on its file, with its cell; nothing after reading has to ask again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.cases import load_template
from kit.cases.notebook_file import read_notebook
from kit.errors import InvalidFile
from tests.case_builders import a_notebook

Cell = dict[str, Any]


def written(folder: Path, notebook: object) -> Path:
    path = folder / "case.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda cell: cell.update(source=12), "case.cell_shape"),
        (lambda cell: cell.update(source=None), "case.cell_shape"),
        (lambda cell: cell.update(source=["a", 1]), "case.cell_shape"),
        (lambda cell: cell.update(metadata=None), "case.cell_shape"),
        (lambda cell: cell.update(metadata={"tags": 3}), "case.cell_shape"),
        (lambda cell: cell.update(metadata={"tags": [3]}), "case.cell_shape"),
        (lambda cell: cell.update(cell_type="video"), "case.cell_shape"),
        (lambda cell: cell.update(cell_type=["code"]), "case.cell_shape"),
        (lambda cell: cell.update(id=4), "case.cell_shape"),
        (lambda cell: cell.pop("source"), "case.cell_shape"),
        (lambda cell: cell.update(source="x = '\ud800'"), "case.cell_text"),
        (lambda cell: cell.update(metadata={"auteur": "\ud800"}), "case.cell_text"),
    ],
)
def test_a_malformed_cell_is_named(tmp_path: Path, damage: Callable[[Cell], None], code: str) -> None:
    notebook = a_notebook()
    damage(notebook["cells"][3])
    with pytest.raises(InvalidFile) as caught:
        load_template(written(tmp_path, notebook))
    assert [(finding.code, finding.where.cell) for finding in caught.value.findings] == [(code, 4)]


def test_all_malformed_cells_are_named_at_once(tmp_path: Path) -> None:
    notebook = a_notebook()
    notebook["cells"][0] = 1
    notebook["cells"][2]["source"] = None
    notebook["cells"][4]["metadata"] = None
    with pytest.raises(InvalidFile) as caught:
        read_notebook(written(tmp_path, notebook))
    assert [finding.where.cell for finding in caught.value.findings] == [1, 3, 5]


@pytest.mark.parametrize(
    "content",
    [
        f'{{"cells": [], "nbformat": 4, "metadata": {{"n": {"9" * 5000}}}}}',
        '{"cells": [], "nbformat": 4, "metadata": {"n": NaN}}',
        '{"cells": [], "nbformat": 4, "metadata": null}',
        '{"cells": [], "nbformat": 4, "metadata": {"n": "\\ud800"}}',
        f'{{"cells": {"[" * 100_000}',
    ],
)
def test_what_cannot_be_written_again_is_no_notebook(tmp_path: Path, content: str) -> None:
    path = tmp_path / "case.ipynb"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_notebook(path)
    assert [finding.code for finding in caught.value.findings] == ["case.not_notebook"]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path, ends: str) -> None:
    notebook = a_notebook()
    for cell in notebook["cells"]:
        cell["source"] = "\ufeff" + cell["source"].replace("\n", ends)
    template = load_template(written(tmp_path, notebook))
    plain = load_template(written(tmp_path, a_notebook()))
    assert template.findings == ()
    assert template.cells == plain.cells
    assert template.content_hash == plain.content_hash
