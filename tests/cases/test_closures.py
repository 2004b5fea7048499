"""Closed periods of a firm's year, and plans of phases laid around them."""

from datetime import date, timedelta

import pytest

from kit.cases.company import company, sectors
from kit.cases.company.closures import (
    ClosedPeriod,
    Constraint,
    Step,
    first_day,
    half_of,
    last_day,
    lay_phases,
)

AUGUST = ClosedPeriod(start="08-01", end="08-21")
YEAR_END = ClosedPeriod(start="12-16", end="01-15")


def days_of(phase):
    return [first + timedelta(days=n) for first, last in phase.spans for n in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("08-01", "08-31", "en août"),
        ("07-01", "08-31", "en juillet et août"),
        ("05-01", "07-31", "de mai à juillet"),
        ("04-01", "06-30", "d’avril à juin"),
        ("08-01", "08-21", "du 1er au 21 août"),
        ("10-16", "12-31", "du 16 octobre au 31 décembre"),
        ("12-16", "01-15", "du 16 décembre au 15 janvier"),
        ("12-01", "01-31", "en décembre et janvier"),
    ],
)
def test_a_closed_period_is_told_in_french(start, end, words):
    assert ClosedPeriod(start=start, end=end).words == words


def test_a_closed_period_comes_back_every_year_and_may_run_over_the_new_year():
    assert YEAR_END.covers(date(2026, 12, 31))
    assert YEAR_END.covers(date(2031, 1, 15))
    assert not YEAR_END.covers(date(2026, 1, 16))
    assert not YEAR_END.covers(date(2026, 12, 15))


def test_a_constraint_says_its_period_in_its_sentence():
    limit = Constraint(text="La boutique ferme {closed}", closed=["08-01", "08-21"])
    assert limit.sentence == "La boutique ferme du 1er au 21 août"


def test_a_half_of_a_month_ends_the_day_before_the_next():
    february = half_of(date(2028, 2, 20))
    assert (first_day(february), last_day(february)) == (date(2028, 2, 16), date(2028, 2, 29))
    assert first_day(half_of(date(2026, 12, 31)) + 1) == date(2027, 1, 1)


def test_phases_follow_one_another_and_a_preparation_goes_on_until_the_launch_may_begin():
    preparation, launch, spread = lay_phases(
        date(2026, 7, 1), (Step(3, interrupted=False), Step(1), Step(2)), (AUGUST,)
    )
    assert preparation.words == "du 1er juillet au 31 août 2026"
    assert launch.words == "du 1er au 15 septembre 2026"
    assert spread.words == "du 16 septembre au 15 octobre 2026"


def test_a_phase_cut_by_a_closed_period_is_told_in_two_stretches():
    (phase,) = lay_phases(date(2026, 12, 1), (Step(2),), (YEAR_END,))
    assert phase.words == "du 1er au 15 décembre 2026, puis du 16 au 31 janvier 2027"
    assert (phase.start, phase.end) == (date(2026, 12, 1), date(2027, 1, 31))


def test_a_phase_over_the_new_year_says_both_years():
    (phase,) = lay_phases(date(2026, 12, 1), (Step(3),), ())
    assert phase.words == "du 1er décembre 2026 au 15 janvier 2027"


@pytest.mark.parametrize("sector", sectors())
def test_no_day_of_a_planned_launch_falls_in_a_period_the_sector_closes(sector):
    plan = company(3, sector).plan
    for orientation in plan.orientations:
        closed = plan.closed(orientation.code)
        assert closed, "every sector has a closed period"
        for month in range(1, 13):
            (phase,) = lay_phases(date(2026, month, 1), (Step(8),), closed)
            assert not [day for day in days_of(phase) if any(period.covers(day) for period in closed)]
            assert len(phase.halves) == 8


def test_a_period_that_holds_back_some_orientations_leaves_the_others_open():
    plan = company(3, "tourisme_vert_hebergement").plan
    works = ClosedPeriod(start="04-01", end="09-30")
    assert works in plan.closed("seminaires")
    assert works not in plan.closed("direct")


@pytest.mark.parametrize("sector", sectors())
def test_closed_periods_are_read_in_the_constraints(sector):
    plan = company(3, sector).plan
    told = " ".join(plan.constraints)
    for orientation in plan.orientations:
        assert all(period.words in told for period in plan.closed(orientation.code))
    assert "{" not in told
