"""The secret of a session: never weak, lost silently or public; and what is drawn from it."""

import hashlib
import hmac
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import AuthorError, EnvironmentFault, InvalidFile, KitError
from kit.sessions.opening import check_session
from kit.sessions.seeds import (
    DEMO_SECRET,
    create_secret,
    keyed,
    obtain_secret,
    order_of,
    read_secret,
    secret_findings,
    seed_of,
)
from tests.builders import SESSION, a_session

SECRET = bytes(range(32))
texts = st.text(max_size=8)
fields = st.lists(texts | st.integers(0, 10**6), max_size=5)


def test_a_secret_is_random_private_and_read_back(tmp_path):
    (tmp_path / "autre").mkdir()
    secret = create_secret(tmp_path)
    assert len(secret) == 32
    assert read_secret(tmp_path) == secret
    assert create_secret(tmp_path / "autre") != secret
    assert secret_findings(tmp_path) == []
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_secret_is_never_overwritten(tmp_path):
    secret = create_secret(tmp_path)
    with pytest.raises(AuthorError):
        create_secret(tmp_path)
    assert read_secret(tmp_path) == secret


def test_a_secret_that_cannot_be_written_says_why(tmp_path):
    with pytest.raises(EnvironmentFault):
        create_secret(tmp_path / "absent")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "session.secret.length"),
        (b"abcd\n", "session.secret.length"),
        (SECRET.hex().encode()[:-2], "session.secret.length"),
        (SECRET.hex().encode() + b"00", "session.secret.length"),
        (b"z" * 64, "session.secret.corrupt"),
        (SECRET, "session.secret.corrupt"),
        ("é".encode() * 32, "session.secret.corrupt"),
        (DEMO_SECRET.hex().encode(), "session.secret.public"),
    ],
)
def test_a_secret_that_is_cut_corrupt_or_public_is_refused_without_being_shown(tmp_path, content, code):
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(InvalidFile) as caught:
        read_secret(tmp_path)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert content.decode("latin-1").strip() not in str(caught.value) or not content
    assert [finding.code for finding in secret_findings(tmp_path)] == [code]


def test_a_missing_secret_is_an_error_to_read_and_is_made_for_a_session_that_has_drawn_nothing(tmp_path):
    with pytest.raises(InvalidFile):
        read_secret(tmp_path)
    assert [finding.code for finding in secret_findings(tmp_path)] == ["session.secret.absent"]
    secret = obtain_secret(tmp_path)
    assert obtain_secret(tmp_path) == secret


@pytest.mark.parametrize("drawn", ["attribution.csv", "tirages.csv", "build"])
def test_a_secret_that_is_lost_after_something_was_drawn_is_not_replaced(tmp_path, drawn):
    (tmp_path / drawn).mkdir()
    with pytest.raises(KitError) as caught:
        obtain_secret(tmp_path)
    assert [finding.code for finding in caught.value.findings] == ["session.secret.lost"]
    assert not (tmp_path / "secret.key").exists()
    assert [finding.code for finding in secret_findings(tmp_path)] == ["session.secret.lost"]


def test_the_demo_has_the_public_secret_with_or_without_a_file(tmp_path):
    assert read_secret(tmp_path, demo=True) == DEMO_SECRET
    assert obtain_secret(tmp_path, demo=True) == DEMO_SECRET
    create_secret(tmp_path, DEMO_SECRET)
    assert read_secret(tmp_path, demo=True) == DEMO_SECRET


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX systems")
def test_restricted_files_that_others_can_read_are_remarked(tmp_path):
    folder = a_session(tmp_path, session=SESSION, tirages="epreuve,version,variant,draw\n")
    create_secret(folder)
    (folder / "secret.key").chmod(0o640)
    (folder / "tirages.csv").chmod(0o604)
    found = [(finding.code, finding.where.file, finding.fields["mode"]) for finding in check_session(folder)]
    assert found == [("session.rights", "secret.key", "640"), ("session.rights", "tirages.csv", "604")]


def test_a_seed_is_the_first_63_bits_of_the_hmac_of_its_encoded_fields():
    """The value is pinned: another one would change every subject already issued."""
    message = b"".join(
        kind + len(text).to_bytes(8, "big") + text
        for kind, text in (
            (b"s", b"seed"), (b"s", b"S1"), (b"s", b"E2"), (b"s", b"principal"), (b"i", b"1"), (b"i", b"1"),
        )
    )  # fmt: skip
    digest = hmac.new(SECRET, message, hashlib.sha256).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)[:63]
    assert seed_of(SECRET, "S1", "E2", "principal", 1) == int(bits, 2)
    assert seed_of(SECRET, "S1", "E2", "principal", 1) == 4001743998380377138


def test_each_field_of_a_seed_counts():
    base = ("S1", "E2", "principal", 1, 1)
    others = [
        ("S2", *base[1:]),
        ("S1", "E3", *base[2:]),
        ("S1", "E2", "secours", 1, 1),
        (*base[:3], 2, 1),
        (*base[:4], 2),
    ]
    seeds = {seed_of(SECRET, *fields) for fields in (base, *others)}
    assert len(seeds) == 6
    assert seed_of(DEMO_SECRET, *base) not in seeds


@given(fields, fields)
def test_two_lists_of_fields_never_share_an_hmac(one, other):
    assert (keyed(SECRET, *one) == keyed(SECRET, *other)) == (
        [(type(x), x) for x in one] == [(type(x), x) for x in other]
    )


@given(st.lists(texts, unique=True, max_size=12), st.randoms(use_true_random=False))
def test_an_order_does_not_depend_on_the_one_given_and_holds_when_one_is_added(items, random):
    order = order_of(SECRET, "a", items=items)
    shuffled = list(items)
    random.shuffle(shuffled)
    assert order_of(SECRET, "a", items=shuffled) == order
    assert sorted(order) == sorted(items)
    without = order_of(SECRET, "a", items=items[1:])
    assert without == tuple(item for item in order if item not in items[:1])


def test_another_context_or_secret_gives_another_order():
    items = range(50)
    orders = {
        order_of(SECRET, "a", items=items),
        order_of(SECRET, "b", items=items),
        order_of(b"x", "a", items=items),
    }
    assert len(orders) == 3
    assert tuple(items) not in orders
