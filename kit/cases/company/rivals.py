"""The firm's competitors and what a benchmark says of them: prices, channels, awareness, ratings, map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kit import french
from kit.cases.company.drawing import between, near, price_cents, whole
from kit.cases.company.offer import Product
from kit.cases.company.patterns import Archetype, Range
from kit.cases.company.sales import Sales
from kit.cases.company.satisfaction import Reviews
from kit.cases.company.sector import Sector
from kit.cases.company.tables import ONE, TEXT, TWO, WHOLE, frame
from kit.cases.quantities import Money, Percent, Tax

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

_COMPARED = 4
_PRICE_NOISE = 0.05
_BEST_RATING = 49


@dataclass(frozen=True, slots=True)
class Competitor:
    """A rival: its kind, and its revenue on the market in whole k€ HT by year, oldest first."""

    name: str
    kind: str
    positioning: str
    channels: str
    services: str
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    revenue_k: tuple[int, ...]

    @classmethod
    def of(cls, name: str, kind: Archetype, revenue_k: tuple[int, ...]) -> Competitor:
        """Return the rival of this kind, under this name."""
        return cls(
            name, kind.label, kind.positioning, kind.channels, kind.services, kind.strengths, kind.weaknesses, revenue_k
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How an actor stands in the benchmark. `prices` are in cents, one for each product compared."""

    name: str
    prices: tuple[int, ...]
    awareness: Percent
    rating: Decimal
    reviews: int
    place: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The comparison of the firm (first) and its rivals on the products compared."""

    standings: tuple[Standing, ...]
    products: tuple[Product, ...]
    axes: tuple[str, str]
    firm_text: tuple[str, str, str]
    tax: Tax

    def price(self, name: str, product: str) -> Money:
        """Return the price of a compared product at an actor, HT or TTC as customers of the trade read it."""
        standing = next(item for item in self.standings if item.name == name)
        at = [item.code for item in self.products].index(product)
        return Money(Decimal(standing.prices[at]) / 100, self.tax)

    def table(self, competitors: Sequence[Competitor]) -> DataFrame:
        """Return the benchmark, one actor a row."""
        price = f"Prix « {self.products[0].name} » (€ {self.tax})"
        columns = {
            "Acteur": TEXT, "Positionnement": TEXT, "Canaux": TEXT, "Services": TEXT, price: TWO,
            "Notoriété assistée": "%:0", "Note en ligne (sur 5)": ONE, "Nombre d’avis": WHOLE,
        }  # fmt: skip
        texts = [self.firm_text, *((c.positioning, c.channels, c.services) for c in competitors)]
        rows = [
            (s.name, *words, Decimal(s.prices[0]) / 100, s.awareness, s.rating, s.reviews)
            for s, words in zip(self.standings, texts, strict=True)
        ]
        return frame(columns, rows)

    def price_table(self, competitors: Sequence[Competitor]) -> DataFrame:
        """Return « Produit » and the price at the firm and at each rival."""
        names = [self.standings[0].name, *(c.name for c in competitors)]
        columns = {f"Produit comparable (prix en € {self.tax})": TEXT} | dict.fromkeys(names, TWO)
        rows = [
            (product.name, *(Decimal(standing.prices[i]) / 100 for standing in self.standings))
            for i, product in enumerate(self.products)
        ]
        return frame(columns, rows)

    def map_table(self, competitors: Sequence[Competitor]) -> DataFrame:
        """Return the positioning map, the rivals in their order."""
        order = [self.standings[0].name, *(c.name for c in competitors)]
        places = {standing.name: standing.place for standing in self.standings}
        columns = {"Acteur": TEXT, f"{self.axes[0]} (1 à 10)": ONE, f"{self.axes[1]} (1 à 10)": ONE}
        return frame(columns, [(name, *places[name]) for name in order])


def draw_benchmark(
    draw: Generator,
    sector: Sector,
    firm: str,
    sales: Sales,
    reviews: Reviews,
    competitors: Sequence[Competitor],
    archetypes: Sequence[Archetype],
) -> Benchmark:
    """Return the comparison of the firm and its rivals on its main products."""
    tax: Tax = "HT" if sector.clientele == "B2B" else "TTC"
    products = _compared(sales)
    own = tuple(_shown_cents(product, tax) for product in products)
    weakest = min(archetype.awareness[0] for archetype in archetypes)
    awareness = near(draw, (weakest + 2 * archetypes[0].awareness[0]) / 3, 0.3)
    firm_standing = Standing(
        firm, own, _percent(awareness), french.rounded(reviews.rating, 1), reviews.count,
        _place(draw, sector.market.firm_axes),
    )  # fmt: skip
    rivals = [
        Standing(
            rival.name, _prices(draw, own, kind), _percent(between(draw, kind.awareness)),
            _rating(draw, kind.rating), whole(draw, (80, 2600)), _place(draw, kind.axes),
        )
        for rival, kind in zip(competitors, archetypes, strict=True)
    ]  # fmt: skip
    channels = ", ".join(channel.label[:1].lower() + channel.label[1:] for channel in sales.channels)
    words = (sector.positioning, channels, sector.market.firm_services)
    return Benchmark((firm_standing, *rivals), products, sector.market.axes, words, tax)


def _compared(sales: Sales) -> tuple[Product, ...]:
    """Return the product of the price survey, then the best sold others."""
    last = sales.last_year
    flagship = sales.offer.product(sales.offer.flagship)
    others = [product for product in sales.offer.products if product is not flagship]
    others.sort(key=lambda product: -sales.cents(year=last, product=product.code))
    return (flagship, *others[: _COMPARED - 1])


def _shown_cents(product: Product, tax: Tax) -> int:
    price = product.price() if tax == "HT" else product.price_ttc()
    return int(price.exact * 100)


def _prices(draw: Generator, own: Sequence[int], kind: Archetype) -> tuple[int, ...]:
    index = between(draw, kind.price)
    return tuple(price_cents(near(draw, cents / 100 * index, _PRICE_NOISE)) for cents in own)


def _percent(ratio: float) -> Percent:
    return Percent(Decimal(min(97, max(3, round(ratio * 100)))) / 100)


def _rating(draw: Generator, bounds: Range) -> Decimal:
    return Decimal(min(_BEST_RATING, round(between(draw, bounds) * 10))) / 10


def _place(draw: Generator, axes: tuple[Range, Range]) -> tuple[Decimal, Decimal]:
    across, up = (Decimal(round(between(draw, bounds) * 2)) / 2 for bounds in axes)
    return across, up
