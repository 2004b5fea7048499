"""The front matter of a template: what the notebook is, in the raw cell that opens it.

YAML between two lines `---`, the habit of Quarto and MyST. Who drafted, reviewed, tested and approved the
case is recorded here, the approval with the hash of the content it was given to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kit.reading import FrozenModel
from kit.referentiel.model import Code, Slug, Text
from kit.referentiel.reglement import Exact

AiRule = Literal["interdit", "declare", "attendu"]


class Act(FrozenModel):
    """Who did something and when."""

    by: Text
    on: date | None = None


class Trial(FrozenModel):
    """A test of the case in real conditions: who sat it and how many minutes it took."""

    by: Text
    minutes: Annotated[int, Field(gt=0)]
    on: date | None = None


class Approval(FrozenModel):
    """An approval: by whom, when, and on which content."""

    by: Text
    on: date
    content: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FrontMatter(FrozenModel):
    """What the raw cell at the top of a template says.

    Attributes:
        duration: minutes allowed.
        points: total of the barème; the questions' points must add up to it.
        parameters: what each parameter is for, in French; names must exist in the parameters cell.
        varies: the parameters the kit draws anew for each variant, beside the seed.
    """

    epreuve: Code
    referentiel: Slug = "fede-marketing-commercial"
    title: Text
    subtitle: str | None = None
    language: str = "fr"
    duration: Annotated[int, Field(gt=0, le=24 * 60)]
    points: Exact
    documents: Text
    ai: AiRule = "interdit"
    parameters: Mapping[str, Text] = {}
    varies: tuple[str, ...] = ()
    drafted: Act
    reviewed: tuple[Act, ...] = ()
    tested: tuple[Trial, ...] = ()
    approved: Approval | None = None
