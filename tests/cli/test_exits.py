"""How a command ends: its exit code, its sentence, its JSON, whatever went wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.cli import main
from tests.builders import SESSION, a_referentiel, a_session
from tests.case_builders import a_template

KIT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    a_referentiel(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def called(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        shown = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, shown.out, shown.err

    return called


def broken(error: BaseException) -> Callable[..., Any]:
    def called(*_: object, **__: object) -> Any:
        raise error

    return called


def in_process(*words: str, **keywords: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(KIT)}
    return subprocess.run(
        [sys.executable, *words], text=True, env=environment, stderr=subprocess.PIPE, timeout=60, **keywords
    )


def test_a_fault_of_ours_is_told_without_traceback_and_exits_70(run, monkeypatch):
    monkeypatch.setattr("kit.cli.referentiel.load_referentiel", broken(RuntimeError("boum")))
    code, out, err = run("referentiel", "show")
    assert (code, out) == (70, "")
    assert "--debug" in err
    assert "boum" not in err + out
    assert "Traceback" not in err


def test_debug_shows_the_traceback_and_the_exit_code_is_the_same(run, monkeypatch):
    monkeypatch.setattr("kit.cli.referentiel.load_referentiel", broken(RuntimeError("boum")))
    code, _, err = run("referentiel", "show", "--debug")
    assert code == 70
    assert "Traceback" in err
    assert "boum" in err
    code, _, err = run("--debug", "build", "absent")
    assert code == 1
    assert "Traceback" in err
    assert "Traceback" not in run("build", "absent")[2]


def test_an_import_that_fails_is_a_fault_of_ours(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "kit.cli.app", None)
    assert run("session", "check", "s")[0] == 70


def test_an_epreuve_that_the_session_has_not_is_wrong_usage(run, workspace):
    a_template(workspace)
    a_session(workspace, session=SESSION.replace("mon-cas", "petit-cas"))
    code, _, err = run("build", "session", "--only", "E9")
    assert code == 2
    assert "E9" in err


@pytest.mark.parametrize(
    "words", [("referentiel", "matrix", "E42"), ("referentiel", "show", "--referentiel", "autre")]
)
def test_a_name_given_on_the_command_line_that_does_not_exist_is_wrong_usage(run, words):
    assert run(*words)[0] == 2


def test_ctrl_c_is_a_sentence_and_exits_130(run, monkeypatch):
    monkeypatch.setattr("kit.cli.referentiel.load_referentiel", broken(KeyboardInterrupt()))
    code, out, err = run("referentiel", "show")
    assert (code, out) == (130, "")
    assert "interrompu" in err.lower()
    assert "Traceback" not in err


def test_ctrl_c_while_the_rooms_are_imported_is_a_sentence_too(tmp_path):
    """The signal comes from the first import of a library that only the commands need."""
    script = (
        "import builtins, os, signal, sys\n"
        "from kit.cli import main\n"
        "real = builtins.__import__\n"
        "def slow(name, *rest, **more):\n"
        "    if name == 'rich.console': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = slow\n"
        "main(['referentiel', 'show'])\n"
    )
    done = in_process("-c", script, cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 130
    assert "interrompu" in done.stderr.lower()
    assert "Traceback" not in done.stderr


JSON_COMMANDS = [
    ("session", "check", "absent"),
    ("build", "absent"),
    ("referentiel", "show", "--referentiel", "autre"),
    ("referentiel", "matrix", "E42"),
    ("build",),
    ("session", "check", "absent", "--vite"),
]


@pytest.mark.parametrize("words", JSON_COMMANDS, ids=" ".join)
def test_with_json_a_failure_is_json_and_nothing_else(run, workspace, words):
    code, out, err = run(*words, "--json")
    (finding, *_) = json.loads(out)["findings"]
    assert code in (1, 2)
    assert err == ""
    assert finding["message"]
    assert finding["remedy"]
    assert {"code", "severity", "where", "file", "line"} <= set(finding)


@pytest.mark.parametrize(
    ("error", "code"), [(RuntimeError("boum"), 70), (KeyboardInterrupt(), 130), (OSError(28, "full"), 1)]
)
def test_with_json_whatever_happens_is_json(run, monkeypatch, error, code):
    monkeypatch.setattr("kit.cli.referentiel.load_referentiel", broken(error))
    left, out, err = run("referentiel", "show", "--json")
    assert (left, err) == (code, "")
    assert len(json.loads(out)["findings"]) == 1


@pytest.mark.parametrize(
    ("number", "said"), [(28, "disque est plein"), (30, "lecture seule"), (13, "droits"), (36, "trop long")]
)
def test_what_the_machine_refuses_is_no_fault_of_ours(run, monkeypatch, number, said):
    refused = OSError(number, os.strerror(number), "/ailleurs/fichier")
    monkeypatch.setattr("kit.cli.referentiel.load_referentiel", broken(refused))
    code, _, err = run("referentiel", "show")
    assert code == 1
    assert said in err
    assert "/ailleurs/fichier" in err
    assert os.strerror(number) not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_an_output_that_refuses_is_told(tmp_path):
    with Path("/dev/full").open("w") as full:
        done = in_process("-m", "kit", "referentiel", "show", stdout=full, cwd=tmp_path)
    assert done.returncode == 1
    assert "disque est plein" in done.stderr
    assert "Exception" not in done.stderr


def test_a_reader_that_leaves_is_no_error(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = in_process("-m", "kit", "referentiel", "show", stdout=write, cwd=tmp_path)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_in_a_word_after_two_dashes_is_no_option(run, workspace):
    code, out, _ = run("session", "check", "--", "--json")
    assert code == 1
    assert not out.startswith("{")


def test_more_problems_than_anybody_reads_are_counted_and_json_has_them_all(run, workspace):
    rows = "".join(f"Y{i},E2,1\n" for i in range(600))
    a_session(workspace, inscriptions="candidat,epreuve,tentative\n" + rows)
    code, out, _ = run("session", "check", "session")
    assert code == 1
    assert out.count("n’est pas dans candidats.csv") <= 500
    assert "--json" in out
    assert "601\u00a0problèmes" in out
    findings = json.loads(run("session", "check", "session", "--json")[1])["findings"]
    assert sum(finding["code"] == "session.candidate.unknown" for finding in findings) == 600
