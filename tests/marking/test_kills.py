"""A process killed while marks are entered: every acknowledged mark is there, the store opens, no half record."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kit.marking.store_address import session_book
from kit.store.history import breaks, entries
from tests.marking.sessions import a_session_to_mark

SAMPLE, FULL = 4, 200
KILLS = [*range(SAMPLE), *(pytest.param(n, marks=pytest.mark.full) for n in range(SAMPLE, SAMPLE + FULL))]
LEVELS = ("non_acquis", "en_cours", "acquis", "maitrise")

KERNEL = textwrap.dedent(
    """
    import sys
    from kit.ui import open_desk

    panel = open_desk(sys.argv[1], "P2")
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
        assert kernel.stdout.readline() == "1\n"
        time.sleep(random.Random(number).uniform(0, 0.4))
        kernel.send_signal(signal.SIGKILL)
        acknowledged = max([1, *(int(line) for line in kernel.stdout.read().split())])

    book = session_book(session, {})
    (said,) = book.said("P2")
    last = int(said.mark.comment.removeprefix("passage "))
    assert acknowledged <= last <= acknowledged + 1
    assert said.mark.level == LEVELS[last % 4]
    with book.database.reading() as connection:
        told = list(entries(connection))
        assert list(breaks(connection)) == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert len(told) == last
    assert told[-1].id == said.number
