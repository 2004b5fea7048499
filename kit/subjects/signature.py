"""What makes two subjects the same one: their figures and their answers, whatever names the firm bears."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.cases.pieces import Expected, FigureContent, TableContent, TextContent
from kit.subjects.model import CandidateSubject, Subject

_DIGITS = re.compile(r"\d+(?:[.,  ]\d+)*")


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A computed answer: the question it belongs to, its exact value, how far an answer may be from it."""

    question: str
    name: str
    label: str
    value: str
    tolerance: str
    unit: str


def signature(subject: Subject) -> str:
    """Return the SHA-256 of a subject's forms, of every figure its candidates read, and of its answers."""
    figures = list(_figures(subject.for_candidate()))
    answers = [(item.question, item.name, item.value) for item in subject.expected]
    content = json.dumps([sorted(subject.forms.items()), figures, answers], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def key_figures(subject: Subject) -> tuple[KeyFigure, ...]:
    """Return the computed answers of a subject, in its order."""
    return tuple(_key_figure(item) for item in subject.expected)


def _key_figure(item: Expected) -> KeyFigure:
    return KeyFigure(item.question, item.name, item.label, item.value, item.tolerance, item.unit)


def _figures(subject: CandidateSubject) -> Iterator[list[str]]:
    yield _DIGITS.findall(subject.context)
    for dossier in subject.dossiers:
        yield _DIGITS.findall(dossier.text)
        yield from (_DIGITS.findall(question.text) for question in dossier.questions)
    for annex in subject.annexes:
        match annex.content:
            case TextContent(text=text):
                yield _DIGITS.findall(text)
            case TableContent() as table:
                yield from _cells(table)
            case FigureContent(data=data, svg=svg):
                yield from _cells(data) if data is not None else [[svg]]
    for text in (*subject.oral_briefs, *(sheet.text for sheet in subject.sheets)):
        yield _DIGITS.findall(text)


def _cells(table: TableContent) -> Iterator[list[str]]:
    for row in table.rows:
        yield [figure for cell in row if cell is not None for figure in _DIGITS.findall(cell)]
