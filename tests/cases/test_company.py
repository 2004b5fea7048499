"""What holds for every company: one truth, plausible figures, and nothing by chance twice."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest

from kit.cases.company import company, find_sector, formats, printed, sectors, shares_of
from kit.cases.company.facts import FACTS
from kit.cases.company.names import is_free
from kit.cases.company.satisfaction import _settled
from kit.cases.contents import content_of
from kit.cases.indicators import psychological_price
from kit.cases.quantities import Money, Percent, Points
from kit.errors import AuthorError, UnknownCode
from kit.french import rounded

SEEDS = 40


@cache
def firms():
    """Return the same firms for all tests, built once, when the first test needs them."""
    return tuple(company(seed, sector) for sector in sectors() for seed in range(SEEDS))


def every(check):
    """Run a check on every firm, naming the first that fails."""
    assert len(firms()) == SEEDS * len(sectors()) >= 8 * SEEDS
    for firm in firms():
        assert check(firm), f"{firm.sector.code}, seed {firm.seed}"


def tables(firm):
    """Return every table a firm can give, by name: all methods that need no argument and return a DataFrame."""
    found = {}
    parts = {
        "firm": firm, "offer": firm.offer, "sales": firm.sales, "market": firm.market, "web": firm.web,
        "customers": firm.customers, "accounts": firm.accounts, "staff": firm.staff, "budget": firm.budget,
        "satisfaction": firm.satisfaction, "price_test": firm.satisfaction.price_test, "plan": firm.plan,
        "question": firm.satisfaction.questions[0],
    }  # fmt: skip
    for name, part in parts.items():
        for method in dir(type(part)):
            made = getattr(type(part), method)
            annotation = getattr(made, "__annotations__", {}).get("return")
            if annotation == "DataFrame" and not method.startswith("_"):
                found[f"{name}.{method}"] = getattr(part, method)()
    return found


# Determinism ----------------------------------------------------------------------------------------------


def test_the_same_arguments_always_give_the_same_company():
    for sector in sectors():
        assert company(3, sector) == company(3, sector)


def test_other_seeds_give_other_firms_and_other_figures():
    for sector in sectors():
        mine = [firm for firm in firms() if firm.sector.code == sector]
        assert len({firm.name for firm in mine}) >= SEEDS - 2
        assert len({firm.sales.cents(year=2025) for firm in mine}) == SEEDS
        assert len({firm.market.totals_k for firm in mine}) == SEEDS
        assert len({str(firm.town) for firm in mine}) >= SEEDS // 3
        revenues = [firm.sales.cents(year=2025) for firm in mine]
        assert max(revenues) > 1.4 * min(revenues)


def test_the_same_seed_in_another_sector_is_another_firm():
    firms = [company(1, sector) for sector in sectors()]
    assert len({(firm.town, firm.founded, firm.today) for firm in firms}) == len(firms)


def test_the_year_of_the_case_moves_the_three_years_of_data():
    firm = company(3, "torrefaction_cafe", year=2030)
    assert firm.years == (2027, 2028, 2029)
    assert firm.last_year == 2029
    assert firm.today.year == 2030
    assert firm.sales.rows[0].year == 2027


def test_the_case_takes_place_on_a_working_day_early_in_the_year():
    every(lambda firm: firm.today.weekday() < 5 and date(2026, 1, 12) <= firm.today <= date(2026, 2, 23))


def test_an_unknown_sector_names_the_nearest():
    with pytest.raises(UnknownCode) as caught:
        company(1, "velo_carg")
    assert "velo_cargo" in str(caught.value)


def test_a_year_out_of_bounds_is_refused():
    with pytest.raises(AuthorError) as caught:
        company(1, "velo_cargo", year=1999)
    assert caught.value.findings[0].code == "company.year_range"


def test_a_sector_may_be_given_as_read():
    assert company(5, find_sector("velo_cargo")) == company(5, "velo_cargo")


def test_a_year_or_a_code_the_data_does_not_know_is_refused():
    firm = firms()[0]
    for ask in (
        lambda: firm.sales.growth(2020),
        lambda: firm.offer.product("x"),
        lambda: firm.plan.orientation("x"),
    ):
        with pytest.raises(UnknownCode):
            ask()


# Sales ----------------------------------------------------------------------------------------------------


def test_every_total_of_sales_is_the_sum_of_its_rows():
    def check(firm):
        sales = firm.sales
        by_rows = Counter()
        for row in sales.rows:
            by_rows[row.year] += row.quantity * row.price_cents
        annual = {year: sales.cents(year=year) for year in sales.years}
        products = {
            y: sum(sales.cents(year=y, product=p.code) for p in firm.offer.products) for y in sales.years
        }
        channels = {y: sum(sales.cents(year=y, channel=c.code) for c in sales.channels) for y in sales.years}
        return dict(by_rows) == annual == products == channels

    every(check)


def test_months_and_quarters_sum_to_the_year():
    for firm in firms()[::10]:
        sales = firm.sales
        for year in sales.years:
            months = sum(sales.cents(year=year, month=month) for month in range(1, 13))
            quarters = sum(sales.quarter_cents(year, quarter) for quarter in range(1, 5))
            assert months == quarters == sales.cents(year=year)


def test_quantities_are_never_negative_and_no_product_sells_before_its_launch():
    def check(firm):
        launched = {product.code: product.launched for product in firm.offer.products}
        return all(row.quantity >= 0 and row.year >= launched[row.product] for row in firm.sales.rows)

    every(check)


def test_nothing_is_launched_before_the_firm_is_founded():
    every(
        lambda firm: all(
            firm.founded <= product.launched <= firm.last_year for product in firm.offer.products
        )
    )


def test_revenue_is_quantity_times_the_price_of_the_channel():
    firm = firms()[0]
    row = next(row for row in firm.sales.rows if row.quantity > 1)
    channel = firm.sales.channel(row.channel)
    public = firm.offer.product(row.product).price(row.year)
    assert Money(Decimal(row.price_cents) / 100) == (public * Fraction(str(channel.price))).rounded()
    cell = {"year": row.year, "month": row.month, "product": row.product, "channel": row.channel}
    assert firm.sales.revenue(**cell) == Money(Decimal(row.price_cents) / 100) * row.quantity


def test_growth_stays_near_the_range_of_the_sector():
    def check(firm):
        low, high = firm.sector.growth
        return all(low - 0.03 <= float(firm.sales.growth(year)) <= high + 0.03 for year in firm.years[1:])

    every(check)


def test_the_season_of_the_sector_is_seen_in_the_months():
    for sector in ("cosmetique_solide", "tourisme_vert_hebergement"):
        pattern = find_sector(sector).season
        firm = company(2, sector)
        means = [firm.sales.cents(month=month) for month in range(1, 13)]
        assert means.index(max(means)) == pattern.index(max(pattern))


def test_a_product_sold_through_one_channel_only_keeps_its_weight():
    firm = company(5, "torrefaction_cafe")
    share = Percent.of(firm.sales.cents(year=2025, product="pro_kilo"), firm.sales.cents(year=2025))
    assert Percent("0.10") < share < Percent("0.28")
    assert firm.sales.cents(product="pro_kilo", channel="site") == 0


def test_prices_in_shops_are_round_once_the_vat_is_added():
    for firm in firms():
        if firm.sector.clientele != "B2B":
            for product in firm.offer.products:
                cents = product.price_ttc().exact * 100
                assert cents % 10 == 0, (firm.sector.code, product.name)


# Accounts -------------------------------------------------------------------------------------------------


def test_accounts_start_from_the_sales_and_add_up():
    def check(firm):
        accounts = firm.accounts
        for year in firm.years:
            margin = accounts.revenue(year) - accounts.variable_costs(year)
            if accounts.revenue(year) != firm.sales.revenue(year=year):
                return False
            if accounts.result(year) != margin - accounts.fixed_costs(year):
                return False
        return True

    every(check)


def test_variable_costs_are_unit_costs_times_quantities_and_channel_rates():
    firm = firms()[0]
    year = firm.last_year
    goods = sum(firm.offer.product(row.product).cost(year).exact * row.quantity
                for row in firm.sales.rows if row.year == year)  # fmt: skip
    channels = sum(firm.sales.revenue(year=year, channel=c.code).exact * Fraction(c.cost_rate)
                   for c in firm.sales.channels)  # fmt: skip
    assert firm.accounts.variable_costs().exact == goods + Fraction(rounded(channels, 2))


def test_margins_results_and_break_even_stay_in_the_designed_range():
    def check(firm):
        low, high = firm.sector.money.result
        for year in firm.years:
            result = float(Percent.of(firm.accounts.result(year), firm.accounts.revenue(year)))
            if not low - 0.005 <= result <= high + 0.005:
                return False
            if not firm.accounts.break_even(year) < firm.accounts.revenue(year):
                return False
            if any(amount <= 0 for _, amounts in firm.accounts.fixed for amount in amounts):
                return False
        return Percent("0.25") < firm.accounts.contribution_rate() < Percent("0.85")

    every(check)


def test_unit_margins_are_positive_even_through_the_cheapest_channel():
    def check(firm):
        costs = {p.code: dict(zip(p.years, p.cost_cents, strict=True)) for p in firm.offer.products}
        return all(costs[row.product][row.year] < row.price_cents for row in firm.sales.rows)

    every(check)


def test_the_marketing_line_of_the_accounts_is_the_budget_spent():
    every(
        lambda firm: dict(firm.accounts.fixed)["Marketing et communication"][-1] == firm.budget.spent.amount
    )


def test_the_budget_spent_on_a_lever_is_that_of_its_campaigns():
    def check(firm):
        spent = Counter()
        for campaign in firm.web.campaigns:
            spent[campaign.lever] += campaign.budget_euros
        lines = {line.label: line.spent for line in firm.budget.lines}
        return all(lines[lever] == amount for lever, amount in spent.items())

    every(check)


def test_marketing_weighs_what_it_weighs_in_the_trade():
    def check(firm):
        share = float(Percent.of(firm.budget.spent, firm.accounts.revenue()))
        low, high = firm.sector.money.marketing
        return 0.7 * low <= share <= 1.8 * high

    every(check)


def test_staff_is_a_small_or_medium_firm_with_every_head():
    def check(firm):
        heads = [role for role in firm.sector.roles if role.head]
        return len(firm.staff.heads) == len(heads) and 6 <= firm.staff.fte <= 60

    every(check)


def test_people_are_counted_whole_and_never_fewer_than_full_time_equivalents():
    """A half-time is somebody: where ETP have a half, there are more people than ETP."""

    def check(firm):
        halves = sum(row[2] % 1 != 0 for row in firm.staff.roles)
        told = " ".join(firm.presentation)
        more = firm.staff.headcount - firm.staff.fte
        return more * 2 == halves and f" {firm.staff.headcount} " in told

    assert any(firm.staff.fte % 1 for firm in firms())
    every(check)


# Market ---------------------------------------------------------------------------------------------------


def test_shares_sum_to_one_and_amounts_to_the_market_every_year():
    def check(firm):
        market = firm.market
        names = [market.firm, *(rival.name for rival in market.competitors), "Autres acteurs"]
        return all(sum(market.share(name, year).exact for name in names) == 1 for year in market.years)

    every(check)


def test_shares_shown_with_one_decimal_sum_to_a_hundred():
    def check(firm):
        market = firm.market
        names = [market.firm, *(rival.name for rival in market.competitors), "Autres acteurs"]
        return all(
            sum(rounded(market.share(name, year).exact * 100, 1) for name in names) == 100
            for year in market.years
        )

    every(check)


def test_the_firms_share_is_its_revenue_over_the_market():
    def check(firm):
        return all(
            firm.market.share(year=year) == Percent.of(firm.sales.rounded_k(year), firm.market.total_k(year))
            and firm.market.firm_k[i] == rounded(firm.sales.revenue(year=year).exact / 1000, 0)
            for i, year in enumerate(firm.years)
        )

    every(check)


def test_a_leader_exists_and_is_clearly_ahead():
    def check(firm):
        shares = sorted([firm.market.firm_k[-1], *(rival.revenue_k[-1] for rival in firm.market.competitors)])
        return (
            firm.market.leader.revenue_k[-1] == shares[-1] > 1.15 * shares[-2]
            and min(firm.market.others_k) > 0
        )

    every(check)


def test_there_are_four_to_six_named_rivals():
    every(lambda firm: 4 <= len(firm.market.competitors) <= 6)
    assert {len(firm.market.competitors) for firm in firms()} == {4, 5, 6}


def test_families_sum_to_the_market_and_to_the_firm():
    def check(firm):
        families = firm.market.families
        return (
            sum(family.market_k for family in families) == firm.market.totals_k[-1]
            and sum(family.previous_k for family in families) == firm.market.totals_k[-2]
            and sum(family.firm_k for family in families) == firm.market.firm_k[-1]
            and all(family.firm_k + family.rival_k <= family.market_k for family in families)
            and all(family.rival_k > 0 for family in families)
        )

    every(check)


def test_families_fall_on_both_sides_of_the_bcg_cuts():
    ahead = [family.relative_share > 1 for firm in firms() for family in firm.market.families]
    assert 0.2 < sum(ahead) / len(ahead) < 0.8


def test_market_growth_stays_near_the_range_of_the_sector():
    def check(firm):
        low, high = firm.sector.market.growth
        return all(low - 0.02 <= float(firm.market.growth(year)) <= high + 0.02 for year in firm.years[1:])

    every(check)


def test_the_rating_of_the_benchmark_is_that_of_the_reviews():
    def check(firm):
        own = firm.market.benchmark_data.standings[0]
        reviews = firm.satisfaction.reviews
        return own.rating == rounded(reviews.rating, 1) and own.reviews == reviews.count

    every(check)


# Customers ------------------------------------------------------------------------------------------------


def test_segments_sum_to_the_revenue_of_the_last_year_rounded_to_the_euro():
    every(
        lambda firm: (
            sum(segment.revenue_euros for segment in firm.customers.segments)
            == rounded(firm.sales.revenue(year=firm.last_year).exact, 0)
        )
    )


def test_resellers_buy_what_their_channel_sells():
    def check(firm):
        for channel in firm.sales.channels:
            if channel.buyer is not None:
                bought = firm.customers.segment(channel.buyer).revenue
                if abs(bought - firm.sales.revenue(year=firm.last_year, channel=channel.code)) > Money(1):
                    return False
        return True

    every(check)


def test_customers_at_the_end_of_a_year_open_the_next_one():
    def check(firm):
        flows = firm.customers.flows
        chained = all(a.end == b.start for a, b in pairwise(flows))
        return chained and flows[-1].end == firm.customers.count and all(f.won >= 0 <= f.lost for f in flows)

    every(check)


def test_the_crm_agrees_with_the_segments():
    def check(firm):
        customers = firm.customers
        for stratum in customers.strata:
            rows = [row for row in customers.crm_rows if row.segment == stratum.segment]
            active = [row for row in rows if row.orders_last]
            segment = customers.segment(stratum.segment)
            target = rounded(Fraction(segment.revenue_euros * len(active), segment.customers), 0)
            if len(rows) != stratum.rows or len(active) != stratum.active:
                return False
            if abs(sum(row.revenue_last_euros for row in rows) - target) > 1:
                return False
        return 100 <= len(customers.crm_rows) <= 300

    every(check)


def test_each_row_of_the_crm_holds_together():
    def check(firm):
        last = firm.last_year
        for row in firm.customers.crm_rows:
            once = row.orders == 1
            if not (row.first_order <= row.last_order < firm.today and row.orders >= max(1, row.orders_last)):
                return False
            if once and row.first_order != row.last_order:
                return False
            if bool(row.orders_last) != (row.last_order.year == last) or row.first_order.year < firm.founded:
                return False
            if (row.orders == row.orders_last) != (row.revenue_euros == row.revenue_last_euros):
                return False
            if row.orders > row.orders_last > 0 and row.first_order.year == last:
                return False
        return len({row.customer for row in firm.customers.crm_rows}) == len(firm.customers.crm_rows)

    every(check)


def test_the_crm_holds_no_personal_contact():
    text = " ".join(firms()[0].customers.crm().astype(str).to_numpy().ravel())
    assert "@" not in text
    assert not any(person.last_name in text for person in firms()[0].staff.heads)


def test_rfm_groups_cover_the_extract():
    firm = firms()[0]
    groups = firm.customers.rfm_groups()
    assert sum(groups["Clients"]) == len(firm.customers.crm_rows)
    assert all(count > 0 for count in groups["Clients"])


# Web and campaigns ----------------------------------------------------------------------------------------


def test_orders_of_the_site_make_the_revenue_of_the_online_channel():
    def check(firm):
        if not firm.web.sells:
            return firm.web.basket is None
        online = sum(
            firm.sales.cents(year=firm.last_year, channel=c.code) for c in firm.sales.channels if c.online
        )
        return firm.web.online_revenue == Money(
            Decimal(online) / 100
        ) and firm.web.basket * firm.web.goals == (firm.web.online_revenue)

    every(check)


def test_orders_online_are_part_of_the_orders_of_direct_customers():
    def check(firm):
        direct = sum(segment.orders for segment in firm.customers.segments if not segment.reseller)
        return not firm.web.sells or firm.web.goals < direct

    every(check)


def test_visits_are_at_least_goals_and_conversion_is_near_the_range_of_the_sector():
    def check(firm):
        low, high = firm.sector.digital.conversion
        return all(0 <= row.goals <= row.visits for row in firm.web.rows) and (
            0.85 * low <= float(firm.web.conversion) <= 1.15 * high
        )

    every(check)


def test_clicks_and_goals_of_campaigns_are_among_those_of_their_source():
    def check(firm):
        for source in {campaign.source for campaign in firm.web.campaigns}:
            for quarter in (1, 2, 3, 4):
                rows = [row for row in firm.web.rows if row.source == source and row.quarter == quarter]
                mine = [campaign for campaign in firm.web.campaigns if campaign.source == source]
                clicks = sum(campaign.clicks_by_quarter[quarter - 1] for campaign in mine)
                goals = sum(campaign.goals_by_quarter[quarter - 1] for campaign in mine)
                if sum(row.visits for row in rows) < clicks or sum(row.goals for row in rows) < goals:
                    return False
                if "payant" in source and sum(row.visits for row in rows) != clicks:
                    return False
        return True

    every(check)


def test_campaigns_narrow_at_each_stage_and_bring_less_than_the_whole():
    def check(firm):
        web = firm.web
        narrow = all(c.impressions > c.clicks >= c.leads > 0 < c.orders <= c.clicks for c in web.campaigns)
        whole = not web.sells or sum(c.revenue_euros for c in web.campaigns) < web.online_revenue.amount
        return narrow and whole

    every(check)


def test_the_period_of_a_campaign_says_the_quarters_it_ran():
    campaign = firms()[0].web.campaigns[0]
    periods = {
        (1, 2, 3, 4): "T1 à T4",
        (2, 4): "T2 et T4",
        (1, 2, 4): "T1, T2 et T4",
        (3,): "T3",
        (2, 3): "T2 et T3",
    }
    assert {quarters: replace(campaign, quarters=quarters).period for quarters in periods} == periods


def test_the_funnel_narrows_and_ends_at_the_goals():
    def check(firm):
        counts = [count for _, count in firm.web.funnel]
        ends = counts[-1] == firm.web.goals if firm.web.sells else counts[2] == firm.web.goals
        return counts == sorted(counts, reverse=True) and counts[0] == firm.web.visits and ends

    every(check)


# What customers say ---------------------------------------------------------------------------------------


def test_the_counts_of_the_survey_sum_to_the_respondents():
    def check(firm):
        survey = firm.satisfaction
        return (
            all(sum(question.counts) == survey.respondents for question in survey.questions)
            and all(sum(item.counts) == survey.respondents for item in survey.items)
            and survey.nps[-1].respondents == survey.respondents
            and all(min(n.promoters, n.passives, n.detractors) > 0 for n in survey.nps)
        )

    every(check)


def test_the_price_test_has_one_best_price_inside_the_scale():
    def check(firm):
        test = firm.satisfaction.price_test
        points = test.solution().points
        best = max(point.acceptance for point in points)
        at = [i for i, point in enumerate(points) if point.acceptance == best]
        sums = sum(test.too_expensive) == sum(test.poor_quality) == test.respondents
        rising = list(test.prices_cents) == sorted(set(test.prices_cents))
        return len(at) == 1 and 0 < at[0] < len(points) - 1 and sums and rising and best > Fraction(6, 10)

    every(check)


def test_two_equally_good_prices_are_parted():
    """A price test with a tie would have two right answers: one answer is moved until there is one."""
    prices = (1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700)
    expensive, poor = (0, 0, 5, 15, 40, 30, 8, 2), (2, 8, 30, 40, 15, 5, 0, 0)
    tied = psychological_price(prices, expensive, poor, 100)
    assert [point.acceptance for point in tied.points].count(tied.best.acceptance) == 2
    settled = psychological_price(prices, *_settled(prices, expensive, poor, 100), 100)
    assert [point.acceptance for point in settled.points].count(settled.best.acceptance) == 1
    assert sum(_settled(prices, expensive, poor, 100)[0]) == 100


def test_the_first_verbatims_are_of_all_three_tones():
    every(lambda firm: len(Counter(v.tone for v in firm.satisfaction.verbatims[:12])) == 3)


# Plan and identity ----------------------------------------------------------------------------------------


def test_orientations_are_costed_and_differ():
    def check(firm):
        orientations = firm.plan.orientations
        return len(orientations) >= 4 and all(
            o.investment.amount > 0 and 0 < o.gains_euros[0] < o.gains_euros[1] < o.gains_euros[2]
            for o in orientations
        )

    every(check)


def test_at_least_one_orientation_pays_back_over_three_years_almost_always():
    paying = [max(o.roi for o in firm.plan.orientations) > Percent(0) for firm in firms()]
    assert sum(paying) / len(paying) > 0.95


def test_orientations_do_not_all_pay_the_same():
    every(lambda firm: max(o.roi for o in firm.plan.orientations) - min(o.roi for o in firm.plan.orientations)
          > Points(5))  # fmt: skip


def test_facts_that_oppose_each_other_never_hold_together():
    def check(firm):
        pairs = (("share_up", "share_down"), ("nps_high", "nps_low"), ("safety_high", "safety_low"))
        return firm.facts <= set(FACTS) and not any(set(pair) <= firm.facts for pair in pairs)

    every(check)


def test_every_fact_holds_somewhere_and_fails_somewhere():
    for fact in FACTS:
        held = sum(fact in firm.facts for firm in firms())
        assert 0 < held < len(firms()), fact


def test_each_variable_of_the_mix_has_something_special_and_a_limit_that_the_firm_shows():
    def check(firm):
        for variable in ("produit", "prix", "distribution", "communication"):
            mix = firm.mix(variable)
            if not (mix.specifics and mix.limits):
                return False
            if not (set(mix.specifics) <= set(firm.strengths) and set(mix.limits) <= set(firm.weaknesses)):
                return False
        return True

    every(check)


def test_strengths_and_weaknesses_are_never_few():
    every(lambda firm: len(firm.strengths) >= 4 <= len(firm.weaknesses))


def test_names_of_firms_and_rivals_are_free_and_differ():
    def check(firm):
        names = [firm.name, *(rival.name for rival in firm.market.competitors)]
        return len(set(names)) == len(names) and all(is_free(name) for name in names)

    every(check)


def test_the_presentation_is_filled_with_the_firms_own_facts():
    def check(firm):
        text = " ".join(firm.presentation)
        return "{" not in text and firm.name in text and firm.town.name in text and str(firm.founded) in text

    every(check)


# Tables ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sector", sectors())
def test_every_table_prints_with_french_headers_and_a_format_for_each_column(sector):
    found = tables(company(11, sector))
    assert len(found) >= 45
    for name, table in found.items():
        assert len(table) > 0, name
        assert set(formats(table)) == set(table.columns), name
        assert all("'" not in column for column in table.columns), name
        cells = printed(table)
        assert all(isinstance(cell, str) and cell != "None" for cell in cells.to_numpy().ravel()), name


@pytest.mark.parametrize("sector", sectors())
def test_every_table_becomes_an_annex_with_its_own_formats(sector):
    for name, table in tables(company(12, sector)).items():
        content = content_of(table, "A1", "", formats(table))
        assert len(content.rows) == len(table), name
        years = [column for column in content.columns if column.name in ("Année", "Lancement", "Exercice")]
        assert all(column.kind == "text" for column in years), name


def test_the_total_row_of_a_table_is_the_sum_of_the_others():
    firm = firms()[0]
    for table, columns in (
        (firm.sales.by_product(), ["Quantités", "CA HT (€)"]),
        (firm.sales.by_channel(2023), ["Quantités", "CA HT (€)"]),
        (firm.market.table(), ["CA HT (k€)"]),
        (firm.customers.by_segment(), ["Clients actifs", "Commandes"]),
        (firm.web.by_source(), ["Visites"]),
        (firm.budget.table(), ["Prévu 2025 HT (€)", "Réalisé 2025 HT (€)"]),
    ):
        for column in columns:
            *parts, total = table[column]
            assert sum(parts) == total, column


def test_a_quarter_is_its_three_months_and_both_tables_end_in_the_year():
    sales = firms()[0].sales
    months, quarters = sales.by_month(), sales.by_quarter()
    for year in sales.years:
        by_month, by_quarter = months[f"CA HT {year} (€)"], quarters[f"CA HT {year} (€)"]
        assert list(by_quarter[:-1]) == [sum(by_month[at : at + 3]) for at in range(0, 12, 3)]
        assert by_month.iloc[-1] == by_quarter.iloc[-1] == sales.revenue(year=year).amount


def test_shares_are_rounded_so_that_they_sum_to_exactly_a_hundred():
    assert [str(share) for share in shares_of([1, 1, 1])] == ["33,4\u00a0%", "33,3\u00a0%", "33,3\u00a0%"]
    assert [share.exact for share in shares_of([30, 36, 20, 13, 1], 0)] == [
        Fraction(n, 100) for n in (30, 36, 20, 13, 1)
    ]
    assert sum(share.exact for share in shares_of([45, 54, 30, 22], 0)) == 1
    assert shares_of([Fraction(1, 3), Decimal("0.5")])[1] == Percent(Fraction(6, 10))
    assert shares_of([0, 0]) == (None, None)


SHARES = {"Part du CA", "Part", "Part de marché", "Part des clients", "Poids dans le CA"}
WHOLES = {
    "sales.by_product", "sales.by_channel", "sales.by_family", "customers.by_segment", "customers.rfm_groups",
    "satisfaction.reviews_table", "question.table", "market.table", "market.bcg",
}  # fmt: skip


def test_shares_printed_in_one_table_sum_to_exactly_a_hundred():
    for firm in firms()[::7]:
        made = tables(firm)
        for name in WHOLES:
            table = printed(made[name])
            rows = table[~table.iloc[:, 0].str.startswith("Total")]
            for column in (SHARES & set(table.columns)) - (
                {"Part de marché"} if name == "market.bcg" else set()
            ):
                cells = [Decimal(cell.removesuffix("\u00a0%").replace(",", ".")) for cell in rows[column]]
                assert sum(cells) == 100, (firm.sector.code, firm.seed, name, column)


def test_the_targets_of_an_offer_are_those_it_is_made_for_largest_first():
    def check(firm):
        studied = firm.offer.product(firm.offer.flagship)
        targets = firm.customers.targets(studied)
        revenues = [segment.revenue_euros for segment in targets]
        return (
            len(targets) >= 2
            and revenues == sorted(revenues, reverse=True)
            and all(s.code in studied.segments and not s.reseller for s in targets)
        )

    every(check)


def test_an_offer_that_names_no_segment_is_for_all_those_who_buy_for_themselves():
    firm = company(1, "cosmetique_solide")
    other = next(p for p in firm.offer.products if p.code != firm.offer.flagship)
    assert {s.code for s in firm.customers.targets(other)} == {
        s.code for s in firm.customers.segments if not s.reseller
    }


def test_a_table_without_ratios_has_none():
    firm = firms()[0]
    assert list(firm.offer.costs().columns) == [
        "Désignation", "Prix public HT (€)", "Coût de revient unitaire HT (€)",
    ]  # fmt: skip
    assert "Marge sur coût variable" not in list(firm.accounts.charges()["Poste"])


def test_importing_companies_does_not_load_pandas_nor_faker():
    import subprocess
    import sys

    code = "import sys, kit.cases.company as c; c.company(1, 'velo_cargo'); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
