"""Two booklets: what is asked at the oral is not handed out with the written paper."""

from __future__ import annotations

from typing import Any

from kit.cases.pieces import TextContent
from kit.referentiel import find_referentiel, load_referentiel
from kit.sessions.booklets import booklets
from kit.subjects import CandidateSubject
from kit.subjects.model import AskedQuestion, CandidateAnnex, CandidateDossier, CandidateSheet
from tests.case_builders import an_identity

EPREUVE = load_referentiel(find_referentiel("fede-marketing-commercial")).epreuve("E10")


def dossier(name: str, part: str, text: str) -> CandidateDossier:
    question = AskedQuestion(id=f"Q{name}", text=text, points="10", part=part, carrier="candidate")
    return CandidateDossier(id=f"D{name}", title=name, text="", questions=(question,))


def a_subject(**changes: Any) -> CandidateSubject:
    annexes = [
        CandidateAnnex(id=f"A{n}", title="t", source="s", to_return=False, content=TextContent(text="x"))
        for n in (1, 2, 3)
    ]
    subject = CandidateSubject(
        identity=an_identity(), context="See annexe A1.",
        dossiers=(dossier("1", "ecrit", "Read annexe A2."), dossier("2", "oral", "Comment on annexe A3 and annexe A2.")),
        annexes=tuple(annexes), oral_briefs=("Come early.",), sheets=(CandidateSheet(title="Role", text="You sell."),),
    )  # fmt: skip
    return subject.model_copy(update=changes)


def test_what_is_asked_at_the_oral_leaves_the_first_booklet() -> None:
    first, oral = booklets(a_subject(), EPREUVE)
    assert oral is not None
    assert [one.id for one in first.dossiers] == ["D1"]
    assert [annex.id for annex in first.annexes] == ["A1", "A2"]
    assert (first.oral_briefs, first.sheets) == ((), ())
    assert first.points == "10"
    assert [one.id for one in oral.dossiers] == ["D2"]
    assert [annex.id for annex in oral.annexes] == ["A2", "A3"]
    assert oral.oral_briefs == ("Come early.",)
    assert oral.context == ""


def test_a_subject_without_questions_at_the_oral_is_one_booklet() -> None:
    subject = a_subject(dossiers=(dossier("1", "ecrit", "Read annexe A2."),))
    assert booklets(subject, EPREUVE) == (subject, None)
