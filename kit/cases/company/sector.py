"""What a sector's file says: the trade, its offer, its channels, its customers, its rivals, its words.

One YAML file a sector, in `kit/cases/sectors/`; a school can write its own and pass the `Sector` it reads.
Everything in it is fiction or general knowledge of a trade; figures drawn from it are reconstructed data.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from kit.cases.company.closures import Constraint, open_halves
from kit.cases.company.facts import FACTS
from kit.cases.company.patterns import (
    AccountShape,
    Archetype,
    Buyer,
    Campaign,
    ChannelPattern,
    Code,
    Commitments,
    Digital,
    English,
    Family,
    LifeCycleStep,
    MarketPattern,
    MixVariable,
    Names,
    OrientationPattern,
    Partner,
    Pestel,
    ProductPattern,
    Prospects,
    Range,
    RolePattern,
    SegmentPattern,
    Survey,
    Text,
    Texts,
    Trait,
    Verbatim,
    Vocabulary,
)
from kit.errors import Finding, InvalidFile, Place, UnknownCode, raise_for
from kit.reading import FrozenModel, YamlData, nearest, read_yaml, validate

FOLDER = Path(__file__).resolve().parent.parent / "sectors"
PAYROLL = "Charges de personnel"
"""The fixed cost every sector must have: it pays the staff."""
_SUM_TOLERANCE = 0.001
_SEASON_TOLERANCE = 0.1
_LEAST_TARGETS = 2


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
    life_cycle: Annotated[tuple[LifeCycleStep, ...], Field(min_length=3)]
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
    constraints: Annotated[tuple[Constraint, ...], Field(min_length=3)]
    roles: Annotated[tuple[RolePattern, ...], Field(min_length=5)]
    money: AccountShape
    buyers: Annotated[tuple[Buyer, ...], Field(min_length=2)]
    prospecting: Annotated[tuple[Prospects, ...], Field(min_length=2)]
    english: English

    def problems(self, file: str, source: YamlData) -> list[Finding]:
        """Return what the file says that does not hold together."""
        checks = (self._references, self._sums, self._conditions, self._targets, self._mix, self._closures)
        return [finding for check in checks for finding in check(file, source)]

    def _references(self, file: str, source: YamlData) -> list[Finding]:
        families = [family.code for family in self.families]
        channels = [channel.code for channel in self.channels]
        segments = [segment.code for segment in self.segments]
        products = [product.code for product in self.products]
        asked = [("products", i, p.family, "families", families) for i, p in enumerate(self.products)]
        for i, product in enumerate(self.products):
            asked += [("products", i, code, "channels", channels) for code in product.channels]
            asked += [("products", i, code, "segments", segments) for code in product.segments]
        for i, channel in enumerate(self.channels):
            if channel.buyer is not None:
                asked.append(("channels", i, channel.buyer, "segments", segments))
        for i, campaign in enumerate(self.campaigns):
            asked.append(("campaigns", i, campaign.source, "digital.sources", list(self.digital.sources)))
        orientations = [orientation.code for orientation in self.orientations]
        for i, constraint in enumerate(self.constraints):
            asked += [("constraints", i, code, "orientations", orientations) for code in constraint.only]
        asked.append(("survey", 0, self.survey.price_product, "products", products))
        asked.append(("money", 0, PAYROLL, "money.fixed", list(self.money.fixed)))
        return [
            Finding(
                "sector.reference",
                Place(file, source.line((where, i))),
                {"code": code, "list": name, "known": known},
            )
            for where, i, code, name, known in asked
            if code not in known
        ]

    def _targets(self, file: str, source: YamlData) -> list[Finding]:
        """The offer a case is built on says whom it is made for: two segments that buy for themselves."""
        resellers = {channel.buyer for channel in self.channels}
        return [
            Finding(
                "sector.targets",
                Place(file, source.line(("products", i))),
                {"product": product.code, "count": len(targets), "least": _LEAST_TARGETS},
            )
            for i, product in enumerate(self.products)
            if product.code == self.survey.price_product
            and len(targets := set(product.segments) - resellers) < _LEAST_TARGETS
        ]

    def _sums(self, file: str, source: YamlData) -> list[Finding]:
        linked = {channel.buyer for channel in self.channels}
        direct = [segment.share for segment in self.segments if segment.code not in linked]
        lists = {
            "channels": [channel.share for channel in self.channels],
            "segments": direct,
            "life_cycle": [step.share for step in self.life_cycle],
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

    def _mix(self, file: str, source: YamlData) -> list[Finding]:
        """Each variable of the mix has a strength and a weakness that every firm of the sector shows."""
        return [
            Finding("sector.mix", Place(file, source.line((name,))), {"variable": variable, "list": name})
            for name in ("strengths", "weaknesses")
            for variable in get_args(MixVariable)
            if not any(trait.mix == variable and trait.when is None for trait in getattr(self, name))
        ]

    def _closures(self, file: str, source: YamlData) -> list[Finding]:
        found = [
            Finding("sector.closed", Place(file, source.line(("constraints", i))), {"text": constraint.text})
            for i, constraint in enumerate(self.constraints)
            if not constraint.says_when
        ]
        if not open_halves([c.closed for c in self.constraints if c.closed is not None]):
            found.append(Finding("sector.never_open", Place(file, source.line(("constraints",)))))
        return found


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
