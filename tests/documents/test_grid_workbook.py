"""The grid as a workbook: its states stay apart, and its formulas agree with the exact score."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kit.documents.grid_workbook import FIRST_ROW, grid_workbook
from kit.grids import Grid, Mark, score
from kit.referentiel import parse_exact
from tests.case_builders import a_grid, a_line

NOT_ASSESSED = "Non évalué"
LABELS = {level.id: level.label for level in a_grid().scale.levels}


def opened(grid: Grid) -> Any:
    return openpyxl.load_workbook(io.BytesIO(grid_workbook(grid)))


def test_the_list_offers_every_level_and_not_assessed_and_nothing_else() -> None:
    book = opened(a_grid())
    (source,) = {item.formula1 for item in book["Grille"].data_validations.dataValidation}
    assert source.lstrip("=") == "'Échelle'!$A$2:$A$6"
    cells = [row[0].value for row in book["Échelle"]["A2:A6"]]
    assert cells == [*LABELS.values(), NOT_ASSESSED]
    assert book["Échelle"]["A7"].value is None


def test_an_empty_line_shows_that_it_is_not_marked_never_zero() -> None:
    shown = openpyxl.load_workbook(io.BytesIO(grid_workbook(a_grid())), data_only=True)["Grille"]
    assert shown.cell(FIRST_ROW + 1, 9).value == "non noté"


def with_group(**rules: Any) -> Grid:
    lines = (
        a_line("CE1.1", "3", "dossier", "group"), a_line("CE1.2", "2", "dossier", "group"),
        a_line("CE1.3", "1", "synthese"), a_line("CE1.4", "4", "synthese"),
    )  # fmt: skip
    return a_grid(group_share="2/5", **rules).model_copy(update={"lines": lines})


GRIDS = {
    "plain": (a_grid(), ("maitrise", "acquis")),
    "third": (a_grid(mode="half_even"), ("en_cours", "en_cours")),
    "incomplete": (a_grid(), ("maitrise", None)),
    "no_mark": (a_grid(), ("maitrise", NOT_ASSESSED)),
    "left_out": (a_grid(not_assessed="left_out"), ("acquis", NOT_ASSESSED)),
    "lowest": (a_grid(not_assessed="lowest"), ("maitrise", NOT_ASSESSED)),
    "nothing_left": (a_grid(not_assessed="left_out"), (NOT_ASSESSED, NOT_ASSESSED)),
    "no_weight": (a_grid({"CE1.1": "0", "CE1.2": "0"}), ("maitrise", "acquis")),
    "group": (with_group(), ("maitrise", "non_acquis", "acquis", "en_cours")),
    "group_left_out": (
        with_group(not_assessed="left_out"),
        ("acquis", NOT_ASSESSED, "maitrise", NOT_ASSESSED),
    ),
    "group_absent": (with_group(not_assessed="left_out"), (NOT_ASSESSED, NOT_ASSESSED, "maitrise", "acquis")),
}
WORDS = {
    "not_marked": "incomplet",
    "not_assessed": "pas de note\u00a0: critère non évalué",
    "nothing_left": "pas de note\u00a0: aucun critère ne compte",
}


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    """Return the exact and the rounded mark of each grid, as a spreadsheet program computes them."""
    folder = tmp_path_factory.mktemp("books")
    for name, (grid, chosen) in GRIDS.items():
        book = opened(grid)
        for row, choice in enumerate(chosen, start=FIRST_ROW + 1):
            book["Grille"].cell(row, 8).value = LABELS.get(choice or "", choice)
        book.save(folder / f"{name}.xlsx")
    recalculate(sorted(folder.glob("*.xlsx")), folder)
    return {name: _marks(folder / "out" / f"{name}.xlsx", len(GRIDS[name][1])) for name in GRIDS}


def recalculate(books: list[Path], folder: Path) -> None:
    """Let a spreadsheet program compute the formulas of workbooks and write them in `folder/out`."""
    office = shutil.which("soffice") or "soffice"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(folder / "out"),
        *map(str, books),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def _marks(path: Path, lines: int) -> tuple[Any, Any]:
    sheet = openpyxl.load_workbook(path, data_only=True)["Grille"]
    return sheet.cell(FIRST_ROW + lines + 4, 9).value, sheet.cell(FIRST_ROW + lines + 5, 9).value


@pytest.mark.needs("soffice")
@pytest.mark.parametrize("name", sorted(GRIDS))
def test_the_formulas_give_the_exact_score_or_the_same_reason_for_none(
    name: str, computed: dict[str, tuple[Any, Any]]
) -> None:
    grid, chosen = GRIDS[name]
    marks = {
        line.key: Mark(state="not_assessed") if choice == NOT_ASSESSED else Mark(level=choice)
        for line, choice in zip(grid.lines, chosen, strict=True)
    }
    expected = score(grid, marks)
    if expected.mark is None or expected.rounded is None:
        assert computed[name] == (WORDS[str(expected.reason)],) * 2
        return
    exact, rounded = (Fraction(value) for value in computed[name])
    assert abs(exact - parse_exact(expected.mark)) < Fraction(1, 10**9)
    assert abs(rounded - parse_exact(expected.rounded)) < Fraction(1, 10**9)


def random_grid(seed: int) -> tuple[Grid, tuple[str | None, ...]]:
    """Return a grid no two of which are alike, and what its marker chose on each line."""
    draw = random.Random(seed)
    count = draw.randint(1, 30)
    carriers = draw.choice([("candidate",), ("group",), ("group", "candidate")])
    lines = tuple(
        a_line(
            f"CE{rank}.1",
            draw.choice(["0", "1", "2", "5", "1/3", "7/4", "12"]),
            "ecrit",
            draw.choice(carriers),
        )
        for rank in range(1, count + 1)
    )
    rules = {
        "step": draw.choice(["1/2", "1/4", "1/10", "1/100", "1", "1/3"]),
        "mode": draw.choice(["half_up", "half_even", "up", "down"]),
        "not_assessed": draw.choice(["no_mark", "left_out", "lowest"]),
        "group_share": draw.choice([None, None, "0", "1/3", "2/5", "1"]),
    }
    grid = a_grid({}, **rules).model_copy(update={"lines": lines, "total": draw.choice(["20", "100", "7"])})
    rare = [None] if draw.random() < 0.15 else []
    choices = [*LABELS, *LABELS, *rare, *([NOT_ASSESSED] if draw.random() < 0.4 else [])]
    return grid, tuple(draw.choice(choices) for _ in lines)


def check_random(folder: Path, seeds: range) -> None:
    drawn = {seed: random_grid(seed) for seed in seeds}
    for seed, (grid, chosen) in drawn.items():
        book = opened(grid)
        for row, choice in enumerate(chosen, start=FIRST_ROW + 1):
            book["Grille"].cell(row, 8).value = LABELS.get(choice or "", choice)
        book.save(folder / f"{seed}.xlsx")
    recalculate([folder / f"{seed}.xlsx" for seed in seeds], folder)
    numbers = 0
    for seed, (grid, chosen) in drawn.items():
        marks = {
            line.key: Mark(state="not_assessed") if choice == NOT_ASSESSED else Mark(level=choice)
            for line, choice in zip(grid.lines, chosen, strict=True)
        }
        expected, found = score(grid, marks), _marks(folder / "out" / f"{seed}.xlsx", len(chosen))
        if expected.mark is None or expected.rounded is None:
            assert found == (WORDS[str(expected.reason)],) * 2, seed
            continue
        numbers += 1
        for value, exact in zip(found, (expected.mark, expected.rounded), strict=True):
            assert abs(Fraction(value) - parse_exact(exact)) < Fraction(1, 10**9), (seed, value, exact)
    assert numbers > len(seeds) // 2


@pytest.mark.needs("soffice")
def test_the_formulas_of_random_grids_give_their_exact_score(tmp_path: Path) -> None:
    check_random(tmp_path, range(12))


@pytest.mark.full
@pytest.mark.needs("soffice")
def test_the_formulas_of_two_hundred_random_grids_give_their_exact_score(tmp_path: Path) -> None:
    check_random(tmp_path, range(1000, 1200))
