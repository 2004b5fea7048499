"""What a criterion means in plain words, with an example of each level: help for learners, never the norm.

`auto_evaluation.yaml` lies beside the référentiel. A certification without it has none, and loses nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.reading import FrozenModel, YamlData, nearest, parse_yaml, read_text, validate
from kit.referentiel.model import Code, Referentiel, Text
from kit.referentiel.reglement import Reglement

FILE = "auto_evaluation.yaml"


class PlainWords(FrozenModel):
    """A criterion in plain words, and an example of work at each level of the scale."""

    plain: Text
    levels: Mapping[Code, Text]


class _File(FrozenModel):
    criteria: Mapping[Code, PlainWords]


def load_plain_words(
    folder: Path, referentiel: Referentiel, reglement: Reglement
) -> Mapping[str, PlainWords]:
    """Return the plain words of each criterion of a référentiel, by id; none where its folder has no such file.

    Args:
        folder: the référentiel's folder.
        referentiel: whose criteria they explain.
        reglement: whose scale gives the levels.

    Raises:
        InvalidFile: every problem of the file, with its line: criteria or levels unknown or missing.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    criteria = tuple(item.id for item in referentiel.criteria)
    return _load(str(path), read_text(path), criteria, tuple(reglement.scale.labels))


@lru_cache(maxsize=4)
def _load(
    file: str, content: str, criteria: tuple[str, ...], levels: tuple[str, ...]
) -> Mapping[str, PlainWords]:
    source = parse_yaml(content, file)
    found = validate(_File, source, file)
    raise_for(list(_findings(found, source, file, criteria, levels)), InvalidFile)
    return {code: found.criteria[code] for code in criteria}


def _findings(
    found: _File, source: YamlData, file: str, criteria: tuple[str, ...], levels: tuple[str, ...]
) -> Iterator[Finding]:
    missing = [code for code in criteria if code not in found.criteria]
    if missing:
        yield Finding("plain_words.missing", Place(file), {"codes": missing[:20], "count": len(missing)})
    for code, words in found.criteria.items():
        where = Place(file, source.line(("criteria", code)), f"criteria.{code}")
        if code not in criteria:
            yield Finding(
                "criterion.unknown", where, {"code": code, "near": nearest(code, criteria) or ["—"]}
            )
        absent = [level for level in levels if level not in words.levels]
        if absent:
            yield Finding("plain_words.level_missing", where, {"code": code, "levels": absent})
        for level in words.levels:
            if level not in levels:
                at = Place(file, source.line(("criteria", code, "levels", level)), f"criteria.{code}.levels")
                yield Finding("plain_words.level_unknown", at, {"level": level, "known": list(levels)})
