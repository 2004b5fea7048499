"""Exact numbers, and the règlement shipped as an example."""

from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFile
from kit.referentiel import exact_text, load_reglement, parse_exact
from kit.referentiel.reglement import Participation


@given(st.fractions())
def test_an_exact_number_survives_being_written_and_read(value: Fraction):
    assert parse_exact(exact_text(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_a_decimal_stays_a_decimal(value):
    text = exact_text(Fraction(value))
    assert "/" not in text
    assert parse_exact(text) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("20", "20"),
        ("-0.5", "-0.5"),
        ("1/3", "1/3"),
        ("2/4", "0.5"),
        ("0", "0"),
        ("0.050", "0.05"),
        ("7/2", "3.5"),
    ],
)
def test_exact_numbers_are_integers_decimals_or_fractions(value: str, text: str):
    assert exact_text(parse_exact(value)) == text


INEXACT = [
    "",
    " 1",
    "1 ",
    "1,5",
    "1e3",
    "1_000",
    "1/0",
    "+1",
    "1.",
    ".5",
    "1 / 3",
    "½",
    "٣",
    "nan",
    "inf",
    "--1",
]


@pytest.mark.parametrize("text", INEXACT)
def test_anything_else_is_not_exact(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the whole message
        parse_exact(text)


def test_the_shipped_reglement_says_it_is_an_example(shipped_folder: Path):
    reglement = load_reglement(shipped_folder / "reglement.yaml")
    assert reglement.is_example
    assert reglement.issued_by is None
    assert "exemple" in reglement.notice
    assert reglement.total == "20"


def test_the_shipped_scale_climbs_in_thirds_and_acquires_from_the_third_level(shipped_folder: Path):
    levels = load_reglement(shipped_folder / "reglement.yaml").scale.levels
    assert [(level.id, parse_exact(level.value), level.acquired) for level in levels] == [
        ("non_acquis", Fraction(0), False),
        ("en_cours", Fraction(1, 3), False),
        ("acquis", Fraction(2, 3), True),
        ("maitrise", Fraction(1), True),
    ]
    assert all(level.description for level in levels)


def test_the_shipped_reglement_rules_on_every_state_of_participation(shipped_folder: Path):
    reglement = load_reglement(shipped_folder / "reglement.yaml")
    assert set(reglement.participation) == set(get_args(Participation))


def test_levels_are_found_by_id_or_not_at_all(shipped_folder: Path):
    scale = load_reglement(shipped_folder / "reglement.yaml").scale
    assert scale.level("acquis") == scale.levels[2]
    assert scale.level("inconnu") is None


BREAKS = [
    ('total: "20"', "total: 20", "field.text", "total"),
    ('total: "20"', 'total: "vingt"', "field.exact", "total"),
    ('total: "20"', 'total: "0"', "field.positive", "total"),
    ('step: "0.5"', 'step: "-1"', "field.positive", "rounding.step"),
    ('value: "1/3"', 'value: "1,3"', "field.exact", "scale.levels.1.value"),
    ("ladder: acquisition", "ladder: magie", "field.choice", "ladder"),
    ('  threshold: "2/3"\n', "", "rule.threshold", "competence"),
    ('value: "1/3"', 'value: "3/4"', "scale.order", "scale"),
    ("id: en_cours", "id: acquis", "scale.order", "scale"),
    ("combination: best\n", "", "field.missing", "combination"),
]


@pytest.mark.parametrize(("old", "new", "code", "field"), BREAKS)
def test_a_broken_reglement_is_refused_with_its_field(folder: Path, replace, old, new, code, field):
    replace("reglement.yaml", old, new)
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml")
    assert [(found.code, found.where.field) for found in caught.value.findings] == [(code, field)]
    assert caught.value.findings[0].where.line is not None


def test_all_the_problems_of_a_reglement_are_told_at_once(folder: Path, replace):
    replace("reglement.yaml", 'total: "20"', 'total: "1/0"')
    replace("reglement.yaml", "ladder: acquisition", "ladder: magie")
    replace("reglement.yaml", "  quorum:", "  quorom:")
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml")
    codes = {found.code for found in caught.value.findings}
    assert codes == {"field.exact", "field.choice", "field.missing", "field.unknown"}
    text = str(caught.value)
    assert "« 1/0 » n’est pas un nombre exact" in text.replace("\u00a0", " ")
    assert "ligne" in text
