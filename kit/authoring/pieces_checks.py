"""What can be said of a template once it has run: annexes cited and unused, figures without alternative text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.cases import pieces
from kit.cases.pieces import Located
from kit.errors import Finding, Place, Severity
from kit.referentiel import parse_exact

_CODE = r"[A-Z]{1,3}\d{1,3}"
_CITED = re.compile(
    rf"\bannexes?[\s\u00a0\u202f]+({_CODE}(?:\s*(?:,|et|ou|à|&|-|–)\s*{_CODE})*)", re.IGNORECASE
)
_RANGE = re.compile(rf"({_CODE})\s*(?:à|-|–)\s*({_CODE})")
MIN_ALT = 20


def cited(text: str) -> set[str]:
    """Return the annexes a text cites: « annexe A1 », « annexes A2 et A3 », « annexes A1 à A4 ».

    >>> sorted(cited("Voir l’annexe A1, puis les annexes A3 à A5."))
    ['A1', 'A3', 'A4', 'A5']
    """
    found: set[str] = set()
    for match in _CITED.finditer(text):
        found.update(re.findall(_CODE, match[1]))
        for first, last in _RANGE.findall(match[1]):
            found.update(_between(first, last))
    return found


def _between(first: str, last: str) -> set[str]:
    letters, start = re.match(r"([A-Z]+)(\d+)", first).groups()  # type: ignore[union-attr]
    end = int(re.sub(r"\D", "", last))
    return (
        {f"{letters}{number}" for number in range(int(start), end + 1)} if end - int(start) < 100 else set()
    )


def check_annexes(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield the annexes cited and missing, never cited, used twice, without source."""
    annexes = {item.piece.id: item for item in located if isinstance(item.piece, pieces.Annex)}
    used: set[str] = set()
    for item in located:
        citations = cited(_candidate_text(item.piece))
        used |= citations - {getattr(item.piece, "id", None)}
        for name in sorted(citations - set(annexes)):
            where = Place(file, cell=item.cell, item=getattr(item.piece, "id", None))
            yield Finding("annexe.missing", where, {"id": name, "known": sorted(annexes) or ["—"]})
    seen: set[str] = set()
    for item in located:
        if not isinstance(item.piece, pieces.Annex):
            continue
        where = Place(file, cell=item.cell, item=item.piece.id)
        if item.piece.id in seen:
            yield Finding("annexe.twice", where, {"id": item.piece.id, "first": annexes[item.piece.id].cell})
        elif item.piece.id not in used:
            yield Finding("annexe.unused", where, {"id": item.piece.id})
        if not item.piece.source and not item.piece.to_return:
            yield Finding("annexe.no_source", where, {"id": item.piece.id}, Severity.WARNING)
        seen.add(item.piece.id)


def check_figures(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield the figures whose alternative text is missing or too short to replace them."""
    for item in located:
        if isinstance(item.piece, pieces.Annex) and isinstance(item.piece.content, pieces.FigureContent):
            alt = item.piece.content.alt.strip()
            where = Place(file, cell=item.cell, item=item.piece.id)
            if not alt:
                yield Finding("figure.no_alt", where, {"id": item.piece.id})
            elif len(alt) < MIN_ALT:
                yield Finding("figure.short_alt", where, {"id": item.piece.id}, Severity.WARNING)


def check_expected(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield computed answers bound to no question, or outside the range declared plausible."""
    asked = {
        item.piece.id or ""
        for item in located
        if isinstance(item.piece, pieces.Question | pieces.Observation)
    }
    for item in located:
        if not isinstance(item.piece, pieces.Expected):
            continue
        where = Place(file, cell=item.cell, item=item.piece.question)
        if item.piece.question not in asked:
            fields = {"id": item.piece.question, "magic": "attendu", "near": sorted(asked) or ["—"]}
            yield Finding("question.unknown", where, fields)
        limits = item.piece.plausible
        if limits is not None and not _within(item.piece.value, limits):
            fields = {
                "label": item.piece.label,
                "value": item.piece.value,
                "low": limits[0],
                "high": limits[1],
            }
            yield Finding("expected.implausible", where, fields)


def _within(value: str, limits: tuple[str, str]) -> bool:

    return parse_exact(limits[0]) <= parse_exact(value) <= parse_exact(limits[1])


def _candidate_text(piece: object) -> str:
    match piece:
        case pieces.Annex(content=pieces.TextContent(text=text)):
            return text
        case pieces.Sheet(audience="candidat", text=text):
            return text
        case (
            pieces.Context(text=text) | pieces.Dossier(text=text) | pieces.Question(text=text)
            | pieces.OralBrief(text=text)
        ):  # fmt: skip
            return text
    return ""
