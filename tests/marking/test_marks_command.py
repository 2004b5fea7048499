"""`kit marks`, as another tool or a rehearsal uses it."""

from __future__ import annotations

import json
import sqlite3

import pytest

from kit.cli import main
from kit.marking.importing import COLUMNS
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from kit.store.history import entries
from tests.marking.sessions import NAMES, copies_in


def run(
    capsys: pytest.CaptureFixture[str], session: Session, name: str, *arguments: str
) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["marks", name, str(session.root), *arguments])
    printed = capsys.readouterr()
    return int(stopped.value.code or 0), printed.out, printed.err


def put(session: Session, capsys: pytest.CaptureFixture[str], marker: str, level: str) -> int:
    path = session.root.parent / f"{marker}.csv"
    rows = [
        f"E2,ecrit,{copy.key.number},{criterion},{level},,"
        for copy in copies_in(session, "E2", "ecrit")
        for criterion in ("CE1.1", "CE1.2")
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", "utf-8")
    return run(capsys, session, "import", str(path), "--marker", marker)[0]


def test_the_copies_are_told_without_a_name(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, session, "copies", "--json")
    copies = json.loads(out)["copies"]
    assert code == 0
    assert len(copies) == 8
    assert set(copies[0]) == {"epreuve", "part", "copy", "kind", "members", "version", "variant", "grid"}
    assert not any(name in out for name in NAMES)
    assert all((session.root / copy["grid"]).is_file() for copy in copies)
    assert not (session.root / "notes").exists()


def test_lifting_anonymity_is_an_act_in_the_journal(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, session, "copies", "--reveal", "--by", "P9", "--json")
    assert {copy["candidate"] for copy in json.loads(out)["copies"]} == {"C1", "C2", "C3", None}
    with session_book(session, {}).database.reading() as connection:
        assert [(entry.author, entry.act) for entry in entries(connection)] == [("P9", "reveal")]


def test_from_two_tables_to_what_is_retained(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(copies_in(session, "E2", "ecrit")[0].key.number)
    assert put(session, capsys, "P1", "maitrise") == 0
    assert put(session, capsys, "P2", "non_acquis") == 0
    code, out, err = run(capsys, session, "gaps", "E2")
    assert (code, "verrouillées" in err) == (1, True)
    for marker in ("P1", "P2"):
        assert run(capsys, session, "lock", "E2", "--marker", marker)[0] == 0
    gaps = json.loads(run(capsys, session, "gaps", "E2", "--json")[1])
    assert {copy["gap"] for copy in gaps["copies"]} == {"20"}
    assert len(gaps["over"]) == 3
    code, out, _ = run(capsys, session, "gaps", "E2")
    assert "3\u00a0copies sur 3" in out
    retain = ["E2", "--copy", number, "--method", "mean", "--by", "P9", "--reason", "Partage"]
    assert run(capsys, session, "retain", *retain)[0] == 0
    data = json.loads(run(capsys, session, "export", "--json")[1])
    assert [(item["criterion"], item["value"]) for item in data["retained"]] == [
        ("CE1.1", "0.5"),
        ("CE1.2", "0.5"),
    ]
    assert run(capsys, session, "export")[0] == 0


def test_a_locked_table_is_not_brought_in_again(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    put(session, capsys, "P1", "acquis")
    run(capsys, session, "lock", "E2", "--marker", "P1")
    assert put(session, capsys, "P1", "maitrise") == 1
    assert "déjà verrouillées" in run(capsys, session, "lock", "E2", "--marker", "P1")[1]


def test_a_history_changed_elsewhere_is_told(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    put(session, capsys, "P1", "acquis")
    with sqlite3.connect(session.root / "notes" / "notes.sqlite") as connection:
        connection.execute("DROP TRIGGER history_no_update")
        connection.execute(
            "UPDATE history SET content = replace(content, 'acquis', 'maitrise') WHERE rank = 2"
        )
    connection.close()
    code, _, err = run(capsys, session, "export")
    assert code == 1
    assert "JUIN-2026/E2/P1" in err
    assert "ligne 2" in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("retain", "E2", "--copy", "1", "--method", "first", "--by", "P9", "--reason", "x"), 1),
        (("retain", "E2", "--copy", "1", "--method", "moyenne", "--by", "P9", "--reason", "x"), 2),
        (("lock", "E9", "--marker", "P1"), 1),
        (("lock", "E2", "--marker", "P9"), 1),
        (("gaps", "E9"), 1),
    ],
)
def test_what_cannot_be_done_is_told_in_french(
    session: Session, arguments: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, session, *arguments)
    assert (found, out) == (code, "")
    assert err.strip()
    assert "Traceback" not in err


def test_the_address_of_the_store_never_shows_its_password(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIT_STORE", "postgresql://kit:tres-secret@127.0.0.1:1/notes")
    code, out, err = run(capsys, session, "export", "--json")
    assert code == 1
    assert "tres-secret" not in out + err
    assert "ne répond pas" in out + err
