"""On a server each marker has a role: he marks and locks as on a file, and what others said is out of his reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from kit.cli.app import app
from kit.errors import EnvironmentFault, MarkingError
from kit.grids import Mark
from kit.marking.book import MarkBook, Saying, open_book
from kit.marking.comparing import compare
from kit.marking.copies import copy_grid
from kit.marking.locking import lock_marks
from kit.marking.roles import marker_roles
from kit.marking.tables import SCHEMA
from kit.sessions.opening import Session
from kit.sessions.seeds import read_secret
from kit.store.migrating import upgrade
from tests.marking.sessions import a_session_to_mark, copies_in, desk_of
from tests.postgres import Server

pytestmark = pytest.mark.needs("initdb")
FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"
GOOD = Mark(level="acquis", comment="Bien vu")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    return a_session_to_mark(tmp_path)


@pytest.fixture
def owner(postgres: Server) -> MarkBook:
    return open_book(postgres.new_database(), "JUIN-2026")


@pytest.fixture
def books(session: Session, owner: MarkBook) -> Mapping[str, MarkBook]:
    return {marker: open_book(url, "JUIN-2026") for marker, url in marker_roles(session, owner).items()}


def say(session: Session, book: MarkBook, marker: str, mark: Mark = GOOD) -> None:
    for copy in copies_in(session, "E2", "ecrit"):
        book.say(
            marker,
            [Saying(copy.key, line, mark) for line in (FIRST, SECOND)],
            {copy.key: copy_grid(session.root, copy)},
        )


def test_each_marks_and_locks_by_his_own_role(
    session: Session, owner: MarkBook, books: Mapping[str, MarkBook]
) -> None:
    for marker, level in (("P1", "acquis"), ("P2", "maitrise")):
        desk = desk_of(session, books[marker], marker)
        for index, copy in enumerate(desk.copies):
            if copy.key.epreuve == "E2":
                desk.go_to(index)
                assert desk.say(dict.fromkeys((FIRST, SECOND), Mark(level=level)))
        assert lock_marks(session, books[marker], "E2", marker, read_secret(session.root))
    assert len(compare(session, owner, "E2").copies) == 3


def test_what_another_said_is_not_there(session: Session, books: Mapping[str, MarkBook]) -> None:
    say(session, books["P1"], "P1")
    assert books["P2"].said("P1") == ()
    with books["P2"].database.reading() as connection:
        for table in ("mark", "history", "words", "locked"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0  # noqa: S608
    with books["P1"].database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM history")).scalar() == 6


def test_nobody_writes_in_another_s_name(
    session: Session, owner: MarkBook, books: Mapping[str, MarkBook]
) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        say(session, books["P2"], "P1")
    assert [found.code for found in caught.value.findings] == ["store.rights"]
    assert owner.said("P1") == ()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM retained", "SELECT reference FROM neutralised", "SELECT content FROM sheet", "DELETE FROM mark",
        "UPDATE history SET author = 'P9'", "DELETE FROM locked", "INSERT INTO neutralised (session) VALUES ('x')",
        "DROP POLICY own_rows ON mark", "ALTER TABLE mark DISABLE ROW LEVEL SECURITY", "DROP TRIGGER history_no_change ON history",
    ],
)  # fmt: skip
def test_a_marker_s_role_cannot_do_what_is_not_his(books: Mapping[str, MarkBook], statement: str) -> None:
    with pytest.raises(EnvironmentFault), books["P1"].database.writing() as connection:
        connection.execute(text(statement))


def test_a_role_made_before_the_jury_s_tables_goes_on_marking(
    session: Session, owner: MarkBook, books: Mapping[str, MarkBook]
) -> None:
    with owner.database.writing() as connection:
        connection.execute(text("DROP TABLE signed, decided"))
        connection.execute(text("DROP FUNCTION signed_is_append_only"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    upgrade(owner.database, SCHEMA)
    say(session, books["P1"], "P1")
    with books["P1"].database.reading() as connection:
        assert connection.execute(text("SELECT session, number FROM signed")).all() == []


def test_a_new_address_replaces_the_old_one(
    session: Session, owner: MarkBook, books: Mapping[str, MarkBook]
) -> None:
    say(session, books["P1"], "P1")
    old = owner.database.address_of("x", "y")
    assert old.startswith("postgresql://x:y@")
    again = marker_roles(session, owner, "P1")
    assert list(again) == ["P1"]
    assert len(open_book(again["P1"], "JUIN-2026").said("P1")) == 6
    books["P1"].database.close()
    with pytest.raises(EnvironmentFault):
        books["P1"].said("P1")


def test_a_file_has_no_roles_and_a_stranger_none_either(
    session: Session, owner: MarkBook, tmp_path: Path
) -> None:
    with pytest.raises(MarkingError) as caught:
        marker_roles(session, open_book(tmp_path / "notes.sqlite", "JUIN-2026"))
    assert [found.code for found in caught.value.findings] == ["marks.roles_file"]
    with pytest.raises(MarkingError) as caught:
        marker_roles(session, owner, "P8")
    assert [found.code for found in caught.value.findings] == ["marks.no_marker"]


def test_the_command_gives_the_addresses(
    session: Session, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_STORE", postgres.new_database())
    done = CliRunner().invoke(app, ["marks", "roles", str(session.root), "--json"])
    assert done.exit_code == 0, done.output
    found = {row["marker"]: row["store"] for row in json.loads(done.output)["roles"]}
    assert sorted(found) == ["P1", "P2", "P3"]
    monkeypatch.setenv("KIT_STORE", found["P2"])
    copies = CliRunner().invoke(app, ["marks", "copies", str(session.root), "--json"])
    assert copies.exit_code == 0
    shown = CliRunner().invoke(app, ["marks", "roles", str(session.root)])
    assert isinstance(shown.exception, EnvironmentFault)
    assert "@" not in str(shown.exception).replace("kit_", "") or ":***@" in str(shown.exception)
