"""The first line of a cell magic: what each magic takes, and reading it.

The same reading serves the notebook (when the cell runs) and the checks (without running anything).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kit.cases.conditions import read_condition
from kit.errors import Finding, Place
from kit.referentiel.reglement import parse_exact


@dataclass(frozen=True, slots=True)
class MagicSpec:
    """What a magic takes on its line.

    Attributes:
        required: names of the words that must come first, in order.
        optional: names of the words that may follow them.
        options: keys allowed as `key=value`, each with its allowed values or None.
        flags: words allowed alone.
        criteria: whether any other `key=value` is a criterion and its points.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    criteria: bool = False


MAGICS: Mapping[str, MagicSpec] = {
    "contexte": MagicSpec(),
    "dossier": MagicSpec(
        ("id", "title"),
        options={"forme": None, "pool": ("examen", "entrainement"), "points": None, "si": None},
    ),
    "question": MagicSpec(
        ("id",), options={"partie": None, "porteur": ("groupe", "candidat"), "duree": None}, criteria=True
    ),
    "observation": MagicSpec(
        (), ("id",), options={"partie": None, "porteur": ("groupe", "candidat")}, criteria=True
    ),
    "annexe": MagicSpec(("id", "title"), options={"source": None}, flags=("a_rendre",)),
    "corrige": MagicSpec(("question",)),
    "accepte": MagicSpec(("question",)),
    "indicateurs": MagicSpec(("question", "criterion"), options={"niveau": None}),
    "fiche": MagicSpec(
        ("title",),
        options={"pour": ("candidat", "examinateur", "correcteur"), "partie": None, "lecture": ("en", "fr")},
    ),
    "consigne_oral": MagicSpec(options={"partie": None}),
}

_CRITERION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\d[A-Za-z0-9._-]*\Z")
"""What can be a criterion's code on a line: it holds a digit, unlike a misspelt option."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""What can be a code: what the models of the pieces take (`kit.referentiel.model.Code`)."""
_CODE_WORDS = ("id", "question", "criterion")
_CODE_OPTIONS = ("forme", "partie", "niveau")
_LONGEST_POINTS = 12
_LONGEST_MINUTES = 24 * 60
_FIRST = re.compile(r"\A\s*%%(\w+)[ \t]*([^\n]*)\n?(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MagicLine:
    """A magic's line, read. `points` maps criterion codes to exact strings."""

    name: str
    words: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    points: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class MagicCell:
    """A cell that begins with one of our magics: its line, read, and its body."""

    line: MagicLine
    body: str


def read_cell(source: str) -> MagicCell | None:
    """Return the magic a cell begins with, or None for a cell that has none of ours."""
    match = _FIRST.match(source)
    if match is None or match[1] not in MAGICS:
        return None
    return MagicCell(read_line(match[1], match[2]), match[3])


def read_line(name: str, line: str) -> MagicLine:
    """Return a magic's line, read; its problems are in `findings`, all of them."""
    spec = MAGICS[name]
    try:
        tokens = shlex.split(line)
    except ValueError:
        return MagicLine(name, findings=(Finding("magic.quotes", Place(), {"magic": name}),))
    words: list[str] = []
    options: dict[str, str] = {}
    points: dict[str, str] = {}
    flags: set[str] = set()
    findings: list[Finding] = []
    for token in tokens:
        key, equals, value = token.partition("=")
        if equals and key in spec.options:
            options[key] = value
            findings += _option_findings(name, key, value, spec.options[key])
        elif equals and spec.criteria and _CRITERION.match(key):
            findings += _points_findings(name, key, value, points)
            points[key] = value
        elif token in spec.flags:
            flags.add(token)
        elif equals and re.fullmatch(r"[\w.-]+", key):
            known = sorted(spec.options) or ["—"]
            findings.append(Finding("magic.option", Place(), {"magic": name, "option": key, "known": known}))
        else:
            words.append(token)
    findings += _word_findings(name, spec, words)
    named = dict(zip((*spec.required, *spec.optional), words, strict=False))
    findings += _content_findings(name, named)
    if "lecture" in options and options.get("pour", "examinateur") != "examinateur":
        findings.append(Finding("magic.spoken", Place(), {"magic": name}))
    return MagicLine(name, named, options, frozenset(flags), points, tuple(findings))


def _option_findings(name: str, key: str, value: str, allowed: tuple[str, ...] | None) -> Iterator[Finding]:
    fields = {"magic": name, "option": key, "value": value, "known": allowed or ()}
    if allowed is not None and value not in allowed:
        yield Finding("magic.option_value", Place(), fields)
    if key == "points" and not _is_points(value):
        yield Finding("magic.points", Place(), {"magic": name, "criterion": key, "value": value})
    if key == "duree" and not _is_minutes(value):
        yield Finding("magic.minutes", Place(), fields)
    if key == "si" and read_condition(value) is None:
        yield Finding("magic.condition", Place(), fields)
    if key in _CODE_OPTIONS and not _CODE.fullmatch(value):
        yield Finding("magic.code", Place(), {"magic": name, "value": value})


def _points_findings(name: str, key: str, value: str, seen: Mapping[str, str]) -> Iterator[Finding]:
    if not _is_points(value):
        yield Finding("magic.points", Place(), {"magic": name, "criterion": key, "value": value})
    if key in seen:
        yield Finding("magic.criterion_twice", Place(), {"magic": name, "criterion": key})


def _is_points(value: str) -> bool:
    try:
        return len(value) <= _LONGEST_POINTS and parse_exact(value) > 0
    except ValueError:
        return False


def _is_minutes(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,4}", value) is not None and 0 < int(value) <= _LONGEST_MINUTES


def _content_findings(name: str, words: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the words that can be no code, and the titles that say nothing."""
    for kind, word in words.items():
        if kind in _CODE_WORDS and not _CODE.fullmatch(word):
            yield Finding("magic.code", Place(), {"magic": name, "value": word})
        if kind == "title" and not word.strip():
            yield Finding("piece.no_title", Place(), {"piece": f"%%{name}"})


def _word_findings(name: str, spec: MagicSpec, words: list[str]) -> Iterator[Finding]:
    if len(words) < len(spec.required):
        missing = spec.required[len(words) :]
        yield Finding("magic.missing", Place(), {"magic": name, "words": [_WORDS[word] for word in missing]})
    extra = words[len(spec.required) + len(spec.optional) :]
    if extra:
        yield Finding("magic.extra", Place(), {"magic": name, "words": extra})


_WORDS = {
    "id": "un code",
    "title": "un titre entre guillemets",
    "question": "le code de la question",
    "criterion": "le code du critère",
}
