"""What every test may rely on: system tools declared with a marker, and repeatable random cases."""

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("kit", deadline=None, database=None, derandomize=True)
settings.load_profile("kit")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is absent; fail it instead where KIT_REQUIRE_TOOLS is set."""
    missing = [mark.args[0] for mark in item.iter_markers("needs") if shutil.which(mark.args[0]) is None]
    if missing:
        reason = f"needs {', '.join(missing)}"
        if os.environ.get("KIT_REQUIRE_TOOLS"):
            pytest.fail(f"{reason}, and KIT_REQUIRE_TOOLS is set")
        pytest.skip(reason)
