"""The notebooks of the kit: valid, thin, without outputs, and running from end to end."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from kit.cases import template_folders
from kit.package_data import shipped
from kit.writing import json_text
from tests.builders import SLUG, a_referentiel, a_session
from tests.case_builders import a_grid, a_template
from tests.marking.sessions import a_session_to_mark

NOTEBOOKS = sorted(shipped("notebooks").glob("*.ipynb"))
NAMES = [
    "01_referentiel",
    "02_rediger_un_cas",
    "03_generer_une_session",
    "04_corriger",
    "05_corriger_une_session",
    "06_jury",
    "07_auto_evaluation",
    "08_statistiques",
]
WIDGET = "application/vnd.jupyter.widget-view+json"
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Lambda,
    ast.Try,
)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_the_notebooks_are_those_the_guide_names() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_carries_no_output(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.kernelspec.language == "python"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(path))
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin(path: Path) -> None:
    cells = code_cells(path)
    assert cells
    for cell in cells:
        tree = ast.parse(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, FORBIDDEN)]
        assert 1 <= len(cell.source.splitlines()) <= 5
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import)
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] == "kit"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_one_cell_of_parameters_and_explains_each(path: Path) -> None:
    tagged = [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    names = [node.targets[0].id for node in ast.parse(tagged[0].source).body]  # type: ignore[attr-defined]
    words = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    assert names
    assert all(f"`{name}`" in words or name == "dossier" for name in names)


def run(name: str, folder: Path, **parameters: str) -> list[dict[str, Any]]:
    """Run a notebook in a folder and return the data of what it shows."""
    output = folder / "executed.ipynb"
    papermill.execute_notebook(
        shipped("notebooks") / f"{name}.ipynb", output, parameters, cwd=folder, progress_bar=False,
        kernel_name="python3", request_save_on_cell_execute=False,
    )  # fmt: skip
    return [out.data for cell in code_cells(output) for out in cell.outputs if "data" in out]


def shown(name: str, folder: Path, **parameters: str) -> list[str]:
    """Run a notebook and return the text forms of its panels, checking that each is a widget."""
    found = run(name, folder, **parameters)
    assert all(WIDGET in data for data in found)
    return [data["text/plain"] for data in found]


@pytest.mark.filterwarnings("ignore")  # the libraries that run a notebook warn about each other
class TestRunning:
    def test_the_referentiel_is_explored(self, tmp_path: Path) -> None:
        assert shown("01_referentiel", tmp_path) == [
            "TreePanel()",
            "SheetPanel()",
            "MatrixPanel()",
            "CoveragePanel()",
        ]

    def test_a_template_is_checked(self, tmp_path: Path) -> None:
        (tmp_path / "kit.yaml").touch()
        a_referentiel(tmp_path)
        a_template(tmp_path)
        assert shown("02_rediger_un_cas", tmp_path, modele="petit-cas") == ["AuthoringPanel(petit-cas)"]

    def test_a_template_that_is_absent_is_told_without_stopping(self, tmp_path: Path) -> None:
        assert shown("02_rediger_un_cas", tmp_path, modele="absent") == ["AuthoringPanel(absent)"]

    def test_the_default_template_exists(self) -> None:
        parameters = next(
            cell.source for cell in code_cells(NOTEBOOKS[1]) if "parameters" in cell.metadata.get("tags", [])
        )
        assert parameters.split('"')[1] in template_folders()

    def test_a_session_is_opened(self, tmp_path: Path) -> None:
        folder = a_session(tmp_path)
        assert (tmp_path / "referentiel" / SLUG).is_dir()
        assert shown("03_generer_une_session", tmp_path, dossier=str(folder)) == [f"SessionPanel({folder})"]

    def test_without_a_session_the_demonstration_is_made_where_one_works(self, tmp_path: Path) -> None:
        assert shown("03_generer_une_session", tmp_path) == [f"SessionPanel({tmp_path / 'session-demo'})"]
        assert (tmp_path / "session-demo" / "session.yaml").is_file()

    def test_a_copy_is_marked_on_the_grid_given(self, tmp_path: Path) -> None:
        (tmp_path / "grid.json").write_text(json_text(a_grid().model_dump(mode="json")), "utf-8")
        assert shown("04_corriger", tmp_path, grille="grid.json") == [
            "GridPanel(TEST-E2-P1, 0 / 2\xa0critères)"
        ]

    def test_the_copies_of_a_session_are_marked(self, tmp_path: Path) -> None:
        session = a_session_to_mark(tmp_path)
        assert shown("05_corriger_une_session", tmp_path, dossier=str(session.root), correcteur="P2") == [
            "MarkingPanel(P2, 3\xa0copies / 3)"
        ]

    def test_the_jury_has_its_dossiers_and_the_session_its_statistics(self, tmp_path: Path) -> None:
        session = a_session_to_mark(tmp_path)
        assert shown("06_jury", tmp_path, dossier=str(session.root)) == ["JuryPanel(3 dossiers)"]
        assert shown("08_statistiques", tmp_path, dossier=str(session.root)) == [
            "StatisticsPanel(3 candidates)"
        ]

    def test_a_learner_practises(self, tmp_path: Path) -> None:
        (panel,) = shown("07_auto_evaluation", tmp_path, carnet="essai.entrainement")
        assert panel == "PracticePanel(home)"

    def test_without_a_grid_one_practises(self, tmp_path: Path) -> None:
        (panel,) = shown("04_corriger", tmp_path)
        assert panel.startswith("GridPanel(ENTRAINEMENT-E2, 0 / ")
