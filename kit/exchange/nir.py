"""Finding a French social security number (NIR) wherever it was typed, without ever repeating it.

Thirteen characters, or fifteen with the key: sex, year and month of birth, département (2A and 2B in Corsica),
commune, rank. It is written with spaces, dots, dashes, or after a word such as « NIR ».
"""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s.·_/()\u2010-\u2015\u2212-]")
_NIR = re.compile(r"(?<!\d)[1-478]\d{4}(\d{2}|2[AB])\d{6}(\d{2})?(?!\d)", re.IGNORECASE)


def holds_nir(text: str) -> bool:
    """Tell whether a text holds what looks like a NIR, however its digits are set apart.

    >>> holds_nir("NIR : 2 03.04-2A 383 012 45"), holds_nir("69003"), holds_nir("06 12 34 56 78")
    (True, False, False)
    """
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return _NIR.search(_BETWEEN.sub("", seen)) is not None
