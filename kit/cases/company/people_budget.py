"""Means: the accounts by year, the staff, and the marketing budget, planned and spent.

The accounts are built from the sales: variable costs are unit costs × quantities and the channels' own costs;
fixed costs leave a result in the range of the trade. The marketing line of the last year is the budget spent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kit.cases.company.campaigns import Campaign
from kit.cases.company.drawing import apportion, between, near, rounded_to
from kit.cases.company.offer import position
from kit.cases.company.patterns import RolePattern
from kit.cases.company.people import Person, draw_name
from kit.cases.company.sales import Sales
from kit.cases.company.sector import PAYROLL, Sector
from kit.cases.company.tables import ONE, SHARE, TEXT, TWO, WHOLE, frame, share_of
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

MARKETING = "Marketing et communication"
_LEAST_OTHERS = 0.35
_RESULT_DRIFT = (-0.008, 0.008)
_HALF = 2


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A line of the marketing budget of the last year, in whole euros HT."""

    label: str
    planned: int
    spent: int

    @property
    def gap(self) -> int:
        """Spent − planned: above 0 is unfavourable."""
        return self.spent - self.planned


@dataclass(frozen=True)
class MarketingBudget:
    """The marketing budget: the lines of the last year, and the envelopes of this year and the next."""

    year: int
    lines: tuple[BudgetLine, ...]
    envelopes: tuple[tuple[int, int], ...]

    @property
    def planned(self) -> Money:
        """Total planned for the last year, HT."""
        return Money(Decimal(sum(line.planned for line in self.lines)), "HT")

    @property
    def spent(self) -> Money:
        """Total spent in the last year, HT."""
        return Money(Decimal(sum(line.spent for line in self.lines)), "HT")

    @property
    def envelope(self) -> Money:
        """The envelope of the year to plan (the year of the case), HT."""
        return Money(Decimal(self.envelopes[0][1]), "HT")

    def table(self) -> DataFrame:
        """Return « Poste, Prévu HT (€), Réalisé HT (€) », with a total row: gaps are for the reader to compute."""
        columns = {"Poste": TEXT, f"Prévu {self.year} HT (€)": WHOLE, f"Réalisé {self.year} HT (€)": WHOLE}
        rows = [(line.label, line.planned, line.spent) for line in self.lines]
        return frame(columns, [*rows, ("Total", int(self.planned.amount), int(self.spent.amount))])

    def gaps(self) -> DataFrame:
        """Return « Poste, Écart (€), Écart (%), Sens »: for an answer key."""
        rows = [_gap(line) for line in self.lines]
        total = BudgetLine("Total", int(self.planned.amount), int(self.spent.amount))
        columns = {"Poste": TEXT, "Écart (€)": WHOLE, "Écart (%)": SHARE, "Sens": TEXT}
        return frame(columns, [*rows, _gap(total)])

    def envelope_table(self) -> DataFrame:
        """Return « Exercice, Enveloppe marketing HT (€) »."""
        return frame({"Exercice": TEXT, "Enveloppe marketing HT (€)": WHOLE}, self.envelopes)


def _gap(line: BudgetLine) -> tuple[Any, ...]:
    word = "nul" if line.gap == 0 else "défavorable" if line.gap > 0 else "favorable"
    return line.label, line.gap, share_of(line.gap, line.planned), word


@dataclass(frozen=True)
class Accounts:
    """The accounts by year, oldest first: revenue and variable costs in cents, fixed costs in whole euros."""

    years: tuple[int, ...]
    revenue_cents: tuple[int, ...]
    purchase_cents: tuple[int, ...]
    channel_cents: tuple[int, ...]
    fixed: tuple[tuple[str, tuple[int, ...]], ...]

    def revenue(self, year: int | None = None) -> Money:
        """Return the revenue HT of a year (default: the last)."""
        return _euros(self.revenue_cents[self._at(year)])

    def variable_costs(self, year: int | None = None) -> Money:
        """Return the variable costs HT of a year."""
        at = self._at(year)
        return _euros(self.purchase_cents[at] + self.channel_cents[at])

    def contribution(self, year: int | None = None) -> Money:
        """Return the marge sur coût variable of a year."""
        return self.revenue(year) - self.variable_costs(year)

    def contribution_rate(self, year: int | None = None) -> Percent:
        """Return the marge sur coût variable over revenue."""
        return Percent.of(self.contribution(year), self.revenue(year))

    def fixed_costs(self, year: int | None = None) -> Money:
        """Return the fixed costs of a year."""
        at = self._at(year)
        return Money(Decimal(sum(amounts[at] for _, amounts in self.fixed)), "HT")

    def result(self, year: int | None = None) -> Money:
        """Return the result of a year, before tax."""
        return self.contribution(year) - self.fixed_costs(year)

    def break_even(self, year: int | None = None) -> Money:
        """Return the seuil de rentabilité of a year, exact."""
        return self.fixed_costs(year) / self.contribution_rate(year)  # type: ignore[no-any-return]

    def safety_index(self, year: int | None = None) -> Percent:
        """Return (revenue − break-even) ÷ revenue."""
        return Percent.of(self.revenue(year) - self.break_even(year), self.revenue(year))

    def table(self) -> DataFrame:
        """Return the compte de résultat différentiel: one line a row, one year a column, in € HT."""
        columns = {"Poste": TEXT} | {f"{year} (€)": TWO for year in self.years}
        rows: list[Sequence[Any]] = [
            ("Chiffre d’affaires HT", *(self.revenue(y).amount for y in self.years)),
            ("Achats et coûts de production variables", *(_euros(c).amount for c in self.purchase_cents)),
            ("Coûts variables de distribution", *(_euros(c).amount for c in self.channel_cents)),
            ("Marge sur coût variable", *(self.contribution(y).amount for y in self.years)),
            *((label, *(Decimal(amount) for amount in amounts)) for label, amounts in self.fixed),
            ("Total des charges fixes", *(self.fixed_costs(y).amount for y in self.years)),
            ("Résultat avant impôt", *(self.result(y).amount for y in self.years)),
        ]
        return frame(columns, rows)

    def charges(self) -> DataFrame:
        """Return revenue and costs without margin or result: for a question that asks for them."""
        table = self.table()
        kept = ~table["Poste"].isin(
            ["Marge sur coût variable", "Total des charges fixes", "Résultat avant impôt"]
        )
        return table[kept].reset_index(drop=True)

    def _at(self, year: int | None) -> int:
        return len(self.years) - 1 if year is None else position(self.years, year)


def _euros(cents: int) -> Money:
    return Money(Decimal(cents) / 100, "HT")


@dataclass(frozen=True)
class Staff:
    """Who works there: named heads of teams, and full-time equivalents by role."""

    heads: tuple[Person, ...]
    roles: tuple[tuple[str, str, Decimal, str], ...]

    @property
    def fte(self) -> Decimal:
        """Total full-time equivalents (ETP)."""
        return sum((row[2] for row in self.roles), Decimal(0))

    @property
    def headcount(self) -> int:
        """How many people that makes: the half-time of a role is one more person."""
        return sum(math.ceil(row[2]) for row in self.roles)

    def head(self, team: str) -> Person:
        """Return the head of a team, or the first head when the team has none."""
        return next((person for person in self.heads if person.team == team), self.heads[0])

    def table(self) -> DataFrame:
        """Return « Équipe, Fonction, Effectif (ETP), Compétences », with a total row."""
        columns = {"Équipe": TEXT, "Fonction": TEXT, "Effectif (ETP)": ONE, "Compétences": TEXT}
        return frame(columns, [*self.roles, ("Total", "", self.fte, "")])

    def directory(self) -> DataFrame:
        """Return « Nom, Fonction, Équipe » of the heads, all fictitious."""
        columns = {"Nom": TEXT, "Fonction": TEXT, "Équipe": TEXT}
        return frame(columns, [(p.name, p.role, p.team) for p in self.heads])


@dataclass(frozen=True)
class Means:
    """Accounts, staff and marketing budget."""

    accounts: Accounts
    staff: Staff
    budget: MarketingBudget


def draw_means(
    rng: NamedRng, sector: Sector, sales: Sales, campaigns: Sequence[Campaign], year: int
) -> Means:
    """Return the firm's means, in keeping with its sales and campaigns."""
    lines = _budget_lines(rng("budget"), sector, sales, campaigns)
    accounts = _accounts(rng("comptes"), sector, sales, sum(line.spent for line in lines))
    envelopes = _envelopes(rng("enveloppe"), sales, lines, year)
    payroll = next(amounts[-1] for label, amounts in accounts.fixed if label == PAYROLL)
    staff = _staff(rng, sector, payroll)
    return Means(accounts, staff, MarketingBudget(sales.last_year, lines, envelopes))


def _budget_lines(
    draw: Generator, sector: Sector, sales: Sales, campaigns: Sequence[Campaign]
) -> tuple[BudgetLine, ...]:
    """Return one line a lever of campaign, its spending that of the campaigns, and the lines of the trade."""
    target = sales.cents(year=sales.last_year) / 100 * between(draw, sector.money.marketing)
    levers: dict[str, int] = {}
    for campaign in campaigns:
        levers[campaign.lever] = levers.get(campaign.lever, 0) + campaign.budget_euros
    others = max(target - sum(levers.values()), _LEAST_OTHERS * target)
    shares = [near(draw, share, 0.2) for share in sector.money.budget_lines.values()]
    spent = [rounded_to(others * share / sum(shares), 50) for share in shares]
    labels = [*levers, *sector.money.budget_lines]
    return tuple(
        BudgetLine(label, max(500, rounded_to(near(draw, amount, 0.16), 500)), amount)
        for label, amount in zip(labels, [*levers.values(), *spent], strict=True)
    )


def _envelopes(
    draw: Generator, sales: Sales, lines: Sequence[BudgetLine], year: int
) -> tuple[tuple[int, int], ...]:
    spent = sum(line.spent for line in lines)
    first = rounded_to(spent * between(draw, (1.0, 1.14)), 1000)
    return ((year, first), (year + 1, rounded_to(first * between(draw, (1.0, 1.08)), 1000)))


def _accounts(draw: Generator, sector: Sector, sales: Sales, marketing: int) -> Accounts:
    money = sector.money
    revenue, purchases, channels = _variable(sales)
    fixed: dict[str, list[int]] = {}
    growth = between(draw, (0.94, 1.0))
    low, high = money.result
    usual = between(draw, money.result)
    shares = {label: near(draw, share, 0.12) for label, share in money.fixed.items()}
    for at in range(len(sales.years)):
        contribution = revenue[at] - purchases[at] - channels[at]
        whole = (contribution - revenue[at] * min(high, max(low, usual + between(draw, _RESULT_DRIFT)))) / 100
        spent = marketing if at == len(sales.years) - 1 else rounded_to(
            marketing * revenue[at] / revenue[-1] * growth, 50
        )  # fmt: skip
        fixed.setdefault(MARKETING, []).append(spent)
        for label, share in shares.items():
            amount = rounded_to((whole - spent) * share / sum(shares.values()), 100)
            fixed.setdefault(label, []).append(amount)
    lines = tuple((label, tuple(amounts)) for label, amounts in fixed.items())
    return Accounts(sales.years, revenue, purchases, channels, lines)


def _variable(sales: Sales) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return revenue, purchases and channels' costs in cents by year."""
    place = {year: at for at, year in enumerate(sales.years)}
    costs = {product.code: product.cost_cents for product in sales.offer.products}
    revenue, purchases = [0] * len(place), [0] * len(place)
    through = {channel.code: [0] * len(place) for channel in sales.channels}
    for row in sales.rows:
        at = place[row.year]
        revenue[at] += row.revenue_cents
        purchases[at] += row.quantity * costs[row.product][at]
        through[row.channel][at] += row.revenue_cents
    rates = {channel.code: Fraction(channel.cost_rate) for channel in sales.channels}
    own = [round(sum(rates[code] * cents[at] for code, cents in through.items())) for at in range(len(place))]
    return tuple(revenue), tuple(purchases), tuple(own)


def _staff(rng: NamedRng, sector: Sector, payroll: int) -> Staff:
    """Return the staff the payroll pays: one head a team, then half-time steps by the weight of each role."""
    draw = rng("effectif")
    halves = max(1, round(payroll / between(draw, sector.money.fte_cost) * _HALF))
    heads = [role for role in sector.roles if role.head]
    others = [role for role in sector.roles if not role.head]
    left = max(len(others), halves - _HALF * len(heads))
    counts = [1 + more for more in apportion(left - len(others), [role.weight for role in others])]
    people = tuple(_person(rng, role, i) for i, role in enumerate(heads))
    rows = [(p.team, p.role, Decimal(1), p.skills) for p in people]
    rows += [
        (role.team, role.titles[0] if count > _HALF else role.titles[1], Decimal(count) / _HALF, role.skills)
        for role, count in zip(others, counts, strict=True)
    ]
    return Staff(people, tuple(rows))


def _person(rng: NamedRng, role: RolePattern, rank: int) -> Person:
    draw = rng(f"personne {rank}")
    feminine = float(draw.random()) < 1 / _HALF
    first, last = draw_name(draw, feminine)
    civility, title = ("Mme", role.titles[1]) if feminine else ("M.", role.titles[0])
    return Person(civility, first, last, title, role.team, role.skills)
