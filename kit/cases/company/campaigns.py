"""The digital campaigns of the last year: what they cost, and what they brought at each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kit.cases.company.drawing import apportion, between, rounded_to
from kit.cases.company.patterns import Campaign as Pattern
from kit.cases.company.sector import Sector
from kit.cases.company.tables import TEXT, TWO, WHOLE, frame
from kit.cases.quantities import Money, Percent
from kit.french import enumeration

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

_SMALL_BUDGET = 50


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign: budget and attributed revenue HT in whole euros, and counts from impressions to orders.

    `clicks_by_quarter` are visits of the site through `source`; `goals` are the orders or leads they gave.
    """

    name: str
    lever: str
    source: str
    objective: str
    quarters: tuple[int, ...]
    budget_euros: int
    impressions: int
    clicks_by_quarter: tuple[int, int, int, int]
    goals_by_quarter: tuple[int, int, int, int]
    leads: int
    orders: int
    revenue_euros: int
    acquisition: bool

    @property
    def clicks(self) -> int:
        """Clicks of the year."""
        return sum(self.clicks_by_quarter)

    @property
    def budget(self) -> Money:
        """What it cost, HT."""
        return Money(Decimal(self.budget_euros), "HT")

    @property
    def revenue(self) -> Money:
        """The revenue attributed to it, HT."""
        return Money(Decimal(self.revenue_euros), "HT")

    @property
    def period(self) -> str:
        """When it ran: « T1 à T4 », « T2 et T4 », or « T2 » alone."""
        first, last = min(self.quarters), max(self.quarters)
        if len(self.quarters) > 2 and len(self.quarters) == last - first + 1:
            return f"T{first} à T{last}"
        return enumeration([f"T{quarter}" for quarter in self.quarters])


@dataclass(frozen=True, slots=True)
class Goals:
    """What the site brought by quarter: goals reached, and the revenue HT (cents) that goes with them."""

    counts: tuple[int, ...]
    cents: tuple[int, ...]
    visits: tuple[int, ...]


def draw_campaigns(draw: Generator, sector: Sector, goals: Goals, close: float) -> tuple[Campaign, ...]:
    """Return the campaigns: each brings a share of the goals of its quarters, for a budget its ROAS gives.

    Args:
        draw: the generator.
        sector: where the campaigns are described.
        goals: what the site brought.
        close: the share of goals that become orders (1 when the goal is an order).
    """
    return tuple(_campaign(draw, pattern, sector, goals, close) for pattern in sector.campaigns)


def _campaign(draw: Generator, pattern: Pattern, sector: Sector, goals: Goals, close: float) -> Campaign:
    share = between(draw, pattern.share)
    ratio = between(draw, (0.85, 1.25))
    counts = [round(count * share) if q in pattern.quarters else 0 for q, count in enumerate(goals.counts, 1)]
    visits = [
        max(counts[i], round(goals.visits[i] * share / ratio)) if q in pattern.quarters else 0
        for i, q in enumerate(range(1, 5))
    ]
    cents = sum(goals.cents[i] * counts[i] // max(1, goals.counts[i]) for i in range(4))
    revenue = max(1, round(cents / 100 * between(draw, (0.92, 1.06))))
    orders = max(1, round(sum(counts) * close))
    clicks = sum(visits)
    leads = (
        sum(counts) if sector.digital.goal == "lead" else max(1, round(clicks * between(draw, pattern.lead)))
    )
    budget = max(_SMALL_BUDGET, rounded_to(revenue / between(draw, pattern.roas), _SMALL_BUDGET))
    return Campaign(
        name=pattern.name, lever=pattern.lever, source=pattern.source, objective=pattern.objective,
        quarters=pattern.quarters, budget_euros=budget,
        impressions=rounded_to(clicks / between(draw, pattern.ctr), 100),
        clicks_by_quarter=_four(visits), goals_by_quarter=_four(counts),
        leads=leads, orders=orders, revenue_euros=revenue, acquisition=pattern.acquisition,
    )  # fmt: skip


def _four(values: Sequence[int]) -> tuple[int, int, int, int]:
    first, second, third, fourth = values
    return first, second, third, fourth


WON = "Nouveaux clients"


def campaign_table(campaigns: Sequence[Campaign], orders: str = WON) -> DataFrame:
    """Return the campaigns with their raw counts: ratios are for the reader to compute."""
    columns = {
        "Campagne": TEXT, "Levier": TEXT, "Période": TEXT, "Budget HT (€)": WHOLE, "Impressions": WHOLE,
        "Clics": WHOLE, "Leads": WHOLE, orders: WHOLE, "CA HT attribué (€)": WHOLE,
    }  # fmt: skip
    rows = [
        (
            c.name,
            c.lever,
            c.period,
            c.budget_euros,
            c.impressions,
            c.clicks,
            c.leads,
            c.orders,
            c.revenue_euros,
        )
        for c in campaigns
    ]
    return frame(columns, rows)


def campaign_ratios(campaigns: Sequence[Campaign]) -> DataFrame:
    """Return CTR, CPC, CPM, CPL, CPA, conversion and ROAS of each campaign: for an answer key."""
    columns = {
        "Campagne": TEXT, "CTR": "%:2", "CPC (€)": TWO, "CPM (€)": TWO, "CPL (€)": TWO, "CPA (€)": TWO,
        "Taux de transformation": "%:2", "ROAS": TWO,
    }  # fmt: skip
    rows = [
        (
            c.name, Percent.of(c.clicks, c.impressions), (c.budget / c.clicks).amount,
            (c.budget * 1000 / c.impressions).amount, (c.budget / c.leads).amount, (c.budget / c.orders).amount,
            Percent.of(c.orders, c.clicks), c.revenue / c.budget,
        )
        for c in campaigns
    ]  # fmt: skip
    return frame(columns, rows)


def split(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Return whole parts of a count; all to the last when the weights are nothing."""
    if not any(weights):
        return (*(0 for _ in weights[1:]), total)
    return apportion(total, weights)
