"""The customers: segments of the last year, gains and losses by year, and an extract of the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kit.cases import indicators
from kit.cases.company.crm import CrmRow, Stratum, draw_crm
from kit.cases.company.drawing import apportion, between, near
from kit.cases.company.identity import Identity
from kit.cases.company.offer import Product, by_code, position
from kit.cases.company.patterns import SegmentPattern
from kit.cases.company.sales import Sales
from kit.cases.company.sector import Sector
from kit.cases.company.tables import SHARE, TEXT, TWO, WHOLE, frame, shares_of
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from datetime import date

    from numpy.random import Generator
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in the last year: active customers, orders, and revenue HT in whole euros."""

    code: str
    pattern: SegmentPattern
    customers: int
    orders: int
    revenue_euros: int
    reseller: bool

    @property
    def label(self) -> str:
        """The segment's name."""
        return self.pattern.label

    @property
    def revenue(self) -> Money:
        """Revenue HT of the last year, rounded to the euro."""
        return Money(Decimal(self.revenue_euros), "HT")

    @property
    def basket(self) -> Money:
        """Mean amount of an order, HT, exact."""
        return Money(Fraction(self.revenue_euros, self.orders), "HT")

    @property
    def frequency(self) -> Fraction:
        """Orders by active customer in the year, exact."""
        return Fraction(self.orders, self.customers)


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers of a year: at the start, won, lost, at the end."""

    year: int
    start: int
    won: int
    lost: int

    @property
    def end(self) -> int:
        """Active customers at the end of the year."""
        return self.start + self.won - self.lost


@dataclass(frozen=True)
class Customers:
    """The firm's customers. `segments` sum to the revenue of the last year, rounded to the euro."""

    segments: tuple[Segment, ...]
    flows: tuple[Flow, ...]
    crm_rows: tuple[CrmRow, ...]
    strata: tuple[Stratum, ...]
    today: date
    year: int

    @property
    def count(self) -> int:
        """Active customers of the last year."""
        return sum(segment.customers for segment in self.segments)

    @property
    def orders(self) -> int:
        """Orders of the last year."""
        return sum(segment.orders for segment in self.segments)

    @property
    def churn(self) -> Percent:
        """Share of customers lost in the last year."""
        return Percent.of(self.flows[-1].lost, self.flows[-1].start)

    def segment(self, code: str) -> Segment:
        """Return a segment by code. Raises UnknownCode."""
        return by_code(self.segments, code)

    def targets(self, product: Product) -> tuple[Segment, ...]:
        """Return the segments a product is made for, resellers left out, largest revenue first."""
        made_for = [s for s in self.segments if s.code in product.segments and not s.reseller]
        return tuple(sorted(made_for, key=lambda segment: -segment.revenue_euros))

    def flow(self, year: int) -> Flow:
        """Return the gains and losses of a year. Raises UnknownCode."""
        return self.flows[position(tuple(flow.year for flow in self.flows), year)]

    def by_segment(self) -> DataFrame:
        """Return customers, orders, revenue, share, basket and frequency by segment, with a total row."""
        columns = {
            "Segment": TEXT, "Clients actifs": WHOLE, "Commandes": WHOLE, f"CA HT {self.year} (€)": WHOLE,
            "Part du CA": SHARE, "Panier moyen HT (€)": TWO, "Fréquence annuelle": TWO,
        }  # fmt: skip
        amounts = [segment.revenue_euros for segment in self.segments]
        total = sum(amounts)
        rows: list[Sequence[Any]] = [
            (s.label, s.customers, s.orders, s.revenue_euros, share, s.basket.amount, s.frequency)
            for s, share in zip(self.segments, shares_of(amounts), strict=True)
        ]  # fmt: skip
        whole = Fraction(total, self.orders), Fraction(self.orders, self.count)
        return frame(
            columns, [*rows, ("Total", self.count, self.orders, total, Percent(Fraction(1)), *whole)]
        )

    def segment_data(self) -> DataFrame:
        """Return segments without any ratio computed: for a question that asks for them."""
        return self.by_segment().drop(columns=["Part du CA", "Panier moyen HT (€)", "Fréquence annuelle"])

    def profiles(self) -> DataFrame:
        """Return what each segment is, wants, does, and buys on."""
        columns = {
            "Segment": TEXT,
            "Profil": TEXT,
            "Besoins": TEXT,
            "Comportement": TEXT,
            "Critères d’achat": TEXT,
        }
        rows = [
            (s.label, s.pattern.profile, " ; ".join(s.pattern.needs), s.pattern.behaviour,
             " ; ".join(s.pattern.criteria))
            for s in self.segments
        ]  # fmt: skip
        return frame(columns, rows)

    def by_year(self) -> DataFrame:
        """Return « Année, Clients en début d’année, Nouveaux clients, Clients perdus, Clients en fin d’année »."""
        columns = {
            "Année": TEXT, "Clients en début d’année": WHOLE, "Nouveaux clients": WHOLE, "Clients perdus": WHOLE,
            "Clients en fin d’année": WHOLE,
        }  # fmt: skip
        return frame(columns, [(f.year, f.start, f.won, f.lost, f.end) for f in self.flows])

    def crm(self) -> DataFrame:
        """Return the extract of the CRM, one customer a row, no name, no address, no phone."""
        columns = {
            "N° client": TEXT, "Segment": TEXT, "Département": TEXT, "Région": TEXT, "Canal principal": TEXT,
            "Première commande": TEXT, "Dernière commande": TEXT, "Commandes (3 ans)": WHOLE,
            "CA HT 3 ans (€)": WHOLE, f"Commandes {self.year}": WHOLE, f"CA HT {self.year} (€)": WHOLE,
            "Accord e-mail": TEXT, "Accord SMS": TEXT,
        }  # fmt: skip
        return frame(columns, [row.cells() for row in self.crm_rows])

    def crm_sampling(self) -> DataFrame:
        """Return how the extract was drawn: active customers and rows by segment."""
        columns = {
            "Segment": TEXT,
            "Clients actifs": WHOLE,
            "Fiches de l’extrait": WHOLE,
            "dont actives": WHOLE,
        }
        rows = [(self.segment(s.segment).label, s.customers, s.rows, s.active) for s in self.strata]
        return frame(columns, rows)

    @cached_property
    def rfm_scores(self) -> tuple[tuple[int, int, int], ...]:
        """The R, F and M scores of the rows of the extract, in their order."""
        rows = self.crm_rows
        recency = [(self.today - row.last_order).days for row in rows]
        return indicators.rfm_scores(
            recency, [row.orders for row in rows], [row.revenue_euros for row in rows]
        )

    def rfm(self) -> DataFrame:
        """Return the RFM scores of the extract: for an answer key."""
        columns = {
            "N° client": TEXT, "Récence (jours)": WHOLE, "Fréquence (commandes)": WHOLE, "Montant HT (€)": WHOLE,
            "R": WHOLE, "F": WHOLE, "M": WHOLE, "Score": TEXT, "Groupe": TEXT,
        }  # fmt: skip
        rows = []
        for row, score in zip(self.crm_rows, self.rfm_scores, strict=True):
            days = (self.today - row.last_order).days
            text = "".join(map(str, score))
            rows.append((row.customer, days, row.orders, row.revenue_euros, *score, text, rfm_group(*score)))
        return frame(columns, rows)

    def rfm_groups(self) -> DataFrame:
        """Return « Groupe, Clients, Part des clients, CA HT 3 ans (€), Part du CA » of the extract."""
        columns = {
            "Groupe": TEXT, "Clients": WHOLE, "Part des clients": SHARE, "CA HT 3 ans (€)": WHOLE, "Part du CA": SHARE
        }  # fmt: skip
        names = [rfm_group(*score) for score in self.rfm_scores]
        counts = [names.count(group) for group in RFM_GROUPS]
        amounts = [
            sum(row.revenue_euros for row, name in zip(self.crm_rows, names, strict=True) if name == group)
            for group in RFM_GROUPS
        ]
        columns_of_rows = RFM_GROUPS, counts, shares_of(counts), amounts, shares_of(amounts)
        return frame(columns, list(zip(*columns_of_rows, strict=True)))


RFM_GROUPS = ("Champions", "Fidèles", "Récents à développer", "À réactiver", "Inactifs")
_HIGH, _MIDDLE = 4, 3


def rfm_group(recency: int, frequency: int, amount: int) -> str:
    """Return the group of an RFM score.

    « Champions » R ≥ 4 and F, M ≥ 4; « Fidèles » R ≥ 3 and F ≥ 3; « Récents à développer » R ≥ 4 otherwise;
    « À réactiver » R ≤ 3 with F ≥ 3 or M ≥ 4, or R = 3; « Inactifs » the rest.
    """
    if recency >= _HIGH and frequency >= _HIGH and amount >= _HIGH:
        return RFM_GROUPS[0]
    if recency >= _MIDDLE and frequency >= _MIDDLE:
        return RFM_GROUPS[1]
    if recency >= _HIGH:
        return RFM_GROUPS[2]
    if frequency >= _MIDDLE or amount >= _HIGH or recency == _MIDDLE:
        return RFM_GROUPS[3]
    return RFM_GROUPS[4]


def draw_customers(rng: NamedRng, sector: Sector, identity: Identity, sales: Sales) -> Customers:
    """Return the customers behind the sales of the last year."""
    draw = rng("clients")
    segments = _segments(draw, sector, sales)
    crm_rows, strata = draw_crm(rng("crm"), sector, identity, sales, segments)
    return Customers(
        segments=segments,
        flows=_flows(draw, sector, sales, sum(segment.customers for segment in segments)),
        crm_rows=crm_rows,
        strata=strata,
        today=identity.today,
        year=sales.last_year,
    )


def _segments(draw: Generator, sector: Sector, sales: Sales) -> tuple[Segment, ...]:
    """Return the segments: resellers have the sales of their channel, the others share the rest."""
    last = sales.last_year
    linked: dict[str, int] = {}
    for channel in sales.channels:
        if channel.buyer is not None:
            bought = sales.cents(year=last, channel=channel.code)
            linked[channel.buyer] = linked.get(channel.buyer, 0) + bought
    total = sales.cents(year=last)
    direct = total - sum(linked.values())
    shares = {s.code: near(draw, s.share, 0.2) for s in sector.segments if s.code not in linked}
    whole = sum(shares.values())
    cents = [
        float(linked[s.code]) if s.code in linked else direct * shares[s.code] / whole
        for s in sector.segments
    ]
    euros = apportion((total + 50) // 100, cents)
    return tuple(
        _segment(draw, pattern, revenue, pattern.code in linked)
        for pattern, revenue in zip(sector.segments, euros, strict=True)
    )


def _segment(draw: Generator, pattern: SegmentPattern, revenue: int, reseller: bool) -> Segment:
    frequency = between(draw, pattern.frequency)
    customers = max(1, round(revenue / (between(draw, pattern.basket) * frequency)))
    orders = max(customers, round(customers * frequency))
    return Segment(pattern.code, pattern, customers, orders, revenue, reseller)


def _flows(draw: Generator, sector: Sector, sales: Sales, active: int) -> tuple[Flow, ...]:
    """Return three years of gains and losses that end at the active customers of the last year."""
    last = sales.cents(year=sales.last_year)
    ends = [round(active * near(draw, sales.cents(year=y) / last, 0.03)) for y in sales.years[:-1]]
    before = round(ends[0] * between(draw, (0.85, 0.97)))
    flows = []
    for year, start, end in zip(sales.years, [before, *ends], [*ends, active], strict=True):
        lost = max(round(start * between(draw, sector.churn)), start - end)
        flows.append(Flow(year, start, end - start + lost, lost))
    return tuple(flows)
