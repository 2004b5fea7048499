"""Numbers as learners type them, beside the answer computed: tolerance, unit, conventions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.cases.pieces import Alternative, Expected
from kit.french import number
from kit.practice.figures import check_number, read_number


def answer(value: str, unit: str = "", tolerance: str = "0.01", **more: object) -> Expected:
    return Expected(question="Q1", name="x", label="X", value=value, unit=unit, tolerance=tolerance, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "value", "unit"),
    [
        ("1 234,50 €", "1234.5", "€"),
        ("1\u202f234,50\u00a0€", "1234.5", "€"),
        ("1234.5", "1234.5", ""),
        ("−12,5 %", "-12.5", "%"),
        ("- 3", None, None),
        ("+4 points", "4", "points"),
        ("= 12", "12", ""),
        ("≈ 0,35", "0.35", ""),
        ("12 345 678", "12345678", ""),
        ("", None, None),
        ("douze", None, None),
        ("12/5", None, None),
        ("1,2,3", None, None),
        ("9" * 80, None, None),
        ("٣", None, None),
    ],
)
def test_a_number_is_read_as_a_french_person_types_it(
    typed: str, value: str | None, unit: str | None
) -> None:
    found = read_number(typed)
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert (found.value, found.unit) == (Fraction(value), unit)


@pytest.mark.parametrize(
    ("expected", "typed", "outcome"),
    [
        (answer("15.3", "%", "0.1"), "15,3 %", "right"),
        (answer("15.3", "%", "0.1"), "15,4", "right"),
        (answer("15.3", "%", "0.1"), "15,41", "close"),
        (answer("15.3", "%", "0.1"), "0,153", "wrong_unit"),
        (answer("15.3", "%", "0.1"), "15,3 points", "wrong_unit"),
        (answer("15.3", "%", "0.1"), "22", "wrong"),
        (answer("1250000", "€ HT", "500"), "1,25 M€", "right"),
        (answer("1250000", "€ HT", "500"), "1 250 k€ HT", "right"),
        (answer("1250000", "€ HT", "500"), "1 250 000 € TTC", "wrong_unit"),
        (answer("1250", "k€", "1"), "1 250 000 €", "right"),
        (answer("1250", "k€", "1"), "1 250 000", "wrong_unit"),
        (answer("12", "clients", "0"), "12 client", "right"),
        (answer("12", "nouveaux clients", "0"), "12 nouveaux clients", "right"),
        (answer("12", "nouveaux clients", "0"), "13", "wrong"),
        (answer("0", "€", "0"), "0", "right"),
        (answer("12", "", "0"), "je ne sais pas", "unreadable"),
    ],
)
def test_a_number_is_worth_what_tolerance_and_unit_say(expected: Expected, typed: str, outcome: str) -> None:
    assert check_number(expected, typed).outcome == outcome


def test_an_accepted_convention_is_right_and_named() -> None:
    expected = answer("10", "%", "0", alternatives=(Alternative(value="12", why="arrondi des données"),))
    assert check_number(expected, "12 %").why == "arrondi des données"
    assert check_number(expected, "12 %").outcome == "right"
    assert check_number(expected, "11 %").outcome == "wrong"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False))
def test_every_number_the_kit_writes_is_read_back(value: object) -> None:
    found = read_number(number(value, 2))  # type: ignore[arg-type]
    assert found is not None
    assert found.value == Fraction(value)  # type: ignore[call-overload]


@given(st.text(max_size=80))
def test_no_text_makes_it_fall(text: str) -> None:
    assert check_number(answer("12", "€ HT"), text).outcome in {
        "right",
        "close",
        "wrong_unit",
        "wrong",
        "unreadable",
    }
