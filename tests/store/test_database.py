"""A database by its address: durable, private, and in French when it refuses."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kit.errors import EnvironmentFault, InvalidFile
from kit.marking.tables import METADATA, SCHEMA
from kit.store import Database, open_database
from kit.store.migrating import upgrade


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes" / "notes.sqlite"


@pytest.fixture
def database(file: Path) -> Database:
    found = open_database(file)
    upgrade(found, SCHEMA)
    return found


def test_a_new_file_is_its_owner_s_alone_with_what_sqlite_puts_beside(file: Path, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        beside = [path.stat().st_mode & 0o077 for path in file.parent.iterdir()]
    assert len(beside) == 3
    assert set(beside) == {0}
    assert file.parent.stat().st_mode & 0o077 == 0


def test_every_commit_reaches_the_disk(database: Database) -> None:
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_the_tables_are_those_the_migrations_make(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_version_named_is_the_last_script() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCHEMA.scripts))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA.head


def test_what_fails_inside_a_block_leaves_nothing(database: Database) -> None:
    def write(*digests: str) -> None:
        with database.writing() as connection:
            for digest in digests:
                connection.execute(text("INSERT INTO sheet VALUES (:digest, 'b')"), {"digest": digest})

    with pytest.raises(IntegrityError):
        write("a", "a")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sheet")).scalar() == 0


def test_an_upgrade_that_fails_leaves_no_table(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_dialect: str) -> tuple[str, ...]:
        raise RuntimeError

    monkeypatch.setattr("kit.store.history.append_only", fails)
    found = open_database(file)
    with pytest.raises(RuntimeError):
        upgrade(found, SCHEMA)
    with found.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0


def test_a_newer_database_is_not_touched(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(EnvironmentFault, match="version plus récente"):
        upgrade(database, SCHEMA)


def test_a_database_of_something_else_is_not_touched(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE clients (nom)")
    connection.close()
    with pytest.raises(InvalidFile, match="autre chose que des notes"):
        upgrade(open_database(file), SCHEMA)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"pas une base, mais un texte assez long pour en avoir l'air" * 40, "n’est pas une base"),
        (b"SQLite format 3\0" + b"\xff" * 4000, ""),
    ],
)
def test_a_file_that_is_no_database_is_told_in_french(file: Path, content: bytes, words: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(EnvironmentFault) as caught:
        upgrade(open_database(file), SCHEMA)
    assert words in str(caught.value)
    assert caught.value.findings[0].remedy


def test_a_folder_in_the_place_of_the_file_is_refused(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(InvalidFile, match="dossier ou un lien"):
        open_database(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="rights mean nothing to root")
def test_a_file_one_cannot_write_is_told(file: Path, database: Database) -> None:
    file.chmod(0o400)
    with pytest.raises(EnvironmentFault), open_database(file).writing() as connection:
        connection.execute(text("INSERT INTO sheet VALUES ('a', 'b')"))


@pytest.mark.parametrize(
    "address", ["", "notes", "sqlite://", "sqlite:///:memory:", "postgresql:/x", "http://x/y"]
)
def test_an_address_that_leads_nowhere_is_told(address: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        open_database(address)
    assert caught.value.findings[0].remedy


def test_no_message_shows_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database("postgresql://marker:tres-secret@127.0.0.1:1/notes")
    with pytest.raises(EnvironmentFault) as caught:
        upgrade(database, SCHEMA)
    assert "tres-secret" not in f"{caught.value}{database!r}{database.shown}"
    assert "ne répond pas" in str(caught.value)
