"""What is known of a learner's work: the case, what was answered, the judgements, and what others said of it.

Moments are ISO 8601 in UTC. A grid kept here has no observable sign and no expected answer: a learner's book says
nothing of a corrigé that was not opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from kit.cases.uses import Use
from kit.grids.model import Grid
from kit.subjects.model import AnswerKey, CandidateSubject, Subject

Outcome = Literal["right", "close", "wrong_unit", "wrong", "given_up", "unreadable"]
"""Of a number typed: right within tolerance (or an accepted alternative), close (a rounding away), right but for its
unit, wrong, given up for the solution, or no number at all (which counts for nothing)."""
Confidence = Literal["low", "medium", "high"]
Role = Literal["trainer", "peer"]

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which case: the template's slug, the case's number, and what it is drawn for."""

    template: str
    number: int
    use: Use = "practice"


@dataclass(frozen=True, slots=True)
class PracticeCase:
    """A case to practise on, with its key: it never leaves the process that corrects.

    Attributes:
        asked: which case.
        subject: everything the template said.
        grid: the official criteria, whole.
        signature: what tells the subject from any other (SHA-256).
    """

    asked: Asked
    subject: Subject
    grid: Grid
    signature: str

    @property
    def seen(self) -> CandidateSubject:
        """What the learner may see before answering."""
        return self.subject.for_candidate()

    @property
    def key(self) -> AnswerKey:
        """The corrigé: shown question by question, once answered or given up."""
        return self.subject.answer_key()


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """A computed answer asked of the learner, without the answer: its question, name, label, unit and decimals."""

    question: str
    name: str
    label: str
    unit: str
    places: int
    competences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A case begun.

    Attributes:
        id: its number in the learner's book, from 1.
        asked: which case.
        title: of the case.
        epreuve: the épreuve's id.
        referentiel: the référentiel's slug.
        signature: of the subject when it was begun; another later means that the template changed.
        begun: when.
        finished: when the self-assessment was ended, None before.
        given: code under which a trainer gave it to a class, empty for a case of one's own.
        grid: the official criteria as they were then, without observable signs and expected answers.
        figures: the computed answers asked.
    """

    id: int
    asked: Asked
    title: str
    epreuve: str
    referentiel: str
    signature: str
    begun: datetime
    finished: datetime | None
    given: str
    grid: Grid
    figures: tuple[AskedFigure, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """A number typed for a computed answer, and what it was; the order of tries is that of the book."""

    question: str
    name: str
    typed: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the learner says of a criterion: level (of the scale, None while open), evidence, confidence, next step."""

    line: str
    level: str | None = None
    evidence: str = ""
    confidence: Confidence | None = None
    next_step: str = ""

    @property
    def is_made(self) -> bool:
        """Whether a level was chosen."""
        return self.level is not None


@dataclass(frozen=True, slots=True)
class Outside:
    """What a trainer or a peer says of a criterion of the same work."""

    line: str
    role: Role
    author: str
    level: str | None
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """All that the book holds of a work.

    Attributes:
        work: the case.
        tries: oldest first.
        texts: what was written, by question.
        hints: how many hints were opened, by question and name of the computed answer.
        opened: the questions whose worked solution was opened.
        judgements: by line key.
        outside: what others said, oldest first.
    """

    work: Work
    tries: tuple[Try, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[tuple[str, str], int] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    outside: tuple[Outside, ...] = ()

    def tries_of(self, question: str, name: str) -> tuple[Try, ...]:
        """Return the tries of a computed answer, oldest first."""
        return tuple(item for item in self.tries if (item.question, item.name) == (question, name))

    def outcome_of(self, question: str, name: str) -> Outcome | None:
        """Return what came of a computed answer: right once it was, else the last outcome, None when untouched."""
        outcomes = [item.outcome for item in self.tries_of(question, name)]
        return "right" if "right" in outcomes else outcomes[-1] if outcomes else None
