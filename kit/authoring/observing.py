"""Which criteria of a référentiel are observed, by which questions of which templates, or of which sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from kit.authoring.coverage import asked_questions
from kit.cases import CaseTemplate, load_template, template_folders
from kit.errors import KitError
from kit.grids.model import Grid
from kit.referentiel import Referentiel, natural_key, parse_exact

Status = Literal["observed", "grid_only", "missing"]
OVER = 2
"""A criterion is tested too much when it weighs more than twice its even share of the épreuve."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A question or an observation that lets a criterion be seen: where, for which épreuve, for what share of it."""

    criterion: str
    template: str
    question: str
    epreuve: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Coverage:
    """A criterion: its principal épreuve, what observes it, how.

    `grid_only`: its épreuve has a template or a subject, whose grid has its line, and no question observes it.
    """

    criterion: str
    competence: str
    principal: str | None
    observed_by: tuple[Sight, ...]
    status: Status
    over: bool

    @property
    def seen_by(self) -> dict[str, tuple[str, ...]]:
        """The questions that observe it, each once, by template."""
        found: dict[str, dict[str, None]] = {}
        for sight in self.observed_by:
            found.setdefault(sight.template, {})[sight.question] = None
        return {template: tuple(questions) for template, questions in found.items()}


def coverage(
    referentiel: Referentiel, sights: Iterable[Sight], epreuves: Iterable[str]
) -> tuple[Coverage, ...]:
    """Return every criterion of a référentiel, in natural order, with what observes it.

    Args:
        referentiel: the référentiel, under the mapping retained.
        sights: what the templates or the sessions observe.
        epreuves: the épreuves that have a template, or a subject.
    """
    by_criterion: dict[str, list[Sight]] = {}
    given = set(epreuves)
    for sight in sights:
        by_criterion.setdefault(sight.criterion, []).append(sight)
    rows = []
    for item in sorted(referentiel.criteria, key=lambda one: natural_key(one.id)):
        found = by_criterion.get(item.id, [])
        principals = referentiel.principal_epreuves(item.id)
        principal = next((name for name in principals if name in given), next(iter(principals), None))
        seen = any(sight.epreuve in principals for sight in found)
        status: Status = "observed" if seen else "grid_only" if principal in given else "missing"
        over = any(_is_over(found, name, referentiel) for name in principals)
        rows.append(Coverage(item.id, item.competence, principal, tuple(found), status, over))
    return tuple(rows)


def _is_over(sights: Iterable[Sight], epreuve: str, referentiel: Referentiel) -> bool:
    """Whether a criterion weighs, in one template at least, more than twice its even share of the épreuve."""
    even = Fraction(1, max(1, len(referentiel.epreuve(epreuve).criteria("principal"))))
    shares: dict[str, Fraction] = {}
    for sight in sights:
        if sight.epreuve == epreuve:
            shares[sight.template] = shares.get(sight.template, Fraction(0)) + sight.share
    return any(share > OVER * even for share in shares.values())


def sights_of_template(template: CaseTemplate) -> Iterator[Sight]:
    """Yield what a template observes in its exam forms; a question of several forms is told once.

    The share is that of the greatest form, of the points the front matter announces.
    """
    written = template.announced
    exam = {(dossier, form) for dossier, forms in template.forms("examen").items() for form in forms}
    total = parse_exact(written.points) if written.points is not None else Fraction(0)
    best: dict[tuple[str, str], Fraction] = {}
    for question in asked_questions(template):
        if question.dossier is None or (question.dossier, question.form) in exam:
            for criterion, points in question.points.items():
                key = (criterion, question.id)
                best[key] = max(best.get(key, Fraction(0)), points)
    for (criterion, name), points in best.items():
        share = points / total if total else Fraction(0)
        yield Sight(criterion, template.slug, name, written.epreuve or "", share)


def sights_of_templates(slug: str, workspace: Path | None = None) -> tuple[list[Sight], list[str]]:
    """Return what all templates of a référentiel observe, and the épreuves that have one.

    A template that cannot be read is left out: `kit case list` and `kit case check` say why.
    """
    sights: list[Sight] = []
    epreuves: list[str] = []
    for path in template_folders(workspace).values():
        try:
            template = load_template(path)
        except KitError:
            continue
        if template.announced.referentiel == slug and template.announced.epreuve:
            epreuves.append(template.announced.epreuve)
            sights += sights_of_template(template)
    return sights, epreuves


def sights_of_grid(grid: Grid, template: str) -> Iterator[Sight]:
    """Yield what a subject that was built observes: the lines of its grid that questions give points to."""
    total = sum((parse_exact(line.weight) for line in grid.lines), start=Fraction(0))
    for line in grid.lines:
        share = parse_exact(line.weight) / total if total else Fraction(0)
        for name in line.questions:
            yield Sight(line.criterion, template, name, grid.epreuve, share / len(line.questions))
