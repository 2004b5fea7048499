"""Forms of dossiers that stand only for a value of a parameter: `%%dossier D2 "…" forme=b si=order:campagne`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kit.cases.parameters import Parameter, Value

_WRITTEN = re.compile(r"([A-Za-z_]\w*):(\S+)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A parameter and the value it must have, as it is written."""

    parameter: str
    value: str

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the condition holds; of a parameter nothing is said about, it does."""
        return self.parameter not in values or written(values[self.parameter]) == self.value


def read_condition(text: str | None) -> Condition | None:
    """Return the condition an option `si=` says, or None when it says none."""
    match = _WRITTEN.fullmatch(text) if text is not None else None
    return Condition(match[1], match[2]) if match is not None else None


def written(value: Any) -> str:
    """Return a value as it is written after `si=`: true, false, or its text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def values_of(parameter: Parameter) -> tuple[Value, ...]:
    """Return the values a parameter can be fixed to, none when they are without end."""
    return (False, True) if parameter.type is bool else parameter.choices


def situations(names: Iterable[str], parameters: Iterable[Parameter]) -> Iterator[dict[str, Value]]:
    """Yield every choice of values of the parameters named; a single empty one when none is."""
    named = set(names)
    chosen = [parameter for parameter in parameters if parameter.name in named]
    for values in itertools.product(*(values_of(parameter) for parameter in chosen)):
        yield {parameter.name: value for parameter, value in zip(chosen, values, strict=True)}
