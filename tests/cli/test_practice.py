"""`kit practice new` and `kit practice report`, as a learner runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.practice.learner_store import open_learner_store
from tests.builders import a_referentiel
from tests.case_builders import FOUR_LEVELS
from tests.commands import run
from tests.practice.builders import a_record, a_work, said

GOOD, LOW = FOUR_LEVELS.levels[2].id, FOUR_LEVELS.levels[0].id


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book of two works."""
    a_referentiel(tmp_path)
    monkeypatch.setenv("KIT_WORKSPACE", str(tmp_path))
    path = tmp_path / "carnet.entrainement"
    store = open_learner_store(path)
    store.add(a_record(a_work(1), {"CE1.1": LOW}, {"marge": ("right",)}, (said("CE1.1", GOOD),)))
    store.add(a_record(a_work(2, 5), {"CE1.1": GOOD}, {"marge": ("wrong",), "taux": ("right",)}))
    store.close()
    return path


def test_the_data_of_a_report_keep_their_contract(book: Path) -> None:
    code, told = run("practice", "report", book, "--json")
    assert code == 0
    data = json.loads(told)
    assert data["competences"] == [
        {"referentiel": "petit-titre", "id": "C1", "attempts": 2, "self": GOOD, "numeric": "2/3", "trainer": GOOD,
         "peer": None, "trend": "up"}
    ]  # fmt: skip
    assert [work["id"] for work in data["works"]] == [1, 2]
    assert set(data["works"][0]) == {"id", "epreuve", "number", "title", "begun", "finished", "given"}


def test_a_report_is_told_in_french(book: Path) -> None:
    code, told = run("practice", "report", book)
    assert code == 0
    for words in ("C1", "en hausse", "À travailler maintenant", "Avec un formateur", "ni une note"):
        assert words in told, words


@pytest.mark.parametrize("more", [(), ("--case", "2")])
def test_a_report_is_written_as_pdf(book: Path, more: tuple[str, ...]) -> None:
    out = book.parent / "bilan.pdf"
    code, told = run("practice", "report", book, "--pdf", out, *more)
    assert (code, "Bilan écrit" in told) == (0, True)
    assert out.read_bytes().startswith(b"%PDF")


def test_a_book_that_is_not_there_is_never_made(tmp_path: Path) -> None:
    code, told = run("practice", "report", tmp_path / "rien.entrainement", "--json")
    assert code == 1
    assert json.loads(told)["findings"][0]["code"] == "practice_report.no_store"
    assert list(tmp_path.iterdir()) == []


def test_a_work_that_is_not_there_is_refused(book: Path) -> None:
    code, told = run("practice", "report", book, "--pdf", book.parent / "x.pdf", "--case", 9)
    assert (code, "travail numéro 9" in told) == (1, True)
    assert run("practice", "report", book, "--case", 1)[0] == 2


@pytest.mark.parametrize(
    ("words", "code", "said_of"),
    [
        (("E99",), 2, "E99"),
        (("E10", "--seed", "0"), 2, "de 1 à 999"),
        (("E10", "--seed", "1000000"), 2, "de 1 à 999"),
        (("E10", "--seed", "deux"), 2, "--seed"),
    ],
)
def test_what_cannot_be_is_said_in_french(
    words: tuple[str, ...], code: int, said_of: str, tmp_path: Path
) -> None:
    found, told = run("practice", "new", *words, "--out", tmp_path / "cas")
    assert (found, said_of in told) == (code, True), told
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("à moi", "utf-8")
    code, told = run("practice", "new", "E10", "--out", tmp_path)
    assert (code, "pas vide" in told) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_case_is_written(tmp_path: Path) -> None:
    code, told = run("practice", "new", "E10", "--out", tmp_path / "cas", "--seed", 7)
    assert (code, "000007" in told) == (0, True)
    assert (tmp_path / "cas" / "entrainement-E10-000007.ipynb").is_file()
