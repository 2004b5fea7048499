"""The front matter of a template: what the notebook is, in the raw cell that opens it.

YAML between two lines `---`, the habit of Quarto and MyST. Who drafted, reviewed, tested and approved the
case is recorded here, the approval with the hash of the content it was given to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints

from kit.reading import FrozenModel
from kit.referentiel.model import Code, Slug, Text
from kit.referentiel.reglement import Positive, parse_exact

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
    points: Positive
    documents: Text
    ai: AiRule = "interdit"
    parameters: Mapping[str, Text] = {}
    varies: tuple[str, ...] = ()
    drafted: Act
    reviewed: tuple[Act, ...] = ()
    tested: tuple[Trial, ...] = ()
    approved: Approval | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What a front matter says that other checks need, each part on its own: None (or empty) where it is unreadable.

    A slip in one line must not hide that the épreuve does not exist or that the points do not add up.
    """

    epreuve: str | None = None
    referentiel: str | None = None
    points: str | None = None
    parameters: tuple[str, ...] = ()
    varies: tuple[str, ...] = ()


_LINE = re.compile(r"^(\w+)[ \t]*:.*$", re.MULTILINE)


def announced(text: str) -> Announced:
    """Return what can be read of a front matter, line by line where the whole is no YAML."""
    data = _plain_yaml(text)
    if not isinstance(data, dict):
        data = {}
        for match in _LINE.finditer(text):
            line = _plain_yaml(match[0])
            data.update(line if isinstance(line, dict) else {})
    return Announced(
        epreuve=_word(data.get("epreuve")),
        referentiel=_word(data.get("referentiel", FrontMatter.model_fields["referentiel"].default)),
        points=_points(data.get("points")),
        parameters=_names(data.get("parameters")),
        varies=_names(data.get("varies")),
    )


def _plain_yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _points(value: Any) -> str | None:
    try:
        return str(value) if parse_exact(str(value)) > 0 else None
    except ValueError:
        return None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, dict | list) else ()
