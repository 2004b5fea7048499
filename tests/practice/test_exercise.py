"""Hints say more and more but never the answer; a solution waits for an answer; feedback is one French sentence."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.french import typeset
from kit.practice.cases import practice_case
from kit.practice.exercise import (
    HINTS,
    bracket,
    cited_annexes,
    feedback,
    figures_of,
    hints,
    left_of,
    may_open,
    solution,
)
from kit.practice.learner_store import LearnerStore, open_learner_store
from kit.practice.values import Asked, PracticeCase, Work
from kit.referentiel.reglement import parse_exact
from kit.subjects.figures import figure_words


@pytest.fixture(scope="module")
def case() -> PracticeCase:
    return practice_case(Asked("e10-anglais-commercial", 7))


@pytest.fixture
def book(tmp_path: Path) -> LearnerStore:
    return open_learner_store(tmp_path / "carnet.entrainement")


@pytest.fixture
def work(book: LearnerStore, case: PracticeCase) -> Work:
    return book.begin(case)


def test_hints_climb_from_what_is_asked_to_an_order_of_magnitude(case: PracticeCase) -> None:
    figure = figures_of(case, "Q5")[0]
    first, second, third = hints(case, figure)
    assert "€\u00a0HT" in first
    assert "A3 et A4" in first
    assert typeset(figure.formula) in second
    assert "compris entre" in third


def test_no_hint_says_the_answer(case: PracticeCase) -> None:
    for figure in case.subject.expected:
        said = hints(case, figure)
        assert len(said) == HINTS
        assert not [words for words in said if figure_words(figure) in words]
        low, high = bracket(parse_exact(figure.value), whole=figure.places == 0)
        assert low < parse_exact(figure.value) < high


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.booleans())
def test_a_bracket_holds_the_value_without_touching_it(value: Fraction, whole: bool) -> None:
    low, high = bracket(value, whole=whole)
    assert low < value < high


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("À partir de l’annexe A3, calculez", ("A3",)),
        ("(annexes A1, A3 et A10)", ("A1", "A3", "A10")),
        ("À l’aide des annexes A7 à A9", ("A7", "A8", "A9")),
        ("Read annexe A3 and annexe A10.", ("A3", "A10")),
        ("Rien de cela, ni A11", ()),
    ],
)
def test_the_annexes_a_question_names_are_found(text: str, found: tuple[str, ...]) -> None:
    assert cited_annexes(text, [f"A{number}" for number in range(1, 11)]) == found
    assert cited_annexes(text, []) == ()


def test_a_solution_waits_until_each_number_was_tried_or_given_up(
    case: PracticeCase, book: LearnerStore, work: Work
) -> None:
    first, second = figures_of(case, "Q5")
    assert not may_open(book.record(work.id), case, "Q5")
    book.keep_try(work.id, "Q5", first.name, "12", "wrong")
    book.keep_try(work.id, "Q5", second.name, "je ne sais pas", "unreadable")
    assert left_of(book.record(work.id), case, "Q5") == (second,)
    assert not may_open(book.record(work.id), case, "Q5")
    book.keep_try(work.id, "Q5", second.name, "", "given_up")
    assert may_open(book.record(work.id), case, "Q5")


def test_a_solution_without_numbers_waits_for_a_line_of_text(
    case: PracticeCase, book: LearnerStore, work: Work
) -> None:
    book.keep_text(work.id, "Q1", "Oui." + " " * 60)
    assert not may_open(book.record(work.id), case, "Q1")
    book.keep_text(work.id, "Q1", "The article says that a website must inspire trust.")
    assert may_open(book.record(work.id), case, "Q1")
    assert not may_open(book.record(work.id), case, "Q99")


def test_the_solution_is_the_key_of_the_question(case: PracticeCase) -> None:
    said = solution(case, "Q5")
    answer = case.key.answer("Q5")
    assert answer is not None
    assert said.answer == answer.text
    assert [item.value for item in said.figures] == [figure_words(item) for item in figures_of(case, "Q5")]
    assert said.signs
    assert said.accepted


@pytest.mark.parametrize(
    ("typed", "outcome", "words"),
    [
        ("2482,90", "right", "Juste"),
        ("2 483,2", "close", "arrondis"),
        ("2,4829", "wrong_unit", "l’unité"),
        ("12", "wrong", "Ce n’est pas"),
        ("beaucoup", "unreadable", "Aucun nombre"),
    ],
)
def test_each_outcome_has_its_sentence_without_the_answer(
    case: PracticeCase, typed: str, outcome: str, words: str
) -> None:
    figure = figures_of(case, "Q5")[0]
    checked, said = feedback(figure, typed)
    assert checked.outcome == outcome
    assert words in said
    assert "482" not in said
