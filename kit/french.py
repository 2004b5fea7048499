"""French typography: numbers, money, dates and the spaces that must not break.

Numbers follow the usage of the Imprimerie nationale: decimal comma, a narrow no-break space between
thousands, a no-break space before a unit or a currency. Values are rounded half up, once, for display only.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

NBSP = "\u00a0"
"""Espace insécable: before a colon, inside guillemets, before a unit."""
NNBSP = "\u202f"
"""Espace fine insécable: before ; ! ? and between thousands."""
MINUS = "\u2212"

Number = int | float | Decimal | Fraction

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_BEFORE_COLON = re.compile(r"(?<=\S)[ \u00a0\u202f]:(?=\s|$|\*)")
_BEFORE_HIGH = re.compile(r"(?<=\S)[ \u00a0\u202f]([;!?])")
_AFTER_OPENING = re.compile(r"«[ \u00a0\u202f]*")
_BEFORE_CLOSING = re.compile(r"[ \u00a0\u202f]*»")
_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=(?:€|%|k€|M€|h|min|points?|pts?|ans?|mois|semaines?|jours?|kg|g|cm|m²|km)(?!\w))"
)
_BEFORE_TAX = re.compile(r"(?<=[€%]) (?=(?:HT|TTC)(?!\w))")
_AFTER_MINUS = re.compile(r"(?<=\u2212) (?=\d)")
_AFTER_TITLE = re.compile(r"\b(MM?\.|Mmes?|Mlles?|(?:Me|Dr|Pr)(?= [A-ZÀ-Þ])) (?=[^\W\d_])")
_AFTER_NUMBER_SIGN = re.compile(r"(?<!\w)([Nn][°º]s?|n[os]s|§|p\.|art\.) (?=\d)")
_BEFORE_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}|1er) (?=(?:{'|'.join(_MONTHS)})(?!\w))")


def typeset(text: str) -> str:
    """Return `text` with the no-break spaces French asks for where a plain space was typed.

    Only spaces are touched, so nothing is said differently; applying it twice changes nothing.

    >>> typeset("Total : 20 points ; « bien » !")
    'Total\\xa0: 20\\xa0points\\u202f; «\\xa0bien\\xa0»\\u202f!'
    """
    text = _BEFORE_COLON.sub(f"{NBSP}:", text)
    text = _BEFORE_HIGH.sub(rf"{NNBSP}\1", text)
    text = _AFTER_OPENING.sub(f"«{NBSP}", text)
    text = _BEFORE_CLOSING.sub(f"{NBSP}»", text)
    text = _AFTER_MINUS.sub(NBSP, _BEFORE_TAX.sub(NBSP, text))
    for before in (_AFTER_TITLE, _AFTER_NUMBER_SIGN, _BEFORE_MONTH):
        text = before.sub(rf"\1{NBSP}", text)
    return _BEFORE_UNIT.sub(NBSP, text)


def exact(value: Number) -> Decimal | Fraction:
    """Return `value` as an exact number; a float is read as its shortest decimal writing."""
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, int | float | Decimal) and hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    return Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)


def rounded(value: Number, places: int) -> Decimal:
    """Return `value` rounded half up (arrondi au plus proche, 5 vers le haut en valeur absolue)."""
    number = exact(value)
    if isinstance(number, Fraction):
        scaled = abs(number) * 10**places + Fraction(1, 2)
        whole = Decimal(scaled.numerator // scaled.denominator).scaleb(-places)
        return -whole if number < 0 else whole
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: Number, places: int | None = None) -> str:
    """Return `value` in French form.

    Args:
        value: the number to write.
        places: decimals shown; None shows those the value has (at most 6).

    >>> number(1234.5), number(-0.25, 1)
    ('1\\u202f234,5', '−0,3')
    """
    if places is None:
        shown = rounded(value, 6)
        shown = shown.normalize() if shown != shown.to_integral_value() else shown.to_integral_value()
    else:
        shown = rounded(value, places)
    sign = MINUS if shown < 0 else ""
    whole, _, decimals = f"{abs(shown):f}".partition(".")
    groups = f"{int(whole):,}".replace(",", NNBSP)
    return f"{sign}{groups},{decimals}" if decimals else f"{sign}{groups}"


def euros(value: Number, places: int | None = None) -> str:
    """Return an amount in euros: whole euros without decimals, else two.

    >>> euros(1234.5)
    '1\\u202f234,50\\xa0€'
    """
    if places is None:
        places = 0 if rounded(value, 2) == rounded(value, 0) else 2
    return f"{number(value, places)}{NBSP}€"


def percent(ratio: Number, places: int = 1) -> str:
    """Return a ratio as a percentage: 0.1534 → 15,3 %."""
    return f"{number(exact(ratio) * 100, places)}{NBSP}%"


def long_date(day: date, *, weekday: bool = False) -> str:
    """Return a date in words.

    >>> long_date(date(2026, 6, 1), weekday=True)
    'lundi 1er\\xa0juin 2026'
    """
    first = "1er" if day.day == 1 else str(day.day)
    words = f"{first}{NBSP}{_MONTHS[day.month - 1]} {day.year}"
    return f"{_DAYS[day.weekday()]} {words}" if weekday else words


def clock(moment: time | datetime) -> str:
    """Return a time of day: 9 h 00."""
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"


def duration(minutes: int | Fraction) -> str:
    """Return a length of time: 240 → 4 h 00; 45 → 45 min.

    >>> duration(240), duration(45)
    ('4\\xa0h\\xa000', '45\\xa0min')
    """
    whole = math.ceil(Fraction(minutes))
    hours, rest = divmod(whole, 60)
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if hours else f"{rest}{NBSP}min"


def plural(count: Number, singular: str, plural_form: str | None = None) -> str:
    """Return the noun agreed with `count`: French plurals start at 2."""
    return singular if -2 < exact(count) < 2 else (plural_form or f"{singular}s")


def counted(count: int, singular: str, plural_form: str | None = None) -> str:
    """Return the count and the agreed noun: « 3 annexes »."""
    return f"{number(count)}{NBSP}{plural(count, singular, plural_form)}"


def enumeration(items: list[str] | tuple[str, ...], last: str = "et") -> str:
    """Return items as a French list: « a, b et c »."""
    items = [str(item) for item in items]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def month_name(month: int) -> str:
    """Return the French name of a month, 1 to 12."""
    return _MONTHS[month - 1]
