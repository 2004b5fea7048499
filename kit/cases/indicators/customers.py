"""Indicators of customers: satisfaction, loyalty, RFM."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Literal

from kit.cases.indicators.registry import Value, indicator, plain, quotient
from kit.errors import AuthorError

PROMOTER, DETRACTOR = 9, 6
"""A promoter answers 9 or 10, a detractor 0 to 6 (the usual reading of the NPS question)."""
_HIGHEST = 10
_CLASSES = 5


@indicator("Net Promoter Score (NPS)", "% de promoteurs (9–10) − % de détracteurs (0–6)", "points")
def net_promoter_score(promoters: int, passives: int, detractors: int) -> Fraction:
    """Return the NPS in points, from the counts of answers."""
    total = Fraction(promoters + passives + detractors)
    share = quotient("net_promoter_score", Fraction(promoters - detractors), total, "le nombre de répondants")
    return share * 100


def nps_counts(answers: Iterable[int]) -> tuple[int, int, int]:
    """Return how many promoters, passives and detractors there are among answers from 0 to 10.

    Raises:
        AuthorError: an answer is not between 0 and 10.
    """
    counts = [0, 0, 0]
    for answer in answers:
        if not 0 <= answer <= _HIGHEST:
            fields = {"name": "NPS", "what": "une réponse", "value": answer, "limits": "0 à 10"}
            raise AuthorError.of("indicator.out_of_range", **fields)
        counts[0 if answer >= PROMOTER else 2 if answer <= DETRACTOR else 1] += 1
    return counts[0], counts[1], counts[2]


@indicator("Taux d’attrition (churn)", "clients perdus pendant la période ÷ clients en début de période", "%")
def churn_rate(lost: Value, initial: Value) -> Fraction:
    """Return the share of customers lost over a period."""
    return quotient("churn_rate", plain(lost), plain(initial), "le nombre de clients en début de période")


@indicator("Taux de rétention", "1 − taux d’attrition", "%")
def retention_rate(lost: Value, initial: Value) -> Fraction:
    """Return the share of customers kept over a period."""
    return 1 - churn_rate(lost, initial)


@indicator("Taux de fidélité (de réachat)", "clients ayant acheté au moins deux fois ÷ clients", "%")
def repeat_rate(repeat_customers: Value, customers: Value) -> Fraction:
    """Return the share of customers who bought again."""
    return quotient("repeat_rate", plain(repeat_customers), plain(customers), "le nombre de clients")


@indicator("Durée de vie moyenne d’un client", "1 ÷ taux d’attrition annuel", "années")
def customer_life(churn: Value) -> Fraction:
    """Return how many years a customer stays, from the yearly churn."""
    return quotient("customer_life", Fraction(1), plain(churn), "le taux d’attrition")


def quintiles(values: Sequence[Any], best: Literal["high", "low"] = "high") -> tuple[int, ...]:
    """Return a score of 1 to 5 for each value, 5 for the best fifth; equal values have equal scores.

    A value's score is 1 + ⌊5 × (number of values strictly worse) ÷ (number of values)⌋.

    Args:
        values: anything that can be sorted.
        best: whether high values (frequency, amount) or low ones (days since the last order) are best.
    """
    ordered = sorted(values, reverse=best == "low")
    worse: dict[Any, int] = {}
    for rank, value in enumerate(ordered):
        worse.setdefault(value, rank)
    return tuple(1 + _CLASSES * worse[value] // len(ordered) for value in values)


@indicator("Score RFM", "quintiles (1 à 5) de la récence, de la fréquence et du montant", "score 111 à 555")
def rfm_scores(
    recency_days: Sequence[int], frequency: Sequence[int], amount: Sequence[Any]
) -> tuple[tuple[int, int, int], ...]:
    """Return the three scores of each customer, 5 being best: recent, frequent, large.

    Raises:
        AuthorError: no customer, or series of different lengths.
    """
    if not recency_days:
        raise AuthorError.of("indicator.empty", name="Score RFM")
    if not len(recency_days) == len(frequency) == len(amount):
        raise AuthorError.of("indicator.lengths", name="Score RFM")
    scores = zip(quintiles(recency_days, "low"), quintiles(frequency), quintiles(amount), strict=True)
    return tuple(scores)
