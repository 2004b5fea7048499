"""Reading what people write: what comes nearest to a word that does not exist."""

from __future__ import annotations

import pytest

from kit.reading import nearest


def test_words_that_are_as_near_come_in_the_order_of_their_names() -> None:
    assert nearest("Q9", ["Q3", "Q1", "Q2"]) == ["Q1", "Q2", "Q3"]
    assert nearest("CE1.9", {"CE1.3", "CE1.10", "CE1.1", "CE1.2"}, 2) == ["CE1.1", "CE1.2"]


def test_the_nearest_word_comes_first() -> None:
    assert nearest("couleurs", ["chaleur", "couleur"])[0] == "couleur"


@pytest.mark.parametrize("known", [[], {}, ["xyz"]])
def test_nothing_near_is_nothing(known: list[str]) -> None:
    assert nearest("abc", known) == []
