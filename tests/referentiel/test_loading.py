"""Loading a référentiel: its mappings, and every problem of broken files at once, with file and line."""

from pathlib import Path

import pytest

from kit.errors import Finding, InvalidFile, UnknownCode
from kit.referentiel import (
    DEFAULT,
    Referentiel,
    find_referentiel,
    load_referentiel,
    mappings_of,
    referentiel_folders,
)

MAIN, EXAMS = "referentiel.yaml", "epreuves.yaml"


def problems(folder: Path) -> list[Finding]:
    with pytest.raises(InvalidFile) as caught:
        load_referentiel(folder)
    return list(caught.value.findings)


def line_of(path: Path, text: str) -> int:
    lines = path.read_text("utf-8").split("\n")
    found = [number for number, line in enumerate(lines, 1) if text in line]
    assert len(found) == 1, found
    return found[0]


def moved(folder: Path, mapping: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the criteria whose principal épreuves differ from the default mapping: before, after."""
    before, after = load_referentiel(folder), load_referentiel(folder, mapping)
    pairs = {c.id: (before.principal_epreuves(c.id), after.principal_epreuves(c.id)) for c in before.criteria}
    return {code: pair for code, pair in pairs.items() if pair[0] != pair[1]}


def test_the_retained_mapping_is_the_default_one(referentiel: Referentiel, shipped_folder: Path):
    assert referentiel.mapping == "defaut"
    assert [m.id for m in mappings_of(shipped_folder).mappings if m.retained] == ["defaut"]
    assert load_referentiel(shipped_folder, "defaut") == referentiel


def test_every_mapping_loads_says_why_and_still_covers_every_criterion(shipped_folder: Path):
    for mapping in mappings_of(shipped_folder).mappings:
        loaded = load_referentiel(shipped_folder, mapping.id)
        assert loaded.mapping == mapping.id
        assert mapping.why
        assert all(loaded.principal_epreuves(item.id) for item in loaded.criteria)


def test_strict_rows_move_c5_to_the_second_epreuve(shipped_folder: Path):
    assert moved(shipped_folder, "rangees-strictes") == dict.fromkeys(
        ("CE5.1", "CE5.2", "CE5.3"), (("E1",), ("E2",))
    )
    first, second = load_referentiel(shipped_folder, "rangees-strictes").epreuves[:2]
    assert {code.split(".")[0] for code in first.criteria()} == {"CE1", "CE2", "CE3"}
    assert {code.split(".")[0] for code in second.criteria()} == {"CE4", "CE5", "CE6", "CE7", "CE8"}


def test_the_other_mappings_are_what_they_say(shipped_folder: Path):
    assert moved(shipped_folder, "c5-partagee") == {"CE5.3": (("E1",), ("E1", "E2"))}
    assert moved(shipped_folder, "referencement-en-e9") == {"CE27.2": (("E6",), ("E9",))}
    assert moved(shipped_folder, "c27-partagee") == dict.fromkeys(
        ("CE27.1", "CE27.2", "CE27.3"), (("E6",), ("E6", "E9"))
    )
    assert moved(shipped_folder, "animation-en-e7") == {"CE28.3": (("E6",), ("E7",))}


def test_in_the_shared_second_bloc_both_epreuves_assess_all_its_criteria(shipped_folder: Path):
    loaded = load_referentiel(shipped_folder, "bloc-2-partage")
    bloc = {item.id for item in loaded.criteria if loaded.bloc_of(item.id) == "B2"}
    for code in ("E3", "E4"):
        epreuve = loaded.epreuve(code)
        assert set(epreuve.criteria("principal")) == bloc
        assert len(epreuve.links) == len(bloc) == 21


def test_links_stand_in_natural_order_under_every_mapping(shipped_folder: Path):
    codes = load_referentiel(shipped_folder, "c5-partagee").epreuve("E2").links
    assert [link.criterion for link in codes][3:5] == ["CE5.3", "CE6.1"]


def test_an_unknown_mapping_is_refused_with_the_known_ones(shipped_folder: Path):
    with pytest.raises(UnknownCode, match="rangees-strictes"):
        load_referentiel(shipped_folder, "inconnue")


def test_an_unknown_key_is_refused_with_the_nearest_one_and_its_line(folder: Path, replace):
    replace(MAIN, 'version: "sans-date"', 'versoin: "sans-date"')
    found = {item.code: item for item in problems(folder)}
    assert set(found) == {"field.missing", "field.unknown"}
    assert found["field.unknown"].where.line == line_of(folder / MAIN, "versoin")
    assert "version" in found["field.unknown"].remedy
    assert found["field.unknown"].where.file == str(folder / MAIN)


def test_a_missing_key_is_told_at_the_line_of_its_element(folder: Path, replace):
    replace(EXAMS, "    kind: questionnaire\n", "")
    (found,) = problems(folder)
    assert (found.code, found.where.field) == ("field.missing", "epreuves.9.kind")
    assert found.where.line == line_of(folder / EXAMS, "- id: E10")
    assert "« kind » manque" in found.message.replace("\u00a0", " ")


def test_a_code_used_twice_is_told_at_its_second_line(folder: Path, replace):
    replace(MAIN, "  - id: CE1.2\n", "  - id: CE1.1\n")
    found = [item for item in problems(folder) if item.code == "code.twice"]
    assert [item.where.line for item in found] == [second_line(folder / MAIN, "- id: CE1.1")]


def second_line(path: Path, text: str) -> int:
    lines = path.read_text("utf-8").split("\n")
    return [number for number, line in enumerate(lines, 1) if line.strip() == text][1]


def test_an_unknown_criterion_in_a_link_is_told_at_its_line(folder: Path, replace):
    replace(EXAMS, "{criterion: CE34.3,", "{criterion: CE34.9,")
    (found,) = problems(folder)
    assert found.code == "criterion.unknown"
    assert found.where.line == line_of(folder / EXAMS, "CE34.9")
    assert "CE34.3" in found.fields["near"]


def test_two_retained_mappings_are_refused_and_so_is_none(folder: Path, replace):
    replace(EXAMS, "  - id: c5-partagee\n", "  - id: c5-partagee\n    retained: true\n")
    assert [item.code for item in problems(folder)] == ["mapping.retained"]
    text = (folder / EXAMS).read_text("utf-8").replace("    retained: true\n", "")
    (folder / EXAMS).write_text(text, "utf-8")
    assert [item.code for item in problems(folder)] == ["mapping.retained"]


OBSERVED = "        criteria: [CE28.3]\n        part: entretien"

BREAKS = [
    (MAIN, "- id: C2\n    bloc: B1\n", "- id: C2\n    bloc: B9\n", "bloc.unknown"),
    (MAIN, "activity: B3.A3", "activity: B3.A9", "activity.unknown"),
    (MAIN, "task: B3.A3.T1", "task: B3.A3.T9", "task.unknown"),
    (MAIN, "- id: CE4.1\n    competence: C4\n", "- id: CE4.1\n    competence: C99\n", "competence.unknown"),
    (MAIN, 'lines: ["1017"]', 'lines: ["1017", "a"]', "field.pattern"),
    (MAIN, 'lines: ["1017"]', "lines: []", "field.too_short"),
    (MAIN, "label: '^(?:Bloc", "label: '^(?:Bloc(", "field.regex"),
    (MAIN, '    note: "Participe passé : « établit » corrigé en « établi »."\n', "", "shown_text.note"),
    (EXAMS, "- id: E5\n    bloc: B3", "- id: E5\n    bloc: B9", "bloc.unknown"),
    (EXAMS, "CE29.3, role: principal, part: entretien", "CE29.3, part: oral", "part.unknown"),
    (
        EXAMS,
        "{epreuve: E1, criteria: [CE5.1, CE5.2, CE5.3]}",
        "{epreuve: E99, criteria: []}",
        "epreuve.unknown",
    ),
    (EXAMS, "- {id: oral, label", "- {id: ecrit, label", "code.twice"),
    (EXAMS, "- id: c5-partagee\n", "- id: rangees-strictes\n", "code.twice"),
    (EXAMS, "{epreuve: E6, criteria: [CE28.3]}", "{epreuve: E6, criteria: [CE1.1]}", "criterion.not_linked"),
    (EXAMS, "{criterion: CE1.2, role", "{criterion: CE1.1, role", "link.twice"),
    (EXAMS, OBSERVED, OBSERVED.replace("entretien", "reunion"), "part.unknown"),
    (EXAMS, OBSERVED, OBSERVED.replace("CE28.3", "CE99"), "criterion.unknown"),
]


@pytest.mark.parametrize(("file", "old", "new", "code"), BREAKS)
def test_what_does_not_hold_together_is_refused_with_file_line_and_remedy(
    folder: Path, replace, file: str, old: str, new: str, code: str
):
    replace(file, old, new)
    found = [item for item in problems(folder) if item.code == code]
    assert found
    for item in found:
        assert item.where.file == str(folder / file)
        assert item.where.line is not None
        assert item.message
        assert item.remedy


def test_the_problems_of_both_files_are_told_at_once(folder: Path, replace):
    replace(MAIN, "activity: B3.A3", "activity: B3.A9")
    replace(MAIN, "task: B3.A3.T1", "task: B3.A3.T9")
    replace(EXAMS, "kind: questionnaire", "kind: quiz")
    found = problems(folder)
    assert {item.code for item in found} == {"activity.unknown", "task.unknown", "field.choice"}
    assert {item.where.file for item in found} == {str(folder / MAIN), str(folder / EXAMS)}


def test_a_missing_file_is_told_beside_the_problems_of_the_other(folder: Path, replace):
    replace(MAIN, "activity: B3.A3", "activity: B3.A9")
    (folder / EXAMS).unlink()
    assert {item.code for item in problems(folder)} == {"activity.unknown", "file.missing"}


def test_a_workspace_s_own_referentiel_comes_before_the_shipped_one(folder: Path, tmp_path: Path):
    own = tmp_path / "referentiel" / DEFAULT
    own.parent.mkdir()
    folder.rename(own)
    assert find_referentiel(DEFAULT, tmp_path) == own
    assert find_referentiel(DEFAULT) != own
    assert DEFAULT in referentiel_folders()


def test_an_unknown_referentiel_is_refused_with_the_known_ones():
    with pytest.raises(UnknownCode, match=DEFAULT):
        find_referentiel("fede-marketing")
