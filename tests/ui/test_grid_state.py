"""The state of a grid being filled: plain assignments, no widget."""

from fractions import Fraction
from pathlib import Path

import pytest

from kit.errors import EnvironmentFault, InvalidFile, MarkingError
from kit.grids import Mark
from kit.ui.grid_state import GridState
from tests.case_builders import a_grid

FIRST, SECOND = "CE1.1@ecrit", "CE1.2@ecrit"


@pytest.fixture
def state() -> GridState:
    return GridState(a_grid())


def test_a_new_grid_has_no_mark_and_everything_left(state: GridState) -> None:
    assert state.score.mark is None
    assert state.score.reason == "not_marked"
    assert state.left == (FIRST, SECOND)
    assert not state.dirty


def test_the_mark_comes_when_every_line_has_one(state: GridState) -> None:
    """20 × (3 × 2/3 + 1 × 1) / 4 = 15."""
    state.choose(FIRST, level="acquis")
    assert state.score.mark is None
    state.choose(SECOND, level="maitrise")
    assert (state.score.mark, state.left) == ("15", ())


def test_progress_counts_only_the_lines_with_a_level(state: GridState) -> None:
    state.choose(FIRST, level="acquis")
    progress = state.progress
    assert (progress.done, progress.lines) == (1, 2)
    assert (progress.gained, progress.at_stake) == (Fraction(10), Fraction(15))


def test_a_line_not_assessed_is_said_and_leaves_no_mark(state: GridState) -> None:
    state.choose(FIRST, level="acquis")
    state.choose(SECOND, state="not_assessed")
    assert state.left == ()
    assert (state.score.mark, state.score.reason) == (None, "not_assessed")
    assert state.progress.at_stake == 15


def test_clearing_a_level_keeps_the_comment(state: GridState) -> None:
    state.say(FIRST, "À revoir.")
    state.choose(FIRST, level="acquis")
    state.choose(FIRST)
    assert state.mark(FIRST) == Mark(comment="À revoir.")
    assert FIRST in state.left


def test_a_mark_that_says_nothing_is_not_kept(state: GridState) -> None:
    state.say(FIRST, "x")
    state.say(FIRST, "")
    assert state.marks == {}
    assert not state.dirty


@pytest.mark.parametrize(("key", "level"), [("CE9.9@ecrit", "acquis"), (FIRST, "excellent")])
def test_what_the_grid_does_not_have_is_refused_and_changes_nothing(
    state: GridState, key: str, level: str
) -> None:
    with pytest.raises(MarkingError):
        state.choose(key, level=level)
    assert state.marks == {}


def test_observers_are_told_of_marks_and_of_what_is_not_saved(state: GridState) -> None:
    told: list[str] = []
    state.observe(lambda change: told.append(change["name"]), ["marks", "dirty"])
    state.choose(FIRST, level="acquis")
    assert sorted(told) == ["dirty", "marks"]


def test_going_back_to_what_was_saved_is_no_change(state: GridState, tmp_path: Path) -> None:
    state.choose(FIRST, level="acquis")
    state.save(tmp_path / "notes.json")
    state.choose(FIRST, level="maitrise")
    assert state.dirty
    state.choose(FIRST, level="acquis")
    assert not state.dirty


def test_saving_and_loading_gives_back_every_word(state: GridState, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    state.choose(FIRST, level="acquis")
    state.say(FIRST, "« Bien » — mais\nsans chiffres.")
    state.choose(SECOND, state="not_assessed")
    state.copy_number, state.marker = "12", "Solène K."
    state.save(path)
    other = GridState(state.grid)
    assert other.load(path) == ()
    assert (other.marks, other.copy_number, other.marker) == (state.marks, "12", "Solène K.")
    assert not state.dirty
    assert not other.dirty
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_changed_elsewhere_is_not_overwritten(state: GridState, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    state.save(path)
    other = GridState(state.grid)
    other.load(path)
    other.choose(FIRST, level="maitrise")
    other.save(path)
    state.choose(FIRST, level="non_acquis")
    before = path.read_bytes()
    with pytest.raises(InvalidFile) as caught:
        state.save(path)
    assert [finding.code for finding in caught.value.findings] == ["marks.changed_elsewhere"]
    assert path.read_bytes() == before
    assert state.dirty


def test_the_notes_of_another_copy_are_not_overwritten(state: GridState, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    state.copy_number = "12"
    state.save(path)
    state.copy_number = "13"
    with pytest.raises(InvalidFile) as caught:
        state.save(path)
    assert [finding.code for finding in caught.value.findings] == ["marks.other_copy"]


def test_a_file_that_is_not_ours_is_never_overwritten(state: GridState, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text('{"format": 1, "gri', "utf-8")
    with pytest.raises(InvalidFile):
        state.save(path)
    assert path.read_text("utf-8") == '{"format": 1, "gri'


def test_loading_a_bad_file_changes_nothing(state: GridState, tmp_path: Path) -> None:
    state.choose(FIRST, level="acquis")
    path = tmp_path / "notes.json"
    path.write_text("[]", "utf-8")
    with pytest.raises(InvalidFile):
        state.load(path)
    assert state.mark(FIRST).level == "acquis"
    assert state.dirty


def test_a_disk_that_refuses_is_told_in_french(state: GridState, tmp_path: Path) -> None:
    blocked = tmp_path / "fichier"
    blocked.write_text("", "utf-8")
    with pytest.raises(EnvironmentFault) as caught:
        state.save(blocked / "notes.json")
    assert [finding.code for finding in caught.value.findings] == ["environment.exists"]
