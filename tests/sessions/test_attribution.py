"""Who gets which subject under which number: fair, blind, stable."""

import stat
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sessions.attribution import attribute, write_attribution
from kit.sessions.files import read_table
from kit.sessions.model import Attribution, Member, Registration
from kit.sessions.opening import Session, check_session, open_session
from tests.builders import E1, REGISTRATIONS, SESSION, a_session

SECRET = bytes(range(32))
secrets = st.binary(min_size=32, max_size=32)


@cache
def base() -> Session:
    """Return a session of E1 (by groups, then each) and E2, without candidates."""
    with TemporaryDirectory() as folder:
        e1 = E1.replace("template: mon-marche\n", "template: mon-marche\n    variants: 3\n")
        text = SESSION.replace("[principal]", "[principal, rattrapage]") + e1
        root = a_session(Path(folder), session=text, inscriptions="candidat,epreuve,tentative\n")
        return open_session(root)


def with_candidates(count: int, *, repeat: int = 0, epreuve: str = "E2", group_size: int = 0) -> Session:
    """Return the session with `count` registered candidates, the first `repeat` of them a second time."""
    names = [f"C{i}" for i in range(count)]
    rows = [
        Registration(candidate=n, epreuve=epreuve, attempt=2 if i < repeat else 1)
        for i, n in enumerate(names)
    ]
    groups = [
        Member(epreuve=epreuve, group=f"G{i // group_size}", candidate=n)
        for i, n in enumerate(names)
        if group_size
    ]
    return replace(base(), registrations=tuple(rows), groups=tuple(groups))


@given(secrets, st.integers(0, 60), st.integers(0, 60))
def test_variants_are_given_evenly_in_each_version_and_numbers_are_unique(secret, count, repeat):
    rows = attribute(with_candidates(count, repeat=repeat), secret)
    assert sorted(row.candidate or "" for row in rows) == sorted(f"C{i}" for i in range(count))
    for version, wanted in (("principal", count - min(repeat, count)), ("rattrapage", min(repeat, count))):
        counts = Counter(row.variant for row in rows if row.version == version)
        assert counts.total() == wanted
        assert max(counts[v] for v in (1, 2)) - min(counts[v] for v in (1, 2)) <= 1
    numbers = [row.number for row in rows]
    assert len(set(numbers)) == count
    assert all(1000 <= number <= 9999 for number in numbers)


@given(secrets, st.integers(0, 30), st.integers(0, 30), st.randoms(use_true_random=False))
def test_rows_are_kept_when_candidates_come_and_newcomers_keep_the_balance(secret, before, more, random):
    first = attribute(with_candidates(before), secret)
    later = with_candidates(before + more)
    shuffled = list(later.registrations)
    random.shuffle(shuffled)
    rows = attribute(replace(later, registrations=tuple(shuffled)), secret, first)
    assert set(first) <= set(rows)
    assert len(rows) == before + more
    assert len({row.number for row in rows}) == before + more
    counts = Counter(row.variant for row in rows)
    assert abs(counts[1] - counts[2]) <= 1
    assert attribute(later, secret, rows) == rows


@given(secrets, st.integers(1, 30))
def test_a_withdrawn_candidate_keeps_his_row_and_his_number(secret, count):
    first = attribute(with_candidates(count), secret)
    session = with_candidates(count)
    rows = attribute(replace(session, registrations=session.registrations[1:]), secret, first)
    assert rows == first


@given(secrets, st.integers(1, 25), st.integers(1, 4))
@settings(max_examples=50)
def test_a_group_shares_its_variant_and_has_one_copy_then_each_has_his_own(secret, count, size):
    session = with_candidates(count, epreuve="E1", group_size=size)
    rows = attribute(session, secret)
    together = {row.group: row for row in rows if row.part == "dossier"}
    alone = {row.candidate: row for row in rows if row.part == "synthese"}
    assert len(rows) == len(together) + len(alone)
    assert len(alone) == count
    assert set(together) == {member.group for member in session.groups}
    for member in session.groups:
        group, own = together[member.group], alone[member.candidate]
        assert (group.candidate, own.group) == (None, None)
        assert (group.kind, own.kind) == ("group", "individual")
        assert group.variant == own.variant
    counts = Counter(row.variant for row in together.values())
    assert max(counts[v] for v in (1, 2, 3)) - min(counts[v] for v in (1, 2, 3)) <= 1
    assert len({row.number for row in alone.values()}) == count


def test_numbers_follow_neither_the_list_nor_the_other_epreuves():
    rows = attribute(with_candidates(40), SECRET)
    by_list = [row.number for row in sorted(rows, key=lambda row: int((row.candidate or "C0")[1:]))]
    assert by_list != sorted(by_list)
    assert by_list != sorted(by_list, reverse=True)
    groups = attribute(with_candidates(40, epreuve="E1", group_size=2), SECRET)
    elsewhere = {row.candidate: row.number for row in groups if row.candidate}
    assert not any(elsewhere[row.candidate] == row.number for row in rows)
    other = attribute(with_candidates(40), bytes(32))
    assert sum(a.number == b.number for a, b in zip(rows, other, strict=True)) < 3


def test_the_order_of_the_list_changes_nothing():
    session = with_candidates(20)
    turned = replace(session, registrations=session.registrations[::-1])
    assert attribute(turned, SECRET) == attribute(session, SECRET)


def test_numbers_that_run_short_stay_unique_stable_and_blind_to_the_list(monkeypatch):
    """With 90 numbers for 44 copies, several holders want the same one."""
    monkeypatch.setattr("kit.sessions.attribution._MIN_DIGITS", 1)
    session = with_candidates(25)
    first = attribute(session, SECRET)
    assert {len(str(row.number)) for row in first} == {2}
    assert attribute(replace(session, registrations=session.registrations[::-1]), SECRET) == first
    rows = attribute(with_candidates(44), SECRET, first)
    assert len({row.number for row in rows}) == 44


def test_many_copies_have_longer_numbers():
    rows = attribute(with_candidates(6000), SECRET)
    assert {len(str(row.number)) for row in rows} == {5}
    assert len({row.number for row in rows}) == 6000


def test_a_group_sits_the_rattrapage_only_when_all_its_members_do():
    plan = base().config.epreuves["E1"].model_copy(update={"versions": ("principal", "rattrapage")})
    config = base().config.model_copy(update={"epreuves": {"E1": plan}})
    session = replace(with_candidates(4, repeat=3, epreuve="E1", group_size=2), config=config)
    versions = {row.holder: row.version for row in attribute(session, SECRET)}
    assert versions == {
        "G0": "rattrapage", "C0": "rattrapage", "C1": "rattrapage",
        "G1": "principal", "C2": "principal", "C3": "principal",
    }  # fmt: skip


def test_without_a_rattrapage_everybody_sits_what_the_session_gives():
    for versions, expected in (
        (("principal",), "principal"),
        (("secours",), "secours"),
        (("rattrapage",), "rattrapage"),
    ):
        plan = base().config.epreuves["E2"].model_copy(update={"versions": versions})
        config = base().config.model_copy(update={"epreuves": {"E2": plan}})
        session = replace(with_candidates(4, repeat=2), config=config)
        assert {row.version for row in attribute(session, SECRET)} == {expected}


def test_a_candidate_who_joins_a_group_later_keeps_his_copy_and_the_group_takes_his_subject():
    session = with_candidates(3, epreuve="E1", group_size=3)
    alone = replace(session, groups=())
    first = attribute(alone, SECRET)
    rows = attribute(session, SECRET, first)
    assert set(first) <= set(rows)
    (group,) = [row for row in rows if row.group]
    assert group.variant == next(row.variant for row in first if row.candidate == "C0")


def test_the_file_is_private_and_in_the_order_of_numbers(tmp_path):
    rows = attribute(with_candidates(12), SECRET)
    write_attribution(tmp_path, reversed(rows))
    path = tmp_path / "attribution.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().splitlines()[0] == "epreuve,partie,groupe,candidat,version,variant,copie"
    assert read_table(tmp_path, Attribution).rows == rows
    assert [row.number for row in rows] == sorted(row.number for row in rows)


HEAD = "epreuve,partie,groupe,candidat,version,variant,copie\n"


@pytest.mark.parametrize(
    ("rows", "code", "line"),
    [
        ("E2,ecrit,,C1,principal,1,1001\nE2,ecrit,,C2,principal,2,1001\n", "session.attribution.number", 3),
        ("E2,ecrit,,C1,principal,1,1001\nE2,ecrit,,C1,principal,2,1002\n", "session.row.twice", 3),
        ("E2,ecrit,G1,C1,principal,1,1001\n", "session.attribution.holder", 2),
        ("E2,ecrit,,,principal,1,1001\n", "session.attribution.holder", 2),
        ("E2,ecrit,,C9,principal,1,1001\n", "session.attribution.orphan", 2),
        ("E4,ecrit,,C1,principal,1,1001\n", "session.attribution.orphan", 2),
        ("E2,oral,,C1,principal,1,1001\n", "session.attribution.orphan", 2),
        ("E2,ecrit,,C1,secours,1,1001\n", "session.version.unplanned", 2),
        ("E2,ecrit,,C1,principal,3,1001\n", "session.attribution.variant", 2),
        ("E2,ecrit,,C1,principal,1,1001\nE2,ecrit,,C2,principal,2,1002\n", None, 0),
    ],
)
def test_what_an_attribution_says_is_held_against_the_session(tmp_path, rows, code, line):
    found = check_session(a_session(tmp_path, attribution=HEAD + rows))
    told = [
        (f.code, f.where.line)
        for f in found
        if f.where.file == "attribution.csv" and f.code != "session.rights"
    ]
    assert told == ([(code, line)] if code else [])


def test_a_member_with_another_subject_than_his_group_is_remarked(tmp_path):
    rows = "E1,dossier,G1,,principal,1,11\nE1,synthese,,C1,principal,2,21\nE1,synthese,,C2,principal,1,22\n"
    text = SESSION + E1.replace("template: mon-marche\n", "template: mon-marche\n    variants: 2\n")
    folder = a_session(
        tmp_path, session=text, attribution=HEAD + rows,
        groupes="epreuve,groupe,candidat\nE1,G1,C1\nE1,G1,C2\n",
        inscriptions=REGISTRATIONS + "C1,E1,1\nC2,E1,1\n",
    )  # fmt: skip
    (folder / "attribution.csv").chmod(0o600)
    assert [(f.code, f.where.line) for f in open_session(folder).warnings] == [
        ("session.attribution.apart", 3)
    ]
