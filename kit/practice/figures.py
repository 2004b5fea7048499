"""A number as a learner types it, and what it is worth beside the answer computed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from kit.cases.pieces import Expected
from kit.practice.values import Outcome
from kit.referentiel.reglement import parse_exact

_NUMBER = re.compile(
    r"(?P<sign>[-+−]?)(?P<digits>\d+(?:[ \u00a0\u202f']\d{3})*|\d+)(?:[.,](?P<rest>\d+))?", re.ASCII
)
_LONGEST = 60
_CLOSE = 10
"""How many tolerances away a number is still told to be close: a rounding too early, seldom another method."""
_SCALES = {"k": 1_000, "m": 1_000_000, "": 1}
_MONEY = re.compile(r"(?P<scale>[km]?)(?:€|eur|euros?)(?P<tax>ht|ttc)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that could be read: its exact value, the unit typed (empty when none)."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a number typed is worth; `why` says which accepted convention it follows, when it is not the first."""

    outcome: Outcome
    why: str = ""


def read_number(text: str) -> Typed | None:
    """Return the number that a learner typed, in French or in English writing, or None.

    >>> read_number("1 234,5 k€")
    Typed(value=Fraction(2469, 2), unit='k€')
    """
    words = unicodedata.normalize("NFC", text).strip().lstrip("=≈~").strip()
    found = _NUMBER.match(words) if len(words) <= _LONGEST else None
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["digits"])
    value = Fraction(f"{digits}.{found['rest'] or 0}")
    unit = words[found.end() :].strip()
    if re.match(r"[\d.,/*+=]", unit):
        return None
    return Typed(-value if found["sign"] in ("-", "−") else value, unit)


def check_number(expected: Expected, text: str) -> Checked:
    """Return what a number typed for a computed answer is worth, with its tolerance and its unit.

    An amount typed in another multiple of the euro (k€, M€) is converted; a unit left out is that of the question.
    """
    typed = read_number(text)
    if typed is None:
        return Checked("unreadable")
    converted = _in_unit(typed, expected.unit)
    value = typed.value if converted is None else converted
    gap = parse_exact(expected.tolerance)
    accepted = [(expected.value, ""), *((item.value, item.why) for item in expected.alternatives)]
    for other, why in accepted:
        if abs(value - parse_exact(other)) <= gap:
            return Checked("right" if converted is not None else "wrong_unit", why)
    if converted is not None and any(abs(value - parse_exact(o)) <= gap * _CLOSE for o, _ in accepted):
        return Checked("close")
    if _off_by_a_unit(typed.value, expected, gap):
        return Checked("wrong_unit")
    return Checked("wrong")


def _in_unit(typed: Typed, unit: str) -> Fraction | None:
    """Return the number in the unit asked, None when the unit typed cannot be that."""
    wanted, given = _bare(unit), _bare(typed.unit)
    if given in ("", wanted) or (given and wanted.startswith(given) and not _MONEY.fullmatch(wanted)):
        return typed.value
    asked, found = _MONEY.fullmatch(wanted), _MONEY.fullmatch(given)
    if asked is not None and found is not None and found["tax"] in (None, asked["tax"]):
        return typed.value * _SCALES[found["scale"]] / _SCALES[asked["scale"]]
    return typed.value if _plural(given) == _plural(wanted) else None


def _off_by_a_unit(value: Fraction, expected: Expected, gap: Fraction) -> bool:
    """Whether the number is right but for a power of ten that a unit explains: a ratio for a percentage, € for k€."""
    answer = parse_exact(expected.value)
    factors = (100,) if _bare(expected.unit) == "%" else (1_000, 1_000_000) if "€" in expected.unit else ()
    return answer != 0 and any(
        abs(value * factor - answer) <= max(gap, abs(answer) / 200) or abs(value / factor - answer) <= gap
        for factor in factors
    )


def _bare(unit: str) -> str:
    return re.sub(r"[\s\u00a0\u202f().]", "", unit).lower().replace("pourcent", "%").replace("pour cent", "%")


def _plural(unit: str) -> str:
    return unit.removesuffix("s").removesuffix("x")
