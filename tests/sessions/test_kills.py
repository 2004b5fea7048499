"""Whatever is killed and when, a build leaves the old one or a complete new one, and no process behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from kit.sessions.build import build_session
from kit.sessions.swap import recover_if_idle
from tests.builders import a_session
from tests.case_builders import a_template

ROOT = Path(__file__).parent.parent.parent
SAMPLE, FULL = 3, 100
KILLS = [*range(SAMPLE), *(pytest.param(n, marks=pytest.mark.full) for n in range(SAMPLE, SAMPLE + FULL))]
WAIT = 120
SESSION = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2: {template: mon-cas, variants: 4, versions: [principal], id: ecrit, mode: surveille, date: 2026-06-08,
       start: "09:00", duration: 60, anonymous: true}
"""


@dataclass(frozen=True)
class World:
    """A session with a build, changed since: the folder to copy, both builds, how long the new one takes."""

    workspace: Path
    old: dict[str, str]
    new: dict[str, str]
    seconds: float


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    workspace = tmp_path_factory.mktemp("monde") / "atelier"
    folder = a_session(workspace, session=SESSION, inscriptions="candidat,epreuve,tentative\nC1,E2,1\n")
    a_template(workspace, slug="mon-cas")
    old = contents(build_session(folder, jobs=2).folder)
    config = folder / "session.yaml"
    config.write_text(config.read_text("utf-8").replace("2026-06-08", "2026-06-15"), "utf-8")
    copy = workspace.with_name("copie")
    shutil.copytree(workspace, copy)
    started = time.monotonic()
    assert command(copy / folder.relative_to(workspace), "").wait() == 0
    seconds = time.monotonic() - started
    new = contents(copy / folder.relative_to(workspace) / "build")
    assert old.keys() == new.keys()
    assert old != new
    return World(workspace, old, new, seconds)


def command(folder: Path, mark: str, jobs: int = 2) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environ = {**os.environ, "KIT_MARK": mark, "PYTHONPATH": paths}
    words = [sys.executable, "-m", "kit", "build", folder, "--jobs", str(jobs)]
    return subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def marked(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.environ().get("KIT_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def tree(main: psutil.Process) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Return the warm process, if it is there, and all that it forked."""
    coordinators = main.children()
    return coordinators, [child for one in coordinators for child in one.children(recursive=True)]


def the_build(main: psutil.Process, mark: str, chance: random.Random) -> list[psutil.Process]:
    return [main]


def everything(main: psutil.Process, mark: str, chance: random.Random) -> list[psutil.Process]:
    return marked(mark)


def coordinator(main: psutil.Process, mark: str, chance: random.Random) -> list[psutil.Process]:
    return tree(main)[0]


def a_child(main: psutil.Process, mark: str, chance: random.Random) -> list[psutil.Process]:
    children = tree(main)[1]
    return [chance.choice(children)] if children else []


VICTIMS: tuple[Callable[[psutil.Process, str, random.Random], list[psutil.Process]], ...] = (
    a_child,
    coordinator,
    the_build,
    everything,
)


@pytest.mark.parametrize("kill", KILLS)
def test_a_build_killed_at_random_leaves_the_old_one_or_the_new_one_and_no_process(
    kill: int, world: World, tmp_path: Path
) -> None:
    chance = random.Random(kill)
    workspace = tmp_path / "atelier"
    shutil.copytree(world.workspace, workspace)
    folder = next(path.parent for path in workspace.glob("*/session.yaml"))
    mark = uuid.uuid4().hex
    build = command(folder, mark)
    main = psutil.Process(build.pid)
    time.sleep(chance.uniform(0.1, 1.0) * world.seconds)
    with contextlib.suppress(psutil.NoSuchProcess):
        for victim in VICTIMS[kill % len(VICTIMS)](main, mark, chance):
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGKILL)
    code = build.wait(WAIT)
    until = time.monotonic() + WAIT
    while (left := marked(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []
    found = contents(folder / "build")
    assert found in (world.old, world.new)
    if code == 0:
        assert found == world.new
    recover_if_idle(folder)
    assert contents(folder / "build") == found
    assert list(folder.glob(".build-*")) == []


def test_a_build_stopped_by_ctrl_c_ends_cleanly_and_the_next_one_goes_on_from_there(
    world: World, tmp_path: Path
) -> None:
    """Variants that were finished are not made again."""
    workspace = tmp_path / "atelier"
    shutil.copytree(world.workspace, workspace)
    folder = next(path.parent for path in workspace.glob("*/session.yaml"))
    kept = folder / ".cache" / "produits"
    before = {path.name for path in kept.iterdir()}
    mark = uuid.uuid4().hex
    build = command(folder, mark, jobs=1)
    until = time.monotonic() + WAIT
    while not {path.name for path in kept.iterdir() if not path.name.startswith("en-cours")} - before:
        assert build.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    build.send_signal(signal.SIGINT)
    assert build.wait(WAIT) == 130
    while marked(mark):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert list(folder.glob(".build-*")) == []
    assert contents(folder / "build") == world.old
    again = build_session(folder, jobs=2)
    assert 1 <= again.reused < 4
    assert contents(again.folder) == world.new
