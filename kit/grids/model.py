"""Grids, marks and scores. A mark is not a number: it is a level, or one of three other states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from kit.reading import FrozenModel
from kit.referentiel import natural_key
from kit.referentiel.model import Carrier, Code, Evidence
from kit.referentiel.reglement import Exact, Positive, Scale, Share, Weight

MarkState = Literal["not_marked", "not_assessed", "neutralised"]


class GridLine(FrozenModel):
    """A line of a grid: a criterion in a part, with its official wording and its weight.

    `observables` and `expected` are what this variant's key says of it: signs to look for, computed answers.
    """

    criterion: Code
    competence: Code
    part: Code
    carrier: Carrier
    evidence: Evidence
    text: str
    weight: Weight
    questions: tuple[str, ...]
    observables: tuple[str, ...]
    expected: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What marks are kept under: the criterion, with its part when it has several lines."""
        return f"{self.criterion}@{self.part}"


class GridRules(FrozenModel):
    """The règlement a grid was made under, and the two rules needed to show a running mark."""

    slug: str
    version: str
    example: bool
    step: Positive
    mode: Literal["half_up", "half_even", "up", "down"]
    not_assessed: Literal["no_mark", "left_out", "lowest"]
    group_share: Share | None = None


class Grid(FrozenModel):
    """The correction grid of one subject: self-contained, so that marks can be read back years later."""

    code: str
    session: str
    referentiel: str
    reglement: GridRules
    epreuve: Code
    version: str
    variant: int
    total: Positive
    scale: Scale
    lines: tuple[GridLine, ...]

    @model_validator(mode="after")
    def _each_line_once(self) -> Grid:
        keys = [line.key for line in self.lines]
        twice = sorted({key for key in keys if keys.count(key) > 1}, key=natural_key)
        if twice:
            raise PydanticCustomError("kit", "lines", {"code": "grid.line_twice", "lines": twice})
        return self


class Mark(FrozenModel):
    """A criterion's mark: a level or a state, never both, never a number; `not_marked` when nothing is said."""

    level: Code | None = None
    state: MarkState | None = None
    comment: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Mark:
        if self.level is not None and self.state is not None:
            raise PydanticCustomError(
                "kit", "mark", {"code": "mark.both", "level": self.level, "state": self.state}
            )
        return self

    @property
    def is_marked(self) -> bool:
        """Whether the marker has said something that counts."""
        return self.level is not None or self.state in ("not_assessed", "neutralised")


Marks = Mapping[str, Mark]
"""Marks by line key (`CE4.1@ecrit`) or by criterion when it has a single line."""


class Score(FrozenModel):
    """A mark computed exactly, rounded once; `mark` is None with the reason why."""

    epreuve: Code
    mark: Exact | None
    rounded: Exact | None
    out_of: Exact
    reason: str | None
    counted: tuple[str, ...]
    not_marked: tuple[str, ...]
    not_assessed: tuple[str, ...]
    neutralised: tuple[str, ...]
