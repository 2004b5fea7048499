"""Words as Typst string literals: nothing a user writes is ever read as markup."""

from __future__ import annotations

from kit.documents.characters import exactly, flowing

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def literal(words: str) -> str:
    r"""Return words as a Typst string: runs of white space become one space, controls go.

    >>> print(literal('10 % de "remise" #1'))
    "10 % de \"remise\" #1"
    """
    return f'"{flowing(words).translate(_ESCAPED)}"'


def literal_code(words: str) -> str:
    """Return words as a Typst string, every space kept: for literal text."""
    return f'"{exactly(words).translate(_ESCAPED)}"'
