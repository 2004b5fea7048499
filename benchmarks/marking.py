"""Twenty markers at once, two hundred marks each: on a file, and on a PostgreSQL server where one can be started.

The baseline, in the same run, is the same database written directly, a row a transaction, by as many processes: what
the history, its hashes and the checks of the book add. Each marker is a process of its own; the time counts from the
moment all of them have their store open. Run: `python benchmarks/marking.py [--json] [--quick]`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from measuring import report  # noqa: E402 - beside this file

from tests.postgres import a_server  # noqa: E402 - from the root

MARKERS, MARKS = (4, 20) if "--quick" in sys.argv else (20, 200)

HEAD = """
import sys, time
from kit.grids import Mark
from kit.marking.book import Saying, open_book
from kit.marking.copies import CopyKey
from tests.marking.sessions import a_grid_of

address, marker, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
book = open_book(address, "JUIN-2026")
grid = a_grid_of("E2")
print("ready", flush=True)
sys.stdin.readline()
slowest = 0.0
for number in range(count):
    started = time.perf_counter()
"""
BOOK = """
    copy = CopyKey("E2", "ecrit", 1000 + number // 2)
    line = ("CE1.1@ecrit", "CE1.2@ecrit")[number % 2]
    book.say(marker, [Saying(copy, line, Mark(level="acquis", comment="Bien vu"), seen=0)], {copy: grid})
"""
PLAIN = """
    with book.database.writing() as connection:
        connection.exec_driver_sql(f"INSERT INTO plain VALUES ('{marker}', {number}, 'acquis', 'Bien vu')")
"""
FOOT = """
    slowest = max(slowest, time.perf_counter() - started)
print(slowest, flush=True)
"""


def at_once(address: str, work: str) -> dict[str, Any]:
    """Return the seconds all markers took together, and the slowest single mark."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", HEAD + work + FOOT, address, f"P{rank:02d}", str(MARKS)], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for rank in range(MARKERS)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    slowest = [float(process.communicate()[0]) for process in running]
    spent = time.perf_counter() - started
    if any(process.returncode for process in running):
        raise SystemExit("a marker failed")
    return {
        "s": round(spent, 2),
        "marks_per_s": round(MARKERS * MARKS / spent),
        "slowest_ms": round(1000 * max(slowest)),
    }


def on(address: str) -> dict[str, Any]:
    """Return the figures of the book and of plain rows on a database."""
    from kit.marking.book import open_book

    with open_book(address, "JUIN-2026").database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE plain (marker TEXT, number INTEGER, level TEXT, words TEXT)")
    book, plain = at_once(address, BOOK), at_once(address, PLAIN)
    ratio = round(book["s"] / plain["s"], 2)
    return {"book": book, "plain_rows": plain, "ratio_to_plain_rows": ratio, "kept": kept(address)}


def kept(address: str) -> int:
    """Return how many marks are there, once the history is found whole."""
    from kit.marking.book import open_book
    from kit.store.history import breaks

    book = open_book(address, "JUIN-2026")
    with book.database.reading() as connection:
        if list(breaks(connection)):
            raise SystemExit("the history is broken")
    return sum(len(book.said(f"P{rank:02d}")) for rank in range(MARKERS))


def main(names: Sequence[str]) -> None:
    """Print the figures."""
    figures: dict[str, Any] = {"markers": MARKERS, "marks_each": MARKS}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        figures["sqlite"] = on(f"sqlite:///{scratch}/notes.sqlite")
    if shutil.which("initdb"):
        with a_server() as server:
            figures["postgresql"] = on(server.new_database())
    report("marking", figures)


if __name__ == "__main__":
    main(sys.argv[1:])
