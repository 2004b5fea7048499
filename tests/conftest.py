"""What every test may rely on: system tools declared with a marker, and repeatable random cases."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, a_server

settings.register_profile("kit", deadline=None, database=None, derandomize=True)
settings.load_profile("kit")

# Tests run in the background inherit a deaf Ctrl-C, and so would the programs that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is absent; fail it instead where KIT_REQUIRE_TOOLS is set."""
    missing = [mark.args[0] for mark in item.iter_markers("needs") if shutil.which(mark.args[0]) is None]
    if missing:
        reason = f"needs {', '.join(missing)}"
        if os.environ.get("KIT_REQUIRE_TOOLS"):
            pytest.fail(f"{reason}, and KIT_REQUIRE_TOOLS is set")
        pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that rewrites the reference texts of tests/golden."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the files of tests/golden")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a PostgreSQL server for the tests that ask for one (mark them `needs("initdb")`)."""
    with a_server() as server:
        yield server


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a check of a text against a file of tests/golden, or its rewriting with --update-golden."""

    def check(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        assert path.exists(), f"{name} is missing: run `make golden` and read it"
        assert text == path.read_text("utf-8")

    return check
