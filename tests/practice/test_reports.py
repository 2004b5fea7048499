"""The reports on paper: official wording untouched, the learner's words, figures that say what they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kit.documents.check import check
from kit.documents.model import Document, Figure, all_blocks, all_words
from kit.documents.pdf import page_count
from kit.practice.assessment_document import assessment_report
from kit.practice.printing import practice_pdf, progress_pdf
from kit.practice.progress_document import progress_report
from kit.practice.values import Judgement, Record
from kit.referentiel import Referentiel, load_referentiel
from tests.builders import a_referentiel
from tests.case_builders import FOUR_LEVELS
from tests.practice.builders import DAY, a_record, a_work, said

LOW, SOME, GOOD, BEST = (level.id for level in FOUR_LEVELS.levels)
NOW = DAY + timedelta(days=30)


@pytest.fixture
def referentiel(tmp_path: Path) -> Referentiel:
    return load_referentiel(a_referentiel(tmp_path))


def two_works() -> list[Record]:
    return [
        a_record(a_work(1), {"CE1.1": BEST}, {"marge": ("wrong",)}, (said("CE1.1", SOME),), "high"),
        a_record(a_work(2, 6), {"CE1.1": GOOD}, {"marge": ("right",)}),
    ]


def words(document: Document) -> str:
    return " ".join(all_words(document)).replace("\u00a0", " ").replace("\u202f", " ")


def test_progress_tells_levels_suggestions_and_comparisons(referentiel: Referentiel) -> None:
    document = progress_report(two_works(), referentiel, NOW)
    assert check(document) == []
    said_of = words(document)
    for part in (
        "Savoir analyser",
        "1 sur 2",
        "en baisse",
        "à reprendre après 8 jours",
        "au-dessus",
        "ni une note",
    ):
        assert part in said_of, part


def test_each_picture_says_what_it_shows(referentiel: Referentiel) -> None:
    found = [
        block
        for block in all_blocks(progress_report(two_works(), referentiel, NOW))
        if isinstance(block, Figure)
    ]
    assert len(found) == 1
    labels = [level.label for level in FOUR_LEVELS.levels]
    assert f"{labels[3]}, {labels[2]}" in found[0].alt
    assert labels[1] in found[0].alt


@pytest.mark.parametrize("records", [[], [a_record()]])
def test_a_book_without_anything_says_so(records: list[Record], referentiel: Referentiel) -> None:
    assert "Aucun critère" in words(progress_report(records, referentiel, NOW))


def test_the_report_of_a_work_has_the_official_wording_and_the_learners_words(
    referentiel: Referentiel,
) -> None:
    document = assessment_report(two_works()[0], referentiel)
    assert check(document) == []
    said_of = words(document)
    for part in ("CE1.1 – Libellé de CE1.1.", "Page 2.", "Relire.", "haute", "004217", "Formateur (F. Roux)",
                 "pas encore jugé", "pas trouvé", "pas un résultat de la certification"):  # fmt: skip
        assert part in said_of, part


def test_both_are_printed_as_pdf(tmp_path: Path) -> None:
    a_referentiel(tmp_path)
    for printed in (practice_pdf(two_works()[0], tmp_path), progress_pdf(two_works(), tmp_path, NOW)):
        assert printed.startswith(b"%PDF")
        assert page_count(printed) >= 1


def test_works_of_two_referentiels_are_two_parts(tmp_path: Path) -> None:
    for slug in ("petit-titre", "autre-titre"):
        a_referentiel(tmp_path, slug)
    one, two = two_works()
    both = [one, replace(two, work=replace(two.work, referentiel="autre-titre"))]
    assert page_count(progress_pdf(both, tmp_path, NOW)) >= 2


def test_a_character_that_no_font_draws_never_keeps_a_learner_from_printing(tmp_path: Path) -> None:
    a_referentiel(tmp_path)
    record = two_works()[0]
    judged = {"CE1.1@ecrit": Judgement("CE1.1@ecrit", BEST, "Voilà \U0001f9ff\U00012000 !\n\nFin.")}
    assert practice_pdf(replace(record, judgements=judged), tmp_path).startswith(b"%PDF")
