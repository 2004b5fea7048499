"""The parameters cell is the notebook's signature, read without running it."""

from __future__ import annotations

import pytest

from kit.cases.parameters import check_values, read_parameters

CELL = 'from typing import Literal\nseed: int = 1\nsector: Literal["a", "b"] = "a"\nrate: float = 0.2\nopen_book = False'


def test_types_defaults_and_choices_are_read() -> None:
    parameters, findings = read_parameters(CELL)
    assert findings == []
    assert [(p.name, p.type, p.default, p.choices) for p in parameters] == [
        ("seed", int, 1, ()),
        ("sector", str, "a", ("a", "b")),
        ("rate", float, 0.2, ()),
        ("open_book", bool, False, ()),
    ]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("seed = ", "case.parameter_syntax"),
        ("seed = compute()", "case.parameter_syntax"),
        ("print(1)", "case.parameter_syntax"),
        ("seed: list = [1]", "case.parameter_type"),
        ("seed = [1]", "case.parameter_type"),
        ("seed: Literal[()] = 1", "case.parameter_type"),
        ("seed: Literal[[1], 2] = 1", "case.parameter_type"),
        ("seed: Literal[None] = None", "case.parameter_type"),
        ('seed: Literal["a", 1] = 1', "case.parameter_type"),
        ("seed = {[]: 1}", "case.parameter_syntax"),
        (f"seed = {'-' * 5000}1", "case.parameter_syntax"),
        (f"seed = {'(' * 5000}1{')' * 5000}", "case.parameter_syntax"),
        (f"seed: int = 0x{'f' * 5000}", "case.parameter_type"),
        (f"seed: int = {'9' * 5000}", "case.parameter_syntax"),
        ("rate: float = 1e999", "case.parameter_type"),
        (r'sector: str = "\ud800"', "case.parameter_type"),
        ("seed: int = 1\nseed: int = 2", "case.parameter_twice"),
    ],
)
def test_a_line_that_is_no_declaration_is_refused(cell: str, code: str) -> None:
    findings = read_parameters(cell)[1]
    assert [finding.code for finding in findings] == [code]
    assert len(findings[0].message) < 300


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"seed": 3, "sector": "b", "rate": 1}, []),
        ({"seedling": 3}, ["parameter.unknown"]),
        ({"seed": "3"}, ["parameter.type"]),
        ({"seed": True}, ["parameter.type"]),
        ({"sector": "c"}, ["parameter.value"]),
        ({"sector": 1, "x": 1, "rate": "vite"}, ["parameter.type", "parameter.unknown", "parameter.type"]),
    ],
)
def test_values_are_checked_before_anything_runs(values: dict[str, object], codes: list[str]) -> None:
    parameters, _ = read_parameters(CELL)
    assert [finding.code for finding in check_values(parameters, values)] == codes
