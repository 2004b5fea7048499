"""Everything that is made of one executed variant: the files for candidates and those for markers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from kit.authoring import check_pieces
from kit.cases import read_pieces
from kit.cases.approval import approval_state
from kit.cases.uses import use_of_seed
from kit.documents.annexes import annex_tables, annex_workbook, table_csv
from kit.documents.docx import docx
from kit.documents.examiner_document import examiner_document
from kit.documents.facts import ExamFacts
from kit.documents.grid_document import grid_document
from kit.documents.grid_notebook import grid_notebook
from kit.documents.grid_workbook import grid_workbook
from kit.documents.key_document import key_document
from kit.documents.look import FORM, OFFICE
from kit.documents.pdf import page_count, pdf
from kit.documents.speech import read_aloud
from kit.documents.subject_document import subject_document
from kit.errors import raise_for
from kit.grids import Grid, build_grid
from kit.referentiel import Referentiel, Reglement
from kit.sessions.booklets import Booklet, booklets
from kit.sessions.register import Figure, Imprint
from kit.sessions.variants import Variant
from kit.subjects import (
    AnswerKey,
    CandidateSubject,
    Subject,
    build_subject,
    check_subject,
    key_figures,
    signature,
)
from kit.writing import json_text

Audience = Literal["candidate", "marker", "examiner", "centre", "jury"]
FOLDERS: dict[Audience, str] = {
    "candidate": "candidats",
    "marker": "correcteurs",
    "examiner": "examinateurs",
    "centre": "centre",
    "jury": "jury",
}


@dataclass(frozen=True, slots=True)
class Product:
    """A file of the build: where it goes, for whom, what it is."""

    path: str
    audience: Audience
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Making:
    """What is needed, beside the executed notebook, to make a variant's files."""

    variant: Variant
    facts: ExamFacts
    referentiel: Referentiel
    reglement: Reglement
    session: str


def subject_of(executed: Path, variant: Variant) -> Subject:
    """Return the subject that an executed notebook says.

    Raises:
        InvalidFile: a piece is unreadable, nothing is asked, or the points do not add up.
    """
    import nbformat

    file = str(variant.template.path)
    located = read_pieces(nbformat.read(executed, as_version=4), file)
    subject = build_subject(
        located, variant.template.header, variant.epreuve, variant.template.slug, variant.drawn
    )
    raise_for([*check_pieces(located, file), *check_subject(subject, variant.template.header, file)])
    return subject


def make(executed: Path, making: Making) -> tuple[Product, ...]:
    """Return all the files of a variant.

    Raises:
        InvalidFile: the subject or one of its documents cannot be made; every problem is listed.
    """
    subject = subject_of(executed, making.variant)
    grid = build_grid(subject, making.referentiel, making.reglement, making.session)
    return (
        *_for_candidates(subject.for_candidate(), making),
        *_for_markers(subject.answer_key(), grid, executed, making),
        *_for_examiners(subject.answer_key(), grid, making),
        _imprint(subject, making.variant),
    )


def _for_candidates(subject: CandidateSubject, making: Making) -> Iterator[Product]:
    """Yield the files of each booklet: the first in the variant's folder, the others in one of their part."""
    folder = f"{FOLDERS['candidate']}/{making.variant.folder}"
    for rank, booklet in enumerate(booklets(subject, making.variant.epreuve)):
        name = booklet.part if rank else None
        yield from _booklet(booklet, making, f"{folder}/{name}" if name else folder, name or "sujet")


def _booklet(booklet: Booklet, making: Making, folder: str, name: str) -> Iterator[Product]:
    subject, facts, kind = _on_its_day(booklet, making)
    code = subject.identity.code
    document = subject_document(subject, facts, kind)
    printed = pdf(document)
    written = docx(document, OFFICE, pages=page_count(printed))
    yield Product(f"{folder}/{code}-{name}.pdf", "candidate", "subject", printed)
    yield Product(f"{folder}/{code}-{name}.docx", "candidate", "subject", written)
    workbook = annex_workbook(subject.annexes, f"Annexes – {code}")
    if workbook is not None:
        yield Product(f"{folder}/{code}-annexes.xlsx", "candidate", "annex_workbook", workbook)
    for annex, table in annex_tables(subject.annexes):
        content = table_csv(table).encode("utf-8-sig")
        yield Product(f"{folder}/annexes/{code}-{annex.id}.csv", "candidate", "annex_data", content)


def _on_its_day(booklet: Booklet, making: Making) -> tuple[CandidateSubject, ExamFacts, str | None]:
    """Return a booklet's subject and facts with the date and duration of its part, and the part's name."""
    if booklet.part is None:
        return booklet.subject, making.facts, None
    plan = making.variant.plan.part(booklet.part)
    subject, facts = booklet.subject, making.facts
    if plan is not None:
        facts = replace(facts, day=plan.date, start=plan.start)
        if plan.duration is not None:
            identity = subject.identity.model_copy(update={"duration": plan.duration})
            subject = subject.model_copy(update={"identity": identity})
    return subject, facts, making.variant.epreuve.part(booklet.part).label


def _for_markers(key: AnswerKey, grid: Grid, executed: Path, making: Making) -> Iterator[Product]:
    code = key.identity.code
    folder = f"{FOLDERS['marker']}/{making.variant.folder}"

    def product(name: str, kind: str, content: bytes) -> Product:
        return Product(f"{folder}/{name}", "marker", kind, content)

    key_file = key_document(key, making.facts, making.referentiel)
    grid_file = grid_document(grid, making.facts, making.referentiel)
    yield product(f"{code}-corrige.pdf", "answer_key", pdf(key_file))
    yield product(f"{code}-notebook.ipynb", "executed_notebook", executed.read_bytes())
    yield product("grid.json", "grid", json_text(grid.model_dump(mode="json")).encode())
    yield product("grille.ipynb", "grid_notebook", grid_notebook(grid).encode())
    yield product(f"{code}-grille.xlsx", "grid_workbook", grid_workbook(grid))
    yield product(f"{code}-grille.pdf", "grid_document", pdf(grid_file, FORM))


def _for_examiners(key: AnswerKey, grid: Grid, making: Making) -> Iterator[Product]:
    document = examiner_document(key, grid, making.facts, making.referentiel)
    if document is not None:
        path = f"{FOLDERS['examiner']}/{making.variant.folder}/{key.identity.code}-examinateur.pdf"
        yield Product(path, "examiner", "examiner_sheets", pdf(document))
    sounds = (
        read_aloud(sheet.text, sheet.spoken)
        for sheet in key.sheets
        if sheet.spoken and sheet.audience == "examinateur"
    )
    for number, sound in enumerate(sounds, start=1):
        if sound is not None:
            path = f"{FOLDERS['examiner']}/{making.variant.folder}/{key.identity.code}-ecoute-{number}.wav"
            yield Product(path, "examiner", "recording", sound)


def _imprint(subject: Subject, variant: Variant) -> Product:
    """Return what tells this subject from any other: compared with the register when the session is issued."""
    imprint = Imprint(
        template=variant.template.slug,
        approved=approval_state(variant.template) == "approved",
        draw=variant.draw,
        forms=subject.forms,
        profile=subject.parameters,
        signature=signature(subject),
        figures=tuple(
            Figure(question=item.question, name=item.name, value=item.value, tolerance=item.tolerance)
            for item in key_figures(subject)
        ),
        use=use_of_seed(variant.drawn.seed),
    )
    content = json_text(imprint.model_dump(mode="json")).encode()
    return Product(f"{FOLDERS['marker']}/{variant.folder}/empreinte.json", "marker", "imprint", content)
