"""Names of fictitious people for the heads of a company's teams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class Person:
    """A fictitious person: first and last name, and the role held."""

    civility: str
    first_name: str
    last_name: str
    role: str
    team: str
    skills: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return f"{self.name}, {self.role[:1].lower()}{self.role[1:]}"


@cache
def _provider() -> type[Any]:
    from faker.providers.person.fr_FR import Provider  # the French names only: loading is quick

    return Provider


def draw_name(rng: Generator, feminine: bool) -> tuple[str, str]:
    """Return a first and a last name drawn from this generator alone."""
    from faker.generator import Generator as Names

    names = Names()
    names.seed_instance(int(rng.integers(2**62)))
    provider = _provider()(names)
    first = provider.first_name_female() if feminine else provider.first_name_male()
    return str(first), str(provider.last_name())
