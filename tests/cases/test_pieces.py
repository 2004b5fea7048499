"""Pieces survive the notebook: what a magic said is what the kit reads back."""

from __future__ import annotations

import pytest

from kit.cases.magic_lines import read_cell
from kit.cases.magics import ExpectedValue, piece_of, preview
from kit.cases.pieces import MIME, Indicators, Question, read_pieces
from kit.errors import InvalidFile


def displayed(*pieces: object) -> dict[str, object]:
    outputs = [{"output_type": "display_data", "data": {MIME: piece}} for piece in pieces]
    return {"cells": [{"cell_type": "code", "metadata": {"kit": {"cell": 7}}, "outputs": outputs}]}


@pytest.mark.parametrize(
    "source",
    [
        "%%contexte\nVous êtes {{ role }}.",
        '%%dossier D1 "Pour {{ role }}" points=4\nSituation.',
        "%%question Q1 CE4.1=3 CE4.2=1 duree=30\nQue faire ?",
        "%%observation CE28.3=2\nAnime la réunion.",
        '%%annexe A1 "Entretien" source="{{ role }}" a_rendre\nTexte.',
        "%%corrige Q1\nRéponse.",
        "%%accepte Q1\nAutre réponse.",
        "%%indicateurs Q1 CE4.1 niveau=acquis\n- un\n- deux\n  suite",
        '%%fiche "Client" pour=examinateur partie=entretien\nMarges.',
        "%%consigne_oral partie=oral\nPréparez.",
    ],
)
def test_each_magic_gives_a_piece_that_reads_back_equal(source: str) -> None:
    magic = read_cell(source)
    assert magic is not None
    assert magic.line.findings == ()
    piece = piece_of(magic, {"role": "assistante"})
    located = read_pieces(displayed(piece.model_dump(mode="json")), "x.ipynb")
    assert [item.piece for item in located] == [piece]
    assert located[0].cell == 7
    assert preview(piece)


def test_fields_on_the_line_of_a_magic_are_left_to_us() -> None:
    """IPython expands braces in the line of a magic unless told not to."""
    from IPython.core.interactiveshell import InteractiveShell

    from kit.cases.magics import load

    shell = InteractiveShell()
    load(shell)
    magic = shell.find_cell_magic("annexe")
    assert magic is not None
    assert getattr(magic, "_ipython_magic_no_var_expand", False)


def test_indicators_are_one_item_a_dash() -> None:
    magic = read_cell("%%indicateurs Q1 CE4.1\n- un\n- deux\n  suite\n* trois")
    assert magic is not None
    piece = piece_of(magic, {})
    assert isinstance(piece, Indicators)
    assert piece.items == ("un", "deux suite", "trois")


def test_indicators_keep_their_no_break_spaces() -> None:
    magic = read_cell("%%indicateurs Q1 CE4.1\n- Le total\n  est\u00a0de 1\u202f200\u00a0€.")
    assert magic is not None
    piece = piece_of(magic, {})
    assert isinstance(piece, Indicators)
    assert piece.items == ("Le total est\u00a0de 1\u202f200\u00a0€.",)


def test_points_of_a_question_add_up_exactly() -> None:
    assert Question(id="Q1", points={"CE1": "0.1", "CE2": "0.2", "CE3": "1/3"}, text="").total == "19/30"


def test_displays_that_are_no_pieces_are_all_named() -> None:
    with pytest.raises(InvalidFile) as caught:
        read_pieces(displayed({"kind": "question"}, {"kind": "inconnu"}), "x.ipynb")
    assert len(caught.value.findings) >= 2
    assert all(finding.where.cell == 7 for finding in caught.value.findings)


def executed(*cells: tuple[str, object | None]) -> dict[str, object]:
    """Return a notebook of cells given by source, with the piece each displayed."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "source": source,
                "metadata": {"kit": {"cell": 10 + rank}},
                "outputs": [] if piece is None else [{"output_type": "display_data", "data": {MIME: piece}}],
            }
            for rank, (source, piece) in enumerate(cells)
        ]
    }


CONTEXT = {"kind": "contexte", "text": "Vous."}


@pytest.mark.parametrize(
    "source",
    [
        '%%dossier D1 "Titre"\nTexte.',
        "%%question Q1 CE1.1=1\nQuoi ?",
        "%%corrige Q1\nOui.",
        '%%annexe A1 "T"\nTexte.',
    ],
)
def test_a_cell_of_ours_that_left_no_piece_is_an_error_even_without_failure(source: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_pieces(executed(("%%contexte\nVous.", CONTEXT), (source, None)), "x.ipynb")
    assert [(f.code, f.where.cell) for f in caught.value.findings] == [("piece.missing", 11)]


def test_another_piece_does_not_stand_for_the_one_a_cell_says() -> None:
    with pytest.raises(InvalidFile):
        read_pieces(executed(("%%question Q1 CE1.1=1\nQuoi ?", CONTEXT)), "x.ipynb")
    assert len(read_pieces(executed(("%%contexte\nVous.", CONTEXT), ("x = 1", None)), "x.ipynb")) == 1


@pytest.mark.parametrize("other", ["A1", "a1"])
def test_two_annexes_of_one_code_are_refused_when_read_back(other: str) -> None:
    def annex(name: str) -> dict[str, object]:
        return {"kind": "annexe", "id": name, "title": "T", "content": {"type": "text", "text": "x"}}

    with pytest.raises(InvalidFile) as caught:
        read_pieces(executed(("x", annex("A1")), ("x", annex(other))), "x.ipynb")
    assert [(f.code, f.where.cell) for f in caught.value.findings] == [("annexe.twice", 11)]


def test_an_expected_value_is_written_with_its_unit() -> None:
    from decimal import Decimal

    assert str(ExpectedValue(Decimal("33.3"), "%")) == "33,3\u00a0%"
