"""Marks are not numbers: exact, rounded once, and never invented."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import MarkingError
from kit.grids import Mark, round_to, score
from kit.referentiel import parse_exact
from tests.case_builders import FOUR_LEVELS, a_grid, a_line

LEVELS = [level.id for level in FOUR_LEVELS.levels]
level_names = st.sampled_from(LEVELS)


def all_at(level: str, *criteria: str) -> dict[str, Mark]:
    return {criterion: Mark(level=level) for criterion in criteria}


def test_the_mark_is_the_weighted_mean_brought_to_the_total() -> None:
    found = score(a_grid(), {"CE1.1": Mark(level="maitrise"), "CE1.2": Mark(level="non_acquis")})
    assert (found.mark, found.rounded, found.out_of) == ("15", "15", "20")


def test_the_exact_mark_is_kept_and_rounded_once() -> None:
    found = score(a_grid(), all_at("en_cours", "CE1.1", "CE1.2"))
    assert (found.mark, found.rounded) == ("20/3", "6.5")


def test_a_line_not_marked_leaves_no_mark() -> None:
    found = score(a_grid(), {"CE1.1": Mark(level="maitrise")})
    assert (found.mark, found.reason, found.not_marked) == (None, "not_marked", ("CE1.2@ecrit",))


def test_a_comment_alone_is_no_mark() -> None:
    assert score(a_grid({"CE1.1": "1"}), {"CE1.1": Mark(comment="à revoir")}).reason == "not_marked"


@pytest.mark.parametrize(("rule", "mark"), [("no_mark", None), ("left_out", "20"), ("lowest", "15")])
def test_not_assessed_gives_what_the_reglement_says(rule: str, mark: str | None) -> None:
    grid = a_grid(not_assessed=rule)
    assert score(grid, {"CE1.1": Mark(level="maitrise"), "CE1.2": Mark(state="not_assessed")}).mark == mark


def test_a_neutralised_criterion_leaves_both_sides_of_the_fraction() -> None:
    found = score(a_grid(), {"CE1.1": Mark(state="neutralised"), "CE1.2": Mark(level="acquis")})
    assert found.mark == "40/3"
    assert found.neutralised == ("CE1.1@ecrit",)


def test_when_nothing_is_left_there_is_no_mark_and_the_jury_is_asked() -> None:
    marks = {"CE1.1": Mark(state="neutralised"), "CE1.2": Mark(state="neutralised")}
    assert (score(a_grid(), marks).mark, score(a_grid(), marks).reason) == (None, "nothing_left")


@pytest.mark.parametrize("share", [None, "0", "2/5", "1"])
def test_a_grid_without_weight_gives_no_mark_and_no_crash(share: str | None) -> None:
    grid = a_grid({"CE1.1": "0", "CE1.2": "0"}, group_share=share)
    found = score(grid, all_at("acquis", "CE1.1", "CE1.2"))
    assert (found.mark, found.reason) == (None, "nothing_left")


def test_a_group_share_of_one_without_weight_among_the_group_gives_no_crash() -> None:
    lines = (a_line("CE1.1", "0", "dossier", "group"), a_line("CE1.2", "1", "synthese"))
    grid = a_grid(group_share="1").model_copy(update={"lines": lines})
    assert score(grid, all_at("acquis", "CE1.1", "CE1.2")).mark == "40/3"


def test_unknown_lines_and_levels_are_all_refused() -> None:
    with pytest.raises(MarkingError) as caught:
        score(a_grid(), {"CE9.9": Mark(level="acquis"), "CE1.1": Mark(level="parfait")})
    assert [finding.code for finding in caught.value.findings] == ["mark.unknown_line", "mark.unknown_level"]


def test_a_criterion_marked_under_both_its_names_is_refused() -> None:
    marks = {
        "CE1.1": Mark(level="acquis"),
        "CE1.1@ecrit": Mark(level="non_acquis"),
        "CE1.2": Mark(level="acquis"),
    }
    with pytest.raises(MarkingError) as caught:
        score(a_grid(), marks)
    assert [found.code for found in caught.value.findings] == ["mark.twice"]


def test_a_mark_is_a_level_or_a_state_never_both() -> None:
    with pytest.raises(ValueError, match="kit"):
        Mark(level="acquis", state="neutralised")


def test_the_group_lines_are_scaled_to_the_share_of_the_reglement() -> None:
    grid = a_grid(group_share="2/5")
    lines = (a_line("CE1.1", "3", "dossier", "group"), a_line("CE1.2", "1", "synthese"))
    grid = grid.model_copy(update={"lines": lines})
    found = score(grid, {"CE1.1": Mark(level="maitrise"), "CE1.2": Mark(level="non_acquis")})
    assert found.mark == "8"


@pytest.mark.parametrize(
    ("value", "step", "mode", "expected"),
    [
        ("9.995", "0.01", "half_up", "10"), ("9.994", "0.01", "half_up", "9.99"), ("9.75", "0.5", "half_up", "10"),
        ("9.74", "0.5", "half_up", "9.5"), ("10.25", "0.5", "half_even", "10"), ("10.75", "0.5", "half_even", "11"),
        ("9.01", "0.5", "up", "9.5"), ("9.99", "0.5", "down", "9.5"), ("9.5", "0.5", "up", "9.5"),
        ("9.125", "0.25", "half_up", "9.25"), ("-0.25", "0.5", "half_up", "-0.5"),
    ],
)  # fmt: skip
def test_rounding_follows_the_rule_given(value: str, step: str, mode: str, expected: str) -> None:
    assert round_to(parse_exact(value), step, mode) == parse_exact(expected)


@given(st.lists(level_names, min_size=1, max_size=8), st.randoms())
def test_the_order_of_marks_is_irrelevant(levels: list[str], random: object) -> None:
    weights = {f"CE1.{n}": str(n) for n in range(1, len(levels) + 1)}
    marks = [(f"CE1.{n}", Mark(level=level)) for n, level in enumerate(levels, start=1)]
    shuffled = list(marks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(a_grid(weights), dict(marks)) == score(a_grid(weights), dict(shuffled))


@given(st.lists(st.tuples(level_names, st.integers(1, 20)), min_size=1, max_size=10))
def test_a_mark_never_leaves_its_bounds(lines: list[tuple[str, int]]) -> None:
    weights = {f"CE1.{n}": str(weight) for n, (_, weight) in enumerate(lines, start=1)}
    found = score(
        a_grid(weights), {f"CE1.{n}": Mark(level=level) for n, (level, _) in enumerate(lines, start=1)}
    )
    assert found.mark is not None
    assert 0 <= parse_exact(found.mark) <= 20


@given(level_names, st.integers(2, 8), st.data())
def test_neutralising_keeps_the_mark_of_an_all_equal_grid(
    level: str, count: int, data: st.DataObject
) -> None:
    criteria = [f"CE1.{n}" for n in range(1, count + 1)]
    marks = all_at(level, *criteria)
    before = score(a_grid(dict.fromkeys(criteria, "1")), marks).mark
    gone = data.draw(st.sets(st.sampled_from(criteria), max_size=count - 1))
    after = score(
        a_grid(dict.fromkeys(criteria, "1")), marks | {c: Mark(state="neutralised") for c in gone}
    ).mark
    assert before == after


@given(st.fractions(0, 20, max_denominator=5000), st.sampled_from(["0.5", "0.25", "0.01", "1", "1/3"]))
def test_half_up_is_never_further_than_half_a_step(value: Fraction, step: str) -> None:
    rounded = round_to(value, step, "half_up")
    assert abs(rounded - value) <= parse_exact(step) / 2
    assert (rounded / parse_exact(step)).denominator == 1
