"""Every code has its French sentence, every sentence is used, and its typography is right."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from kit.french import NBSP, NNBSP, typeset
from kit.messages import catalogue, label, remedy, sentence

KIT = Path(__file__).parent.parent / "kit"
CALLS = {"Finding", "of", "label", "words", "sentence", "remedy", "UsageFault", "refuse"}


def literals() -> tuple[set[str], set[str]]:
    """Return the texts of the package's code, and the beginnings of its computed texts."""
    texts: set[str] = set()
    starts: set[str] = set()
    for path in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                starts.add(str(node.values[0].value))
    return texts, starts


def asked_codes() -> set[str]:
    """Return the codes that calls name literally."""
    found = set()
    for path in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return {code for code in found if re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", code)}


def test_every_code_that_is_asked_has_a_sentence() -> None:
    asked = asked_codes()
    assert len(asked) > 100
    assert asked - set(catalogue()) == set()


def test_every_sentence_is_used() -> None:
    texts, starts = literals()
    starts = {start for start in starts if "." in start}
    unused = {
        code for code in catalogue() if code not in texts and not any(code.startswith(s) for s in starts)
    }
    assert unused == set()


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_written_in_french_typography(code: str) -> None:
    entry = catalogue()[code]
    assert {*entry} <= {"found", "remedy", "en"}
    for text in (entry[part] for part in ("found", "remedy") if part in entry):
        assert "'" not in text.replace("'{", "").replace("}'", ""), "apostrophe droite"
        assert "..." not in text
        assert "  " not in text or code.startswith("session.example.")  # aligned comments of a YAML file
        assert text.count("«") == text.count("»")
        assert re.search(r"\w[;!?»]", text.replace("%%question?", "")) is None, "espace manquante"


@pytest.mark.parametrize("code", sorted(code for code, entry in catalogue().items() if "remedy" in entry))
def test_a_problem_says_what_was_found_and_what_to_do(code: str) -> None:
    entry = catalogue()[code]
    names = {name for text in entry.values() for _, name, _, _ in string.Formatter().parse(text) if name}
    fields = dict.fromkeys(names, "x")
    assert sentence(code, **fields)[0].isupper() or sentence(code, **fields)[0] in "«x0123456789%_"
    assert sentence(code, **fields)[-1] in ".!?…"
    assert remedy(code, **fields)


@pytest.mark.parametrize("code", sorted(code for code, entry in catalogue().items() if "en" in entry))
def test_english_words_take_the_same_fields_and_no_french_typography(code: str) -> None:
    entry = catalogue()[code]
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(entry[part]) if name} for part in ("found", "en")
    ]
    assert fields[0] == fields[1]
    assert re.search(r"[«»\u00a0\u202f]| [:;!?]", entry["en"]) is None


def test_lists_are_written_with_commas() -> None:
    assert label("csv.missing_columns", columns=["a", "b"]).startswith("il manque")
    assert "a, b" in label("csv.missing_columns", columns=["a", "b"])


def test_typesetting_twice_changes_nothing() -> None:
    once = typeset("Total : 20 points ; « bien » ! Vraiment ? 12 % à 9 h 30")
    assert typeset(once) == once
    assert f"Total{NBSP}:" in once
    assert f"{NNBSP}!" in once


def test_addresses_and_times_are_left_alone() -> None:
    assert typeset("09:00 a:b") == "09:00 a:b"


@pytest.mark.parametrize(
    "words",
    [
        "M. Dupont",
        "MM. Roux",
        "Mme Roux",
        "Mlle Roux",
        "Dr Roux",
        "Me Roux",
        "n° 3",
        "12 mars",
        "1er août",
        "p. 12",
        "§ 4",
    ],
)
def test_a_title_a_number_or_a_day_never_parts_from_what_follows(words: str) -> None:
    assert typeset(f"Voir {words}, puis") == f"Voir {words.replace(' ', NBSP)}, puis"


@pytest.mark.parametrize(
    "words", ["Me voici", "programme. Dupont", "12 marsouins", "2012 mars", "Mes clients"]
)
def test_ordinary_words_keep_their_spaces(words: str) -> None:
    assert typeset(words) == words
