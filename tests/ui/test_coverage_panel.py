"""What the questions let be observed, shown in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.referentiel import DEFAULT
from kit.ui.coverage_panel import CoveragePanel

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def panel() -> CoveragePanel:
    return CoveragePanel(DEFAULT, workspace=ROOT)


def test_every_criterion_stands_once_under_its_epreuve_with_its_questions(panel: CoveragePanel) -> None:
    assert len(panel.rows) == len({row.criterion for row in panel.rows}) == 91
    assert [row.epreuve for row in panel.rows] == sorted(
        (row.epreuve for row in panel.rows), key=lambda name: int(name[1:])
    )
    first = next(row for row in panel.rows if row.criterion == "CE4.1")
    assert (first.epreuve, first.competence, first.status) == ("E2", "C4", "observed")
    assert first.seen[0].startswith("e2-recommandations-strategiques\u00a0: Q1")
    assert first.seen[0].endswith("\u00a0%)")


def test_the_rows_narrow_to_what_is_asked(panel: CoveragePanel) -> None:
    panel.values = {"shown": "missing"}
    panel.changed()
    assert '<th scope="row"' not in panel.regions["coverage"]
    panel.values = {"shown": "all"}
    panel.changed()
    assert panel.regions["coverage"].count('<th scope="row"') == 91
    assert "91\u00a0critères" in panel.regions["summary"]


def test_a_session_that_is_not_built_is_told_in_french(tmp_path: Path) -> None:
    panel = CoveragePanel(DEFAULT, [tmp_path / "absente"], ROOT)
    assert panel.rows == ()
    assert "absente" in panel.regions["findings"]


def test_a_referentiel_that_is_not_there_is_told_in_french() -> None:
    assert "inconnu" in CoveragePanel("inconnu", workspace=ROOT).regions["findings"]
