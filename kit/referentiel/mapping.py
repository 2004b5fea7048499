"""Mappings of épreuves to criteria: several can stand side by side, one is retained.

The épreuves file holds the links of the base mapping with each épreuve. Another mapping is written as what
it takes away and what it adds, so that a reader sees at once where it differs.
"""

from __future__ import annotations

from pydantic import Field

from kit.reading import FrozenModel
from kit.referentiel.model import Code, Epreuve, Link, LinkTerms, Slug, Text, natural_key


class Removed(FrozenModel):
    """Criteria an alternative no longer assesses in an épreuve."""

    epreuve: Code
    criteria: tuple[Code, ...]


class Added(LinkTerms):
    """Links an alternative adds to an épreuve: one per criterion, on the same terms."""

    epreuve: Code
    criteria: tuple[Code, ...]

    @property
    def links(self) -> tuple[Link, ...]:
        """The links added."""
        terms = self.model_dump(exclude={"epreuve", "criteria"})
        return tuple(Link(criterion=code, **terms) for code in self.criteria)


class Mapping(FrozenModel):
    """A way to attach criteria to épreuves."""

    id: Slug
    label: Text
    why: Text
    retained: bool = False
    removes: tuple[Removed, ...] = ()
    adds: tuple[Added, ...] = ()

    def apply(self, epreuves: tuple[Epreuve, ...]) -> tuple[Epreuve, ...]:
        """Return the épreuves with this mapping's links, sorted by criterion then part."""
        return tuple(self._one(epreuve) for epreuve in epreuves)

    def _one(self, epreuve: Epreuve) -> Epreuve:
        gone = {code for item in self.removes if item.epreuve == epreuve.id for code in item.criteria}
        kept = [link for link in epreuve.links if link.criterion not in gone]
        links = kept + [link for item in self.adds if item.epreuve == epreuve.id for link in item.links]
        ordered = sorted(links, key=lambda link: (natural_key(link.criterion), link.part))
        return epreuve.model_copy(update={"links": tuple(ordered)})


class EpreuvesFile(FrozenModel):
    """What `epreuves.yaml` holds."""

    mappings: tuple[Mapping, ...] = Field(min_length=1)
    epreuves: tuple[Epreuve, ...] = Field(min_length=1)
