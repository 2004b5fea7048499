"""What a sector's file says: the trade, its offer, its channels, its customers, its rivals, its words.

One YAML file a sector, in `kit/cases/sectors/`; a school can write its own and pass the `Sector` it reads.
Everything in it is fiction or general knowledge of a trade; figures drawn from it are reconstructed data.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from kit.cases.company.facts import FACTS
from kit.errors import Finding, InvalidFile, Place, UnknownCode, raise_for
from kit.reading import FrozenModel, YamlData, nearest, read_yaml, validate

FOLDER = Path(__file__).resolve().parent.parent / "sectors"
_SUM_TOLERANCE = 0.001
_SEASON_TOLERANCE = 0.1

Text = Annotated[str, StringConstraints(min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = bounds
    if low > high:
        raise PydanticCustomError("kit", "range", {"code": "sector.range", "low": low, "high": high})
    return bounds


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]
Titles = tuple[Text, Text]


class Vocabulary(FrozenModel):
    """How the trade names its things, singular and plural: `unit` sold, `customer`, `outlet`, `order`."""

    unit: Titles
    customer: Titles
    outlet: Titles
    order: Titles


class Names(FrozenModel):
    """Pools that company names are made of; a pattern fills {a}, {b} and {word} from them."""

    patterns: Texts
    a: Texts
    b: Texts
    word: tuple[Text, ...] = ()


class Family(FrozenModel):
    """A family of products (a domaine d'activité stratégique) and the growth of its market."""

    code: Code
    label: Text
    growth: Range


class ProductPattern(FrozenModel):
    """A product or service of the offer. `names` are alternatives; prices are HT, costs are shares of price."""

    code: Code
    family: Code
    names: Texts
    description: Text
    price: Range
    cost: Range
    weight: float = Field(gt=0)
    phase: Literal["lancement", "croissance", "maturité", "déclin"]
    age: Range
    channels: tuple[Code, ...] = ()
    core: bool = False


class ChannelPattern(FrozenModel):
    """A channel of sale: its share of revenue, its price against the public price, its own variable cost.

    `buyer` is the segment that buys through it when it sells to resellers and not to the other segments.
    """

    code: Code
    label: Text
    kind: Literal["magasin", "en ligne", "revendeurs", "force de vente", "plateforme"]
    share: float = Field(gt=0, lt=1)
    drift: Range
    price: float = Field(gt=0, le=1, default=1.0)
    cost: Range = (0.0, 0.0)
    buyer: Code | None = None


class SegmentPattern(FrozenModel):
    """A segment of customers: who they are, what they want, how they buy."""

    code: Code
    label: Text
    share: float = Field(ge=0, lt=1)
    profile: Text
    needs: Texts
    behaviour: Text
    criteria: Texts
    frequency: Range
    basket: Range


class Archetype(FrozenModel):
    """A kind of rival. `weight` is its usual size; `axes` its place on the two axes of the map, 1 to 10."""

    label: Text
    positioning: Text
    channels: Text
    services: Text
    strengths: Texts
    weaknesses: Texts
    price: Range
    weight: float = Field(gt=0)
    awareness: Range
    rating: Range
    axes: tuple[Range, Range]


class MarketPattern(FrozenModel):
    """The market the firm's share is counted on, with its trends. `axes` name the two axes of the map."""

    scope: Text
    growth: Range
    share: Range
    axes: Titles
    firm_axes: tuple[Range, Range]
    trends: Texts
    opportunities: Texts
    threats: Texts


class Pestel(FrozenModel):
    """The macro-environment, in six families; qualitative facts of general knowledge."""

    politique: Texts
    economique: Texts
    socioculturel: Texts
    technologique: Texts
    ecologique: Texts
    legal: Texts


class Partner(FrozenModel):
    """A kind of supplier or partner and what the relation with it is."""

    kind: Text
    relation: Text


class Commitments(FrozenModel):
    """RSE: what is done already and what is still missing."""

    done: Texts
    gaps: Texts


class Network(FrozenModel):
    """The firm's account on a social network."""

    name: Text
    followers: Range
    posts: Range
    engagement: Range
    content: Text


class Campaign(FrozenModel):
    """An action of the last year: `share` is the part of the goal it brings in the quarters it runs."""

    name: Text
    lever: Literal["SEA", "Publicité sociale", "E-mailing", "Influence", "Affichage en ligne", "Webinaire"]
    source: Text
    objective: Text
    quarters: tuple[Annotated[int, Field(ge=1, le=4)], ...]
    share: Range
    roas: Range
    ctr: Range
    lead: Range
    acquisition: bool = True


class Digital(FrozenModel):
    """The firm's presence online. `goal` is what a visit should end in: an order, or a lead to follow up."""

    goal: Literal["order", "lead"]
    goal_label: Titles
    conversion: Range
    close: Range = (1.0, 1.0)
    site: Text
    accessibility: Text
    sources: dict[Text, float]
    devices: dict[Text, float]
    networks: Annotated[tuple[Network, ...], Field(min_length=2)]
    keywords: Annotated[tuple[Text, ...], Field(min_length=6)]
    contents: Texts


class Question(FrozenModel):
    """A closed question of the survey; each option with the weight it usually gets."""

    question: Text
    options: dict[Text, float]


class SatisfactionItem(FrozenModel):
    """A criterion of satisfaction: how much it matters and how well the firm does, from 0 to 10."""

    label: Text
    importance: Range
    score: Range


class Survey(FrozenModel):
    """What customers are asked. `price_product` is the product whose price is tested."""

    questions: Annotated[tuple[Question, ...], Field(min_length=4)]
    satisfaction: Annotated[tuple[SatisfactionItem, ...], Field(min_length=6)]
    nps: Range
    price_product: Code


class Verbatim(FrozenModel):
    """Words of a customer."""

    tone: Literal["positif", "neutre", "négatif"]
    theme: Text
    text: Text


class Trait(FrozenModel):
    """An internal fact; `when` names the fact of the figures it depends on, None if it always holds."""

    text: Text
    when: str | None = None


class OrientationPattern(FrozenModel):
    """A strategic orientation: cost and yearly gain as shares of the last revenue, delay in months."""

    code: Code
    label: Text
    description: Text
    actions: Texts
    cost: Range
    gain: Range
    delay: Range
    resources: Text
    risk: Text
    rse: Text


class RolePattern(FrozenModel):
    """A role of the staff, masculine and feminine. `head` roles are one named person; others share the rest."""

    titles: Titles
    team: Text
    head: bool = False
    weight: float = Field(ge=0, default=0.0)
    skills: Text = "—"


class Buyer(FrozenModel):
    """A buyer for a sales talk: who it is, what is needed, and the objections to expect."""

    label: Text
    profile: Text
    needs: Texts
    objections: Texts
    budget: Range


class English(FrozenModel):
    """The firm's world in English, for commercial correspondence."""

    activity: Text
    partner: Text
    glossary: dict[Text, Text]


class Money(FrozenModel):
    """The shape of the accounts: `result` and `marketing` are shares of revenue, `fixed` shares of the rest."""

    result: Range
    marketing: Range
    cost_inflation: Range
    price_inflation: Range
    fixed: dict[Text, float]
    fte_cost: Range
    budget_lines: dict[Text, float]


class Sector(FrozenModel):
    """A sector, as its file says."""

    code: Code
    title: Text
    clientele: Literal["B2C", "B2B", "B2B et B2C"]
    nature: Literal["industrie", "commerce", "service"]
    activity: Text
    presentation: Texts
    model: Text
    positioning: Text
    values: Texts
    vocabulary: Vocabulary
    names: Names
    legal_forms: Texts
    founded: Range
    revenue: Range
    growth: Range
    season: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
    season_note: Text
    vat: Decimal
    families: Annotated[tuple[Family, ...], Field(min_length=2)]
    products: Annotated[tuple[ProductPattern, ...], Field(min_length=6)]
    channels: Annotated[tuple[ChannelPattern, ...], Field(min_length=3)]
    segments: Annotated[tuple[SegmentPattern, ...], Field(min_length=3)]
    churn: Range
    market: MarketPattern
    competitors: Annotated[tuple[Archetype, ...], Field(min_length=6)]
    pestel: Pestel
    partners: Annotated[tuple[Partner, ...], Field(min_length=3)]
    commitments: Commitments
    digital: Digital
    campaigns: Annotated[tuple[Campaign, ...], Field(min_length=4)]
    survey: Survey
    verbatims: Annotated[tuple[Verbatim, ...], Field(min_length=24)]
    regulation: Annotated[tuple[Text, ...], Field(min_length=4)]
    strengths: Annotated[tuple[Trait, ...], Field(min_length=5)]
    weaknesses: Annotated[tuple[Trait, ...], Field(min_length=5)]
    orientations: Annotated[tuple[OrientationPattern, ...], Field(min_length=4)]
    constraints: Annotated[tuple[Text, ...], Field(min_length=3)]
    roles: Annotated[tuple[RolePattern, ...], Field(min_length=5)]
    money: Money
    buyers: Annotated[tuple[Buyer, ...], Field(min_length=2)]
    english: English

    def problems(self, file: str, source: YamlData) -> list[Finding]:
        """Return what the file says that does not hold together."""
        return [*self._references(file, source), *self._sums(file, source), *self._conditions(file, source)]

    def _references(self, file: str, source: YamlData) -> list[Finding]:
        families = [family.code for family in self.families]
        channels = [channel.code for channel in self.channels]
        segments = [segment.code for segment in self.segments]
        products = [product.code for product in self.products]
        asked = [("products", i, p.family, "families", families) for i, p in enumerate(self.products)]
        for i, product in enumerate(self.products):
            asked += [("products", i, code, "channels", channels) for code in product.channels]
        for i, channel in enumerate(self.channels):
            if channel.buyer is not None:
                asked.append(("channels", i, channel.buyer, "segments", segments))
        for i, campaign in enumerate(self.campaigns):
            asked.append(("campaigns", i, campaign.source, "digital.sources", list(self.digital.sources)))
        asked.append(("survey", 0, self.survey.price_product, "products", products))
        return [
            Finding(
                "sector.reference",
                Place(file, source.line((where, i))),
                {"code": code, "list": name, "known": known},
            )
            for where, i, code, name, known in asked
            if code not in known
        ]

    def _sums(self, file: str, source: YamlData) -> list[Finding]:
        linked = {channel.buyer for channel in self.channels}
        direct = [segment.share for segment in self.segments if segment.code not in linked]
        lists = {
            "channels": [channel.share for channel in self.channels],
            "segments": direct,
            "digital.sources": list(self.digital.sources.values()),
            "digital.devices": list(self.digital.devices.values()),
            "money.fixed": list(self.money.fixed.values()),
            "money.budget_lines": list(self.money.budget_lines.values()),
        }
        found = [
            Finding(
                "sector.sum", Place(file, source.line(name.split("."))), {"list": name, "total": sum(shares)}
            )
            for name, shares in lists.items()
            if abs(sum(shares) - 1) > _SUM_TOLERANCE
        ]
        if abs(sum(self.season) - len(self.season)) > _SEASON_TOLERANCE:
            place = Place(file, source.line(("season",)))
            found.append(Finding("sector.season", place, {"total": sum(self.season)}))
        return found

    def _conditions(self, file: str, source: YamlData) -> list[Finding]:
        return [
            Finding(
                "sector.fact",
                Place(file, source.line((name, i))),
                {"code": trait.when, "known": sorted(FACTS)},
            )
            for name in ("strengths", "weaknesses")
            for i, trait in enumerate(getattr(self, name))
            if trait.when is not None and trait.when not in FACTS
        ]


def read_sector(path: Path) -> Sector:
    """Return the sector of a YAML file.

    Raises:
        InvalidFile: with every problem of the file, at its line.
    """
    source = read_yaml(path)
    sector = validate(Sector, source, str(path))
    raise_for(sector.problems(str(path), source), InvalidFile)
    return sector


def sectors() -> tuple[str, ...]:
    """Return the codes of the sectors shipped, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def find_sector(code: str) -> Sector:
    """Return a shipped sector; read once.

    Raises:
        UnknownCode: no such sector.
    """
    known = sectors()
    if code not in known:
        raise UnknownCode.of("sector.unknown", Place(), code=code, near=nearest(code, known) or known)
    return read_sector(FOLDER / f"{code}.yaml")
