"""What the firm sells: products or services, their prices HT by year, unit costs, age and life cycle."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeVar

from kit.cases.company.drawing import between, pick, price_cents, sample, shelf_cents, whole
from kit.cases.company.patterns import Family, ProductPattern
from kit.cases.company.sector import Sector
from kit.cases.company.tables import SHARE, TEXT, TWO, frame
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng
from kit.errors import Place, UnknownCode

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

YEARS = 3
"""Fiscal years of data, each a calendar year, all before the year of the case."""
_DROPPED = (0, 2)
_KEPT = 6


@dataclass(frozen=True, slots=True)
class Product:
    """A product or service: prices (public, HT) and unit costs in cents by year, and when it was launched."""

    code: str
    reference: str
    name: str
    family: str
    description: str
    phase: str
    launched: int
    price_cents: tuple[int, ...]
    cost_cents: tuple[int, ...]
    years: tuple[int, ...]
    vat: Decimal
    weight: float
    channels: tuple[str, ...]
    segments: tuple[str, ...]

    def price(self, year: int | None = None) -> Money:
        """Return the public price HT of a year (default: the last one)."""
        return Money(Decimal(self.price_cents[self._at(year)]) / 100, "HT")

    def price_ttc(self, year: int | None = None) -> Money:
        """Return the public price TTC, rounded to the cent."""
        return self.price(year).ttc(self.vat).rounded()

    def cost(self, year: int | None = None) -> Money:
        """Return the unit cost HT (purchase or production) of a year."""
        return Money(Decimal(self.cost_cents[self._at(year)]) / 100, "HT")

    def _at(self, year: int | None) -> int:
        return -1 if year is None else position(self.years, year)


def position(years: tuple[int, ...], year: int) -> int:
    """Return the place of a fiscal year.

    Raises:
        UnknownCode: the data does not cover it.
    """
    if year not in years:
        raise UnknownCode.of("company.year", Place(), year=year, known=years)
    return years.index(year)


class _Named(Protocol):
    @property
    def code(self) -> str: ...


Coded = TypeVar("Coded", bound=_Named)


def by_code(items: tuple[Coded, ...], code: str) -> Coded:
    """Return the item with this code.

    Raises:
        UnknownCode: there is none.
    """
    for item in items:
        if item.code == code:
            return item
    known = [item.code for item in items]
    raise UnknownCode.of("company.code", Place(), code=code, known=known)


@dataclass(frozen=True, slots=True)
class Offer:
    """The range of the firm."""

    families: tuple[Family, ...]
    products: tuple[Product, ...]
    flagship: str
    years: tuple[int, ...]

    def product(self, code: str) -> Product:
        """Return a product by code. Raises UnknownCode."""
        return by_code(self.products, code)

    def family(self, code: str) -> Family:
        """Return a family by code. Raises UnknownCode."""
        return by_code(self.families, code)

    def table(self) -> DataFrame:
        """Return the range: reference, family, price HT and TTC, VAT, launch, phase of the life cycle."""
        columns = {
            "Référence": TEXT, "Désignation": TEXT, "Famille": TEXT, "Prix public HT (€)": TWO, "TVA": SHARE,
            "Prix public TTC (€)": TWO, "Lancement": TEXT, "Cycle de vie": TEXT,
        }  # fmt: skip
        rows = [
            (p.reference, p.name, self.family(p.family).label, p.price().amount, Percent(p.vat),
             p.price_ttc().amount, p.launched, p.phase)
            for p in self.products
        ]  # fmt: skip
        return frame(columns, rows)

    def margins(self) -> DataFrame:
        """Return unit prices, costs and margins of the last year, public price."""
        columns = {
            "Désignation": TEXT, "Prix public HT (€)": TWO, "Coût de revient unitaire HT (€)": TWO,
            "Marge unitaire (€)": TWO, "Taux de marge": SHARE, "Taux de marque": SHARE,
        }  # fmt: skip
        rows = []
        for product in self.products:
            price, cost = product.price(), product.cost()
            margin = price - cost
            rates = Percent.of(margin, cost), Percent.of(margin, price)
            rows.append((product.name, price.amount, cost.amount, margin.amount, *rates))
        return frame(columns, rows)

    def costs(self) -> DataFrame:
        """Return prices and costs without any margin computed: for a question that asks for them."""
        return self.margins().drop(columns=["Marge unitaire (€)", "Taux de marge", "Taux de marque"])

    def descriptions(self) -> DataFrame:
        """Return each product with what it is."""
        columns = {"Désignation": TEXT, "Famille": TEXT, "Description": TEXT}
        rows = [(p.name, self.family(p.family).label, p.description) for p in self.products]
        return frame(columns, rows)


def draw_offer(rng: NamedRng, sector: Sector, founded: int, year: int) -> Offer:
    """Return the firm's range: most of the sector's products, each family and the tested product kept."""
    draw = rng("offre")
    years = tuple(range(year - YEARS, year))
    money = sector.money
    inflation = between(draw, money.price_inflation), between(draw, money.cost_inflation)
    kept = _kept(draw, sector)
    products = tuple(
        _product(draw, pattern, i, sector, years, inflation, founded) for i, pattern in enumerate(kept, 1)
    )
    return Offer(sector.families, products, sector.survey.price_product, years)


def _kept(draw: Generator, sector: Sector) -> tuple[ProductPattern, ...]:
    cores = {p.code for p in sector.products if p.core} | {sector.survey.price_product}
    spare = [p for p in sector.products if p.code not in cores]
    most = max(0, len(sector.products) - _KEPT)
    dropped = {p.code for p in sample(draw, spare, min(most, whole(draw, _DROPPED)))}
    for family in sector.families:
        codes = {p.code for p in sector.products if p.family == family.code}
        if codes <= dropped:
            dropped -= codes
    return tuple(p for p in sector.products if p.code not in dropped)


def _product(
    draw: Generator,
    pattern: ProductPattern,
    rank: int,
    sector: Sector,
    years: tuple[int, ...],
    inflation: tuple[float, float],
    founded: int,
) -> Product:
    shop = sector.clientele != "B2B"
    rate = Fraction(sector.vat)
    asked = between(draw, pattern.price)

    def cents(euros: float) -> int:
        return shelf_cents(euros, rate) if shop else price_cents(euros)

    price = cents(asked)
    cost = round(price * between(draw, pattern.cost))
    back = range(len(years) - 1, -1, -1)
    family = next(i for i, family in enumerate(sector.families, 1) if family.code == pattern.family)
    return Product(
        code=pattern.code,
        reference=f"{family}{rank:02d}-{whole(draw, (100, 999))}",
        name=pick(draw, pattern.names),
        family=pattern.family,
        description=pattern.description,
        phase=pattern.phase,
        launched=max(founded, years[-1] + 1 - whole(draw, pattern.age)),
        price_cents=tuple(cents(price / 100 / (1 + inflation[0]) ** n) for n in back),
        cost_cents=tuple(max(1, round(cost / (1 + inflation[1]) ** n)) for n in back),
        years=years,
        vat=sector.vat,
        weight=pattern.weight * (0.75 + 0.5 * float(draw.random())),
        channels=pattern.channels or tuple(channel.code for channel in sector.channels),
        segments=pattern.segments or tuple(segment.code for segment in sector.segments),
    )
