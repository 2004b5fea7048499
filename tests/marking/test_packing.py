"""A marker's pack: what he needs and nothing else, marked elsewhere, brought back whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from kit.errors import InvalidFile, MarkingError
from kit.grids import Mark
from kit.marking.book import MarkBook
from kit.marking.desk import Desk
from kit.marking.packing import PACK, bring_back, is_pack, make_pack, pack_desk, read_pack
from kit.sessions.manifest import Entry, Manifest, Source
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from tests.marking.sessions import NAMES, desk_of

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"
GOOD, BAD = Mark(level="acquis"), Mark(level="non_acquis")


@pytest.fixture
def built(session: Session) -> Session:
    """The session with the manifest of its build: each grid and corrigé, and a candidate's file."""
    build = session.root / "build"
    files = []
    for folder in sorted((build / "correcteurs").glob("*/*")):
        (folder / "corrige.pdf").write_bytes(b"%PDF corrige")
        (folder / "notes-P1.json").write_text("les notes de quelqu'un", "utf-8")
    (build / "candidats").mkdir()
    (build / "candidats" / "sujet.pdf").write_bytes(b"%PDF sujet")
    for path in sorted(build.rglob("*")):
        if not path.is_file() or path.name.startswith("notes-"):
            continue
        name = path.relative_to(build).as_posix()
        parts = name.split("/")
        version, variant = parts[2].split("-") if len(parts) > 2 else ("principal", "1")
        files.append(
            Entry(
                path=name, audience="marker" if parts[0] == "correcteurs" else "candidate",
                epreuve=parts[1] if len(parts) > 2 else "E2", version=version, variant=int(variant), kind="x",
                format=path.suffix[1:], sha256=hashlib.sha256(path.read_bytes()).hexdigest(), bytes=path.stat().st_size,
            )
        )  # fmt: skip
    source = Source(slug="x", sha256="0")
    manifest = Manifest(
        session=session.config.id,
        kit="0",
        environment={},
        referentiel=source,
        reglement=source,
        files=tuple(files),
    )
    (build / "manifest.json").write_text(manifest.text(), "utf-8")
    return session


@pytest.fixture
def packed(built: Session, book: MarkBook, tmp_path: Path) -> Path:
    desk_of(built, book, "P2").say({FIRST: GOOD})
    make_pack(built, book, "P2", read_secret(built.root), tmp_path / "paquet-P2")
    return tmp_path / "paquet-P2"


def codes(caught: pytest.ExceptionInfo[InvalidFile] | pytest.ExceptionInfo[MarkingError]) -> list[str]:
    for finding in caught.value.findings:
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in caught.value.findings]


def test_a_pack_has_his_grids_keys_and_marks_and_nothing_else(packed: Path, built: Session) -> None:
    files = {path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()}
    assert {"paquet.json", "correction.ipynb", "LISEZ-MOI.txt", "notes/notes.sqlite"} <= files
    rest = {name for name in files if name.startswith("build/")}
    assert rest == {
        f"build/correcteurs/E2/principal-{variant}/{name}"
        for variant in (1, 2)
        for name in ("grid.json", "corrige.pdf")
    }
    everything = b"".join(path.read_bytes() for path in packed.rglob("*") if path.is_file())
    secret = read_secret(built.root)
    assert not any(name.encode() in everything for name in NAMES)
    assert not any(f'"{candidate}"' in (packed / PACK).read_text("utf-8") for candidate in ("C1", "C2", "C3"))
    assert secret not in everything
    assert secret.hex().encode() not in everything
    assert packed.stat().st_mode & 0o077 == 0
    assert list(packed.parent.glob(".paquet*")) == []


def test_copies_keep_their_order_and_what_was_said(packed: Path, built: Session, book: MarkBook) -> None:
    there, here = desk_of(built, book, "P2"), pack_desk(packed)
    assert is_pack(packed)
    assert [copy.key for copy in here.copies] == [copy.key for copy in there.copies]
    here.go_to(0)
    assert here.marks == {FIRST: GOOD}
    assert here.grid.lines == there.grid.lines


def test_what_is_said_in_the_pack_comes_back(packed: Path, built: Session, book: MarkBook) -> None:
    here = pack_desk(packed)
    here.go_to(0)
    here.say({FIRST: BAD, SECOND: GOOD})
    here.go_to(1)
    here.say({FIRST: Mark(level="maitrise", comment="Très juste.")})
    brought = bring_back(built, book, packed, "P2")
    assert (len(brought.said), brought.copies) == (3, 2)
    there = desk_of(built, book, "P2")
    there.go_to(0)
    assert there.marks == {FIRST: BAD, SECOND: GOOD}
    there.go_to(1)
    assert there.marks[FIRST].comment == "Très juste."


def test_bringing_back_twice_or_nothing_changes_nothing(packed: Path, built: Session, book: MarkBook) -> None:
    assert bring_back(built, book, packed, "P2").said == ()
    assert [said.mark for said in book.said("P2")] == [GOOD]


def test_a_line_said_meanwhile_elsewhere_is_a_conflict_and_nothing_comes_back(
    packed: Path, built: Session, book: MarkBook
) -> None:
    here = pack_desk(packed)
    here.go_to(0)
    here.say({FIRST: BAD, SECOND: BAD})
    there = desk_of(built, book, "P2")
    there.go_to(0)
    there.say({FIRST: Mark(level="maitrise")})
    with pytest.raises(MarkingError) as caught:
        bring_back(built, book, packed, "P2")
    assert codes(caught) == ["marks.said_elsewhere"]
    assert {said.line: said.mark.level for said in book.said("P2")} == {FIRST: "maitrise"}


def test_what_was_only_changed_there_stays(packed: Path, built: Session, book: MarkBook) -> None:
    here = pack_desk(packed)
    here.go_to(0)
    here.say({SECOND: BAD})
    there = desk_of(built, book, "P2")
    there.go_to(0)
    there.say({FIRST: Mark(level="maitrise")})
    bring_back(built, book, packed, "P2")
    assert {said.line: said.mark.level for said in book.said("P2")} == {
        FIRST: "maitrise",
        SECOND: "non_acquis",
    }


def test_another_marker_or_session_is_refused(packed: Path, built: Session, book: MarkBook) -> None:
    with pytest.raises(InvalidFile) as caught:
        bring_back(built, book, packed, "P1")
    assert codes(caught) == ["pack.other_marker"]
    data = json.loads((packed / PACK).read_text("utf-8"))
    (packed / PACK).write_text(json.dumps(data | {"session": "AUTRE"}), "utf-8")
    with pytest.raises(InvalidFile) as caught:
        bring_back(built, book, packed, "P2")
    assert codes(caught) == ["pack.other_session"]


def change(packed: Path, *statements: str) -> None:
    connection = sqlite3.connect(packed / "notes" / "notes.sqlite")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        (("UPDATE mark SET level = 'maitrise'",), "pack.no_history"),
        (("UPDATE mark SET copy = copy + 1",), "pack.no_history"),
        (
            (
                "DROP TRIGGER history_no_update",
                "UPDATE history SET content = replace(content, 'acquis', 'maitrise')",
            ),
            "store.tampered",
        ),
        (("UPDATE words SET words = 'x'", "UPDATE mark SET level = 'excellent'"), "pack.no_history"),
    ],
)
def test_a_store_changed_by_other_means_is_refused(
    packed: Path, built: Session, book: MarkBook, statements: tuple[str, ...], code: str
) -> None:
    change(packed, *statements)
    with pytest.raises(InvalidFile) as caught:
        bring_back(built, book, packed, "P2")
    assert code in codes(caught)
    assert [said.mark for said in book.said("P2")] == [GOOD]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "session": 3}', "\0"]
)
def test_what_is_no_pack_is_told(packed: Path, built: Session, book: MarkBook, text: str) -> None:
    (packed / PACK).write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        bring_back(built, book, packed, "P2")
    assert codes(caught)


def test_a_pack_that_points_outside_itself_is_refused(packed: Path) -> None:
    data = json.loads((packed / PACK).read_text("utf-8"))
    data["copies"][0]["grid"] = "../../etc/grid.json"
    (packed / PACK).write_text(json.dumps(data), "utf-8")
    with pytest.raises(InvalidFile) as caught:
        pack_desk(packed)
    assert codes(caught) == ["pack.outside"]


def test_a_pack_without_its_store_is_told(packed: Path, built: Session, book: MarkBook) -> None:
    shutil.rmtree(packed / "notes")
    with pytest.raises(InvalidFile) as caught:
        bring_back(built, book, packed, "P2")
    assert codes(caught) == ["pack.no_store"]


def test_a_pack_takes_nobody_s_place(packed: Path, built: Session, book: MarkBook) -> None:
    before = read_pack(packed)
    with pytest.raises(InvalidFile) as caught:
        make_pack(built, book, "P2", read_secret(built.root), packed)
    assert codes(caught) == ["pack.exists"]
    assert read_pack(packed) == before


def test_a_desk_of_a_pack_needs_no_session(packed: Path, built: Session) -> None:
    shutil.rmtree(built.root)
    desk: Desk = pack_desk(packed)
    assert desk.say({FIRST: BAD})
    assert len(desk.copies) == 3


def test_the_commands_make_a_pack_and_bring_it_back(
    built: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kit.cli import main

    out = tmp_path / "paquets" / "P2"
    for arguments, code in (
        (["pack", str(built.root), "--marker", "P2", "--out", str(out)], 0),
        (["pack", str(built.root), "--marker", "P2", "--out", str(out)], 1),
        (["pack", str(built.root), "--marker", "P9", "--out", str(tmp_path / "autre")], 1),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["marks", *arguments])
        assert (stopped.value.code or 0) == code
    assert not (tmp_path / "autre").exists()
    pack_desk(out).say({FIRST: GOOD})
    with pytest.raises(SystemExit) as stopped:
        main(["marks", "import", str(built.root), str(out), "--marker", "P2"])
    assert not stopped.value.code
    assert "1\u00a0note de 1\u00a0copie" in capsys.readouterr().out
