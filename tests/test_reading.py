"""Reading what people write: the known keys are named, odd files are told, nothing is executed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from kit.errors import Finding, InvalidFile
from kit.reading import MAX_BYTES, MAX_NODES, FrozenModel, YamlData, nearest, parse_yaml, read_text, validate


class Leaf(FrozenModel):
    colour: str = ""
    length: int = Field(default=0, alias="longueur")


class Tree(FrozenModel):
    leaf: Leaf | None = None
    by_name: Annotated[Mapping[str, Leaf], Field(max_length=9)] = {}
    rows: tuple[Leaf, ...] = ()
    nested: Mapping[str, Sequence[Leaf | None]] = {}


def findings(text: str) -> list[Finding]:
    with pytest.raises(InvalidFile) as caught:
        validate(Tree, parse_yaml(text, "f.yaml"), "f.yaml")
    return list(caught.value.findings)


@pytest.mark.parametrize(
    "text",
    [
        "leaf: {zzz: 1}",
        "by_name: {un: {zzz: 1}}",
        "rows: [{}, {zzz: 1}]",
        "nested: {deux: [{zzz: 1}]}",
        "by_name: {leaf: {zzz: 1}}",
    ],
)
def test_an_unknown_key_is_answered_with_the_known_ones_wherever_it_stands(text):
    (finding,) = findings(text)
    assert finding.code == "field.unknown"
    assert finding.fields["known"] == "colour, longueur"


def test_an_unknown_key_that_resembles_one_is_answered_with_that_one():
    (finding,) = findings("by_name: {un: {color: bleu}}")
    assert finding.fields["known"] == "colour"


@pytest.mark.parametrize(
    "value",
    [
        '!!bool "x"',
        '!!timestamp "x"',
        '!!int "x"',
        '!!int ""',
        '!!float "x"',
        '!!float ""',
        "2026-02-31",
    ],
)
def test_a_value_that_is_not_what_it_says_is_told_with_its_line(value):
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(f"# rien\na: {value}\nb: {value}", "f.yaml")
    assert [(f.code, f.where.line) for f in caught.value.findings] == [("yaml.value", 2), ("yaml.value", 3)]


@pytest.mark.parametrize(
    "value",
    [
        "!!binary aGVsbG8=", "!!python/object/apply:os.system [ls]", "!moi {a: 1}", "!!set {a}", "!!omap [a: 1]",
        "!<tag:x,2000:y> z",
    ],
)  # fmt: skip
def test_a_tag_that_is_not_plain_data_is_told_and_nothing_is_made_of_it(value):
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(f"a: {value}", "f.yaml")
    assert [(f.code, f.where.line) for f in caught.value.findings] == [("yaml.tag", 1)]


def test_a_null_character_is_told_with_its_line():
    with pytest.raises(InvalidFile) as caught:
        parse_yaml("a: 1\nb: \0", "f.yaml")
    assert [(f.code, f.where.line) for f in caught.value.findings] == [("yaml.character", 2)]


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 50_000, "- " * 20_000, "&a [*a]"])
def test_a_bottomless_file_is_told(text):
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(text, "f.yaml")
    assert caught.value.findings[0].code in ("yaml.too_deep", "yaml.syntax")


def test_a_file_of_too_many_values_is_told():
    with pytest.raises(InvalidFile) as caught:
        parse_yaml("[" + "1," * 2 * (MAX_NODES + 1) + "]", "f.yaml")
    assert [finding.code for finding in caught.value.findings] == ["yaml.too_many"]


def refused(path: Path) -> Finding:
    with pytest.raises(InvalidFile) as caught:
        read_text(path)
    (finding,) = caught.value.findings
    assert finding.message
    assert finding.remedy
    return finding


def test_a_file_that_is_none_is_told(tmp_path):
    (tmp_path / "boucle").symlink_to(tmp_path / "boucle")
    (tmp_path / "latin").write_bytes("a\né".encode("latin-1"))
    (tmp_path / "gros").touch()
    os.truncate(tmp_path / "gros", MAX_BYTES + 1)
    found = {name: refused(tmp_path / name) for name in ("absent", "", "boucle", "latin", "gros", "x" * 300)}
    assert {name: finding.code for name, finding in found.items()} == {
        "absent": "file.missing", "": "file.is_folder", "boucle": "file.unreadable", "latin": "file.encoding",
        "gros": "file.too_large", "x" * 300: "file.unreadable",
    }  # fmt: skip
    assert "liens symboliques" in found["boucle"].message
    assert "trop long" in found["x" * 300].message
    assert found["latin"].where.line == 2


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_no_file_can_have_is_told(tmp_path, name):
    assert refused(tmp_path / name).code == "file.name"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "tube")
    assert refused(tmp_path / "tube").code == "file.special"


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    """The system's refusal is imitated: the administrator may read everything."""
    (tmp_path / "secret").touch()

    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    finding = refused(tmp_path / "secret")
    assert finding.code == "file.unreadable"
    assert "droits" in finding.message


def test_an_empty_file_is_a_model_without_values():
    assert validate(Tree, YamlData(None, {}), "f.yaml") == Tree()


def test_words_that_are_as_near_come_in_the_order_of_their_names() -> None:
    assert nearest("Q9", ["Q3", "Q1", "Q2"]) == ["Q1", "Q2", "Q3"]
    assert nearest("CE1.9", {"CE1.3", "CE1.10", "CE1.1", "CE1.2"}, 2) == ["CE1.1", "CE1.2"]


def test_the_nearest_word_comes_first() -> None:
    assert nearest("couleurs", ["chaleur", "couleur"])[0] == "couleur"


@pytest.mark.parametrize("known", [[], {}, ["xyz"]])
def test_nothing_near_is_nothing(known: list[str]) -> None:
    assert nearest("abc", known) == []
