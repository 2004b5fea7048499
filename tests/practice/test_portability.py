"""A learner's data is theirs: read out whole, brought back the same, erased to the byte."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from kit.errors import AuthorError, InvalidFile
from kit.practice.cases import practice_case
from kit.practice.learner_store import open_learner_store
from kit.practice.portability import erase_book, export_book, import_book, read_export
from kit.practice.values import Asked, Judgement, Outside, PracticeCase, Record
from tests.commands import run

SECRET = "Mot-que-personne-ne-doit-retrouver"


@pytest.fixture(scope="module")
def case() -> PracticeCase:
    return practice_case(Asked("e10-anglais-commercial", 4217))


def filled(store: Path, case: PracticeCase) -> tuple[Record, ...]:
    book = open_learner_store(store)
    for _ in range(2):
        work = book.begin(case)
        line = case.grid.lines[0].key
        book.keep_try(work.id, "Q2", "total-devis", "=1+1", "wrong")
        book.keep_text(work.id, "Q1", f"{SECRET} {work.id} " * 300)
        book.keep_hint(work.id, "Q2", "total-devis", 2)
        book.keep_opened(work.id, "Q2")
        book.judge(work.id, Judgement(line, "acquis", "Preuve é", "low", "Suite"))
        book.keep_outside(work.id, (Outside(line, "trainer", "Mme B.", "en_cours", "Voir.", work.begun),))
        book.finish(work.id)
    records = book.records()
    book.close()
    return records


def test_a_book_comes_back_the_same(case: PracticeCase, tmp_path: Path) -> None:
    records = filled(tmp_path / "a.entrainement", case)
    export_book(records, tmp_path / "a.zip")
    assert read_export(tmp_path / "a.zip") == records
    assert import_book(tmp_path / "a.zip", tmp_path / "b.entrainement") == 2
    book = open_learner_store(tmp_path / "b.entrainement")
    assert book.records() == records
    book.close()
    with pytest.raises(InvalidFile):
        import_book(tmp_path / "a.zip", tmp_path / "b.entrainement")
    with pytest.raises(AuthorError):
        export_book(records, tmp_path / "a.zip")


def test_an_export_is_read_without_the_kit(case: PracticeCase, tmp_path: Path) -> None:
    export_book(filled(tmp_path / "a.entrainement", case), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        tables = {name: archive.read(name).decode("utf-8-sig") for name in names if name.endswith(".csv")}
    assert sorted(names) == [
        "LISEZMOI.txt", "auto-evaluation.csv", "avis.csv", "carnet.json", "nombres.csv", "textes.csv", "travaux.csv",
    ]  # fmt: skip
    assert "'=1+1,faux" in tables["nombres.csv"]  # no spreadsheet computes what a learner typed
    assert "Acquis,Preuve é,faible,Suite" in tables["auto-evaluation.csv"]
    assert "formateur,Mme B.,En cours d’acquisition" in tables["avis.csv"]


@pytest.mark.parametrize(
    "kind", ["empty", "text", "no data", "not json", "other json", "truncated", "unknown key"]
)
def test_what_is_no_export_is_refused_and_nothing_is_made(
    kind: str, case: PracticeCase, tmp_path: Path
) -> None:
    source = tmp_path / "x.zip"
    export_book(filled(tmp_path / "a.entrainement", case), source)
    with zipfile.ZipFile(source) as archive:
        data = json.loads(archive.read("carnet.json"))
    content = {
        "no data": {"autre.json": "{}"},
        "not json": {"carnet.json": "{"},
        "other json": {"carnet.json": '{"format": 2, "works": []}'},
        "unknown key": {"carnet.json": json.dumps({**data, "plus": 1})},
    }.get(kind)
    if content is not None:
        with zipfile.ZipFile(source, "w") as archive:
            for name, text in content.items():
                archive.writestr(name, text)
    else:
        source.write_bytes({"empty": b"", "text": b"bonjour", "truncated": source.read_bytes()[:-200]}[kind])
    with pytest.raises(InvalidFile):
        import_book(source, tmp_path / "b.entrainement")
    assert not (tmp_path / "b.entrainement").exists()


def test_what_is_erased_leaves_no_byte(case: PracticeCase, tmp_path: Path) -> None:
    store = tmp_path / "carnet" / "a.entrainement"
    store.parent.mkdir()
    filled(store, case)
    assert SECRET.encode() in b"".join(path.read_bytes() for path in store.parent.iterdir())
    assert run("practice", "erase", store, "--case", 1)[0] == 1
    assert run("practice", "erase", store, "--case", 1, "--yes")[0] == 0
    kept = b"".join(path.read_bytes() for path in store.parent.iterdir())
    assert f"{SECRET} 1 ".encode() not in kept
    assert f"{SECRET} 2 ".encode() in kept
    erase_book(store)
    assert [*store.parent.iterdir()] == []


def test_commands_make_no_book_and_say_what_is_missing(tmp_path: Path) -> None:
    absent = tmp_path / "rien.entrainement"
    for words in (["export", str(absent), "--out", str(tmp_path / "x.zip")], ["erase", str(absent), "--yes"]):
        code, told = run("practice", *words)
        assert code == 1
        assert "Traceback" not in told
    assert [*tmp_path.iterdir()] == []
