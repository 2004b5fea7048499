"""Coverage: what questions let be observed, what stands in the grid alone, what nothing looks at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.authoring.observing import coverage, sights_of_template
from kit.cases import load_template
from kit.cli import main
from kit.referentiel import load_referentiel
from kit.sessions.build import build_session
from tests.builders import a_referentiel, a_session
from tests.case_builders import a_template, changed


def test_a_criterion_is_observed_in_the_grid_only_or_missing(tmp_path: Path) -> None:
    referentiel = load_referentiel(a_referentiel(tmp_path))
    template = load_template(a_template(tmp_path))
    rows = {row.criterion: row for row in coverage(referentiel, sights_of_template(template), ["E2"])}
    assert rows["CE1.1"].status == "observed"
    assert [(sight.template, sight.question) for sight in rows["CE1.1"].observed_by] == [("petit-cas", "Q1")]
    others = {row.principal for row in rows.values() if row.status == "missing"}
    assert "E2" not in others
    assert others
    alone = coverage(referentiel, [], ["E2"])
    assert {row.status for row in alone if row.principal == "E2"} == {"grid_only"}


def test_a_practice_form_does_not_count(tmp_path: Path) -> None:
    a_referentiel(tmp_path)
    cells = changed({'"Ventes" points=4': '"Ventes" points=4 pool=entrainement'})
    assert list(sights_of_template(load_template(a_template(tmp_path, cells)))) == []


def test_the_command_reads_templates_or_built_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIT_WORKSPACE", str(tmp_path))
    folder = a_session(tmp_path)
    (folder / "session.yaml").write_text(
        (folder / "session.yaml")
        .read_text("utf-8")
        .replace("4h00", "60")
        .replace("variants: 2", "variants: 1"),
        "utf-8",
    )
    a_template(tmp_path, slug="mon-cas")
    asked = ["referentiel", "coverage", "--json", "--referentiel", "petit-titre"]

    def said(*more: str) -> tuple[int | str | None, dict[str, list[dict[str, object]]]]:
        with pytest.raises(SystemExit) as ended:
            main([*asked, *more])
        return ended.value.code, json.loads(capsys.readouterr().out)

    code, found = said()
    assert code == 0
    row = next(row for row in found["criteria"] if row["id"] == "CE1.1")
    assert {"id", "principal", "observed_by", "status"} <= set(row)
    assert row["observed_by"] == [{"template": "mon-cas", "question": "Q1"}]
    assert said("--session", str(folder))[0] == 1
    build_session(folder)
    code, found = said("--session", str(folder))
    assert code == 0
    assert next(row for row in found["criteria"] if row["id"] == "CE1.1")["status"] == "observed"
