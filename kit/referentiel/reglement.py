"""The règlement: the rules of decision, as data that says whose they are.

The référentiel says what is assessed; how much is enough is written only here. Numbers are exact strings:
integers, decimals with a point, or `p/q`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from kit.reading import FrozenModel
from kit.referentiel.model import Code, Slug, Text

Participation = Literal[
    "expected", "present", "absent_excused", "absent_unexcused", "exempt", "fraud_pending", "excluded"
]

_EXACT = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]+)?")


def parse_exact(text: str) -> Fraction:
    """Return the number an exact string writes: "20", "0.5", "1/3".

    Raises:
        ValueError: not an exact string.
    """
    if not _EXACT.fullmatch(text):
        raise ValueError(text)
    try:
        return Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(text) from error


def exact_text(value: Fraction) -> str:
    """Return the exact string of a number: an integer, a finite decimal, or p/q.

    >>> exact_text(Fraction(5, 2)), exact_text(Fraction(1, 3)), exact_text(Fraction(4))
    ('2.5', '1/3', '4')
    """
    if value.denominator == 1:
        return str(value.numerator)
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _check_exact(text: str) -> str:
    try:
        parse_exact(text)
    except ValueError:
        raise PydanticCustomError("kit", "exact", {"code": "field.exact", "value": text}) from None
    return text


def _check_positive(text: str) -> str:
    if parse_exact(text) <= 0:
        raise PydanticCustomError("kit", "positive", {"code": "field.positive", "value": text})
    return text


def _check_weight(text: str) -> str:
    if parse_exact(text) < 0:
        raise PydanticCustomError("kit", "weight", {"code": "field.weight", "value": text})
    return text


def _check_not_negative(value: str | int) -> str | int:
    if (value if isinstance(value, int) else parse_exact(value)) < 0:
        raise PydanticCustomError("kit", "negative", {"code": "field.negative", "value": value})
    return value


def _check_share(text: str) -> str:
    if not 0 <= parse_exact(text) <= 1:
        raise PydanticCustomError("kit", "share", {"code": "field.share", "value": text})
    return text


Exact = Annotated[str, AfterValidator(_check_exact)]
Positive = Annotated[Exact, AfterValidator(_check_positive)]
Weight = Annotated[Exact, AfterValidator(_check_weight)]
Share = Annotated[Exact, AfterValidator(_check_share)]
NotNegative = Annotated[Exact, AfterValidator(_check_not_negative)]
Months = Annotated[int, AfterValidator(_check_not_negative)]


class Level(FrozenModel):
    """A level of the scale: what the marker chooses, and the share of the weight it gives."""

    id: Code
    label: Text
    value: Share
    acquired: bool = False
    description: str | None = None


class Scale(FrozenModel):
    """The levels of a criterion, lowest first."""

    levels: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _levels_climb(self) -> Self:
        ids = [level.id for level in self.levels]
        values = [parse_exact(level.value) for level in self.levels]
        if len(set(ids)) < len(ids) or values != sorted(values):
            raise PydanticCustomError("kit", "levels", {"code": "scale.order", "levels": ids})
        return self

    @property
    def labels(self) -> dict[str, str]:
        """The label of each level, by id, lowest first."""
        return {level.id: level.label for level in self.levels}

    def level(self, level_id: str) -> Level | None:
        """Return a level by id, or None."""
        return next((level for level in self.levels if level.id == level_id), None)


class Rounding(FrozenModel):
    """How a mark is rounded, once, at the end: to a multiple of `step`, in the direction `mode`."""

    step: Positive
    mode: Literal["half_up", "half_even", "up", "down"] = "half_up"


def _check_threshold(rule: str, threshold: str | None) -> None:
    if threshold is None and rule in {"at_least", "share", "mean"}:
        raise PydanticCustomError("kit", "threshold", {"code": "rule.threshold", "rule": rule})


class CompetenceRule(FrozenModel):
    """How a competence is acquired from its criteria."""

    rule: Literal["all", "at_least", "share", "mean", "judgement"]
    threshold: NotNegative | None = None
    blocking: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _threshold_is_given(self) -> Self:
        _check_threshold(self.rule, self.threshold)
        return self


class BlocRule(FrozenModel):
    """How a bloc is acquired, from its competences or from the marks of its épreuves."""

    rule: Literal["all", "share", "mean"]
    threshold: NotNegative | None = None
    floor: NotNegative | None = None
    compensation: bool = False

    @model_validator(mode="after")
    def _threshold_is_given(self) -> Self:
        _check_threshold(self.rule, self.threshold)
        return self


class ParticipationRule(FrozenModel):
    """What a state of participation gives: an ordinary mark, none, the lowest, or a matter for the jury."""

    gives: Literal["mark", "no_mark", "lowest", "not_counted", "jury"]
    note: str | None = None


class JuryRule(FrozenModel):
    """Who may sit, and how many."""

    min_members: int = Field(ge=1, le=99)
    external_share: Share
    quorum: Share
    trainer_excluded: bool = True
    casting_vote: bool = True


class Retention(FrozenModel):
    """How long each kind of record is kept, in months; null means without limit."""

    documents: Mapping[str, Months | None]


class Resit(FrozenModel):
    """Rattrapage: how often, how late, and what is kept inside a failed bloc."""

    attempts: int = Field(ge=0, le=50)
    months: int = Field(ge=0, le=600)
    keeps: Literal["nothing", "acquired_competences", "passed_epreuves"] = "nothing"


class Reglement(FrozenModel):
    """The rules of decision of one certifier, in one version."""

    slug: Slug
    version: Text
    status: Literal["example", "official"]
    issued_by: str | None
    notice: Text
    ladder: Literal["acquisition", "marks"]
    total: Positive
    scale: Scale
    rounding: Rounding
    not_assessed: Literal["no_mark", "left_out", "lowest"] = "no_mark"
    group_share: Mapping[Code, Share] = {}
    weights: Mapping[Code, Weight] = {}
    competence: CompetenceRule
    bloc: BlocRule
    certification: Literal["all_blocs"] = "all_blocs"
    combination: Literal["best", "last", "mean", "all"]
    participation: Mapping[Participation, ParticipationRule]
    marker_tolerance: Mapping[Literal["mark", "levels"], NotNegative]
    jury: JuryRule
    resit: Resit
    retention: Retention

    @model_validator(mode="after")
    def _rule_has_a_meaning(self) -> Self:
        if self.ladder == "marks" and self.bloc.rule == "share":
            raise PydanticCustomError("kit", "share", {"code": "rule.share_of_marks"})
        if self.ladder == "marks" and self.bloc.threshold is None:
            raise PydanticCustomError("kit", "threshold", {"code": "rule.threshold_of_marks"})
        return self

    def as_mark(self, threshold: str) -> Fraction:
        """Return a threshold of a mean as a mark on the total.

        Up to the highest level's value it is written as one of values (`"2/3"`); above, as a mark (`"10"` of 20).
        """
        value = parse_exact(threshold)
        is_value = value <= parse_exact(self.scale.levels[-1].value)
        return value * parse_exact(self.total) if is_value else value

    @property
    def is_example(self) -> bool:
        """Whether the file says of itself that it is an example to be replaced."""
        return self.status == "example"
