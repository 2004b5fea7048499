"""The whole company: one call, one seed, the same values for ever."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kit import french
from kit.cases.company.customers import Customers, draw_customers
from kit.cases.company.identity import Identity, Town, draw_identity
from kit.cases.company.market import Market, draw_market
from kit.cases.company.offer import Offer, draw_offer
from kit.cases.company.patterns import MixVariable
from kit.cases.company.people_budget import Accounts, MarketingBudget, Means, Staff, draw_means
from kit.cases.company.plan import Plan, draw_plan
from kit.cases.company.sales import Sales, draw_sales
from kit.cases.company.satisfaction import Satisfaction, draw_satisfaction
from kit.cases.company.sector import Sector, find_sector
from kit.cases.company.tables import TEXT, frame
from kit.cases.company.web import Web, draw_web
from kit.cases.quantities import Percent
from kit.cases.seeds import named_rng
from kit.errors import AuthorError, Place

if TYPE_CHECKING:
    from datetime import date

    from pandas import DataFrame

FIRST_YEAR, LAST_YEAR = 2020, 2100
SOURCE = "données reconstituées"
"""What the source line of every annex drawn from a company says."""


@dataclass(frozen=True, slots=True)
class MixTraits:
    """A variable of the marketing mix: what is special to the firm, and what limits it. Neither is empty."""

    specifics: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """A fictitious firm and its market. Everything numeric comes from `sales` or agrees with it."""

    seed: int
    year: int
    sector: Sector
    identity: Identity
    offer: Offer
    sales: Sales
    market: Market
    customers: Customers
    web: Web
    means: Means
    satisfaction: Satisfaction
    plan: Plan
    facts: frozenset[str]

    @property
    def name(self) -> str:
        """The firm's name."""
        return self.identity.name

    @property
    def legal_form(self) -> str:
        """The legal form: SAS, SARL, SCOP."""
        return self.identity.legal_form

    @property
    def town(self) -> Town:
        """Where its seat is: `town.name`, `town.department`, `town.region`."""
        return self.identity.town

    @property
    def founded(self) -> int:
        """The year it was founded."""
        return self.identity.founded

    @property
    def today(self) -> date:
        """The day the case takes place, in the first weeks of `year`."""
        return self.identity.today

    @property
    def last_year(self) -> int:
        """The last fiscal year closed: `year` − 1."""
        return self.sales.last_year

    @property
    def years(self) -> tuple[int, ...]:
        """The three fiscal years of data, oldest first."""
        return self.sales.years

    @property
    def accounts(self) -> Accounts:
        """The accounts of the three years."""
        return self.means.accounts

    @property
    def staff(self) -> Staff:
        """Who works there."""
        return self.means.staff

    @property
    def budget(self) -> MarketingBudget:
        """The marketing budget."""
        return self.means.budget

    @property
    def source(self) -> str:
        """The source to print under an annex: « Source interne, données reconstituées »."""
        return f"{self.name}, {SOURCE}"

    @property
    def presentation(self) -> tuple[str, ...]:
        """Paragraphs that present the firm, filled with its own facts."""
        return tuple(paragraph.format_map(self._words()) for paragraph in self.sector.presentation)

    @property
    def strengths(self) -> tuple[str, ...]:
        """Internal strengths, those that depend on figures only when the figures bear them out."""
        return tuple(t.text for t in self.sector.strengths if t.when is None or t.when in self.facts)

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """Internal weaknesses, under the same rule."""
        return tuple(t.text for t in self.sector.weaknesses if t.when is None or t.when in self.facts)

    def mix(self, variable: MixVariable) -> MixTraits:
        """Return what the firm does well and less well on a variable of the marketing mix."""
        strengths, weaknesses = (
            tuple(t.text for t in traits if t.mix == variable and (t.when is None or t.when in self.facts))
            for traits in (self.sector.strengths, self.sector.weaknesses)
        )
        return MixTraits(strengths, weaknesses)

    @property
    def opportunities(self) -> tuple[str, ...]:
        """Opportunities of the market."""
        return self.sector.market.opportunities

    @property
    def threats(self) -> tuple[str, ...]:
        """Threats of the market."""
        return self.sector.market.threats

    def sheet(self) -> DataFrame:
        """Return the firm's identity sheet: « Rubrique, Information »."""
        revenue = self.sales.revenue(year=self.last_year)
        rows = [
            ("Dénomination", f"{self.name}, {self.legal_form}"),
            ("Siège", f"{self.town.name} ({self.town.department}, {self.town.region})"),
            ("Création", str(self.founded)),
            ("Activité", self.sector.title),
            ("Clientèle", self.sector.clientele),
            (f"Chiffre d’affaires HT {self.last_year}", revenue.k()),
            ("Effectif", f"{french.number(self.staff.fte)}{french.NBSP}équivalents temps plein"),
            ("Valeurs", french.enumeration(self.sector.values)),
            ("Canaux de vente", french.enumeration([channel.label for channel in self.sales.channels])),
        ]
        return frame({"Rubrique": TEXT, "Information": TEXT}, rows)

    def pestel(self) -> DataFrame:
        """Return « Dimension, Éléments » of the macro-environment."""
        names = ("Politique", "Économique", "Socioculturel", "Technologique", "Écologique", "Légal")
        facts = self.sector.pestel
        groups = (
            facts.politique, facts.economique, facts.socioculturel, facts.technologique, facts.ecologique,
            facts.legal,
        )  # fmt: skip
        rows = [(name, " ; ".join(items)) for name, items in zip(names, groups, strict=True)]
        return frame({"Dimension": TEXT, "Éléments": TEXT}, rows)

    def partners(self) -> DataFrame:
        """Return « Partenaire, Relation »."""
        rows = [(partner.kind, partner.relation) for partner in self.sector.partners]
        return frame({"Partenaire": TEXT, "Relation": TEXT}, rows)

    def commitments(self) -> DataFrame:
        """Return « Démarche RSE, État »: what is done and what is missing."""
        rows = [(text, "engagé") for text in self.sector.commitments.done]
        rows += [(text, "à engager") for text in self.sector.commitments.gaps]
        return frame({"Démarche RSE": TEXT, "État": TEXT}, rows)

    def _words(self) -> dict[str, str]:
        revenue = self.sales.revenue(year=self.last_year)
        return {
            "name": self.name, "town": self.town.name, "department": self.town.department,
            "region": self.town.region, "founded": str(self.founded), "form": self.legal_form,
            "revenue": revenue.m(1) if revenue.exact >= 10**6 else revenue.k(), "last": str(self.last_year),
            "staff": french.number(self.staff.headcount), "head": self.staff.heads[0].name,
        }  # fmt: skip


def company(seed: int, sector: str | Sector, year: int = 2026) -> Company:
    """Return the company of a seed in a sector; the same arguments always give the same company.

    Args:
        seed: any whole number.
        sector: a code of `sectors()`, or a `Sector` read from a school's own file.
        year: the year of the case; the data covers the three years before it.

    Raises:
        UnknownCode: no such sector.
        AuthorError: a year out of bounds.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise AuthorError.of("company.year_range", Place(), year=year, low=FIRST_YEAR, high=LAST_YEAR)
    pattern = sector if isinstance(sector, Sector) else find_sector(sector)
    rng = named_rng(seed).within(f"company/{pattern.code}")
    identity = draw_identity(rng, pattern, year)
    offer = draw_offer(rng, pattern, identity.founded, year)
    sales = draw_sales(rng, pattern, offer)
    satisfaction = draw_satisfaction(rng, pattern, sales)
    market = draw_market(rng, pattern, identity, sales, satisfaction.reviews)
    customers = draw_customers(rng, pattern, identity, sales)
    web = draw_web(rng, pattern, sales, customers)
    means = draw_means(rng, pattern, sales, web.campaigns, year)
    plan = draw_plan(rng, pattern, sales, means.accounts, customers, satisfaction, year)
    facts = _facts(sales, market, customers, web, means, satisfaction)
    return Company(
        int(seed), year, pattern, identity, offer, sales, market, customers, web, means, satisfaction, plan, facts
    )  # fmt: skip


def _facts(
    sales: Sales, market: Market, customers: Customers, web: Web, means: Means, satisfaction: Satisfaction
) -> frozenset[str]:
    """Return the facts of `FACTS` that the figures bear out."""
    before, last = sales.years[-2:]
    total = sales.cents(year=last)
    online = tuple(channel.code for channel in sales.channels if channel.online)
    share = Fraction(sales.cents(year=last, channel=online), total)
    earlier = Fraction(sales.cents(year=before, channel=online), sales.cents(year=before))
    channel = max(sales.cents(year=last, channel=item.code) for item in sales.channels)
    product = max(sales.cents(year=last, product=item.code) for item in sales.offer.products)
    shares = market.share(year=market.years[0]), market.share()
    safety = means.accounts.safety_index().exact
    true = {
        "share_up": shares[1] > shares[0],
        "share_down": shares[1] < shares[0],
        "nps_high": satisfaction.score.exact >= 30,
        "nps_low": satisfaction.score.exact < 15,
        "online_growth": bool(online) and share > earlier,
        "online_weak": share < Fraction(1, 5),
        "channel_dependence": Fraction(channel, total) >= Fraction(45, 100),
        "product_dependence": Fraction(product, total) >= Fraction(28, 100),
        "safety_high": safety >= Fraction(15, 100),
        "safety_low": safety < Fraction(12, 100),
        "churn_high": customers.churn >= Percent(Fraction(1, 4)),
        "mobile_gap": _mobile_gap(web),
        "budget_overrun": means.budget.spent > means.budget.planned,
    }
    return frozenset(name for name, holds in true.items() if holds)


def _mobile_gap(web: Web) -> bool:
    devices = dict.fromkeys(row.device for row in web.rows)
    mobile = next((name for name in devices if "obile" in name), None)
    computer = next((name for name in devices if "rdinateur" in name), None)
    if mobile is None or computer is None:
        return False
    return web.device_conversion(mobile).exact <= Fraction(6, 10) * web.device_conversion(computer).exact
