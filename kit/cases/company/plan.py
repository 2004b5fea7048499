"""What is wanted: objectives of the business plan, possible orientations with costs and gains, constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kit import french
from kit.cases.company.closures import ClosedPeriod, Constraint
from kit.cases.company.customers import Customers
from kit.cases.company.drawing import between, rounded_to, whole
from kit.cases.company.offer import by_code
from kit.cases.company.patterns import OrientationPattern
from kit.cases.company.people_budget import Accounts
from kit.cases.company.sales import Sales
from kit.cases.company.satisfaction import Satisfaction
from kit.cases.company.sector import Sector
from kit.cases.company.tables import TEXT, WHOLE, frame
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

HORIZON = 3
_RAMP = ((0.25, 0.45), (0.65, 0.85), (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Orientation:
    """A strategic orientation: investment, and expected extra revenue HT over three years, in whole euros."""

    code: str
    pattern: OrientationPattern
    investment_euros: int
    gains_euros: tuple[int, ...]
    delay_months: int
    margin_rate: Percent

    @property
    def label(self) -> str:
        """Its name."""
        return self.pattern.label

    @property
    def investment(self) -> Money:
        """What it costs, HT."""
        return Money(Decimal(self.investment_euros), "HT")

    @property
    def gain(self) -> Money:
        """Extra revenue over three years, HT."""
        return Money(Decimal(sum(self.gains_euros)), "HT")

    @property
    def margin(self) -> Money:
        """Extra contribution margin over three years, at the firm's present rate, exact."""
        return self.gain * self.margin_rate

    @property
    def roi(self) -> Percent:
        """(extra margin − investment) ÷ investment: the gain is a margin."""
        return Percent(self.margin / self.investment - Fraction(1))


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective of the business plan: where the firm stands, where it wants to be, and by when."""

    indicator: str
    current: str
    target: str
    year: int


@dataclass(frozen=True)
class Plan:
    """The business plan of the firm."""

    objectives: tuple[Objective, ...]
    orientations: tuple[Orientation, ...]
    limits: tuple[Constraint, ...]

    @property
    def constraints(self) -> tuple[str, ...]:
        """The limits of the organisation, in words."""
        return tuple(limit.sentence for limit in self.limits)

    def closed(self, orientation: str) -> tuple[ClosedPeriod, ...]:
        """Return when nothing new may start for an orientation: the periods `constraints` tells."""
        return tuple(
            limit.closed
            for limit in self.limits
            if limit.closed is not None and (not limit.only or orientation in limit.only)
        )

    def orientation(self, code: str) -> Orientation:
        """Return an orientation by code. Raises UnknownCode."""
        return by_code(self.orientations, code)

    def objectives_table(self) -> DataFrame:
        """Return « Indicateur, Situation actuelle, Cible, Échéance »."""
        columns = {"Indicateur": TEXT, "Situation actuelle": TEXT, "Cible": TEXT, "Échéance": TEXT}
        return frame(columns, [(o.indicator, o.current, o.target, f"fin {o.year}") for o in self.objectives])

    def orientations_table(self) -> DataFrame:
        """Return « Orientation, Investissement HT (€), CA supplémentaire HT an 1 à 3 (€), Délai (mois) »."""
        columns = {"Orientation": TEXT, "Investissement HT (€)": WHOLE}
        columns |= {f"CA supplémentaire HT, année {i + 1} (€)": WHOLE for i in range(HORIZON)}
        columns |= {"Délai de mise en œuvre (mois)": WHOLE}
        rows = [(o.label, o.investment_euros, *o.gains_euros, o.delay_months) for o in self.orientations]
        return frame(columns, rows)

    def orientations_text(self) -> DataFrame:
        """Return « Orientation, Description, Actions, Ressources, Risque, Effet RSE »."""
        columns = dict.fromkeys(
            ("Orientation", "Description", "Actions", "Ressources", "Risque", "Effet RSE"), TEXT
        )
        rows = [
            (o.label, o.pattern.description, " ; ".join(o.pattern.actions), o.pattern.resources, o.pattern.risk,
             o.pattern.rse)
            for o in self.orientations
        ]  # fmt: skip
        return frame(columns, rows)


def draw_plan(
    rng: NamedRng,
    sector: Sector,
    sales: Sales,
    accounts: Accounts,
    customers: Customers,
    satisfaction: Satisfaction,
    year: int,
) -> Plan:
    """Return the business plan, from where the firm stands."""
    draw = rng("orientations")
    revenue = sales.cents(year=sales.last_year) / 100
    rate = accounts.contribution_rate()
    orientations = tuple(_orientation(draw, pattern, revenue, rate) for pattern in sector.orientations)
    objectives = _objectives(rng("objectifs"), sales, accounts, customers, satisfaction, year)
    return Plan(objectives, orientations, sector.constraints)


def _orientation(draw: Generator, pattern: OrientationPattern, revenue: float, rate: Percent) -> Orientation:
    full = revenue * between(draw, pattern.gain)
    gains = tuple(rounded_to(full * between(draw, bounds), 1000) for bounds in _RAMP)
    cost = max(1000, rounded_to(revenue * between(draw, pattern.cost), 500))
    return Orientation(pattern.code, pattern, cost, gains, whole(draw, pattern.delay), rate)


def _objectives(
    draw: Generator,
    sales: Sales,
    accounts: Accounts,
    customers: Customers,
    satisfaction: Satisfaction,
    year: int,
) -> tuple[Objective, ...]:
    last, end = sales.last_year, year + 2
    revenue = sales.revenue(year=last)
    target = Money(Decimal(rounded_to(float(revenue) * between(draw, (1.14, 1.32)), 10_000)), "HT")
    nps = round(float(satisfaction.score))
    won = customers.flows[-1].won
    return (
        Objective("Chiffre d’affaires HT", revenue.k(), target.k(), end),
        Objective(
            "Résultat avant impôt (en % du CA)",
            f"{Percent.of(accounts.result(), accounts.revenue())}",
            f"{Percent(_tenth(accounts, between(draw, (0.008, 0.02))))}",
            end,
        ),
        *_channel_objective(draw, sales, end),
        Objective(
            "Nouveaux clients par an", french.number(won), french.number(_more(draw, won, (1.1, 1.25))), year
        ),
        Objective("Taux d’attrition annuel", f"{customers.churn}", f"{_lower(draw, customers.churn)}", end),
        Objective("NPS", f"{satisfaction.score:0}", f"+{nps + whole(draw, (4, 9))}{french.NBSP}points", year),
    )


def _channel_objective(draw: Generator, sales: Sales, end: int) -> Sequence[Objective]:
    online = tuple(channel.code for channel in sales.channels if channel.online)
    if not online:
        return ()
    share = Percent.of(sales.cents(year=sales.last_year, channel=online), sales.cents(year=sales.last_year))
    goal = round(float(share) * 100 + between(draw, (4, 9)))
    return (
        Objective(
            "Part des ventes en ligne dans le CA", f"{share}", f"{Percent(Fraction(goal, 100)):0}", end
        ),
    )


def _tenth(accounts: Accounts, more: float) -> Fraction:
    now = float(Percent.of(accounts.result(), accounts.revenue()))
    return Fraction(round((now + more) * 1000), 1000)


def _more(draw: Generator, value: int, bounds: tuple[float, float]) -> int:
    step = 10 if value >= 100 else 1
    return rounded_to(value * between(draw, bounds) + step / 2, step)


def _lower(draw: Generator, rate: Percent) -> Percent:
    return Percent(Fraction(max(1, round(float(rate) * 100 - between(draw, (2, 5)))), 100))
