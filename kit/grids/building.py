"""The grid of a subject: every principal criterion of the épreuve, and the shared ones the subject names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from kit.french import NBSP
from kit.grids.model import Grid, GridLine, GridRules
from kit.referentiel import Epreuve, Link, Referentiel, Reglement, exact_text, natural_key, parse_exact
from kit.subjects.figures import figure_words, tolerance_words
from kit.subjects.model import Subject


def build_grid(subject: Subject, referentiel: Referentiel, reglement: Reglement, session: str = "") -> Grid:
    """Return the correction grid of a subject.

    A line's weight is the sum of the points the subject gives its criterion. A principal criterion that no
    question asks has weight 0: it stands in the grid, and the checks of the template refuse it.

    Raises:
        UnknownCode: the subject's épreuve is not in the référentiel.
    """
    epreuve = referentiel.epreuve(subject.identity.epreuve)
    return Grid(
        code=subject.identity.code,
        session=session,
        referentiel=referentiel.slug,
        reglement=rules_of(reglement, epreuve.id),
        epreuve=epreuve.id,
        version=subject.identity.version,
        variant=subject.identity.variant,
        total=reglement.total,
        scale=reglement.scale,
        lines=tuple(_lines(subject, epreuve, referentiel, reglement.scale.labels)),
    )


def rules_of(reglement: Reglement, epreuve: str) -> GridRules:
    """Return what a grid keeps of a règlement."""
    return GridRules(
        slug=reglement.slug, version=reglement.version, example=reglement.is_example,
        step=reglement.rounding.step, mode=reglement.rounding.mode, not_assessed=reglement.not_assessed,
        group_share=reglement.group_share.get(epreuve),
    )  # fmt: skip


def _lines(
    subject: Subject, epreuve: Epreuve, referentiel: Referentiel, levels: Mapping[str, str]
) -> Iterator[GridLine]:
    asked: dict[tuple[str, str], list[tuple[str, Fraction, str]]] = {}
    for question in subject.questions:
        for item in question.requirements:
            asked.setdefault((item.criterion, item.part), []).append(
                (question.id, parse_exact(item.points), item.carrier)
            )
    links = {
        (link.criterion, link.part): link
        for link in epreuve.links
        if link.holds(subject.parameters)
        and (link.role == "principal" or (link.criterion, link.part) in asked)
    }
    for key in sorted({*links, *asked}, key=lambda pair: (natural_key(pair[0]), pair[1])):
        yield _line(key, links.get(key), asked.get(key, []), subject, epreuve, referentiel, levels)


def _line(
    key: tuple[str, str],
    link: Link | None,
    asked: list[tuple[str, Fraction, str]],
    subject: Subject,
    epreuve: Epreuve,
    referentiel: Referentiel,
    levels: Mapping[str, str],
) -> GridLine:
    code, part = key
    criterion = referentiel.criterion(code)
    carrier = asked[0][2] if asked else (link.carrier if link else epreuve.part(part).carrier)
    return GridLine(
        criterion=code,
        competence=criterion.competence,
        part=part,
        carrier=carrier,
        evidence=link.evidence if link else epreuve.part(part).evidence,
        text=criterion.source_text,
        weight=exact_text(sum((points for _, points, _ in asked), start=Fraction(0))),
        questions=tuple(question for question, _, _ in asked),
        observables=tuple(_observables(subject, code, [question for question, _, _ in asked], levels)),
        expected=tuple(_figures(subject, [question for question, _, _ in asked])),
    )


def _observables(
    subject: Subject, criterion: str, questions: list[str], levels: Mapping[str, str]
) -> Iterator[str]:
    for item in subject.indicators:
        if item.criterion == criterion and item.question in questions:
            prefix = f"{item.question} – " if len(questions) > 1 else ""
            level = f"{levels.get(item.level, item.level)} : " if item.level is not None else ""
            yield from (f"{prefix}{level}{text}" for text in item.items)


def _figures(subject: Subject, questions: list[str]) -> Iterator[str]:
    for item in subject.expected:
        if item.question in questions:
            value, tolerance = figure_words(item), tolerance_words(item)
            yield f"{item.question} – {item.label}{NBSP}: {value} ({tolerance})"
