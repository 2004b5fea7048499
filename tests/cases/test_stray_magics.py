"""A command of ours that IPython will not read as one is named, and IPython's own are left alone."""

from __future__ import annotations

import pytest

from kit.cases.stray_magics import IPYTHON, stray_magics


def codes(source: str, cell_type: str = "code") -> list[str]:
    return [finding.code for finding in stray_magics(source, cell_type)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%%qestion Q1 CE4.1=1\n…", "magic.unknown"),
        ("%%QUESTION Q1 CE4.1=1\n…", "magic.unknown"),
        ("%% question Q1 CE4.1=1\n…", "magic.unknown"),
        ("# note\n%%question Q1 CE4.1=1\n…", "magic.not_first"),
        ("%question Q1 CE4.1=1", "magic.line"),
        ("x = 1\n  %corrige Q1", "magic.line"),
        ("%%question Q1 CE4.1=1\nQue faire ?\n%%corrige Q1\nRien.", "magic.second"),
    ],
)
def test_a_command_that_would_be_lost_is_noticed(source: str, code: str) -> None:
    findings = list(stray_magics(source, "code"))
    assert [finding.code for finding in findings] == [code]
    assert findings[0].message
    assert findings[0].remedy


@pytest.mark.parametrize("name", sorted(IPYTHON))
def test_the_magics_of_ipython_are_no_misspellings(name: str) -> None:
    assert codes(f"%%{name} x\n1 + 1") == []


def test_ipython_knows_every_magic_we_leave_to_it() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    known = set(InteractiveShell().magics_manager.magics["cell"])
    assert {name for name in IPYTHON - known if name not in ("cmd", "code_wrap")} == set()


def test_ordinary_cells_say_nothing() -> None:
    assert codes("%load_ext kit.cases\nx = 7 % 3") == []
    assert codes("%%question Q1 CE4.1=1\nUne part de 5 % est-elle %%élevée ?") == []
    assert codes("Voir %%question", "markdown") == []


def test_a_command_in_a_cell_of_text_is_noticed() -> None:
    assert codes("%%question Q1 CE4.1=1\nQue faire ?", "markdown") == ["magic.wrong_cell"]
    assert codes("%%question Q1 CE4.1=1\nQue faire ?", "raw") == ["magic.wrong_cell"]
