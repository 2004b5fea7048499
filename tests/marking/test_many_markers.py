"""Many markers at once, on a file and on a server: nothing lost, no error shown, never two retained marks."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.grids import Mark
from kit.marking.book import MarkBook, Saying, open_book
from kit.marking.copies import CopyKey
from kit.store.history import Act, append, breaks, entries
from tests.marking.sessions import a_grid_of
from tests.postgres import Server

MARKER = textwrap.dedent(
    """
    import sys
    from kit.grids import Mark
    from kit.marking.book import Saying, open_book
    from kit.marking.copies import CopyKey
    from tests.marking.sessions import a_grid_of

    address, marker, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    book = open_book(address, "JUIN-2026")
    grid = a_grid_of("E2")
    for number in range(count):
        copy = CopyKey("E2", "ecrit", 1000 + number // 2)
        line = ("CE1.1@ecrit", "CE1.2@ecrit")[number % 2]
        book.say(marker, [Saying(copy, line, Mark(level="acquis", comment=f"{marker} {number}"), seen=0)], {copy: grid})
    """
)


def at_once(address: str, markers: int, marks: int) -> None:
    """Let markers mark, each in a process of his own, and check what is kept."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MARKER, address, f"P{rank:02d}", str(marks)],
            cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True,
        )
        for rank in range(markers)
    ]  # fmt: skip
    told = [process.communicate(timeout=570)[1] for process in running]
    assert [process.returncode for process in running] == [0] * markers, told
    assert told == [""] * markers
    book = open_book(address, "JUIN-2026")
    for rank in range(markers):
        said = book.said(f"P{rank:02d}")
        assert len(said) == marks
        assert {one.mark.comment for one in said} == {f"P{rank:02d} {number}" for number in range(marks)}
    with book.database.reading() as connection:
        assert len(list(entries(connection))) == markers * marks
        assert list(breaks(connection)) == []


@pytest.mark.parametrize(("markers", "marks"), [(3, 10), pytest.param(20, 200, marks=pytest.mark.full)])
def test_markers_at_once_on_a_file_lose_nothing(tmp_path: Path, markers: int, marks: int) -> None:
    at_once(f"sqlite:///{tmp_path}/notes.sqlite", markers, marks)


@pytest.mark.needs("initdb")
@pytest.mark.parametrize(("markers", "marks"), [(3, 10), pytest.param(20, 200, marks=pytest.mark.full)])
def test_markers_at_once_on_a_server_lose_nothing(postgres: Server, markers: int, marks: int) -> None:
    at_once(postgres.new_database(), markers, marks)


@pytest.fixture
def served(postgres: Server) -> MarkBook:
    return open_book(postgres.new_database(), "JUIN-2026")


@pytest.mark.needs("initdb")
def test_a_server_keeps_what_a_file_keeps(served: MarkBook) -> None:
    copy = CopyKey("E2", "ecrit", 1234)
    grids = {copy: a_grid_of("E2")}
    for level in ("acquis", "maitrise"):
        served.say("P1", [Saying(copy, "CE1.1@ecrit", Mark(level=level, comment="« Vu »"))], grids)
    assert [(said.mark.level, said.mark.comment) for said in served.said("P1")] == [("maitrise", "« Vu »")]
    assert served.lock("E2", "P1")
    assert not served.lock("E2", "P1")
    with served.database.reading() as connection:
        assert [entry.act for entry in entries(connection)] == ["mark", "mark", "lock"]
        assert list(breaks(connection)) == []


@pytest.mark.needs("initdb")
@pytest.mark.parametrize(
    "statement", ["UPDATE history SET author = 'x'", "DELETE FROM history", "TRUNCATE history CASCADE"]
)
def test_a_server_refuses_to_change_the_history(served: MarkBook, statement: str) -> None:
    from kit.errors import EnvironmentFault

    def change() -> None:
        with served.database.writing() as connection:
            connection.execute(text(statement))

    with served.database.writing() as connection:
        append(connection, Act("a", "P1", "mark", {}, {}))
    with pytest.raises((EnvironmentFault, DBAPIError)):
        change()
    with served.database.reading() as connection:
        assert len(list(entries(connection))) == 1


@pytest.mark.needs("initdb")
def test_a_wrong_password_is_told_without_it(postgres: Server) -> None:
    from kit.errors import EnvironmentFault

    address = postgres.url().replace("essai", "faux-secret")
    with pytest.raises(EnvironmentFault) as caught:
        open_book(address, "JUIN-2026")
    assert "faux-secret" not in str(caught.value)
    assert "mot de passe" in str(caught.value)
