"""Is the official wording what the source says? Folding its lines, and checking every one of them.

A source is the plain text of the certifier's document. Each wording of a référentiel names its lines; folded,
and without the label that opens them, they must give the wording to the character. Every line that is not
blank belongs to one wording, or to the furniture of the page, and to one only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kit.errors import Finding, InvalidFile, Place
from kit.reading import Key, read_text, read_yaml
from kit.referentiel.loading import load_referentiel
from kit.referentiel.model import Epreuve, Referentiel, Sourced, Statement

_CUT_WORD = re.compile(r"[^\W\d_][-/]$")


@dataclass(frozen=True, slots=True)
class Claim:
    """What says it comes from some lines of the source.

    `text` is the wording those lines must give, or None for furniture; `labelled` tells whether a code opens
    them; `path` is where the claim stands in its YAML file (`epreuves.yaml` when `in_epreuves`).
    """

    item: str
    lines: tuple[str, ...]
    path: Key
    text: str | None = None
    labelled: bool = False
    in_epreuves: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """The line numbers claimed, in reading order."""
        return tuple(number for text in self.lines for number in _numbers(text))


def fold(lines: Iterable[str]) -> str:
    """Return lines as one text: white space folded, lines joined by a space, blank ones passed over.

    A line that ends in a hyphen or a slash glued to a letter was cut inside a word: the next one joins it.

    >>> fold(["(socio-", " démographiques,  etc.) "])
    '(socio-démographiques, etc.)'
    """
    text = ""
    for line in lines:
        words = " ".join(line.split())
        if words:
            text += words if not text or _CUT_WORD.search(text) else f" {words}"
    return text


def claims(referentiel: Referentiel) -> tuple[Claim, ...]:
    """Return what the référentiel, its épreuves included, says it read in the source."""
    return (
        *_tree_claims(referentiel),
        *_epreuve_claims(referentiel.epreuves),
        *_furniture_claims(referentiel),
    )


def verify(folder: Path) -> list[Finding]:
    """Return every difference between a référentiel and its source; an empty list when there is none.

    Raises:
        InvalidFile: the référentiel does not load, or its source cannot be read.
    """
    referentiel = load_referentiel(folder)
    path = folder / referentiel.source.file
    main, exams = folder / "referentiel.yaml", folder / "epreuves.yaml"
    main_yaml, exams_yaml = read_yaml(main), read_yaml(exams)

    def place(claim: Claim) -> Place:
        file, source = (exams, exams_yaml) if claim.in_epreuves else (main, main_yaml)
        return Place(str(file), source.line(claim.path), item=claim.item)

    if not path.resolve().is_relative_to(folder.resolve()):
        where = Place(str(main), main_yaml.line(("source", "file")))
        raise InvalidFile(Finding("source.outside", where, {"path": referentiel.source.file}))
    asked, lines = claims(referentiel), read_text(path).split("\n")
    findings = list(_changed(path, referentiel, Place(str(main), main_yaml.line(("source", "sha256")))))
    findings += check_claims(asked, lines, referentiel.source.label, place)
    return findings + list(_coverage(asked, lines, str(path)))


def check_claims(
    asked: Iterable[Claim], lines: Sequence[str], label: str | None, place: Callable[[Claim], Place]
) -> Iterator[Finding]:
    """Yield the claims whose lines do not exist, do not give the wording, or carry another element's code."""
    pattern = re.compile(label) if label is not None else None
    for claim in asked:
        numbers = claim.numbers
        if (
            not numbers
            or min(numbers) < 1
            or max(numbers) > len(lines)
            or not all(map(_numbers, claim.lines))
        ):
            yield Finding("source.range", place(claim), {"lines": claim.lines, "count": len(lines)})
        elif claim.text is not None:
            text = fold(lines[number - 1] for number in numbers)
            yield from _compare(claim, text, pattern if claim.labelled else None, place(claim))


def _compare(claim: Claim, text: str, label: re.Pattern[str] | None, where: Place) -> Iterator[Finding]:
    if label is not None:
        found = label.match(text)
        if found is None:
            yield Finding("source.label", where, {"lines": claim.lines, "found": text[:40]})
            return
        code = found.groupdict().get("code")
        if code is not None and not re.search(rf"(?<!\d){re.escape(code)}$", claim.item):
            yield Finding("source.code", where, {"lines": claim.lines, "found": code})
        text = text[found.end() :]
    if text != claim.text:
        said, expected = _around_difference(claim.text or "", text)
        yield Finding("source.text", where, {"lines": claim.lines, "found": said, "expected": expected})


def _changed(path: Path, referentiel: Referentiel, where: Place) -> Iterator[Finding]:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != referentiel.source.sha256:
        yield Finding("source.changed", where, {"found": found, "expected": referentiel.source.sha256})


def _coverage(asked: Iterable[Claim], lines: Sequence[str], file: str) -> Iterator[Finding]:
    """Yield the lines nobody claims, and those claimed more than once, by runs of consecutive lines."""
    owners: dict[int, tuple[str, ...]] = {n: () for n, line in enumerate(lines, 1) if line.strip()}
    for claim in asked:
        for number in claim.numbers:
            if number in owners:
                owners[number] += (claim.item,)
    for items, numbers in _runs(owners):
        where = Place(file, numbers[0])
        shown = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
        if not items:
            text = fold(lines[number - 1] for number in numbers)[:60]
            yield Finding("source.unclaimed", where, {"lines": shown, "text": text})
        elif len(items) > 1:
            yield Finding("source.claimed_twice", where, {"lines": shown, "items": items})


def _runs(owners: dict[int, tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    ranked = enumerate(sorted(owners))
    for (items, _), group in groupby(ranked, key=lambda pair: (owners[pair[1]], pair[1] - pair[0])):
        yield items, [number for _, number in group]


def _tree_claims(referentiel: Referentiel) -> Iterator[Claim]:
    for i, statement in enumerate(referentiel.statements):
        yield from _statement_claims(statement, ("statements", i))
    for i, bloc in enumerate(referentiel.blocs):
        yield _element(bloc.id, bloc, ("blocs", i))
        for j, activity in enumerate(bloc.activities):
            path: Key = ("blocs", i, "activities", j)
            yield _element(activity.id, activity, path)
            yield from (_element(t.id, t, (*path, "tasks", k)) for k, t in enumerate(activity.tasks))
    yield from (_element(c.id, c, ("competences", i)) for i, c in enumerate(referentiel.competences))
    yield from (_element(c.id, c, ("criteria", i)) for i, c in enumerate(referentiel.criteria))


def _statement_claims(statement: Statement, path: Key) -> Iterator[Claim]:
    yield Claim(statement.id, statement.lines, path, statement.source_text)
    for i, item in enumerate(statement.paragraphs):
        yield Claim(item.id, item.lines, (*path, "paragraphs", i), item.source_text)


def _element(item: str, sourced: Sourced, path: Key) -> Claim:
    return Claim(item, sourced.lines, path, sourced.source_text, labelled=True)


def _epreuve_claims(epreuves: Iterable[Epreuve]) -> Iterator[Claim]:
    for i, item in enumerate(epreuves):
        for name, text, lines in (
            ("title", item.title, item.title_lines),
            ("form", item.form, item.form_lines),
            ("brief", item.brief, item.brief_lines),
        ):
            yield Claim(item.id, lines, ("epreuves", i, name), text, in_epreuves=True)


def _furniture_claims(referentiel: Referentiel) -> Iterator[Claim]:
    for i, item in enumerate(referentiel.source.furniture):
        yield Claim("furniture", item.lines, ("source", "furniture", i))


def _numbers(lines: str) -> range:
    first, _, last = lines.partition("-")
    return range(int(first), int(last or first) + 1)


def _around_difference(said: str, expected: str) -> tuple[str, str]:
    """Return the two texts around their first difference, short enough to be shown."""
    same = next((i for i, (a, b) in enumerate(zip(said, expected, strict=False)) if a != b), None)
    start = max(0, (min(len(said), len(expected)) if same is None else same) - 20)
    opening = "…" if start else ""
    return f"{opening}{said[start : start + 60]}", f"{opening}{expected[start : start + 60]}"
