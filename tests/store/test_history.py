"""A history that is only added to: our code cannot change it, and what others change is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kit.marking.tables import SCHEMA
from kit.store import Database, open_database
from kit.store.history import START, Act, append, breaks, entries, heads
from kit.store.migrating import upgrade


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = open_database(tmp_path / "notes.sqlite")
    upgrade(found, SCHEMA)
    return found


def write(database: Database, *chains: str) -> None:
    with database.writing() as connection:
        for number, chain in enumerate(chains):
            append(connection, Act(chain, "P1", "mark", {"line": number}, {"comment": f"Vu {number}"}))


def broken(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        return [(found.chain, found.rank) for found in breaks(connection)]


def test_each_line_carries_the_hash_of_the_one_before_in_its_chain(database: Database) -> None:
    write(database, "a", "b", "a")
    with database.reading() as connection:
        first, second = entries(connection, "a")
        assert (first.rank, second.rank, first.previous) == (1, 2, START)
        assert second.previous == first.digest
        assert heads(connection)["a"] == second.digest
        assert (first.author, first.data["line"]) == ("P1", 0)
    assert broken(database) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE history SET author = 'P2' WHERE rank = 1", "DELETE FROM history"]
)
def test_our_own_code_cannot_change_it(database: Database, statement: str) -> None:
    write(database, "a", "a")
    with pytest.raises(IntegrityError, match="append-only"), database.writing() as connection:
        connection.execute(text(statement))
    with database.reading() as connection:
        assert len(list(entries(connection))) == 2


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE history SET author = 'P2' WHERE chain = 'a' AND rank = 2", [("a", 2)]),
        ("UPDATE history SET content = '{}' WHERE chain = 'a' AND rank = 1", [("a", 1), ("a", 1)]),
        ("UPDATE history SET digest = previous WHERE chain = 'a' AND rank = 2", [("a", 2), ("a", 3)]),
        ("DELETE FROM history WHERE chain = 'a' AND rank = 2", [("a", 3)]),
        ("DELETE FROM history WHERE chain = 'a' AND rank = 1", [("a", 2)]),
        ("UPDATE words SET words = 'Autre chose' WHERE history = 3", [("a", 2)]),
    ],
)
def test_what_is_changed_behind_its_back_is_found(
    database: Database, statement: str, found: list[tuple[str, int]]
) -> None:
    write(database, "a", "b", "a", "a")
    with database.writing() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER history_no_{verb}"))
        if statement.startswith("DELETE"):
            connection.execute(text("DELETE FROM words"))
        connection.execute(text(statement))
    assert broken(database) == found


def test_words_can_be_erased_without_breaking_the_chain(database: Database) -> None:
    write(database, "a", "a")
    with database.writing() as connection:
        connection.execute(text("DELETE FROM words"))
    assert broken(database) == []
    with database.reading() as connection:
        assert "Vu" not in "".join(entry.content for entry in entries(connection))
