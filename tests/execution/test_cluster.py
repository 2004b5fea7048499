"""Beyond one machine: a real Dask scheduler on loopback, its workers, and what happens when one of them is killed."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from kit.errors import EnvironmentFault
from kit.execution import Run, execute_many
from kit.execution.cluster import Parcel, _files, alike_here, do
from kit.sessions.build import build_session
from tests.builders import a_session
from tests.case_builders import a_notebook, a_template, changed

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Cluster:
    """A scheduler and its workers, all of them processes marked in their environment."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environ = {**os.environ, "KIT_MARK": self.mark, "PYTHONPATH": paths.strip(os.pathsep)}
        environ.pop("PYTEST_CURRENT_TEST", None)
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        process = subprocess.Popen(command, cwd=self.folder, env=environ, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def start_scheduler(self) -> None:
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", "scheduler.json")
        known = self.folder / "scheduler.json"
        until = time.monotonic() + 60
        while not known.exists() or not known.read_text():
            assert self.processes[0].poll() is None, (self.folder / "0.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        self.address = json.loads(known.read_text())["address"]

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("worker", self.address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")

    def left(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get("KIT_MARK") == self.mark and process.status() != "zombie":
                    found.append(process)
        return found

    def gone(self) -> bool:
        """Wait for the end of all processes, and tell whether it came."""
        until = time.monotonic() + 15
        while (left := self.left()) and time.monotonic() < until:
            time.sleep(0.1)
        return not left

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def distributed() -> None:
    """Skip where the optional library is absent; fail where everything must be installed."""
    if importlib.util.find_spec("distributed") is None:
        reason = "needs distributed (pip install certification-authoring-kit[cluster])"
        if os.environ.get("KIT_REQUIRE_TOOLS"):
            pytest.fail(f"{reason}, and KIT_REQUIRE_TOOLS is set")
        pytest.skip(reason)


@pytest.fixture(scope="module")
def cluster(distributed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start_scheduler()
        made.start_worker()
        yield made
    finally:
        made.stop()
    assert made.gone()


def write(path: Path, *cells: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(a_notebook([("code", cell, ()) for cell in cells])), "utf-8")
    return path


def test_a_job_travels_as_contents_and_needs_no_file_of_this_machine(tmp_path: Path) -> None:
    template = write(tmp_path / "ici" / "m.ipynb", "print(open('données/x.txt').read(), seed)")
    (tmp_path / "ici" / "données").mkdir()
    (tmp_path / "ici" / "données" / "x.txt").write_text("42")
    folder = _files(template.parent)
    options = {"engine": "kit", "timeout": 60, "memory": None, "preload": ()}
    parcel = Parcel(template.read_bytes(), pickle.dumps(({"seed": 5}, None, options)), alike_here(()), ())
    shutil.rmtree(tmp_path / "ici")
    result, executed = do(parcel, folder)
    assert pickle.loads(result).ok  # noqa: S301 - our own
    assert executed is not None
    assert "42 5" in executed.decode()


def test_a_machine_with_another_kit_refuses_the_job() -> None:
    parcel = Parcel(b"{}", pickle.dumps(({}, None, {})), alike_here(("pandas",)), ("pandas",))
    with pytest.raises(EnvironmentFault, match="mêmes"):
        do(replace(parcel, libraries=("numpy",)), ())


def test_results_come_back_as_if_the_work_had_been_done_here(cluster: Cluster, tmp_path: Path) -> None:
    """The executed notebook is here, `then` was called there, `landing` here, and each failure is in its result."""
    (tmp_path / "données.txt").write_text("lu")
    good = write(tmp_path / "m.ipynb", "print(open('données.txt').read())")
    bad = write(tmp_path / "b.ipynb", "x = 1", "1 / 0")
    runs = [
        Run(good, tmp_path / "sortie" / "m.ipynb", {}, tmp_path, Path.stat, landing=repr),
        Run(good, tmp_path / "sortie" / "n.ipynb", {}, tmp_path, then=os.path.getsize, landing=os.strerror),
        Run(bad, tmp_path / "sortie" / "b.ipynb", {}, tmp_path),
        Run(good, tmp_path / "sortie" / "o.ipynb", {}, tmp_path, then=os.listdir),
    ]
    seen: list[object] = []
    mine, other, failed, follow = execute_many(runs, cluster=cluster.address, watcher=seen.append)
    assert len(seen) == 4
    assert "os.stat_result" in mine.value
    assert "lu" in (tmp_path / "sortie" / "m.ipynb").read_text("utf-8")
    assert str(tmp_path) not in (tmp_path / "sortie" / "m.ipynb").read_text("utf-8")
    assert isinstance(other.value, str)
    assert failed.failure is not None
    assert (failed.failure.cell, failed.failure.name) == (2, "ZeroDivisionError")
    assert (tmp_path / "sortie" / "b.ipynb").exists()
    assert isinstance(follow.error, NotADirectoryError)


SESSION = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2: {template: mon-cas, variants: 4, versions: [principal], id: ecrit, mode: surveille, date: 2026-06-08,
       start: "09:00", duration: 60, anonymous: true}
"""
SLOW = changed({"import pandas as pd": "import pandas as pd, time; time.sleep(1)"})


_AT_WORK = 3
"""Processes under a worker that runs a notebook: the coordinator, and those it forked for the job."""


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_build_survives_a_worker_that_is_killed_and_gives_the_same_bytes(
    cluster: Cluster, tmp_path: Path
) -> None:
    rows = "candidat,epreuve,tentative\n" + "".join(f"C{n},E2,1\n" for n in range(1, 4))
    folder = a_session(tmp_path, session=SESSION, inscriptions=rows)
    a_template(tmp_path, SLOW, slug="mon-cas")
    extra = cluster.start_worker()
    log = cluster.folder / f"{len(cluster.processes) - 1}.log"
    until = time.monotonic() + 60
    while not re.search("Registered to", log.read_text()):
        assert time.monotonic() < until
        time.sleep(0.1)

    under_it: list[psutil.Process] = []

    def kill_once_it_works(done: int, total: int, what: str) -> None:
        until = time.monotonic() + 20
        while done and extra.poll() is None and time.monotonic() < until:
            if len(found := psutil.Process(extra.pid).children(recursive=True)) >= _AT_WORK:
                under_it.extend(found)
                extra.kill()
                extra.wait()
            time.sleep(0.01)

    made = build_session(folder, cluster=cluster.address, progress=kill_once_it_works)
    assert under_it, "the worker was given nothing to do, and so was not killed"
    assert made.reused == 0
    there = contents(made.folder)
    here = build_session(folder, cache=False, jobs=2)
    assert contents(here.folder) == there
    assert build_session(folder, cluster=cluster.address).reused == 4
    assert [process for process in under_it if process.is_running()] == []


def test_a_cluster_that_is_not_there_is_told_in_french(
    distributed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr("kit.execution.cluster._CONNECTING", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(EnvironmentFault, match=re.escape(address)):
            execute_many([(write(tmp_path / "m.ipynb", "1"), tmp_path / "o.ipynb", {})], cluster=address)
    with pytest.raises(EnvironmentFault, match="ordonnanceur"):
        execute_many([], cluster="n’importe quoi")


def test_a_scheduler_without_workers_is_told_in_french_and_nothing_waits_for_ever(
    distributed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.execution.cluster._CONNECTING", 2)
    monkeypatch.setattr("kit.execution.cluster._ALONE", 2)
    begun = tmp_path / "commencé"
    cell = f"open({str(begun)!r}, 'w').close(); import time; time.sleep(60)"
    runs = [Run(write(tmp_path / "m.ipynb", cell), tmp_path / "o.ipynb")]
    lonely = Cluster(tmp_path / "seul")
    lonely.folder.mkdir()
    try:
        lonely.start_scheduler()
        with pytest.raises(EnvironmentFault, match="Aucune machine"):
            execute_many(runs, cluster=lonely.address)
        worker = lonely.start_worker()
        monkeypatch.setattr("kit.execution.cluster._CONNECTING", 20)
        killer = threading.Thread(target=kill_once, args=(worker, begun))
        killer.start()
        with pytest.raises(EnvironmentFault, match="Aucune machine"):
            execute_many(runs, cluster=lonely.address)
        killer.join()
    finally:
        lonely.stop()
    assert lonely.gone()


def kill_once(process: subprocess.Popen[bytes], begun: Path) -> None:
    while not begun.exists():
        time.sleep(0.05)
    process.kill()


def test_the_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EnvironmentFault, match="pip install"):
        execute_many([], cluster="tcp://127.0.0.1:8786")
