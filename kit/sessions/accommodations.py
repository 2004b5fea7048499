"""Accommodations granted to candidates: one restricted file, read here and nowhere else.

`amenagements.yaml` says what was granted, by which decision and until when; never why. It lies in the session's
folder, readable by its owner alone, and no candidate-, marker-, jury- or result-facing file is made from it.

The référentiel has three tiers, with three deciders: conditions of an épreuve (the centre, within the référentiel),
modality of an épreuve (the certifier's référent handicap), a criterion neutralised (the jury; `kit jury neutralise`).
The first two stand here; the third stands in the jury's record, by its reference.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kit.environment import environment
from kit.errors import Finding, InvalidFile, Place, Severity
from kit.health_words import health_words
from kit.reading import FrozenModel, YamlData, nearest, parse_yaml, read_text, validate
from kit.referentiel import parse_exact
from kit.referentiel.reglement import Positive
from kit.sessions.values import Day, Filled, Identifier, Line, Minutes, refuse

FILE = "amenagements.yaml"

Kind = Literal[
    "extra_time", "pauses", "version", "assistant", "communication", "equipment", "own_equipment", "room", "modality",
]  # fmt: skip
Clock = Literal["members", "group", "phases"]
"""Whose clock a group's work follows when a member has extra time: his own individual parts alone, the whole
group's, or phases apart."""

_NEEDS: Mapping[Kind, str] = {
    "extra_time": "ratio", "pauses": "minutes", "version": "version", "assistant": "detail",
    "communication": "detail", "equipment": "detail", "own_equipment": "detail", "room": "detail",
    "modality": "detail",
}  # fmt: skip
_PARTICULAR = ("ratio", "minutes", "version", "detail")


class Measure(FrozenModel):
    """A measure granted.

    Attributes:
        kind: what it is.
        ratio: of extra time, exact: "1/3" of the duration is added.
        minutes: of pauses an épreuve, the clock stopped: they are no extra time.
        version: adapted version of the documents (`grands-caracteres-20`, `dys`…).
        detail: what is provided or changed, in words that say nothing of why.
        decision: reference of the decision.
        since, until: first and last day it holds, None without limit.
        epreuves: those it holds for, empty for all.
    """

    kind: Kind
    ratio: Positive | None = None
    minutes: Minutes | None = None
    version: Line | None = None
    detail: Line | None = None
    decision: Line
    since: Day | None = None
    until: Day | None = None
    epreuves: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _fields_of_the_kind(self) -> Self:
        needed = _NEEDS[self.kind]
        if getattr(self, needed) is None:
            refuse("accommodation.needs", kind=self.kind, name=needed)
        extra = [name for name in _PARTICULAR if name != needed and getattr(self, name) is not None]
        if extra and extra != ["detail"]:
            refuse("accommodation.excludes", kind=self.kind, names=extra)
        if self.ratio is not None and parse_exact(self.ratio) > 2:
            refuse("accommodation.ratio", ratio=self.ratio)
        if self.since is not None and self.until is not None and self.until < self.since:
            refuse("accommodation.dates", since=self.since.isoformat(), until=self.until.isoformat())
        return self

    def holds(self, epreuve: str, day: date | None = None) -> bool:
        """Tell whether the measure holds for an épreuve, on a day."""
        if self.epreuves and epreuve not in self.epreuves:
            return False
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Accommodations(FrozenModel):
    """What the file holds. Its text form says nothing of anybody."""

    candidates: Mapping[Identifier, Annotated[tuple[Measure, ...], Field(max_length=30), Filled]] = {}
    groups: Mapping[Identifier, Clock] = {}

    def __repr__(self) -> str:
        return "Accommodations(…)"

    __str__ = __repr__

    def of(self, candidate: str, epreuve: str, day: date | None = None) -> tuple[Measure, ...]:
        """Return the measures that hold for a candidate in an épreuve."""
        return tuple(one for one in self.candidates.get(candidate, ()) if one.holds(epreuve, day))

    def versions(self) -> tuple[str, ...]:
        """Return the adapted versions that somebody has, each once, sorted: what must be made, not for whom."""
        return tuple(sorted({
            one.version for measures in self.candidates.values() for one in measures if one.version is not None
        }))  # fmt: skip


def extended(minutes: int | Fraction, measures: Iterable[Measure]) -> Fraction:
    """Return a duration in minutes with the extra time granted, exact; pauses are apart.

    Of several grants of extra time the greatest holds: they are not added up.

    >>> third = Measure(kind="extra_time", ratio="1/3", decision="D-1")
    >>> extended(180, [third]), extended(45, [third])
    (Fraction(240, 1), Fraction(60, 1))
    """
    ratios = [parse_exact(one.ratio) for one in measures if one.ratio is not None]
    return Fraction(minutes) * (1 + max(ratios, default=Fraction(0)))


def pauses(measures: Iterable[Measure]) -> int:
    """Return the minutes of pauses granted in an épreuve; of several grants the longest holds."""
    return max((one.minutes for one in measures if one.minutes is not None), default=0)


def read_accommodations(root: Path) -> tuple[Accommodations, YamlData | None, list[Finding]]:
    """Return what the session's file holds, empty without one, its data with lines, and what is wrong with it.

    Raises:
        EnvironmentFault: the rights do not let it be read.
    """
    path = root / FILE
    with environment(path):
        if not os.path.lexists(path):
            return Accommodations(), None, []
    try:
        source = parse_yaml(read_text(path), FILE)
        return validate(Accommodations, source, FILE), source, []
    except InvalidFile as error:
        return Accommodations(), None, list(error.findings)


def check_accommodations(
    found: Accommodations, source: YamlData, candidates: Iterable[str], epreuves: Mapping[str, bool]
) -> Iterator[Finding]:
    """Yield what a file names that the session does not have, leaves undecided, or should never say.

    Args:
        found: what the file holds.
        source: its data, with lines.
        candidates: the ids of the session's candidates.
        epreuves: the session's épreuves, and whether a group delivers something in each.
    """
    known = list(candidates)
    for candidate, measures in found.candidates.items():
        if candidate not in known:
            near = nearest(candidate, known) or ["—"]
            yield _finding(
                "accommodation.candidate", source, ("candidates", candidate), code=candidate, near=near
            )
        for rank, measure in enumerate(measures):
            yield from _check_measure(measure, source, ("candidates", candidate, rank), epreuves)
    for epreuve in found.groups:
        if not epreuves.get(epreuve):
            near = [name for name, grouped in epreuves.items() if grouped] or ["—"]
            yield _finding("accommodation.no_group", source, ("groups", epreuve), code=epreuve, near=near)
    for epreuve, grouped in epreuves.items():
        if grouped and epreuve not in found.groups and _extends(found, epreuve):
            yield _finding("accommodation.whose_clock", source, ("candidates",), epreuve=epreuve)


def _extends(found: Accommodations, epreuve: str) -> bool:
    return any(
        one.kind == "extra_time" and one.holds(epreuve) for some in found.candidates.values() for one in some
    )


def _check_measure(
    measure: Measure, source: YamlData, path: tuple[str | int, ...], epreuves: Mapping[str, bool]
) -> Iterator[Finding]:
    for epreuve in measure.epreuves:
        if epreuve not in epreuves:
            near = nearest(epreuve, epreuves) or list(epreuves)
            yield _finding("accommodation.epreuve", source, path, code=epreuve, near=near)
    said = health_words(" ".join(filter(None, [measure.detail, measure.decision])))
    if said:
        yield _finding("accommodation.health", source, path, words=said)


def _finding(name: str, source: YamlData, path: tuple[str | int, ...], /, **fields: object) -> Finding:
    place = Place(FILE, source.line(path), ".".join(map(str, path)))
    return Finding(name, place, dict(fields), Severity.ERROR)
