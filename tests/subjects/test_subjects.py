"""From pieces to a subject; what a candidate sees of it has no place for an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.cases.front_matter import FrontMatter
from kit.cases.pieces import (
    Accepted,
    Annex,
    Answer,
    Context,
    Dossier,
    Expected,
    Indicators,
    Located,
    Observation,
    Question,
    Sheet,
    TextContent,
)
from kit.referentiel import Epreuve, load_referentiel
from kit.subjects import CandidateSubject, Drawn, Subject, build_subject, check_subject
from tests.builders import a_referentiel

FRONT = FrontMatter.model_validate(
    {
        "epreuve": "E2",
        "title": "Cas",
        "duration": 60,
        "points": "5",
        "documents": "Aucun",
        "drafted": {"by": "T"},
    }
)
SECRET_WORDS = ("réponse attendue", "autre réponse", "signe observable", "valeur secrète", "fiche du client")
PIECES = (
    Context(text="Contexte."),
    Dossier(id="D1", title="Ventes", points="5", text="Situation."),
    Question(id="Q1", points={"CE1.1": "3", "CE1.2": "1.5"}, text="Calculez (annexe A1)."),
    Observation(points={"CE1.1": "0.5"}, text="Anime."),
    Annex(id="A1", title="Note", source="interne", content=TextContent(text="Du texte.")),
    Answer(question="Q1", text="réponse attendue"),
    Accepted(question="Q1", text="autre réponse"),
    Indicators(question="Q1", criterion="CE1.1", items=("signe observable",)),
    Expected(question="Q1", name="v", label="valeur secrète", value="12345.67"),
    Sheet(title="Client", audience="examinateur", text="fiche du client"),
    Sheet(title="Rôle", audience="candidat", text="Votre rôle."),
)


@pytest.fixture
def epreuve(tmp_path: Path) -> Epreuve:
    return load_referentiel(a_referentiel(tmp_path)).epreuve("E2")


@pytest.fixture
def subject(epreuve: Epreuve) -> Subject:
    located = tuple(Located(piece, number) for number, piece in enumerate(PIECES, start=1))
    return build_subject(located, FRONT, epreuve, "cas", Drawn("S-E2-P1", "principal", 1, 987654321, {}, {}))


def test_questions_belong_to_the_dossier_before_them(subject: Subject) -> None:
    assert [(d.id, [q.id for q in d.questions]) for d in subject.dossiers] == [("D1", ["Q1", "O1"])]
    assert subject.points == "5"


def test_part_and_carrier_come_from_the_link_of_the_criterion(subject: Subject) -> None:
    assert {(item.part, item.carrier) for q in subject.questions for item in q.requirements} == {
        ("ecrit", "candidate")
    }


def test_nothing_a_marker_knows_reaches_the_candidate(subject: Subject) -> None:
    text = subject.for_candidate().model_dump_json()
    assert "Calculez" in text
    assert "Votre rôle" in text
    for secret in (*SECRET_WORDS, "CE1.1", "987654321", "12345.67", "Anime"):
        assert secret not in text, secret


def test_the_candidate_type_has_no_field_for_an_answer() -> None:
    fields = set(CandidateSubject.model_fields)
    assert fields == {"identity", "context", "dossiers", "annexes", "oral_briefs", "sheets"}


def test_the_key_holds_everything_a_marker_needs(subject: Subject) -> None:
    key = subject.answer_key()
    values, accepted, indicators = key.of("Q1")
    assert key.answer("Q1") is not None
    assert (len(values), len(accepted), len(indicators)) == (1, 1, 1)
    assert [sheet.title for sheet in key.sheets] == ["Client"]


def test_points_that_do_not_add_up_are_all_named(subject: Subject) -> None:
    front = FRONT.model_copy(update={"points": "20"})
    dossier = subject.dossiers[0].model_copy(update={"declared_points": "7"})
    broken = subject.model_copy(update={"dossiers": (dossier,)})
    assert [f.code for f in check_subject(broken, front, "x")] == ["subject.points", "dossier.points"]
    assert list(check_subject(subject, FRONT, "x")) == []


def test_a_subject_that_asks_nothing_is_refused(epreuve: Epreuve) -> None:
    empty = build_subject((), FRONT, epreuve, "cas", Drawn("c", "principal", 1, 1, {}, {}))
    assert "subject.empty" in [finding.code for finding in check_subject(empty, FRONT, "x")]
