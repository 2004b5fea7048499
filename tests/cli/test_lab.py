"""`kit lab` opens on the workspace, so that templates, sessions and notebooks are all in reach."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kit.cli import lab
from kit.errors import AuthorError, EnvironmentFault
from kit.package_data import shipped


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KIT_WORKSPACE", raising=False)
    return tmp_path


def test_a_workspace_gets_its_own_notebooks_and_keeps_those_it_has(here):
    (here / "kit.yaml").touch()
    inside = here / "case_templates"
    inside.mkdir()
    assert lab.lab_root() == here
    names = {path.name for path in (here / "notebooks").iterdir()}
    assert names == {path.name for path in shipped("notebooks").glob("*.ipynb")}
    mine = here / "notebooks" / "01_referentiel.ipynb"
    mine.write_text("à moi", "utf-8")
    assert lab.lab_root() == here
    assert mine.read_text("utf-8") == "à moi"


def test_the_root_is_the_workspace_from_any_of_its_folders(here, monkeypatch):
    (here / "kit.yaml").touch()
    (here / "juin").mkdir()
    monkeypatch.chdir(here / "juin")
    assert lab.lab_root() == here


def test_the_variable_names_the_workspace_and_a_folder_given_comes_first(here, monkeypatch):
    for name in ("atelier", "autre"):
        (here / name).mkdir()
    monkeypatch.setenv("KIT_WORKSPACE", str(here / "atelier"))
    assert lab.lab_root() == here / "atelier"
    assert lab.lab_root(here / "autre") == here / "autre"


def test_a_checkout_opens_on_itself(monkeypatch):
    checkout = shipped("notebooks").parent
    monkeypatch.chdir(checkout)
    monkeypatch.delenv("KIT_WORKSPACE", raising=False)
    assert lab.lab_root() == checkout


def test_a_folder_that_does_not_exist_or_cannot_be_filled_is_told(here):
    with pytest.raises(AuthorError):
        lab.lab_root(here / "absent")
    (here / "fichier").touch()
    with pytest.raises(AuthorError):
        lab.lab_root(here / "fichier")


def test_the_lab_starts_in_the_notebooks_of_the_root_with_its_kernels_in_the_workspace(here):
    command = lab.lab_command(here, "réglages")
    assert f"--ServerApp.root_dir={here}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks" in command
    assert lab.lab_environment(here)["KIT_WORKSPACE"] == str(here)


def test_a_lab_that_fails_is_told(here, monkeypatch):
    monkeypatch.setattr(lab, "lab_command", lambda *_: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(EnvironmentFault) as caught:
        lab.open_lab()
    assert "3" in caught.value.findings[0].message


def test_ctrl_c_is_left_to_the_lab(here, monkeypatch, capsys):
    """The terminal sends Ctrl-C to both; the lab asks before it stops, and must not be killed meanwhile."""
    script = (
        "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(0.5); print('', end='')"
    )
    monkeypatch.setattr(lab, "lab_command", lambda *_: [sys.executable, "-c", script])
    lab.open_lab()
    assert "Ctrl-C" in capsys.readouterr().out
