"""A class on the same case: given, received, shared by choice, judged by others, and the gaps of those who shared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from kit.errors import InvalidFile, MarkingError
from kit.practice.cases import practice_case
from kit.practice.class_files import SharedFile, read_class_file, write_class_file
from kit.practice.firewall import answer_words
from kit.practice.gaps import class_gaps
from kit.practice.giving import given_file
from kit.practice.learner_store import LearnerStore, open_learner_store
from kit.practice.receiving import made_again, receive_case, receive_view
from kit.practice.sharing import judged_file, levels_of, read_levels, shared_file
from kit.practice.values import Asked, Judgement, PracticeCase
from tests.commands import run

E10 = "e10-anglais-commercial"
TYPED, WRITTEN = "987654321,5", "Texte que personne d’autre ne lit"


@pytest.fixture(scope="module")
def case() -> PracticeCase:
    return practice_case(Asked(E10, 4217))


@pytest.fixture
def book(tmp_path: Path, case: PracticeCase) -> Iterator[LearnerStore]:
    found = open_learner_store(tmp_path / "carnet.entrainement")
    work = found.begin(case)
    lines = [line.key for line in case.grid.lines]
    found.judge(work.id, Judgement(lines[0], "maitrise", WRITTEN, "high", WRITTEN))
    found.judge(work.id, Judgement(lines[1], "en_cours"))
    found.keep_text(work.id, "Q1", WRITTEN)
    found.keep_try(work.id, "Q2", "total-devis", TYPED, "wrong")
    yield found
    found.close()


def shared(book: LearnerStore, name: str = "Zoé") -> SharedFile:
    return shared_file(book.record(1), name)


def table(folder: Path, *rows: str) -> Path:
    path = folder / "niveaux.csv"
    path.write_text("\n".join(["critere,niveau,commentaire", *rows]), "utf-8")
    return path


def test_a_case_given_is_the_same_for_all_and_holds_no_answer(case: PracticeCase, tmp_path: Path) -> None:
    given = given_file(case)
    write_class_file(tmp_path / "cas.json", given)
    text = (tmp_path / "cas.json").read_text("utf-8")
    assert read_class_file(tmp_path / "cas.json") == given
    assert [words for _, words in answer_words(case) if words in text] == []
    assert str(case.subject.seed) not in text
    assert made_again(given.case) == case
    book = open_learner_store(tmp_path / "b.entrainement")
    work = receive_case(book, given, case)
    assert (work.given, receive_case(book, given, case)) == (given.case.code, work)
    book.close()


def test_a_template_that_makes_another_case_is_refused(case: PracticeCase) -> None:
    other = given_file(replace(case, signature="0" * 64))
    with pytest.raises(InvalidFile) as refused:
        made_again(other.case)
    assert refused.value.findings[0].code == "practice_class.other_template"


def test_what_is_shared_says_no_word_unless_its_learner_wants(book: LearnerStore, case: PracticeCase) -> None:
    silent = shared(book).model_dump_json()
    full = shared_file(book.record(1), "Zoé", with_words=True).model_dump_json()
    assert WRITTEN not in silent
    assert full.count(WRITTEN) == 3
    for text in (silent, full):
        assert TYPED not in text
        assert [words for _, words in answer_words(case) if words in text] == []
    outcomes = {item.name: item.outcome for item in shared(book).figures}
    assert outcomes["total-devis"] == "wrong"
    assert outcomes["montant-echu"] is None


def test_a_view_comes_back_to_the_work_it_is_about(
    book: LearnerStore, case: PracticeCase, tmp_path: Path
) -> None:
    first, second = case.grid.lines[0], case.grid.lines[1]
    levels = table(tmp_path, f"{first.key},Acquis,Bien vu", f"{second.key},,Je ne sais pas")
    judged = judged_file(shared(book), levels, "Mme B.", "trainer")
    work = receive_view(book, judged)
    receive_view(book, judged)
    said = book.record(work.id).outside
    assert [(item.line, item.role, item.author, item.level, item.comment) for item in said] == [
        (first.key, "trainer", "Mme B.", "acquis", "Bien vu"),
        (second.key, "trainer", "Mme B.", None, "Je ne sais pas"),
    ]
    elsewhere = judged.model_copy(update={"case": judged.case.model_copy(update={"number": 5})})
    strange = judged.model_copy(
        update={"lines": (judged.lines[0].model_copy(update={"line": "CE99.9@ecrit"}),)}
    )
    for file in (elsewhere, strange):
        with pytest.raises(MarkingError):
            receive_view(book, file)


def test_a_table_that_cannot_be_read_is_told_line_by_line(
    book: LearnerStore, case: PracticeCase, tmp_path: Path
) -> None:
    code = case.grid.lines[0].key
    path = table(
        tmp_path, f"{code},Parfait,", "CE99.9,Acquis,", f"{code},Acquis,", f"{code},acquis,", f"{code}"
    )
    with pytest.raises(InvalidFile) as refused:
        read_levels(shared(book), path)
    found = sorted((finding.where.line or 0, finding.code) for finding in refused.value.findings)
    assert found[:3] == [(2, "practice_class.level"), (3, "practice_class.line"), (5, "practice_class.twice")]
    assert found[3][0] == 6
    with pytest.raises(InvalidFile):
        read_levels(shared(book), table(tmp_path))


def test_gaps_are_exact_and_the_most_missed_figure_comes_first(
    book: LearnerStore, case: PracticeCase, tmp_path: Path
) -> None:
    first, second = case.grid.lines[0], case.grid.lines[1]
    zoe = shared(book)
    figures = tuple(item.model_copy(update={"outcome": "right"}) for item in zoe.figures)
    lines = tuple(
        item.model_copy(update={"level": {first.key: "acquis", second.key: "acquis"}.get(item.line)})
        for item in zoe.lines
    )
    come = zoe.model_copy(update={"name": "Côme", "figures": figures, "lines": lines})
    old = come.model_copy(update={"lines": zoe.lines, "figures": zoe.figures})
    trainer = levels_of(
        read_levels(zoe, table(tmp_path, f"{first.key},en_cours,", f"{second.key},Maîtrisé,"))
    )
    found = class_gaps([("vieux", old), ("zoe", zoe), ("come", come)], trainer)
    assert found.names == ("Côme", "Zoé")
    assert [finding.code for finding in found.findings] == ["practice_class.same_name"]
    gaps = {item.line: item.gap for item in found.criteria}
    assert gaps[first.key] == Fraction(3, 2)
    assert gaps[second.key] == Fraction(-3, 2)
    assert gaps[case.grid.lines[2].key] is None
    assert dict(found.criteria[0].levels) == {"non_acquis": 0, "en_cours": 0, "acquis": 1, "maitrise": 1}
    assert found.figures[0].name == "total-devis"
    assert found.figures[0].share == Fraction(1, 2)
    assert {item.share for item in found.figures[1:]} == {Fraction(1)}
    other = zoe.model_copy(update={"case": zoe.case.model_copy(update={"signature": "0" * 64})})
    with pytest.raises(InvalidFile) as refused:
        class_gaps([("zoe", zoe), ("autre", other)], {})
    assert [finding.where.file for finding in refused.value.findings] == ["autre"]


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "Zo\né", "\x00"])
def test_a_name_that_is_none_is_refused(name: str, book: LearnerStore) -> None:
    with pytest.raises(InvalidFile):
        shared(book, name)


def test_from_the_trainer_to_the_class_and_back_on_the_command_line(
    case: PracticeCase, tmp_path: Path
) -> None:
    def path(name: str) -> str:
        return str(tmp_path / name)

    given, store = path("cas.json"), path("carnet.entrainement")
    for words in (
        ("give", "E10", "--seed", "4217", "--out", given, "--correction", path("correction")),
        ("receive", given, "--store", store),
        ("share", store, "--case", "1", "--as", "Zoé", "--out", path("zoe.json")),
        ("judge", path("zoe.json"), "--levels", str(table(tmp_path, f"{case.grid.lines[0].key},Acquis,Oui")),
         "--by", "Mme B.", "--out", path("avis.json")),
        ("receive", path("avis.json"), "--store", store),
        ("gaps", path("zoe.json"), "--levels", path("niveaux.csv")),
    ):  # fmt: skip
        code, told = run("practice", *words)
        assert code == 0, told
    assert "Zoé" in told
    names = sorted(item.name for item in (tmp_path / "correction").iterdir())
    assert [name.rpartition("-")[2] for name in names] == ["corrige.pdf", "grille.xlsx", "grid.json"]
    code, told = run("practice", "gaps", path("zoe.json"), "--json")
    assert set(json.loads(told)) == {"case", "names", "criteria", "figures", "findings"}


@pytest.mark.parametrize(
    "words",
    [
        ("share", "{dir}/rien.entrainement", "--case", "1", "--as", "Zoé", "--out", "{dir}/x.json"),
        ("receive", "{dir}/faux.json", "--store", "{dir}/c.entrainement"),
        ("gaps", "{dir}/faux.json"),
        ("judge", "{dir}/absent.json", "--levels", "{dir}/n.csv", "--by", "B", "--out", "{dir}/y.json"),
        ("give", "E10", "--out", "{dir}/faux.json"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "faux.json").write_text('{"kind": "given"', "utf-8")
    before = sorted(tmp_path.iterdir())
    code, told = run("practice", *(word.format(dir=tmp_path) for word in words))
    assert code == 1
    assert "Traceback" not in told
    assert sorted(tmp_path.iterdir()) == before
