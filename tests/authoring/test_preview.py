"""`kit watch`: the subject again at each change, problems in French, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.authoring.preview import previews
from tests.builders import a_referentiel
from tests.case_builders import a_template, changed

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "atelier d’été"
    folder.mkdir()
    a_referentiel(folder)
    return folder


def test_a_change_renders_the_subject_again_and_a_fault_leaves_the_last_one(workspace: Path) -> None:
    template, to = a_template(workspace), workspace / "sortie" / "sujet.pdf"
    seen = previews(template, to, workspace)
    first = next(seen)
    assert (first.written, first.findings) == (True, ())
    one = to.read_bytes()
    a_template(workspace, changed({"Calculez les ventes": "Donnez les ventes"}))
    assert next(seen).written
    two = to.read_bytes()
    assert one != two
    a_template(workspace, changed({'"€"})': '"€"}); 1 / 0'}))
    broken = next(seen)
    assert not broken.written
    assert [(finding.code, finding.where.cell) for finding in broken.findings] == [("case.cell_failed", 5)]
    template.write_text("{", "utf-8")
    assert next(seen).findings
    assert to.read_bytes() == two
    a_template(workspace)
    assert next(seen).written
    assert to.read_bytes() == one


def test_a_file_beside_the_notebook_counts_and_another_seed_can_be_asked(workspace: Path) -> None:
    template, to = a_template(workspace), workspace / "sujet.pdf"
    seen = previews(template, to, workspace, {"seed": 3})
    assert next(seen).written
    one = to.read_bytes()
    template.with_name("données.csv").write_text("1")
    assert next(seen).written
    assert to.read_bytes() == one
    assert next(previews(template, to, workspace)).written
    assert to.read_bytes() != one


def test_the_command_tells_where_shows_problems_goes_on_and_ends_with_ctrl_c(workspace: Path) -> None:
    a_template(workspace, changed({'"€"})': '"€"}); 1 / 0'}))
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environ = {**os.environ, "PYTHONPATH": paths, "KIT_WORKSPACE": str(workspace), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kit", "watch", "petit-cas"],
        env=environ, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = [process.stdout.readline()]
    pdf = workspace / ".kit" / "apercus" / "petit-cas.pdf"
    assert str(pdf) in said[0]
    while "sujet inchangé" not in said[-1]:
        said.append(process.stdout.readline())
    assert "cellule 5" in "".join(said)
    assert not pdf.exists()
    a_template(workspace)
    while "sujet à jour" not in said[-1]:
        said.append(process.stdout.readline())
    assert pdf.read_bytes().startswith(b"%PDF")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert "Fin de la surveillance" in rest
    assert "Traceback" not in "".join(said) + rest
