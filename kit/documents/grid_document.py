"""The correction grid on paper: a line per criterion, a box per level, room for the marker's words."""

from __future__ import annotations

from collections.abc import Iterator

from kit.documents.facts import ExamFacts
from kit.documents.markdown import inlines
from kit.documents.model import (
    NOTE_ROOM,
    AnswerLines,
    Block,
    Box,
    Document,
    Emphasis,
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
from kit.french import NBSP, enumeration, long_date, number, plural, typeset
from kit.grids.model import Grid, GridLine
from kit.messages import label
from kit.referentiel import Referentiel, parse_exact

EMPTY_BOX = "☐"


def grid_document(grid: Grid, facts: ExamFacts, referentiel: Referentiel) -> Document:
    """Return the grid, landscape: official wording, questions, signs to look for, weight, a box a level."""
    return Document(
        title=f"{label('grid.title')} – {facts.epreuve_title}",
        subject=label("grid.of", code=grid.code),
        code=f"{grid.code} {label('grid.code')}",
        stamp=facts.stamp,
        landscape=True,
        body=tuple(_body(grid, facts, referentiel)),
    )


def _body(grid: Grid, facts: ExamFacts, referentiel: Referentiel) -> Iterator[Block]:
    yield Fields(tuple(_identity(grid, facts)))
    yield Box("marker", tuple(Paragraph(text(words)) for words in _how(grid, facts)))
    epreuve = referentiel.epreuve(grid.epreuve)
    parts = tuple(dict.fromkeys(line.part for line in grid.lines))
    level = 2 if len(parts) > 1 else 1
    for part in parts:
        if len(parts) > 1:
            yield Heading(1, text(epreuve.part(part).label))
        for competence in dict.fromkeys(line.competence for line in grid.lines if line.part == part):
            lines = [line for line in grid.lines if (line.part, line.competence) == (part, competence)]
            found = referentiel.competence(competence)
            yield Heading(level, text(f"{found.id} – {found.source_text}"))
            yield _table(lines, grid)
    result = Fields(
        ((label("grid.mark", total=number(parse_exact(grid.total))), None), (label("grid.date"), None))
    )
    yield Box(
        "notice", (Paragraph(text(label("grid.appraisal"))), AnswerLines(3), result), label("grid.result")
    )


def _identity(grid: Grid, facts: ExamFacts) -> Iterator[tuple[str, str | None]]:
    yield label("grid.subject"), grid.code
    yield label("doc.session"), facts.session
    yield label("grid.copy"), None
    if facts.centre:
        yield label("doc.centre"), facts.centre
    yield label("grid.marker"), None
    if facts.day is not None:
        yield label("doc.date"), long_date(facts.day, weekday=True)


def _how(grid: Grid, facts: ExamFacts) -> Iterator[str]:
    levels = ", ".join(f"{level.label} = {value_text(level.value)}" for level in grid.scale.levels)
    yield label("grid.how", levels=levels)
    rule = label("grid.example" if grid.reglement.example else "grid.rule", reglement=facts.reglement)
    unassessed = label("grid.not_assessed_how", rule=label(f"score.unassessed.{grid.reglement.not_assessed}"))
    yield f"{unassessed} {rule}"


def _table(lines: list[GridLine], grid: Grid) -> Table:
    names = ("criterion", "signs", "weight", "level", "comment")
    return Table(
        header=tuple(text(label(f"grid.{name}")) for name in names),
        rows=tuple(_row(line, grid) for line in lines),
        align=("left", "left", "right", "left", "left"),
        widths=(5.6, 9.3, 1.3, 4.3, 6.9),
        form=NOTE_ROOM,
    )


def _row(line: GridLine, grid: Grid) -> tuple[Inlines, ...]:
    criterion: list[Inline] = [Strong(text(line.criterion)), Text(f" {typeset(line.text)}")]
    about = [label("grid.by_group")] if line.carrier == "group" else []
    if line.questions:
        noun = plural(len(line.questions), label("grid.question"))
        about.insert(0, label("grid.questions_of", noun=noun, questions=enumeration(line.questions)))
    for words in about:
        criterion += [LineBreak(), Emphasis(text(words))]
    signs = lined([(Text("• "), *inlines(sign)) for sign in line.observables])
    levels = [*(level.label for level in grid.scale.levels), label("grid.not_assessed")]
    boxes = lined([text(f"{EMPTY_BOX}{NBSP}{typeset(words)}") for words in levels])
    return (tuple(criterion), signs, text(number(parse_exact(line.weight))), boxes, ())


def lined(lines: list[Inlines]) -> Inlines:
    """Return lines one under the other, for a cell."""
    joined: list[Inline] = []
    for line in lines:
        joined += [*([LineBreak()] if joined else []), *line]
    return tuple(joined)


def value_text(value: str) -> str:
    """Return a level's value as people read it: a decimal, or a fraction that no decimal writes."""
    return value if "/" in value else number(parse_exact(value))
