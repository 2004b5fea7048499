"""The corrigé as a document for markers: answers, computed values, accepted alternatives, observable signs."""

from __future__ import annotations

from collections.abc import Iterator

from kit.cases.pieces import Expected
from kit.documents.annexes import annex_blocks
from kit.documents.facts import ExamFacts
from kit.documents.markdown import blocks, inlines
from kit.documents.model import (
    Block,
    Box,
    Document,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.documents.subject_document import exam_cover, points_text, question_number
from kit.french import NBSP
from kit.messages import label
from kit.referentiel import Referentiel
from kit.subjects.figures import figure_words, tolerance_words
from kit.subjects.model import AnswerKey, SubjectDossier, SubjectQuestion


def key_document(key: AnswerKey, facts: ExamFacts, referentiel: Referentiel) -> Document:
    """Return the corrigé: for each question its text, what is expected, what to accept, what to look for."""
    identity = key.identity
    notice = Box(
        "marker", (Paragraph(text(label("doc.key_notice"))), Paragraph(text(label("doc.key_indicative"))))
    )
    return Document(
        title=f"{label('doc.key')} – {identity.title}",
        subject=label("doc.key_of", code=identity.code),
        language="fr",
        code=f"{identity.code} {label('doc.key_code')}",
        stamp=facts.stamp,
        cover=exam_cover(identity, facts, label("doc.key"), (notice,)),
        body=(
            *_criteria(key, referentiel),
            *(block for dossier in key.dossiers for block in _dossier(dossier, key, facts)),
            *_sheets(key),
            *_annexes(key),
        ),
    )


def _criteria(key: AnswerKey, referentiel: Referentiel) -> Iterator[Block]:
    yield Heading(1, text(label("doc.scale_detail")))
    rows = tuple(
        (
            text(question.id),
            text(item.criterion),
            text(referentiel.criterion(item.criterion).text),
            text(points_text(item.points)),
        )
        for dossier in key.dossiers
        for question in dossier.questions
        for item in question.requirements
    )
    header = tuple(text(label(f"doc.{name}")) for name in ("question_short", "criterion", "wording", "scale"))
    yield Table(
        header,
        rows,
        ("left", "left", "left", "right"),
        label("doc.scale_detail_caption"),
        (1.6, 1.4, 8, 1.6),
        True,
    )


def _dossier(dossier: SubjectDossier, key: AnswerKey, facts: ExamFacts) -> Iterator[Block]:
    yield Heading(1, text(label("doc.dossier", id=question_number(dossier.id), title=dossier.title)))
    for question in dossier.questions:
        yield from _question(question, key, facts)


def _question(question: SubjectQuestion, key: AnswerKey, facts: ExamFacts) -> Iterator[Block]:
    criteria = ", ".join(
        f"{item.criterion}{NBSP}: {points_text(item.points)}" for item in question.requirements
    )
    kind = "doc.observation" if question.observed else "doc.question"
    points = points_text(question.points)
    yield Heading(2, text(label(kind, id=question_number(question.id), points=points)))
    yield Paragraph((Strong(text(label("doc.criteria"))), Text(f" {criteria}")))
    yield Box("task", blocks(question.text, base_level=3), label("doc.asked"))
    values, accepted, indicators = key.of(question.id)
    if values:
        yield _values(values)
    answer = key.answer(question.id)
    if answer is not None:
        yield Heading(3, text(label("doc.expected")))
        yield from blocks(answer.text, base_level=4)
    for item in accepted:
        yield Box("info", blocks(item.text, base_level=4), label("doc.accepted"))
    for sign in indicators:
        level = f" – {facts.levels.get(sign.level, sign.level)}" if sign.level else ""
        items = tuple((Paragraph(inlines(words)),) for words in sign.items)
        yield Box("marker", (ListBlock(items),), f"{label('doc.signs', criterion=sign.criterion)}{level}")


def _values(values: tuple[Expected, ...]) -> Table:
    header = tuple(text(label(f"doc.{name}")) for name in ("value_of", "value", "tolerance", "formula"))
    return Table(
        header, tuple(_value(item) for item in values), ("left", "right", "right", "left"),
        label("doc.values_caption"), (4.4, 1.9, 1.5, 4.4), True,
    )  # fmt: skip


def _value(item: Expected) -> tuple[tuple[Text, ...], ...]:
    notes = [item.formula] if item.formula else []
    notes += [
        label("doc.or_value", value=figure_words(item, other.value), why=other.why)
        for other in item.alternatives
    ]
    cells = (item.label, figure_words(item), tolerance_words(item), " ; ".join(notes))
    return tuple((Text(words),) if words else () for words in cells)


def _sheets(key: AnswerKey) -> Iterator[Block]:
    for sheet in key.sheets:
        if sheet.audience == "correcteur":
            yield Heading(1, text(sheet.title))
            yield from blocks(sheet.text, base_level=2)


def _annexes(key: AnswerKey) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, text(label("doc.annexes_reminder")))
    for annex in key.annexes:
        yield from annex_blocks(annex)
