"""A subject, what a candidate may see of it, and its answer key: three types, so that nothing leaks by slip.

`CandidateSubject` has no field for an answer, a criterion, a seed or an indicator: a document made from it
cannot contain one.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from kit.cases.front_matter import AiRule
from kit.cases.pieces import Accepted, Annex, Answer, Content, Expected, Indicators, OralBrief, Sheet
from kit.reading import FrozenModel
from kit.referentiel.model import Carrier
from kit.referentiel.reglement import exact_text, parse_exact


class Identity(FrozenModel):
    """Which subject this is. `code` stands in every footer; it says nothing that helps to regenerate it."""

    code: str
    epreuve: str
    version: str
    variant: int
    title: str
    subtitle: str | None
    language: str
    duration: int
    documents: str
    ai: AiRule


class AskedQuestion(FrozenModel):
    """A question as the candidate sees it: number, text, total points, minutes advised."""

    id: str
    text: str
    points: str
    minutes: int | None = None
    part: str
    carrier: Carrier


class CandidateDossier(FrozenModel):
    """A dossier as the candidate sees it. `observed` is what is assessed without a written answer, in points."""

    id: str
    title: str
    text: str
    questions: tuple[AskedQuestion, ...]
    observed: str = "0"
    observed_carrier: Carrier | None = None

    @property
    def points(self) -> str:
        """Exact total of its questions and of what is observed."""
        return _total((*(question.points for question in self.questions), self.observed))

    @property
    def carriers(self) -> tuple[Carrier, ...]:
        """Who delivers what it asks, in order, each once."""
        found = [question.carrier for question in self.questions]
        return tuple(dict.fromkeys([*found, *([self.observed_carrier] if self.observed_carrier else [])]))


class CandidateAnnex(FrozenModel):
    """An annex as the candidate sees it."""

    id: str
    title: str
    source: str
    to_return: bool
    content: Content


class CandidateSheet(FrozenModel):
    """A sheet meant for the candidate."""

    title: str
    text: str


class CandidateSubject(FrozenModel):
    """Everything a candidate receives, and nothing else."""

    identity: Identity
    context: str
    dossiers: tuple[CandidateDossier, ...]
    annexes: tuple[CandidateAnnex, ...]
    oral_briefs: tuple[str, ...] = ()
    sheets: tuple[CandidateSheet, ...] = ()

    @property
    def points(self) -> str:
        """Exact total of the barème."""
        return _total(dossier.points for dossier in self.dossiers)


class Requirement(FrozenModel):
    """What a question or an observation gives to a criterion."""

    criterion: str
    points: str
    part: str
    carrier: Carrier


class SubjectQuestion(FrozenModel):
    """A question, or an observation, with what it gives to each criterion."""

    id: str
    text: str
    minutes: int | None
    observed: bool
    requirements: tuple[Requirement, ...]
    cell: int

    @property
    def points(self) -> str:
        """Exact sum over its criteria."""
        return _total(item.points for item in self.requirements)


class SubjectDossier(FrozenModel):
    """A dossier in the form drawn, with its questions and observations."""

    id: str
    title: str
    form: str
    declared_points: str | None
    text: str
    questions: tuple[SubjectQuestion, ...]
    cell: int


class AnswerKey(FrozenModel):
    """The corrigé: for markers only."""

    identity: Identity
    context: str
    dossiers: tuple[SubjectDossier, ...]
    annexes: tuple[Annex, ...]
    answers: tuple[Answer, ...]
    accepted: tuple[Accepted, ...]
    expected: tuple[Expected, ...]
    indicators: tuple[Indicators, ...]
    sheets: tuple[Sheet, ...]

    def answer(self, question: str) -> Answer | None:
        """Return the corrigé of a question, or None."""
        return next((item for item in self.answers if item.question == question), None)

    def of(self, question: str) -> tuple[tuple[Expected, ...], tuple[Accepted, ...], tuple[Indicators, ...]]:
        """Return the computed values, accepted alternatives and indicators of a question."""
        return (
            tuple(item for item in self.expected if item.question == question),
            tuple(item for item in self.accepted if item.question == question),
            tuple(item for item in self.indicators if item.question == question),
        )


class Subject(FrozenModel):
    """A subject drawn: everything a template said, put in order."""

    identity: Identity
    template: str
    referentiel: str
    seed: int
    parameters: Mapping[str, Any]
    forms: Mapping[str, str]
    context: str
    dossiers: tuple[SubjectDossier, ...]
    annexes: tuple[Annex, ...]
    oral_briefs: tuple[OralBrief, ...]
    answers: tuple[Answer, ...]
    accepted: tuple[Accepted, ...]
    expected: tuple[Expected, ...]
    indicators: tuple[Indicators, ...]
    sheets: tuple[Sheet, ...]
    cells: Mapping[str, int] = {}

    @property
    def questions(self) -> tuple[SubjectQuestion, ...]:
        """All questions and observations, in order."""
        return tuple(question for dossier in self.dossiers for question in dossier.questions)

    @property
    def points(self) -> str:
        """Exact total of the barème."""
        return _total(question.points for question in self.questions)

    def for_candidate(self) -> CandidateSubject:
        """Return what a candidate may see."""
        return CandidateSubject(
            identity=self.identity,
            context=self.context,
            dossiers=tuple(_for_candidate(dossier) for dossier in self.dossiers),
            annexes=tuple(
                CandidateAnnex(
                    id=annex.id, title=annex.title, source=annex.source, to_return=annex.to_return,
                    content=annex.content,
                )
                for annex in self.annexes
            ),
            oral_briefs=tuple(brief.text for brief in self.oral_briefs),
            sheets=tuple(
                CandidateSheet(title=sheet.title, text=sheet.text)
                for sheet in self.sheets
                if sheet.audience == "candidat"
            ),
        )  # fmt: skip

    def answer_key(self) -> AnswerKey:
        """Return the corrigé."""
        return AnswerKey(
            identity=self.identity, context=self.context, dossiers=self.dossiers, annexes=self.annexes,
            answers=self.answers, accepted=self.accepted, expected=self.expected, indicators=self.indicators,
            sheets=tuple(sheet for sheet in self.sheets if sheet.audience != "candidat"),
        )  # fmt: skip


def _for_candidate(dossier: SubjectDossier) -> CandidateDossier:
    asked = tuple(
        AskedQuestion(
            id=question.id, text=question.text, points=question.points, minutes=question.minutes,
            part=question.requirements[0].part, carrier=question.requirements[0].carrier,
        )
        for question in dossier.questions
        if not question.observed and question.requirements
    )  # fmt: skip
    observed = [question for question in dossier.questions if question.observed and question.requirements]
    return CandidateDossier(
        id=dossier.id, title=dossier.title, text=dossier.text, questions=asked,
        observed=_total(question.points for question in observed),
        observed_carrier=observed[0].requirements[0].carrier if observed else None,
    )  # fmt: skip


def _total(values: Any) -> str:
    return exact_text(sum((parse_exact(value) for value in values), start=Fraction(0)))
