"""The full numbers: `make prove` runs the tests marked `full`, can be stopped and resumed, and keeps a summary.

Used as a pytest plugin (`-p tests.proving --proof proof/summary.json`). A test that passed on the same content of
the repository is not run again. What a test records with `record_property` stands in the summary.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--proof", default=None, help="file of the summary; tests proved on this content are skipped"
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--proof")
    if path:
        proof = Proof(ROOT / path, writes=not hasattr(config, "workerinput"))
        config.pluginmanager.register(proof, "kit-proof")


class Proof:
    """The summary, read at the start and written after each test, by one process alone."""

    def __init__(self, path: Path, *, writes: bool) -> None:
        self.path = path
        self.writes = writes
        self.content = content_hash()
        known = json.loads(path.read_text("utf-8")) if path.exists() else {}
        same = known.get("content") == self.content
        self.tests: dict[str, Any] = known.get("tests", {}) if same else {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if self.tests.get(item.nodeid, {}).get("outcome") == "passed":
                item.add_marker(pytest.mark.skip(reason="already proved on this content"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not self.writes:
            return
        if report.when != "call" and not (report.when == "setup" and report.failed):
            return
        self.tests[report.nodeid] = {
            "outcome": report.outcome,
            "seconds": round(report.duration, 1),
            **dict(report.user_properties),
        }
        self.write()

    def write(self) -> None:
        summary = {
            "content": self.content,
            "date": datetime.now(tz=UTC).strftime("%Y-%m-%d"),
            "python": platform.python_version(),
            "passed": sum(test["outcome"] == "passed" for test in self.tests.values()),
            "failed": sum(test["outcome"] == "failed" for test in self.tests.values()),
            "tests": dict(sorted(self.tests.items())),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8")


def content_hash() -> str:
    """Return a hash of all that is tracked or would be, the summaries themselves apart."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    digest = hashlib.sha256()
    for name in sorted(filter(None, names)):
        path = ROOT / name
        if path.is_file() and not name.startswith(("proof/", "docs/", "README", "CHANGELOG", "CONTRIBUTING")):
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
