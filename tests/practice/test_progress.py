"""Progress is exact, says nothing by chance of order, and its suggestions are those of the rules written."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.grids.model import GridLine
from kit.practice.progress import answer_of, competence_progress, interval, level_at, level_of, suggestions
from kit.practice.values import Record
from kit.referentiel import Referentiel, load_referentiel
from tests.builders import a_referentiel
from tests.case_builders import FOUR_LEVELS, a_grid, a_line
from tests.practice.builders import DAY, a_record, a_work, said

LEVELS = [level.id for level in FOUR_LEVELS.levels]
LOW, SOME, GOOD, BEST = LEVELS


@pytest.fixture(scope="module")
def referentiel(tmp_path_factory: pytest.TempPathFactory) -> Referentiel:
    workspace: Path = tmp_path_factory.mktemp("ws")
    return load_referentiel(a_referentiel(workspace))


def level(code: str) -> Any:
    found = FOUR_LEVELS.level(code)
    assert found is not None
    return found


def test_the_level_of_a_work_is_the_weighted_mean_brought_down_to_a_level() -> None:
    found = competence_progress([a_record(levels={"CE1.1": BEST, "CE1.2": LOW})])
    assert found[0].history[0].value == Fraction(3, 4)
    assert found[0].self_level == level(GOOD)


def test_lines_without_weight_count_alike() -> None:
    work = a_work(grid=a_grid({"CE1.1": "0", "CE1.2": "0"}))
    found = competence_progress([a_record(work, {"CE1.1": BEST, "CE1.2": LOW})])
    assert found[0].history[0].value == Fraction(1, 2)


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(LEVELS)), min_size=1, max_size=6))
def test_a_level_is_between_the_lowest_and_the_highest_chosen(chosen: list[tuple[int, str]]) -> None:
    pairs: list[tuple[GridLine, Any]] = [
        (a_line("CE1.1", str(weight)), level(code)) for weight, code in chosen
    ]
    found = level_of(FOUR_LEVELS, pairs)
    assert found is not None
    ranks = [LEVELS.index(code) for _, code in chosen]
    assert min(ranks) <= LEVELS.index(found[1].id) <= max(ranks)


def test_a_value_that_is_a_level_is_that_level() -> None:
    assert [level_at(FOUR_LEVELS, Fraction(item.value)).id for item in FOUR_LEVELS.levels] == LEVELS


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ((), None),
        (("unreadable",), None),
        (("wrong", "unreadable"), "wrong"),
        (("wrong", "right", "wrong"), "right"),
        (("wrong", "given_up", "right"), "given_up"),
        (("wrong", "close"), "close"),
    ],
)
def test_what_came_of_an_answer(typed: tuple[Any, ...], end: str | None) -> None:
    record = a_record(outcomes={"marge": typed})
    assert answer_of(record, record.work.figures[0]) == end


def test_numbers_are_the_share_found_of_those_tried() -> None:
    one = a_record(a_work(1), outcomes={"marge": ("right",), "taux": ("wrong",)})
    two = a_record(a_work(2, 3), outcomes={"marge": ("given_up",)})
    (found,) = competence_progress([one, two])
    assert (found.numeric, found.right, found.tried, found.attempts) == (Fraction(1, 3), 1, 3, 2)
    assert found.self_level is None
    assert found.trend is None


def test_a_work_only_begun_is_no_attempt() -> None:
    assert competence_progress([a_record()]) == ()


@pytest.mark.parametrize(
    ("levels", "trend"),
    [((LOW,), None), ((LOW, GOOD), "up"), ((GOOD, LOW), "down"), ((GOOD, GOOD), "steady"),
     ((BEST, LOW, LOW, LOW, SOME), "up"), ((LOW, SOME, GOOD, BEST, SOME), "down")],
)  # fmt: skip
def test_the_trend_compares_the_last_work_with_the_three_before(
    levels: tuple[str, ...], trend: str | None
) -> None:
    records = [a_record(a_work(rank, rank), {"CE1.1": code}) for rank, code in enumerate(levels, start=1)]
    assert competence_progress(records)[0].trend == trend


def test_the_order_of_works_does_not_count(referentiel: Referentiel) -> None:
    records = [
        a_record(a_work(1, 0), {"CE1.1": LOW}, {"marge": ("right",)}, (said("CE1.1", GOOD),)),
        a_record(a_work(2, 4), {"CE1.1": BEST}, {"taux": ("wrong",)}),
        a_record(a_work(3, 4), {"CE1.2": SOME}),
    ]
    now = DAY + timedelta(days=30)
    seen = [
        (competence_progress(some), suggestions(some, referentiel, now)) for some in permutations(records)
    ]
    assert all(item == seen[0] for item in seen)


def test_a_trainer_is_beside_the_level_of_the_same_work() -> None:
    first = a_record(a_work(1), {"CE1.1": BEST}, outside=(said("CE1.1", SOME), said("CE1.1", GOOD, day=2)))
    (found,) = competence_progress([first, a_record(a_work(2, 5), {"CE1.1": LOW})])
    assert found.self_level == level(LOW)
    assert found.trainer is not None
    assert (found.trainer.work, found.trainer.level, found.trainer.own) == (1, level(GOOD), level(BEST))
    assert found.peer is None


def test_the_days_before_it_comes_back_double_with_the_level() -> None:
    assert [interval(item, FOUR_LEVELS) for item in FOUR_LEVELS.levels] == [2, 4, 8, 16]
    assert interval(None, FOUR_LEVELS) == 2
    two = FOUR_LEVELS.model_copy(update={"levels": (FOUR_LEVELS.levels[0], FOUR_LEVELS.levels[-1])})
    assert [interval(item, two) for item in two.levels] == [2, 16]


def other(number: int, day: int, levels: dict[str, str], **fields: Any) -> Record:
    return a_record(a_work(number, day, a_grid(dict.fromkeys(levels, "1"))), levels, **fields)


def test_new_first_then_the_longest_overdue_then_what_comes_later(referentiel: Referentiel) -> None:
    records = [
        other(1, 0, {"CE7.1": LOW}),
        other(2, 1, {"CE8.1": LOW}),
        other(3, 9, {"CE9.1": BEST}),
    ]
    found = suggestions(records, referentiel, DAY + timedelta(days=10))
    assert [(item.competence, item.kind) for item in found] == [
        ("C1", "new"), ("C7", "due"), ("C8", "due"), ("C9", "later"),
    ]  # fmt: skip
    assert "jamais travaillée" in found[0].reason
    assert found[0].epreuves == ("E2",)
    assert "depuis 7" in found[1].reason.replace("\u00a0", " ")
    assert all(item.reason for item in found)


def test_a_trainers_lower_level_of_the_last_work_brings_it_back_sooner(referentiel: Referentiel) -> None:
    alone = other(1, 0, {"CE1.1": BEST})
    seen = other(1, 0, {"CE1.1": BEST}, outside=(said("CE1.1", LOW),))
    (late,), (soon,) = (suggestions([one], referentiel, DAY) for one in (alone, seen))
    assert late.due is not None
    assert soon.due is not None
    assert (late.due - soon.due).days == 14
    assert "formateur" in soon.reason


def test_nothing_is_suggested_of_an_empty_book(referentiel: Referentiel) -> None:
    assert suggestions([], referentiel, DAY) == ()
