"""Exact numbers, and the règlement shipped as an example."""

from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFile
from kit.referentiel import exact_text, load_referentiel, load_reglement, parse_exact
from kit.referentiel.reglement import Participation


@given(st.fractions())
def test_an_exact_number_survives_being_written_and_read(value: Fraction):
    assert parse_exact(exact_text(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_a_decimal_stays_a_decimal(value):
    text = exact_text(Fraction(value))
    assert "/" not in text
    assert parse_exact(text) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("20", "20"),
        ("-0.5", "-0.5"),
        ("1/3", "1/3"),
        ("2/4", "0.5"),
        ("0", "0"),
        ("0.050", "0.05"),
        ("7/2", "3.5"),
    ],
)
def test_exact_numbers_are_integers_decimals_or_fractions(value: str, text: str):
    assert exact_text(parse_exact(value)) == text


INEXACT = [
    "",
    " 1",
    "1 ",
    "1,5",
    "1e3",
    "1_000",
    "1/0",
    "+1",
    "1.",
    ".5",
    "1 / 3",
    "½",
    "٣",
    "nan",
    "inf",
    "--1",
]


@pytest.mark.parametrize("text", INEXACT)
def test_anything_else_is_not_exact(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the whole message
        parse_exact(text)


def test_the_shipped_reglement_says_it_is_an_example(shipped_folder: Path):
    reglement = load_reglement(shipped_folder / "reglement.yaml")
    assert reglement.is_example
    assert reglement.issued_by is None
    assert "exemple" in reglement.notice
    assert reglement.total == "20"


def test_the_shipped_scale_climbs_in_thirds_and_acquires_from_the_third_level(shipped_folder: Path):
    levels = load_reglement(shipped_folder / "reglement.yaml").scale.levels
    assert [(level.id, parse_exact(level.value), level.acquired) for level in levels] == [
        ("non_acquis", Fraction(0), False),
        ("en_cours", Fraction(1, 3), False),
        ("acquis", Fraction(2, 3), True),
        ("maitrise", Fraction(1), True),
    ]
    assert all(level.description for level in levels)


def test_the_shipped_reglement_rules_on_every_state_of_participation(shipped_folder: Path):
    reglement = load_reglement(shipped_folder / "reglement.yaml")
    assert set(reglement.participation) == set(get_args(Participation))


def test_levels_are_found_by_id_or_not_at_all(shipped_folder: Path):
    scale = load_reglement(shipped_folder / "reglement.yaml").scale
    assert scale.level("acquis") == scale.levels[2]
    assert scale.level("inconnu") is None


BREAKS = [
    ('total: "20"', "total: 20", "field.text", "total"),
    ('total: "20"', 'total: "vingt"', "field.exact", "total"),
    ('total: "20"', 'total: "0"', "field.positive", "total"),
    ('step: "0.5"', 'step: "-1"', "field.positive", "rounding.step"),
    ('value: "1/3"', 'value: "1,3"', "field.exact", "scale.levels.1.value"),
    ("ladder: acquisition", "ladder: magie", "field.choice", "ladder"),
    ('  threshold: "2/3"\n', "", "rule.threshold", "competence"),
    ('value: "1/3"', 'value: "3/4"', "scale.order", "scale"),
    ("id: en_cours", "id: acquis", "scale.order", "scale"),
    ("combination: best\n", "", "field.missing", "combination"),
]


@pytest.mark.parametrize(("old", "new", "code", "field"), BREAKS)
def test_a_broken_reglement_is_refused_with_its_field(folder: Path, replace, old, new, code, field):
    replace("reglement.yaml", old, new)
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml")
    assert [(found.code, found.where.field) for found in caught.value.findings] == [(code, field)]
    assert caught.value.findings[0].where.line is not None


def test_all_the_problems_of_a_reglement_are_told_at_once(folder: Path, replace):
    replace("reglement.yaml", 'total: "20"', 'total: "1/0"')
    replace("reglement.yaml", "ladder: acquisition", "ladder: magie")
    replace("reglement.yaml", "  quorum:", "  quorom:")
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml")
    codes = {found.code for found in caught.value.findings}
    assert codes == {"field.exact", "field.choice", "field.missing", "field.unknown"}
    text = str(caught.value)
    assert "« 1/0 » n’est pas un nombre exact" in text.replace("\u00a0", " ")
    assert "ligne" in text


COMPETENCE = '  rule: share\n  threshold: "2/3"\n'
BLOC = "  rule: all\n  threshold: null\n  floor: null\n"
WRONG = [
    (COMPETENCE, '  rule: share\n  threshold: "-1/3"\n', "field.negative", "competence.threshold"),
    (COMPETENCE, '  rule: share\n  threshold: "3/2"\n', "rule.above_one", "competence.threshold"),
    (COMPETENCE, '  rule: at_least\n  threshold: "0"\n', "rule.at_least", "competence.threshold"),
    (COMPETENCE, '  rule: at_least\n  threshold: "2.5"\n', "rule.at_least", "competence.threshold"),
    (COMPETENCE, '  rule: mean\n  threshold: "20.5"\n', "rule.above_total", "competence.threshold"),
    (BLOC, '  rule: share\n  threshold: "1.01"\n', "rule.above_one", "bloc.threshold"),
    (BLOC, '  rule: mean\n  threshold: "-1"\n', "field.negative", "bloc.threshold"),
    (BLOC, '  rule: mean\n  threshold: "21"\n', "rule.above_total", "bloc.threshold"),
    (BLOC, '  rule: mean\n  threshold: "10"\n  floor: "-7"\n', "field.negative", "bloc.floor"),
    (BLOC, '  rule: mean\n  threshold: "10"\n  floor: "70"\n', "rule.above_total", "bloc.floor"),
    ('  step: "0.5"', '  step: "40"', "rule.above_total", "rounding.step"),
    ('  mark: "3"', '  mark: "-3"', "field.negative", "marker_tolerance.mark"),
    ('  levels: "1"', '  levels: "-1"', "field.negative", "marker_tolerance.levels"),
    ("    sujets: 60", "    sujets: -60", "field.negative", "retention.documents.sujets"),
    ('value: "1"\n', 'value: "2"\n', "field.share", "scale.levels.3.value"),
    ('value: "0"\n', 'value: "-1"\n', "field.share", "scale.levels.0.value"),
    (
        '      value: "1"\n      acquired: true\n',
        '      value: "1"\n',
        "scale.falls",
        "scale.levels.3.acquired",
    ),
    ("      acquired: true\n", "", "scale.nothing_acquired", "scale.levels"),
    ("weights: {}", 'weights: {E11: "1"}', "epreuve.unknown", "weights.E11"),
    ("group_share: {}", 'group_share: {e1: "1/3"}', "epreuve.unknown", "group_share.e1"),
    ("blocking: []", "blocking: [CE29.9]", "criterion.unknown", "competence.blocking.0"),
]


@pytest.mark.parametrize(("old", "new", "code", "field"), WRONG)
def test_a_number_that_decides_wrongly_is_refused_with_its_field(
    folder: Path, replace, old, new, code, field
):
    path = folder / "reglement.yaml"
    if code == "scale.nothing_acquired":
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    else:
        replace("reglement.yaml", old, new)
    with pytest.raises(InvalidFile) as caught:
        load_reglement(path, load_referentiel(folder))
    assert [(found.code, found.where.field) for found in caught.value.findings] == [(code, field)]
    assert caught.value.findings[0].where.line is not None
    assert caught.value.findings[0].remedy


LIMITS = [
    (COMPETENCE, '  rule: share\n  threshold: "1"\n'),
    (COMPETENCE, '  rule: share\n  threshold: "0"\n'),
    (COMPETENCE, '  rule: at_least\n  threshold: "1"\n'),
    (COMPETENCE, '  rule: mean\n  threshold: "20"\n'),
    (BLOC, '  rule: share\n  threshold: "1"\n'),
    (BLOC, '  rule: mean\n  threshold: "20"\n  floor: "20"\n'),
    (BLOC, '  rule: mean\n  threshold: "0"\n  floor: "0"\n'),
    ('  step: "0.5"', '  step: "20"'),
    ('  mark: "3"', '  mark: "0"'),
    ("    sujets: 60", "    sujets: 0"),
    ("weights: {}", 'weights: {E1: "0"}'),
    ("blocking: []", "blocking: [CE29.3]"),
]


@pytest.mark.parametrize(("old", "new"), LIMITS)
def test_a_number_at_its_limit_stands(folder: Path, replace, old, new):
    replace("reglement.yaml", old, new)
    load_reglement(folder / "reglement.yaml", load_referentiel(folder))


def test_an_unknown_code_is_told_with_the_nearest_one(folder: Path, replace):
    replace("reglement.yaml", "blocking: []", "blocking: [CE29.33]")
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml", load_referentiel(folder))
    assert caught.value.findings[0].fields["near"][0] == "CE29.3"


def test_a_bloc_whose_epreuves_weigh_nothing_is_refused(folder: Path, replace):
    referentiel = load_referentiel(folder)
    first = referentiel.blocs[0].id
    own = [item.id for item in referentiel.epreuves if item.bloc == first]
    nothing = ", ".join(f'{code}: "0"' for code in own)
    replace("reglement.yaml", "weights: {}", f"weights: {{{nothing}}}")
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml", referentiel)
    (found,) = caught.value.findings
    assert (found.code, found.fields["bloc"], found.fields["epreuves"]) == ("rule.weightless", first, own)


def test_all_that_decides_wrongly_is_told_at_once(folder: Path, replace):
    replace("reglement.yaml", COMPETENCE, '  rule: at_least\n  threshold: "1/2"\n')
    replace("reglement.yaml", BLOC, '  rule: mean\n  threshold: "21"\n  floor: "22"\n')
    replace("reglement.yaml", "weights: {}", 'weights: {E99: "1"}')
    with pytest.raises(InvalidFile) as caught:
        load_reglement(folder / "reglement.yaml", load_referentiel(folder))
    fields = {found.where.field for found in caught.value.findings}
    assert fields == {"competence.threshold", "bloc.threshold", "bloc.floor", "weights.E99"}


def test_every_shipped_family_stands(shipped_folder: Path):
    referentiel = load_referentiel(shipped_folder)
    families = sorted((shipped_folder / "familles").glob("*.yaml"))
    assert families
    for path in (shipped_folder / "reglement.yaml", *families):
        load_reglement(path, referentiel)
