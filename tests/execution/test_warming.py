"""What packages have prepared in the warm process: only for the notebooks that use them, and never in their way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.execution import execute_many, get_ready
from kit.execution.pool import close_shared_pool, shared_pool
from kit.execution.warming import declared
from tests.case_builders import a_notebook

LOADED = "import sys\nprint('faker.generator' in sys.modules)"


@pytest.fixture(autouse=True)
def a_new_pool() -> Iterator[None]:
    close_shared_pool()
    yield
    close_shared_pool()


def write(path: Path, *cells: str, **metadata: object) -> Path:
    notebook = a_notebook([("code", cell, ()) for cell in cells])
    notebook["metadata"].update(metadata)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def printed(template: Path, to: Path) -> str:
    result = execute_many([(template, to, {})])[0]
    assert result.ok, result
    return str(json.loads(to.read_text("utf-8"))["cells"][0]["outputs"][0]["text"][0]).strip()


def test_a_package_prepares_for_the_notebooks_that_name_it_and_no_other(tmp_path: Path) -> None:
    case = write(tmp_path / "case.ipynb", "%load_ext kit.cases")
    other = write(tmp_path / "other.ipynb", "1 + 1")
    missing = tmp_path / "missing.ipynb"
    found = declared([case, other, write(tmp_path / "copy.ipynb", "%load_ext kit.cases"), missing])
    assert [(function, path) for (function, _), path in found.items()] == [("kit.cases.warm:rehearse", case)]


def test_what_is_prepared_is_there_before_the_first_cell(tmp_path: Path) -> None:
    assert printed(write(tmp_path / "other.ipynb", LOADED), tmp_path / "1.ipynb") == "False"
    assert printed(write(tmp_path / "case.ipynb", LOADED, "# kit.cases"), tmp_path / "2.ipynb") == "True"


def test_a_notebook_that_cannot_be_prepared_for_is_executed_all_the_same(tmp_path: Path) -> None:
    no_number = float("nan")  # no case may hold one, a notebook may
    strange = write(tmp_path / "strange.ipynb", LOADED, "# kit.cases", title=no_number)
    assert printed(strange, tmp_path / "out.ipynb") == "True"


def test_what_is_got_ready_serves_the_next_call_and_is_not_waited_for(tmp_path: Path) -> None:
    get_ready(("colorsys",))
    with shared_pool(("colorsys",)) as ready:
        assert not ready.ready
        process = ready.start()
    assert (
        printed(
            write(tmp_path / "other.ipynb", "import sys\nprint('colorsys' in sys.modules)"),
            tmp_path / "1.ipynb",
        )
        == "True"
    )
    with shared_pool() as used:
        assert used is ready
        assert used.start() is process
        assert used.ready
