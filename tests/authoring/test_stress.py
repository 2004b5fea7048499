"""Trying a template by the hundred: failures with their seed, same subjects, spread of the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.authoring.stress import Stress, stress
from kit.authoring.stress_report import stress_page
from kit.cli import main
from kit.errors import InvalidFile
from tests.builders import a_referentiel
from tests.case_builders import CELLS, a_template, changed

# The small template's sales are 1000 + seed % 7 * 100: seeds 7 apart have the same figures.


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_referentiel(tmp_path)
    return tmp_path


def tried(workspace: Path, seeds: range, cells: Any = CELLS, **options: Any) -> Stress:
    return stress(a_template(workspace, cells), seeds, workspace, jobs=2, **options)


def test_seeds_that_give_the_same_figures_and_answers_are_told_together(workspace: Path) -> None:
    done = tried(workspace, range(1, 10), pages=False)
    assert done.duplicates == ((1, 8), (2, 9))
    assert done.failures == ()


def test_answers_are_spread_by_question_and_successive_seeds_meet_every_value(workspace: Path) -> None:
    done = tried(workspace, range(1, 8), pages=False)
    spread = done.answers["Q1"]
    assert (spread.low, spread.median, spread.high, spread.unit) == (3000, 3900, 4800, "€")
    assert {trial.parameters["sector"] for trial in done.trials[:3]} == {"bois", "cuir", "laine"}


def test_a_seed_that_fails_is_told_with_its_place_and_the_others_go_on(workspace: Path) -> None:
    cells = changed({"2 * ventes]": "2 * ventes // (seed % 3)]"})
    done = tried(workspace, range(1, 5), cells, pages=False, keep=workspace / "échecs")
    assert [trial.seed for trial in done.failures] == [3]
    report = done.as_json()
    assert [row["seed"] for row in report["failures"]] == [3]
    assert "cellule 5" in report["failures"][0]["where"]
    assert "ZeroDivisionError" in report["failures"][0]["error"]
    assert report["answers"]["Q1"]["min"] == 3300
    assert len(list((workspace / "échecs").iterdir())) == 1


def test_an_answer_outside_its_plausible_range_is_a_failure(workspace: Path) -> None:
    cells = changed({'unit="€", places=0': 'unit="€", places=0, plausible=(3000, 4000)'})
    done = tried(workspace, range(1, 8), cells, pages=False)
    assert [trial.seed for trial in done.failures] == [4, 5, 6]


def test_documents_are_laid_out_and_their_pages_counted(workspace: Path) -> None:
    done = tried(workspace, range(1, 3))
    for name in ("subject", "key"):
        counts = done.pages(name)
        assert counts is not None
        assert 2 <= counts["min"] <= counts["max"] <= 6


def test_what_shows_without_running_is_refused_first(workspace: Path) -> None:
    with pytest.raises(InvalidFile, match="secteur"):
        tried(workspace, range(1, 3), changed({"varies: [sector]": "varies: [secteur]"}))


def test_the_report_is_one_page_with_a_text_for_every_chart(workspace: Path) -> None:
    page = stress_page(tried(workspace, range(1, 8), pages=False))
    assert page.count("<svg role") == page.count("aria-label") == 1
    assert 'lang="fr"' in page
    assert [mark for mark in ("<script", "<link", "<img", "@import") if mark in page] == []
    assert "3 000 €" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_the_command_follows_its_contract(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIT_WORKSPACE", str(workspace))
    a_template(workspace)
    with pytest.raises(SystemExit) as ended:
        main(["case", "stress", "petit-cas", "--seeds", "8", "--no-pages", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert {"template", "epreuve", "seeds", "failures", "duplicates", "answers", "seconds"} <= set(report)
    assert (report["seeds"], report["duplicates"]) == (8, [[1, 8]])
    with pytest.raises(SystemExit) as ended:
        main(["case", "stress", "petit-cas", "--seeds", "3", "--from", "4", "--no-pages"])
    assert ended.value.code == 0
    assert "0 échec" in capsys.readouterr().out.replace("\xa0", " ")
