"""Indicators of price, margin and demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.cases.indicators.registry import Value, alike, indicator, plain, quotient, taxed
from kit.errors import AuthorError


@indicator("Marge unitaire", "prix de vente HT − prix d’achat (ou coût) HT", "€")
def unit_margin(price: Value, cost: Value) -> Fraction:
    """Return the margin made on one unit."""
    return taxed(price, "HT") - taxed(cost, "HT")


@indicator("Taux de marge", "(prix de vente HT − prix d’achat HT) ÷ prix d’achat HT", "%")
def margin_on_cost(price: Value, cost: Value) -> Fraction:
    """Return the margin over the purchase price HT. Not to be taken for the taux de marque."""
    return quotient("margin_on_cost", unit_margin(price, cost), taxed(cost, "HT"), "le prix d’achat")


@indicator("Taux de marque", "(prix de vente HT − prix d’achat HT) ÷ prix de vente HT", "%")
def margin_on_price(price: Value, cost: Value) -> Fraction:
    """Return the margin over the selling price HT. Not to be taken for the taux de marge."""
    return quotient("margin_on_price", unit_margin(price, cost), taxed(price, "HT"), "le prix de vente")


@indicator("Coefficient multiplicateur", "prix de vente TTC ÷ prix d’achat HT", "coefficient")
def price_multiplier(price_with_tax: Value, cost: Value) -> Fraction:
    """Return the number by which the purchase price HT is multiplied to get the selling price TTC."""
    return quotient("price_multiplier", taxed(price_with_tax, "TTC"), taxed(cost, "HT"), "le prix d’achat")


@indicator("Prix de vente TTC", "prix HT × (1 + taux de TVA)", "€ TTC")
def with_tax(price: Value, rate: Value) -> Fraction:
    """Return the price TTC of a price HT."""
    return taxed(price, "HT") * (1 + plain(rate))


@indicator("Prix de vente HT", "prix TTC ÷ (1 + taux de TVA)", "€ HT")
def without_tax(price_with_tax: Value, rate: Value) -> Fraction:
    """Return the price HT of a price TTC."""
    return quotient("without_tax", taxed(price_with_tax, "TTC"), 1 + plain(rate), "1 + taux de TVA")


@indicator("Prix de vente HT d’après le taux de marge", "coût HT × (1 + taux de marge)", "€ HT")
def price_from_margin_on_cost(cost: Value, rate: Value) -> Fraction:
    """Return the price HT that gives a taux de marge on a cost (prix de revient majoré)."""
    return taxed(cost, "HT") * (1 + plain(rate))


@indicator("Prix de vente HT d’après le taux de marque", "coût HT ÷ (1 − taux de marque)", "€ HT")
def price_from_margin_on_price(cost: Value, rate: Value) -> Fraction:
    """Return the price HT that gives a taux de marque on a cost."""
    return quotient("price_from_margin_on_price", taxed(cost, "HT"), 1 - plain(rate), "1 − taux de marque")


@indicator(
    "Élasticité de la demande par rapport au prix",
    "variation relative de la quantité ÷ variation relative du prix",
    "nombre",
)
def price_elasticity(
    price_before: Value, price_after: Value, sold_before: Value, sold_after: Value
) -> Fraction:
    """Return the elasticity of demand, both changes being relative to the first situation."""
    before, after = alike(price_before, price_after)
    first, second = alike(sold_before, sold_after)
    of_sales = quotient("price_elasticity", second - first, first, "la quantité initiale")
    of_price = quotient("price_elasticity", after - before, before, "le prix initial")
    return quotient("price_elasticity", of_sales, of_price, "la variation du prix")


@indicator(
    "Élasticité (à partir des variations)", "variation de la quantité (%) ÷ variation du prix (%)", "nombre"
)
def elasticity_of_changes(quantity_change: Value, price_change: Value) -> Fraction:
    """Return the elasticity from two relative changes."""
    return quotient(
        "elasticity_of_changes", plain(quantity_change), plain(price_change), "la variation du prix"
    )


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A price of an acceptability survey: cumulated refusals, and the share who would buy."""

    price: Value
    too_expensive: Fraction
    poor_quality: Fraction
    acceptance: Fraction


@dataclass(frozen=True, slots=True)
class Acceptability:
    """An acceptability survey read: every price point, and the best one (the lowest price if several)."""

    points: tuple[PricePoint, ...]
    best: PricePoint


@indicator(
    "Prix psychologique (prix d’acceptabilité)",
    "prix qui maximise 100 % − % cumulé « trop cher » − % cumulé « qualité insuffisante »",
    "€",
)
def psychological_price(
    prices: Sequence[Value], too_expensive: Sequence[int], poor_quality: Sequence[int], respondents: int
) -> Acceptability:
    """Return the acceptability of each price and the best price.

    Args:
        prices: the prices asked, in increasing order.
        too_expensive: for each price, the answers « au-dessus de ce prix, c’est trop cher » (not cumulated).
            Somebody refuses a price when his maximum is below it, so a price's refusals are the answers
            given at lower prices.
        poor_quality: for each price, the answers « au-dessous de ce prix, la qualité est douteuse ».
            A price is refused by those whose minimum is above it.
        respondents: how many answered.

    Raises:
        AuthorError: no price, series of different lengths, or no respondent.
    """
    if not prices:
        raise AuthorError.of("indicator.empty", name="Prix psychologique")
    if not len(prices) == len(too_expensive) == len(poor_quality):
        raise AuthorError.of("indicator.lengths", name="Prix psychologique")
    points = []
    for i, price in enumerate(prices):
        expensive = _share(sum(too_expensive[:i]), respondents)
        cheap = _share(sum(poor_quality[i + 1 :]), respondents)
        points.append(PricePoint(price, expensive, cheap, 1 - expensive - cheap))
    return Acceptability(tuple(points), max(points, key=lambda point: point.acceptance))


def _share(count: int, respondents: int) -> Fraction:
    return quotient("psychological_price", Fraction(count), Fraction(respondents), "le nombre de répondants")


@indicator("Taux de remise", "(prix catalogue − prix net) ÷ prix catalogue", "%")
def discount_rate(list_price: Value, net_price: Value) -> Fraction:
    """Return the discount given, over the list price."""
    before, after = alike(list_price, net_price)
    return quotient("discount_rate", before - after, before, "le prix catalogue")
