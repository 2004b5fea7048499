"""Indicators of profitability, thresholds, stock and budget."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from kit import french
from kit.cases.indicators.registry import Value, alike, indicator, not_negative, plain, quotient
from kit.errors import AuthorError

COMMERCIAL_YEAR = 360
"""Days of the commercial year: twelve months of thirty days."""
_MONTH = 30


@indicator("Marge sur coût variable (MCV)", "chiffre d’affaires − charges variables", "€")
def contribution_margin(revenue: Value, variable_costs: Value) -> Fraction:
    """Return what is left of the revenue once variable costs are paid."""
    top, costs = alike(revenue, variable_costs)
    return top - costs


@indicator("Taux de marge sur coût variable", "(CA − charges variables) ÷ CA", "%")
def contribution_margin_rate(revenue: Value, variable_costs: Value) -> Fraction:
    """Return the contribution margin over the revenue."""
    margin = contribution_margin(revenue, variable_costs)
    return quotient("contribution_margin_rate", margin, plain(revenue), "le chiffre d’affaires")


@indicator("Seuil de rentabilité en valeur", "charges fixes ÷ taux de marge sur coût variable", "€")
def break_even_revenue(fixed_costs: Value, margin_rate: Value) -> Fraction:
    """Return the revenue that covers all costs. An amount, not to be taken for the point mort, a date."""
    rate = not_negative("break_even_revenue", plain(margin_rate), "le taux de MCV")
    return quotient("break_even_revenue", plain(fixed_costs), rate, "le taux de MCV")


@indicator("Seuil de rentabilité en quantité", "charges fixes ÷ marge sur coût variable unitaire", "unités")
def break_even_quantity(fixed_costs: Value, unit_contribution: Value) -> Fraction:
    """Return the quantity that covers all costs, exact: the first whole number above it is what must be sold."""
    fixed, unit = alike(fixed_costs, unit_contribution)
    not_negative("break_even_quantity", unit, "la MCV unitaire")
    return quotient("break_even_quantity", fixed, unit, "la MCV unitaire")


@indicator("Point mort en jours", "seuil de rentabilité ÷ CA annuel × 360", "jours")
def break_even_days(threshold: Value, revenue: Value, days: int = COMMERCIAL_YEAR) -> Fraction:
    """Return after how many days of the commercial year the threshold is reached, sales being regular."""
    top, bottom = alike(threshold, revenue)
    return quotient("break_even_days", top, bottom, "le chiffre d’affaires") * days


@indicator("Point mort (date)", "jour de l’année commerciale où le seuil de rentabilité est atteint", "date")
def break_even_date(threshold: Value, revenue: Value, year: int) -> date:
    """Return the day the threshold is reached, on months of 30 days; a day begun counts as a day.

    Raises:
        AuthorError: the threshold is above the revenue of the year.
    """
    days = break_even_days(threshold, revenue)
    if days > COMMERCIAL_YEAR:
        fields = {"threshold": french.euros(plain(threshold)), "revenue": french.euros(plain(revenue))}
        raise AuthorError.of("indicator.not_reached", **fields)
    rank = max(1, -(-days.numerator // days.denominator))
    month, day = (rank - 1) // _MONTH + 1, (rank - 1) % _MONTH + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


@indicator("Marge de sécurité", "CA − seuil de rentabilité", "€")
def safety_margin(revenue: Value, threshold: Value) -> Fraction:
    """Return how much revenue may be lost before the firm makes a loss."""
    top, floor = alike(revenue, threshold)
    return top - floor


@indicator("Indice de sécurité", "(CA − seuil de rentabilité) ÷ CA", "%")
def safety_index(revenue: Value, threshold: Value) -> Fraction:
    """Return the safety margin over the revenue."""
    return quotient(
        "safety_index", safety_margin(revenue, threshold), plain(revenue), "le chiffre d’affaires"
    )


@indicator("Levier opérationnel", "marge sur coût variable ÷ résultat", "coefficient")
def operating_leverage(contribution: Value, result: Value) -> Fraction:
    """Return by how many % the result moves when the revenue moves by 1 %."""
    top, bottom = alike(contribution, result)
    return quotient("operating_leverage", top, bottom, "le résultat")


@indicator("Taux de profitabilité", "résultat ÷ CA", "%")
def profit_rate(result: Value, revenue: Value) -> Fraction:
    """Return the result over the revenue."""
    top, bottom = alike(result, revenue)
    return quotient("profit_rate", top, bottom, "le chiffre d’affaires")


@indicator(
    "Coefficient de rotation du stock", "coût d’achat des produits vendus ÷ stock moyen", "rotations par an"
)
def stock_turnover(cost_of_sales: Value, average_stock: Value) -> Fraction:
    """Return how many times a year the stock is renewed."""
    top, bottom = alike(cost_of_sales, average_stock)
    return quotient("stock_turnover", top, bottom, "le stock moyen")


@indicator("Durée moyenne de stockage", "stock moyen ÷ coût d’achat des produits vendus × 360", "jours")
def stock_days(cost_of_sales: Value, average_stock: Value, days: int = COMMERCIAL_YEAR) -> Fraction:
    """Return how many days the average stock lasts."""
    top, bottom = alike(cost_of_sales, average_stock)
    return quotient("stock_days", bottom * days, top, "le coût d’achat des produits vendus")


@indicator("Stock moyen", "(stock initial + stock final) ÷ 2", "€")
def average_stock(opening: Value, closing: Value) -> Fraction:
    """Return the mean of the opening and closing stocks."""
    return sum(alike(opening, closing), Fraction(0)) / 2


@dataclass(frozen=True, slots=True)
class Variance:
    """A gap between what was done and what was planned. `word` says in French whether it is favourable."""

    amount: Fraction
    rate: Fraction
    favourable: bool

    @property
    def word(self) -> str:
        """« favorable », « défavorable », or « nul »."""
        if self.amount == 0:
            return "nul"
        return "favorable" if self.favourable else "défavorable"


@indicator(
    "Écart budgétaire", "réel − prévu ; favorable si les produits montent ou si les charges baissent", "€"
)
def budget_variance(actual: Value, planned: Value, kind: Literal["revenue", "cost"]) -> Variance:
    """Return actual − planned, its rate on the plan, and whether it is good news for this kind of line."""
    done, plan = alike(actual, planned)
    gap = done - plan
    rate = quotient("budget_variance", gap, plan, "le montant prévu")
    return Variance(gap, rate, gap >= 0 if kind == "revenue" else gap <= 0)
