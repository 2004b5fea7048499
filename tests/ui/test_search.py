"""Finding words whatever their accents."""

from hypothesis import given
from hypothesis import strategies as st

from kit.ui.search import fold, highlighted, matches, words_of


def test_accents_capitals_and_ligatures_do_not_matter() -> None:
    assert matches(words_of("ETUDE oeuvre"), "C1", "Une étude de l’œuvre")
    assert matches(words_of("mise en œuvre"), "C1", "MISE EN OEUVRE")
    assert not matches(words_of("etude absente"), "C1", "Une étude")


def test_a_code_finds_what_it_heads_and_nothing_else() -> None:
    assert matches(words_of("ce1"), "CE1.2", "x")
    assert not matches(words_of("ce1"), "CE10.1", "x")
    assert matches(words_of("CE1.2"), "CE1.2", "x")


def test_every_occurrence_is_highlighted_in_the_original_letters() -> None:
    assert highlighted(words_of("oe"), "Œuvre et cœur") == [
        ("Œ", True), ("uvre et c", False), ("œ", True), ("ur", False),
    ]  # fmt: skip


@given(st.text(max_size=40), st.text(max_size=5))
def test_highlighting_loses_no_letter(text: str, query: str) -> None:
    assert "".join(piece for piece, _ in highlighted(words_of(query), text)) == text


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
