"""When nothing new may start: the closed periods of a firm's year, and a plan of phases laid around them.

Plans are counted in halves of a month (du 1er au 15, du 16 à la fin), as the exams' planning is. A half is closed
as soon as one of its days is.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from kit.cases.company.patterns import Code, Text
from kit.french import enumeration, month_name
from kit.reading import FrozenModel

HALVES = 24
"""Halves of a month in a year."""
_FIFTEEN = 15
_ANY_YEAR = 2001
"""A year without a 29 February: a closed period comes back every year."""
_FIELD = "{closed}"


def _month_and_day(text: str) -> str:
    try:
        date.fromisoformat(f"{_ANY_YEAR}-{text}")
    except ValueError as error:
        raise PydanticCustomError("kit", "day", {"code": "sector.day", "day": text}) from error
    return text


Day = Annotated[str, AfterValidator(_month_and_day)]
"""A day of any year: « 08-21 » is 21 August."""


class ClosedPeriod(FrozenModel):
    """A part of every year in which nothing new may start; it may run over the new year."""

    start: Day
    end: Day

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, value: object) -> object:
        """Read [« 08-01 », « 08-21 »] as a start and an end."""
        if isinstance(value, list | tuple) and len(value) == 2:
            return {"start": value[0], "end": value[1]}
        return value

    def covers(self, day: date) -> bool:
        """Tell whether a day of any year falls in the period."""
        here = f"{day:%m-%d}"
        if self.start <= self.end:
            return self.start <= here <= self.end
        return here >= self.start or here <= self.end

    @property
    def words(self) -> str:
        """The period in French, ready for a sentence: « en août », « de mai à juillet », « du 16 au 30 novembre »."""
        first, last = (date.fromisoformat(f"{_ANY_YEAR}-{day}") for day in (self.start, self.end))
        if first.day == 1 and last.day == _days(last):
            return _months_in_words(first.month, last.month)
        return f"{_du(first, with_month=first.month != last.month)} au {_day(last)} {month_name(last.month)}"


class Constraint(FrozenModel):
    """A limit of the organisation; where it closes a period, its text says « {closed} » in the place of it.

    `only` names the orientations it holds back; none named, it holds back all of them.
    """

    text: Text
    closed: ClosedPeriod | None = None
    only: tuple[Code, ...] = ()

    @property
    def says_when(self) -> bool:
        """Whether the text has a place for the period exactly when there is one."""
        return (_FIELD in self.text) == (self.closed is not None)

    @property
    def sentence(self) -> str:
        """The text, with the closed period in words."""
        return self.text.replace(_FIELD, self.closed.words) if self.closed is not None else self.text


@dataclass(frozen=True, slots=True)
class Step:
    """A phase to plan: how many halves of a month it takes, and whether closed periods interrupt it."""

    halves: int
    interrupted: bool = True


@dataclass(frozen=True)
class Phase:
    """A phase of a plan, as the halves of a month in which it goes on, in order."""

    halves: tuple[int, ...]

    @cached_property
    def spans(self) -> tuple[tuple[date, date], ...]:
        """First and last day of each stretch without interruption."""
        found: list[tuple[date, date]] = []
        for half in self.halves:
            first, last = first_day(half), last_day(half)
            if found and first == found[-1][1] + timedelta(days=1):
                first = found.pop()[0]
            found.append((first, last))
        return tuple(found)

    @property
    def start(self) -> date:
        """Its first day."""
        return self.spans[0][0]

    @property
    def end(self) -> date:
        """Its last day."""
        return self.spans[-1][1]

    @property
    def words(self) -> str:
        """The phase in French: « du 1er mars au 15 avril 2026, puis du 1er au 15 juin 2026 »."""
        return ", puis ".join(_span(first, last) for first, last in self.spans)


def half_of(day: date) -> int:
    """Return the half of a month a day is in, counted from year 0."""
    return day.year * HALVES + 2 * (day.month - 1) + (day.day > _FIFTEEN)


def first_day(half: int) -> date:
    """Return the first day of a half of a month."""
    year, rank = divmod(half, HALVES)
    return date(year, rank // 2 + 1, _FIFTEEN + 1 if rank % 2 else 1)


def last_day(half: int) -> date:
    """Return the last day of a half of a month."""
    return first_day(half + 1) - timedelta(days=1)


def is_closed(half: int, closed: Iterable[ClosedPeriod]) -> bool:
    """Tell whether a day of the half falls in a closed period."""
    first = first_day(half)
    days = [first + timedelta(days=n) for n in range((last_day(half) - first).days + 1)]
    return any(period.covers(day) for period in closed for day in days)


def open_halves(closed: Sequence[ClosedPeriod]) -> list[int]:
    """Return the halves of a year that are open, from 0 (du 1er au 15 janvier) to 23."""
    return [half for half in range(HALVES) if not is_closed(_ANY_YEAR * HALVES + half, closed)]


def lay_phases(start: date, steps: Iterable[Step], closed: Sequence[ClosedPeriod]) -> tuple[Phase, ...]:
    """Return the steps laid one after the other from a day on, each interrupted by the closed periods it must avoid.

    A step that nothing interrupts goes on until the next one may begin. `closed` must leave a half of the year
    open, as a `Sector` checks.
    """
    half, phases = half_of(start), []
    steps = tuple(steps)
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        taken: list[int] = []
        waits = following is not None and following.interrupted and not step.interrupted
        while len(taken) < step.halves or (waits and is_closed(half, closed)):
            if not (step.interrupted and is_closed(half, closed)):
                taken.append(half)
            half += 1
        phases.append(Phase(tuple(taken)))
    return tuple(phases)


def _days(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _day(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def _du(day: date, *, with_month: bool) -> str:
    return f"du {_day(day)} {month_name(day.month)}" if with_month else f"du {_day(day)}"


def _months_in_words(first: int, last: int) -> str:
    names = [month_name(first), month_name(last)]
    if (last - first) % 12 < 2:
        return f"en {enumeration(list(dict.fromkeys(names)))}"
    return f"{'d’' if names[0][0] in 'ao' else 'de '}{names[0]} à {names[1]}"


def _span(first: date, last: date) -> str:
    start = _du(first, with_month=(first.year, first.month) != (last.year, last.month))
    start += f" {first.year}" if first.year != last.year else ""
    return f"{start} au {_day(last)} {month_name(last.month)} {last.year}"
