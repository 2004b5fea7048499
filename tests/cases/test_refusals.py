"""What `annexe`, `attendu` and the magics refuse: told in French, all at once, with the code of the piece."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from kit.cases import annexe, attendu, charts
from kit.cases.magic_lines import read_cell
from kit.cases.magics import piece_of
from kit.cases.refusals import refusals
from kit.errors import AuthorError

TABLE = pd.DataFrame({"CA": [1]})
ENGLISH = ("should", "valid", "Input", "validation", "pattern_", "Literal")


def refused(call: Callable[[], Any]) -> list[str]:
    with pytest.raises(AuthorError) as caught:
        call()
    assert not any(word in str(caught.value) for word in ENGLISH), str(caught.value)
    return [finding.code for finding in caught.value.findings]


@pytest.mark.parametrize("name", ["A 1", "A/1", "", "é", "A" * 41])
def test_a_code_no_one_can_use_is_refused(name: str) -> None:
    assert refused(lambda: annexe(TABLE, name, "Titre")) == ["piece.code"]
    assert refused(lambda: attendu(name, 1, label="Total")) == ["piece.code"]


def test_the_code_of_an_annex_names_a_sheet_of_a_workbook() -> None:
    assert refused(lambda: annexe(TABLE, "A" * 32, "Titre")) == ["piece.code"]


def test_a_figure_whose_alternative_text_is_no_text_is_refused() -> None:
    figure = charts.bars(["x"], {"2025": [1]})
    assert refused(lambda: annexe(figure, "A1", "Titre", alt=None)) == ["field.text"]  # type: ignore[arg-type]


def test_an_annex_without_a_title_or_a_text_is_refused() -> None:
    assert refused(lambda: annexe(" ", "A1", " ")) == ["piece.empty", "piece.no_title"]


def test_an_empty_frame_is_refused_in_french() -> None:
    assert refused(lambda: annexe(pd.DataFrame(), "A1", "Titre")) == ["annexe.empty"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"value": float("nan")}, "expected.number"),
        ({"value": float("inf")}, "expected.number"),
        ({"value": Decimal("nan")}, "expected.number"),
        ({"value": 10**400}, "expected.number"),
        ({"value": "12"}, "expected.number"),
        ({"value": None}, "expected.number"),
        ({"places": 400}, "expected.places"),
        ({"places": -1}, "expected.places"),
        ({"places": 1.5}, "expected.places"),
        ({"tolerance": -1}, "expected.tolerance"),
        ({"tolerance": "large"}, "expected.number"),
        ({"plausible": (3, 1)}, "expected.range"),
        ({"alternatives": [(float("nan"), "arrondi")]}, "expected.number"),
    ],
)
def test_an_answer_no_marker_can_use_is_refused(given: dict[str, Any], code: str) -> None:
    assert refused(lambda: attendu("Q1", **{"value": 1, "label": "Total", **given})) == [code]


def test_all_that_is_wrong_with_an_answer_is_told_at_once() -> None:
    codes = refused(lambda: attendu("Q1", None, label="Total", places=99, tolerance=-1, plausible=(2, 1)))
    assert codes == ["expected.number", "expected.places", "expected.tolerance", "expected.range"]


@pytest.mark.parametrize(
    "source",
    [
        "%%contexte\n", "%%question Q1 CE1.1=1\n  ", "%%corrige Q1", "%%accepte Q1", "%%indicateurs Q1 CE1.1",
        '%%annexe A1 "Titre"', '%%fiche "Client"', "%%consigne_oral", "%%question Q1 CE1.1=1\n{{ rien }}",
    ],
)  # fmt: skip
def test_a_command_without_a_text_has_nothing_to_show(source: str) -> None:
    magic = read_cell(source)
    assert magic is not None
    assert [finding.code for finding in refusals(piece_of(magic, {"rien": " "}), "%%x")] == ["piece.empty"]


def test_a_dossier_may_be_its_title_alone() -> None:
    magic = read_cell('%%dossier D1 "Titre"')
    assert magic is not None
    assert list(refusals(piece_of(magic, {}), "%%dossier")) == []
