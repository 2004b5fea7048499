"""The README keeps its word: its examples run, its names are the public door, its commands exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import kit
from kit import cli
from kit.cli.app import app
from kit.messages import label

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_examples_of_the_readme_run() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0


def test_the_public_door_is_exactly_what_the_readme_explains() -> None:
    paragraph = README.split("The public door of the package:")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", paragraph)) == set(kit.__all__)
    for name in kit.__all__:
        assert getattr(kit, name) is not None


def test_the_first_commands_shown_are_demo_and_test() -> None:
    block = re.search(r"```console\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make demo", "make test"]


def test_every_command_named_in_the_readme_exists() -> None:
    named = set(re.findall(r"(?:`|^)kit (\w+)(?: (\w+))?", README, re.MULTILINE))
    groups = {group.name: {c.name or c.callback.__name__ for c in group.typer_instance.registered_commands}
              for group in app.registered_groups}  # fmt: skip
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert len(named) >= 8
    for first, second in named:
        assert first in commands or second in groups.get(first, set()), (first, second)


def test_the_exit_codes_of_the_readme_are_those_of_the_command() -> None:
    codes = {cli.DONE, cli.PROBLEMS, cli.WRONG_USAGE, cli.OUR_FAULT, cli.INTERRUPTED}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)} == codes
    assert set(map(int, re.findall(r"\d+", label("cli.exit_codes")))) == codes


@pytest.mark.parametrize(
    "module", ["kit.french", "kit.environment", "kit.referentiel.model", "kit.referentiel.reglement"]
)
def test_the_examples_in_docstrings_run(module: str) -> None:
    import importlib

    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
