"""What the machine refuses is told in French, placed where the user can act."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kit.environment import environment, reason, refusal
from kit.errors import EnvironmentFault, Finding, InvalidFile, Place
from kit.writing import write_text

USUAL = ["ENOSPC", "EROFS", "EACCES", "EPERM", "ENAMETOOLONG", "ELOOP", "ENOENT", "EISDIR", "ENOTDIR", "EIO"]


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_refusal_has_words_of_its_own_without_the_systems(name):
    number = getattr(errno, name)
    finding = refusal(OSError(number, os.strerror(number), "/dossier/fichier"))
    assert finding.code != "environment.other"
    assert finding.remedy
    assert os.strerror(number) not in str(finding)
    assert finding.where.file == "/dossier/fichier"


def test_an_unusual_refusal_gives_its_number():
    assert "999" in reason(OSError(999, "odd"))
    assert refusal(OSError("no number")).code == "environment.other"


def test_the_outer_place_names_the_fault(tmp_path):
    with pytest.raises(EnvironmentFault) as caught, environment("session"), environment(tmp_path / ".tmp"):
        raise OSError(errno.ENOSPC, "full")
    assert [(f.code, f.where.file) for f in caught.value.findings] == [("environment.full", "session")]


def test_another_fault_passes_as_it_is():
    with pytest.raises(EnvironmentFault) as caught, environment("session"):
        raise EnvironmentFault(Finding("session.build.locked", Place("verrou"), {"process": 1}))
    assert caught.value.findings[0].where.file == "verrou"
    with pytest.raises(InvalidFile), environment("session"):
        raise InvalidFile.of("file.missing", Place("candidats.csv"))


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "fichier"
    write_text(path, "avant")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault) as caught:
        write_text(path, "après")
    assert [(f.code, f.where.file) for f in caught.value.findings] == [("environment.full", str(path))]
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == {"fichier": "avant"}


@pytest.mark.parametrize("folder", ["x" * 300, "fichier/dessous"])
def test_a_folder_that_cannot_be_is_told(tmp_path, folder):
    (tmp_path / "fichier").touch()
    with pytest.raises(EnvironmentFault) as caught:
        write_text(tmp_path / folder / "nom", "texte")
    assert caught.value.findings[0].code in ("environment.name_too_long", "environment.not_folder")


def test_the_longest_name_a_disk_accepts_can_be_written(tmp_path):
    path = tmp_path / ("x" * 255)
    write_text(path, "texte")
    assert Path(path).read_text() == "texte"
