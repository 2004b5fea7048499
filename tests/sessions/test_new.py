"""A new session and the demo: complete, sound, and never written over somebody's work."""

import os
import shutil
import stat
import subprocess
from datetime import date
from pathlib import Path

import pytest

from kit.errors import AuthorError, EnvironmentFault, InvalidFile, Severity
from kit.sessions.attribution import attribute, write_attribution
from kit.sessions.demo import demo_session
from kit.sessions.examples import EXAMPLE_EPREUVES
from kit.sessions.model import Assignment
from kit.sessions.new import new_session
from kit.sessions.opening import Session, check_session, open_session
from kit.sessions.seeds import DEMO_SECRET, obtain_secret, read_secret
from kit.sessions.swap import session_lock

FILES = {
    "session.yaml", "candidats.csv", "groupes.csv", "inscriptions.csv", "intervenants.csv",
    "affectations.csv", "presences.csv", "incidents.csv", "secret.key", ".gitignore",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    """Return a workspace without a référentiel of its own: the shipped one serves."""
    (tmp_path / "referentiel").mkdir()
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".build.lock"}


def test_a_new_session_has_an_example_of_every_file_and_passes_the_check(workspace):
    folder = new_session(workspace / "Session d’été 2026", today=date(2026, 1, 15))
    assert set(contents(folder)) == FILES
    assert check_session(folder) == []
    session = open_session(folder)
    assert session.config.id == "Session-d-ete-2026"
    assert not session.config.demo
    assert list(session.config.epreuves) == [epreuve.id for epreuve in EXAMPLE_EPREUVES]
    assert session.config.epreuves["E2"].parts[0].date == date(2026, 3, 16)
    assert len(session.registrations) == len(EXAMPLE_EPREUVES) * len(session.candidates)


def test_the_shipped_referentiel_accepts_the_new_session_and_the_demo(tmp_path):
    assert check_session(new_session(tmp_path / "neuve")) == []
    assert check_session(demo_session(tmp_path / "demo")) == []


def test_every_example_file_explains_itself(workspace):
    folder = new_session(workspace / "s")
    for name in FILES - {"secret.key"}:
        assert (folder / name).read_text("utf-8").startswith("# ")


def test_two_new_sessions_have_secrets_of_their_own(workspace):
    secrets = {read_secret(new_session(workspace / name)) for name in ("a", "b")}
    assert len(secrets) == 2
    assert DEMO_SECRET not in secrets
    assert stat.S_IMODE((workspace / "a" / "secret.key").stat().st_mode) == 0o600


def test_an_empty_folder_is_filled_and_any_other_is_refused_untouched(workspace):
    folder = workspace / "s"
    folder.mkdir()
    new_session(folder, "JUIN")
    before = contents(folder)
    with pytest.raises(AuthorError) as caught:
        new_session(folder, "JUIN")
    assert "vide" in str(caught.value)
    assert contents(folder) == before
    (workspace / "fichier").touch()
    with pytest.raises(AuthorError):
        new_session(workspace / "fichier", "JUIN")


def test_what_holds_a_secret_or_an_answer_never_enters_a_repository(workspace):
    """Asked of git itself, with the files a build, a failed case or a killed command leave."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is absent")
    folder = new_session(workspace / "s")
    subprocess.run([git, "init", "-q", str(folder)], check=True)
    hidden = (
        "secret.key", "attribution.csv", "tirages.csv", "amenagements.yaml", "build/a", ".build-old/a", ".cache/a",
        "echecs/E2.ipynb", ".session-1/secret.key", ".kit-1",
    )  # fmt: skip
    asked = [git, "-C", str(folder), "check-ignore", *hidden]
    ignored = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    assert ignored == list(hidden)
    shown = [git, "-C", str(folder), "check-ignore", "session.yaml", "candidats.csv"]
    assert subprocess.run(shown, capture_output=True, check=False).stdout == b""


@pytest.mark.parametrize(("number", "code"), [(28, "full"), (30, "read_only"), (13, "rights")])
def test_a_machine_that_refuses_is_told_for_the_folder_and_leaves_nothing(
    workspace, monkeypatch, number, code
):
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(EnvironmentFault) as caught:
        new_session(workspace / "s", "JUIN")
    (finding,) = caught.value.findings
    assert (finding.code, finding.where.file) == (f"environment.{code}", str(workspace / "s"))
    assert sorted(path.name for path in workspace.iterdir()) == ["referentiel"]


def test_a_name_too_long_for_the_disk_is_told(workspace):
    with pytest.raises(EnvironmentFault) as caught:
        new_session(workspace / ("s" * 300), "JUIN")
    assert caught.value.findings[0].code == "environment.name_too_long"


def test_what_is_no_folder_is_told_for_what_it_is(workspace):
    (workspace / "fichier").touch()
    (workspace / "boucle").symlink_to(workspace / "boucle")
    for name in ("fichier", "boucle"):
        with pytest.raises(AuthorError) as caught:
            new_session(workspace / name)
        assert caught.value.findings[0].code == "session.folder.not_folder"
        assert [finding.code for finding in check_session(workspace / name)] == ["session.folder.not_folder"]
    assert [finding.code for finding in check_session(workspace / "absent")] == ["session.folder.absent"]
    with pytest.raises(EnvironmentFault) as caught:
        new_session(workspace / "boucle" / "s")
    assert caught.value.findings[0].code == "environment.loop"


def test_an_empty_id_is_not_taken_for_none(workspace):
    with pytest.raises(InvalidFile):
        new_session(workspace / "s", "")


def test_the_current_folder_can_be_filled_in_place(workspace, monkeypatch):
    folder = workspace / "ici"
    folder.mkdir()
    monkeypatch.chdir(folder)
    new_session(Path())
    assert set(contents(folder)) == FILES
    assert Path.cwd() == folder
    assert open_session(Path()).config.id == "ici"


def test_an_id_that_cannot_be_one_is_refused_before_anything_is_written(workspace):
    with pytest.raises(InvalidFile):
        new_session(workspace / "s", "juin 2026")
    assert not (workspace / "s").exists()


def test_an_id_of_figures_stays_a_text(workspace):
    assert open_session(new_session(workspace / "s", "2026")).config.id == "2026"


def test_a_parent_that_cannot_hold_the_folder_is_told_and_leaves_nothing(workspace):
    (workspace / "fichier").touch()
    with pytest.raises(EnvironmentFault):
        new_session(workspace / "fichier" / "s", "JUIN")
    assert sorted(path.name for path in workspace.iterdir()) == ["fichier", "referentiel"]


def test_the_demo_is_the_same_everywhere_to_the_byte(workspace):
    one, other = demo_session(workspace / "une"), demo_session(workspace / "autre" / "démo é")
    assert contents(one) == contents(other)
    assert set(contents(one)) == FILES


def test_the_demo_is_a_full_session(workspace):
    folder = demo_session(workspace / "demo")
    assert check_session(folder) == []
    session = open_session(folder)
    assert (session.config.id, session.config.demo, len(session.candidates)) == ("DEMO-2026", True, 12)
    assert [session.config.epreuves[name].variants for name in ("E2", "E3")] == [2, 2]
    assert read_secret(folder, demo=True) == DEMO_SECRET
    for epreuve in session.config.epreuves:
        assert len(session.registered(epreuve)) == 12
        assert ranks(session, epreuve) == {1, 2}
    assert sum(row.role.startswith("jury") for row in session.assignments) == 4
    names = "".join(row.last_name + row.first_name for row in session.candidates)
    assert all(sign in names for sign in "’éœßğŻễ- ")
    assert max(len(row.last_name) for row in session.candidates) > 20


def ranks(session: Session, epreuve: str) -> set[int]:
    markers: list[Assignment] = [
        row for row in session.assignments if row.role == "correcteur" and row.epreuve == epreuve
    ]
    assert len({row.person for row in markers}) == 2
    return {row.marking_rank for row in markers}


def test_the_demo_is_brought_back_to_what_it_was_and_its_build_stays(workspace):
    folder = demo_session(workspace / "demo")
    before = contents(folder)
    session = open_session(folder)
    write_attribution(folder, attribute(session, obtain_secret(folder, demo=True)))
    (folder / "candidats.csv").write_text("id,nom\n")
    (folder / "groupes.csv").unlink()
    (folder / "secret.key").write_text("perdu")
    (folder / "build").mkdir()
    (folder / "notes.txt").write_text("à moi")
    demo_session(folder)
    assert {name: data for name, data in contents_of_files(folder).items() if name != "notes.txt"} == before
    assert (folder / "notes.txt").read_text() == "à moi"
    assert (folder / "build").is_dir()


def contents_of_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != ".build.lock"}


@pytest.mark.parametrize("text", ["demo: false\nid: DEMO-2026\n", "demo: true\nid: MIENNE\n", "- [", ""])
def test_a_folder_that_is_not_the_demo_is_refused_untouched(tmp_path, text):
    (tmp_path / "session.yaml").write_text(text)
    with pytest.raises(AuthorError):
        demo_session(tmp_path)
    assert contents(tmp_path) == {"session.yaml": text.encode()}


def test_a_demo_that_is_being_built_is_left_alone(workspace):
    folder = demo_session(workspace / "demo")
    before = contents(folder)
    with session_lock(folder), pytest.raises(EnvironmentFault):
        demo_session(folder)
    assert contents(folder) == before


def test_a_real_session_with_the_secret_of_the_demo_is_refused(workspace):
    folder = demo_session(workspace / "demo")
    text = (folder / "session.yaml").read_text().replace("demo: true", "demo: false")
    (folder / "session.yaml").write_text(text)
    errors = [finding.code for finding in check_session(folder) if finding.severity is Severity.ERROR]
    assert errors == ["session.secret.public"]
    with pytest.raises(InvalidFile):
        obtain_secret(folder, demo=False)
