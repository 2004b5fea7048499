"""Characters that no document format can carry are left out; runs of white space are one space."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BREAKS = re.compile(r"[\t\r\n\f\v]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls, half surrogates and non-characters: PDF and XML refuse them, and they show nothing."""


def flowing(words: str) -> str:
    """Return words as running text: white space folded, no-break spaces kept."""
    return _UNPRINTABLE.sub("", _SPACES.sub(" ", words))


def exactly(words: str) -> str:
    """Return words as literal text on one line: every space kept."""
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", words))
