"""papermill's own tests with `kit` as its default engine, beside the same tests with its own engine.

The source distribution of the papermill that is installed is fetched with pip into a temporary folder; nothing of it
is kept. A test that fails with both engines says nothing of ours (a storage library that is not installed, say).
Every failure must be listed below, with its reason; one with `kit` alone that is not is an exit code of 1.
Run: `python benchmarks/papermill_suite.py [--json] [pytest words]`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measuring import report

EXPECTED: dict[str, str] = {}
"""Tests that fail with `kit` alone, and why that is right."""

_STORE = "needs the library of a storage service, which is not installed"
_FIGURE = (
    "expects a figure before the error of its cell; the present IPython shows no figure of a cell that failed"
)
EITHER: dict[str, str] = {
    ".papermill.tests.test_abs": _STORE,
    ".papermill.tests.test_adl": _STORE,
    ".papermill.tests.test_s3": _STORE,
    "papermill.tests.test_execute.TestBrokenNotebook2.test": _FIGURE,
    "papermill.tests.test_gcs.GCSTest.test_gcs_fallback_retry_unknown_failure_code": _STORE,
    "papermill.tests.test_gcs.GCSTest.test_gcs_handle_exception": _STORE,
    "papermill.tests.test_gcs.GCSTest.test_gcs_retry": _STORE,
    "papermill.tests.test_gcs.GCSTest.test_gcs_retry_older_exception": _STORE,
    "papermill.tests.test_hdfs.HDFSTest.test_hdfs_listdir": _STORE,
}
"""Tests that fail with papermill's own engine too, and why."""

DEFAULT = """

import os as _os

if _os.environ.get("KIT_AS_DEFAULT"):
    from kit.execution.engine import KitEngine as _KitEngine

    class _Counted(_KitEngine):
        @classmethod
        def execute_notebook(cls, *arguments, **keywords):
            with open(_os.environ["KIT_AS_DEFAULT"], "a") as file:
                file.write("x")
            return _KitEngine.execute_notebook(*arguments, **keywords)

    papermill_engines.register(None, _Counted)
"""
"""Put at the end of papermill's module of engines, so that its commands started by a test use it too."""

COUNT = "executed"

ROOT = Path(__file__).parent.parent


def fetch(to: Path) -> Path:
    """Return the folder of papermill's sources, fetched by pip from wherever it is told to look."""
    wanted = f"papermill=={version('papermill')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "papermill",
        wanted,
    ]
    subprocess.run(command, cwd=to, check=True)
    with tarfile.open(next(to.glob("papermill-*.tar.gz"))) as packed:
        packed.extractall(to, filter="data")
    sources = next(path for path in to.glob("papermill-*") if path.is_dir())
    engines = sources / "papermill" / "engines.py"
    engines.write_text(engines.read_text("utf-8") + DEFAULT, "utf-8")
    return sources


def outcomes(sources: Path, *, ours: bool, words: list[str]) -> dict[str, str]:
    """Return the outcome of each test: passed, failed or skipped."""
    result = sources.parent / "result.xml"
    result.unlink(missing_ok=True)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(sources), str(ROOT)])}
    if ours:
        environ["KIT_AS_DEFAULT"] = str(sources.parent / COUNT)
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        "-o",
        "addopts=",
        "--tb=line",
    ]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={result}", "papermill/tests", *words]
    subprocess.run(command, cwd=sources, env=environ, check=False, stdout=sys.stderr)
    found = {}
    for case in ET.parse(result).iter("testcase"):  # noqa: S314 - written by our own pytest
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        found[f"{case.get('classname')}.{case.get('name')}"] = outcome
    return found


def count(found: dict[str, str]) -> dict[str, int]:
    """Return how many tests ended in each way."""
    return {
        kind: sum(outcome == kind for outcome in found.values()) for kind in ("passed", "failed", "skipped")
    }


def main() -> None:
    """Run the tests twice, and compare."""
    words = [word for word in sys.argv[1:] if word != "--json"]
    with tempfile.TemporaryDirectory(prefix="kit-papermill-") as scratch:
        sources = fetch(Path(scratch))
        theirs = outcomes(sources, ours=False, words=words)
        ours = outcomes(sources, ours=True, words=words)
        executed = (sources.parent / COUNT).stat().st_size
    both = sorted(name for name in ours if ours[name] == theirs.get(name) == "failed")
    alone = sorted(name for name in ours if ours[name] == "failed" != theirs.get(name))
    unexpected = [name for name in alone if name not in EXPECTED]
    figures: dict[str, Any] = {
        "papermill": version("papermill"),
        "notebooks executed by kit": executed,
        "engine kit": count(ours),
        "papermill's own engine": count(theirs),
        "fail with both": {name: EITHER.get(name, "?") for name in both},
        "fail with kit alone, expected": {name: EXPECTED[name] for name in alone if name in EXPECTED},
        "fail with kit alone, unexpected": unexpected,
        "expected to fail, passes": sorted(name for name in EXPECTED if ours.get(name) == "passed"),
    }
    report("papermill's own tests", figures)
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
