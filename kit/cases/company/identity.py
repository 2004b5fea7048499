"""Who the firm is: name, legal form, town, founding year, and the day the case takes place."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from kit.cases.company.drawing import pick, whole
from kit.cases.company.names import draw_names
from kit.cases.company.sector import Sector
from kit.cases.seeds import NamedRng

_TOWNS = Path(__file__).parent / "towns.csv"
_SATURDAY = 5
COMPETITORS = 6
"""How many rivals are named at most."""


@dataclass(frozen=True, slots=True)
class Town:
    """A French town, with its department and region."""

    name: str
    code: str
    department: str
    region: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Identity:
    """The firm's name and seat; `rivals` are the names of its competitors, drawn with it to differ."""

    name: str
    legal_form: str
    town: Town
    founded: int
    today: date
    rivals: tuple[str, ...]


@cache
def towns() -> tuple[Town, ...]:
    """Return the towns a firm may be in."""
    with _TOWNS.open(encoding="utf-8", newline="") as file:
        return tuple(Town(*row) for row in list(csv.reader(file))[1:])


def draw_identity(rng: NamedRng, sector: Sector, year: int) -> Identity:
    """Return who the firm is. The case takes place on a working day of January or February of `year`."""
    names = draw_names(rng("noms"), sector, COMPETITORS + 1)
    draw = rng("identité")
    return Identity(
        name=names[0],
        legal_form=pick(draw, sector.legal_forms),
        town=pick(draw, towns()),
        founded=whole(draw, sector.founded),
        today=_working_day(date(year, 1, 12) + timedelta(days=whole(draw, (0, 40)))),
        rivals=names[1:],
    )


def _working_day(day: date) -> date:
    return day if day.weekday() < _SATURDAY else day + timedelta(days=7 - day.weekday())
