"""Indicators of market and growth."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from kit.cases.indicators.registry import Value, alike, indicator, not_negative, plain, quotient
from kit.errors import AuthorError

_DIGITS = 40


@indicator(
    "Part de marché (en valeur ou en volume)", "ventes de l’entreprise ÷ ventes totales du marché", "%"
)
def market_share(sales: Value, market: Value) -> Fraction:
    """Return the share of the market's sales: amounts for a share in value, quantities for one in volume."""
    top, bottom = alike(sales, market)
    return quotient("market_share", top, bottom, "le total du marché")


@indicator(
    "Part de marché relative",
    "part de marché de l’entreprise ÷ part de marché du leader (du premier suiveur si elle est leader)",
    "rapport",
)
def relative_market_share(share: Value, reference: Value) -> Fraction:
    """Return the firm's share over the leader's, or over the first rival's when the firm leads."""
    top, bottom = alike(share, reference)
    return quotient("relative_market_share", top, bottom, "la part de marché de référence")


@indicator("Taux de croissance", "(valeur finale − valeur initiale) ÷ valeur initiale", "%")
def growth_rate(previous: Value, current: Value) -> Fraction:
    """Return the relative change from a value to the next."""
    before, after = alike(previous, current)
    return quotient("growth_rate", after - before, before, "la valeur initiale")


@indicator("Taux de croissance global", "produit des (1 + taux successifs) − 1", "%")
def cumulative_growth(*rates: Value) -> Fraction:
    """Return the overall change after successive rates: they multiply, they do not add."""
    result = Fraction(1)
    for rate in rates:
        result *= 1 + plain(rate)
    return result - 1


@indicator(
    "Taux de croissance annuel moyen (TCAM)",
    "(valeur finale ÷ valeur initiale)^(1 ÷ nombre d’années) − 1",
    "%",
)
def average_annual_growth_rate(first: Value, last: Value, years: int) -> Decimal:
    """Return the constant yearly rate between two values; a root, so given with 40 significant digits."""
    before, after = alike(first, last)
    code = "average_annual_growth_rate"
    not_negative(code, after, "la valeur finale")
    ratio = quotient(code, after, not_negative(code, before, "la valeur initiale"), "la valeur initiale")
    if years <= 0:
        raise AuthorError.of(
            "indicator.out_of_range",
            name="TCAM",
            what="le nombre d’années",
            value=years,
            limits="au moins 1",
        )
    with localcontext() as context:
        context.prec = _DIGITS + 10
        root = (Decimal(ratio.numerator) / Decimal(ratio.denominator)) ** (Decimal(1) / Decimal(years))
        context.prec = _DIGITS
        return root - 1


@indicator("Indice base 100", "valeur ÷ valeur de l’année de base × 100", "indice")
def index_100(value: Value, base: Value) -> Fraction:
    """Return a value as an index, 100 being the base."""
    top, bottom = alike(value, base)
    return quotient("index_100", top * 100, bottom, "la valeur de base")


@indicator(
    "Distribution numérique (DN)",
    "points de vente référençant le produit ÷ points de vente de l’univers",
    "%",
)
def numeric_distribution(carrying: Value, outlets: Value) -> Fraction:
    """Return the share of outlets that carry the product."""
    return quotient("numeric_distribution", plain(carrying), plain(outlets), "le nombre de points de vente")


@indicator(
    "Distribution valeur (DV)",
    "ventes de la catégorie dans les points de vente référençant le produit ÷ ventes totales de la catégorie",
    "%",
)
def weighted_distribution(category_sales_carrying: Value, category_sales: Value) -> Fraction:
    """Return the share of the category's sales made by the outlets that carry the product."""
    top, bottom = alike(category_sales_carrying, category_sales)
    return quotient("weighted_distribution", top, bottom, "le total des ventes de la catégorie")
