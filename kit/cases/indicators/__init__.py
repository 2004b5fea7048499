"""The marketer's calculations, exact: numbers, amounts or percentages in, fractions out, nothing rounded inside.

Each function says its French name, formula and unit; `INDICATORS` holds them all for answer keys. A value
that makes no sense (a zero divisor, HT against TTC) raises an `AuthorError` with a French sentence.
"""

from kit.cases.indicators.actions import (
    FunnelStage,
    average_basket,
    click_through_rate,
    conversion_rate,
    cost_per_click,
    cost_per_lead,
    cost_per_order,
    cost_per_thousand,
    customer_acquisition_cost,
    discounted_lifetime_value,
    funnel,
    lifetime_value,
    ltv_to_cac,
    roas,
    roi,
)
from kit.cases.indicators.customers import (
    churn_rate,
    customer_life,
    net_promoter_score,
    nps_counts,
    quintiles,
    repeat_rate,
    retention_rate,
    rfm_scores,
)
from kit.cases.indicators.market import (
    average_annual_growth_rate,
    cumulative_growth,
    growth_rate,
    index_100,
    market_share,
    numeric_distribution,
    relative_market_share,
    weighted_distribution,
)
from kit.cases.indicators.planning import Schedule, Task, TaskDates, schedule
from kit.cases.indicators.prices import (
    Acceptability,
    PricePoint,
    discount_rate,
    elasticity_of_changes,
    margin_on_cost,
    margin_on_price,
    price_elasticity,
    price_from_margin_on_cost,
    price_from_margin_on_price,
    price_multiplier,
    psychological_price,
    unit_margin,
    with_tax,
    without_tax,
)
from kit.cases.indicators.registry import INDICATORS, Indicator
from kit.cases.indicators.results import (
    Variance,
    average_stock,
    break_even_date,
    break_even_days,
    break_even_quantity,
    break_even_revenue,
    budget_variance,
    contribution_margin,
    contribution_margin_rate,
    operating_leverage,
    profit_rate,
    safety_index,
    safety_margin,
    stock_days,
    stock_turnover,
)

__all__ = [
    "INDICATORS", "Acceptability", "FunnelStage", "Indicator", "PricePoint", "Schedule", "Task", "TaskDates",
    "Variance", "average_annual_growth_rate", "average_basket", "average_stock", "break_even_date",
    "break_even_days", "break_even_quantity", "break_even_revenue", "budget_variance", "churn_rate",
    "click_through_rate", "contribution_margin", "contribution_margin_rate", "conversion_rate", "cost_per_click",
    "cost_per_lead", "cost_per_order", "cost_per_thousand", "cumulative_growth", "customer_acquisition_cost",
    "customer_life", "discount_rate", "discounted_lifetime_value", "elasticity_of_changes", "funnel",
    "growth_rate", "index_100", "lifetime_value", "ltv_to_cac", "margin_on_cost", "margin_on_price",
    "market_share", "net_promoter_score", "nps_counts", "numeric_distribution", "operating_leverage",
    "price_elasticity", "price_from_margin_on_cost", "price_from_margin_on_price", "price_multiplier",
    "profit_rate", "psychological_price", "quintiles", "relative_market_share", "repeat_rate", "retention_rate",
    "rfm_scores", "roas", "roi", "safety_index", "safety_margin", "schedule", "stock_days", "stock_turnover",
    "unit_margin", "weighted_distribution", "with_tax", "without_tax",
]  # fmt: skip
