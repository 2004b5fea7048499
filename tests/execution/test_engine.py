"""The engine held against plain papermill, which is the oracle: same outputs, nothing leaks, nothing is left."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import psutil
import pytest

from kit.execution import Run, RunResult, execute_many
from kit.execution.pool import close_shared_pool
from tests.case_builders import a_notebook

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "case_templates").glob("*/case.ipynb"))
SEEDS = range(1, 21)


def neighbour(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


AWKWARD = neighbour("awkward")
COMPARING = neighbour("comparing")


def write(path: Path, *cells: str, tags: tuple[str, ...] = ()) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(a_notebook([("code", cell, tags) for cell in cells])), "utf-8")
    return path


def execute(engine: str, templates: list[Path], to: Path, **options: Any) -> list[RunResult]:
    """Execute with an engine, each notebook in a folder of its own."""
    runs = []
    for template in templates:
        folder = to / engine / template.stem
        folder.mkdir(parents=True, exist_ok=True)
        runs.append(Run(template, folder / "out.ipynb", {"seed": 7}, folder))
    return execute_many(runs, engine=engine, **options)  # type: ignore[arg-type]


def said(path: Path, cell: int = -1) -> str:
    """Return what a cell printed or showed."""
    outputs = nbformat.read(path, as_version=4).cells[cell].outputs
    return "".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in outputs)


# Equal to plain papermill


@contextlib.contextmanager
def outside_pytest() -> Iterator[None]:
    """Hide the variable that makes ipykernel leave file descriptors alone."""
    hidden = os.environ.pop("PYTEST_CURRENT_TEST")
    try:
        yield
    finally:
        os.environ["PYTEST_CURRENT_TEST"] = hidden


def asked_again(ask: Callable[[], list[RunResult]]) -> list[RunResult]:
    """Return what plain papermill says: now and then ipykernel never answers a cell, and the oracle is mute."""
    for _ in range(3):
        results = ask()
        if not any(result.failure and result.failure.name == "CellTimeoutError" for result in results):
            break
    return results


def assert_equal(awkward: list[Path], to: Path) -> None:
    with outside_pytest():
        mine = execute("kit", awkward, to, jobs=2)
        oracle = asked_again(lambda: execute("plain", awkward, to, jobs=2, timeout=60))
    for one, other in zip(mine, oracle, strict=True):
        assert one.output is not None
        assert other.output is not None
        assert (one.failure and one.failure.cell, one.ok) == (other.failure and other.failure.cell, other.ok)
        found = COMPARING.differences(one.output, other.output)
        unexpected = [item for item in found if item[0] not in AWKWARD.KNOWN]
        assert [item[0] for item in unexpected] == [], (one.run.template.stem, unexpected)


def test_awkward_cells_say_the_same_as_under_plain_papermill(tmp_path: Path) -> None:
    """All of them in one notebook: tracebacks, displays, figures, magics, widgets, streams, async, `input`."""
    cells = [cell for cells in AWKWARD.AWKWARD.values() for cell in cells]
    assert len(cells) > 100
    assert_equal([write(tmp_path / "tout.ipynb", *cells, tags=("raises-exception",))], tmp_path)


def test_what_other_programs_write_stands_in_the_cell_in_order(tmp_path: Path) -> None:
    """An ordinary kernel reads it from a thread and may be late; here it is always there."""
    cell = "import os, subprocess\nprint('a'); os.system('echo b; echo mal >&2'); print('c')\nsubprocess.run(['echo', 'd']); os.write(1, b'e\\n'); print('f')"
    with outside_pytest():
        result = execute("kit", [write(tmp_path / "m.ipynb", cell)], tmp_path)[0]
    outputs = nbformat.read(result.run.output, as_version=4).cells[-1].outputs
    assert [(out.name, out.text) for out in outputs] == [
        ("stdout", "a\nb\nc\nd\ne\nf\n"),
        ("stderr", "mal\n"),
    ]


@pytest.mark.full
def test_each_awkward_notebook_by_itself_says_the_same(tmp_path: Path) -> None:
    notebooks = [
        write(tmp_path / f"{name}.ipynb", *cells, tags=("raises-exception",))
        for name, cells in AWKWARD.AWKWARD.items()
    ]
    stopped = [
        write(tmp_path / f"arrêt-{number}.ipynb", "x = 1", cell, "'jamais'")
        for number, cell in enumerate(AWKWARD.AWKWARD["errors"][:8])
    ]
    assert_equal([*notebooks, *stopped], tmp_path)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize(
    "seeds", [pytest.param((3,), id="one seed"), pytest.param(SEEDS, id="all seeds", marks=pytest.mark.full)]
)
def test_a_template_gives_the_same_file_to_the_byte(
    template: Path, seeds: tuple[int, ...], tmp_path: Path
) -> None:
    texts: dict[str, list[bytes]] = {}
    for engine in ("kit", "plain"):
        runs = [Run(template, tmp_path / f"{engine}{n}.ipynb", {"seed": n}, template.parent) for n in seeds]
        with outside_pytest():
            results = asked_again(partial(execute_many, runs, jobs=2, engine=engine, timeout=120))
        assert all(result.ok for result in results), results
        texts[engine] = [run.output.read_bytes() for run in runs]
    assert texts["kit"] == texts["plain"]


def test_there_are_templates_to_compare() -> None:
    assert TEMPLATES


# Isolation

PROBES: dict[str, tuple[str, str]] = {
    "pandas options": ("pd.set_option('display.max_rows', 3)", "pd.get_option('display.max_rows')"),
    "numpy print options": ("np.set_printoptions(precision=1)", "np.get_printoptions()['precision']"),
    "numpy seed": ("np.random.seed(1); x = np.random.rand()", "np.random.rand() == 0.7203244934421581"),
    "random seed": ("random.seed(1); x = random.random()", "random.random() == 0.8474337369372327"),
    "environment": ("os.environ['KIT_PROBE'] = '1'", "os.environ.get('KIT_PROBE')"),
    "working folder": ("os.chdir('/')", "os.getcwd() == '/'"),
    "module path": ("sys.path.insert(0, '/probe')", "'/probe' in sys.path"),
    "builtins": ("builtins.probe = 1", "hasattr(builtins, 'probe')"),
    "patched module": ("json.loads = lambda *a: 'x'", "json.loads('1')"),
    "patched class": ("pd.DataFrame.probe = 1", "hasattr(pd.DataFrame, 'probe')"),
    "warning filters": ("warnings.simplefilter('error')", "warnings.filters[0][0] == 'error'"),
    "log level": ("logging.getLogger().setLevel(5)", "logging.getLogger().level"),
    "decimal precision": ("decimal.getcontext().prec = 3", "decimal.getcontext().prec"),
    "threads": (
        "threading.Thread(target=time.sleep, args=(60,), daemon=True, name='probe').start()",
        "'probe' in [thread.name for thread in threading.enumerate()]",
    ),
    "modules": ("sys.modules['probe'] = sys", "'probe' in sys.modules"),
    "figure settings": ("plt.rcParams['figure.figsize'] = (1, 1)", "list(plt.rcParams['figure.figsize'])"),
    "recursion limit": ("sys.setrecursionlimit(777)", "sys.getrecursionlimit()"),
    "variables": ("probe = 1", "'probe' in globals()"),
    "signal handlers": (
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "str(signal.getsignal(signal.SIGUSR1))",
    ),
    "mask of new files": ("os.umask(0o777)", "os.umask(0o22)"),
}
IMPORTS = (
    "import builtins, decimal, json, logging, os, random, signal, sys, threading, time, warnings\n"
    "import matplotlib.pyplot as plt, numpy as np, pandas as pd"
)


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each probe says in a clean notebook, in one that changed it, and in the next one."""
    to = tmp_path_factory.mktemp("probes")
    probes = [f"print({probe})" for _, probe in PROBES.values()]
    changes = [f"{change}\nprint({probe})" for change, probe in PROBES.values()]
    order = [write(to / "propre.ipynb", IMPORTS, *probes), write(to / "sale.ipynb", IMPORTS, *changes)]
    order.append(write(to / "suivant.ipynb", IMPORTS, *probes))
    results = execute("kit", order, to, jobs=1)
    assert [result.failure for result in results] == [None, None, None]
    return {
        result.run.template.stem: [said(result.run.output, at) for at in range(2, len(PROBES) + 2)]
        for result in results
    }


@pytest.mark.parametrize("probe", PROBES)
def test_what_a_notebook_changes_is_unknown_to_the_next_one(probe: str, probed: dict[str, list[str]]) -> None:
    at = list(PROBES).index(probe)
    assert probed["suivant"][at] == probed["propre"][at]
    if "seed" not in probe:
        assert probed["sale"][at] != probed["propre"][at], "the probe sees nothing"


def ones(path: Path) -> str:
    import decimal

    return f"{decimal.Decimal(1) / 7} {Path.cwd()} {json.loads('1')}"


def test_what_follows_a_notebook_is_not_touched_by_it(tmp_path: Path) -> None:
    cell = "import decimal, json, os\ndecimal.getcontext().prec = 2\njson.loads = None\nos.chdir('/')\nopen = None"
    result = execute("kit", [write(tmp_path / "m.ipynb", cell)], tmp_path, then=ones)[0]
    assert result.value == f"0.1428571428571428571428571429 {Path.cwd()} 1"


# What goes wrong


def test_cells_that_never_end_or_kill_their_kernel_are_errors_that_name_the_cell(tmp_path: Path) -> None:
    cells = {
        "boucle": "while True: pass",
        "sourd": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass",
        "tué": "import os; os.kill(os.getpid(), 9)",
        "sorti": "import os; os._exit(0)",
        "mémoire": "x = bytearray(4 << 30)",
        "exit": "import sys; sys.exit(2)",
        "saisie": "input('? ')",
    }
    notebooks = [
        write(tmp_path / f"{name}.ipynb", "'avant'", cell, "'après'") for name, cell in cells.items()
    ]
    results = execute("kit", notebooks, tmp_path, jobs=2, timeout=2, memory=1 << 30)
    said = [(r.failure.cell, r.failure.source, r.failure.name) for r in results if r.failure]
    kinds = (
        ["CellTimeoutError"] * 2
        + ["DeadKernelError"] * 2
        + ["MemoryError", "SystemExit", "StdinNotImplementedError"]
    )
    assert said == [(2, cell, kind) for cell, kind in zip(cells.values(), kinds, strict=True)]


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes that carry a mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("KIT_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def wait_until_gone(mark: str) -> list[psutil.Process]:
    until = time.monotonic() + 15
    while (left := marked(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A mark in the environment of all processes started meanwhile."""
    text = uuid.uuid4().hex
    monkeypatch.setenv("KIT_MARK", text)
    close_shared_pool()
    yield text
    close_shared_pool()


BUSY = "import subprocess, time\nsubprocess.Popen(['sleep', '300'])\nopen('commencé', 'w').close()\ntime.sleep(300)"


def script(tmp_path: Path, code: str) -> Path:
    """Write a plain script, without guard, in a folder of its own."""
    path = tmp_path / "script" / "essai.py"
    path.parent.mkdir()
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}", "utf-8")
    return path


def busy_script(tmp_path: Path) -> subprocess.Popen[bytes]:
    """Start a script whose notebook is busy, with a program of its own running, and wait until it is."""
    template = write(tmp_path / "m.ipynb", BUSY)
    code = f"from kit.execution import Run, execute_many\nfrom pathlib import Path\nexecute_many([Run(Path({str(template)!r}), Path({str(tmp_path / 'o.ipynb')!r}), {{}}, Path({str(tmp_path)!r}))])"
    process = subprocess.Popen([sys.executable, script(tmp_path, code)], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (tmp_path / "commencé").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_script_that_is_stopped_leaves_no_process(how: signal.Signals, tmp_path: Path, mark: str) -> None:
    process = busy_script(tmp_path)
    assert len(marked(mark)) >= 4
    process.send_signal(how)
    assert process.wait(20) != 0
    assert wait_until_gone(mark) == []


@pytest.mark.parametrize("which", ["coordinator", "runner", "kernel"])
def test_a_process_that_is_killed_is_an_error_and_leaves_no_process(
    which: str, tmp_path: Path, mark: str
) -> None:
    """The run under way fails, naming its cell; the next one is done."""
    import threading

    def started() -> set[int]:
        return {process.pid for process in marked(mark)}

    def kill() -> None:
        until = time.monotonic() + 60
        while not (tmp_path / "kit" / "m" / "commencé").exists() and time.monotonic() < until:
            time.sleep(0.05)
        coordinator = next(child for child in psutil.Process().children() if child.pid in started())
        runner = coordinator.children()[0]
        {"coordinator": coordinator, "runner": runner, "kernel": runner.children()[0]}[which].kill()

    notebooks = [write(tmp_path / "m.ipynb", "1", BUSY), write(tmp_path / "n.ipynb", "print('fait')")]
    killer = threading.Thread(target=kill)
    killer.start()
    busy, next_one = execute("kit", notebooks, tmp_path)
    killer.join()
    assert busy.failure is not None
    assert (busy.failure.cell, busy.failure.source, busy.failure.name) == (2, BUSY, "DeadKernelError")
    assert next_one.ok
    close_shared_pool()
    left = [process for process in wait_until_gone(mark) if process.pid != os.getpid()]
    assert left == []


def test_a_program_left_running_by_a_cell_ends_with_its_notebook(tmp_path: Path, mark: str) -> None:
    notebook = write(tmp_path / "m.ipynb", "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)")
    result = execute("kit", [notebook], tmp_path)[0]
    assert result.ok
    until = time.monotonic() + 5
    pid = int(said(result.run.output))
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.05)


# Ways in


def test_it_works_from_a_plain_script_beside_files_named_like_modules(tmp_path: Path) -> None:
    template = write(tmp_path / "m.ipynb", "import pandas; print(len(pandas.DataFrame({'a': [1, 2]})))")
    (tmp_path / "pandas.py").write_text("raise ImportError('shadow')")
    (tmp_path / "random.py").write_text("raise ImportError('shadow')")
    out = tmp_path / "sortie" / "o.ipynb"
    code = (
        "from kit.execution import execute_many\nimport zipfile\n"
        f"print(execute_many([({str(template)!r}, {str(out)!r}, {{}})], then=zipfile.is_zipfile)[0].value)"
    )
    path = script(tmp_path, code)
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run([sys.executable, path], cwd=tmp_path, capture_output=True, text=True, env=environ)
    assert (done.stdout, done.stderr) == ("False\n", "")
    assert said(out) == "2\n"


def test_a_function_of_the_script_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="importer"):
        execute_many([], then=lambda path: path)


def test_a_notebook_of_another_kernel_is_left_to_papermill() -> None:
    from kit.execution.engine import same_environment

    assert same_environment("python3")
    assert not same_environment("ir")


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare the entry points of pyproject.toml, as an installation does."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    folder = tmp_path / "site" / "declared-1.0.dist-info"
    folder.mkdir(parents=True)
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in points.items()
    ]
    (folder / "entry_points.txt").write_text("".join(lines))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder.parent), str(ROOT)]))


@pytest.mark.usefixtures("declared")
def test_the_papermill_command_takes_the_engine_and_runs_no_cell_itself(tmp_path: Path, mark: str) -> None:
    cells = ("seed = 1", "import os; print(os.getppid())", "print('graine', seed)", "1 / 0")
    template = write(tmp_path / "m.ipynb", *cells)
    outs = {}
    for engine in ("kit", "nbclient"):
        outs[engine] = tmp_path / f"{engine}.ipynb"
        command = [sys.executable, "-m", "papermill", "--engine", engine, "--no-progress-bar"]
        process = subprocess.Popen(
            [*command, template, outs[engine], "-p", "seed", "5"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _, errors = process.communicate()
        assert process.returncode == 1
        assert b"ZeroDivisionError" in errors
        assert (said(outs[engine], 3).strip() == str(process.pid)) is (engine == "nbclient")
    found = COMPARING.differences(outs["kit"], outs["nbclient"])
    assert [source for source, _, _ in found] == ["import os; print(os.getppid())"]
    assert wait_until_gone(mark) in ([], [psutil.Process()])


def test_the_engine_is_found_without_slowing_papermill() -> None:
    """Papermill loads it at each import: nothing heavy may come with it."""
    heavy = ["papermill", "nbclient", "jupyter_client", "IPython", "ipykernel", "zmq", "pandas", "yaml"]
    code = f"import sys, kit.execution.engine; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
