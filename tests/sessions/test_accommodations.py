"""Accommodations: granted measures alone, exact times, everything wrong told at once with its line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from kit.sessions.accommodations import (
    FILE,
    Accommodations,
    Measure,
    check_accommodations,
    extended,
    pauses,
    read_accommodations,
)
from kit.sessions.new import new_session
from kit.sessions.opening import check_session

THIRD = Measure(kind="extra_time", ratio="1/3", decision="D-1")
GOOD = """\
candidates:
  C004:
    - {kind: extra_time, ratio: "1/3", decision: DEC-2026-017, until: 2026-12-31}
    - {kind: pauses, minutes: 20, decision: DEC-2026-017, epreuves: [E2]}
  C007:
    - {kind: version, version: grands-caracteres-20, decision: DEC-2026-018}
groups: {E1: members}
"""


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("minutes", "extended_to"), [(180, 240), (240, 320), (45, 60), (50, Fraction(200, 3))]
)
def test_a_third_is_a_third(minutes: int, extended_to: Fraction) -> None:
    assert extended(minutes, [THIRD]) == extended_to


def test_of_several_grants_the_greatest_holds_and_pauses_are_apart() -> None:
    half = Measure(kind="extra_time", ratio="1/2", decision="D-2")
    stop = Measure(kind="pauses", minutes=15, decision="D-2")
    assert extended(60, [THIRD, half, stop]) == 90
    assert pauses([THIRD, half, stop]) == 15
    assert extended(60, []) == 60


def test_a_measure_holds_for_its_epreuves_and_its_days(tmp_path: Path) -> None:
    found, _, findings = read_accommodations(written(tmp_path, GOOD))
    assert findings == []
    assert [one.kind for one in found.of("C004", "E2")] == ["extra_time", "pauses"]
    assert [one.kind for one in found.of("C004", "E3")] == ["extra_time"]
    assert found.of("C004", "E3", date(2027, 1, 1)) == ()
    assert found.of("C001", "E2") == ()
    assert found.versions() == ("grands-caracteres-20",)


def test_no_file_grants_nothing_and_the_text_form_names_nobody(tmp_path: Path) -> None:
    assert read_accommodations(tmp_path) == (Accommodations(), None, [])
    found, _, _ = read_accommodations(written(tmp_path, GOOD))
    assert "C004" not in f"{found} {found!r}"


def test_what_the_session_does_not_have_is_told_all_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        GOOD.replace("C007", "C777")
        .replace("epreuves: [E2]", "epreuves: [E22]")
        .replace("E1: members", "E3: group")
    )
    text = text.replace("DEC-2026-018", "DEC-2026-018 dyslexie")
    found, source, _ = read_accommodations(written(tmp_path, text))
    assert source is not None
    told = list(check_accommodations(found, source, ["C004", "C007"], {"E1": True, "E2": False, "E3": False}))
    assert [(one.code, one.where.line) for one in told] == [
        ("accommodation.epreuve", 4),
        ("accommodation.candidate", 5),
        ("accommodation.health", 6),
        ("accommodation.no_group", 7),
        ("accommodation.whose_clock", 1),
    ]


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ("{kind: extra_time, decision: D}", "accommodation.needs"),
        ('{kind: extra_time, ratio: "3", decision: D}', "accommodation.ratio"),
        ('{kind: pauses, minutes: 5, ratio: "1/3", decision: D}', "accommodation.excludes"),
        (
            '{kind: extra_time, ratio: "1/3", decision: D, since: 2026-02-01, until: 2026-01-01}',
            "accommodation.dates",
        ),
        ('{kind: extra_time, ratio: "0", decision: D}', "field.positive"),
        ('{kind: extra_time, ratio: "1/0", decision: D}', "field.exact"),
        ('{kind: extra_time, ratio: "1/3"}', "field.missing"),
        ("{kind: diagnosis, detail: x, decision: D}", "field.choice"),
        ('{kind: extra_time, ratio: "1/3", decision: D, reason: x}', "field.unknown"),
    ],
)
def test_a_measure_that_cannot_stand_is_refused(measure: str, code: str, tmp_path: Path) -> None:
    _, _, findings = read_accommodations(written(tmp_path, f"candidates:\n  C004:\n    - {measure}\n"))
    assert [(finding.code, finding.where.line) for finding in findings] == [(code, 3)]


def test_checking_a_session_reads_them_and_looks_at_who_can(tmp_path: Path) -> None:
    folder = new_session(tmp_path / "juin")
    path = folder / FILE
    path.write_text(
        "candidates:\n  C999:\n    - {kind: room, detail: Salle à part, decision: D-1}\n", "utf-8"
    )
    path.chmod(0o644)
    found = [(finding.code, finding.where.file) for finding in check_session(folder)]
    assert found == [("accommodation.candidate", FILE), ("session.rights", FILE)]
    path.chmod(0o600)
    path.write_text("candidates: [", "utf-8")
    assert [finding.where.file for finding in check_session(folder)] == [FILE]
