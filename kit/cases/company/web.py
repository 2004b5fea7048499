"""The site and the networks: visits and goals by quarter, source and device, campaigns, visibility.

When the site sells, its orders are those of the online channel: revenue ÷ orders is the basket online.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kit import french
from kit.cases.company.campaigns import (
    WON,
    Campaign,
    Goals,
    campaign_ratios,
    campaign_table,
    draw_campaigns,
    split,
)
from kit.cases.company.customers import Customers
from kit.cases.company.drawing import apportion, between, near, sample, whole
from kit.cases.company.sales import Sales
from kit.cases.company.sector import Sector
from kit.cases.company.tables import SHARE, SHARE_2, TEXT, WHOLE, frame, share_of
from kit.cases.quantities import Money, Percent
from kit.cases.seeds import NamedRng

if TYPE_CHECKING:
    from numpy.random import Generator
    from pandas import DataFrame

QUARTERS = (1, 2, 3, 4)
_DEVICE_PULL = (0.45, 0.8)
_LEADS_ONLINE = (0.5, 0.75)


class WebRow(NamedTuple):
    """Visits of the site in a quarter of the last year, and the goals (orders or leads) they gave."""

    quarter: int
    source: str
    device: str
    visits: int
    goals: int


@dataclass(frozen=True, slots=True)
class Account:
    """The firm's account on a social network."""

    network: str
    followers: int
    posts_a_month: int
    engagement: Percent
    content: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """A search query: monthly searches, and the site's place in the results (None beyond the 50th)."""

    query: str
    searches: int
    place: int | None


@dataclass(frozen=True)
class Web:
    """The firm online, in the last year. `goal` is « commande » when the site sells, else the lead it wants."""

    rows: tuple[WebRow, ...]
    year: int
    goal: str
    goals_name: str
    sells: bool
    online_revenue: Money
    campaigns: tuple[Campaign, ...]
    accounts: tuple[Account, ...]
    rankings: tuple[Ranking, ...]
    audit: tuple[tuple[str, str], ...]
    funnel: tuple[tuple[str, int], ...]

    @property
    def visits(self) -> int:
        """Visits of the last year."""
        return sum(row.visits for row in self.rows)

    @property
    def goals(self) -> int:
        """Orders (or leads) of the last year."""
        return sum(row.goals for row in self.rows)

    @property
    def conversion(self) -> Percent:
        """Goals ÷ visits."""
        return Percent.of(self.goals, self.visits)

    @property
    def basket(self) -> Money | None:
        """Mean order online, HT, exact; None when the site does not sell."""
        return self.online_revenue / self.goals if self.sells else None

    def by_quarter(self) -> DataFrame:
        """Return « Trimestre, Visites, (Commandes), Taux de transformation », with a total row."""
        return self._by("Trimestre", [(f"T{q}", [r for r in self.rows if r.quarter == q]) for q in QUARTERS])

    def by_source(self) -> DataFrame:
        """Return « Source, Visites, (Commandes), Taux de transformation », with a total row."""
        names = dict.fromkeys(row.source for row in self.rows)
        return self._by("Source", [(name, [r for r in self.rows if r.source == name]) for name in names])

    def by_device(self) -> DataFrame:
        """Return « Terminal, Visites, (Commandes), Taux de transformation », with a total row."""
        names = dict.fromkeys(row.device for row in self.rows)
        return self._by("Terminal", [(name, [r for r in self.rows if r.device == name]) for name in names])

    def table(self) -> DataFrame:
        """Return every row: quarter, source, device, visits, goals."""
        columns = {
            "Trimestre": TEXT,
            "Source": TEXT,
            "Terminal": TEXT,
            "Visites": WHOLE,
            self.goals_name: WHOLE,
        }
        return frame(columns, [(f"T{row.quarter}", *row[1:]) for row in self.rows])

    def device_conversion(self, device: str) -> Percent:
        """Return goals ÷ visits on a device."""
        rows = [row for row in self.rows if row.device == device]
        return Percent.of(sum(row.goals for row in rows), sum(row.visits for row in rows))

    def campaign_table(self) -> DataFrame:
        """Return the campaigns with their budgets and raw counts: ratios are for the reader to compute."""
        return campaign_table(self.campaigns, self.goals_name if self.sells else WON)

    def campaign_ratios(self) -> DataFrame:
        """Return CTR, CPC, CPM, CPL, CPA, conversion and ROAS of each campaign: for an answer key."""
        return campaign_ratios(self.campaigns)

    def networks(self) -> DataFrame:
        """Return « Réseau, Abonnés, Publications par mois, Taux d’engagement, Contenus publiés »."""
        columns = {
            "Réseau": TEXT, "Abonnés": WHOLE, "Publications par mois": WHOLE, "Taux d’engagement": SHARE,
            "Contenus publiés": TEXT,
        }  # fmt: skip
        rows = [(a.network, a.followers, a.posts_a_month, a.engagement, a.content) for a in self.accounts]
        return frame(columns, rows)

    def search(self) -> DataFrame:
        """Return « Requête, Recherches mensuelles, Position du site »; « > 50 » beyond the fiftieth."""
        columns = {"Requête": TEXT, "Recherches mensuelles": WHOLE, "Position du site": TEXT}
        return frame(
            columns, [(r.query, r.searches, "> 50" if r.place is None else r.place) for r in self.rankings]
        )

    def audit_table(self) -> DataFrame:
        """Return « Point contrôlé, Constat »."""
        return frame({"Point contrôlé": TEXT, "Constat": TEXT}, self.audit)

    def funnel_table(self) -> DataFrame:
        """Return « Étape, Volume » of the conversion funnel of the year."""
        return frame({"Étape": TEXT, "Volume": WHOLE}, self.funnel)

    def _by(self, header: str, groups: Sequence[tuple[str, Sequence[WebRow]]]) -> DataFrame:
        columns = {header: TEXT, "Visites": WHOLE, self.goals_name: WHOLE, "Taux de transformation": SHARE_2}
        rows = []
        for name, members in [*groups, ("Total", self.rows)]:
            visits, goals = sum(row.visits for row in members), sum(row.goals for row in members)
            rows.append((name, visits, goals, share_of(goals, visits)))
        return frame(columns, rows)


def draw_web(rng: NamedRng, sector: Sector, sales: Sales, customers: Customers) -> Web:
    """Return the firm online, in keeping with the sales and customers of the last year."""
    draw = rng("web")
    digital = sector.digital
    sells = digital.goal == "order"
    close = 1.0 if sells else between(draw, digital.close)
    goals = (
        _order_goals(draw, sector, sales, customers) if sells else _lead_goals(draw, sector, customers, close)
    )
    campaigns = draw_campaigns(rng("campagnes"), sector, goals, close)
    rows = _rows(draw, sector, goals, campaigns)
    online = sum(goals.cents) if sells else 0
    look = rng("visibilité")
    return Web(
        rows=tuple(rows),
        year=sales.last_year,
        goal=digital.goal_label[0],
        goals_name=digital.goal_label[1][:1].upper() + digital.goal_label[1][1:],
        sells=sells,
        online_revenue=Money(Decimal(online) / 100, "HT"),
        campaigns=campaigns,
        accounts=_accounts(look, sector),
        rankings=_rankings(look, sector),
        audit=_audit(look, sector),
        funnel=_funnel(look, sector, sum(row.visits for row in rows), sum(goals.counts), close),
    )


def _order_goals(draw: Generator, sector: Sector, sales: Sales, customers: Customers) -> Goals:
    """Return orders online by quarter: the online revenue ÷ a basket near that of the direct segments."""
    online = [channel.code for channel in sales.channels if channel.online]
    direct = [segment for segment in customers.segments if not segment.reseller]
    basket = (
        sum(s.revenue_euros for s in direct) / sum(s.orders for s in direct) * between(draw, (0.95, 1.15))
    )
    conversion = between(draw, sector.digital.conversion)
    cents = [sum(sales.quarter_cents(sales.last_year, q, code) for code in online) for q in QUARTERS]
    counts = [max(1, round(value / 100 / near(draw, basket, 0.03))) for value in cents]
    visits = [round(count / near(draw, conversion, 0.08)) for count in counts]
    return Goals(tuple(counts), tuple(cents), tuple(visits))


def _lead_goals(draw: Generator, sector: Sector, customers: Customers, close: float) -> Goals:
    """Return leads by quarter: part of the new customers of the year came through the site."""
    direct = [segment for segment in customers.segments if not segment.reseller]
    value = (
        sum(s.revenue_euros for s in direct) / sum(s.customers for s in direct) * between(draw, (0.5, 0.8))
    )
    won = customers.flows[-1].won * between(draw, _LEADS_ONLINE)
    weights = [sum(sector.season[3 * i : 3 * i + 3]) for i in range(4)]
    counts = [max(1, part) for part in apportion(max(4, round(won / close)), weights)]
    conversion = between(draw, sector.digital.conversion)
    visits = [round(count / near(draw, conversion, 0.08)) for count in counts]
    return Goals(tuple(counts), tuple(round(count * close * value * 100) for count in counts), tuple(visits))


def _rows(draw: Generator, sector: Sector, goals: Goals, campaigns: Sequence[Campaign]) -> list[WebRow]:
    """Return visits and goals by quarter, source and device; a source has at least its campaigns' clicks."""
    sources, devices = sector.digital.sources, sector.digital.devices
    pull = [between(draw, _DEVICE_PULL) if "obile" in name else near(draw, 1.0, 0.1) for name in devices]
    device_shares = [near(draw, share, 0.1) for share in devices.values()]
    strength = {name: near(draw, 1.0, 0.25) for name in sources}
    rows = []
    for i, quarter in enumerate(QUARTERS):
        clicks = {n: sum(c.clicks_by_quarter[i] for c in campaigns if c.source == n) for n in sources}
        won = {n: sum(c.goals_by_quarter[i] for c in campaigns if c.source == n) for n in sources}
        rest = max(0, goals.visits[i] - sum(clicks.values()))
        free = {
            name: 0.0 if _bought(name) else max(0.0, near(draw, share, 0.06) * goals.visits[i] - clicks[name])
            for name, share in sources.items()
        }
        more = dict(zip(sources, apportion(rest, list(free.values())), strict=True))
        left = goals.counts[i] - sum(won.values())
        extra = apportion(left, [more[name] * strength[name] for name in sources])
        visits = {name: clicks[name] + more[name] for name in sources}
        reached = {name: won[name] + gained for name, gained in zip(sources, extra, strict=True)}
        for source in sources:
            by_device = apportion(visits[source], device_shares)
            ends = split(reached[source], [v * p for v, p in zip(by_device, pull, strict=True)])
            rows += [
                WebRow(quarter, source, device, max(seen, got), got)
                for device, seen, got in zip(devices, by_device, ends, strict=True)
            ]
    return rows


def _bought(source: str) -> bool:
    """Tell whether all the visits of a source are paid for: its visits are then its campaigns' clicks."""
    return "payant" in source or "(publicité)" in source


def _accounts(draw: Generator, sector: Sector) -> tuple[Account, ...]:
    return tuple(
        Account(
            network=pattern.name,
            followers=round(between(draw, pattern.followers)),
            posts_a_month=whole(draw, pattern.posts),
            engagement=Percent(Decimal(round(between(draw, pattern.engagement) * 1000)) / 1000),
            content=pattern.content,
        )
        for pattern in sector.digital.networks
    )


def _rankings(draw: Generator, sector: Sector) -> tuple[Ranking, ...]:
    result = []
    queries = sample(draw, sector.digital.keywords, 8)
    volumes = sorted((round(10 ** between(draw, (1.9, 4.1)) / 10) * 10 for _ in queries), reverse=True)
    for query, searches in zip(queries, volumes, strict=True):
        place = whole(draw, (1, 70))
        result.append(Ranking(query, searches, place if place <= 50 else None))
    return tuple(result)


def _audit(draw: Generator, sector: Sector) -> tuple[tuple[str, str], ...]:
    seconds = french.number(Decimal(whole(draw, (18, 62))) / 10, 1)
    kept, bounce, reviewed, consent = (
        french.percent(Decimal(whole(draw, bounds)) / 100, 0)
        for bounds in ((38, 82), (41, 68), (15, 90), (38, 74))
    )
    return (
        ("Site", sector.digital.site),
        ("Affichage de la page d’accueil sur mobile", f"{seconds} secondes"),
        ("Accessibilité (audit RGAA)", f"{kept} des critères respectés ; {sector.digital.accessibility}"),
        ("Taux de rebond sur mobile", bounce),
        ("Fiches de l’offre avec avis clients", reviewed),
        ("Consentement aux traceurs", f"{consent} des visiteurs acceptent la mesure d’audience"),
    )


def _funnel(
    draw: Generator, sector: Sector, visits: int, goals: int, close: float
) -> tuple[tuple[str, int], ...]:
    """Return the stages from visits to orders, each smaller than the one before."""
    seen = round(visits * between(draw, (0.45, 0.65)))
    name = sector.digital.goal_label[1][:1].upper() + sector.digital.goal_label[1][1:]
    if sector.digital.goal == "order":
        kept = max(goals, round(goals / between(draw, (0.22, 0.38))))
        paying = max(goals, round(goals / between(draw, (0.5, 0.72))))
        return (
            ("Visites", visits), ("Pages de l’offre consultées", max(seen, kept)), ("Paniers créés", kept),
            ("Paiements commencés", min(kept, paying)), (name, goals),
        )  # fmt: skip
    won = max(1, round(goals * close))
    quoted = max(won, round(goals * min(0.95, close + (1 - close) * between(draw, (0.35, 0.6)))))
    return (
        ("Visites", visits), ("Pages de l’offre consultées", max(seen, goals)),
        (name, goals), ("Propositions commerciales", quoted), ("Nouveaux clients", won),
    )  # fmt: skip
