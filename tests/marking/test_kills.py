"""A process killed while marks are entered: every acknowledged mark is there, the store opens, no half record."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.marking.book import MarkBook, open_book
from kit.marking.store_address import session_book
from kit.store.history import breaks, entries
from tests.marking.sessions import a_session_to_mark
from tests.postgres import Server, a_server

SAMPLE, FULL = 4, 200
KILLS = [*range(SAMPLE), *(pytest.param(n, marks=pytest.mark.full) for n in range(SAMPLE, SAMPLE + FULL))]
LEVELS = ("non_acquis", "en_cours", "acquis", "maitrise")

KERNEL = textwrap.dedent(
    """
    import sys
    from kit.ui import open_desk

    panel = open_desk(sys.argv[1], "P2")
    print("ready", flush=True)
    levels = sys.argv[2].split(",")
    for seq in range(1, 100_000):
        marks = {"CE1.1@ecrit": {"choice": f"level:{levels[seq % 4]}", "comment": f"passage {seq}"}}
        panel.set_state({"input": {"seq": seq, "index": 0, "marks": marks, "action": None}})
        assert panel.sheet["seq"] == seq and panel.sheet["summary"]["status"].startswith("Enregistré")
        print(seq, flush=True)
    """
)


@pytest.mark.parametrize("number", KILLS)
def test_a_kernel_killed_at_random_loses_no_acknowledged_mark(tmp_path: Path, number: int) -> None:
    session = a_session_to_mark(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", KERNEL, str(session.root), ",".join(LEVELS)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[2],
    ) as kernel:  # fmt: skip
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "ready\n"
        assert kernel.stdout.readline() == "1\n"
        time.sleep(random.Random(number).uniform(0, 0.4))
        kernel.send_signal(signal.SIGKILL)
        acknowledged = max([1, *(int(line) for line in kernel.stdout.read().split())])

    book = session_book(session, {})
    check(book, acknowledged)
    with book.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def check(book: MarkBook, acknowledged: int) -> None:
    """Check that the last mark acknowledged is there, or the one after it, whole, and the history with it."""
    (said,) = book.said("P2")
    last = int(said.mark.comment.removeprefix("passage "))
    assert acknowledged <= last <= acknowledged + 1
    assert said.mark.level == LEVELS[last % 4]
    with book.database.reading() as connection:
        told = list(entries(connection))
        assert list(breaks(connection)) == []
    assert len(told) == last
    assert told[-1].id == said.number


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.mark.needs("initdb")
@pytest.mark.parametrize("number", [0, *(pytest.param(n, marks=pytest.mark.full) for n in range(1, 100))])
def test_a_server_killed_at_random_loses_no_acknowledged_mark(
    tmp_path: Path, number: int, mortal: Server
) -> None:
    session, address = a_session_to_mark(tmp_path), mortal.new_database()
    open_book(address, session.config.id).database.close()
    with subprocess.Popen(
        [sys.executable, "-c", KERNEL, str(session.root), ",".join(LEVELS)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ, "KIT_STORE": address},
    ) as kernel:  # fmt: skip
        assert kernel.stdout is not None
        assert kernel.stderr is not None
        assert kernel.stdout.readline() == "ready\n"
        assert kernel.stdout.readline() == "1\n"
        time.sleep(random.Random(number).uniform(0, 0.4))
        mortal.kill()
        acknowledged = max([1, *(int(line) for line in kernel.stdout.read().split())])
        told = kernel.stderr.read()
    assert "AssertionError" in told, told  # the panel said that it was not kept: the client stops there
    mortal.start()
    check(open_book(address, session.config.id), acknowledged)
