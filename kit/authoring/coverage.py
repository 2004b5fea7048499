"""Which questions of a template observe which criteria, and what they are worth. Read from its cells alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kit.cases import CaseTemplate
from kit.cases.conditions import Condition, read_condition
from kit.cases.magic_lines import MagicLine
from kit.cases.template import Cell
from kit.referentiel import Epreuve, Referentiel, natural_key, parse_exact

POOLS = ("examen", "entrainement")


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question (or observation) of a template: where it stands, and the points it gives to criteria.

    `part` is the part of the épreuve its line names, `minutes` the time it advises; None where it says nothing.
    """

    id: str
    cell: int
    dossier: str | None
    form: str | None
    points: dict[str, Fraction]
    part: str | None = None
    minutes: int | None = None

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
    condition: Condition | None = None

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
            advised = line.options.get("duree", "")
            yield AskedQuestion(
                line.words.get("id", "—"), cell.number, cell.dossier, cell.form, points,
                line.options.get("partie"), int(advised) if advised.isdecimal() else None,
            )  # fmt: skip


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
    rows: dict[tuple[str, str | None], FormPoints] = {}
    for cell in template.cells:
        if cell.magic is not None and cell.magic.line.name == "dossier" and cell.dossier:
            here = (q.total for q in asked if (q.dossier, q.form) == (cell.dossier, cell.form))
            row = _form_points(cell, cell.dossier, cell.magic.line, sum(here, start=Fraction(0)))
            rows.setdefault((cell.dossier, cell.form), row)
    common = sum((question.total for question in asked if question.dossier is None), start=Fraction(0))
    return (*rows.values(), *([FormPoints(None, "", None, None, None, common, None)] if common else []))


def _form_points(cell: Cell, dossier: str, line: MagicLine, given: Fraction) -> FormPoints:
    announced = line.options.get("points")
    return FormPoints(
        dossier=dossier,
        title=line.words.get("title", ""),
        form=cell.form,
        pool=line.options.get("pool", POOLS[0]),
        cell=cell.number,
        given=given,
        announced=None if announced is None else _number(announced),
        condition=read_condition(line.options.get("si")),
    )


def subject_totals(
    rows: tuple[FormPoints, ...], situations: Iterable[Mapping[str, Any]] = ({},)
) -> dict[str, tuple[Fraction, ...]]:
    """Return every total that a subject of each pool can have, least first: one form a dossier.

    Args:
        rows: the points of each form.
        situations: the values parameters can have; a form that stands for others is left out.
    """
    found: dict[str, set[Fraction]] = {}
    for values in situations:
        standing = tuple(row for row in rows if row.condition is None or row.condition.holds(values))
        for pool, totals in _totals(standing).items():
            found.setdefault(pool, set()).update(totals)
    return {pool: tuple(sorted(totals)) for pool, totals in found.items()}


def _totals(rows: tuple[FormPoints, ...]) -> dict[str, set[Fraction]]:
    common = sum((row.given for row in rows if row.dossier is None), start=Fraction(0))
    found = {}
    for pool in POOLS:
        forms: dict[str, set[Fraction]] = {}
        for row in rows:
            if row.dossier is not None and row.pool == pool:
                forms.setdefault(row.dossier, set()).add(row.given)
        if forms or pool == POOLS[0]:
            totals = {common}
            for given in forms.values():
                totals = {total + points for total in totals for points in given}
            found[pool] = totals
    return found


def pool_totals(
    rows: tuple[FormPoints, ...], situations: Iterable[Mapping[str, Any]] = ({},)
) -> dict[str, tuple[Fraction, Fraction]]:
    """Return the least and the most points a subject of each pool can have, where it can have any."""
    totals = subject_totals(rows, situations)
    return {pool: (found[0], found[-1]) for pool, found in totals.items() if any(found)}


def _number(text: str) -> Fraction:
    try:
        return parse_exact(text)
    except ValueError:
        return Fraction(0)
