"""The documents of a subject, a key and a grid: what they say, in order, kept as reference texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from pathlib import Path

import pytest

from kit.cases.contents import content_of
from kit.cases.front_matter import FrontMatter
from kit.cases.pieces import (
    Alternative,
    Annex,
    Answer,
    Context,
    Dossier,
    Expected,
    Indicators,
    Located,
    Question,
)
from kit.documents.check import check
from kit.documents.facts import ExamFacts, exam_facts
from kit.documents.grid_document import grid_document
from kit.documents.grid_workbook import grid_workbook
from kit.documents.key_document import key_document
from kit.documents.model import (
    AnswerLines,
    Block,
    Box,
    Document,
    Fields,
    Figure,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Quote,
    Table,
    all_words,
    plain,
)
from kit.documents.subject_document import subject_document
from kit.grids import Grid, build_grid
from kit.referentiel import Referentiel, load_referentiel, load_reglement
from kit.referentiel.model import Carrier
from kit.subjects import Drawn, Subject, build_subject
from tests.builders import a_referentiel

Golden = Callable[[str, str], None]


@pytest.fixture
def referentiel(tmp_path: Path) -> Referentiel:
    return load_referentiel(a_referentiel(tmp_path))


@pytest.fixture
def facts(referentiel: Referentiel, tmp_path: Path) -> ExamFacts:
    reglement = load_reglement(tmp_path / "referentiel" / "petit-titre" / "reglement.yaml")
    when = {"day": date(2026, 6, 8), "start": time(9, 0)}
    return exam_facts(
        referentiel, reglement, "E2", session="JUIN-2026", centre="Lyon", stamp="PROJET", **when
    )


@pytest.fixture
def subject(referentiel: Referentiel) -> Subject:
    import pandas as pd

    front = FrontMatter.model_validate(
        {"epreuve": "E2", "title": "L’atelier", "duration": 240, "points": "4", "documents": "Calculatrice.",
         "drafted": {"by": "Test"}}
    )  # fmt: skip
    table = content_of(pd.DataFrame({"Mois": ["mai", "juin"], "CA": [1200.5, 980]}), "A1", "", {"CA": "€:2"})
    pieces = (
        Context(text="Vous êtes *assistante* dans un **atelier**.\n\n- un\n- deux"),
        Dossier(id="D1", title="Ventes", points="4", text="Voir l’annexe A1."),
        Question(id="Q1", points={"CE1.1": "3", "CE1.2": "1"}, minutes=30, text="Calculez le total (annexe A1)."),
        Expected(question="Q1", name="t", label="Total", value="2180.5", unit="€", tolerance="0.5", formula="somme",
                 alternatives=(Alternative(value="2180", why="centimes négligés"),)),
        Answer(question="Q1", text="On additionne.\n\n| Élément | Points |\n|---|--:|\n| Total | 3 |"),
        Indicators(question="Q1", criterion="CE1.1", items=("Le total est juste.",)),
        Annex(id="A1", title="Chiffre d’affaires", source="interne", content=table),
        Annex(id="A2", title="À remplir", to_return=True, content=table),
    )  # fmt: skip
    located = tuple(Located(piece, number) for number, piece in enumerate(pieces, start=1))
    drawn = Drawn("JUIN-2026-E2-P1", "principal", 1, 1, {}, {})
    return build_subject(located, front, referentiel.epreuve("E2"), "atelier", drawn)


@pytest.fixture
def grid(subject: Subject, referentiel: Referentiel, tmp_path: Path) -> Grid:
    reglement = load_reglement(tmp_path / "referentiel" / "petit-titre" / "reglement.yaml")
    return build_grid(subject, referentiel, reglement, "JUIN-2026")


def outline(document: Document) -> str:
    """Return what a document says, block by block, as text that a person can review."""
    lines = [f"{document.title} | {document.code} | {document.stamp} | {document.language}"]
    if document.cover is not None:
        cover = document.cover
        lines += [cover.organisation, cover.headline, cover.subtitle or ""]
        lines += [f"{name} = {value}" for name, value in cover.facts]
        lines += shown(cover.notices)
    return "\n".join([*lines, "-----", *shown(document.body)]) + "\n"


def shown(blocks: Iterable[Block], depth: int = 0) -> Iterator[str]:  # noqa: C901 - one case a kind
    pad = "  " * depth
    for block in blocks:
        match block:
            case Heading(level, content):
                yield f"{pad}{'#' * level} {plain(content)}"
            case Paragraph(content):
                yield f"{pad}{plain(content)}"
            case ListBlock(items):
                for item in items:
                    yield f"{pad}*"
                    yield from shown(item, depth + 1)
            case Quote(content):
                yield from shown(content, depth + 1)
            case Table(header, rows):
                for row in (header, *rows):
                    yield pad + " | ".join(plain(cell) for cell in row)
            case Box(kind, content, title):
                yield f"{pad}[{kind}] {title or ''}".rstrip()
                yield from shown(content, depth + 1)
            case Fields(rows):
                yield from (f"{pad}{name}: {value or '____'}" for name, value in rows)
            case Figure(alt=alt):
                yield f"{pad}(figure) {alt}"
            case AnswerLines(count):
                yield f"{pad}({count} lines)"
            case PageBreak():
                yield f"{pad}(page)"


def test_the_subject_says_what_it_must_and_nothing_more(
    subject: Subject, facts: ExamFacts, golden: Golden
) -> None:
    document = subject_document(subject.for_candidate(), facts)
    assert check(document) == []
    golden("subject.txt", outline(document))


def test_the_key_says_values_tolerances_and_signs(
    subject: Subject, facts: ExamFacts, referentiel: Referentiel, golden: Golden
) -> None:
    document = key_document(subject.answer_key(), facts, referentiel)
    assert check(document) == []
    golden("key.txt", outline(document))


def test_the_grid_has_a_box_a_level_and_the_official_wording(
    grid: Grid, facts: ExamFacts, referentiel: Referentiel, golden: Golden
) -> None:
    document = grid_document(grid, facts, referentiel)
    assert check(document) == []
    golden("grid.txt", outline(document))


def test_the_title_of_a_case_that_has_the_title_of_its_epreuve_is_said_once(
    subject: Subject, facts: ExamFacts
) -> None:
    candidate = subject.for_candidate()
    same = candidate.model_copy(
        update={"identity": candidate.identity.model_copy(update={"title": f"{facts.epreuve_title}."})}
    )
    assert subject_document(same, facts).title == f"{facts.epreuve_title}."
    assert subject_document(candidate, facts).title == f"{facts.epreuve_title} – L’atelier"


@pytest.mark.parametrize(("carrier", "said"), [("group", "production du groupe"), ("candidate", "votre nom")])
def test_what_is_returned_is_signed_by_a_group_and_by_no_candidate(
    subject: Subject, facts: ExamFacts, carrier: Carrier, said: str
) -> None:
    given = subject.for_candidate()
    dossiers = tuple(
        d.model_copy(
            update={"questions": tuple(q.model_copy(update={"carrier": carrier}) for q in d.questions)}
        )
        for d in given.dossiers
    )
    shown = outline(subject_document(given.model_copy(update={"dossiers": dossiers}), facts))
    returned = next(line for line in shown.splitlines() if "À rendre avec" in line)
    assert said in returned
    assert returned.endswith("A2.")


def test_session_and_centre_stand_on_the_subject_the_key_and_the_grid(
    subject: Subject, grid: Grid, facts: ExamFacts, referentiel: Referentiel
) -> None:
    documents = (
        subject_document(subject.for_candidate(), facts),
        key_document(subject.answer_key(), facts, referentiel),
        grid_document(grid, facts, referentiel),
    )
    for document in documents:
        assert {"JUIN-2026", "Lyon"} <= set(all_words(document))


def test_a_document_for_candidates_takes_only_the_type_without_answers() -> None:
    import typing

    hints = typing.get_type_hints(subject_document)
    assert hints["subject"].__name__ == "CandidateSubject"


def test_the_workbook_locks_the_wording_and_offers_the_levels(grid: Grid) -> None:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(grid_workbook(grid)))
    sheet = book["Grille"]
    assert sheet.protection.sheet
    assert book["Échelle"].protection.sheet
    assert sheet["D9"].value == "L’analyse est juste"
    assert sheet["D9"].protection.locked
    assert not sheet["H9"].protection.locked
    lists = [item.formula1.lstrip("=") for item in sheet.data_validations.dataValidation]
    assert lists == ["'Échelle'!$A$2:$A$4"] * 2


def test_the_same_grid_gives_the_same_workbook(grid: Grid) -> None:
    assert grid_workbook(grid) == grid_workbook(grid)
