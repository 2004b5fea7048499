"""Judgements beside numbers and beside others' grids: the same work, the same line, and nothing else."""

from __future__ import annotations

import pytest

from kit.practice.calibration import calibrations, comparisons
from kit.practice.values import Record
from tests.case_builders import FOUR_LEVELS, a_grid
from tests.practice.builders import a_record, a_work, said

LOW, SOME, GOOD, BEST = (level.id for level in FOUR_LEVELS.levels)


@pytest.mark.parametrize(
    ("own", "outcomes", "verdict"),
    [
        (BEST, ("wrong", "wrong"), "over"), (GOOD, ("wrong", "given_up"), "over"),
        (SOME, ("wrong", "wrong"), "matched"), (LOW, ("right", "right"), "under"),
        (SOME, ("right", "right"), "under"), (GOOD, ("right", "right"), "matched"),
        (BEST, ("right", "wrong"), "over"), (LOW, ("right", "wrong"), "under"),
        (GOOD, ("right", "close"), "matched"),
    ],
)  # fmt: skip
def test_a_judgement_differs_from_numbers_at_half_the_scale(
    own: str, outcomes: tuple[str, str], verdict: str
) -> None:
    typed = {"marge": (outcomes[0],), "taux": (outcomes[1],)}
    (found,) = comparisons(a_record(levels={"CE1.1": own}, outcomes=typed))
    assert (found.against, found.verdict, found.tried) == ("numeric", verdict, 2)


@pytest.mark.parametrize(("other", "verdict"), [(LOW, "over"), (GOOD, "matched"), (BEST, "under")])
def test_a_grid_is_compared_level_by_level(other: str, verdict: str) -> None:
    (found,) = comparisons(a_record(levels={"CE1.1": GOOD}, outside=(said("CE1.1", other),)))
    assert (found.against, found.verdict, found.work, found.line) == ("trainer", verdict, 1, "CE1.1@ecrit")


@pytest.mark.parametrize("other", [None, "inconnu"])
def test_a_level_that_the_scale_has_not_is_not_compared(other: str | None) -> None:
    assert list(comparisons(a_record(levels={"CE1.1": GOOD}, outside=(said("CE1.1", other),)))) == []


def test_a_line_that_the_learner_did_not_judge_is_not_compared() -> None:
    record = a_record(levels={"CE1.1": GOOD}, outside=(said("CE1.2", LOW),))
    assert list(comparisons(record)) == []


def test_each_person_is_compared_and_the_last_word_of_each_counts() -> None:
    outside = (
        said("CE1.1", LOW, day=1), said("CE1.1", GOOD, day=2), said("CE1.1", BEST, author="A. Lin"),
        said("CE1.1", LOW, role="peer", author="Inès"),
    )  # fmt: skip
    found = list(comparisons(a_record(levels={"CE1.1": GOOD}, outside=outside)))
    assert {(item.against, item.author, item.verdict) for item in found} == {
        ("trainer", "F. Roux", "matched"), ("trainer", "A. Lin", "under"), ("peer", "Inès", "over"),
    }  # fmt: skip


def sure_and_less_sure() -> list[Record]:
    outside = (said("CE1.1", LOW),)
    return [
        a_record(a_work(1), {"CE1.1": GOOD}, outside=outside, confidence="low"),
        a_record(a_work(2, 1), {"CE1.1": LOW}, outside=outside, confidence="high"),
        a_record(a_work(3, 2), {"CE1.1": BEST}, outside=outside, confidence="high"),
    ]


def test_sure_and_not_confirmed_comes_first_and_confirmed_last() -> None:
    (found,) = calibrations(sure_and_less_sure())
    assert [item.work for item in found.compared] == [3, 1, 2]
    assert [item.work for item in found.sure_and_wrong] == [3]
    assert [found.count(verdict) for verdict in ("over", "under", "matched")] == [2, 0, 1]  # type: ignore[arg-type]


def test_the_sentence_says_which_works_it_comes_from() -> None:
    (found,) = calibrations(sure_and_less_sure())
    words = found.sentence.replace("\u00a0", " ")
    assert "3 lignes comparées dans les travaux n° 1, 2 et 3" in words
    assert "au-dessus 2 fois" in words


def test_the_order_of_works_does_not_count() -> None:
    records = sure_and_less_sure()
    assert calibrations(records) == calibrations(reversed(records))


def test_numbers_of_other_questions_are_not_compared() -> None:
    grid = a_grid({"CE1.1": "1"})
    lines = tuple(line.model_copy(update={"questions": ("Q9",)}) for line in grid.lines)
    work = a_work(grid=grid.model_copy(update={"lines": lines}))
    assert calibrations([a_record(work, {"CE1.1": BEST}, {"marge": ("wrong",)})]) == ()
