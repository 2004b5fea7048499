"""Finding words in French texts, whatever their accents and capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'"}


def fold(text: str) -> str:
    """Return `text` without accents, capitals or ligatures.

    >>> fold("Évaluer l’Œuvre")
    "evaluer l'oeuvre"
    """
    return "".join(folded for folded, _ in _folded(text))


def _folded(text: str) -> Iterable[tuple[str, int]]:
    """Yield each folded character with the index of the one it comes from."""
    for index, character in enumerate(text):
        plain = _LIGATURES.get(character.lower(), character.lower())
        for piece in unicodedata.normalize("NFKD", plain):
            if not unicodedata.combining(piece):
                yield piece, index


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, folded."""
    return tuple(fold(query).split())


def matches(words: Sequence[str], code: str, text: str) -> bool:
    """Tell whether every word is in the text, or is the code or the beginning of its parts.

    >>> matches(("ce4",), "CE4.1", ""), matches(("ce4",), "CE40.1", ""), matches(("etude",), "C1", "Une Étude")
    (True, False, True)
    """
    folded, name = fold(text), fold(code)
    return all(word in folded or name == word or name.startswith(f"{word}.") for word in words)


def highlighted(words: Sequence[str], text: str) -> list[tuple[str, bool]]:
    """Return `text` cut where words were found: each piece, and whether it is a find.

    >>> highlighted(("etude",), "Une étude.")
    [('Une ', False), ('étude', True), ('.', False)]
    """
    pairs = list(_folded(text))
    folded = "".join(piece for piece, _ in pairs)
    marked = [False] * len(text)
    for word in words:
        start = folded.find(word)
        while word and start >= 0:
            for position in range(start, start + len(word)):
                marked[pairs[position][1]] = True
            start = folded.find(word, start + len(word))
    return _pieces(text, marked)


def _pieces(text: str, marked: Sequence[bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for character, found in zip(text, marked, strict=True):
        if pieces and pieces[-1][1] == found:
            pieces[-1] = (pieces[-1][0] + character, found)
        else:
            pieces.append((character, found))
    return pieces
