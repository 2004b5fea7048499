from kit.cases.seeds import named_rng


def draws(seed, name, scope=None):
    rng = named_rng(seed) if scope is None else named_rng(seed).within(scope)
    return rng(name).integers(0, 2**60, size=4).tolist()


def test_the_same_seed_and_name_always_start_the_same_stream():
    assert draws(7, "ventes") == draws(7, "ventes")


def test_another_name_or_another_seed_is_another_stream():
    streams = [draws(7, "ventes"), draws(7, "avis"), draws(8, "ventes"), draws(7, "ventes", "company/x")]
    assert len({tuple(stream) for stream in streams}) == 4


def test_a_stream_does_not_depend_on_what_was_drawn_before():
    rng = named_rng(7)
    rng("avis").random(100)
    rng("ventes").random(3)
    assert rng("ventes").integers(0, 2**60, size=4).tolist() == draws(7, "ventes")


def test_the_stream_is_the_one_sha256_gives():
    """The key is written down, so that a change of derivation cannot pass unseen: variants would change."""
    expected = 0x407E1FC299E78A97
    assert named_rng(7).key("ventes") >> 192 == expected


def test_a_numpy_seed_gives_the_stream_of_the_plain_number():
    import numpy as np

    assert named_rng(np.int64(7)).key("ventes") == named_rng(7).key("ventes")


def test_no_global_random_state_is_touched():
    import random

    import numpy as np

    before = random.getstate(), np.random.get_state()[1].tolist()
    draws(7, "ventes")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
