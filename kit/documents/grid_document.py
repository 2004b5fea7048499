"""The correction grid on paper: a line per criterion, a box per level, room for the marker's words."""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.facts import ExamFacts
from kit.documents.markdown import inlines
from kit.documents.model import (
    Block,
    Box,
    Document,
    Fields,
    Heading,
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
    yield Heading(1, text(f"{label('grid.title')} – {facts.epreuve} – {facts.epreuve_title}"))
    yield Fields(
        ((label("grid.subject"), grid.code), (label("grid.copy"), None), (label("grid.marker"), None))
    )
    rule = label("grid.example" if grid.reglement.example else "grid.rule", reglement=facts.reglement)
    levels = ", ".join(f"{level.label} = {number(parse_exact(level.value))}" for level in grid.scale.levels)
    yield Box("marker", (Paragraph(text(label("grid.how", levels=levels))), Paragraph(text(rule))))
    parts = {line.part: None for line in grid.lines}
    epreuve = referentiel.epreuve(grid.epreuve)
    for part in parts:
        if len(parts) > 1:
            yield Heading(2, text(epreuve.part(part).label))
        for competence in dict.fromkeys(line.competence for line in grid.lines if line.part == part):
            lines = [line for line in grid.lines if (line.part, line.competence) == (part, competence)]
            yield from _competence(competence, lines, grid, referentiel, 3 if len(parts) > 1 else 2)
    yield Fields(
        ((label("grid.mark", total=number(parse_exact(grid.total))), None), (label("grid.date"), None))
    )


def _competence(
    competence: str, lines: list[GridLine], grid: Grid, referentiel: Referentiel, level: int
) -> Iterator[Block]:
    found = referentiel.competence(competence)
    yield Heading(level, text(f"{found.id} – {found.text}"))
    header = (
        text(label("grid.criterion")), text(label("grid.weight")),
        *(text(item.label) for item in grid.scale.levels), text(label("grid.comment")),
    )  # fmt: skip
    rows = tuple(_row(line, grid) for line in lines)
    count = len(grid.scale.levels)
    align = ("left", "right", *("center",) * count, "left")
    yield Table(header, rows, align, None, (10, 1.4, *(1.9,) * count, 4.5), True)  # type: ignore[arg-type]


def _row(line: GridLine, grid: Grid) -> tuple[Inlines, ...]:
    words: list[Inlines] = [(Strong(text(line.criterion)), Text(f" {line.text}"))]
    words += [(LineBreak(), Text("• "), *inlines(sign)) for sign in line.observables]
    criterion = tuple(item for part in words for item in part)
    boxes = (text(EMPTY_BOX),) * len(grid.scale.levels)
    return (criterion, text(number(parse_exact(line.weight))), *boxes, ())
