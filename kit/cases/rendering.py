"""Markdown with `{{ }}` fields: filled from the notebook's variables, numbers written the French way.

A forgotten variable is an error in its own cell (StrictUndefined), and so is a field that says nothing
(`None`, a number that is not one). A bare number is written in French;
integers below 10 000 keep their digits together, so that `{{ 2026 }}` stays a year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache, wraps
from typing import Any

from jinja2 import (
    Environment,
    StrictUndefined,
    Template,
    TemplateAssertionError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
)
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Name

from kit import french
from kit.cases.contents import brief, is_unusable
from kit.cases.quantities import FILTERS
from kit.errors import AuthorError, Finding, Place
from kit.reading import nearest

_MAX_PLACES = 10


class _Missing(StrictUndefined):
    """What a field asked and did not find; its error says the name alone, the sentence is ours."""

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


def _checked(value: Any) -> Any:
    """Return a value that a text can say.

    Raises:
        AuthorError: nothing, or a number that is none or has more digits than a spreadsheet keeps.
    """
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        raise AuthorError.of("case.field_none")
    if (isinstance(value, float | Decimal) and value != value) or is_unusable(value):
        raise AuthorError.of("case.field_number", value=brief(value))
    return value


def shown(value: Any) -> Any:
    """Return a value as it is written in a text: numbers in French, dates in words, the rest unchanged."""
    if isinstance(value, bool | str | Undefined):  # an `if` without `else` shows nothing
        return value
    _checked(value)
    if isinstance(value, int) or type(value).__name__.startswith(("int", "uint")):
        number = int(value)
        return str(number) if -10_000 < number < 10_000 else french.number(number)
    if isinstance(value, float | Decimal | Fraction):
        return french.number(float(value) if isinstance(value, float) else value)
    if isinstance(value, date):
        return french.long_date(value)
    return value


def _of_number(write: Callable[[Any, int | None], str], default: int | None = None) -> Callable[..., str]:
    """Return a filter that writes a number, and refuses what is none and decimals no one reads."""

    @wraps(write)
    def filtered(value: Any, places: int | None = default) -> str:
        if places is not None and not 0 <= places <= _MAX_PLACES:
            raise AuthorError.of("case.field_places", value=brief(places), most=_MAX_PLACES)
        return write(_checked(value), places)

    return filtered


def _thousands(value: Any, places: int | None) -> str:
    return f"{french.number(french.exact(value) / 1000, places)}{french.NBSP}k€"


def _millions(value: Any, places: int | None) -> str:
    return f"{french.number(french.exact(value) / 1_000_000, places)}{french.NBSP}M€"


def _percent(value: Any, places: int | None) -> str:
    return french.percent(value, 1 if places is None else places)


@cache
def environment() -> Environment:
    """Return the Jinja environment of templates, with the French filters."""
    env = Environment(undefined=_Missing, finalize=shown)  # noqa: S701 - Markdown, escaped by writers
    env.filters.update(
        nombre=_of_number(french.number),
        eur=_of_number(french.euros),
        keur=_of_number(_thousands, 0),
        meur=_of_number(_millions, 2),
        pct=_of_number(_percent, 1),
        date=french.long_date,
        duree=french.duration,
        liste=french.enumeration,
        pluriel=french.plural,
        compte=french.counted,
        texte=str,
        **FILTERS,
    )
    return env


_BADLY_WRITTEN = (TemplateSyntaxError, RecursionError, SyntaxError, MemoryError)
"""What compiling a template raises: its own error, and those of Python for what is nested without end."""


def fields_findings(template: str) -> list[Finding]:
    """Return what is wrong with the way the fields of a text are written; nothing is filled."""
    try:
        environment().compile(template)
    except _BADLY_WRITTEN as error:
        return [_written_badly(error)]
    return []


def _written_badly(error: BaseException) -> Finding:
    """Return the finding of a template that does not compile; of Jinja's English only a filter's name is kept."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
    if isinstance(error, TemplateAssertionError):
        name = (str(error.message).split("'")[1::2] or ["…"])[0]  # « No filter named 'x'. »
        near = nearest(name, environment().filters) or ["nombre", "eur", "pct", "date"]
        return Finding("case.field_filter", Place(), {"name": name, "near": near, "line": line})
    return Finding("case.field_syntax", Place(), {"line": line})


def field_names(template: str) -> set[str]:
    """Return the variables that the fields of a well written text ask for."""
    env = environment()
    return find_undeclared_variables(env.parse(template)) - set(env.globals)


def prepare(template: str) -> None:
    """Compile a text that will be filled; one that is badly written is left for `render` to refuse."""
    with suppress(*_BADLY_WRITTEN):
        _compiled(template.rstrip("\n"))


@lru_cache(maxsize=4096)
def _compiled(template: str) -> tuple[Template, frozenset[str]]:
    """Return a compiled text, and the names read in it that it does not itself give a value somewhere.

    Telling which of these the text leaves to its caller takes as long as compiling it: that is done for the few
    that the caller does not have (`field_names`).
    """
    env = environment()
    parsed = env.parse(template)
    names = [(node.name, node.ctx) for node in parsed.find_all(Name)]
    given = {name for name, use in names if use != "load"}
    read = {name for name, use in names if use == "load"}
    return Template.from_code(env, env.compile(parsed), env.globals), frozenset(
        read - given - set(env.globals)
    )


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Return a Markdown text with its fields filled, in French typography.

    Raises:
        AuthorError: fields are badly written, name variables that do not exist (all of them are listed), ask a
            value for something it does not have, or say nothing.
    """
    try:
        compiled, read = _compiled(template.rstrip("\n"))
    except _BADLY_WRITTEN as error:
        raise AuthorError(_written_badly(error)) from error
    if read - set(variables):
        _refuse_unknown(template, variables)
    try:
        filled = compiled.render(variables)
    except UndefinedError as error:
        _refuse_unknown(template, variables)
        raise AuthorError.of("case.field_part", name=error.message or "…") from error
    return french.typeset(filled).strip()


def _refuse_unknown(template: str, variables: Mapping[str, Any]) -> None:
    unknown = field_names(template) - set(variables)
    if unknown:
        raise AuthorError(
            *(Finding("case.field_unknown", Place(), {"name": name}) for name in sorted(unknown))
        )
