"""The vectors of the domain notes (§2.3), and the cases where an indicator makes no sense."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kit.cases import indicators as ind
from kit.cases.quantities import Money, Percent
from kit.errors import AuthorError


def code(caught):
    return caught.value.findings[0].code


# Market ---------------------------------------------------------------------------------------------------


def test_market_share_and_relative_share():
    assert ind.market_share(Decimal("3.6"), 24) == Fraction(15, 100)
    assert ind.relative_market_share(Decimal("3.6"), Decimal("4.8")) == Fraction(3, 4)


def test_successive_rates_multiply_and_do_not_add():
    assert ind.growth_rate(40, 50) == Fraction(1, 4)
    assert ind.cumulative_growth(Decimal("0.10"), Decimal("-0.10")) == Fraction(-1, 100)


def test_the_mean_annual_growth_rate_is_a_root_and_not_a_division():
    rate = ind.average_annual_growth_rate(4, Decimal("5.2"), 3)
    assert round(rate * 100, 2) == Decimal("9.14")
    assert abs((1 + rate) ** 3 - Decimal("1.3")) < Decimal("1e-25")


def test_an_index_and_the_distribution_rates():
    assert ind.index_100(126, 120) == 105
    assert ind.numeric_distribution(60, 240) == Fraction(1, 4)
    assert ind.weighted_distribution(450, 1000) == Fraction(45, 100)


# Prices ---------------------------------------------------------------------------------------------------


def test_margin_rates_over_cost_and_over_price_differ():
    assert ind.unit_margin(120, 80) == 40
    assert ind.margin_on_cost(120, 80) == Fraction(1, 2)
    assert ind.margin_on_price(120, 80) == Fraction(1, 3)


def test_the_multiplier_takes_a_price_ttc_and_a_cost_ht():
    assert ind.price_multiplier(144, 80) == Fraction(9, 5)
    assert ind.price_multiplier(Money(144, "TTC"), Money(80, "HT")) == Fraction(9, 5)
    with pytest.raises(AuthorError) as caught:
        ind.price_multiplier(Money(144, "HT"), Money(80, "HT"))
    assert code(caught) == "quantity.wrong_tax"


def test_vat_both_ways():
    assert round(Decimal(float(ind.without_tax(Decimal("59.90"), Decimal("0.2")))), 2) == Decimal("49.92")
    assert ind.with_tax(100, Percent("0.2")) == 120


def test_a_price_is_found_back_from_either_rate():
    assert ind.price_from_margin_on_cost(80, Fraction(1, 2)) == 120
    assert ind.price_from_margin_on_price(80, Fraction(1, 3)) == 120


def test_elasticity():
    assert ind.price_elasticity(100, 105, 1000, 920) == Fraction(-16, 10)
    assert ind.elasticity_of_changes(Decimal("-0.08"), Decimal("0.05")) == Fraction(-16, 10)


def test_the_psychological_price_cumulates_refusals_from_both_ends():
    found = ind.psychological_price([10, 12, 14, 16], [5, 15, 40, 40], [40, 40, 15, 5], 100)
    assert [point.too_expensive * 100 for point in found.points] == [0, 5, 20, 60]
    assert [point.poor_quality * 100 for point in found.points] == [60, 20, 5, 0]
    assert [point.acceptance * 100 for point in found.points] == [40, 75, 75, 40]
    assert found.best.price == 12


def test_ttc_prices_are_refused_where_ht_is_meant():
    with pytest.raises(AuthorError) as caught:
        ind.margin_on_cost(Money(120, "TTC"), Money(80, "HT"))
    assert code(caught) == "quantity.wrong_tax"


# Results --------------------------------------------------------------------------------------------------


def test_contribution_margin_and_its_rate():
    assert ind.contribution_margin(45, 27) == 18
    assert ind.contribution_margin_rate(45, 27) == Fraction(40, 100)


def test_break_even_as_an_amount_as_a_quantity_and_as_a_date():
    assert ind.break_even_revenue(180_000, Percent("0.4")) == 450_000
    assert ind.break_even_quantity(180_000, 18) == 10_000
    assert ind.break_even_days(450_000, 562_500) == 288
    assert ind.break_even_date(450_000, 562_500, 2026) == date(2026, 10, 18)


@pytest.mark.parametrize(
    ("threshold", "day"),
    [(0, date(2026, 1, 1)), (360, date(2026, 12, 30)), (59, date(2026, 2, 28)), (60, date(2026, 2, 28)),
     (Fraction(301, 10), date(2026, 2, 1))],
)  # fmt: skip
def test_the_date_counts_months_of_thirty_days_and_a_day_begun(threshold, day):
    assert ind.break_even_date(threshold, 360, 2026) == day


def test_a_threshold_above_the_revenue_has_no_date():
    with pytest.raises(AuthorError) as caught:
        ind.break_even_date(400, 360, 2026)
    assert code(caught) == "indicator.not_reached"


def test_safety_and_leverage():
    assert ind.safety_margin(562_500, 450_000) == 112_500
    assert ind.safety_index(562_500, 450_000) == Fraction(20, 100)
    assert ind.operating_leverage(225_000, 45_000) == 5
    assert ind.profit_rate(45_000, 562_500) == Fraction(8, 100)


def test_stock():
    assert ind.average_stock(40_000, 60_000) == 50_000
    assert ind.stock_turnover(400_000, 50_000) == 8
    assert ind.stock_days(400_000, 50_000) == 45


@pytest.mark.parametrize(
    ("actual", "planned", "kind", "amount", "word"),
    [
        (110, 100, "revenue", 10, "favorable"),
        (110, 100, "cost", 10, "défavorable"),
        (90, 100, "revenue", -10, "défavorable"),
        (90, 100, "cost", -10, "favorable"),
        (100, 100, "cost", 0, "nul"),
    ],
)
def test_a_variance_is_good_or_bad_news_by_the_kind_of_line(actual, planned, kind, amount, word):
    found = ind.budget_variance(actual, planned, kind)
    assert (found.amount, found.rate, found.word) == (amount, Fraction(amount, 100), word)


# Actions --------------------------------------------------------------------------------------------------


def test_returns_and_costs_of_actions():
    assert ind.roi(65, 50) == Fraction(30, 100)
    assert ind.roas(90, 18) == 5
    assert ind.customer_acquisition_cost(42_000, 350) == 120
    assert ind.average_basket(57_600, 480) == 120
    assert ind.conversion_rate(480, 16_000) == Fraction(3, 100)


def test_lifetime_value_and_its_ratio_to_the_acquisition_cost():
    lifetime = ind.lifetime_value(60, Decimal("0.35"), 4, 3)
    assert lifetime == 252
    assert ind.ltv_to_cac(lifetime, 120) == Fraction(21, 10)


def test_the_discounted_lifetime_value_of_one_year_is_its_margin():
    assert ind.discounted_lifetime_value(84, Fraction(8, 10), Fraction(1, 10), 1) == 84
    assert ind.discounted_lifetime_value(84, Fraction(1, 2), 0, 3) == 84 + 42 + 21


def test_costs_of_campaigns():
    assert ind.click_through_rate(50, 2_000) == Fraction(25, 1000)
    assert ind.cost_per_click(100, 50) == 2
    assert ind.cost_per_thousand(100, 20_000) == 5
    assert ind.cost_per_lead(100, 8) == Fraction(25, 2)
    assert ind.cost_per_order(100, 4) == 25


def test_the_rates_of_a_funnel_multiply_into_the_overall_rate():
    stages = ind.funnel([("visites", 1000), ("paniers", 100), ("commandes", 30)])
    assert [stage.step_rate for stage in stages] == [1, Fraction(1, 10), Fraction(3, 10)]
    assert stages[-1].overall_rate == Fraction(3, 100)
    with pytest.raises(AuthorError) as caught:
        ind.funnel([("paniers", 10), ("commandes", 30)])
    assert code(caught) == "indicator.increasing"


# Customers ------------------------------------------------------------------------------------------------


def test_the_nps_is_in_points():
    assert ind.net_promoter_score(56, 21, 23) == 33
    assert ind.nps_counts([10, 9, 8, 7, 6, 0]) == (2, 2, 2)
    with pytest.raises(AuthorError) as caught:
        ind.nps_counts([11])
    assert code(caught) == "indicator.out_of_range"


def test_churn_retention_and_repeat():
    assert ind.churn_rate(20, 80) == Fraction(1, 4)
    assert ind.retention_rate(20, 80) == Fraction(3, 4)
    assert ind.repeat_rate(30, 80) == Fraction(3, 8)
    assert ind.customer_life(Percent("0.25")) == 4


def test_quintiles_give_a_fifth_each_and_the_same_score_to_the_same_value():
    assert ind.quintiles(range(10)) == (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    assert ind.quintiles([1, 1, 1, 1, 1]) == (1, 1, 1, 1, 1)
    assert ind.quintiles([5, 400], best="low") == (3, 1)


def test_rfm_runs_from_555_to_111():
    scores = ind.rfm_scores([1, 10, 100, 200, 300], [9, 7, 5, 3, 1], [900, 700, 500, 300, 100])
    assert scores == ((5, 5, 5), (4, 4, 4), (3, 3, 3), (2, 2, 2), (1, 1, 1))
    with pytest.raises(AuthorError) as caught:
        ind.rfm_scores([1], [1, 2], [1])
    assert code(caught) == "indicator.lengths"


# Planning -------------------------------------------------------------------------------------------------

PROJECT = (
    ind.Task("A", 3),
    ind.Task("B", 2, ("A",)),
    ind.Task("C", 4, ("A",)),
    ind.Task("D", 5, ("B", "C")),
    ind.Task("E", 1, ("B",)),
)


def test_pert_gives_dates_floats_and_the_critical_path():
    plan = ind.schedule(PROJECT)
    assert plan.duration == 12
    assert plan.critical_paths() == (("A", "C", "D"),)
    b, e = plan["B"], plan["E"]
    assert (b.earliest_start, b.earliest_end, b.latest_start, b.latest_end) == (3, 5, 5, 7)
    assert (b.total_float, b.free_float) == (2, 0)
    assert (e.total_float, e.free_float) == (6, 6)


def test_two_longest_chains_are_two_critical_paths():
    tasks = (
        ind.Task("A", 1),
        ind.Task("B", 2, ("A",)),
        ind.Task("C", 2, ("A",)),
        ind.Task("D", 1, ("B", "C")),
    )
    assert ind.schedule(tasks).critical_paths() == (("A", "B", "D"), ("A", "C", "D"))


def test_a_plan_that_cannot_stand_says_everything_at_once():
    with pytest.raises(AuthorError) as caught:
        ind.schedule([ind.Task("A", 1, ("X",)), ind.Task("A", 2, ("Y",))])
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["planning.twice", "planning.unknown_task", "planning.unknown_task"]


def test_predecessors_in_a_circle_are_refused():
    with pytest.raises(AuthorError) as caught:
        ind.schedule([ind.Task("A", 1, ("B",)), ind.Task("B", 1, ("A",))])
    assert code(caught) == "planning.cycle"


# Rules for all --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: ind.market_share(1, 0),
        lambda: ind.growth_rate(0, 5),
        lambda: ind.margin_on_cost(5, 0),
        lambda: ind.margin_on_price(0, 5),
        lambda: ind.price_elasticity(10, 10, 5, 6),
        lambda: ind.break_even_revenue(10, 0),
        lambda: ind.break_even_quantity(10, 0),
        lambda: ind.operating_leverage(10, 0),
        lambda: ind.roi(10, 0),
        lambda: ind.customer_acquisition_cost(10, 0),
        lambda: ind.average_basket(10, 0),
        lambda: ind.net_promoter_score(0, 0, 0),
        lambda: ind.churn_rate(3, 0),
        lambda: ind.stock_days(0, 5),
    ],
)
def test_a_zero_divisor_is_a_french_sentence_that_names_the_indicator(call):
    with pytest.raises(AuthorError) as caught:
        call()
    assert code(caught) == "indicator.zero"
    assert "ne se calcule pas" in str(caught.value)
    assert "« " in str(caught.value) or "«\u00a0" in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ind.market_share(Money(1, "HT"), Money(2, "TTC")),
        lambda: ind.roi(Money(1, "TTC"), Money(2, "HT")),
        lambda: ind.growth_rate(Money(1, "TTC"), Money(2, "HT")),
    ],
)
def test_ht_and_ttc_amounts_are_refused_together(call):
    with pytest.raises(AuthorError) as caught:
        call()
    assert code(caught) == "quantity.mixed_tax"


def test_amounts_and_percentages_are_welcome():
    assert ind.market_share(Money("3.6", "HT"), Money(24, "HT")) == Fraction(15, 100)


def test_the_register_names_every_indicator_once_with_its_formula_and_unit():
    assert len(ind.INDICATORS) >= 55
    for name, indicator in ind.INDICATORS.items():
        assert indicator.function is getattr(ind, name)
        assert indicator.formula
        assert indicator.unit
        assert "'" not in indicator.name + indicator.formula
        assert indicator.name in indicator.function.__doc__
    names = [indicator.name for indicator in ind.INDICATORS.values()]
    assert len(set(names)) == len(names)


def test_taux_de_marge_and_taux_de_marque_are_two_indicators():
    assert ind.INDICATORS["margin_on_cost"].name == "Taux de marge"
    assert ind.INDICATORS["margin_on_price"].name == "Taux de marque"
    assert ind.INDICATORS["break_even_date"].name.startswith("Point mort")
    assert ind.INDICATORS["break_even_revenue"].name.startswith("Seuil de rentabilité")
