"""Markdown with `{{ }}` fields: filled from the notebook's variables, numbers written the French way.

A forgotten variable is an error in its own cell (StrictUndefined). A bare number is written in French;
integers below 10 000 keep their digits together, so that `{{ 2026 }}` stays a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2.meta import find_undeclared_variables

from kit import french
from kit.cases.quantities import FILTERS
from kit.errors import AuthorError, Finding, Place


def shown(value: Any) -> Any:
    """Return a value as it is written in a text: numbers in French, dates in words, the rest unchanged."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int) or type(value).__name__.startswith(("int", "uint")):
        number = int(value)
        return str(number) if -10_000 < number < 10_000 else french.number(number)
    if isinstance(value, float | Decimal | Fraction):
        return french.number(float(value) if isinstance(value, float) else value)
    if isinstance(value, date):
        return french.long_date(value)
    return value


@cache
def environment() -> Environment:
    """Return the Jinja environment of templates, with the French filters."""
    env = Environment(undefined=StrictUndefined, finalize=shown)  # noqa: S701 - Markdown, escaped by writers
    env.filters.update(
        nombre=lambda value, places=None: french.number(value, places),
        eur=lambda value, places=None: french.euros(value, places),
        keur=lambda value, places=0: f"{french.number(french.exact(value) / 1000, places)}{french.NBSP}k€",
        meur=lambda value, places=2: (
            f"{french.number(french.exact(value) / 1_000_000, places)}{french.NBSP}M€"
        ),
        pct=lambda value, places=1: french.percent(value, places),
        date=french.long_date,
        duree=french.duration,
        liste=french.enumeration,
        pluriel=french.plural,
        compte=french.counted,
        texte=str,
        **FILTERS,
    )
    return env


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Return a Markdown text with its fields filled, in French typography.

    Raises:
        AuthorError: fields name variables that do not exist; all of them are listed.
        jinja2.UndefinedError: a field asks a value for something it does not have.
        jinja2.TemplateSyntaxError: a field is not closed, or a filter does not exist.
    """
    env = environment()
    unknown = find_undeclared_variables(env.parse(template)) - set(variables) - set(env.globals)
    if unknown:
        raise AuthorError(
            *(Finding("case.field_unknown", Place(), {"name": name}) for name in sorted(unknown))
        )
    return french.typeset(env.from_string(template).render(variables)).strip()
