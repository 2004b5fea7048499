"""The session panel without a browser."""

from pathlib import Path
from typing import Any

import pytest

from kit.errors import Finding, InvalidFile
from kit.package_data import shipped
from kit.sessions.build import Build
from kit.sessions.demo import DEMO_ID
from kit.sessions.manifest import Entry
from kit.ui import session_state
from kit.ui.grids_at_hand import working_folder
from kit.ui.session_panel import SessionPanel
from tests.builders import a_session


def an_entry(path: str, audience: str = "candidate", kind: str = "subject") -> Entry:
    return Entry.model_validate(
        {"path": path, "audience": audience, "epreuve": "E2", "version": "principal", "variant": 1, "kind": kind,
         "format": "pdf", "sha256": "0" * 64, "bytes": 2048}
    )  # fmt: skip


def press(panel: SessionPanel, action: str) -> None:
    panel.set_state({"input": {"seq": 1, "values": {}, "action": {"seq": 1, "name": action}}})


def test_a_session_shows_its_plan(tmp_path: Path) -> None:
    panel = SessionPanel(a_session(tmp_path))
    assert "JUIN-2026" in panel.regions["identity"]
    assert "lundi 8\xa0juin 2026, 9\xa0h\xa000, 4\xa0h\xa000" in panel.regions["plan"]
    assert "2\xa0variantes" in panel.regions["plan"]


def test_problems_of_the_files_are_all_shown_and_nothing_can_be_built(tmp_path: Path) -> None:
    folder = a_session(tmp_path, inscriptions="candidat,epreuve,tentative\nC9,E2,1\nC1,E9,1\n")
    panel = SessionPanel(folder)
    assert "C9" in panel.regions["findings"]
    assert "E9" in panel.regions["findings"]
    assert not panel.state.can_build
    a_session(tmp_path)
    press(panel, "check")
    assert panel.state.can_build


def test_a_folder_that_is_no_session_is_a_sentence_not_an_exception(tmp_path: Path) -> None:
    panel = SessionPanel(tmp_path / "absent")
    assert "Ce dossier n’existe pas" in panel.regions["findings"]


def test_building_shows_its_progress_then_the_files_by_audience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (
        an_entry("candidats/E2/a-sujet.pdf"),
        an_entry("correcteurs/E2/a-corrige.pdf", "marker", "answer_key"),
    )
    shown: list[str] = []

    def build(folder: Path, *, progress: Any) -> Build:
        progress(0, 2, "")
        shown.append(panel.regions["progress"])
        progress(1, 2, "E2-P1")
        shown.append(panel.regions["progress"])
        return Build("DEMO-2026", folder / "build", files, 3.0, ())

    monkeypatch.setattr(session_state, "build_session", build)
    panel = SessionPanel(a_session(tmp_path))
    press(panel, "build")
    assert "reste environ" not in shown[0]
    assert 'max="2" value="1"' in shown[1]
    assert "(reste environ 1\xa0s)" in shown[1]
    assert "2\xa0fichiers en 3 s" in panel.regions["progress"]
    candidates, markers = panel.regions["files"].split("Pour les correcteurs")
    assert "a-sujet.pdf" in candidates
    assert "a-corrige.pdf" not in candidates
    assert "a-corrige.pdf" in markers


def test_a_build_that_fails_says_why_and_that_nothing_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(folder: Path, *, progress: Any) -> Build:
        raise InvalidFile(Finding("file.missing"))

    monkeypatch.setattr(session_state, "build_session", build)
    panel = SessionPanel(a_session(tmp_path))
    press(panel, "build")
    assert "intacts" in panel.regions["progress"]
    assert "Le fichier n’existe pas." in panel.regions["findings"]


def test_a_fault_of_ours_is_told_on_the_page_and_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(folder: Path, *, progress: Any) -> Build:
        raise ZeroDivisionError

    monkeypatch.setattr(session_state, "build_session", build)
    panel = SessionPanel(a_session(tmp_path))
    with pytest.raises(ZeroDivisionError):
        press(panel, "build")
    assert "ZeroDivisionError" in panel.regions["findings"]
    assert panel.answered == {"seq": 1}


def test_without_a_folder_the_demonstration_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    panel = SessionPanel()
    assert panel.state.session is not None
    assert panel.state.session.config.id == DEMO_ID
    notes = tmp_path / "session-demo" / "session.yaml"
    notes.write_text(notes.read_text("utf-8").replace("Centre de démonstration", "Mon centre"), "utf-8")
    assert "Mon centre" in SessionPanel().regions["identity"]


def test_nothing_is_made_in_the_folder_of_the_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped("referentiel"))
    assert working_folder() == Path.home()


def test_a_demonstration_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "session-demo").mkdir()
    (tmp_path / "session-demo" / "autre.txt").write_text("", "utf-8")
    assert "Erreur" in SessionPanel().regions["findings"]
