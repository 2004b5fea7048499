"""What can be said of a template once it has run: annexes cited and unused, figures without alternative text."""

from __future__ import annotations

from collections.abc import Iterator

from kit.authoring.citations import cited
from kit.cases import pieces
from kit.cases.pieces import Located
from kit.errors import Finding, Place, Severity
from kit.referentiel import natural_key, parse_exact

MIN_ALT = 20


def check_annexes(located: tuple[Located, ...], file: str) -> Iterator[Finding]:
    """Yield the annexes cited and missing, never cited, without source."""
    annexes = [item for item in located if isinstance(item.piece, pieces.Annex)]
    known = sorted({item.piece.id for item in annexes}, key=natural_key)
    used: set[str] = set()
    for item in located:
        own = getattr(item.piece, "id", None)
        citations = cited(_candidate_text(item.piece), known)
        used |= citations - {own}
        for name in sorted(citations - set(known), key=natural_key):
            fields = {"id": name, "known": known or ["—"]}
            yield Finding("annexe.missing", Place(file, cell=item.cell, item=own), fields)
    for item in annexes:
        where = Place(file, cell=item.cell, item=item.piece.id)
        if item.piece.id not in used:
            yield Finding("annexe.unused", where, {"id": item.piece.id})
        if not item.piece.source.strip() and not item.piece.to_return:
            yield Finding("annexe.no_source", where, {"id": item.piece.id}, Severity.WARNING)


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
            near = sorted(asked - {""}, key=natural_key) or ["—"]
            fields = {"id": item.piece.question, "magic": "attendu", "near": near}
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
