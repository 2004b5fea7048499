"""The workspace: what the user says, else the nearest kit.yaml, else the folder that holds the session."""

import pytest

from kit.errors import AuthorError
from kit.sessions.workspace import find_workspace


@pytest.fixture
def places(tmp_path):
    session, current = tmp_path / "ecole" / "sessions" / "juin", tmp_path / "bureau" / "travail"
    session.mkdir(parents=True)
    current.mkdir(parents=True)
    return session, current


def test_without_anything_it_is_the_folder_of_the_session(places):
    session, current = places
    assert find_workspace(session, current, {}) == session.parent
    assert find_workspace(session / "neuve", current, {}) == session
    assert find_workspace(None, current, {}) == current


def test_the_nearest_kit_yaml_of_the_session_then_of_the_current_folder_wins(places):
    session, current = places
    (current.parent / "kit.yaml").touch()
    assert find_workspace(session, current, {}) == current.parent
    assert find_workspace(None, current, {}) == current.parent
    (session.parents[1] / "kit.yaml").touch()
    assert find_workspace(session, current, {}) == session.parents[1]
    (session.parents[0] / "kit.yaml").touch()
    assert find_workspace(session, current, {}) == session.parents[0]


def test_the_variable_wins_and_must_name_a_folder(places, tmp_path):
    session, current = places
    (session.parent / "kit.yaml").touch()
    assert find_workspace(session, current, {"KIT_WORKSPACE": str(tmp_path)}) == tmp_path
    assert find_workspace(session, current, {"KIT_WORKSPACE": ".."}) == current.parent
    with pytest.raises(AuthorError) as caught:
        find_workspace(session, current, {"KIT_WORKSPACE": "absent"})
    assert "absent" in str(caught.value)


def test_the_process_is_asked_by_default(places, tmp_path, monkeypatch):
    session, current = places
    monkeypatch.chdir(current)
    monkeypatch.delenv("KIT_WORKSPACE", raising=False)
    assert find_workspace() == current
    monkeypatch.setenv("KIT_WORKSPACE", str(tmp_path))
    assert find_workspace(session) == tmp_path
