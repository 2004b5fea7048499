"""Which questions of a template observe which criteria, and what they are worth. Read from its cells alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kit.cases import CaseTemplate
from kit.referentiel import Epreuve, Referentiel, natural_key, parse_exact

POOLS = ("examen", "entrainement")


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question (or observation) of a template: where it stands, and the points it gives to criteria."""

    id: str
    cell: int
    dossier: str | None
    form: str | None
    points: dict[str, Fraction]

    @property
    def total(self) -> Fraction:
        """All its points."""
        return sum(self.points.values(), start=Fraction(0))


@dataclass(frozen=True, slots=True)
class ObservedCriterion:
    """A criterion of the épreuve, and the questions that let a marker observe it."""

    code: str
    text: str
    role: str
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, slots=True)
class FormPoints:
    """A form of a dossier: its points, against those it announces. `dossier` is None outside any dossier."""

    dossier: str | None
    title: str
    form: str | None
    pool: str | None
    cell: int | None
    given: Fraction
    announced: Fraction | None

    @property
    def agrees(self) -> bool:
        """Whether the points given are those announced, or none were."""
        return self.announced is None or self.announced == self.given


def asked_questions(template: CaseTemplate) -> tuple[AskedQuestion, ...]:
    """Return the questions and observations of a template, in the order of its cells."""
    return tuple(_asked(template))


def _asked(template: CaseTemplate) -> Iterator[AskedQuestion]:
    for cell in template.cells:
        if cell.magic is not None and cell.magic.line.name in ("question", "observation"):
            line = cell.magic.line
            points = {code: _number(value) for code, value in line.points.items()}
            yield AskedQuestion(line.words.get("id", "—"), cell.number, cell.dossier, cell.form, points)


def observed_criteria(
    template: CaseTemplate, epreuve: Epreuve, referentiel: Referentiel
) -> tuple[ObservedCriterion, ...]:
    """Return the principal criteria of an épreuve and those a template names, with the questions that observe them."""
    asked = asked_questions(template)
    principal = set(epreuve.criteria("principal"))
    known = {criterion.id: criterion.text for criterion in referentiel.criteria}
    named = {code for question in asked for code in question.points if code in known}
    return tuple(
        ObservedCriterion(
            code, known[code], "principal" if code in principal else "shared",
            tuple(question for question in asked if code in question.points),
        )
        for code in sorted(principal | named, key=natural_key)
    )  # fmt: skip


def form_points(template: CaseTemplate) -> tuple[FormPoints, ...]:
    """Return the points of each form of each dossier, then those outside any dossier."""
    asked = asked_questions(template)
    rows = []
    for cell in template.cells:
        if cell.magic is not None and cell.magic.line.name == "dossier":
            line = cell.magic.line
            here = (q.total for q in asked if (q.dossier, q.form) == (cell.dossier, cell.form))
            announced = line.options.get("points")
            rows.append(
                FormPoints(
                    dossier=cell.dossier,
                    title=line.words.get("title", ""),
                    form=cell.form,
                    pool=line.options.get("pool", POOLS[0]),
                    cell=cell.number,
                    given=sum(here, start=Fraction(0)),
                    announced=None if announced is None else _number(announced),
                )
            )
    common = sum((question.total for question in asked if question.dossier is None), start=Fraction(0))
    return (*rows, *([FormPoints(None, "", None, None, None, common, None)] if common else []))


def pool_totals(rows: tuple[FormPoints, ...]) -> dict[str, tuple[Fraction, Fraction]]:
    """Return the least and the most points a subject of each pool can have: one form a dossier."""
    common = sum((row.given for row in rows if row.dossier is None), start=Fraction(0))
    totals = {}
    for pool in POOLS:
        forms: dict[str, list[Fraction]] = {}
        for row in rows:
            if row.dossier is not None and row.pool == pool:
                forms.setdefault(row.dossier, []).append(row.given)
        if forms or (pool == POOLS[0] and common):
            least = sum((min(given) for given in forms.values()), start=common)
            totals[pool] = (least, sum((max(given) for given in forms.values()), start=common))
    return totals


def _number(text: str) -> Fraction:
    try:
        return parse_exact(text)
    except ValueError:
        return Fraction(0)
