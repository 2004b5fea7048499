"""What candidates receive at once and what they receive at the oral, so that neither gives the other away."""

from __future__ import annotations

from collections.abc import Iterable

from kit.authoring.citations import cited
from kit.referentiel import Epreuve
from kit.subjects.model import CandidateDossier, CandidateSubject


def booklets(subject: CandidateSubject, epreuve: Epreuve) -> tuple[CandidateSubject, CandidateSubject | None]:
    """Return the booklet handed out first, and the one of the oral where it asks questions or shows documents.

    A dossier belongs to the oral when all its questions are asked there. An annex goes with what cites it, into both
    booklets when both do. An épreuve that is all oral has a single booklet.
    """
    spoken = {part.id for part in epreuve.parts if part.evidence == "oral"}
    oral = tuple(dossier for dossier in subject.dossiers if _is_oral(dossier, spoken))
    first = tuple(dossier for dossier in subject.dossiers if dossier not in oral)
    if not oral or not first:
        return subject, None
    codes = [annex.id for annex in subject.annexes]
    at_oral = _cited([*_texts(oral), *subject.oral_briefs, *(sheet.text for sheet in subject.sheets)], codes)
    before = _cited([subject.context, *_texts(first)], codes)
    later = at_oral - before
    return (
        subject.model_copy(
            update={
                "dossiers": first,
                "annexes": tuple(annex for annex in subject.annexes if annex.id not in later),
                "oral_briefs": (),
                "sheets": (),
            }
        ),
        subject.model_copy(
            update={
                "context": "",
                "dossiers": oral,
                "annexes": tuple(annex for annex in subject.annexes if annex.id in at_oral),
            }
        ),
    )


def _is_oral(dossier: CandidateDossier, spoken: set[str]) -> bool:
    return bool(dossier.questions) and all(question.part in spoken for question in dossier.questions)


def _texts(dossiers: Iterable[CandidateDossier]) -> list[str]:
    return [text for one in dossiers for text in (one.text, *(question.text for question in one.questions))]


def _cited(texts: Iterable[str], codes: list[str]) -> set[str]:
    return {code for text in texts for code in cited(text, codes)} & set(codes)
