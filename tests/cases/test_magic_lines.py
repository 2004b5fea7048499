"""The first line of a magic: read the same in a notebook and in the checks."""

from __future__ import annotations

import pytest

from kit.cases.magic_lines import MAGICS, read_cell, read_line


def test_a_question_line_gives_its_code_and_points_by_criterion() -> None:
    line = read_line("question", "Q1 CE4.1=3 CE4.2=1.5 duree=30")
    assert line.findings == ()
    assert line.words == {"id": "Q1"}
    assert line.points == {"CE4.1": "3", "CE4.2": "1.5"}
    assert line.options == {"duree": "30"}


def test_a_title_of_several_words_stands_between_quotes() -> None:
    line = read_line("dossier", 'D1 "Le diagnostic : forces" forme=b pool=examen points=20')
    assert line.findings == ()
    assert line.words == {"id": "D1", "title": "Le diagnostic : forces"}
    assert line.options == {"forme": "b", "pool": "examen", "points": "20"}


def test_a_french_apostrophe_in_a_title_is_no_quote() -> None:
    assert read_line("annexe", 'A1 "L’évolution" source="l’entreprise" a_rendre').flags == {"a_rendre"}


@pytest.mark.parametrize(
    ("name", "line", "codes"),
    [
        ("question", "", ["magic.missing"]),
        ("question", 'Q1 "pas fermé', ["magic.quotes"]),
        ("question", "Q1 CE4.1=beaucoup", ["magic.points"]),
        ("question", "Q1 CE4.1=-1", ["magic.points"]),
        ("question", "Q1 CE4.1=1 CE4.1=2", ["magic.criterion_twice"]),
        ("question", "Q1 CE4.1=1 duree=longtemps porteur=tous", ["magic.minutes", "magic.option_value"]),
        ("question", "Q1 CE4.1=1 trop de mots", ["magic.extra"]),
        ("dossier", "D1 Titre pool=secret couleur=rouge", ["magic.option_value", "magic.option"]),
        ("fiche", '"Client" pour=tous', ["magic.option_value"]),
        ("fiche", '"Script" pour=candidat lecture=en', ["magic.spoken"]),
        ("fiche", '"Script" lecture=de', ["magic.option_value"]),
        ("dossier", 'D/1 "Titre"', ["magic.code"]),
        ("dossier", 'D1 "Titre" forme=', ["magic.code"]),
        ("dossier", 'D1 " "', ["piece.no_title"]),
        ("annexe", 'A1 ""', ["piece.no_title"]),
        ("indicateurs", "Q1 é1", ["magic.code"]),
        ("question", f"Q{'1' * 40} CE4.1=1", ["magic.code"]),
        ("question", "Q1 CE4.1=1 duree=0", ["magic.minutes"]),
        ("question", "Q1 CE4.1=1 duree=²", ["magic.minutes"]),
        ("question", f"Q1 CE4.1=1 duree={'9' * 5000}", ["magic.minutes"]),
        ("question", f"Q1 CE4.1={'9' * 5000}", ["magic.points"]),
        ("indicateurs", "Q1", ["magic.missing"]),
    ],
)
def test_every_problem_of_a_line_is_found(name: str, line: str, codes: list[str]) -> None:
    assert sorted(finding.code for finding in read_line(name, line).findings) == sorted(codes)


def test_every_problem_has_a_french_sentence_and_a_remedy() -> None:
    for line in ("", 'Q1 "x', "Q1 CE1=a CE1=b mot mot duree=x"):
        for finding in read_line("question", line).findings:
            assert finding.message.endswith(".")
            assert finding.remedy


def test_a_cell_that_starts_with_another_magic_is_not_ours() -> None:
    assert read_cell("%%time\n1 + 1") is None
    assert read_cell("print('%%question Q1')") is None


def test_each_magic_explains_itself_in_french() -> None:
    from kit.messages import catalogue

    assert {name for name in MAGICS if f"help.{name}" not in catalogue()} == set()
    assert {name for name in MAGICS if name != "attendu" and f"piece.{name}" not in catalogue()} == set()
