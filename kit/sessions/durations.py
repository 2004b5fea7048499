"""Whether a session gives its papers the time that their cases were written for."""

from __future__ import annotations

from collections.abc import Iterator

from kit.authoring.coverage import AskedQuestion, asked_questions
from kit.cases import CaseTemplate
from kit.errors import Finding, Place
from kit.french import duration
from kit.referentiel import Epreuve
from kit.sessions.model import EpreuvePlan


def duration_findings(template: CaseTemplate, epreuve: Epreuve, plan: EpreuvePlan) -> Iterator[Finding]:
    """Yield a finding for each supervised paper whose time is not that of its case.

    A single paper lasts what the template says. A part of several lasts at least what its questions advise.
    """
    if len(plan.parts) > 1:
        yield from _short_parts(template, epreuve, plan)
        return
    given = plan.parts[0].duration
    if plan.parts[0].mode == "surveille" and given not in (None, template.header.duration):
        fields = {"written": duration(template.header.duration), "given": duration(given or 0)}
        where = Place("session.yaml", field=f"epreuves.{epreuve.id}.duration")
        yield Finding("build.duration", where, {"template": template.slug, **fields})


def _short_parts(template: CaseTemplate, epreuve: Epreuve, plan: EpreuvePlan) -> Iterator[Finding]:
    asked = asked_questions(template)
    for number, part in enumerate(plan.parts):
        needed = _advised([question for question in asked if _part_of(question, epreuve) == part.id])
        if part.mode == "surveille" and part.duration is not None and part.duration < needed:
            fields = {"part": part.id, "given": duration(part.duration), "needed": duration(needed)}
            where = Place("session.yaml", field=f"epreuves.{epreuve.id}.parts[{number}].duration")
            yield Finding("build.part_short", where, {"template": template.slug, **fields})


def _part_of(question: AskedQuestion, epreuve: Epreuve) -> str | None:
    """Return the part a question belongs to: the one it names, else that of its first criterion's first link."""
    linked = (link.part for code in question.points for link in epreuve.links if link.criterion == code)
    return question.part or next(linked, None)


def _advised(asked: list[AskedQuestion]) -> int:
    """Return the minutes that questions advise, in the form of each dossier that asks for most."""
    forms: dict[str | None, dict[str | None, int]] = {}
    for question in asked:
        minutes = forms.setdefault(question.dossier, {})
        minutes[question.form] = minutes.get(question.form, 0) + (question.minutes or 0)
    return sum(max(minutes.values()) for minutes in forms.values())
