"""Tables ready to print: a DataFrame with French headers, exact cells, and the format of its columns.

`frame.attrs["formats"]` says how each column is written (« texte », « nombre:1 », « %:1 »…), in the words of
`annexe`. pandas is loaded here only, when a table is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kit import french
from kit.cases.company.drawing import apportion
from kit.cases.quantities import Percent, fraction

if TYPE_CHECKING:
    from pandas import DataFrame

TEXT = "texte"
WHOLE = "nombre:0"
ONE = "nombre:1"
TWO = "nombre:2"
SHARE = "%:1"
SHARE_2 = "%:2"

NOTHING = "–"


def frame(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> DataFrame:
    """Return a table: headers with their formats, and the rows."""
    import pandas as pd

    table = pd.DataFrame([list(row) for row in rows], columns=list(columns), dtype=object)
    table.attrs["formats"] = dict(columns)
    return table


def formats(table: DataFrame) -> dict[str, str]:
    """Return the format of each column of a table built here, for `annexe(..., formats=…)`."""
    return {name: kind for name, kind in table.attrs.get("formats", {}).items() if name in table.columns}


def printed(table: DataFrame) -> DataFrame:
    """Return the table with every cell as French text: thousands, decimal comma, percentages."""
    import pandas as pd

    kinds = formats(table)
    cells = {
        name: [_text(value, kinds.get(str(name), TEXT)) for value in table[name]] for name in table.columns
    }
    return pd.DataFrame(cells, index=table.index)


def _text(value: Any, kind: str) -> str:
    if value is None:
        return NOTHING
    if kind == TEXT:
        return str(value)
    unit, _, places = kind.partition(":")
    number = value.exact if hasattr(value, "exact") else fraction(value)
    if unit == "%":
        return french.percent(number, int(places))
    return french.number(number, int(places))


def share_of(part: Any, whole: Any) -> Percent | None:
    """Return the share as a percentage, or None when the whole is nothing."""
    return None if whole == 0 else Percent.of(part, whole)


def shares_of(amounts: Sequence[Any], places: int = 1) -> tuple[Percent | None, ...]:
    """Return each amount's share of their sum, rounded so that the shares printed sum to exactly 100 %.

    Largest remainder: each share is rounded down, and the units left go to those that lost the most.
    None for each when the sum is nothing.

    >>> [str(share) for share in shares_of([1, 1, 1])]
    ['33,4\xa0%', '33,3\xa0%', '33,3\xa0%']
    """
    exact = [fraction(amount) for amount in amounts]
    if sum(exact) == 0:
        return (None,) * len(exact)
    units = 100 * 10**places
    return tuple(Percent(Fraction(part, units)) for part in apportion(units, exact))


def change(before: Any, after: Any) -> Percent | None:
    """Return the relative change as a percentage, or None when there was nothing before."""
    return None if before == 0 else Percent(Percent.of(after, before).exact - 1)
