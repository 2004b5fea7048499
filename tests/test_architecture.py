"""The house: arrows point one way, heavy libraries stay at home, and the front door is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

KIT = Path(__file__).parent.parent / "kit"

ORDER = [
    "version", "french", "health_words", "messages", "errors", "environment", "reading", "csv_reading", "workbook_reading", "writing", "package_data",
    "referentiel", "cases", "execution", "subjects", "grids", "documents", "authoring", "store", "sessions",
    "marking", "results", "jury", "practice", "exchange", "ui", "cli", "__main__",
]  # fmt: skip
"""The rooms, from the foundations up. A room imports from those before it."""

HOMES = {
    "typst": {"documents"},
    "docx": {"documents"},
    "xlsxwriter": {"documents"},
    "sqlalchemy": {"store"},
    "papermill": {"execution"},
    "distributed": {"execution"},
    "ipywidgets": {"ui"},
    "anywidget": {"ui"},
    "typer": {"cli"},
    "rich": {"cli"},
    "matplotlib": {"cases", "execution"},  # execution only warms it
    "faker": {"cases"},
    "lxml": {"exchange"},
}


def modules() -> list[Path]:
    return sorted(KIT.rglob("*.py"))


def room(path: Path) -> str:
    relative = path.relative_to(KIT)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("kit.") and name.count(".") >= 1}


def test_every_room_of_the_package_is_in_the_order() -> None:
    found = {room(path) for path in modules()} - {"__init__"}
    assert found <= set(ORDER), found - set(ORDER)
    assert len(found) > 10


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(KIT)))
def test_a_room_imports_only_from_the_rooms_before_it(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    allowed = set(ORDER[: ORDER.index(here) + 1]) | {"__version__"}
    known = rooms_imported(path) & set(ORDER)
    assert known <= allowed, sorted(known - allowed)


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_heavy_library_stays_in_its_home(library: str) -> None:
    users = {
        room(path)
        for path in modules()
        if any(name == library or name.startswith(f"{library}.") for name in imported(path))
    }
    assert users <= HOMES[library], users - HOMES[library]


def test_the_neutral_document_and_its_writers_do_not_know_exams() -> None:
    """The model, Markdown and the writers could be a package of their own."""
    neutral = ["model", "markdown", "pdf", "docx", "look", "check", "typst_source", "packaging"]
    for name in neutral:
        used = rooms_imported(KIT / "documents" / f"{name}.py")
        assert not used & {"referentiel", "cases", "subjects", "grids", "execution"}, (name, used)


def test_importing_kit_loads_nothing_heavy() -> None:
    heavy = [
        "pandas",
        "numpy",
        "matplotlib",
        "papermill",
        "typst",
        "sqlalchemy",
        "ipywidgets",
        "docx",
        "pydantic",
    ]
    code = f"import sys, kit; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_shows_its_help_without_the_heavy_libraries() -> None:
    heavy = ["pandas", "numpy", "matplotlib", "papermill", "typst", "ipywidgets", "docx", "jupyterlab"]
    code = (
        "import sys\nfrom kit.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_no_module_knows_the_numbers_of_one_certification() -> None:
    """4 blocs, 34 competences, 91 criteria, 10 épreuves and its codes are data (design.md)."""
    words = ("fede", "marketing", "C34", "CE4.1", " 91 ", " 34 ")
    guilty = [
        (str(path.relative_to(KIT)), word)
        for path in modules()
        if room(path) not in ("cases", "messages") and path.stem not in ("demo", "new", "examples")
        for word in words
        for line in path.read_text("utf-8").splitlines()
        if word in line
        and "DEFAULT" not in line
        and '"""' not in line
        and ">>>" not in line
        and "`" not in line
    ]
    assert guilty == [], guilty
