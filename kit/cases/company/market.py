"""The market: total value and shares by year, families, rivals and how they compare.

Shares are drawn in tenths of a percent and amounts follow in whole k€, so that the rounded figures a reader
sees agree: share = amount ÷ market, shares sum to 1, and the firm's amount is its revenue of `sales`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kit.cases.company.drawing import apportion, between, near, sample, whole
from kit.cases.company.identity import Identity
from kit.cases.company.offer import position
from kit.cases.company.patterns import Archetype, Family, MarketPattern
from kit.cases.company.rivals import Benchmark, Competitor, draw_benchmark
from kit.cases.company.sales import Sales
from kit.cases.company.satisfaction import Reviews
from kit.cases.company.sector import Sector
from kit.cases.company.tables import SHARE, TEXT, TWO, WHOLE, change, frame, shares_of
from kit.cases.quantities import Percent
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

OTHERS = "Autres acteurs"
_MOVEMENT = 3
"""The least movement of the firm's share over the years, in tenths of a percent, when the sector allows it."""
_TENTHS = 1000
_LEAD = 1.25
_DRIFT = 7
_SMALLEST = 5
_RIVAL_CAP = 0.45


@dataclass(frozen=True, slots=True)
class FamilyMarket:
    """The market of a family of products, in k€: last year and the year before, the firm, its first rival."""

    family: Family
    market_k: int
    previous_k: int
    firm_k: int
    rival: str
    rival_k: int

    @property
    def growth(self) -> Percent:
        """Growth of the family's market."""
        return Percent(Fraction(self.market_k, self.previous_k) - 1)

    @property
    def share(self) -> Percent:
        """The firm's share of the family's market."""
        return Percent.of(self.firm_k, self.market_k)

    @property
    def relative_share(self) -> Fraction:
        """The firm's share over its first rival's."""
        return Fraction(self.firm_k, self.rival_k)


@dataclass(frozen=True)
class Market:
    """The market over three years; amounts in whole k€ HT, by year, oldest first."""

    scope: str
    firm: str
    years: tuple[int, ...]
    totals_k: tuple[int, ...]
    firm_k: tuple[int, ...]
    others_k: tuple[int, ...]
    volumes: tuple[int, ...]
    competitors: tuple[Competitor, ...]
    families: tuple[FamilyMarket, ...]
    benchmark_data: Benchmark
    unit: str
    pattern: MarketPattern

    def total_k(self, year: int | None = None) -> int:
        """Return the value of the market in k€ HT."""
        return self.totals_k[self._at(year)]

    def share(self, name: str | None = None, year: int | None = None) -> Percent:
        """Return the share in value of an actor by name (default: the firm), exact."""
        at = self._at(year)
        return Percent.of(self._amounts(at)[self.firm if name is None else name], self.totals_k[at])

    def volume(self, year: int | None = None) -> int:
        """Return the volume of the market, in the units of the trade."""
        return self.volumes[self._at(year)]

    def growth(self, year: int | None = None) -> Percent:
        """Return the growth of the market of a year on the one before (default: the last)."""
        at = self._at(year) % len(self.years)
        return Percent(Fraction(self.totals_k[at], self.totals_k[max(0, at - 1)]) - 1)

    @property
    def leader(self) -> Competitor:
        """The rival with the largest share in the last year."""
        return max(self.competitors, key=lambda rival: rival.revenue_k[-1])

    @property
    def relative_share(self) -> Fraction:
        """The firm's share over the leader's, in the last year."""
        return Fraction(self.firm_k[-1], self.leader.revenue_k[-1])

    def table(self, year: int | None = None) -> DataFrame:
        """Return « Acteur, CA HT (k€), Part de marché », largest first, « Autres acteurs » then the total."""
        at = self._at(year)
        amounts = self._amounts(at)
        others = amounts.pop(OTHERS)
        ordered = [*sorted(amounts.items(), key=lambda item: -item[1]), (OTHERS, others)]
        rows = [(name, k, Percent.of(k, self.totals_k[at])) for name, k in ordered]
        total = ("Total du marché", self.totals_k[at], Percent(Fraction(1)))
        return frame({"Acteur": TEXT, "CA HT (k€)": WHOLE, "Part de marché": SHARE}, [*rows, total])

    def by_year(self) -> DataFrame:
        """Return « Année, Marché (k€), Évolution du marché, CA de la firme (k€), Part de marché »."""
        columns = {
            "Année": TEXT, "Marché (k€ HT)": WHOLE, "Évolution du marché": SHARE,
            f"CA {self.firm} (k€ HT)": WHOLE, "Évolution du CA": SHARE, "Part de marché": SHARE,
        }  # fmt: skip
        rows = []
        for i, year in enumerate(self.years):
            growth = change(self.totals_k[i - 1], self.totals_k[i]) if i else None
            own = change(self.firm_k[i - 1], self.firm_k[i]) if i else None
            rows.append((year, self.totals_k[i], growth, self.firm_k[i], own, self.share(year=year)))
        return frame(columns, rows)

    def shares(self) -> DataFrame:
        """Return the share of each actor by year."""
        names = [self.firm, *(rival.name for rival in self.competitors), OTHERS]
        rows = [(name, *(self.share(name, year) for year in self.years)) for name in names]
        return frame({"Acteur": TEXT} | {f"PDM {year}": SHARE for year in self.years}, rows)

    def volumes_table(self) -> DataFrame:
        """Return « Année, Volume du marché »; the firm's own quantities are in `sales.by_year()`."""
        columns = {"Année": TEXT, f"Volume du marché ({self.unit})": WHOLE}
        return frame(columns, zip(self.years, self.volumes, strict=True))

    def portfolio(self) -> DataFrame:
        """Return the raw data of a BCG matrix by family: firm, market of two years, first rival (k€ HT)."""
        before, last = self.years[-2:]
        columns = {
            "Famille": TEXT, f"CA {self.firm} {last} (k€)": WHOLE, f"Marché {before} (k€)": WHOLE,
            f"Marché {last} (k€)": WHOLE, "Principal concurrent": TEXT, f"CA du concurrent {last} (k€)": WHOLE,
        }  # fmt: skip
        rows = [
            (f.family.label, f.firm_k, f.previous_k, f.market_k, f.rival, f.rival_k) for f in self.families
        ]
        return frame(columns, rows)

    def bcg(self) -> DataFrame:
        """Return the computed coordinates of the BCG matrix: for an answer key."""
        columns = {
            "Famille": TEXT, "Poids dans le CA": SHARE, "Croissance du marché": SHARE, "Part de marché": SHARE,
            "Part de marché relative": TWO,
        }  # fmt: skip
        rows = [
            (f.family.label, weight, f.growth, f.share, f.relative_share)
            for f, weight in zip(self.families, shares_of([f.firm_k for f in self.families]), strict=True)
        ]
        return frame(columns, rows)

    def benchmark(self) -> DataFrame:
        """Return the firm and its rivals compared: positioning, channels, services, price, awareness, rating."""
        return self.benchmark_data.table(self.competitors)

    def prices(self) -> DataFrame:
        """Return the prices of comparable products at the firm and its rivals."""
        return self.benchmark_data.price_table(self.competitors)

    def map(self) -> DataFrame:
        """Return the place of each actor on the two axes of the positioning map, from 1 to 10."""
        return self.benchmark_data.map_table(self.competitors)

    def rivals(self) -> DataFrame:
        """Return « Concurrent, Points forts, Points faibles »."""
        rows = [(c.name, " ; ".join(c.strengths), " ; ".join(c.weaknesses)) for c in self.competitors]
        return frame({"Concurrent": TEXT, "Points forts": TEXT, "Points faibles": TEXT}, rows)

    def _at(self, year: int | None) -> int:
        return len(self.years) - 1 if year is None else position(self.years, year)

    def _amounts(self, at: int) -> dict[str, int]:
        rivals = {rival.name: rival.revenue_k[at] for rival in self.competitors}
        return {self.firm: self.firm_k[at], **rivals, OTHERS: self.others_k[at]}


def draw_market(rng: NamedRng, sector: Sector, identity: Identity, sales: Sales, reviews: Reviews) -> Market:
    """Return the market around the firm's sales; the firm's online rating is that of its reviews."""
    draw = rng("marché")
    firm_k = tuple(sales.rounded_k(year) for year in sales.years)
    tenths, totals = _totals(draw, sector.market, firm_k)
    archetypes = sample(draw, sector.competitors, whole(draw, (4, 6)))
    shares = _shares(draw, archetypes, tenths)
    revenues = [
        tuple(round(total * share / _TENTHS) for total, share in zip(totals, by_year, strict=True))
        for by_year in shares
    ]
    others = tuple(
        total - firm - sum(revenue[i] for revenue in revenues)
        for i, (total, firm) in enumerate(zip(totals, firm_k, strict=True))
    )
    competitors = tuple(
        Competitor.of(name, archetype, revenue)
        for name, archetype, revenue in zip(identity.rivals, archetypes, revenues, strict=False)
    )
    return Market(
        scope=sector.market.scope,
        firm=identity.name,
        years=sales.years,
        totals_k=totals,
        firm_k=firm_k,
        others_k=others,
        volumes=_volumes(draw, sales, tenths),
        competitors=competitors,
        families=_families(draw, sales, totals, firm_k[-1], competitors),
        benchmark_data=draw_benchmark(
            rng("benchmark"), sector, identity.name, sales, reviews, competitors, archetypes
        ),
        unit=sector.vocabulary.unit[1],
        pattern=sector.market,
    )


def _totals(
    draw: Generator, pattern: MarketPattern, firm_k: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the firm's share in tenths of a percent and the value of the market, by year, oldest first.

    Where the growth drawn leaves the share where it was to the tenth, the end of the sector's range that moves
    it most is taken instead: a case that asks how a share moved needs it to move.
    """
    last = round(between(draw, pattern.share) * _TENTHS)
    growths = [between(draw, pattern.growth) for _ in firm_k[1:]]
    drawn = _backwards(last, firm_k, growths)
    if abs(drawn[0][0] - last) >= _MOVEMENT:
        return drawn
    ends = [_backwards(last, firm_k, [end] * len(growths)) for end in pattern.growth]
    return max((drawn, *ends), key=lambda found: abs(found[0][0] - last))


def _backwards(
    last: int, firm_k: Sequence[int], growths: Sequence[float]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return shares and totals from the last year's share and the market's growth, latest growth first."""
    tenths, totals = [last], [round(firm_k[-1] * _TENTHS / last)]
    for firm, growth in zip(reversed(firm_k[:-1]), growths, strict=True):
        share = max(1, round(firm * _TENTHS * (1 + growth) / totals[0]))
        tenths.insert(0, share)
        totals.insert(0, round(firm * _TENTHS / share))
    return tuple(tenths), tuple(totals)


def _shares(
    draw: Generator, archetypes: Sequence[Archetype], firm: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """Return each rival's share in tenths of a percent by year; the largest leads the last year clearly."""
    others = whole(draw, (150, 330))
    weights = [near(draw, archetype.weight, 0.3) for archetype in archetypes]
    last = list(apportion(_TENTHS - firm[-1] - others, weights))
    top = max(range(len(last)), key=last.__getitem__)
    second = max([firm[-1], *(share for i, share in enumerate(last) if i != top)])
    last[top] = max(last[top], min(round(second * _LEAD) + 1, last[top] + others - 60))
    result = []
    for share in last:
        by_year = [share]
        for _ in firm[:-1]:
            by_year.insert(0, max(_SMALLEST, by_year[0] + whole(draw, (-_DRIFT, _DRIFT))))
        result.append(tuple(by_year))
    return tuple(result)


def _volumes(draw: Generator, sales: Sales, tenths: Sequence[int]) -> tuple[int, ...]:
    ratio = between(draw, (0.8, 1.2))
    shares = [max(1, round(share * ratio)) for share in tenths]
    quantities = [sales.quantity(year=year) for year in sales.years]
    return tuple(round(sold * _TENTHS / share) for sold, share in zip(quantities, shares, strict=True))


def _families(
    draw: Generator, sales: Sales, totals: Sequence[int], firm_k: int, competitors: Sequence[Competitor]
) -> tuple[FamilyMarket, ...]:
    """Return each family's market; families sum to the whole, for the firm and for both years."""
    families = sales.offer.families
    own_cents = [_family_cents(sales, family) for family in families]
    firm = apportion(firm_k, own_cents)
    market = apportion(totals[-1], [cents / between(draw, (0.5, 2.0)) for cents in own_cents])
    growths = [between(draw, family.growth) for family in families]
    previous = apportion(totals[-2], [m / (1 + g) for m, g in zip(market, growths, strict=True)])
    left = {rival.name: rival.revenue_k[-1] for rival in competitors}
    result = []
    for i, family in enumerate(families):
        room = min(max(left.values()), round(market[i] * _RIVAL_CAP), market[i] - firm[i])
        name = max(sorted(left), key=lambda rival: left[rival] * (0.4 + 0.6 * float(draw.random())))
        rival_k = max(1, min(round(firm[i] * between(draw, (0.45, 2.6))), room, left[name]))
        left[name] -= rival_k
        result.append(FamilyMarket(family, market[i], previous[i], firm[i], name, rival_k))
    return tuple(result)


def _family_cents(sales: Sales, family: Family) -> int:
    codes = tuple(product.code for product in sales.offer.products if product.family == family.code)
    return sales.cents(year=sales.last_year, product=codes)
