"""Executing notebooks, with either engine: a result per job, failures named, nothing of the machine in the file."""

from __future__ import annotations

import json
import socket
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.connect import LocalPortCache

from kit.execution import Run
from kit.execution import execute_many as execute_with
from tests.case_builders import a_notebook

GOOD = [("code", "seed = 1", ("parameters",)), ("code", "print('graine', seed)", ())]


@pytest.fixture(params=["kit", "plain"])
def execute_many(request: pytest.FixtureRequest) -> Any:
    return partial(execute_with, engine=request.param)


def write(path: Path, cells: list[tuple[str, str, tuple[str, ...]]]) -> Path:
    path.write_text(json.dumps(a_notebook(cells)), "utf-8")
    return path


def size_of(path: Path) -> int:
    return path.stat().st_size


def test_each_job_has_its_result_in_order_and_parameters_are_injected(
    tmp_path: Path, execute_many: Any
) -> None:
    template = write(tmp_path / "modèle à trous.ipynb", GOOD)
    jobs = [(template, tmp_path / f"sortie {seed}.ipynb", {"seed": seed}) for seed in (3, 5)]
    seen: list[object] = []
    results = execute_many(jobs, jobs=2, then=size_of, watcher=seen.append)
    assert [result.ok for result in results] == [True, True]
    assert len(seen) == 2
    for seed, result in zip((3, 5), results, strict=True):
        assert result.output is not None
        assert result.value == size_of(result.output)
        notebook = nbformat.read(result.output, as_version=4)
        assert f"graine {seed}" in str(notebook.cells[-1].outputs)


def test_the_executed_notebook_says_nothing_of_paths_and_times(tmp_path: Path, execute_many: Any) -> None:
    template = write(tmp_path / "modele.ipynb", GOOD)
    texts = []
    for name in ("un", "deux"):
        result = execute_many([(template, tmp_path / name / "out.ipynb", {"seed": 4})])[0]
        assert result.output is not None
        texts.append(result.output.read_text("utf-8"))
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]
    assert "start_time" not in texts[0]


def test_a_failing_cell_is_named_and_its_neighbours_go_on(tmp_path: Path, execute_many: Any) -> None:
    bad = write(tmp_path / "bad.ipynb", [*GOOD, ("code", "1 / 0", ())])
    good = write(tmp_path / "good.ipynb", GOOD)
    results = execute_many([(bad, tmp_path / "b.ipynb", {}), (good, tmp_path / "g.ipynb", {})], jobs=2)
    assert [result.ok for result in results] == [False, True]
    failure = results[0].failure
    assert failure is not None
    assert (failure.cell, failure.name, failure.source) == (3, "ZeroDivisionError", "1 / 0")
    assert (tmp_path / "b.ipynb").exists()


def test_what_follows_a_run_can_fail_without_harm(tmp_path: Path, execute_many: Any) -> None:
    result = execute_many([(write(tmp_path / "m.ipynb", GOOD), tmp_path / "o.ipynb", {})], then=json.loads)[0]  # type: ignore[arg-type]
    assert not result.ok
    assert isinstance(result.error, TypeError)


def test_a_notebook_runs_in_the_folder_asked_for(tmp_path: Path, execute_many: Any) -> None:
    (tmp_path / "données").mkdir()
    (tmp_path / "données" / "x.txt").write_text("42")
    cells = [("code", "seed = 1", ("parameters",)), ("code", "print(open('x.txt').read())", ())]
    run = Run(write(tmp_path / "m.ipynb", cells), tmp_path / "o.ipynb", {}, tmp_path / "données")
    assert execute_many([run])[0].ok


def test_running_never_moves_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, execute_many: Any
) -> None:
    """Threads share the process's folder: relative paths must keep their meaning while notebooks run elsewhere."""
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    write(
        Path("m.ipynb"), [("code", "seed = 1", ("parameters",)), ("code", "import time; time.sleep(0.3)", ())]
    )
    seen: list[Path] = []
    runs = [Run(Path("m.ipynb"), Path(f"out-{n}.ipynb"), {}, elsewhere) for n in range(3)]
    results = execute_many(runs, jobs=3, watcher=lambda _: seen.append(Path.cwd()))
    assert all(result.ok for result in results), [result.error for result in results]
    assert set(seen) == {tmp_path}
    assert Path.cwd() == tmp_path
    assert sorted(path.name for path in tmp_path.glob("out-*")) == [
        "out-0.ipynb",
        "out-1.ipynb",
        "out-2.ipynb",
    ]


def test_notebooks_executed_at_once_each_work_in_their_folder(tmp_path: Path, execute_many: Any) -> None:
    cells = [("code", "import os, time; time.sleep(0.3); print(os.getcwd())", ())]
    template = write(tmp_path / "m.ipynb", cells)
    folders = [tmp_path / name for name in "abcd"]
    for folder in folders:
        folder.mkdir()
    here = Path.cwd()
    results = execute_many([Run(template, folder / "o.ipynb", {}, folder) for folder in folders], jobs=4)
    said = [nbformat.read(result.output, as_version=4).cells[-1].outputs[0].text for result in results]
    assert said == [f"{folder}\n" for folder in folders]
    assert Path.cwd() == here


def test_a_kernel_whose_port_was_taken_meanwhile_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        choose = LocalPortCache.find_available_port
        first = [taken.getsockname()[1]]
        monkeypatch.setattr(
            LocalPortCache, "find_available_port", lambda self, ip: first.pop() if first else choose(self, ip)
        )
        result = execute_with(
            [(write(tmp_path / "m.ipynb", GOOD), tmp_path / "o.ipynb", {"seed": 2})], engine="plain"
        )[0]
    assert not first
    assert result.ok, result.error


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="rapide"):
        execute_with([], engine="rapide")  # type: ignore[arg-type]
