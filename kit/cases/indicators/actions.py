"""Indicators of campaigns, acquisition and conversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.cases.indicators.registry import Value, alike, indicator, not_negative, plain, quotient
from kit.errors import AuthorError


@indicator(
    "Retour sur investissement (ROI)", "(gain − coût) ÷ coût ; dire si le gain est un CA ou une marge", "%"
)
def roi(gain: Value, cost: Value) -> Fraction:
    """Return the net gain over the cost; whether the gain is a revenue or a margin must be said."""
    earned, spent = alike(gain, cost)
    return quotient("roi", earned - spent, spent, "le coût de l’action")


@indicator("ROAS", "CA attribué à la publicité ÷ dépenses publicitaires", "rapport")
def roas(attributed_revenue: Value, spending: Value) -> Fraction:
    """Return the revenue attributed per euro of advertising."""
    top, bottom = alike(attributed_revenue, spending)
    return quotient("roas", top, bottom, "la dépense publicitaire")


@indicator("Coût d’acquisition client (CAC)", "dépenses d’acquisition ÷ nouveaux clients", "€")
def customer_acquisition_cost(spending: Value, new_customers: Value) -> Fraction:
    """Return what one new customer costs."""
    top, bottom = plain(spending), plain(new_customers)
    return quotient("customer_acquisition_cost", top, bottom, "le nombre de nouveaux clients")


@indicator(
    "Valeur vie client (LTV, méthode simple)",
    "panier moyen × taux de marge sur CA × fréquence annuelle × durée de vie (années)",
    "€",
)
def lifetime_value(basket: Value, margin_rate: Value, frequency: Value, years: Value) -> Fraction:
    """Return the margin a customer brings over his life, not discounted."""
    return plain(basket) * plain(margin_rate) * plain(frequency) * plain(years)


@indicator(
    "Valeur vie client actualisée", "Σ (marge annuelle × fidélité^t ÷ (1 + taux)^t), t de 0 à n − 1", "€"
)
def discounted_lifetime_value(yearly_margin: Value, retention: Value, rate: Value, years: int) -> Fraction:
    """Return the margin a customer brings over `years`, with retention and discount rates."""
    factor = quotient(
        "discounted_lifetime_value", plain(retention), 1 + plain(rate), "1 + taux d’actualisation"
    )
    return plain(yearly_margin) * sum((factor**year for year in range(years)), Fraction(0))


@indicator("Rapport LTV ÷ CAC", "valeur vie client ÷ coût d’acquisition", "rapport")
def ltv_to_cac(lifetime: Value, acquisition: Value) -> Fraction:
    """Return how many times a customer pays back what it cost to win him."""
    top, bottom = alike(lifetime, acquisition)
    return quotient("ltv_to_cac", top, bottom, "le coût d’acquisition")


@indicator("Panier moyen", "CA ÷ nombre de commandes", "€")
def average_basket(revenue: Value, orders: Value) -> Fraction:
    """Return the mean amount of an order."""
    return quotient("average_basket", plain(revenue), plain(orders), "le nombre de commandes")


@indicator("Taux de transformation", "commandes ÷ visites (ou visiteurs : le préciser)", "%")
def conversion_rate(orders: Value, visits: Value) -> Fraction:
    """Return the share of visits that end in an order."""
    return quotient("conversion_rate", plain(orders), plain(visits), "le nombre de visites")


@indicator("Taux de clic (CTR)", "clics ÷ impressions", "%")
def click_through_rate(clicks: Value, impressions: Value) -> Fraction:
    """Return the share of impressions that were clicked."""
    return quotient("click_through_rate", plain(clicks), plain(impressions), "le nombre d’impressions")


@indicator("Coût par clic (CPC)", "coût ÷ clics", "€")
def cost_per_click(cost: Value, clicks: Value) -> Fraction:
    """Return what one click costs."""
    return quotient("cost_per_click", plain(cost), plain(clicks), "le nombre de clics")


@indicator("Coût pour mille impressions (CPM)", "coût ÷ impressions × 1 000", "€")
def cost_per_thousand(cost: Value, impressions: Value) -> Fraction:
    """Return what a thousand impressions cost."""
    return quotient("cost_per_thousand", plain(cost) * 1000, plain(impressions), "le nombre d’impressions")


@indicator("Coût par lead (CPL)", "coût ÷ contacts commerciaux obtenus", "€")
def cost_per_lead(cost: Value, leads: Value) -> Fraction:
    """Return what one lead costs."""
    return quotient("cost_per_lead", plain(cost), plain(leads), "le nombre de leads")


@indicator("Coût par achat (CPA)", "coût ÷ achats obtenus", "€")
def cost_per_order(cost: Value, orders: Value) -> Fraction:
    """Return what one order costs."""
    return quotient("cost_per_order", plain(cost), plain(orders), "le nombre d’achats")


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """A stage of a funnel: how many reach it, out of the stage before and out of the first."""

    name: str
    count: Fraction
    step_rate: Fraction
    overall_rate: Fraction


@indicator(
    "Tunnel de conversion", "taux d’étape = étape ÷ étape précédente ; taux global = dernière ÷ première", "%"
)
def funnel(stages: Sequence[tuple[str, Value]]) -> tuple[FunnelStage, ...]:
    """Return each stage with its rates; stage rates multiply into the overall rate.

    Raises:
        AuthorError: no stage, an empty stage before another, or a stage larger than the one before.
    """
    if not stages:
        raise AuthorError.of("indicator.empty", name="Tunnel de conversion")
    counts = [(name, not_negative("funnel", plain(count), f"« {name} »")) for name, count in stages]
    result = []
    before = first = counts[0][1]
    for name, count in counts:
        if count > before:
            raise AuthorError.of("indicator.increasing", name="Tunnel de conversion", step=name)
        step = quotient("funnel", count, before, "l’étape précédente")
        result.append(FunnelStage(name, count, step, quotient("funnel", count, first, "la première étape")))
        before = count
    return tuple(result)
