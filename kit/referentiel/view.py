"""A référentiel as others see it: JSON, tree, matrix. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kit.messages import label
from kit.referentiel.model import Bloc, Competence, Epreuve, Referentiel, natural_key


def as_json(referentiel: Referentiel) -> dict[str, Any]:
    """Return a référentiel as plain data: the contract of `kit referentiel show --json`."""
    return {
        "slug": referentiel.slug,
        "version": referentiel.version,
        "title": referentiel.title,
        "rncp": referentiel.rncp,
        "level": referentiel.level,
        "certifier": referentiel.source.certifier,
        "mapping": referentiel.mapping,
        "blocs": [_bloc(bloc) for bloc in referentiel.blocs],
        "competences": [_competence(item) for item in referentiel.competences],
        "criteria": [
            {"id": item.id, "competence": item.competence, "source_text": item.source_text}
            for item in referentiel.criteria
        ],
        "epreuves": [_epreuve(epreuve) for epreuve in referentiel.epreuves],
    }


def _bloc(bloc: Bloc) -> dict[str, Any]:
    return {
        "id": bloc.id,
        "title": bloc.source_text,
        "activities": [
            {
                "id": activity.id,
                "title": activity.source_text,
                "tasks": [{"id": task.id, "title": task.source_text} for task in activity.tasks],
            }
            for activity in bloc.activities
        ],
    }


def _competence(item: Competence) -> dict[str, Any]:
    return {
        "id": item.id,
        "bloc": item.bloc,
        "activity": item.activity,
        "tasks": [link.task for link in item.tasks],
        "source_text": item.source_text,
    }


def _epreuve(epreuve: Epreuve) -> dict[str, Any]:
    return {
        "id": epreuve.id,
        "bloc": epreuve.bloc,
        "title": epreuve.title,
        "kind": epreuve.kind,
        "work": list(epreuve.work),
        "production": list(epreuve.production),
        "brief": epreuve.brief,
        "parts": [{"id": part.id, "label": part.label, "evidence": part.evidence} for part in epreuve.parts],
        "links": [
            {
                "criterion": link.criterion,
                "role": link.role,
                "part": link.part,
                "carrier": link.carrier,
                "evidence": link.evidence,
                "confidence": link.confidence,
                "when": None
                if link.when is None
                else {name: list(values) for name, values in link.when.items()},
            }
            for link in epreuve.links
        ],
    }


def tree(referentiel: Referentiel) -> Iterator[tuple[int, str]]:
    """Yield the lines of the référentiel's tree, each with its depth: bloc, activity, competence, criterion."""
    for bloc in referentiel.blocs:
        yield 0, f"{bloc.id} – {bloc.text}"
        for activity in bloc.activities:
            yield 1, f"{activity.id} – {activity.text}"
            for item in referentiel.competences_of(bloc.id):
                if item.activity == activity.id:
                    yield from _competence_tree(referentiel, item)
        for item in referentiel.competences_of(bloc.id):
            if item.activity is None:
                yield from _competence_tree(referentiel, item)
        for epreuve in referentiel.epreuves:
            if epreuve.bloc == bloc.id:
                yield (
                    1,
                    label("referentiel.epreuve_line", id=epreuve.id, title=epreuve.title, form=epreuve.form),
                )


def _competence_tree(referentiel: Referentiel, item: Competence) -> Iterator[tuple[int, str]]:
    yield 2, f"{item.id} – {item.text}"
    for criterion in referentiel.criteria_of(item.id):
        yield 3, f"{criterion.id} – {criterion.text}"


def matrix(referentiel: Referentiel, epreuve: str | None = None) -> tuple[list[str], list[list[str]]]:
    """Return the columns and rows of the matrix criterion × épreuve (P principal, S shared, () conditional).

    Raises:
        UnknownCode: the épreuve does not exist.
    """
    chosen = [referentiel.epreuve(epreuve)] if epreuve else list(referentiel.epreuves)
    columns = [label("referentiel.criterion"), label("referentiel.competence"), *(item.id for item in chosen)]
    if epreuve:
        columns += [label("referentiel.part"), label("referentiel.confidence"), label("referentiel.wording")]
    rows = []
    for criterion in sorted(referentiel.criteria, key=lambda item: natural_key(item.id)):
        marks = [_mark(item, criterion.id) for item in chosen]
        if epreuve and not any(marks):
            continue
        more = _details(chosen[0], criterion.id, criterion.text) if epreuve else []
        rows.append([criterion.id, criterion.competence, *marks, *more])
    return columns, rows


def _mark(epreuve: Epreuve, criterion: str) -> str:
    links = [link for link in epreuve.links if link.criterion == criterion]
    if not links:
        return ""
    letter = "P" if any(link.role == "principal" for link in links) else "S"
    return f"({letter})" if all(link.when for link in links) else letter


def _details(epreuve: Epreuve, criterion: str, wording: str) -> list[str]:
    links = [link for link in epreuve.links if link.criterion == criterion]
    parts = ", ".join(dict.fromkeys(epreuve.part(link.part).label for link in links))
    sure = ", ".join(dict.fromkeys(label(f"confidence.{link.confidence}") for link in links))
    return [parts, sure, wording]
