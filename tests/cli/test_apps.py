"""The pages of the panels: refused before any server starts when they cannot be shown."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kit.cli import apps
from kit.errors import EnvironmentFault, KitError
from kit.sessions.opening import Session
from kit.ui.voila_page import correction_page, page_command, page_environment
from tests.marking.sessions import a_session_to_mark


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("KIT_STORE", raising=False)
    return a_session_to_mark(tmp_path)


def test_somebody_who_marks_nothing_gets_a_sentence_and_no_server(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps, "serve", pytest.fail)
    with pytest.raises(KitError) as caught:
        apps.correction(session.root, "P8")
    assert [found.code for found in caught.value.findings] == ["marks.no_marker"]


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EnvironmentFault) as caught:
            apps.serve("{}", "essai", port, browser=False)
    assert [found.code for found in caught.value.findings] == ["app.port"]


def test_without_voila_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "find_spec", lambda _: None)
    with pytest.raises(EnvironmentFault) as caught:
        apps.serve("{}", "essai", 0, browser=False)
    assert [found.code for found in caught.value.findings] == ["app.not_installed"]


def test_a_server_that_stops_is_told_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import kit.ui.voila_page as page

    def broken(notebook: Path, port: int) -> list[str]:
        return [page_command(notebook, port)[0], "-c", "raise SystemExit('le port a brûlé')"]

    monkeypatch.setattr(page, "page_command", broken)
    with pytest.raises(EnvironmentFault) as caught:
        apps.serve("{}", "essai", 0, browser=False)
    (finding,) = caught.value.findings
    assert (finding.code, finding.fields["told"]) == ("app.failed", "le port a brûlé")


def test_the_token_is_not_in_the_command_and_the_server_listens_here_only(tmp_path: Path) -> None:
    command = page_command(tmp_path / "page.ipynb", 8866)
    assert "--Voila.ip=127.0.0.1" in command
    assert not any("secret-token" in word for word in command)
    assert page_environment("secret-token", tmp_path)["JUPYTER_TOKEN"] == "secret-token"


def test_a_folder_or_a_marker_with_quotes_stays_a_string() -> None:
    text = correction_page(Path('/tmp/l\'été "2026"'), "P1'); import os; ('")
    cell = next(line for line in text.splitlines() if "open_desk(" in line)
    code = __import__("json").loads("{" + cell.strip().rstrip(",") + "}")["source"]
    calls = __import__("ast").parse(code).body[-1].value.args
    assert [call.value for call in calls] == ['/tmp/l\'été "2026"', "P1'); import os; ('"]
