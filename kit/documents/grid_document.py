"""The correction grid on paper: a line per criterion, a box per level, room for the marker's words."""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.facts import ExamFacts
from kit.documents.markdown import inlines
from kit.documents.model import (
    Align,
    Block,
    Box,
    Document,
    Fields,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.french import number
from kit.grids.model import Grid, GridLine
from kit.messages import label
from kit.referentiel import Referentiel, parse_exact

EMPTY_BOX = "☐"


def grid_document(grid: Grid, facts: ExamFacts, referentiel: Referentiel) -> Document:
    """Return the grid, landscape: official wording, signs to look for, weight, one box a level."""
    return Document(
        title=f"{label('grid.title')} – {facts.epreuve_title}",
        subject=label("grid.of", code=grid.code),
        code=f"{grid.code} {label('grid.code')}",
        stamp=facts.stamp,
        landscape=True,
        body=tuple(_body(grid, facts, referentiel)),
    )


def _body(grid: Grid, facts: ExamFacts, referentiel: Referentiel) -> Iterator[Block]:
    yield Fields(
        ((label("grid.subject"), grid.code), (label("grid.copy"), None), (label("grid.marker"), None))
    )
    rule = label("grid.example" if grid.reglement.example else "grid.rule", reglement=facts.reglement)
    levels = ", ".join(f"{level.label} = {value_text(level.value)}" for level in grid.scale.levels)
    yield Box("marker", (Paragraph(text(label("grid.how", levels=levels))), Paragraph(text(rule))))
    epreuve = referentiel.epreuve(grid.epreuve)
    for part in dict.fromkeys(line.part for line in grid.lines):
        yield Heading(1, text(epreuve.part(part).label))
        for competence in dict.fromkeys(line.competence for line in grid.lines if line.part == part):
            lines = [line for line in grid.lines if (line.part, line.competence) == (part, competence)]
            yield from _competence(competence, lines, grid, referentiel)
    yield Fields(
        ((label("grid.mark", total=number(parse_exact(grid.total))), None), (label("grid.date"), None))
    )


def _competence(
    competence: str, lines: list[GridLine], grid: Grid, referentiel: Referentiel
) -> Iterator[Block]:
    found = referentiel.competence(competence)
    yield Heading(2, text(f"{found.id} – {found.source_text}"))
    header = (
        text(label("grid.criterion")), text(label("grid.signs")), text(label("grid.weight")),
        *(_two_lines(item.label) for item in grid.scale.levels), text(label("grid.comment")),
    )  # fmt: skip
    rows = tuple(_row(line, grid) for line in lines)
    boxes: list[Align] = ["center" for _ in grid.scale.levels]
    widths = (6.4, 11.5, 1.3, *(2.2 for _ in boxes), 3.4)
    yield Table(header, rows, ("left", "left", "right", *boxes, "left"), None, widths, True)


def _two_lines(words: str) -> Inlines:
    """Return a level's label cut at its last space, so that a narrow column does not hyphenate it."""
    first, _, last = words.rpartition(" ")
    return (*text(first), LineBreak(), *text(last)) if first else text(last)


def _row(line: GridLine, grid: Grid) -> tuple[Inlines, ...]:
    criterion = (Strong(text(line.criterion)), Text(f" {line.text}"))
    signs: list[Inline] = []
    for sign in line.observables:
        signs += [*([LineBreak()] if signs else []), Text("• "), *inlines(sign)]
    boxes = (text(EMPTY_BOX),) * len(grid.scale.levels)
    return (criterion, tuple(signs), text(number(parse_exact(line.weight))), *boxes, ())


def value_text(value: str) -> str:
    """Return a level's value as people read it: a decimal, or a fraction that no decimal writes."""
    return value if "/" in value else number(parse_exact(value))
