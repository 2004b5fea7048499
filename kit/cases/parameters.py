"""The parameters of a template: the cell tagged `parameters` is the notebook's signature.

Each line is a plain Python assignment with a type: `int`, `float`, `str`, `bool` or `Literal[…]`. It is read
without being run, so that values are checked before anything executes (papermill only warns).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import Finding, Place

Value = int | float | str | bool
TYPES: Mapping[str, type] = {"int": int, "float": float, "str": str, "bool": bool}
_FRENCH = {int: "un nombre entier", float: "un nombre", str: "un texte", bool: "True ou False"}
_LARGEST = 2**63
"""What a seed, and any whole number of ours, stays below."""
_UNREADABLE = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)
"""What reading Python as data raises, beside what it is documented to: too deep, too long, unhashable."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, type, default, and the values allowed (empty: any of its type)."""

    name: str
    type: type
    default: Value
    choices: tuple[Value, ...] = ()


def read_parameters(source: str, where: Place = Place()) -> tuple[tuple[Parameter, ...], list[Finding]]:  # noqa: B008
    """Return the parameters a cell declares, and its problems."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return (), [Finding("case.parameter_syntax", where, {"detail": f"ligne {error.lineno or 1}"})]
    except _UNREADABLE:
        return (), [Finding("case.parameter_syntax", where, {"detail": "…"})]
    found: dict[str, Parameter] = {}
    findings: list[Finding] = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        parameter = _parameter(node)
        if isinstance(parameter, str):
            written = _written(node)
            findings.append(Finding(parameter, where, {"name": written, "detail": written}))
        elif parameter.name in found:
            findings.append(Finding("case.parameter_twice", where, {"name": parameter.name}))
        else:
            found[parameter.name] = parameter
    return tuple(found.values()), findings


def _written(node: ast.stmt) -> str:
    try:
        text = ast.unparse(node)
    except _UNREADABLE:
        return f"ligne {node.lineno}"
    return text if len(text) <= 80 else f"{text[:79]}…"


def _parameter(node: ast.stmt) -> Parameter | str:
    """Return the parameter a statement declares, or the code of its problem."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=given, value=ast.expr() as value):
            annotation: ast.expr | None = given
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            annotation = None
        case _:
            return "case.parameter_syntax"
    try:
        default = ast.literal_eval(value)
    except _UNREADABLE:
        return "case.parameter_syntax"
    kind, choices = _type(annotation, default)
    if kind is None or not all(_is_plain(item) for item in (default, *choices)):
        return "case.parameter_type"
    return Parameter(name, kind, default, choices)


def _type(annotation: ast.expr | None, default: Any) -> tuple[type | None, tuple[Value, ...]]:
    match annotation:
        case None:
            return (type(default) if type(default) in _FRENCH else None), ()
        case ast.Name(id=name):
            return TYPES.get(name), ()
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            return _literal(inner)
    return None, ()


def _literal(inner: ast.expr) -> tuple[type | None, tuple[Value, ...]]:
    """Return the type and the values of a `Literal[…]`: at least one, all of one plain type, each once."""
    try:
        values = ast.literal_eval(inner)
    except _UNREADABLE:
        return None, ()
    choices = values if isinstance(values, tuple) else (values,)
    kinds = {type(choice) for choice in choices}
    if len(kinds) != 1 or not kinds <= set(_FRENCH):
        return None, ()
    return kinds.pop(), tuple(dict.fromkeys(choices))


def _is_plain(value: Any) -> bool:
    """Tell whether a value can be written down and read back everywhere: no infinity, no endless number."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or -_LARGEST <= value < _LARGEST


def check_values(
    declared: tuple[Parameter, ...],
    values: Mapping[str, Any],
    where: Place = Place(),  # noqa: B008 - frozen
) -> Iterator[Finding]:
    """Yield what is wrong with the values given to a template: unknown name, wrong type, value not allowed."""
    by_name = {parameter.name: parameter for parameter in declared}
    for name, value in values.items():
        parameter = by_name.get(name)
        if parameter is None:
            yield Finding("parameter.unknown", where, {"name": name, "known": sorted(by_name) or ["—"]})
        elif not _fits(value, parameter.type):
            fields = {"name": name, "expected": _FRENCH[parameter.type], "value": value}
            yield Finding("parameter.type", where, fields)
        elif parameter.choices and value not in parameter.choices:
            yield Finding(
                "parameter.value", where, {"name": name, "value": value, "known": parameter.choices}
            )


def check_defaults(declared: tuple[Parameter, ...], where: Place) -> Iterator[Finding]:
    """Yield what is wrong with the defaults themselves."""
    yield from check_values(declared, {parameter.name: parameter.default for parameter in declared}, where)


def _fits(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and _is_plain(value)
    return type(value) is kind and _is_plain(value)
