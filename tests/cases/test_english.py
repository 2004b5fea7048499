"""English numbers, dates and charts, as a case in English prints and says them."""

from datetime import date, time
from fractions import Fraction

import pytest

from kit.cases import charts
from kit.cases.english import (
    clock,
    digits,
    enumeration,
    euros,
    long_date,
    number,
    percent,
    spoken,
    spoken_date,
    spoken_euros,
    spoken_time,
)


def test_numbers_take_a_comma_between_thousands_and_a_decimal_point():
    assert [number(1234.5, 2), number(-12000), number(Fraction(1, 3), 1)] == ["1,234.50", "−12,000", "0.3"]


def test_numbers_show_the_decimals_they_have_when_none_are_asked_for():
    assert [number(1200), number(2.5), number(Fraction("0.125"))] == ["1,200", "2.5", "0.125"]


def test_amounts_are_rounded_half_up_and_keep_cents_only_where_there_are_some():
    assert [euros(900), euros(Fraction("1234.505")), euros(-3.5)] == ["€900", "€1,234.51", "−€3.50"]


def test_percentages_have_no_space_before_their_sign():
    assert percent(Fraction(1534, 10000)) == "15.3%"


def test_dates_are_written_day_first_and_do_not_break():
    day = date(2026, 3, 2)
    assert long_date(day, weekday=True) == "Monday\u00a02\u00a0March\u00a02026"
    assert long_date(day, year=False) == "2\u00a0March"


@pytest.mark.parametrize(
    ("moment", "written", "said"),
    [
        (time(0, 5), "12.05\u00a0am", "twelve oh five"),
        (time(12, 0), "12.00\u00a0pm", "twelve o’clock"),
        (time(17, 35), "5.35\u00a0pm", "five thirty-five"),
    ],
)
def test_times_are_on_twelve_hours(moment, written, said):
    assert clock(moment) == written
    assert spoken_time(moment) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (90, "ninety"),
        (101, "one hundred and one"),
        (1100, "one thousand one hundred"),
        (1005, "one thousand and five"),
        (20345, "twenty thousand three hundred and forty-five"),
        (2000001, "two million and one"),
        (-7, "minus seven"),
        (Fraction("7.05"), "seven point oh five"),
    ],
)
def test_numbers_are_said_the_british_way(value, said):
    assert spoken(value) == said


def test_amounts_are_said_with_their_cents():
    assert spoken_euros(1) == "one euro"
    assert spoken_euros(Fraction("40.01")) == "forty euros and one cent"


def test_dates_are_said_with_an_ordinal():
    endings = {
        1: "first",
        2: "second",
        3: "third",
        12: "twelfth",
        20: "twentieth",
        21: "twenty-first",
        30: "thirtieth",
    }
    said = {day: spoken_date(date(2026, 5, day), weekday=False) for day in endings}
    assert said == {day: f"the {ending} of May" for day, ending in endings.items()}


def test_figures_are_said_one_by_one():
    assert digits("4072") == "four oh seven two"


def test_lists_have_no_comma_before_the_last():
    assert [enumeration([]), enumeration(["a"]), enumeration(["a", "b", "c"])] == ["", "a", "a, b and c"]


@pytest.mark.parametrize(("language", "shown"), [("fr", "1\u202f234"), ("en", "1,234")])
def test_a_chart_writes_its_numbers_in_the_language_asked_for(language, shown):
    axes = charts.bars(["Q1"], {"2025": [1234]}, language=language).axes[0]
    assert [text.get_text() for text in axes.texts] == [shown]
    assert axes.yaxis.get_major_formatter()(1234, 0) == shown
    lines = charts.lines(["Q1", "Q2"], {"2025": [1234, 1300]}, language=language).axes[0]
    assert lines.yaxis.get_major_formatter()(1234, 0) == shown
