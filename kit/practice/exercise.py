"""One question of a practice case: its hints, when its worked solution may be read, and what the solution says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.cases.pieces import Expected
from kit.french import MINUS, NBSP, counted, enumeration, number
from kit.messages import label
from kit.practice.figures import Checked, check_number
from kit.practice.values import PracticeCase, Record
from kit.referentiel.reglement import parse_exact
from kit.subjects.figures import figure_words, tolerance_words
from kit.subjects.model import AskedQuestion

HINTS = 3
"""How many hints a computed answer has, each saying more than the one before."""
A_LINE = 40
"""Characters, white space left out, below which a text is not yet an answer to compare with the solution."""
_STEPS = (1, 2, 5, 10)
_ROOM = Fraction(3, 20)


@dataclass(frozen=True, slots=True)
class FigureSolution:
    """A computed answer, worked out: label, value, tolerance and formula in words, other values to accept and why."""

    label: str
    value: str
    tolerance: str
    formula: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """What shows a criterion in an answer, at a level (id) or at any (None)."""

    criterion: str
    level: str | None
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """The corrigé of a question: Markdown of the answer and of what else is accepted, figures, signs to look for."""

    question: str
    answer: str
    figures: tuple[FigureSolution, ...]
    accepted: tuple[str, ...]
    signs: tuple[Signs, ...]


def asked_question(case: PracticeCase, question: str) -> AskedQuestion | None:
    """Return a question as the learner sees it, None when the case has none of this code."""
    asked = (item for dossier in case.seen.dossiers for item in dossier.questions)
    return next((item for item in asked if item.id == question), None)


def figures_of(case: PracticeCase, question: str) -> tuple[Expected, ...]:
    """Return the computed answers of a question, in their order."""
    return tuple(item for item in case.subject.expected if item.question == question)


def cited_annexes(text: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return which annexes a text names, in their own order; « A7 à A9 » names A8.

    >>> cited_annexes("À l’aide des annexes A1, A3 à A5", ["A1", "A2", "A3", "A4", "A5", "A6"])
    ('A1', 'A3', 'A4', 'A5')
    """
    if not ids:
        return ()
    one = f"(?:{'|'.join(re.escape(code) for code in sorted(ids, key=len, reverse=True))})"
    found = set(re.findall(rf"\b{one}\b", text))
    for first, last in re.findall(rf"\b({one})\s+(?:à|to|–)\s+(?:annexe\s+)?({one})\b", text):
        found |= set(ids[ids.index(first) : ids.index(last) + 1])
    return tuple(code for code in ids if code in found)


def hints(case: PracticeCase, figure: Expected) -> tuple[str, ...]:
    """Return the hints for a computed answer, from what is asked to an order of magnitude, never the answer."""
    question = asked_question(case, figure.question)
    annexes = cited_annexes(question.text if question else "", [annex.id for annex in case.seen.annexes])
    unit = (
        label("ui.practice.hint.unit", unit=figure.unit) if figure.unit else label("ui.practice.hint.no_unit")
    )
    places = counted(figure.places, "décimale") if figure.places else label("ui.practice.hint.whole")
    asked = label("ui.practice.hint.asked", label=figure.label, unit=unit, places=places)
    where = label("ui.practice.hint.annexes", annexes=enumeration(annexes)) if annexes else ""
    formula = figure.formula.strip()
    low, high = bracket(parse_exact(figure.value), whole=figure.places == 0)
    unit_after = f"{NBSP}{figure.unit}" if figure.unit else ""
    return (
        f"{asked} {where}".strip(),
        label("ui.practice.hint.formula", formula=formula)
        if formula
        else label("ui.practice.hint.no_formula"),
        label("ui.practice.hint.between", low=_bound(low), high=_bound(high), unit=unit_after),
    )


def bracket(value: Fraction, *, whole: bool = False) -> tuple[Fraction, Fraction]:
    """Return two round numbers around a value, far enough from it and from each other to leave the work to do.

    >>> [str(bound) for bound in bracket(Fraction(45))]
    ['20', '100']
    """
    if value < 0:
        low, high = bracket(-value, whole=whole)
        return -high, -low
    if value == 0:
        return Fraction(-5), Fraction(5)
    low, high = _round_below(value * (1 - _ROOM)), _round_above(value * (1 + _ROOM))
    if whole and high - low < 5:
        low = Fraction(int(low))
        high = low + 5
    return low, high


def _round_below(value: Fraction) -> Fraction:
    power = _power(value)
    return max(step * power for step in _STEPS if step * power <= value)


def _round_above(value: Fraction) -> Fraction:
    power = _power(value)
    return min(step * power for step in _STEPS if step * power >= value)


def _power(value: Fraction) -> Fraction:
    """Return the power of ten just below a positive value."""
    power = Fraction(1)
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return power


def _bound(value: Fraction) -> str:
    shown = number(abs(value))
    return f"{MINUS}{shown}" if value < 0 else shown


def left_of(record: Record, case: PracticeCase, question: str) -> tuple[Expected, ...]:
    """Return the computed answers of a question that were neither tried with a readable number nor given up."""
    return tuple(
        item
        for item in figures_of(case, question)
        if all(one.outcome == "unreadable" for one in record.tries_of(question, item.name))
    )


def may_open(record: Record, case: PracticeCase, question: str) -> bool:
    """Whether the learner has answered enough of a question to read its worked solution."""
    if asked_question(case, question) is None:
        return False
    if question in record.opened:
        return True
    if figures_of(case, question):
        return not left_of(record, case, question)
    return len("".join(record.texts.get(question, "").split())) >= A_LINE


def solution(case: PracticeCase, question: str) -> Solution:
    """Return the worked solution of a question. Ask `may_open` first: nothing here looks at what was answered."""
    figures, accepted, signs = case.key.of(question)
    answer = case.key.answer(question)
    return Solution(
        question=question,
        answer=answer.text if answer else "",
        figures=tuple(_worked(item) for item in figures),
        accepted=tuple(item.text for item in accepted),
        signs=tuple(Signs(item.criterion, item.level, item.items) for item in signs),
    )


def _worked(item: Expected) -> FigureSolution:
    others = tuple(
        label("doc.or_value", value=figure_words(item, other.value), why=other.why)
        for other in item.alternatives
    )
    return FigureSolution(item.label, figure_words(item), tolerance_words(item), item.formula, others)


def feedback(figure: Expected, text: str) -> tuple[Checked, str]:
    """Return what a number typed is worth, and the sentence that tells the learner; the answer is in none of them."""
    checked = check_number(figure, text)
    fields = {
        "unit": figure.unit or label("ui.practice.no_unit"),
        "places": counted(figure.places, "décimale") if figure.places else label("ui.practice.hint.whole"),
    }
    words = label(f"ui.practice.outcome.{checked.outcome}", **fields)
    return (
        checked,
        f"{words} {label('ui.practice.outcome.because', why=checked.why)}" if checked.why else words,
    )
