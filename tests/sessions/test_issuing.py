"""Issuing a session: what was given to one session is never given to another; a session never collides with itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kit.authoring.approving import approve
from kit.errors import AuthorError, InvalidFile, KitError
from kit.sessions.build import build_session
from kit.sessions.issuing import issue_session
from kit.sessions.register import Figure, Imprint, Issued, add_to_register, compare, read_register
from tests.builders import a_session
from tests.case_builders import a_template, changed

DAY = date(2026, 5, 4)
PLAN = """\
id: "{id}"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2: {{template: petit-cas, variants: 1, versions: [principal], id: ecrit, mode: surveille, date: 2026-06-08,
       start: "09:00", duration: 60, anonymous: true, parameters: {{sector: bois}}}}
"""


def a_school(workspace: Path, *names: str) -> list[Path]:
    """Return sessions built in one workspace, from one approved template with a single subject."""
    folders = []
    for name in names:
        made = a_session(
            workspace, session=PLAN.format(id=name), inscriptions="candidat,epreuve,tentative\nC1,E2,1\n"
        )
        folder = made.rename(workspace / name)
        folders.append(folder)
    return folders


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "kit.yaml").touch()
    return tmp_path


def refusal(session: Path) -> str | None:
    """Return why a session is not issued, or None when it is."""
    try:
        issue_session(session, DAY)
    except InvalidFile as refused:
        return str(refused)
    return None


def of_two_subjects(workspace: Path) -> Path:
    """Return a template that can make two subjects and no more."""
    return a_template(workspace, changed({"1000 + seed % 7 * 100": "1000 + 100 * (seed % 2)"}))


def test_a_subject_given_to_one_session_is_drawn_again_for_another(workspace: Path) -> None:
    one, other = a_school(workspace, "MARS-2026", "JUIN-2026")
    path = of_two_subjects(workspace)
    approve(path, "Directrice", DAY, workspace)
    build_session(one)
    assert issue_session(one, DAY)[0] == 1
    assert issue_session(one, DAY)[0] == 0
    build_session(one, cache=False)
    assert issue_session(one, DAY) == (0, ())
    for _ in range(40):  # each draw has one chance in two
        build_session(other)
        refused = refusal(other)
        if refused is None:
            break
        assert "MARS-2026" in refused
        assert len(read_register(workspace)) == 1
        assert "kit build" in str(refusal(other))
    rows = read_register(workspace)
    assert [row.session for row in rows] == ["MARS-2026", "JUIN-2026"]
    assert rows[0].imprint.signature != rows[1].imprint.signature
    assert (workspace / ".kit/register.jsonl").stat().st_mode & 0o077 == 0


def test_what_is_not_approved_not_built_or_changed_is_not_issued(workspace: Path) -> None:
    (folder,) = a_school(workspace, "MARS-2026")
    path = a_template(workspace)
    with pytest.raises(InvalidFile, match="kit build"):
        issue_session(folder, DAY)
    told = build_session(folder).warnings
    assert [finding.code for finding in told] == ["approval.draft"]
    with pytest.raises(InvalidFile, match="PROJET"):
        issue_session(folder, DAY)
    approve(path, "Directrice", DAY, workspace)
    with pytest.raises(InvalidFile, match="PROJET"):
        issue_session(folder, DAY)
    assert build_session(folder).warnings == ()
    subject = folder / "build/candidats/E2/principal-1/MARS-2026-E2-P1-sujet.pdf"
    sound = subject.read_bytes()
    subject.write_bytes(sound + b" ")
    with pytest.raises(InvalidFile, match="modifié"):
        issue_session(folder, DAY)
    subject.write_bytes(sound)
    assert not (workspace / ".kit/register.jsonl").exists()
    assert issue_session(folder, DAY)[0] == 1


def test_a_demonstration_is_not_issued(workspace: Path) -> None:
    (folder,) = a_school(workspace, "MARS-2026")
    config = folder / "session.yaml"
    config.write_text(config.read_text("utf-8") + "demo: true\n", "utf-8")
    with pytest.raises(AuthorError, match="démonstration"):
        issue_session(folder, DAY)


def issued(session: str, signature: str, value: str = "100", variant: int = 1) -> Issued:
    figure = Figure(question="Q1", name="total", value=value, tolerance="1")
    imprint = Imprint(
        template="t", approved=True, draw=1, forms={"D1": "a"}, profile={"sector": "bois"}, signature=signature,
        figures=(figure,),
    )  # fmt: skip
    return Issued(
        session=session, epreuve="E2", version="principal", variant=variant, on=DAY, imprint=imprint
    )


def test_two_subjects_of_one_session_that_are_the_same_are_drawn_apart() -> None:
    compared = compare([issued("S", "x"), issued("S", "x", variant=2)], [])
    assert [subject.variant for subject in compared.refused] == [2]
    assert [finding.code for finding in compared.findings] == ["register.same_in_session"]


def test_a_subject_close_to_a_recent_one_is_told_and_an_old_or_different_one_is_not() -> None:
    recent = [issued(name, name) for name in ("A", "B", "C", "D")]
    compared = compare([issued("S", "new", "100.5")], recent)
    assert [finding.fields["session"] for finding in compared.findings] == ["B", "C", "D"]
    assert compared.refused == ()
    assert compare([issued("S", "new", "101.5")], recent).findings == ()


def test_a_damaged_register_is_told_by_line_and_left_alone(workspace: Path) -> None:
    add_to_register(workspace, [issued("A", "x"), issued("B", "y")])
    path = workspace / ".kit/register.jsonl"
    path.write_text(path.read_text("utf-8").replace('{"session":"B"', '{"session":'), "utf-8")
    before = path.read_bytes()
    with pytest.raises(KitError) as caught:
        add_to_register(workspace, [issued("C", "z")])
    assert [finding.where.line for finding in caught.value.findings] == [2]
    assert path.read_bytes() == before
    assert json.loads(before.splitlines()[0])["session"] == "A"
