"""The shipped référentiel, and copies of it that a test may break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.package_data import shipped
from kit.referentiel import DEFAULT, Referentiel, load_referentiel

Breaker = Callable[..., None]


@pytest.fixture(scope="session")
def shipped_folder() -> Path:
    return shipped("referentiel") / DEFAULT


@pytest.fixture(scope="session")
def referentiel(shipped_folder: Path) -> Referentiel:
    return load_referentiel(shipped_folder)


@pytest.fixture
def folder(shipped_folder: Path, tmp_path: Path) -> Path:
    """A copy of the shipped référentiel."""
    return Path(shutil.copytree(shipped_folder, tmp_path / "copie"))


@pytest.fixture
def replace(folder: Path) -> Breaker:
    """Return a function that replaces a text in a file of the copy, and insists that it was there once."""

    def replace_once(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{text.count(old)} × {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    return replace_once
