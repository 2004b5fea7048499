"""What the learner's page shows, as plain values for its templates. A solution is here only once it may be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kit.cases.pieces import FigureContent
from kit.documents.annexes import annex_blocks, table_block
from kit.documents.markdown import blocks, inlines
from kit.documents.model import Block, Fields, Figure, Heading, Table
from kit.documents.subject_document import points_text, question_number
from kit.documents.wording import Wording
from kit.errors import KitError
from kit.french import counted, duration, long_date, typeset
from kit.grids.model import GridLine
from kit.messages import label
from kit.practice.exercise import (
    HINTS,
    Solution,
    cited_annexes,
    feedback,
    figures_of,
    hints,
    left_of,
    may_open,
    solution,
)
from kit.practice.values import CONFIDENCES, Judgement, PracticeCase, Record
from kit.referentiel import PlainWords, Referentiel, natural_key
from kit.subjects.model import AskedQuestion, CandidateAnnex, CandidateDossier
from kit.ui.document_view import block_views, inline_html
from kit.ui.practice_state import ANNEXES, CONTEXT, PracticeState

# Home -------------------------------------------------------------------------------------------------------


def choices_view(state: PracticeState) -> list[dict[str, Any]]:
    """Return what a case can be chosen by: épreuves, then competences, each with its value and its words."""
    referentiel, templates = state.referentiel(), state.templates()
    epreuves = [item.header.epreuve for item in templates]
    competences = {
        referentiel.criterion(link.criterion).competence
        for code in epreuves
        for link in referentiel.epreuve(code).links
        if link.role == "principal"
    }
    return [
        {
            "name": label("ui.practice.by_epreuve"),
            "options": [
                (f"e:{code}", f"{code} – {referentiel.epreuve(code).short_title}") for code in epreuves
            ],
        },
        {
            "name": label("ui.practice.by_competence"),
            "options": [
                (f"c:{code}", f"{code} – {referentiel.competence(code).text}")
                for code in sorted(competences, key=natural_key)
            ],
        },
    ]


def works_view(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the works of a book, newest first."""
    return [
        {
            "id": record.work.id,
            "title": record.work.title,
            "epreuve": record.work.epreuve,
            "number": record.work.asked.number,
            "finished": record.work.finished is not None,
            "begun": long_date(record.work.begun.astimezone().date()),
            "answered": label(
                "ui.practice.answered",
                right=sum(
                    record.outcome_of(one.question, one.name) == "right" for one in record.work.figures
                ),
                asked=counted(len(record.work.figures), "calcul"),
                judged=sum(item.is_made for item in record.judgements.values()),
                criteria=counted(len(record.work.grid.lines), "critère"),
            ),
        }
        for record in reversed(records)
    ]


# The case ---------------------------------------------------------------------------------------------------


def head_view(state: PracticeState, case: PracticeCase, record: Record) -> dict[str, Any]:
    """Return what stands above each page of a case: title, code, and the way to its pages."""
    names = {
        CONTEXT: label("ui.practice.page_context"), ANNEXES: label("ui.practice.page_annexes"),
        **{item.id: label("ui.practice.page_dossier", id=question_number(item.id)) for item in case.seen.dossiers},
    }  # fmt: skip
    pages = state.pages()
    at = pages.index(state.page) if state.page in pages else 0
    return {
        "title": record.work.title,
        "epreuve": record.work.epreuve,
        "number": record.work.asked.number,
        "lang": case.seen.identity.language,
        "pages": [(code, names[code], code == pages[at]) for code in pages],
        "before": pages[at - 1] if at else None,
        "after": pages[at + 1] if at + 1 < len(pages) else None,
        "names": names,
    }


def context_view(case: PracticeCase) -> dict[str, Any]:
    """Return the situation of a case, what is told of its oral, and the sheets meant for the candidate."""
    seen, language = case.seen, case.seen.identity.language
    return {
        "views": _said(seen.context, language, 3),
        "briefs": [_said(brief, language, 4) for brief in seen.oral_briefs],
        "sheets": [(sheet.title, _said(sheet.text, language, 4)) for sheet in seen.sheets],
        "facts": [
            (label("doc.duration"), duration(seen.identity.duration)),
            (label("doc.points"), points_text(seen.points)),
            (label("doc.documents"), seen.identity.documents),
        ],
    }


def dossier_view(case: PracticeCase, record: Record, dossier: CandidateDossier) -> dict[str, Any]:
    """Return a dossier: its situation and its questions, without a word of their solutions."""
    language = case.seen.identity.language
    return {
        "id": dossier.id,
        "title": label("doc.dossier", id=question_number(dossier.id), title=dossier.title),
        "points": points_text(dossier.points),
        "blocks": _said(dossier.text, language, 3),
        "observed": points_text(dossier.observed) if dossier.observed != "0" else "",
        "questions": [_question(case, record, item) for item in dossier.questions],
    }


def _question(case: PracticeCase, record: Record, question: AskedQuestion) -> dict[str, Any]:
    language, known = case.seen.identity.language, {annex.id: annex for annex in case.seen.annexes}
    cited = cited_annexes(question.text, list(known))
    return {
        "id": question.id,
        "number": question_number(question.id),
        "points": points_text(question.points),
        "minutes": duration(question.minutes) if question.minutes else "",
        "blocks": _said(question.text, language, 4),
        "annexes": [annex_view(known[code], language) for code in cited],
        "text": record.texts.get(question.id, ""),
        "has_figures": bool(figures_of(case, question.id)),
    }


def figures_view(case: PracticeCase, record: Record, question: str) -> dict[str, Any]:
    """Return the computed answers that a question asks, and what was typed last for each."""
    rows = []
    for rank, item in enumerate(figures_of(case, question)):
        places = counted(item.places, "décimale") if item.places else label("ui.practice.hint.whole")
        typed = [one.typed for one in record.tries_of(question, item.name) if one.typed]
        rows.append({
            "rank": rank, "label": item.label, "form": f"{item.unit}, {places}" if item.unit else places,
            "typed": typed[-1] if typed else "",
        })  # fmt: skip
    return {"question": question, "work": record.work.id, "rows": rows, "open": question in record.opened}


def outcome_view(case: PracticeCase, record: Record, question: str, rank: int) -> dict[str, Any] | None:
    """Return what is said of a computed answer, as far as it was tried."""
    item = figures_of(case, question)[rank]
    tries = record.tries_of(question, item.name)
    if not tries:
        return None
    if record.outcome_of(question, item.name) == "right":
        typed = next(one.typed for one in reversed(tries) if one.outcome == "right")
    else:
        typed = tries[-1].typed
    if not typed:
        return {"outcome": "given_up", "words": label("ui.practice.outcome.given_up")}
    checked, words = feedback(item, typed)
    return {"outcome": checked.outcome, "words": words}


def hints_view(case: PracticeCase, record: Record, question: str, rank: int) -> dict[str, Any]:
    """Return the hints of a computed answer that were opened."""
    item = figures_of(case, question)[rank]
    opened = min(record.hints.get((question, item.name), 0), HINTS)
    return {"hints": hints(case, item)[:opened] if opened else (), "of": HINTS}


def foot_view(
    case: PracticeCase, record: Record, question: str, referentiel: Referentiel | None
) -> dict[str, Any]:
    """Return what stands under a question: the way to its solution, or the solution once it was opened."""
    opened = question in record.opened
    return {
        "question": question,
        "number": question_number(question),
        "may_open": may_open(record, case, question),
        "left": len(left_of(record, case, question)),
        "has_figures": bool(figures_of(case, question)),
        "solution": _solution(case, solution(case, question), referentiel) if opened else None,
    }


def _solution(case: PracticeCase, said: Solution, referentiel: Referentiel | None) -> dict[str, Any]:
    lines = {line.criterion: line for line in case.grid.lines if said.question in line.questions}
    levels = {level.id: typeset(level.label) for level in case.grid.scale.levels}
    return {
        "figures": said.figures,
        "answer": _said(said.answer, "fr", 6) if said.answer else [],
        "accepted": [_said(text, "fr", 6) for text in said.accepted],
        "criteria": [
            {
                "code": code,
                "text": lines[code].text,
                "signs": [
                    (levels.get(one.level or "", ""), [inline_html(inlines(words)) for words in one.items])
                    for one in said.signs
                    if one.criterion == code
                ],
            }
            for code in sorted(lines, key=natural_key)
        ],
    }


def annex_view(annex: CandidateAnnex, language: str) -> dict[str, Any]:
    """Return an annex: tables with their caption, a chart with the text that replaces it and its data."""
    words = Wording(language)
    title = words.label("doc.annexe", id=annex.id, title=annex.title)
    content: list[Block] = []
    for block in annex_blocks(annex, words, 5)[1:]:
        match block:
            case Fields():
                continue
            case Table(caption=None) if not isinstance(annex.content, FigureContent):
                content.append(replace(block, caption=title))
            case Heading() | Figure() | _:
                content.append(block)
    data: list[Block] = []
    if isinstance(annex.content, FigureContent) and annex.content.data is not None:
        data = [replace(table_block(annex.content.data, words), caption=title)]
    return {
        "id": annex.id,
        "title": title,
        "blocks": block_views(content, under=2),
        "data": block_views(data, under=2),
    }


def annexes_view(case: PracticeCase) -> list[dict[str, Any]]:
    """Return all annexes of a case."""
    return [annex_view(annex, case.seen.identity.language) for annex in case.seen.annexes]


def _said(text: str, language: str, level: int) -> list[dict[str, Any]]:
    return block_views(blocks(text, language=language), under=level - 1)


# Self-assessment --------------------------------------------------------------------------------------------


def judging_view(
    case: PracticeCase, record: Record, referentiel: Referentiel | None, words: Mapping[str, PlainWords]
) -> dict[str, Any]:
    """Return the official criteria of a case, each with what the learner says of it."""
    grid = record.work.grid
    shared = {
        line.criterion
        for line in grid.lines
        if [one.criterion for one in grid.lines].count(line.criterion) > 1
    }
    parts = _parts(referentiel, record.work.epreuve)
    return {
        "work": record.work.id,
        "levels": [(level.id, typeset(level.label), typeset(level.description or "")) for level in grid.scale.levels],
        "confidences": [(one, label(f"ui.practice.confidence.{one}")) for one in CONFIDENCES],
        "lines": [
            {
                "key": line.key, "code": line.criterion, "text": line.text,
                "part": parts.get(line.part, line.part) if line.criterion in shared else "",
                "worked": _worked(case, record, line),
                "said": record.judgements.get(line.key, Judgement(line.key)),
                "help": words.get(line.criterion),
            }
            for line in grid.lines
        ],
    }  # fmt: skip


def _parts(referentiel: Referentiel | None, epreuve: str) -> Mapping[str, str]:
    try:
        return {part.id: part.label for part in referentiel.epreuve(epreuve).parts} if referentiel else {}
    except KitError:
        return {}


def _worked(case: PracticeCase, record: Record, line: GridLine) -> str:
    """Return in which questions a criterion was at work, and how far each was answered."""
    said = []
    for question in line.questions:
        asked = figures_of(case, question)
        right = sum(record.outcome_of(question, item.name) == "right" for item in asked)
        number = question_number(question)
        if asked and any(record.tries_of(question, item.name) for item in asked):
            words = label("ui.practice.worked_figures", question=number, right=right, asked=len(asked))
        elif record.texts.get(question, "").strip():
            words = label("ui.practice.worked_text", question=number)
        else:
            words = label("ui.practice.worked_not", question=number)
        said.append(words)
    return " ; ".join(said)


def count_view(record: Record) -> str:
    """Return how many criteria were judged."""
    judged = sum(item.is_made for item in record.judgements.values())
    return label(
        "ui.practice.judged", judged=judged, criteria=counted(len(record.work.grid.lines), "critère")
    )


def done_view(record: Record, referentiel: Referentiel | None) -> dict[str, Any]:
    """Return what the learner said of a finished work, by competence."""
    grid, levels = (
        record.work.grid,
        {level.id: typeset(level.label) for level in record.work.grid.scale.levels},
    )
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in grid.lines:
        said = record.judgements.get(line.key, Judgement(line.key))
        groups.setdefault(line.competence, []).append({
            "code": line.criterion, "text": line.text,
            "level": levels.get(said.level or "", label("ui.practice.unjudged")),
            "confidence": label(f"ui.practice.confidence.{said.confidence}") if said.confidence else "",
            "next": said.next_step,
        })  # fmt: skip
    outcomes = [record.outcome_of(one.question, one.name) for one in record.work.figures]
    figures = label(
        "ui.practice.figures_found", right=outcomes.count("right"), asked=counted(len(outcomes), "calcul")
    )
    return {
        "title": record.work.title,
        "figures": figures if outcomes else "",
        "groups": [(code, _competence(referentiel, code), rows) for code, rows in groups.items()],
    }


def _competence(referentiel: Referentiel | None, code: str) -> str:
    try:
        return referentiel.competence(code).text if referentiel else ""
    except KitError:
        return ""


def report_name(record: Record) -> str:
    """Return the file name of a work's report."""
    asked = record.work.asked
    return label("ui.practice.report_file", epreuve=record.work.epreuve, number=f"{asked.number:06d}")


def kept_in(path: Path) -> str:
    """Return where the learner's answers are kept, in words."""
    return label("ui.practice.kept_in", file=path.name, folder=path.parent)
