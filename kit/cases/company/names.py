"""Company names made of a sector's syllables, never equal or close to a known brand or to each other."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kit.cases.company.drawing import pick
from kit.cases.company.patterns import Names
from kit.cases.company.sector import Sector
from kit.errors import AuthorError, Place

if TYPE_CHECKING:
    from numpy.random import Generator

NEAR_BRAND = 0.85
"""From this likeness (difflib) on, a name is too close to a brand."""
NEAR_EACH_OTHER = 0.72
_TRIES = 400
_BRANDS = Path(__file__).parent / "brands.txt"


def bare(name: str) -> str:
    """Return a name as it is compared: small letters without accents, spaces or signs.

    >>> bare("Crème & Été")
    'cremeete'
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


@cache
def brands() -> tuple[str, ...]:
    """Return the well-known brands a name must keep away from."""
    return tuple(line.strip() for line in _BRANDS.read_text("utf-8").splitlines() if line.strip())


@cache
def _bare_brands() -> tuple[str, ...]:
    return tuple(sorted({bare(brand) for brand in brands()}))


def nearest_likeness(name: str, others: Iterable[str], limit: float) -> float:
    """Return the highest likeness of `name` to `others` (bare names), or 0 when none reaches `limit`."""
    matcher = SequenceMatcher(None, "", name, autojunk=False)
    size, letters = len(name), _letters(name)
    best = 0.0
    for other in others:
        needed = limit * (size + len(other)) / 2
        its_letters = _letters(other)
        if size - (letters & ~its_letters).bit_count() < needed:
            continue
        if len(other) - (its_letters & ~letters).bit_count() < needed:
            continue
        matcher.set_seq1(other)
        if matcher.quick_ratio() >= limit:
            best = max(best, matcher.ratio())
    return best if best >= limit else 0.0


@cache
def _letters(word: str) -> int:
    """Return the set of a bare word's letters as bits: a quick way to see that two words cannot be alike."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits


@cache
def is_free(name: str) -> bool:
    """Tell whether a name keeps away from every known brand, as a whole and in its own made-up words."""
    words = {bare(name), *(bare(word) for word in name.split())}
    return all(nearest_likeness(word, _bare_brands(), NEAR_BRAND) == 0 for word in words)


def possible_names(names: Names) -> Iterator[str]:
    """Yield every name the pools can make, brands not yet refused."""
    words = names.word or ("",)
    for pattern, a, b, word in itertools.product(names.patterns, names.a, names.b, words):
        yield _made(pattern, a, b, word)


def draw_names(rng: Generator, sector: Sector, count: int) -> tuple[str, ...]:
    """Return `count` names, far from the brands and from each other.

    Raises:
        AuthorError: the sector's pools are too small.
    """
    pools = sector.names
    found: list[str] = []
    kept: list[str] = []
    for _ in range(_TRIES):
        word = pick(rng, pools.word) if pools.word else ""
        stem = pick(rng, pools.a), pick(rng, pools.b)
        name = _made(pick(rng, pools.patterns), *stem, word)
        core = bare("".join(stem))
        if nearest_likeness(core, kept, NEAR_EACH_OTHER) == 0 and is_free(name):
            found.append(name)
            kept.append(core)
        if len(found) == count:
            return tuple(found)
    raise AuthorError.of("sector.names", Place(item=sector.code))


def _made(pattern: str, a: str, b: str, word: str) -> str:
    stem = f"{a}{b}"
    return pattern.format(a=a, b=b, stem=stem[:1].upper() + stem[1:], word=word)
