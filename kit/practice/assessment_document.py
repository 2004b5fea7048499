"""One work on paper: what the learner judged, with what evidence, what was found, and what others said beside.

The answers are not in it: a record holds none.
"""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.model import (
    Block,
    Box,
    Document,
    Fields,
    Heading,
    LineBreak,
    Paragraph,
    Strong,
    Text,
    text,
)
from kit.documents.pdf import spelt_out
from kit.french import long_date, number
from kit.grids.model import GridLine
from kit.messages import label
from kit.practice.progress import answer_of
from kit.practice.progress_document import table
from kit.practice.values import Judgement, Record
from kit.referentiel import Referentiel, natural_key

_NOTHING = Judgement("")


def assessment_report(record: Record, referentiel: Referentiel) -> Document:
    """Return the report of a work, the official wordings untouched."""
    work = record.work
    code = f"{label('practice.code')}-{work.epreuve}-{work.asked.number:06d}"
    return Document(
        title=label("practice_report.work_title", title=work.title),
        body=(*_head(record, referentiel), *_figures(record), *_criteria(record, referentiel)),
        code=code,
        subject=label("practice_report.subject"),
    )


def _head(record: Record, referentiel: Referentiel) -> Iterator[Block]:
    work = record.work
    titles = {item.id: item.short_title for item in referentiel.epreuves}
    judged = sum(_judged(record, line).is_made for line in work.grid.lines)
    rows = [
        (label("practice_report.epreuve"), f"{work.epreuve} – {titles.get(work.epreuve, work.title)}"),
        (
            label("practice_report.number"),
            label("practice_report.number.value", number=f"{work.asked.number:06d}"),
        ),
        (label("practice_report.work_number"), label("practice_report.number.value", number=work.id)),
        (label("practice_report.begun"), long_date(work.begun.date())),
        (
            label("practice_report.finished"),
            long_date(work.finished.date()) if work.finished else label("practice_report.under_way"),
        ),
        (
            label("practice_report.judged"),
            label("practice_report.judged.value", judged=number(judged), all=number(len(work.grid.lines))),
        ),
    ]
    if work.given:
        rows.append((label("practice_report.given"), spelt_out(work.given)))
    yield Fields(tuple(rows))
    yield Box("notice", (Paragraph(text(label("practice_report.work_own"))),))


def _figures(record: Record) -> Iterator[Block]:
    if not record.work.figures:
        return
    yield Heading(1, text(label("practice_report.figures")))
    rows = []
    for figure in record.work.figures:
        tries = record.tries_of(figure.question, figure.name)
        hints = record.hints.get((figure.question, figure.name), 0)
        rows.append((
            figure.question,
            f"{figure.label} ({figure.unit})" if figure.unit else figure.label,
            next((spelt_out(item.typed) for item in reversed(tries) if item.typed), "–"),
            label(f"practice_report.outcome.{answer_of(record, figure) or 'none'}"),
            number(hints) if hints else "–",
        ))  # fmt: skip
    names = ("question", "figure", "typed", "outcome", "hints")
    yield table("practice_report.figures.caption", names, rows, (1.5, 6.0, 2.6, 2.8, 1.7))


def _criteria(record: Record, referentiel: Referentiel) -> Iterator[Block]:
    yield Heading(1, text(label("practice_report.criteria")))
    wordings = {item.id: item.text for item in referentiel.competences}
    lines = record.work.grid.lines
    for code in sorted({line.competence for line in lines}, key=natural_key):
        yield Heading(2, text(f"{code} – {wordings[code]}" if code in wordings else code))
        for line in lines:
            if line.competence == code:
                yield from _line(record, line)


def _line(record: Record, line: GridLine) -> Iterator[Block]:
    """Yield a criterion: its wording, what the learner says, then what others say."""
    scale, judged = record.work.grid.scale, _judged(record, line)
    level = scale.level(judged.level) if judged.level else None
    yield Heading(3, text(f"{line.criterion} – {line.text}"))
    said = [(label("practice_report.level"), level.label if level else label("practice_report.not_judged"))]
    if judged.confidence:
        said.append(
            (label("practice_report.confidence"), label(f"practice_report.confidence.{judged.confidence}"))
        )
    said += [
        (label(f"practice_report.{name}"), words)
        for name, words in (("evidence", judged.evidence), ("next_step", judged.next_step))
        if words.strip()
    ]
    for item in record.outside:
        if item.line == line.key:
            other = scale.level(item.level) if item.level else None
            words = other.label if other else label("practice_report.outside.no_level")
            if item.comment.strip():
                words = label("practice_report.outside.said", level=words, comment=item.comment.strip())
            said.append((label(f"practice_report.outside.{item.role}", author=item.author), words))
    for name, words in said:
        yield _labelled(name, words)


def _labelled(name: str, words: str) -> Paragraph:
    """Return a labelled text, each of its lines on its own."""
    lines = [line.strip() for line in words.strip().splitlines() if line.strip()]
    content = [piece for line in lines for piece in (LineBreak(), Text(spelt_out(line)))][1:]
    return Paragraph((Strong(text(label("practice_report.labelled", name=spelt_out(name)))), *content))


def _judged(record: Record, line: GridLine) -> Judgement:
    return record.judgements.get(line.key, _NOTHING)
