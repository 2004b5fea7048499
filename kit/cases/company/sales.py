"""Sales by month, product and channel: the one source of every revenue and quantity of the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from kit.cases.company.drawing import at_random, between, near
from kit.cases.company.offer import YEARS, Offer, Product, by_code, position
from kit.cases.company.patterns import ChannelPattern
from kit.cases.company.sector import Sector
from kit.cases.company.tables import ONE, SHARE, TEXT, TWO, WHOLE, change, frame, shares_of
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng
from kit.french import month_name

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

MONTHS = 12
QUARTERS = 4
_PHASE = {"lancement": 1.45, "croissance": 1.18, "maturité": 1.0, "déclin": 0.85}
_LAUNCH = 0.6
_FITTING = 8
_MONTH_NOISE = 0.05
_CELL_NOISE = 0.12


Codes = str | tuple[str, ...] | None
"""A code, several, or None for all."""
Cell = tuple[int, int, str, str]


class Where(TypedDict, total=False):
    """Which sales: a year, a month (1 to 12), products or channels by code; what is absent or None is all."""

    year: int | None
    month: int | None
    product: Codes
    channel: Codes


class SaleRow(NamedTuple):
    """Sales of a product through a channel in a month; the price is the net price HT of the channel."""

    year: int
    month: int
    product: str
    channel: str
    quantity: int
    price_cents: int

    @property
    def revenue_cents(self) -> int:
        """Quantity × price, in cents."""
        return self.quantity * self.price_cents


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of sale of the firm."""

    code: str
    label: str
    kind: str
    price: float
    cost_rate: Decimal
    buyer: str | None

    @property
    def online(self) -> bool:
        """Whether it is the firm's own site."""
        return self.kind == "en ligne"


@dataclass(frozen=True)
class Sales:
    """Thirty-six months of sales. Every total is a sum of these rows."""

    rows: tuple[SaleRow, ...]
    years: tuple[int, ...]
    channels: tuple[Channel, ...]
    offer: Offer

    @property
    def last_year(self) -> int:
        """The last fiscal year of the data."""
        return self.years[-1]

    def channel(self, code: str) -> Channel:
        """Return a channel by code. Raises UnknownCode."""
        return by_code(self.channels, code)

    def cents(self, **where: Unpack[Where]) -> int:
        """Return the revenue HT in cents: `cents(year=2025, channel="site")`, or all of it without filter."""
        return self._sum(1, **where)

    def revenue(self, **where: Unpack[Where]) -> Money:
        """Return the revenue HT, exact."""
        return Money(Decimal(self._sum(1, **where)) / 100, "HT")

    def quantity(self, **where: Unpack[Where]) -> int:
        """Return the quantity sold."""
        return self._sum(0, **where)

    def growth(self, year: int | None = None) -> Percent:
        """Return the growth of revenue of a year on the one before (default: the last year)."""
        at = position(self.years, self.last_year if year is None else year)
        before = self.revenue(year=self.years[max(0, at - 1)])
        return Percent(Percent.of(self.revenue(year=self.years[at]), before).exact - 1)

    def rounded_k(self, year: int) -> int:
        """Return the revenue of a year in whole k€."""
        return (self.cents(year=year) + 50_000) // 100_000

    def by_year(self) -> DataFrame:
        """Return « Année, Quantités, CA HT (€), Évolution du CA »."""
        columns = {"Année": TEXT, "Quantités": WHOLE, "CA HT (€)": TWO, "Évolution du CA": SHARE}
        totals = [self.revenue(year=year) for year in self.years]
        rows = []
        for i, year in enumerate(self.years):
            growth = change(totals[i - 1], totals[i]) if i else None
            rows.append((year, self.quantity(year=year), totals[i].amount, growth))
        return frame(columns, rows)

    def by_month(self) -> DataFrame:
        """Return « Mois » and « CA HT N (€) » for each year, with a total row."""
        return self._by_period("Mois", {month_name(m).capitalize(): (m,) for m in range(1, MONTHS + 1)})

    def by_quarter(self) -> DataFrame:
        """Return « Trimestre » and « CA HT N (€) » for each year, with a total row."""
        return self._by_period("Trimestre", {f"T{q}": _quarter(q) for q in range(1, QUARTERS + 1)})

    def quarter_cents(self, year: int, quarter: int, channel: str | None = None) -> int:
        """Return the revenue HT in cents of a quarter (1 to 4), of one channel or of all."""
        return sum(self.cents(year=year, month=month, channel=channel) for month in _quarter(quarter))

    def by_product(self, year: int | None = None) -> DataFrame:
        """Return « Désignation, Quantités, CA HT (€), Part du CA, Évolution du CA » of a year, with a total row."""
        names = [(product.code, product.name) for product in self.offer.products]
        return self._by("Désignation", "product", names, year)

    def by_channel(self, year: int | None = None) -> DataFrame:
        """Return « Canal, Quantités, CA HT (€), Part du CA, Évolution du CA » of a year, with a total row."""
        return self._by("Canal", "channel", [(c.code, c.label) for c in self.channels], year)

    def by_family(self, year: int | None = None) -> DataFrame:
        """Return « Famille, Quantités, CA HT (€), Part du CA, Évolution du CA » of a year, with a total row."""
        groups = [
            (tuple(p.code for p in self.offer.products if p.family == family.code), family.label)
            for family in self.offer.families
        ]
        return self._by("Famille", "product", groups, year)

    def product_channel(self, year: int | None = None) -> DataFrame:
        """Return the revenue HT (€) of a year by product (rows) and channel (columns), with totals."""
        at = self.last_year if year is None else self.years[position(self.years, year)]
        columns = {"Désignation": TEXT} | {c.label: TWO for c in self.channels} | {"Total (€)": TWO}
        rows: list[Sequence[Any]] = []
        for product in self.offer.products:
            cells = [
                self.revenue(year=at, product=product.code, channel=c.code).amount for c in self.channels
            ]
            rows.append((product.name, *cells, sum(cells)))
        totals = [self.revenue(year=at, channel=c.code).amount for c in self.channels]
        return frame(columns, [*rows, ("Total", *totals, sum(totals))])

    def season(self) -> DataFrame:
        """Return « Mois, CA HT mensuel moyen (€), Indice saisonnier » over the three years."""
        columns = {"Mois": TEXT, "CA HT mensuel moyen (€)": WHOLE, "Indice saisonnier (base 100)": ONE}
        mean = Money(Decimal(self.cents()) / 100) / (MONTHS * len(self.years))
        rows = []
        for month in range(1, MONTHS + 1):
            value = self.revenue(month=month) / len(self.years)
            rows.append((month_name(month).capitalize(), value.rounded(0).amount, value / mean * 100))
        return frame(columns, rows)

    def _by_period(self, header: str, periods: Mapping[str, Iterable[int]]) -> DataFrame:
        """Return one column a year and one row a period, a period being some months; then the total."""
        columns = {header: TEXT} | {f"CA HT {year} (€)": TWO for year in self.years}
        everything = {**periods, "Total": range(1, MONTHS + 1)}
        rows = [
            (label, *(sum(self.revenue(year=y, month=m).amount for m in months) for y in self.years))
            for label, months in everything.items()
        ]
        return frame(columns, rows)

    def _by(self, header: str, field: str, names: list[tuple[Any, str]], year: int | None) -> DataFrame:
        columns = {
            header: TEXT, "Quantités": WHOLE, "CA HT (€)": TWO, "Part du CA": SHARE, "Évolution du CA": SHARE
        }  # fmt: skip
        at = position(self.years, self.last_year if year is None else year)
        wheres: list[dict[str, Any]] = [{field: key} for key, _ in names]
        parts = [self.cents(year=self.years[at], **where) for where in wheres]
        shares = [*shares_of(parts), Percent(Fraction(1))]
        rows = []
        labels = [*(label for _, label in names), "Total"]
        for label, where, share in zip(labels, [*wheres, {}], shares, strict=True):
            cents = self.cents(year=self.years[at], **where)
            before = self.cents(year=self.years[at - 1], **where) if at else 0
            sold = self.quantity(year=self.years[at], **where)
            rows.append((label, sold, Decimal(cents) / 100, share, change(before, cents)))
        return frame(columns, rows)

    @cached_property
    def _by_year(self) -> dict[Cell, tuple[int, int]]:
        return _added(((row.year, 0, row.product, row.channel), row) for row in self.rows)

    @cached_property
    def _by_month(self) -> dict[Cell, tuple[int, int]]:
        return _added(((row.year, row.month, row.product, row.channel), row) for row in self.rows)

    def _sum(
        self,
        at: int,
        *,
        year: int | None = None,
        month: int | None = None,
        product: Codes = None,
        channel: Codes = None,
    ) -> int:
        cells = self._by_year if month is None else self._by_month
        products, channels = _several(product), _several(channel)
        return sum(
            values[at]
            for (its_year, its_month, its_product, its_channel), values in cells.items()
            if (year is None or its_year == year)
            and (month is None or its_month == month)
            and (products is None or its_product in products)
            and (channels is None or its_channel in channels)
        )


def _added(rows: Iterable[tuple[Cell, SaleRow]]) -> dict[Cell, tuple[int, int]]:
    """Return quantity and revenue in cents by cell."""
    cells: dict[Cell, tuple[int, int]] = {}
    for cell, row in rows:
        sold, cents = cells.get(cell, (0, 0))
        cells[cell] = sold + row.quantity, cents + row.revenue_cents
    return cells


def _quarter(quarter: int) -> range:
    """Return the months of a quarter (1 to 4)."""
    return range(3 * quarter - 2, 3 * quarter + 1)


def _several(codes: Codes) -> tuple[str, ...] | None:
    return (codes,) if isinstance(codes, str) else codes


def draw_sales(rng: NamedRng, sector: Sector, offer: Offer) -> Sales:
    """Return the sales of three years: season, growth, life cycles, drift of channels, and chance."""
    draw = rng("ventes")
    growths = [between(draw, sector.growth) for _ in offer.years[1:]]
    yearly = [between(draw, sector.revenue)]
    for growth in growths:
        yearly.append(yearly[-1] * (1 + growth))
    channels = tuple(_channel(draw, pattern) for pattern in sector.channels)
    drifts = [between(draw, pattern.drift) for pattern in sector.channels]
    starts = {p.code: near(draw, p.share, 0.15) for p in sector.channels}
    rows: list[SaleRow] = []
    for at, year in enumerate(offer.years):
        shares = {
            c.code: starts[c.code] * (1 + drift) ** at for c, drift in zip(channels, drifts, strict=True)
        }
        months = _months(draw, sector.season)
        weights = _weights(draw, offer.products, channels, shares, at, year)
        total = sum(weights.values())
        for month, part in enumerate(months, 1):
            rows += _month(draw, weights, total / yearly[at] / part, offer, channels, at, month)
    return Sales(tuple(rows), offer.years, channels, offer)


def _channel(draw: Generator, pattern: ChannelPattern) -> Channel:
    rate = Decimal(round(between(draw, pattern.cost) * 200)) / 200
    return Channel(pattern.code, pattern.label, pattern.kind, pattern.price, rate, pattern.buyer)


def _months(draw: Generator, season: Sequence[float]) -> list[float]:
    noisy = [near(draw, coefficient, _MONTH_NOISE) for coefficient in season]
    return [value / sum(noisy) for value in noisy]


def _weights(
    draw: Generator,
    products: Sequence[Product],
    channels: Sequence[Channel],
    shares: dict[str, float],
    at: int,
    year: int,
) -> dict[tuple[str, str], float]:
    """Return the part of each product and channel in the revenue of a year, whatever its sum."""
    weights: dict[tuple[str, str], float] = {}
    sizes: dict[str, float] = {}
    for product in products:
        if product.launched > year:
            continue
        first = _LAUNCH if product.launched == year else 1.0
        sizes[product.code] = product.weight * _PHASE[product.phase] ** (at - YEARS + 1) * first
        for channel in channels:
            if channel.code in product.channels:
                weights[product.code, channel.code] = 1.0
    fitted = _fitted(weights, sizes, shares)
    return {cell: near(draw, weight, _CELL_NOISE) for cell, weight in fitted.items()}


def _fitted(
    weights: dict[tuple[str, str], float], products: dict[str, float], channels: dict[str, float]
) -> dict[tuple[str, str], float]:
    """Return weights whose sums follow the sizes of products and the shares of channels.

    Iterative proportional fitting: a product sold through one channel only keeps its size, and the channel
    then sells less of the others.
    """
    for _ in range(_FITTING):
        for axis, wanted in ((0, products), (1, channels)):
            whole = sum(wanted.values())
            sums = dict.fromkeys(wanted, 0.0)
            for cell, weight in weights.items():
                sums[cell[axis]] += weight
            weights = {
                cell: weight * wanted[cell[axis]] / whole / sums[cell[axis]]
                for cell, weight in weights.items()
            }
    return weights


def _month(
    draw: Generator,
    weights: dict[tuple[str, str], float],
    divisor: float,
    offer: Offer,
    channels: Sequence[Channel],
    at: int,
    month: int,
) -> Iterator[SaleRow]:
    ratios = {channel.code: channel.price for channel in channels}
    for (product, channel), weight in weights.items():
        price = round(offer.product(product).price_cents[at] * ratios[channel])
        target = near(draw, weight / divisor, _CELL_NOISE / 2) * 100
        yield SaleRow(offer.years[at], month, product, channel, at_random(draw, target / price), price)
