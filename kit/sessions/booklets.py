"""One booklet for each part of an épreuve: what is asked alone or at the oral is not handed out with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kit.authoring.citations import cited
from kit.referentiel import Epreuve
from kit.subjects.model import CandidateDossier, CandidateSubject


@dataclass(frozen=True, slots=True)
class Booklet:
    """What is handed out for a part; `part` is None where the whole subject is one booklet."""

    part: str | None
    subject: CandidateSubject


def booklets(subject: CandidateSubject, epreuve: Epreuve) -> tuple[Booklet, ...]:
    """Return the booklets of a subject, in the order of the épreuve's parts.

    A dossier goes with the part all its questions belong to; one that mixes parts, or asks nothing in writing, goes
    with the first. An annex goes with what cites it, into several booklets when several do, and one that the first
    booklet's dossiers do not cite stays out of it. What the candidate is told of an oral goes with the oral where
    that has a booklet, with the first otherwise.
    """
    order = [part.id for part in epreuve.parts]
    shares: dict[str, list[CandidateDossier]] = {}
    for dossier in subject.dossiers:
        shares.setdefault(_part_of(dossier) or order[0], []).append(dossier)
    if len(shares) < 2:
        return (Booklet(None, subject),)
    known = [name for name in order if name in shares]
    spoken = {part.id for part in epreuve.parts if part.evidence == "oral"}
    told = next((name for name in known if name in spoken), known[0])
    return tuple(Booklet(name, _booklet(subject, shares[name], told=name == told)) for name in known)


def _part_of(dossier: CandidateDossier) -> str | None:
    parts = {question.part for question in dossier.questions}
    return parts.pop() if len(parts) == 1 else None


def _booklet(subject: CandidateSubject, dossiers: list[CandidateDossier], *, told: bool) -> CandidateSubject:
    briefs = subject.oral_briefs if told else ()
    sheets = subject.sheets if told else ()
    codes = [annex.id for annex in subject.annexes]
    texts = [subject.context, *_texts(dossiers), *briefs, *(sheet.text for sheet in sheets)]
    wanted = {code for text in texts for code in cited(text, codes)}
    annexes = tuple(annex for annex in subject.annexes if annex.id in wanted)
    return subject.model_copy(
        update={"dossiers": tuple(dossiers), "annexes": annexes, "oral_briefs": briefs, "sheets": sheets}
    )


def _texts(dossiers: Iterable[CandidateDossier]) -> list[str]:
    return [text for one in dossiers for text in (one.text, *(question.text for question in one.questions))]
