"""A bloc by either ladder: the families of rules that règlements have, and nothing proposed that a gap could change."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from kit.referentiel import DEFAULT, Reglement, find_referentiel, load_reglement
from kit.results.blocs import BlocResult, EpreuveMark, bloc_result, certification
from kit.results.competences import CompetenceResult, Status

EXAMPLE = load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
WORDS: dict[str, Status | None] = {"a": "acquis", "n": "non_acquis", "?": None}


def ruled(bloc: dict[str, Any], **changes: Any) -> Reglement:
    return Reglement.model_validate(EXAMPLE.model_dump() | {"bloc": bloc} | changes)


def competences(letters: str, marks: Sequence[str] = ()) -> list[CompetenceResult]:
    given = marks or ["10"] * len(letters)
    return [
        CompetenceResult(f"C{rank}", None if letter == "?" else mark, WORDS[letter], f"C{rank} : essai")
        for rank, (letter, mark) in enumerate(zip(letters, given, strict=True), 1)
    ]


def epreuves(*marks: str | None) -> list[EpreuveMark]:
    return [
        EpreuveMark(f"E{rank}", None if mark is None else Fraction(mark))
        for rank, mark in enumerate(marks, 1)
    ]


def by_marks(reglement: Reglement, *marks: str | None, blocked: Sequence[str] = ()) -> BlocResult:
    return bloc_result("B1", [], epreuves(*marks), blocked, reglement)


@pytest.mark.parametrize(
    ("bloc", "letters", "proposal"),
    [
        ({"rule": "all"}, "aaa", "acquis"),
        ({"rule": "all"}, "aan", "non_acquis"),
        ({"rule": "all"}, "aa?", None),
        ({"rule": "all"}, "an?", "non_acquis"),
        ({"rule": "share", "threshold": "3/4"}, "aaan", "acquis"),
        ({"rule": "share", "threshold": "3/4"}, "aann", "non_acquis"),
        ({"rule": "share", "threshold": "3/4"}, "aaa?", "acquis"),
        ({"rule": "share", "threshold": "3/4"}, "aan?", None),
        ({"rule": "share", "threshold": "2/3"}, "aan", "acquis"),
        ({"rule": "all"}, "", None),
    ],
)
def test_by_acquisition_a_bloc_is_proposed_when_no_gap_could_change_it(
    bloc: dict[str, Any], letters: str, proposal: Status | None
) -> None:
    found = bloc_result("B1", competences(letters), [], (), ruled(bloc))
    assert found.proposal == proposal


def test_by_acquisition_a_mean_of_competences_with_a_floor() -> None:
    rule = ruled({"rule": "mean", "threshold": "10", "floor": "7", "compensation": True})
    assert bloc_result("B1", competences("aa", ["13", "8"]), [], (), rule).proposal == "acquis"
    low = bloc_result("B1", competences("aa", ["14", "6.5"]), [], (), rule)
    assert low.proposal == "non_acquis"
    assert "C2 sous la note éliminatoire de 7" in low.trace[0]
    assert bloc_result("B1", competences("a?"), [], (), rule).proposal is None


MEAN = {"rule": "mean", "threshold": "10", "floor": None, "compensation": True}


@pytest.mark.parametrize(
    ("step", "mode", "proposal"),
    [
        ("0.01", "half_up", "acquis"), ("0.01", "down", "non_acquis"), ("0.01", "up", "acquis"),
        ("0.01", "half_even", "acquis"), ("0.5", "half_up", "acquis"), ("0.5", "down", "non_acquis"),
        ("0.001", "half_up", "non_acquis"), ("1", "up", "acquis"),
    ],
)  # fmt: skip
def test_nine_nine_nine_five_at_a_threshold_of_ten_is_what_its_rounding_shows(
    step: str, mode: str, proposal: Status
) -> None:
    found = by_marks(ruled(MEAN, ladder="marks", rounding={"step": step, "mode": mode}), "9.995")
    assert found.proposal == proposal
    assert found.mark == "9.995"


def test_by_marks_a_bloc_is_the_weighted_mean_of_its_epreuves() -> None:
    rule = ruled(MEAN, ladder="marks", weights={"E1": "1", "E2": "3"})
    found = by_marks(rule, "16", "8.5")
    assert (found.proposal, found.mark) == ("acquis", "10.375")
    assert "moyenne 10,5 sur 20" in found.trace[0]
    assert by_marks(rule, "8.5", "10").proposal == "non_acquis"


def test_without_compensation_each_epreuve_must_reach_the_threshold() -> None:
    rule = ruled({"rule": "mean", "threshold": "10", "compensation": False}, ladder="marks")
    found = by_marks(rule, "18", "9")
    assert found.proposal == "non_acquis"
    assert "E2 sous le seuil de 10" in found.trace[0]
    assert by_marks(rule, "18", "10").proposal == "acquis"


def test_a_tie_at_the_floor_passes_and_one_step_below_fails() -> None:
    rule = ruled({"rule": "mean", "threshold": "10", "floor": "7", "compensation": True}, ladder="marks")
    assert by_marks(rule, "13", "7").proposal == "acquis"
    assert by_marks(rule, "15", "6.74").proposal == "non_acquis"
    assert by_marks(rule, "15", "6.75").proposal == "acquis", "6,75 is shown 7,0 and is worth it"


def test_a_threshold_written_as_a_value_of_levels_is_the_same_as_its_mark() -> None:
    found = [
        by_marks(ruled({**MEAN, "threshold": threshold, "floor": floor}, ladder="marks"), "13", "14").proposal
        for threshold, floor in (("2/3", None), ("40/3", None), ("3/4", None), ("2/3", "7/10"))
    ]
    assert found == ["acquis", "acquis", "non_acquis", "non_acquis"]


def test_one_blocking_criterion_fails_a_bloc_whose_mean_is_fourteen() -> None:
    found = by_marks(ruled(MEAN, ladder="marks"), "14", "14", blocked=["CE1.1"])
    assert (found.proposal, found.mark) == ("non_acquis", "14")
    assert "CE1.1 non acquis" in found.trace[0]


def test_a_mark_that_is_missing_leaves_no_proposal_and_an_exemption_leaves_the_mean() -> None:
    rule = ruled(MEAN, ladder="marks")
    assert by_marks(rule, "18", None).proposal is None
    exempt = [EpreuveMark("E1", Fraction(12)), EpreuveMark("E2", None, counts=False)]
    assert bloc_result("B1", [], exempt, (), rule).mark == "12"
    assert bloc_result("B1", [], exempt[1:], (), rule).proposal is None


def test_marks_without_a_threshold_are_no_reglement() -> None:
    with pytest.raises(ValidationError) as caught:
        ruled({"rule": "all"}, ladder="marks")
    assert "rule.threshold_of_marks" in str(caught.value.errors())


def test_a_mark_under_the_floor_fails_the_bloc_whatever_is_missing() -> None:
    rule = ruled({**MEAN, "floor": "7"}, ladder="marks")
    assert by_marks(rule, "6", None).proposal == "non_acquis"
    assert by_marks(rule, "8", None).proposal is None


def test_an_epreuve_that_weighs_nothing_is_not_waited_for() -> None:
    rule = ruled(MEAN, ladder="marks", weights={"E2": "0"})
    assert (by_marks(rule, "12", None).proposal, by_marks(rule, "12", None).mark) == ("acquis", "12")
    exempt = [EpreuveMark("E1", None, counts=False), EpreuveMark("E2", Fraction(12))]
    assert bloc_result("B1", [], exempt, (), rule).proposal is None


def test_a_blocking_criterion_fails_a_mean_of_competences_too() -> None:
    rule = ruled({"rule": "mean", "threshold": "10", "compensation": True})
    found = bloc_result("B1", competences("an", ["18", "11"]), [], ["CE2.1"], rule)
    assert found.proposal == "non_acquis"
    assert "CE2.1" in found.trace[0]


def bloc(proposal: Status | None) -> BlocResult:
    return BlocResult("B", proposal, None, ())


def test_every_bloc_is_needed_and_none_makes_up_for_another() -> None:
    assert certification([bloc("acquis"), bloc("acquis")]) == "acquis"
    assert certification([bloc("acquis"), bloc("non_acquis"), bloc(None)]) == "non_acquis"
    assert certification([bloc("acquis"), bloc(None)]) is None
    assert certification([]) is None
