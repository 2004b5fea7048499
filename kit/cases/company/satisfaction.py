"""What customers say: a survey whose counts sum, an NPS by year, a price test, and verbatims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kit.cases import indicators
from kit.cases.company.drawing import apportion, between, near, shuffled, whole
from kit.cases.company.patterns import Question, SatisfactionItem, Verbatim
from kit.cases.company.sales import Sales
from kit.cases.company.sector import Sector
from kit.cases.company.tables import ONE, SHARE, TEXT, TWO, WHOLE, frame, share_of, shares_of
from kit.cases.quantities import Money, Points, Tax
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

LEVELS = ("Très satisfaits", "Plutôt satisfaits", "Plutôt pas satisfaits", "Pas du tout satisfaits")
STARS = (5, 4, 3, 2, 1)
_SIZES = {"B2C": (220, 640), "B2B": (70, 190), "B2B et B2C": (160, 480)}
_PRICES = 8
_LOW = 0.68


@dataclass(frozen=True, slots=True)
class Nps:
    """The answers to the NPS question of a year."""

    year: int
    promoters: int
    passives: int
    detractors: int

    @property
    def respondents(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> Points:
        """The NPS, exact."""
        return Points(indicators.net_promoter_score(self.promoters, self.passives, self.detractors))


@dataclass(frozen=True, slots=True)
class Reviews:
    """The online reviews, counted by stars, from five to one."""

    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def rating(self) -> Fraction:
        """Their mean, out of 5, exact."""
        stars = sum(star * count for star, count in zip(STARS, self.counts, strict=True))
        return Fraction(stars, self.count)


@dataclass(frozen=True, slots=True)
class PriceTest:
    """A price acceptability survey: for each price, how many say more is too dear, less is poor quality."""

    product: str
    respondents: int
    tax: Tax
    prices_cents: tuple[int, ...]
    too_expensive: tuple[int, ...]
    poor_quality: tuple[int, ...]

    @property
    def prices(self) -> tuple[Money, ...]:
        """The prices tested, increasing."""
        return tuple(Money(Decimal(cents) / 100, self.tax) for cents in self.prices_cents)

    def solution(self) -> indicators.Acceptability:
        """Return the acceptability of each price and the best one: for an answer key."""
        return indicators.psychological_price(
            self.prices, self.too_expensive, self.poor_quality, self.respondents
        )

    def table(self) -> DataFrame:
        """Return the answers: price, « au-dessus, c’est trop cher », « au-dessous, la qualité est douteuse »."""
        columns = {
            f"Prix (€ {self.tax})": TWO, "« Au-dessus de ce prix, c’est trop cher »": WHOLE,
            "« Au-dessous de ce prix, la qualité est douteuse »": WHOLE,
        }  # fmt: skip
        prices = (price.amount for price in self.prices)
        return frame(columns, zip(prices, self.too_expensive, self.poor_quality, strict=True))

    def solution_table(self) -> DataFrame:
        """Return the cumulated refusals and the acceptability of each price: for an answer key."""
        columns = {
            f"Prix (€ {self.tax})": TWO, "Refus « trop cher » cumulés": SHARE,
            "Refus « qualité » cumulés": SHARE, "Acceptabilité": SHARE,
        }  # fmt: skip
        points = self.solution().points
        rows = [(Money(c / Decimal(100), self.tax).amount, p.too_expensive, p.poor_quality, p.acceptance)
                for c, p in zip(self.prices_cents, points, strict=True)]  # fmt: skip
        return frame(columns, rows)


@dataclass(frozen=True, slots=True)
class Answers:
    """The counts of the answers to a closed question."""

    question: str
    options: tuple[str, ...]
    counts: tuple[int, ...]

    def table(self) -> DataFrame:
        """Return « Réponse, Effectif, Part », with a total row."""
        total = sum(self.counts)
        rows = list(zip(self.options, self.counts, shares_of(self.counts), strict=True))
        columns = {"Réponse": TEXT, "Effectif": WHOLE, "Part": SHARE}
        return frame(columns, [*rows, ("Total", total, share_of(total, total))])


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion of satisfaction: importance out of 10, and how many answered each level."""

    label: str
    importance: Decimal
    counts: tuple[int, ...]

    @property
    def satisfied(self) -> int:
        """How many are very or rather satisfied."""
        return self.counts[0] + self.counts[1]


@dataclass(frozen=True)
class Satisfaction:
    """The survey of the end of the last year, the online reviews and the verbatims."""

    year: int
    respondents: int
    questions: tuple[Answers, ...]
    items: tuple[Item, ...]
    nps: tuple[Nps, ...]
    price_test: PriceTest
    reviews: Reviews
    verbatims: tuple[Verbatim, ...]

    @property
    def score(self) -> Points:
        """The NPS of the last year."""
        return self.nps[-1].score

    def table(self) -> DataFrame:
        """Return « Critère, Importance (sur 10) » and the counts by level of satisfaction."""
        columns = {"Critère": TEXT, "Importance (sur 10)": ONE} | dict.fromkeys(LEVELS, WHOLE)
        return frame(columns, [(item.label, item.importance, *item.counts) for item in self.items])

    def rates(self) -> DataFrame:
        """Return « Critère, Importance (sur 10), Taux de satisfaction »: for an answer key."""
        columns = {"Critère": TEXT, "Importance (sur 10)": ONE, "Taux de satisfaction": SHARE}
        rows = [(i.label, i.importance, share_of(i.satisfied, sum(i.counts))) for i in self.items]
        return frame(columns, rows)

    def nps_table(self) -> DataFrame:
        """Return « Année, Promoteurs (9–10), Passifs (7–8), Détracteurs (0–6), Répondants »."""
        columns = {
            "Année": TEXT, "Promoteurs (9–10)": WHOLE, "Passifs (7–8)": WHOLE, "Détracteurs (0–6)": WHOLE,
            "Répondants": WHOLE,
        }  # fmt: skip
        return frame(
            columns, [(n.year, n.promoters, n.passives, n.detractors, n.respondents) for n in self.nps]
        )

    def reviews_table(self) -> DataFrame:
        """Return « Note, Avis, Part » of the online reviews, with a total row."""
        total = self.reviews.count
        rows = [
            (f"{star} étoile{'s' if star > 1 else ''}", count, share)
            for star, count, share in zip(
                STARS, self.reviews.counts, shares_of(self.reviews.counts), strict=True
            )
        ]
        return frame(
            {"Note": TEXT, "Avis": WHOLE, "Part": SHARE}, [*rows, ("Total", total, share_of(total, total))]
        )

    def verbatims_table(self, count: int = 12) -> DataFrame:
        """Return `count` verbatims: « Verbatim » alone, for the reader to sort."""
        return frame({"Verbatim": TEXT}, [(f"« {v.text} »",) for v in self.verbatims[:count]])

    def verbatim_themes(self, count: int = 12) -> DataFrame:
        """Return the same verbatims with their tone and theme: for an answer key."""
        rows = [(f"« {v.text} »", v.tone, v.theme) for v in self.verbatims[:count]]
        return frame({"Verbatim": TEXT, "Tonalité": TEXT, "Thème": TEXT}, rows)


def draw_satisfaction(rng: NamedRng, sector: Sector, sales: Sales) -> Satisfaction:
    """Return what customers say."""
    draw = rng("enquête")
    survey = sector.survey
    size = whole(draw, _SIZES[sector.clientele])
    mood = near(draw, 1.0, 0.06)
    return Satisfaction(
        year=sales.last_year,
        respondents=size,
        questions=tuple(_answers(draw, question, size) for question in survey.questions),
        items=tuple(_item(draw, item, size, mood) for item in survey.satisfaction),
        nps=_nps(rng("nps"), sector, sales.years, size),
        price_test=_price_test(rng("prix psychologique"), sector, sales),
        reviews=_reviews(rng("avis"), mood),
        verbatims=_verbatims(rng("verbatims"), sector),
    )


def _answers(draw: Generator, question: Question, size: int) -> Answers:
    weights = [near(draw, weight, 0.25) for weight in question.options.values()]
    return Answers(question.question, tuple(question.options), apportion(size, weights))


def _item(draw: Generator, item: SatisfactionItem, size: int, mood: float) -> Item:
    """Return the counts of the four levels that a score out of 10 gives."""
    happy = min(0.96, between(draw, item.score) / 10 * mood)
    weights = [happy**2, happy * (1.25 - happy), (1 - happy) * 0.7, (1 - happy) * 0.3]
    importance = Decimal(round(between(draw, item.importance) * 10)) / 10
    return Item(item.label, importance, apportion(size, weights))


def _nps(draw: Generator, sector: Sector, years: Sequence[int], size: int) -> tuple[Nps, ...]:
    low, high = sector.survey.nps
    score = between(draw, (low, high))
    result: list[Nps] = []
    for year in reversed(years):
        count = size if year == years[-1] else round(near(draw, size, 0.15))
        passives = between(draw, (0.24, 0.36))
        promoters = (1 - passives + score / 100) / 2
        weights = [promoters, passives, max(0.02, 1 - passives - promoters)]
        result.insert(0, Nps(year, *apportion(count, weights)))
        score = min(high, max(low, score + between(draw, (-9, 9))))
    return tuple(result)


def _price_test(draw: Generator, sector: Sector, sales: Sales) -> PriceTest:
    """Return a price test whose best price is unique and not at an end of the scale."""
    product = sales.offer.product(sales.offer.flagship)
    tax: Tax = "HT" if sector.clientele == "B2B" else "TTC"
    price = float(product.price() if tax == "HT" else product.price_ttc())
    prices = _steps(price * near(draw, 1.0, 0.08))
    size = whole(draw, (120, 400))
    peak = between(draw, (3.2, 4.8))
    dear = _bell(draw, peak + 1.6)
    cheap = _bell(draw, peak - 1.7)
    expensive, poor = apportion(size, dear), apportion(size, cheap)
    return PriceTest(product.code, size, tax, prices, *_settled(prices, expensive, poor, size))


def _steps(middle: float) -> tuple[int, ...]:
    """Return increasing prices around the middle, evenly spaced by a round number near a tenth of it."""
    size = 10 ** math.floor(math.log10(middle / 10))
    step = min((round(size * n * 100) for n in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - middle * 10))
    first = round(middle * 100 * _LOW / step) * step
    return tuple(first + i * step for i in range(_PRICES))


def _bell(draw: Generator, centre: float) -> list[float]:
    return [near(draw, 1 / (1 + ((i - centre) / 1.5) ** 4), 0.12) + 0.01 for i in range(_PRICES)]


def _settled(
    prices: Sequence[int], expensive: tuple[int, ...], poor: tuple[int, ...], size: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the answers, one moved where two prices would be equally good, so that the best is unique."""
    found = indicators.psychological_price(prices, expensive, poor, size)
    ties = [i for i, point in enumerate(found.points) if point.acceptance == found.best.acceptance]
    while len(ties) > 1:
        first, second = ties[0], ties[1]
        moved = list(expensive)
        giver = max(range(first, second), key=moved.__getitem__)
        moved[giver] += -1 if moved[giver] else 1
        taker = _PRICES - 1 if sum(moved) < size else max(range(second, _PRICES), key=moved.__getitem__)
        moved[taker] += size - sum(moved)
        expensive = tuple(moved)
        found = indicators.psychological_price(prices, expensive, poor, size)
        ties = [i for i, point in enumerate(found.points) if point.acceptance == found.best.acceptance]
    return expensive, poor


def _reviews(draw: Generator, mood: float) -> Reviews:
    count = whole(draw, (80, 900))
    weights = [0.56 * mood**3, 0.22, 0.08, 0.06 / mood, 0.09 / mood**2]
    return Reviews(apportion(count, [near(draw, weight, 0.25) for weight in weights]))


def _verbatims(draw: Generator, sector: Sector) -> tuple[Verbatim, ...]:
    """Return all verbatims in an order that mixes tones: any first dozen has of all three."""
    groups = [
        list(shuffled(draw, [v for v in sector.verbatims if v.tone == tone]))
        for tone in ("négatif", "positif", "neutre")
    ]
    mixed: list[Verbatim] = []
    while any(groups):
        mixed += [group.pop() for group in groups if group]
    return tuple(mixed)
