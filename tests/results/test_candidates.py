"""From the marks kept in a session to what is proposed for each candidate."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kit.cli.app import app
from kit.errors import InvalidFile
from kit.grids import Mark
from kit.jury.neutralising import Decision, neutralise
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, holder_of
from kit.marking.locking import lock_marks
from kit.marking.retaining import Request, retain
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, Reglement, find_referentiel, load_reglement
from kit.results.candidates import CandidateResult, session_results
from kit.results.evidence import session_evidence
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from tests.marking.sessions import ASSIGNMENTS, PEOPLE, a_session_to_mark, copies_in

EXAMPLE = load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
ALONE = (
    "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\nP1,correcteur,E1,1,\nP7,jury_president,,,\n"
)
TWO = ASSIGNMENTS + "P7,jury_president,,,\n"
ATTENDANCE = "epreuve,partie,candidat,etat,version,incident\n"


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


def ruled(session: Session, **changes: Any) -> Session:
    return dataclasses.replace(session, reglement=Reglement.model_validate(EXAMPLE.model_dump() | changes))


def a_session(workspace: Path, assignments: str = ALONE, attendances: str = "") -> tuple[Session, MarkBook]:
    files = {"presences": ATTENDANCE + attendances} if attendances else {}
    session = a_session_to_mark(
        workspace,
        affectations=assignments,
        intervenants=PEOPLE + "P7,Hélène Vauquelin,jury_president,,oui,\n",
        **files,
    )
    return ruled(session), session_book(session, {})


def say(
    session: Session, book: MarkBook, marker: str, epreuve: str, part: str, levels: Mapping[str, str]
) -> None:
    """Say a level of each line of the copies of some candidates, `levels` by candidate: a word a line."""
    short = {"n": "non_acquis", "e": "en_cours", "a": "acquis", "m": "maitrise"}
    for copy in copies_in(session, epreuve, part):
        holder = holder_of(session, copy.key).candidate or (copy.members[0] if copy.members else "")
        if holder in levels:
            grid = copy_grid(session.root, copy)
            marks = [Mark(level=short[letter]) for letter in levels[holder]]
            sayings = [Saying(copy.key, line.key, mark) for line, mark in zip(grid.lines, marks, strict=True)]
            book.say(marker, sayings, {copy.key: grid})


def fill(session: Session, book: MarkBook, marker: str = "P1") -> None:
    say(session, book, marker, "E2", "ecrit", {"C1": "am", "C2": "na", "C3": "nn"})
    say(session, book, marker, "E1", "dossier", {"C1": "aa", "C3": "ne"})
    say(session, book, marker, "E1", "synthese", {"C1": "m", "C2": "a", "C3": "n"})


def of(results: tuple[CandidateResult, ...], candidate: str) -> CandidateResult:
    return next(item for item in results if item.id == candidate)


def marks_of(result: CandidateResult) -> dict[str, str | None]:
    return {item.id: item.score.mark if item.score else None for item in result.epreuves}


def test_marks_of_all_parts_and_of_the_group_make_each_one_s_result(tmp_path: Path) -> None:
    session, book = a_session(tmp_path)
    fill(session, book)
    found = session_results(session, book)
    # E2: CE1.1 weighs 3, CE1.2 weighs 1. E1: 2 and 1 carried by the group, 1 by the candidate.
    assert marks_of(of(found, "C1")) == {"E1": "15", "E2": "15"}
    assert marks_of(of(found, "C2")) == {"E1": "40/3", "E2": "10/3"}
    assert marks_of(of(found, "C3")) == {"E1": "5/3", "E2": "0"}
    assert [item.blocs[0].proposal for item in found] == ["acquis", "acquis", "non_acquis"]
    assert [item.certification for item in found] == ["acquis", "acquis", "non_acquis"]
    assert "C1 non acquise" in of(found, "C3").blocs[0].trace[1]


@pytest.mark.parametrize(
    ("combination", "status"),
    [("best", "acquis"), ("all", "non_acquis"), ("last", "acquis"), ("mean", "non_acquis")],
)
def test_a_criterion_seen_in_two_epreuves_is_combined_as_the_reglement_says(
    tmp_path: Path, combination: str, status: str
) -> None:
    session, book = a_session(tmp_path)
    say(session, book, "P1", "E1", "dossier", {"C3": "aa"})
    say(session, book, "P1", "E1", "synthese", {"C3": "a"})
    say(session, book, "P1", "E2", "ecrit", {"C3": "na"})
    session = ruled(session, combination=combination, competence={"rule": "all"})
    (competence,) = of(session_results(session, book), "C3").competences
    assert competence.status == status


def test_the_last_sight_of_a_criterion_is_that_of_the_last_day(tmp_path: Path) -> None:
    """E1 is sat after E2, whatever their numbers; the other way round, the other level counts."""
    session, book = a_session(tmp_path)
    say(session, book, "P1", "E1", "dossier", {"C3": "aa"})
    say(session, book, "P1", "E1", "synthese", {"C3": "a"})
    say(session, book, "P1", "E2", "ecrit", {"C3": "na"})
    session = ruled(session, combination="last", competence={"rule": "all"})
    (part,) = session.config.epreuves["E2"].parts
    later = session.config.epreuves["E2"].model_copy(
        update={"parts": (part.model_copy(update={"date": date(2026, 9, 1)}),)}
    )
    plans = {**session.config.epreuves, "E2": later}
    moved = dataclasses.replace(session, config=session.config.model_copy(update={"epreuves": plans}))
    found = [of(session_results(each, book), "C3").competences[0].status for each in (session, moved)]
    assert found == ["acquis", "non_acquis"]


@pytest.mark.parametrize(
    ("combination", "mark"), [("best", "40/3"), ("last", "40/3"), ("all", "10/3"), ("mean", "10")]
)
def test_the_mean_of_a_competence_is_of_combined_criteria(
    tmp_path: Path, combination: str, mark: str
) -> None:
    """CE1.1 weighs 3 in E2 (non acquis), 2 and 1 in E1 (acquis); CE1.2, acquis in both, weighs 1 in each."""
    session, book = a_session(tmp_path)
    say(session, book, "P1", "E1", "dossier", {"C3": "aa"})
    say(session, book, "P1", "E1", "synthese", {"C3": "a"})
    say(session, book, "P1", "E2", "ecrit", {"C3": "na"})
    session = ruled(session, combination=combination, competence={"rule": "mean", "threshold": "10"})
    (competence,) = of(session_results(session, book), "C3").competences
    assert competence.mark == mark


def test_the_share_of_the_group_counts_in_the_mean_of_a_competence(tmp_path: Path) -> None:
    session, book = a_session(tmp_path)
    say(session, book, "P1", "E1", "dossier", {"C3": "mm"})
    say(session, book, "P1", "E1", "synthese", {"C3": "n"})
    say(session, book, "P1", "E2", "ecrit", {"C3": "nn"})
    mean = {"combination": "mean", "competence": {"rule": "mean", "threshold": "10"}}
    found = [
        of(session_results(ruled(session, group_share=share, **mean), book), "C3").competences[0].mark
        for share in ({}, {"E1": "1/5"})
    ]
    assert found == ["7.5", "1390/189"]


def test_nothing_is_proposed_where_something_is_missing(tmp_path: Path) -> None:
    session, book = a_session(tmp_path)
    say(session, book, "P1", "E2", "ecrit", {"C1": "am"})
    result = of(session_results(session, book), "C1")
    assert marks_of(result) == {"E1": None, "E2": "15"}
    assert (result.competences[0].status, result.blocs[0].proposal, result.certification) == (
        None,
        None,
        None,
    )


def test_two_markers_who_agree_need_nobody_and_where_they_differ_somebody_must_retain(tmp_path: Path) -> None:
    session, book = a_session(tmp_path, TWO)
    fill(session, book)
    for candidate, levels in {"C1": "am", "C2": "na", "C3": "ne"}.items():
        say(session, book, "P2", "E2", "ecrit", {candidate: levels})
    assert marks_of(of(session_results(session, book), "C1"))["E2"] is None, (
        "not locked: each may still change"
    )
    for marker in ("P1", "P2"):
        lock_marks(session, book, "E2", marker, read_secret(session.root))
    found = session_results(session, book)
    assert marks_of(of(found, "C1"))["E2"] == "15"
    assert marks_of(of(found, "C3"))["E2"] is None
    copy = next(
        copy for copy in copies_in(session, "E2", "ecrit") if holder_of(session, copy.key).candidate == "C3"
    )
    retain(session, book, Request(copy.key, "mean", "P9", "Accord"))
    assert marks_of(of(session_results(session, book), "C3"))["E2"] == "5/6", (
        "CE1.2: the mean of 0 and 1/3, of a weight 1 of 4"
    )


def test_an_absence_gives_what_the_reglement_says_and_the_state_stays(tmp_path: Path) -> None:
    rows = "E2,ecrit,C1,absent_unexcused,,\nE2,ecrit,C2,absent_excused,,\nE2,ecrit,C3,fraud_pending,,\n"
    session, book = a_session(tmp_path, attendances=rows)
    fill(session, book)
    found = {
        item.id: next(one for one in item.epreuves if one.id == "E2")
        for item in session_results(session, book)
    }
    assert {code: one.state for code, one in found.items()} == {
        "C1": "absent_unexcused", "C2": "absent_excused", "C3": "fraud_pending",
    }  # fmt: skip
    assert {code: one.score.mark if one.score else "?" for code, one in found.items()} == {
        "C1": "0",
        "C2": None,
        "C3": None,
    }


def test_a_pending_fraud_leaves_the_bloc_to_the_jury_even_where_it_fails_anyway(tmp_path: Path) -> None:
    session, book = a_session(tmp_path, attendances="E2,ecrit,C3,fraud_pending,,\n")
    fill(session, book)
    session = ruled(session, competence={"rule": "all"}, bloc={"rule": "all", "threshold": None})
    (bloc,) = of(session_results(session, book), "C3").blocs
    assert bloc.proposal is None
    assert "fraude en instance" in bloc.trace[0].replace("\u00a0", " ")
    calm, other = a_session(tmp_path / "calme")
    fill(calm, other)
    assert of(session_results(calm, other), "C3").blocs[0].proposal == "non_acquis"


@pytest.mark.parametrize("taken_back", [True, False])
def test_what_is_retained_for_a_group_settles_a_member_of_whom_the_markers_do_not_agree(
    tmp_path: Path, taken_back: bool
) -> None:
    both = ALONE.replace(
        "P1,correcteur,E1,1,\n", "P1,correcteur,E1,1,\nP2,correcteur,E1,2,\nP9,responsable,,,\n"
    )
    session, book = a_session(tmp_path, both)
    (copy,) = (one for one in copies_in(session, "E1", "dossier") if one.members == ("C1", "C2"))
    grids = {copy.key: copy_grid(session.root, copy)}
    line = grids[copy.key].lines[0].key
    for marker, letters in (("P1", "aa"), ("P2", "na")):
        say(session, book, marker, "E1", "dossier", {"C1": letters, "C3": "aa"})
        say(session, book, marker, "E1", "synthese", dict.fromkeys(("C1", "C2", "C3"), "a"))
    for mark in (Mark(level="maitrise"), *([Mark()] if taken_back else [])):
        book.say("P1", [Saying(copy.key, line, mark, "C2", "Seul à l’écrire")], grids)
    for marker in ("P1", "P2"):
        lock_marks(session, book, "E1", marker, read_secret(session.root))
    assert session_evidence(session, book)["C2"]["E1"].marks.get(line) is None
    retain(session, book, Request(copy.key, "first", "P9", "Accord"))
    levels = {who: found["E1"].marks[line].level for who, found in session_evidence(session, book).items()}
    assert (levels["C1"], levels["C2"]) == ("acquis", "acquis")


def test_an_exemption_leaves_the_calculation(tmp_path: Path) -> None:
    session, book = a_session(tmp_path, attendances="E2,ecrit,C3,exempt,,\n")
    say(session, book, "P1", "E1", "dossier", {"C3": "am"})
    say(session, book, "P1", "E1", "synthese", {"C3": "a"})
    epreuves = tuple(one for one in session.referentiel.epreuves if one.id in ("E1", "E2"))
    whole = dataclasses.replace(
        session, referentiel=session.referentiel.model_copy(update={"epreuves": epreuves})
    )
    result = of(session_results(whole, book), "C3")
    assert marks_of(result) == {"E1": "15", "E2": None}
    assert (result.epreuves[1].state, result.blocs[0].mark, result.certification) == (
        "exempt",
        "15",
        "acquis",
    )


def test_a_state_that_the_reglement_does_not_speak_of_gives_no_mark(tmp_path: Path) -> None:
    session, book = a_session(tmp_path, attendances="E2,ecrit,C3,fraud_pending,,\n")
    say(session, book, "P1", "E1", "dossier", {"C3": "am"})
    say(session, book, "P1", "E1", "synthese", {"C3": "a"})
    say(session, book, "P1", "E2", "ecrit", {"C3": "mm"})
    silent = {
        state: rule
        for state, rule in EXAMPLE.model_dump()["participation"].items()
        if state != "fraud_pending"
    }
    result = of(session_results(ruled(session, participation=silent), book), "C3")
    assert marks_of(result) == {"E1": "15", "E2": None}
    assert (result.epreuves[1].state, result.blocs[0].proposal) == ("fraud_pending", None)


def test_an_absent_member_of_a_group_has_nothing_of_its_marks(tmp_path: Path) -> None:
    session, book = a_session(tmp_path, attendances="E1,dossier,C2,absent_excused,,\n")
    fill(session, book)
    found = session_results(session, book)
    assert marks_of(of(found, "C1"))["E1"] == "15"
    assert marks_of(of(found, "C2"))["E1"] is None


def test_a_neutralised_criterion_leaves_both_sides_and_a_whole_competence_goes_to_the_jury(
    tmp_path: Path,
) -> None:
    session, book = a_session(tmp_path)
    fill(session, book)
    decision = Decision("C2", "CE1.1", "PV 1", date(2026, 7, 1), "P7", not_relevant=True, not_core=True)
    neutralise(session, book, decision)
    result = of(session_results(session, book), "C2")
    assert marks_of(result) == {"E1": "40/3", "E2": "40/3"}
    assert result.certification == "acquis"
    neutralise(session, book, dataclasses.replace(decision, criterion="CE1.2"))
    result = of(session_results(session, book), "C2")
    assert marks_of(result) == {"E1": None, "E2": None}
    assert result.certification is None
    assert "revient au jury" in " ".join(result.blocs[0].trace)


def test_a_session_that_was_not_built_is_told(tmp_path: Path) -> None:
    session, book = a_session(tmp_path)
    with pytest.raises(InvalidFile):
        session_results(dataclasses.replace(session, attributions=()), book)


def test_the_command_says_it_as_the_contract_asks(tmp_path: Path) -> None:
    session, book = a_session(tmp_path)
    fill(session, book)
    done = CliRunner().invoke(app, ["results", str(session.root), "--json"])
    assert done.exit_code == 0, done.output
    first = json.loads(done.output)["candidates"][0]
    assert first["id"] == "C1"
    assert first["epreuves"]["E2"] == {"mark": "15", "rounded": "15", "state": None}
    assert set(first["competences"]["C1"]) >= {"status", "mark"}
    assert set(first["blocs"]["B1"]) >= {"proposal", "mark", "trace"}
    assert CliRunner().invoke(app, ["results", str(session.root)]).exit_code == 0
