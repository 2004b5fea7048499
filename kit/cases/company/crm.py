"""The extract of the CRM: customers drawn by segment, whose amounts agree with the segments' totals.

In each segment the revenue of the last year of the extract's active customers is the segment's mean revenue
by customer × their number, rounded to the euro. No name, e-mail, phone or address: nothing of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kit.cases.company.drawing import apportion, between, pick, shuffled, weighted, whole
from kit.cases.company.identity import Identity, Town, towns
from kit.cases.company.sales import Sales
from kit.cases.company.sector import Sector

if TYPE_CHECKING:
    from numpy.random import Generator

    from kit.cases.company.customers import Segment

SIZE = (150, 260)
"""Bounds of the number of rows."""
_LEAST = 6
_INACTIVE = (0.14, 0.26)
_NEW = 0.3
_HOME = 0.35


@dataclass(frozen=True, slots=True)
class Stratum:
    """A segment in the extract: its active customers, the rows drawn, and those active in the last year."""

    segment: str
    customers: int
    rows: int
    active: int


@dataclass(frozen=True, slots=True)
class CrmRow:
    """A customer of the extract. Orders and revenue HT (whole euros) over three years and in the last one."""

    customer: str
    segment: str
    segment_label: str
    department: str
    region: str
    channel: str
    first_order: date
    last_order: date
    orders: int
    revenue_euros: int
    orders_last: int
    revenue_last_euros: int
    email_optin: bool
    sms_optin: bool

    def cells(self) -> Sequence[Any]:
        """Return the row as it is printed."""
        return (
            self.customer, self.segment_label, self.department, self.region, self.channel,
            f"{self.first_order:%d/%m/%Y}", f"{self.last_order:%d/%m/%Y}", self.orders, self.revenue_euros,
            self.orders_last, self.revenue_last_euros, _yes(self.email_optin), _yes(self.sms_optin),
        )  # fmt: skip


def draw_crm(
    draw: Generator, sector: Sector, identity: Identity, sales: Sales, segments: Sequence[Segment]
) -> tuple[tuple[CrmRow, ...], tuple[Stratum, ...]]:
    """Return the rows, shuffled and numbered, and how many were drawn in each segment."""
    strata = _strata(draw, segments)
    optin = between(draw, (0.35, 0.75)), between(draw, (0.15, 0.45))
    rows: list[CrmRow] = []
    for segment, stratum in zip(segments, strata, strict=True):
        rows += _rows(draw, sector, identity, sales, segment, stratum, optin)
    mixed = shuffled(draw, rows)
    start = whole(draw, (1200, 8800))
    numbered = [_numbered(row, start + 7 * i) for i, row in enumerate(mixed)]
    return tuple(numbered), strata


def _numbered(row: CrmRow, number: int) -> CrmRow:
    values = {name: getattr(row, name) for name in CrmRow.__slots__}
    return CrmRow(**(values | {"customer": f"C{number:05d}"}))


def _strata(draw: Generator, segments: Sequence[Segment]) -> tuple[Stratum, ...]:
    """Return how many rows each segment gives: half by customers, half by revenue, never more than it has."""
    customers = sum(segment.customers for segment in segments)
    euros = sum(segment.revenue_euros for segment in segments)
    weights = [s.customers / customers + s.revenue_euros / euros for s in segments]
    counts = apportion(whole(draw, SIZE), weights)
    strata = []
    for segment, count in zip(segments, counts, strict=True):
        rows = min(max(count, _LEAST), max(1, segment.customers))
        active = max(1, round(rows * (1 - between(draw, _INACTIVE))))
        strata.append(Stratum(segment.code, segment.customers, rows, active))
    return tuple(strata)


def _rows(
    draw: Generator,
    sector: Sector,
    identity: Identity,
    sales: Sales,
    segment: Segment,
    stratum: Stratum,
    optin: tuple[float, float],
) -> Iterator[CrmRow]:
    orders = _orders(draw, segment, stratum.active)
    target = round(segment.revenue_euros * stratum.active / segment.customers)
    sizes = [count * between(draw, (0.55, 1.6)) for count in orders]
    euros = apportion(max(target, len(orders)) - len(orders), sizes)
    channels = [
        c for c in sales.channels if (c.buyer == segment.code if segment.reseller else c.buyer is None)
    ]
    shares = [sales.cents(year=sales.last_year, channel=c.code) for c in channels]
    mean = segment.revenue_euros / segment.orders
    for i in range(stratum.rows):
        last = (orders[i], euros[i] + 1) if i < stratum.active else (0, 0)
        new = bool(last[0]) and float(draw.random()) < _NEW
        prior = 0 if new else max(1 - last[0], whole(draw, (0, 2 * segment.orders / segment.customers + 1)))
        before = sum(max(1, round(mean * between(draw, (0.55, 1.6)))) for _ in range(prior))
        first_day, last_day = _dates(draw, sector, identity, sales, last[0], prior)
        town = _town(draw, identity)
        yield CrmRow(
            customer="", segment=segment.code, segment_label=segment.label,
            department=f"{town.code} {town.department}", region=town.region,
            channel=weighted(draw, channels, shares).label, first_order=first_day, last_order=last_day,
            orders=last[0] + prior, revenue_euros=last[1] + before,
            orders_last=last[0], revenue_last_euros=last[1],
            email_optin=float(draw.random()) < optin[0], sms_optin=float(draw.random()) < optin[1],
        )  # fmt: skip


def _orders(draw: Generator, segment: Segment, active: int) -> tuple[int, ...]:
    """Return the orders of each active row in the last year, their sum following the segment's frequency."""
    total = max(active, round(segment.orders * active / segment.customers))
    extra = apportion(total - active, [float(draw.random()) ** 2 + 0.05 for _ in range(active)])
    return tuple(1 + more for more in extra)


def _dates(
    draw: Generator, sector: Sector, identity: Identity, sales: Sales, in_last: int, prior: int
) -> tuple[date, date]:
    """Return the first and last order's days, in keeping with the orders of the last year and of those before."""
    years = sales.years
    if not in_last:
        last = _day(draw, sector, whole(draw, (years[0], years[-2])))
        last = max(last, date(years[0], 6, 1))
    else:
        last = _day(draw, sector, years[-1])
    if prior == 0:
        if in_last == 1:
            return last, last
        span = (last - date(years[-1], 1, 1)).days
        return last - timedelta(days=whole(draw, (min(1, span), span))), last
    if in_last == 0 and prior == 1:
        return last, last
    oldest = max(identity.founded, years[0] - 3)
    latest = min(date(years[-1], 1, 1), last) - timedelta(days=1)
    span = max(1, (latest - date(oldest, 1, 1)).days)
    return latest - timedelta(days=whole(draw, (0, span - 1))), last


def _day(draw: Generator, sector: Sector, year: int) -> date:
    month = weighted(draw, range(1, 13), sector.season)
    return date(year, month, whole(draw, (1, 28)))


def _town(draw: Generator, identity: Identity) -> Town:
    """Return where a customer lives: often in the firm's region."""
    if float(draw.random()) < _HOME:
        return pick(draw, [town for town in towns() if town.region == identity.town.region])
    return pick(draw, towns())


def _yes(value: bool) -> str:
    return "oui" if value else "non"
