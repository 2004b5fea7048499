"""The list of the forms given up for exams: a line that protects nothing is refused, and people's own words are kept."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from kit.cases import draw_forms, load_template
from kit.cases.burned import FILE, Burned, burn, burned_forms, read_burned
from kit.cases.forms import forms_for, spent_dossiers
from kit.cases.uses import USES, pool_of, seed_for, use_of_seed
from kit.errors import AuthorError, InvalidFile, KitError, UnknownCode
from tests.case_builders import a_template, changed
from tests.commands import run

DAY = date(2026, 6, 12)
HEADER = "modele,dossier,forme,raison,date\n"


def a_case(workspace: Path) -> Path:
    """Return a template whose D2 has two exam forms and a practice one, and D3 one exam form for each sector."""
    forms = [f'%%dossier D2 "Autre" forme={form}\nUn.' for form in "ab"]
    forms += ['%%dossier D2 "Autre" forme=p pool=entrainement\nUn.']
    forms += [f'%%dossier D3 "Un" forme={form} si=sector:{form}\nUn.' for form in ("bois", "cuir", "laine")]
    return a_template(workspace, changed({}, forms))


def codes(path: Path, text: str) -> list[tuple[str, int | None]]:
    (path / FILE).write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as refused:
        read_burned(path)
    return [(finding.code, finding.where.line) for finding in refused.value.findings]


def test_each_use_has_its_pool_and_a_range_of_seeds_of_its_own() -> None:
    ends = {use: sorted(seed_for(use, number) for number in (0, 1, 2**61 - 1)) for use in USES}
    spans = sorted((found[0], found[-1]) for found in ends.values())
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert {use_of_seed(seed_for("exam", number)) for number in (0, 2**61, 2**62, 2**63 - 1)} == {"exam"}
    assert {use: pool_of(use) for use in USES} == {
        "practice": "entrainement", "mock": "entrainement", "exam": "examen", "burned": "examen",
    }  # fmt: skip


def test_a_use_gives_its_own_forms_and_no_other(tmp_path: Path) -> None:
    template = load_template(a_case(tmp_path))
    values = {"sector": "cuir"}
    gone = {("D2", "a")}
    assert forms_for(template, "exam", gone, values) == {"D1": ["a"], "D2": ["b"], "D3": ["cuir"]}
    assert forms_for(template, "burned", gone, values) == {"D1": [], "D2": ["a"], "D3": []}
    for use in ("practice", "mock"):
        assert forms_for(template, use, gone, values)["D2"] == ["p"]  # type: ignore[arg-type]
    drawn = {
        draw_forms(template, "examen", key, rank, values, gone)["D2"]
        for key in range(20)
        for rank in range(3)
    }
    assert drawn == {"b"}


def test_every_line_that_protects_nothing_is_told(tmp_path: Path) -> None:
    a_case(tmp_path)
    rows = (
        "petit-cas,D2,a,Publiée,2026-06-12\n"
        "petit-cass,D2,a,Faute de frappe,2026-06-12\n"
        "petit-cas,D9,a,Faute de frappe,2026-06-12\n"
        "petit-cas,D2,p,Forme d’entraînement,2026-06-12\n"
        "petit-cas,D2,b,Sans date,\n"
        "petit-cas,D2,a,Une deuxième fois,13/06/2026\n"
        "petit-cas,D2,b\n"
    )
    assert codes(tmp_path, HEADER + rows) == [
        ("case.not_found", 3), ("burned.dossier_unknown", 4), ("burned.form_unknown", 5), ("burned.row", 6),
        ("burned.already", 7), ("csv.row_length", 8),
    ]  # fmt: skip


def test_what_a_spreadsheet_writes_is_read(tmp_path: Path) -> None:
    a_case(tmp_path)
    text = HEADER.replace(",", ";") + "petit-cas;D2;a;Publiée ; en ligne;12/06/2026\n".replace(" ; ", " ")
    (tmp_path / FILE).write_text(f"\ufeff{text}", "utf-8")
    assert read_burned(tmp_path) == (Burned("petit-cas", "D2", "a", "Publiée en ligne", DAY),)


def test_people_s_comments_stay_when_a_form_is_added(tmp_path: Path) -> None:
    template = load_template(a_case(tmp_path))
    burn(tmp_path, template, Burned("petit-cas", "D2", "a", "Publiée", DAY))
    path = tmp_path / FILE
    assert path.read_text("utf-8").startswith("# Les formes d’examen")
    path.write_text("# Vu avec la directrice\n" + path.read_text("utf-8"), "utf-8")
    burn(tmp_path, template, Burned("petit-cas", "D3", "bois", "Publiée", DAY))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# Vu avec la directrice"
    assert [row.form for row in read_burned(tmp_path)] == ["a", "bois"]
    assert sum(line.startswith("# Les formes") for line in lines) == 1


def test_all_that_keeps_a_form_from_being_burned_is_told_at_once(tmp_path: Path) -> None:
    template = load_template(a_case(tmp_path))
    with pytest.raises(UnknownCode) as refused:
        burn(tmp_path, template, Burned("petit-cas", "D2", "z", " ", DAY))
    assert [finding.code for finding in refused.value.findings] == ["burned.form_unknown", "burned.reason"]
    burn(tmp_path, template, Burned("petit-cas", "D2", "a", "Publiée", DAY))
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(AuthorError, match="12/06/2026") as again:
        burn(tmp_path, template, Burned("petit-cas", "D2", "a", "Deux\nlignes", DAY))
    assert [finding.code for finding in again.value.findings] == ["burned.already", "burned.reason"]
    assert (tmp_path / FILE).read_bytes() == before


def test_a_template_that_lies_outside_the_workspace_is_not_burned_in_it(tmp_path: Path) -> None:
    a_case(tmp_path / "ici")
    elsewhere = load_template(a_case(tmp_path / "ailleurs"))
    with pytest.raises(KitError, match="n’existe pas"):
        burn(tmp_path / "ici", elsewhere, Burned("petit-cas", "D2", "a", "Publiée", DAY))
    assert not (tmp_path / "ici" / FILE).exists()


def test_the_last_form_of_a_dossier_is_told_for_whichever_value_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = load_template(a_case(tmp_path))
    monkeypatch.setenv("KIT_WORKSPACE", str(tmp_path))
    code, told = run("case", "burn", "petit-cas", "D2", "a", "--reason", "Publiée", "--on", "2026-06-12")
    assert (code, "n’a plus aucune" in told) == (0, False)
    assert "12/06/2026" in told
    code, told = run("case", "burn", "petit-cas", "D3", "cuir", "--reason", "Publiée")
    assert (code, "n’a plus aucune forme" in told.replace("\u00a0", " ")) == (0, True)
    spent = spent_dossiers(template, burned_forms(tmp_path, "petit-cas"))
    assert [finding.fields["dossier"] for finding in spent] == ["D3"]
