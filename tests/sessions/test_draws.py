"""What is drawn for a variant: its number of draws, and the parameters of its subject."""

import stat
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFile
from kit.sessions.draws import Sitting, draw_of, drawn_again, fixed_findings, parameters_for, write_draws
from kit.sessions.files import read_table
from kit.sessions.model import VERSIONS, Draw

SECRET = bytes(range(32))
RANKS = {"E2": 1, "E3": 2}


def drawn_for(choices, fixed, secret, epreuve, versions, version, variant):
    sitting = Sitting("S1", epreuve, RANKS[epreuve], versions, version, variant)
    return parameters_for(choices, fixed, secret, sitting)


CHOICES = {"sector": ("bio", "vélo", "thé", "jeux"), "taille": (10, 20), "remise": (False, True), "texte": ()}

secrets = st.binary(min_size=32, max_size=32)
sectors = st.lists(st.sampled_from([f"s{i}" for i in range(9)]), min_size=1, max_size=9, unique=True)
some_versions = st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3, unique=True)


def test_a_variant_is_drawn_once_unless_said_otherwise(tmp_path):
    assert read_table(tmp_path, Draw).rows == ()
    draws = drawn_again(drawn_again((), "E2", "secours", 1), "E2", "secours", 1)
    draws = drawn_again(draws, "E2", "principal", 2)
    assert draw_of(draws, "E2", "secours", 1) == 3
    assert draw_of(draws, "E2", "principal", 2) == 2
    assert draw_of(draws, "E2", "principal", 1) == 1
    write_draws(tmp_path, draws)
    assert stat.S_IMODE((tmp_path / "tirages.csv").stat().st_mode) == 0o600
    assert (tmp_path / "tirages.csv").read_text() == (
        "epreuve,version,variant,draw\nE2,principal,2,2\nE2,secours,1,3\n"
    )
    assert sorted(read_table(tmp_path, Draw).rows, key=str) == sorted(draws, key=str)


def test_a_wrong_file_of_draws_is_told_by_line(tmp_path):
    (tmp_path / "tirages.csv").write_text("epreuve,version,variant,draw\nE2,principal,1,0\nE2,autre,1,1\n")
    findings = read_table(tmp_path, Draw).findings
    assert [(f.where.line, f.where.field) for f in findings] == [(2, "draw"), (3, "version")]


@given(secrets, sectors, some_versions, st.integers(1, 4), st.sampled_from(["E2", "E3"]))
def test_two_versions_never_share_a_sector_when_there_are_enough(secret, values, versions, variants, epreuve):
    """Principal, secours and rattrapage must not ask the same thing (design, case templates)."""
    drawn = {
        version: {
            drawn_for({"sector": values}, {}, secret, epreuve, versions, version, variant)["sector"]
            for variant in range(1, variants + 1)
        }
        for version in versions
    }
    if len(values) >= len(versions):
        assert all(not drawn[one] & drawn[other] for one, other in combinations(versions, 2))
    assert all(found <= set(values) for found in drawn.values())


@given(secrets, st.lists(st.integers(), min_size=3, max_size=9, unique=True))
def test_variants_take_each_value_of_their_share_in_turn(secret, values):
    found = [
        drawn_for({"sector": values}, {}, secret, "E2", VERSIONS, version, variant)["sector"]
        for version in VERSIONS
        for variant in range(1, 4)
    ]
    if len(values) == 9:
        assert sorted(found) == sorted(values)
    assert set(found) == set(values)


@given(secrets, sectors, st.sampled_from(VERSIONS))
def test_the_first_subjects_of_two_epreuves_differ_in_sector(secret, values, version):
    """A candidate who sits both must not find in one the answers of the other."""
    choices = {"sector": values}
    one, other = (
        drawn_for(choices, {}, secret, name, VERSIONS, version, 1)["sector"] for name in ("E2", "E3")
    )
    assert one != other or len(values) < len(VERSIONS)


@given(secrets)
def test_adding_a_version_later_leaves_the_principal_as_it_was(secret):
    def draw(versions):
        return [drawn_for(CHOICES, {}, secret, "E2", versions, "principal", n) for n in (1, 2)]

    assert (
        draw(("principal",))
        == draw(("principal", "rattrapage"))
        == draw(("rattrapage", "secours", "principal"))
    )


def test_variants_take_each_combination_in_turn_and_values_keep_their_type():
    drawn = [drawn_for(CHOICES, {}, SECRET, "E2", ("principal",), "principal", n) for n in range(1, 9)]
    assert all(list(parameters) == ["sector", "taille", "remise"] for parameters in drawn)
    assert all(type(parameters["taille"]) is int for parameters in drawn)
    assert len({tuple(parameters.values()) for parameters in drawn}) == len(drawn)
    assert sum(parameters["taille"] == 10 for parameters in drawn) == 4
    assert sum(parameters["remise"] is True for parameters in drawn) == 4


def test_two_versions_never_share_any_value_that_varies_when_there_are_enough():
    choices = {"sector": CHOICES["sector"], "order": ("a", "b", "c")}
    orders = {v: drawn_for(choices, {}, SECRET, "E3", VERSIONS, v, 1)["order"] for v in VERSIONS}
    assert len(set(orders.values())) == len(VERSIONS)


def test_what_the_session_fixes_stands_with_the_type_of_the_template():
    fixed = {"sector": "thé", "taille": "20", "remise": True, "texte": "libre"}
    for variant in (1, 2, 3):
        drawn = drawn_for(CHOICES, fixed, SECRET, "E2", ("principal",), "principal", variant)
        assert drawn == {"sector": "thé", "taille": 20, "remise": True, "texte": "libre"}
        assert type(drawn["taille"]) is int


def test_a_fixed_parameter_that_does_not_exist_or_has_a_wrong_value_is_refused():
    fixed = {"secteur": "thé", "taille": 30, "remise": "oui"}
    assert [(f.code, f.fields["name"]) for f in fixed_findings(CHOICES, fixed)] == [
        ("session.parameter.unknown", "secteur"),
        ("session.parameter.choice", "taille"),
        ("session.parameter.choice", "remise"),
    ]
    assert "sector" in fixed_findings(CHOICES, fixed)[0].remedy
    with pytest.raises(InvalidFile) as caught:
        drawn_for(CHOICES, fixed, SECRET, "E2", ("principal",), "principal", 1)
    assert len(caught.value.findings) == 3


def test_a_draw_row_is_written_as_it_is_read():
    assert Draw(epreuve="E2", version="principal", variant=1, draw=2).cells() == ("E2", "principal", "1", "2")
