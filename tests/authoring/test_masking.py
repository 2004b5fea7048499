"""What a text says before its fields are filled: conditions and loops taken out, fields behind a sign."""

from __future__ import annotations

import pytest

from kit.authoring.masking import MASK, masked, python_of


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("un {{ x }} deux", f"un {MASK} deux"),
        ("{% if a<b and b>c %}un{% endif %} deux", "un deux"),
        ("{% if a %}un{% endif %}\n{% for i in x %}\n| {{ i }} |\n{% endfor %}\nfin", f"un\n| {MASK} |\nfin"),
        ("avant {# note\nsur deux lignes #}après", "avant après"),
        ("{% set a = 1 %}{% set b = 2 %}\ntexte", "texte"),
        ("{{ {'a': 1}['a'] }} fin", f"{MASK} fin"),
        ("100 % de 20 %", "100 % de 20 %"),
    ],
)
def test_only_what_is_written_is_left(text: str, left: str) -> None:
    assert masked(text) == left


def test_ipython_commands_are_python() -> None:
    assert python_of("%load_ext kit.cases\n!ls\nx = await y") is not None
    assert python_of("x = = 1") is None
