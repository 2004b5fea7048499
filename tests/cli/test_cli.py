"""The commands: French words, exit codes, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.cli import main
from tests.builders import a_referentiel
from tests.case_builders import a_template, changed


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    shown = capsys.readouterr()
    code = left.value.code
    assert isinstance(code, int)
    assert "Traceback" not in shown.out + shown.err
    return code, shown.out, shown.err


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "atelier d’été"
    folder.mkdir()
    a_referentiel(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "group", [[], ["referentiel"], ["case"], ["session"], ["build"], ["demo"], ["lab"], ["watch"]]
)
def test_the_help_is_in_french(capsys: pytest.CaptureFixture[str], group: list[str]) -> None:
    code, out, _ = run(capsys, *group, "--help")
    assert code == 0
    assert "Affiche cette aide." in out
    assert "--debug" in out
    for english in (
        "Usage: ",
        "<path>",
        "<bool>",
        "<str>",
        "Show this message",
        "Commands ",
        "[default",
        "[required]",
    ):
        assert english not in out, english


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["construire"], "n’existe pas"),
        (["case", "verifier"], "commandes connues"),
        (["build"], "Il manque DOSSIER"),
        (["build", ".", "--jobs", "deux"], "--jobs"),
        (["build", ".", "--jobs", "0"], "--jobs"),
        (["build", ".", "--vite"], "--vite"),
        (["build", ".", "--jobs"], "--jobs"),
    ],
)
def test_wrong_usage_is_told_in_french_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = run(capsys, *words)
    assert code == 2
    assert said in err
    assert out == ""


def test_the_referentiel_is_shown_as_the_contract_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "referentiel", "show", "--json")
    shown = json.loads(out)
    assert code == 0
    assert [len(shown[key]) for key in ("blocs", "competences", "criteria", "epreuves")] == [4, 34, 91, 10]
    activities = [activity for bloc in shown["blocs"] for activity in bloc["activities"]]
    assert (len(activities), sum(len(activity["tasks"]) for activity in activities)) == (12, 30)
    assert set(shown["competences"][0]) == {"id", "bloc", "activity", "tasks", "source_text"}
    assert set(shown["criteria"][0]) == {"id", "competence", "source_text"}
    epreuve = shown["epreuves"][3]
    assert {"id", "bloc", "title", "kind", "work", "production", "brief", "parts", "links"} <= set(epreuve)
    assert set(epreuve["parts"][0]) == {"id", "label", "evidence"}
    link_keys = {"criterion", "role", "part", "carrier", "evidence", "confidence", "when"}
    assert all(set(link) == link_keys for item in shown["epreuves"] for link in item["links"])
    assert any(link["when"] for link in epreuve["links"])


def test_the_matrix_of_an_epreuve_names_its_criteria(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "referentiel", "matrix", "E2", "--json")
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 12
    assert {row["E2"] for row in rows} == {"P"}


def test_an_unknown_epreuve_is_a_sentence_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "referentiel", "matrix", "E42")
    assert code == 2
    assert "E42" in err
    assert "E2" in err


def test_checking_a_sound_template_exits_0(capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
    a_template(workspace)
    code, out, _ = run(capsys, "case", "check", "petit-cas", "--no-run")
    assert (code, "aucun problème" in out) == (0, True)


def test_checking_a_broken_template_lists_everything_as_json(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    path = a_template(workspace, changed({"CE1.1=4": "CE9.9=4", 'points: "4"': 'points: "7"'}))
    code, out, _ = run(capsys, "case", "check", str(path), "--no-run", "--json")
    findings = json.loads(out)["findings"]
    assert code == 1
    assert {"criterion.unknown", "subject.points"} <= {finding["code"] for finding in findings}
    for finding in findings:
        assert {"template", "cell", "code", "severity", "message", "remedy"} <= set(finding)


def test_a_template_that_does_not_exist_is_a_finding_too(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    a_template(workspace)
    code, out, _ = run(capsys, "case", "check", "grand-cas", "--json")
    assert code == 1
    assert json.loads(out)["findings"][0]["code"] == "case.not_found"


def test_the_list_names_each_template(capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
    a_template(workspace)
    _, out, _ = run(capsys, "case", "list", "--json")
    mine = [row for row in json.loads(out) if row["template"] == "petit-cas"]
    assert [(row["epreuve"], row["duration"]) for row in mine] == [("E2", 60)]


def test_a_template_that_cannot_be_read_does_not_hide_the_others(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    a_template(workspace)
    broken = a_template(workspace, slug="casse")
    broken.write_text(
        broken.read_text("utf-8").replace('"source": "%%contexte', '"source": null, "x": "'), "utf-8"
    )
    code, out, err = run(capsys, "case", "list", "--json")
    assert code == 1
    assert "petit-cas" in {row["template"] for row in json.loads(out)}
    assert "cellule 4" in err
    assert "casse" in err
    code, out, _ = run(capsys, "case", "check", "--no-run", "--json", "casse", "petit-cas")
    assert code == 1
    assert [(f["template"], f["code"], f["cell"]) for f in json.loads(out)["findings"]] == [
        ("casse", "case.cell_shape", 4)
    ]


def test_the_list_never_folds_the_name_of_a_template(
    capsys: pytest.CaptureFixture[str], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    slug = "un-modele-de-cas-au-nom-assez-long"
    a_template(workspace, slug=slug)
    code, out, _ = run(capsys, "case", "list")
    assert code == 0
    assert slug in out


def test_a_session_can_be_created_and_checked(capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
    assert run(capsys, "session", "new", "juin 2026")[0] == 0
    assert run(capsys, "session", "check", "juin 2026")[0] == 0
    code, _, err = run(capsys, "session", "new", "juin 2026")
    assert code == 1
    assert "vide" in err or "contient" in err


def test_a_session_with_problems_lists_them(capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
    run(capsys, "session", "new", "s")
    config = Path("s/session.yaml")
    config.write_text(
        config.read_text("utf-8").replace("surveille", "assis").replace("Europe/Paris", "Lyon"), "utf-8"
    )
    code, out, _ = run(capsys, "session", "check", "s", "--json")
    assert code == 1
    assert len(json.loads(out)["findings"]) >= 2


def test_a_build_on_a_terminal_shows_how_far_it_is_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from rich.console import Console

    from kit.cli import building

    out = StringIO()
    screen = Console(file=out, force_terminal=True, width=160)
    monkeypatch.setattr(building, "console", lambda *, errors: screen)
    with building._progress(quiet=False) as watch:
        for done in range(3):
            watch(done, 4, f"E2-P{done}")
    assert "2/4" in out.getvalue()
    assert "reste environ" in out.getvalue()
