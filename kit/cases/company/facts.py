"""Facts the figures bear out: what a firm's strengths and weaknesses may say only when it is true."""

from __future__ import annotations

from collections.abc import Mapping

FACTS: Mapping[str, str] = {
    "share_up": "the firm's market share grew over the period",
    "share_down": "the firm's market share fell over the period",
    "nps_high": "the NPS is at least 30",
    "nps_low": "the NPS is below 15",
    "online_growth": "sales online grow faster than all sales",
    "online_weak": "less than a fifth of sales is made online",
    "channel_dependence": "one channel makes at least 45 % of sales",
    "product_dependence": "one product makes at least 28 % of sales",
    "safety_high": "sales could fall by 15 % before a loss",
    "safety_low": "sales could not fall by 12 % without a loss",
    "churn_high": "at least a quarter of customers left last year",
    "mobile_gap": "visits on mobile convert at most 60 % as often as on a computer",
    "budget_overrun": "the marketing budget of the last year was exceeded",
}
"""The facts and what each means; `kit.cases.company` tells which hold for a firm."""
