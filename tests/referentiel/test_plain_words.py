"""Plain words for learners: all criteria and levels, no example twice, broken files told whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from kit.errors import InvalidFile
from kit.french import typeset
from kit.referentiel import (
    DEFAULT,
    find_referentiel,
    load_plain_words,
    load_referentiel,
    load_reglement,
    natural_key,
)

FOLDER = find_referentiel(DEFAULT)
REFERENTIEL = load_referentiel(FOLDER)
REGLEMENT = load_reglement(FOLDER / "reglement.yaml", REFERENTIEL)
SHORTEST, LONGEST = 20, 420


def test_every_criterion_has_plain_words_and_an_example_of_each_level() -> None:
    words = load_plain_words(FOLDER, REFERENTIEL, REGLEMENT)
    assert [*words] == [criterion.id for criterion in REFERENTIEL.criteria]
    assert {tuple(item.levels) for item in words.values()} == {tuple(REGLEMENT.scale.labels)}


def test_no_text_stands_twice_and_each_is_a_sentence_of_careful_french() -> None:
    words = load_plain_words(FOLDER, REFERENTIEL, REGLEMENT)
    texts = [text for item in words.values() for text in (item.plain, *item.levels.values())]
    assert [one for one, other in pairwise(sorted(texts)) if one == other] == []
    assert [text for text in texts if typeset(text) != text or "'" in text] == []
    assert [text for text in texts if not text.endswith((".", "\u00a0»", "\u202f!"))] == []
    assert [text for text in texts if not SHORTEST <= len(text) <= LONGEST] == []


def test_the_official_wording_stays_apart() -> None:
    official = {criterion.source_text for criterion in REFERENTIEL.criteria}
    assert not official & {item.plain for item in load_plain_words(FOLDER, REFERENTIEL, REGLEMENT).values()}


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert load_plain_words(tmp_path, REFERENTIEL, REGLEMENT) == {}


def test_all_that_is_wrong_with_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    codes = sorted((criterion.id for criterion in REFERENTIEL.criteria), key=natural_key)
    good = "{plain: Un mot., levels: {non_acquis: A., en_cours: B., acquis: C., maitrise: D.}}"
    lines = [f"  {code}: {good}" for code in codes[:-1]]
    lines[1] = lines[1].replace("maitrise", "excellent")
    lines.append(f"  CE99.9: {good}")
    (tmp_path / "auto_evaluation.yaml").write_text("criteria:\n" + "\n".join(lines), "utf-8")
    with pytest.raises(InvalidFile) as refused:
        load_plain_words(tmp_path, REFERENTIEL, REGLEMENT)
    assert [(finding.code, finding.where.line) for finding in refused.value.findings] == [
        ("plain_words.missing", None),
        ("plain_words.level_missing", 3),
        ("plain_words.level_unknown", 3),
        ("criterion.unknown", len(codes) + 1),
    ]
