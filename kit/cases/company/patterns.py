"""The parts of a sector's file: vocabulary, offer, channels, segments, rivals, survey, means, prospects, words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from kit.reading import FrozenModel

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
    """A product or service of the offer. `names` are alternatives; prices are HT, costs are shares of price.

    `channels` and `segments` say where it is sold and for whom it is made; none named means all of them.
    """

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
    segments: tuple[Code, ...] = ()
    core: bool = False


class ChannelPattern(FrozenModel):
    """A channel of sale: its share of revenue, its price against the public price, its own variable cost.

    `buyer` is the segment that buys through it when it sells to resellers and not to the other segments.
    `note` is what the sales team says of it: what it brings, its limits, whom it is kept for.
    """

    code: Code
    label: Text
    kind: Literal["magasin", "en ligne", "revendeurs", "force de vente", "plateforme", "appels d’offres"]
    share: float = Field(gt=0, lt=1)
    drift: Range
    price: float = Field(gt=0, le=1, default=1.0)
    cost: Range = (0.0, 0.0)
    buyer: Code | None = None
    note: Text


class LifeCycleStep(FrozenModel):
    """A step of the life cycle of the offer whose price is studied: its usual share of the impact, what is wrong."""

    step: Text
    share: float = Field(gt=0, lt=1)
    finding: Text


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
    firm_services: Text
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
    lever: Literal[
        "Annonces de recherche (SEA)",
        "Publicité sociale",
        "E-mailing",
        "Influence",
        "Affichage en ligne",
        "Webinaire",
    ]
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


MixVariable = Literal["produit", "prix", "distribution", "communication"]
"""The four variables of the marketing mix."""


class Trait(FrozenModel):
    """An internal fact; `when` names the fact of the figures it depends on, None if it always holds.

    `mix` is the variable of the marketing mix it is about, None for the firm as a whole.
    """

    text: Text
    when: str | None = None
    mix: MixVariable | None = None


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


class Keywords(FrozenModel):
    """What prospects type in a search engine: to buy, to learn, too broadly, or as another public."""

    buying: Annotated[tuple[Text, ...], Field(min_length=4)]
    advice: Annotated[tuple[Text, ...], Field(min_length=2)]
    broad: Text
    consumer: Text


class Argument(FrozenModel):
    """A sales argument: what it is, what it brings, how it is proved."""

    feature: Text
    benefit: Text
    proof: Text


class Objection(FrozenModel):
    """What a prospect says against the offer, and a way to answer."""

    text: Text
    answer: Text


class Wording(FrozenModel):
    """Words to avoid in a script, and those to prefer."""

    avoid: Text
    prefer: Text


class Prospects(FrozenModel):
    """A professional clientele to win.

    `label`, `one` and `offer` stand in a sentence (« les … », « proposer … »); each of `kinds` has a label and
    the first word of its organisations' names; `revenue` is a customer's first year, in euros HT; `visit` is the
    time of a meeting in minutes, travel and report included; `event` is masculine (« au … »).
    """

    label: Text
    one: Text
    offer: Text
    kinds: Annotated[tuple[Titles, ...], Field(min_length=3, max_length=3)]
    size: Titles
    sizes: Range
    contacts: Annotated[tuple[Text, ...], Field(min_length=3, max_length=3)]
    revenue: Range
    visit: int
    event: Text
    guide: Text
    keywords: Keywords
    arguments: Annotated[tuple[Argument, ...], Field(min_length=3)]
    objections: Annotated[tuple[Objection, ...], Field(min_length=3)]
    words: Annotated[tuple[Wording, ...], Field(min_length=3)]


class EnglishProduct(FrozenModel):
    """A product in English. `lot` is what a trade customer orders at a time; a `pack` holds several units."""

    code: Code
    one: Text
    many: Text
    unit: Text
    lot: int = Field(gt=0, multiple_of=10)
    pack: int = Field(ge=1, default=1)


class Incident(FrozenModel):
    """What went wrong for a customer abroad: as he says it, why, and what the firm does about it."""

    problem: Text
    cause: Text
    remedy: Text


class English(FrozenModel):
    """The firm's world in English, for commercial correspondence: words and clauses that fit into sentences.

    Attributes:
        industry: what stands before “market” or “sector”.
        goods: what the firm sells, in the plural.
        buyer: who its customers abroad are, after “we are”.
        order: what a customer places, singular and plural.
        goal: what a visit of the site should lead to, plural.
        start: the event that follows an order, after “before”.
        trial: what is lent or given before an order, after “we can offer you”.
        ready: when an order is carried out, after a number of weeks.
        carriage: who pays for transport, as a line of an offer; for a service, what the price includes.
        trends: clauses that begin in small letters and need no date.
    """

    activity: Text
    partner: Text
    glossary: dict[Text, Text]
    industry: Text
    goods: Text
    buyer: Text
    order: tuple[Text, Text]
    goal: Text
    start: Text
    trial: Text
    ready: Text
    carriage: Text
    products: Annotated[tuple[EnglishProduct, ...], Field(min_length=3)]
    trends: Annotated[tuple[Text, ...], Field(min_length=4)]
    incidents: Annotated[tuple[Incident, ...], Field(min_length=2)]
    selling_points: Annotated[tuple[Text, ...], Field(min_length=3)]
    objections: Annotated[tuple[Text, ...], Field(min_length=3)]


class AccountShape(FrozenModel):
    """The shape of the accounts: `result` and `marketing` are shares of revenue, `fixed` shares of the rest."""

    result: Range
    marketing: Range
    cost_inflation: Range
    price_inflation: Range
    fixed: dict[Text, float]
    fte_cost: Range
    budget_lines: dict[Text, float]
