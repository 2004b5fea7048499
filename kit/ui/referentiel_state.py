"""What is looked at in a référentiel: words searched, an épreuve, a bloc. No widget here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from traitlets import HasTraits, Instance, Unicode

from kit.messages import label
from kit.referentiel import Bloc, Competence, Criterion, Epreuve, Link, Referentiel, natural_key
from kit.referentiel.view import matrix
from kit.ui.search import highlighted, matches, words_of

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the tree: its wording, cut where words were found, and what stands below it."""

    code: str
    text: Pieces
    kind: str
    note: str = ""
    children: tuple[Node, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A criterion of an épreuve, in the words the sheet shows."""

    code: str
    text: str
    role: str
    part: str
    carrier: str
    evidence: str
    confidence: str
    sure: str
    why: str
    when: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A criterion, its épreuves' marks, and whether one assesses it as principal."""

    code: str
    competence: str
    text: str
    marks: tuple[str, ...]
    assessed: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix criterion × épreuve of a bloc or of all."""

    epreuves: tuple[Epreuve, ...] = ()
    rows: tuple[MatrixRow, ...] = ()
    totals: tuple[int, ...] = field(default=())


class ReferentielState(HasTraits):
    """What a reader asks of a référentiel.

    Attributes:
        referentiel: the référentiel.
        query: words or code searched in the tree.
        epreuve: id of the épreuve on the sheet.
        bloc: id of the bloc the matrix is limited to; empty for all.
    """

    referentiel = Instance(Referentiel)
    query = Unicode()
    epreuve = Unicode()
    bloc = Unicode()

    def __init__(self, referentiel: Referentiel, **traits: Any) -> None:
        first = referentiel.epreuves[0].id if referentiel.epreuves else ""
        super().__init__(**{"referentiel": referentiel, "epreuve": first, **traits})

    @property
    def tree(self) -> tuple[Node, ...]:
        """Blocs, activities, competences and criteria; with a query, only what it finds and what holds it."""
        words = words_of(self.query)
        nodes = (self._bloc(bloc, words) for bloc in self.referentiel.blocs)
        return tuple(node for node in nodes if node is not None)

    def _bloc(self, bloc: Bloc, words: tuple[str, ...]) -> Node | None:
        competences = self.referentiel.competences_of(bloc.id)
        direct = [self._competence(item, words) for item in competences if item.activity is None]
        activities = [
            self._node(
                activity,
                "activity",
                words,
                [self._competence(c, words) for c in competences if c.activity == activity.id],
            )
            for activity in bloc.activities
        ]
        return self._node(bloc, "bloc", words, [*activities, *direct])

    def _competence(self, competence: Competence, words: tuple[str, ...]) -> Node | None:
        criteria = self.referentiel.criteria_of(competence.id)
        whole = matches(words, competence.id, competence.text)
        children = [
            self._node(item, "criterion", words, [], whole=whole, note=self._seen_in(item))
            for item in criteria
        ]
        return self._node(competence, "competence", words, children)

    def _seen_in(self, criterion: Criterion) -> str:
        seen = []
        for epreuve in self.referentiel.epreuves:
            if criterion.id in epreuve.criteria("principal"):
                seen.append(epreuve.id)
            elif criterion.id in epreuve.criteria():
                seen.append(label("ui.tree.shared", epreuve=epreuve.id))
        return ", ".join(seen) or label("ui.tree.unseen")

    def _node(
        self, item: Any, kind: str, words: tuple[str, ...], children: list[Node | None],
        *, whole: bool = False, note: str = "",
    ) -> Node | None:  # fmt: skip
        below = tuple(child for child in children if child is not None)
        if not (below or whole or matches(words, item.id, item.text)):
            return None
        count = 1 if kind == "criterion" else sum(child.count for child in below)
        return Node(item.id, highlighted(words, item.text), kind, note, below, count)

    @property
    def sheet(self) -> Epreuve:
        """The épreuve on the sheet. Raises UnknownCode."""
        return self.referentiel.epreuve(self.epreuve)

    @property
    def links(self) -> tuple[LinkRow, ...]:
        """The criteria of the épreuve on the sheet, principal first, in natural order."""
        order = sorted(self.sheet.links, key=lambda link: (link.role, natural_key(link.criterion), link.part))
        return tuple(self._link(link) for link in order)

    def _link(self, link: Link) -> LinkRow:
        when = [f"{name} = {', '.join(values)}" for name, values in (link.when or {}).items()]
        return LinkRow(
            code=link.criterion,
            text=self.referentiel.criterion(link.criterion).text,
            role=label(f"ui.role.{link.role}"),
            part=self.sheet.part(link.part).label,
            carrier=label(f"ui.carrier.{link.carrier}"),
            evidence=label(f"ui.evidence.{link.evidence}"),
            confidence=label(f"confidence.{link.confidence}"),
            sure=link.confidence,
            why=link.why or "",
            when=" ; ".join(when),
        )

    @property
    def coverage(self) -> Coverage:
        """The matrix criterion × épreuve of the bloc chosen, or of all."""
        rows = tuple(self._rows())
        epreuves = self.referentiel.epreuves
        shown = [i for i in range(len(epreuves)) if not self.bloc or any(row.marks[i] for row in rows)]
        return Coverage(
            epreuves=tuple(epreuves[i] for i in shown),
            rows=tuple(
                MatrixRow(
                    row.code, row.competence, row.text, tuple(row.marks[i] for i in shown), row.assessed
                )
                for row in rows
            ),
            totals=tuple(sum("P" in row.marks[i] for row in rows) for i in shown),
        )

    def _rows(self) -> Iterator[MatrixRow]:
        _, rows = matrix(self.referentiel)
        for code, competence, *marks in rows:
            if self.bloc in ("", self.referentiel.bloc_of(code)):
                text = self.referentiel.criterion(code).text
                yield MatrixRow(code, competence, text, tuple(marks), any("P" in mark for mark in marks))
