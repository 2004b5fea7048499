"""A build takes the place of another entirely or not at all, whatever is killed; and one at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.errors import EnvironmentFault
from kit.sessions.swap import exchange, new_staging, recover, recover_if_idle, session_lock, swap_folders

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = [f"{folder}/{i}.txt" for folder in ("candidats", "correcteurs") for i in range(3)]

BUILD = """
import os, signal, sys
from pathlib import Path
from kit.sessions.swap import PENDING, exchange, new_staging, recover, session_lock
root, way, victim = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def step(name):
    print(name, flush=True)
    if name == victim:
        os.kill(os.getpid(), signal.SIGKILL)

with session_lock(root):
    recover(root)
    new = new_staging(root)
    for i, name in enumerate(sys.argv[4:]):
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_text("new")
        step(f"file {i}")
    (new / PENDING).mkdir()
    (new / PENDING / "attribution.csv").write_text("new")
    ways = {"slow": {"swap": lambda one, other: False}, "fast": {}}
    exchange(new, root / "build", step=step, **ways[way])
"""

HOLD = """
import os, sys, time
from pathlib import Path
from kit.sessions.swap import session_lock
with session_lock(Path(sys.argv[1])):
    if sys.argv[2] == "fork" and os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
        os._exit(0)
    if sys.argv[2] == "alone":
        print(os.getpid(), flush=True)
    time.sleep(60)
"""

FAST = ["file 2", "flushed", "exchanged", "landed", "cleaned"]
SLOW = ["file 2", "flushed", "moved out", "moved in", "landed", "cleaned"]


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)


def a_build(folder: Path, word: str) -> Path:
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(word)
    return folder


def content(folder: Path) -> set[str]:
    """Return the words of a build, checked to have all its files and no other."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == set(NAMES)
    return {(folder / name).read_text() for name in NAMES}


def leftovers(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name not in ("build", ".build.lock"))


def needs_exchange(root: Path) -> None:
    one, other = root / "one", root / "other"
    one.mkdir()
    other.mkdir()
    if not swap_folders(one, other):
        pytest.skip("this file system cannot exchange two folders in one act")
    one.rmdir()
    other.rmdir()


@pytest.mark.parametrize(
    ("way", "victim"), [("fast", step) for step in FAST] + [("slow", step) for step in SLOW]
)
def test_a_build_killed_at_any_step_leaves_the_old_one_or_the_new_one_complete(tmp_path, way, victim):
    if way == "fast":
        needs_exchange(tmp_path)
    a_build(tmp_path / "build", "old")
    (tmp_path / "attribution.csv").write_text("old")
    killed = run(BUILD, tmp_path, way, victim, *NAMES)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if (way, victim) == ("slow", "moved out"):
        assert not (tmp_path / "build").exists()
    with session_lock(tmp_path):
        recover(tmp_path)
    done = victim in ("exchanged", "moved in", "landed", "cleaned")
    assert content(tmp_path / "build") == {"new" if done else "old"}
    assert (tmp_path / "attribution.csv").read_text() == ("new" if done else "old")
    assert leftovers(tmp_path) == ["attribution.csv"]


@pytest.mark.parametrize("way", ["fast", "slow"])
def test_a_build_after_a_killed_one_ends_well(tmp_path, way):
    a_build(tmp_path / "build", "old")
    run(BUILD, tmp_path, "slow", "moved out", *NAMES)
    finished = run(BUILD, tmp_path, way, "none", *NAMES)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "cleaned"
    assert content(tmp_path / "build") == {"new"}
    assert leftovers(tmp_path) == ["attribution.csv"]


def test_a_first_build_killed_before_its_end_leaves_nothing(tmp_path):
    assert run(BUILD, tmp_path, "fast", "flushed", *NAMES).returncode == -signal.SIGKILL
    assert recover_if_idle(tmp_path)
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "build").exists()
    assert not recover_if_idle(tmp_path)


def test_a_first_build_is_put_in_place(tmp_path):
    exchange(a_build(new_staging(tmp_path), "new"), tmp_path / "build")
    assert content(tmp_path / "build") == {"new"}
    assert leftovers(tmp_path) == []


def test_the_fast_way_is_one_act(tmp_path):
    needs_exchange(tmp_path)
    steps = []
    a_build(tmp_path / "build", "old")
    exchange(a_build(new_staging(tmp_path), "new"), tmp_path / "build", step=steps.append)
    assert steps == ["flushed", "exchanged", "landed", "cleaned"]


def test_a_second_rename_that_fails_puts_the_old_content_back(tmp_path):
    a_build(tmp_path / "build", "old")
    new = a_build(new_staging(tmp_path), "new")

    def lost(one: Path, _other: Path) -> bool:
        one.rename(tmp_path / "elsewhere")
        return False

    with pytest.raises(EnvironmentFault) as caught:
        exchange(new, tmp_path / "build", swap=lost)
    assert "build" in str(caught.value)
    assert content(tmp_path / "build") == {"old"}
    assert leftovers(tmp_path) == ["elsewhere"]


def test_a_system_that_refuses_the_exchange_is_told_in_french(tmp_path):
    def refused(_one: Path, _other: Path) -> bool:
        raise OSError(28, os.strerror(28))

    a_build(tmp_path / "build", "old")
    with pytest.raises(EnvironmentFault) as caught:
        exchange(a_build(new_staging(tmp_path), "new"), tmp_path / "build", swap=refused)
    assert caught.value.findings[0].code == "session.build.swap"
    assert content(tmp_path / "build") == {"old"}


def test_recovering_never_prefers_an_older_folder_that_could_not_be_removed(tmp_path):
    (tmp_path / ".build-old-00000000-build").mkdir()
    a_build(tmp_path / "build", "old")
    killed = run(BUILD.replace("    recover(root)\n", ""), tmp_path, "slow", "moved out", *NAMES)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert recover_if_idle(tmp_path)
    assert content(tmp_path / "build") == {"old"}
    assert leftovers(tmp_path) == []


def test_recovering_removes_half_written_restricted_files_and_nothing_of_the_user(tmp_path):
    for name in (".attribution.csv.k3j", ".tirages.csv.k3j", "attribution.csv", ".env", "build-1"):
        (tmp_path / name).touch()
    (tmp_path / ".build-lien").symlink_to(a_build(tmp_path / "mien", "mine"))
    assert recover(tmp_path)
    assert leftovers(tmp_path) == [".env", "attribution.csv", "build-1", "mien"]
    assert content(tmp_path / "mien") == {"mine"}


# One build at a time


def hold(root: Path, how: str) -> tuple[subprocess.Popen[str], int]:
    """Return a process that holds the lock and the number of the process that said so."""
    command = [sys.executable, "-c", HOLD, str(root), how]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_a_second_build_is_refused_with_the_number_of_the_first_until_that_dies(tmp_path):
    process, number = hold(tmp_path, "alone")
    try:
        with pytest.raises(EnvironmentFault) as caught, session_lock(tmp_path):
            pass
        assert str(number) in str(caught.value)
        (tmp_path / ".build-reste").mkdir()
        assert not recover_if_idle(tmp_path)
    finally:
        end(process)
    with session_lock(tmp_path):
        assert (tmp_path / ".build.lock").read_text() == f"{os.getpid()}\n"
    assert recover_if_idle(tmp_path)


def test_a_worker_that_outlives_its_killed_build_does_not_keep_the_lock(tmp_path):
    process, worker = hold(tmp_path, "fork")
    try:
        process.kill()
        process.wait()
        os.kill(worker, 0)
        with session_lock(tmp_path):
            pass
    finally:
        os.kill(worker, signal.SIGKILL)
        end(process)


def test_one_process_cannot_build_a_session_twice_at_once_but_can_build_two(tmp_path):
    (tmp_path / "autre").mkdir()
    with session_lock(tmp_path), session_lock(tmp_path / "autre"):
        with pytest.raises(EnvironmentFault), session_lock(tmp_path / "autre" / ".."):
            pass
        with pytest.raises(EnvironmentFault), session_lock(tmp_path):
            pass
    with session_lock(tmp_path):
        pass


def test_an_error_inside_releases_the_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), session_lock(tmp_path):
        raise ZeroDivisionError
    with session_lock(tmp_path):
        pass


def test_a_folder_that_does_not_exist_cannot_be_locked(tmp_path):
    with pytest.raises(EnvironmentFault), session_lock(tmp_path / "absent"):
        pass
    (tmp_path / "absent").mkdir()
    with session_lock(tmp_path / "absent"):
        pass
