"""A competence from its criteria: every rule of the règlement, and nothing decided where something is missing."""

from __future__ import annotations

from typing import Any

import pytest

from kit.grids import Mark
from kit.grids.scoring import by_line
from kit.referentiel import DEFAULT, Reglement, find_referentiel, load_reglement
from kit.results.competences import CompetenceResult, competence_results
from tests.case_builders import a_grid, a_line

EXAMPLE = load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
SHORT = {"n": "non_acquis", "e": "en_cours", "a": "acquis", "m": "maitrise"}


def ruled(**changes: Any) -> Reglement:
    rule = {name: changes.pop(name) for name in ("rule", "threshold", "blocking") if name in changes}
    data = EXAMPLE.model_dump() | changes
    data["competence"] = {"rule": "share", "threshold": "2/3"} | rule
    return Reglement.model_validate(data)


def marked(levels: str) -> dict[str, Mark]:
    """Return marks of CE5.1, CE5.2…, one letter each: n, e, a, m; `-` not marked, `x` neutralised, `?` not assessed."""
    states = {"x": Mark(state="neutralised"), "?": Mark(state="not_assessed"), "-": Mark()}
    return {
        f"CE5.{rank}": states.get(letter) or Mark(level=SHORT[letter])
        for rank, letter in enumerate(levels, 1)
    }


def result(levels: str, reglement: Reglement, weights: tuple[str, ...] = ()) -> CompetenceResult:
    marks = marked(levels)
    grid = a_grid(dict(zip(marks, weights or ("1",) * len(marks), strict=True)))
    (found,) = competence_results(grid, by_line(grid, marks), reglement)
    return found


@pytest.mark.parametrize(
    ("rule", "levels", "status"),
    [
        ({"rule": "share", "threshold": "2/3"}, "aan", "acquis"),
        ({"rule": "share", "threshold": "2/3"}, "ann", "non_acquis"),
        ({"rule": "share", "threshold": "2/3"}, "an", "non_acquis"),
        ({"rule": "share", "threshold": "2/3"}, "aann", "non_acquis"),
        ({"rule": "share", "threshold": "2/3"}, "aaan", "acquis"),
        ({"rule": "share", "threshold": "2/3"}, "axa", "acquis"),
        ({"rule": "all"}, "amm", "acquis"),
        ({"rule": "all"}, "ame", "non_acquis"),
        ({"rule": "all"}, "axm", "acquis"),
        ({"rule": "at_least", "threshold": "2"}, "aann", "acquis"),
        ({"rule": "at_least", "threshold": "2"}, "annn", "non_acquis"),
        ({"rule": "mean", "threshold": "1/2"}, "men", "non_acquis"),
        ({"rule": "mean", "threshold": "4/9"}, "men", "acquis"),
        ({"rule": "mean", "threshold": "10"}, "mn", "acquis"),
        ({"rule": "mean", "threshold": "10"}, "en", "non_acquis"),
        ({"rule": "share", "threshold": "2/3", "blocking": ["CE5.1"]}, "naa", "non_acquis"),
        ({"rule": "mean", "threshold": "10", "blocking": ["CE5.1"]}, "emm", "non_acquis"),
        ({"rule": "share", "threshold": "2/3", "blocking": ["CE5.1"]}, "xaa", "acquis"),
        ({"rule": "judgement"}, "mmm", None),
    ],
)
def test_each_rule_of_the_reglement_decides(rule: dict[str, Any], levels: str, status: str | None) -> None:
    assert result(levels, ruled(**rule)).status == status


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ("ma-", "C5 sans proposition\u00a0: il reste à noter CE5.3"),
        ("ma?", "C5 sans proposition\u00a0: sans évaluation de CE5.3, le règlement ne propose rien"),
        ("xxx", "C5 sans proposition\u00a0: plus aucun critère n’y compte"),
    ],
)
def test_what_is_missing_leaves_neither_status_nor_mark(levels: str, words: str) -> None:
    found = result(levels, ruled())
    assert (found.status, found.mark) == (None, None)
    assert found.trace.startswith(words)


def test_a_number_of_criteria_that_no_longer_exist_is_a_question_for_the_jury() -> None:
    found = result("axx", ruled(rule="at_least", threshold="2"))
    assert found.status is None
    assert "la question revient au jury" in found.trace


@pytest.mark.parametrize(
    ("rule", "status", "mark"), [("left_out", "acquis", "20"), ("lowest", "non_acquis", "10")]
)
def test_not_assessed_gives_what_the_reglement_says(rule: str, status: str, mark: str) -> None:
    found = result("m?", ruled(not_assessed=rule))
    assert (found.status, found.mark) == (status, mark)


def test_the_mark_is_the_exact_weighted_mean() -> None:
    assert result("man", ruled(), ("3", "1", "2")).mark == "110/9"


def test_a_mean_just_under_the_threshold_is_under_it() -> None:
    """9.995 is not 10: a mark is rounded for reading, never for deciding."""
    weights = ("1999", "2001")
    found = result("mn", ruled(rule="mean", threshold="10"), weights)
    assert (found.mark, found.status) == ("9.995", "non_acquis")


def test_the_trace_says_what_was_lost_and_the_threshold() -> None:
    assert result("nan", ruled()).trace == (
        "C5 non acquise\u00a0: CE5.1 et CE5.3 non acquis, 1 acquis sur 3, seuil 2 sur 3"
    )
    assert result("emm", ruled(blocking=["CE5.1"])).trace == (
        "C5 non acquise\u00a0: CE5.1 non acquis, et le règlement n’admet pas la compétence sans lui"
    )


@pytest.mark.parametrize(
    ("combination", "status"),
    [("best", "acquis"), ("last", "non_acquis"), ("mean", "non_acquis"), ("all", "non_acquis")],
)
def test_a_criterion_seen_in_two_parts_is_combined_as_the_reglement_says(
    combination: str, status: str
) -> None:
    grid = a_grid({}).model_copy(update={"lines": (a_line("CE5.1"), a_line("CE5.1", part="oral"))})
    marks = {"CE5.1@ecrit": Mark(level="acquis"), "CE5.1@oral": Mark(level="non_acquis")}
    (found,) = competence_results(grid, marks, ruled(combination=combination))
    assert found.status == status
