"""The subject as a document for candidates. It takes a CandidateSubject, a type that holds no answer."""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.annexes import annex_blocks
from kit.documents.facts import ExamFacts
from kit.documents.markdown import blocks
from kit.documents.model import (
    Align,
    Block,
    Box,
    Cover,
    Document,
    Heading,
    Inlines,
    LineBreak,
    ListBlock,
    PageBreak,
    PageCount,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.documents.wording import Wording
from kit.french import NBSP, clock, counted, duration, long_date
from kit.messages import label
from kit.referentiel import parse_exact
from kit.subjects.model import AskedQuestion, CandidateDossier, CandidateSubject, Identity


def subject_document(subject: CandidateSubject, facts: ExamFacts, part: str | None = None) -> Document:
    """Return the subject, or the booklet of one of its parts: cover, points, context, dossiers, annexes.

    Args:
        subject: the subject, or what of it the booklet holds.
        facts: what its cover says.
        part: the part's name.
    """
    identity, words = subject.identity, Wording(subject.identity.language)
    return Document(
        title=_title(facts.epreuve_title, identity.title),
        subject=label("doc.subject_of", code=identity.code),
        language=identity.language,
        code=identity.code,
        stamp=facts.stamp,
        cover=exam_cover(
            identity,
            facts,
            label("doc.booklet", part=part) if part else label("doc.subject"),
            _notices(subject),
            points=subject.points,
            annexes=_annex_range(subject),
        ),
        body=(
            *_contents(subject, words),
            *_context(subject, words),
            *_dossiers(subject, words),
            *_orals(subject, words),
            *_annexes(subject, words),
        ),
    )


def _title(epreuve: str, case: str) -> str:
    """Return the épreuve's title and the case's, once when they are the same."""
    return case if case.rstrip(" .").casefold() == epreuve.casefold() else f"{epreuve} – {case}"


def exam_cover(
    identity: Identity,
    facts: ExamFacts,
    kind: str,
    notices: tuple[Block, ...],
    *,
    points: str | None = None,
    annexes: str | None = None,
) -> Cover:
    """Return the first page shared by all documents of an épreuve."""
    rows = [
        (label("doc.bloc"), facts.bloc),
        (label("doc.epreuve"), f"{facts.epreuve} – {facts.epreuve_title}"),
        (label("doc.form"), facts.form),
        (label("doc.duration"), duration(identity.duration)),
        (label("doc.session"), facts.session),
    ]
    if facts.centre:
        rows.append((label("doc.centre"), facts.centre))
    if facts.day is not None:
        start = f", {clock(facts.start)}" if facts.start else ""
        rows.append((label("doc.date"), f"{long_date(facts.day, weekday=True)}{start}"))
    if annexes:
        rows.append((label("doc.annexes"), annexes))
    if points is not None:
        rows.append((label("doc.points"), points_text(points)))
    rows += [
        (label("doc.documents"), identity.documents),
        (label("doc.ai"), label(f"doc.ai.{identity.ai}")),
    ]
    certification = facts.certification or label("doc.certification_unknown")
    return Cover(
        organisation=f"{facts.certifier} – {certification}",
        headline=identity.title,
        subtitle=f"{kind}{NBSP}– {identity.subtitle}" if identity.subtitle else kind,
        facts=tuple(rows),
        notices=notices,
    )


def _annex_range(subject: CandidateSubject) -> str | None:
    """Return how many annexes there are, with the first and the last: « 12 annexes, de A1 à A12 »."""
    ids = [annex.id for annex in subject.annexes]
    if not ids:
        return None
    return label("doc.annex_range", count=counted(len(ids), "annexe"), first=ids[0], last=ids[-1])


def points_text(points: str) -> str:
    """Return a number of points with its noun: « 4 points », « 1,5 point »."""
    return Wording().points(points)


def _notices(subject: CandidateSubject) -> tuple[Block, ...]:
    complete: Inlines = (
        Text(label("doc.complete.before")), PageCount(), Text(label("doc.complete.middle")), PageCount(),
        Text(label("doc.complete.after")),
    )  # fmt: skip
    whose = "group" if _is_of_the_group(subject) else "candidate"
    lines: list[Block] = [Paragraph(complete), Paragraph(text(label(f"doc.advice.{whose}")))]
    to_return = [annex.id for annex in subject.annexes if annex.to_return]
    if to_return:
        lines.append(Paragraph((Strong(text(label(f"doc.to_return.{whose}", annexes=to_return))),)))
    return (Box("notice", tuple(lines), label("doc.instructions")),)


def _contents(subject: CandidateSubject, words: Wording) -> tuple[Block, ...]:
    shared = _is_shared(subject)
    rows = [_contents_row(dossier, words, shared=shared) for dossier in subject.dossiers]
    total = (Strong(text(words.label("doc.total"))),)
    rows.append((total, *(((),) if shared else ()), (), (Strong(text(words.points(subject.points))),)))
    names = ("part", *(("carrier",) if shared else ()), "questions", "scale")
    aligns: list[Align] = ["left" for _ in names[1:]]
    widths = (6.0, *((2.4,) if shared else ()), 3.0, 2.0)
    header = tuple(text(words.label(f"doc.{name}")) for name in names)
    table = Table(header, tuple(rows), (*aligns, "right"), words.label("doc.scale_caption"), widths, True)
    annexes = tuple((Paragraph(text(f"{annex.id} – {annex.title}")),) for annex in subject.annexes)
    listed = (
        (Paragraph((Strong(text(words.label("doc.annex_list"))),)), ListBlock(annexes)) if annexes else ()
    )
    return (Heading(1, text(words.label("doc.contents"))), table, *listed)


def _contents_row(dossier: CandidateDossier, words: Wording, *, shared: bool) -> tuple[Inlines, ...]:
    asked = [_rank(question.id) for question in dossier.questions]
    if parse_exact(dossier.observed):
        asked.append(words.label("doc.observed"))
    carriers = ", ".join(words.label(f"doc.by_{carrier}") for carrier in dossier.carriers)
    return (
        text(words.label("doc.dossier", id=_rank(dossier.id), title=dossier.title)),
        *((text(carriers),) if shared else ()),
        text(", ".join(asked)),
        text(words.points(dossier.points)),
    )


def _is_shared(subject: CandidateSubject) -> bool:
    """Whether a group delivers something: who delivers what is then said everywhere."""
    return any("group" in dossier.carriers for dossier in subject.dossiers)


def _is_of_the_group(subject: CandidateSubject) -> bool:
    """Whether all that is written is the group's: its members sign it, nobody's copy is anonymous."""
    return {carrier for dossier in subject.dossiers if dossier.questions for carrier in dossier.carriers} == {
        "group"
    }


def _context(subject: CandidateSubject, words: Wording) -> Iterator[Block]:
    if not subject.context:
        return
    yield Heading(1, text(words.label("doc.context")))
    yield from blocks(subject.context, base_level=2, language=words.language)


def _dossiers(subject: CandidateSubject, words: Wording) -> Iterator[Block]:
    for dossier in subject.dossiers:
        yield from _dossier(dossier, words, shared=_is_shared(subject))


def _dossier(dossier: CandidateDossier, words: Wording, *, shared: bool) -> Iterator[Block]:
    title = words.label("doc.dossier", id=_rank(dossier.id), title=dossier.title)
    yield Heading(1, (*text(title), LineBreak(), *text(f"({words.points(dossier.points)})")))
    yield from blocks(dossier.text, base_level=2, language=words.language)
    if parse_exact(dossier.observed):
        said = words.label("doc.observed_points", points=words.points(dossier.observed))
        yield Paragraph((Strong(text(said)),))
    carrier: str | None = None
    for question in dossier.questions:
        if question.carrier != carrier:
            carrier = question.carrier
            yield Heading(2, text(words.label(f"doc.work_{carrier}" if shared else "doc.work")))
        yield from _question(question, words)


def _question(question: AskedQuestion, words: Wording) -> Iterator[Block]:
    advised = words.label("doc.minutes", minutes=words.minutes(question.minutes)) if question.minutes else ""
    head = words.label("doc.question", id=_rank(question.id), points=words.points(question.points))
    body = blocks(question.text, base_level=3, language=words.language)
    yield Box("task", body, f"{head}, {advised}" if advised else head)


def _orals(subject: CandidateSubject, words: Wording) -> Iterator[Block]:
    for brief in subject.oral_briefs:
        yield Heading(1, text(words.label("doc.oral")))
        yield from blocks(brief, base_level=2, language=words.language)
    for sheet in subject.sheets:
        yield Heading(1, text(sheet.title))
        yield from blocks(sheet.text, base_level=2, language=words.language)


def _annexes(subject: CandidateSubject, words: Wording) -> Iterator[Block]:
    if not subject.annexes:
        return
    yield PageBreak()
    yield Heading(1, text(words.label("doc.annexes")))
    apart = False
    for rank, annex in enumerate(subject.annexes):
        # A sheet to hand in is detached from the subject: it has its pages to itself, and room for the copy's number.
        if rank and (annex.to_return or apart):
            yield PageBreak()
        yield from annex_blocks(annex, words)
        apart = annex.to_return


def _rank(code: str) -> str:
    """Return the number of a code when it has one (Q3 → 3), else the code itself."""
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return digits if digits and digits[0].isdigit() else code


question_number = _rank
