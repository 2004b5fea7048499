"""British English for the cases worked on in English: numbers, amounts, dates, and numbers said aloud.

The Jinja filters of templates write French; a case in English imports these functions in one of its cells and
calls them in its fields: `{{ euros(price) }}` gives €1,234.50.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from fractions import Fraction

from kit.french import MINUS, NBSP, Number, exact, rounded

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIZES = ((1_000_000, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def number(value: Number, places: int | None = None) -> str:
    """Return `value` in English form; `places` as in `kit.french.number`.

    >>> number(1234.5), number(-0.25, 1)
    ('1,234.5', '−0.3')
    """
    shown = rounded(value, 6 if places is None else places)
    if places is None:
        shown = shown.to_integral_value() if shown == shown.to_integral_value() else shown.normalize()
    return f"{MINUS if shown < 0 else ''}{abs(shown):,f}"


def euros(value: Number, places: int | None = None) -> str:
    """Return an amount in euros: whole euros without decimals, else two.

    >>> euros(1234.5), euros(900)
    ('€1,234.50', '€900')
    """
    if places is None:
        places = 0 if rounded(value, 2) == rounded(value, 0) else 2
    written = number(value, places)
    return f"{MINUS}€{written[1:]}" if written.startswith(MINUS) else f"€{written}"


def percent(ratio: Number, places: int = 1) -> str:
    """Return a ratio as a percentage: 0.1534 → 15.3%."""
    return f"{number(Fraction(exact(ratio)) * 100, places)}%"


def long_date(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """Return a date in words, its parts kept on one line.

    >>> long_date(date(2026, 6, 1), weekday=True)
    'Monday\\xa01\\xa0June\\xa02026'
    """
    parts = [_DAYS[day.weekday()]] if weekday else []
    parts += [str(day.day), _MONTHS[day.month - 1]]
    return NBSP.join([*parts, str(day.year)] if year else parts)


def clock(moment: time) -> str:
    """Return a time of day on twelve hours: 2.30 pm."""
    half = "am" if moment.hour < 12 else "pm"
    return f"{(moment.hour - 1) % 12 + 1}.{moment.minute:02d}{NBSP}{half}"


def enumeration(items: Sequence[object], last: str = "and") -> str:
    """Return items as an English list: « a, b and c », without a comma before the last."""
    words = [str(item) for item in items]
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} {last} {words[-1]}"


# Said aloud ---------------------------------------------------------------------------------------------


def spoken(value: Number) -> str:
    """Return a number as it is said, with “point” and the figures after it.

    >>> spoken(1234), spoken(7.5), spoken(105)
    ('one thousand two hundred and thirty-four', 'seven point five', 'one hundred and five')
    """
    whole, _, decimals = f"{rounded(value, 6).normalize():f}".partition(".")
    said = f"{'minus ' if whole.startswith('-') else ''}{_whole(abs(int(whole)))}"
    return f"{said} point {digits(decimals)}" if decimals else said


def digits(figures: str) -> str:
    """Return figures said one by one, as in a telephone number: « four seven oh two »."""
    return " ".join("oh" if figure == "0" else _SMALL[int(figure)] for figure in figures)


def spoken_euros(value: Number) -> str:
    """Return an amount as it is said: « two thousand four hundred euros and fifty cents »."""
    cents = int(rounded(value, 2) * 100)
    whole, rest = divmod(cents, 100)
    said = f"{_whole(whole)} euro{'' if whole == 1 else 's'}"
    return f"{said} and {_whole(rest)} cent{'' if rest == 1 else 's'}" if rest else said


def spoken_date(day: date, *, weekday: bool = True) -> str:
    """Return a date as it is said: « Monday the first of June »."""
    said = f"the {_ordinal(day.day)} of {_MONTHS[day.month - 1]}"
    return f"{_DAYS[day.weekday()]} {said}" if weekday else said


def spoken_time(moment: time) -> str:
    """Return a time of day as it is said, in the plainest way: « two thirty », « nine o’clock »."""
    hour = _SMALL[(moment.hour - 1) % 12 + 1]
    if not moment.minute:
        return f"{hour} o’clock"
    return f"{hour} {'oh ' if moment.minute < 10 else ''}{_whole(moment.minute)}"


def _whole(value: int) -> str:
    if value < 20:
        return _SMALL[value]
    if value < 100:
        tens, rest = divmod(value, 10)
        return f"{_TENS[tens]}-{_SMALL[rest]}" if rest else _TENS[tens]
    size, name = next(pair for pair in _SIZES if value >= pair[0])
    head, rest = divmod(value, size)
    said = f"{_whole(head)} {name}"
    if not rest:
        return said
    return f"{said} and {_whole(rest)}" if rest < 100 else f"{said} {_whole(rest)}"


def _ordinal(value: int) -> str:
    head, dash, last = _whole(value).rpartition("-")
    ending = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}{dash}{ending}"
