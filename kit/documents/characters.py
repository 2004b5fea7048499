"""Characters that no document format can carry are left out; runs of white space are one space."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BREAKS = re.compile(r"[\t\r\n\f\v]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls, half surrogates and non-characters: PDF and XML refuse them, and they show nothing."""


_ORDINAL = re.compile(r"(?<=\b1)((?:er|re)s?)\b")
"""The letters of 1er, 1re: French raises them."""


def ordinal_pieces(words: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text, each with whether it is raised: « 1er » is 1 and a raised « er »."""
    for number, piece in enumerate(_ORDINAL.split(words)):
        if piece:
            yield piece, number % 2 == 1


def flowing(words: str) -> str:
    """Return words as running text: white space folded, no-break spaces kept."""
    return _UNPRINTABLE.sub("", _SPACES.sub(" ", words))


def exactly(words: str) -> str:
    """Return words as literal text on one line: every space kept."""
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", words))
