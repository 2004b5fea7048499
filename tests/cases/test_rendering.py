"""Fields of a text are written in French; a forgotten variable is an error where it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from kit.cases.rendering import render
from kit.errors import AuthorError
from kit.french import NBSP, NNBSP


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{{ x }}", 2026, "2026"),
        ("{{ x }}", 12500, f"12{NNBSP}500"),
        ("{{ x }}", 1234.5, f"1{NNBSP}234,5"),
        ("{{ x }}", Decimal("0.10"), "0,1"),
        ("{{ x | eur }}", 1234.5, f"1{NNBSP}234,50{NBSP}€"),
        ("{{ x | eur }}", 1200, f"1{NNBSP}200{NBSP}€"),
        ("{{ x | keur }}", 1234500, f"1{NNBSP}235{NBSP}k€"),
        ("{{ x | meur(1) }}", 1234500, f"1,2{NBSP}M€"),
        ("{{ x | pct }}", Fraction(1, 3), f"33,3{NBSP}%"),
        ("{{ x | nombre(2) }}", Fraction(1, 3), "0,33"),
        ("{{ x }}", date(2026, 3, 1), "1er\xa0mars 2026"),
        ("{{ x | texte }}", 12500, "12500"),
        ("{{ x | liste }}", ["a", "b", "c"], "a, b et c"),
        ("« {{ x }} » : oui !", "bon", f"«{NBSP}bon{NBSP}»{NBSP}: oui{NNBSP}!"),
    ],
)
def test_values_are_written_in_french(template: str, value: object, text: str) -> None:
    assert render(template, {"x": value}) == text


def test_a_forgotten_variable_is_an_error() -> None:
    with pytest.raises(AuthorError) as caught:
        render("{{ absente }} {{ autre | eur }} {{ la }}", {"la": 1})
    assert [finding.fields["name"] for finding in caught.value.findings] == ["absente", "autre"]


def test_a_value_that_a_variable_does_not_have_is_an_error() -> None:
    with pytest.raises(AuthorError, match="prix"):
        render("{{ la.prix }}", {"la": object()})


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ x", "case.field_syntax"),
        ("{% if x %}", "case.field_syntax"),
        ("{{ x.1x }}", "case.field_syntax"),
        (f"{{{{ {'(' * 3000}x{')' * 3000} }}}}", "case.field_syntax"),
        ("{{ x | nombr }}", "case.field_filter"),
        ("{{ x.prix.ht }}", "case.field_part"),
    ],
)
def test_a_field_badly_written_is_told_in_french(template: str, code: str) -> None:
    with pytest.raises(AuthorError) as caught:
        render(template, {"x": object()})
    assert [finding.code for finding in caught.value.findings] == [code]
    for english in ("No filter", "unexpected", "Unexpected", "has no attribute", "expected token"):
        assert english not in str(caught.value)


@pytest.mark.parametrize(
    ("template", "value", "code"),
    [
        ("{{ none }}", 1, "case.field_none"),
        ("{{ x }}", None, "case.field_none"),
        ("{{ x | eur }}", None, "case.field_none"),
        ("{{ x }}", pd.NaT, "case.field_none"),
        ("{{ x }}", float("nan"), "case.field_number"),
        ("{{ x | nombre }}", float("nan"), "case.field_number"),
        ("{{ x }}", float("inf"), "case.field_number"),
        ("{{ x | keur }}", Decimal("inf"), "case.field_number"),
        ("{{ x }}", 10**400, "case.field_number"),
        pytest.param("{{ x | pct }}", 10**5000, "case.field_number", id="endless"),
        ("{{ x | nombre(400) }}", 1, "case.field_places"),
    ],
)
def test_a_field_that_says_nothing_is_refused(template: str, value: object, code: str) -> None:
    with pytest.raises(AuthorError) as caught:
        render(template, {"x": value})
    assert [finding.code for finding in caught.value.findings] == [code]
    assert caught.value.findings[0].message


def test_an_if_without_else_shows_nothing() -> None:
    assert render("a{{ 'b' if x }}", {"x": False}) == "a"
