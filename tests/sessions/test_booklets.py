"""Two booklets: what is asked at the oral is not handed out with the written paper."""

from __future__ import annotations

from typing import Any

from kit.cases.pieces import TextContent
from kit.referentiel import find_referentiel, load_referentiel
from kit.sessions.booklets import Booklet, booklets
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


def test_each_part_has_its_booklet_with_the_annexes_it_cites() -> None:
    first, oral = booklets(a_subject(), EPREUVE)
    assert (first.part, oral.part) == ("ecrit", "oral")
    assert [one.id for one in first.subject.dossiers] == ["D1"]
    assert [annex.id for annex in first.subject.annexes] == ["A1", "A2"]
    assert (first.subject.oral_briefs, first.subject.sheets) == ((), ())
    assert first.subject.points == "10"
    assert [one.id for one in oral.subject.dossiers] == ["D2"]
    assert [annex.id for annex in oral.subject.annexes] == ["A1", "A2", "A3"]
    assert oral.subject.oral_briefs == ("Come early.",)


def test_a_subject_of_one_part_is_one_booklet() -> None:
    subject = a_subject(dossiers=(dossier("1", "ecrit", "Read annexe A2."),))
    assert booklets(subject, EPREUVE) == (Booklet(None, subject),)


def test_what_is_only_observed_goes_with_the_first_part() -> None:
    seen = CandidateDossier(
        id="D3", title="3", text="", questions=(), observed="5", observed_carrier="candidate"
    )
    subject = a_subject(dossiers=(dossier("1", "ecrit", "Read annexe A2."), seen))
    assert [booklet.part for booklet in booklets(subject, EPREUVE)] == [None]
