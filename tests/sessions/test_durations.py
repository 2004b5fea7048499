"""A session gives each paper the time its case was written for, and says so where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import Finding
from kit.sessions.new import new_session
from kit.sessions.opening import open_session
from kit.sessions.variants import check_cases


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return new_session(tmp_path / "session")


def changed(example: Path, part: str, old: str, new: str) -> list[Finding]:
    config = example / "session.yaml"
    head, at, tail = config.read_text("utf-8").partition(part)
    assert at
    assert old in tail
    config.write_text(head + at + tail.replace(old, new, 1), "utf-8")
    return check_cases(open_session(example))


def test_the_example_gives_every_part_the_time_its_questions_advise(example: Path) -> None:
    assert check_cases(open_session(example)) == []


def test_a_part_shorter_than_its_questions_is_told_with_its_place(example: Path) -> None:
    (finding,) = changed(example, "- id: rapport", "duration: 1h30", "duration: 1h00")
    assert finding.code == "build.part_short"
    assert finding.where.field == "epreuves.E5.parts[2].duration"
    assert "1\u00a0h\u00a000" in finding.message
    assert "1\u00a0h\u00a022" in finding.message


def test_a_part_may_last_longer_than_its_questions(example: Path) -> None:
    assert changed(example, "- id: rapport", "duration: 1h30", "duration: 2h00") == []


def test_a_single_paper_lasts_what_its_case_says(example: Path) -> None:
    (finding,) = changed(example, "E2:", "duration: 4h00", "duration: 4h30")
    assert finding.code == "build.duration"
    assert finding.where.field == "epreuves.E2.duration"
