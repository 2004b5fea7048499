"""The examiner's sheets: roles, scripts, events to hand out, and the sheet on which an oral is observed."""

from __future__ import annotations

from collections.abc import Iterator

from kit.cases.pieces import Sheet
from kit.documents.facts import ExamFacts
from kit.documents.grid_document import EMPTY_BOX, lined
from kit.documents.markdown import blocks, inlines
from kit.documents.model import (
    NOTE_ROOM,
    AnswerLines,
    Block,
    Box,
    Document,
    Fields,
    Heading,
    Inline,
    Inlines,
    PageBreak,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.documents.subject_document import exam_cover, points_text
from kit.french import NBSP, typeset
from kit.grids.model import Grid
from kit.messages import label
from kit.referentiel import Referentiel
from kit.subjects.model import AnswerKey, SubjectDossier, SubjectQuestion


def examiner_document(
    key: AnswerKey, grid: Grid, facts: ExamFacts, referentiel: Referentiel
) -> Document | None:
    """Return what an examiner needs and no candidate may see, or None where nothing is oral or observed."""
    sheets = [sheet for sheet in key.sheets if sheet.audience == "examinateur"]
    observed = [
        dossier for dossier in key.dossiers if any(question.observed for question in dossier.questions)
    ]
    if not sheets and not observed:
        return None
    identity = key.identity
    notice = Box(
        "marker", (Paragraph(text(label("doc.examiner_notice"))), Paragraph(text(label("doc.examiner_fair"))))
    )
    return Document(
        title=f"{label('doc.examiner')} – {identity.title}",
        subject=label("doc.examiner_of", code=identity.code),
        code=f"{identity.code} {label('doc.examiner_code')}",
        stamp=facts.stamp,
        cover=exam_cover(identity, facts, label("doc.examiner"), (notice,)),
        body=(
            *(block for sheet in sheets for block in _sheet(sheet)),
            *(block for dossier in observed for block in _observation(dossier, key, grid, referentiel)),
        ),
    )


def _sheet(sheet: Sheet) -> Iterator[Block]:
    """Yield a sheet on pages of its own: it is handed to the one who plays it."""
    yield PageBreak()
    yield Heading(1, text(sheet.title))
    yield from blocks(sheet.text, base_level=2)


def _observation(
    dossier: SubjectDossier, key: AnswerKey, grid: Grid, referentiel: Referentiel
) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, text(label("doc.observation_sheet", title=dossier.title)))
    yield Fields(
        (
            (label("doc.observed_person"), None), (label("doc.observer"), None),
            (label("grid.date"), None), (label("doc.began"), None),
        )
    )  # fmt: skip
    for question in dossier.questions:
        if question.observed:
            yield from _observed(question, key, grid, referentiel)
    yield Box("notice", (AnswerLines(3),), label("grid.appraisal"))


def _observed(
    question: SubjectQuestion, key: AnswerKey, grid: Grid, referentiel: Referentiel
) -> Iterator[Block]:
    yield Heading(2, text(label("doc.observation", id=question.id, points=points_text(question.points))))
    yield from blocks(question.text, base_level=3)
    header = tuple(text(label(f"doc.{name}")) for name in ("criterion", "level_signs", "seen", "facts_seen"))
    rows = tuple(_row(question, item.criterion, key, grid, referentiel) for item in question.requirements)
    yield Table(
        header=header,
        rows=rows,
        align=("left", "left", "left", "left"),
        widths=(4.2, 6.6, 3.4, 5.0),
        form=NOTE_ROOM,
    )


def _row(
    question: SubjectQuestion, criterion: str, key: AnswerKey, grid: Grid, referentiel: Referentiel
) -> tuple[Inlines, ...]:
    wording = (Strong(text(criterion)), Text(f" {typeset(referentiel.criterion(criterion).source_text)}"))
    names = grid.scale.labels
    signs: list[Inlines] = []
    for group in key.indicators:
        if (group.question, group.criterion) != (question.id, criterion):
            continue
        head: tuple[Inline, ...] = ()
        if group.level is not None:
            head = (Strong(text(f"{typeset(names.get(group.level, group.level))}{NBSP}: ")),)
        signs += [
            (*(head if not rank else ()), Text("• "), *inlines(sign)) for rank, sign in enumerate(group.items)
        ]
    boxes = [
        text(f"{EMPTY_BOX}{NBSP}{typeset(words)}") for words in (*names.values(), label("grid.not_assessed"))
    ]
    return wording, lined(signs), lined(boxes), ()
