"""What the grid's table shows, as plain data: computed here, drawn by `static/grid.js`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from kit.documents.markdown import inlines
from kit.documents.model import plain
from kit.errors import Finding, KitError
from kit.french import clock, counted, enumeration, long_date, number, rounded, typeset
from kit.grids import Grid, GridLine, Mark
from kit.grids.wording import exact_words, line_names
from kit.messages import label, sentence
from kit.referentiel import parse_exact
from kit.ui.grid_state import GridState
from kit.ui.grids_at_hand import Titles

_WORDS = (
    "subject", "copy", "marker", "criterion", "weight", "comment", "comment_of", "clear", "clear_of", "cleared",
    "save", "reload", "reload_confirm", "next_left", "signs", "lost", "keys", "levels", "name", "progress",
)  # fmt: skip
DESK_WORDS = (
    "go", "previous", "next", "undo", "next_copy_left", "sending", "phrases", "phrases_of", "holders", "absent",
    "differences", "differences_help", "member", "own_level", "reason", "differ", "take_back", "no_difference",
)  # fmt: skip
NOT_ASSESSED = "state:not_assessed"


def table_data(grid: Grid, titles: Titles, more: Sequence[str] = ()) -> dict[str, Any]:
    """Return what does not change while a grid is filled: lines, levels, words, with the `more` of a desk."""
    return {
        "subject": " – ".join(part for part in (grid.code, titles.epreuve) if part),
        "choices": list(_choices(grid)),
        "groups": list(_groups(grid, titles)),
        "rule": _rule(grid),
        "words": {name: label(f"ui.grid.{name}") for name in (*_WORDS, *more)},
    }


def _choices(grid: Grid) -> Iterator[dict[str, str]]:
    for level in grid.scale.levels:
        value = label("ui.grid.level_value", value=exact_words(parse_exact(level.value)))
        note = " ".join(part for part in (level.description or "", value) if part)
        yield {"id": f"level:{level.id}", "label": typeset(level.label), "note": typeset(note)}
    rule = sentence(f"score.unassessed.{grid.reglement.not_assessed}")
    yield {"id": NOT_ASSESSED, "label": label("ui.grid.not_assessed"), "note": rule}


def _groups(grid: Grid, titles: Titles) -> Iterator[dict[str, Any]]:
    several = len({line.part for line in grid.lines}) > 1
    groups: dict[tuple[str, str], list[GridLine]] = {}
    for line in grid.lines:
        groups.setdefault((line.part if several else "", line.competence), []).append(line)
    for (part, competence), lines in groups.items():
        yield {
            "code": " – ".join(head for head in (titles.parts.get(part, part), competence) if head),
            "title": typeset(titles.competences.get(competence, "")),
            "lines": [_line(line, several, titles) for line in lines],
        }


def _line(line: GridLine, several: bool, titles: Titles) -> dict[str, Any]:
    group = label("ui.grid.by_group") if line.carrier == "group" else ""
    questions = label("ui.grid.questions_of", questions=enumeration(line.questions)) if line.questions else ""
    return {
        "key": line.key,
        "code": line.criterion
        if not several
        else f"{line.criterion} ({titles.parts.get(line.part, line.part)})",
        "text": typeset(line.text),
        "weight": number(parse_exact(line.weight)),
        "about": " · ".join(part for part in (questions, group) if part),
        "signs": [_plain(sign) for sign in line.observables],
        "figures": [typeset(figure) for figure in line.expected],
    }


def _plain(sign: str) -> str:
    try:
        return plain(inlines(sign))
    except KitError:
        return sign


def _rule(grid: Grid) -> str:
    reglement = f"{grid.reglement.slug} ({grid.reglement.version})"
    return label("grid.example" if grid.reglement.example else "grid.rule", reglement=reglement)


def marks_data(state: GridState) -> dict[str, dict[str, str]]:
    """Return the marks as the table takes them: the choice and the comment of each line."""
    return {key: {"choice": _choice(mark), "comment": mark.comment} for key, mark in state.marks.items()}


def _choice(mark: Mark) -> str:
    if mark.level is not None:
        return f"level:{mark.level}"
    return NOT_ASSESSED if mark.is_marked else ""  # a neutralised line too: nobody at a grid learns why


def mark_of(data: Any) -> Mark:
    """Return the mark the table sent for a line.

    Raises:
        ValidationError: not something the table sends.
    """
    kind, _, name = str(data.get("choice") or "").partition(":")
    fields = {kind: name} if name else {}
    return Mark.model_validate({**fields, "comment": data.get("comment") or ""})


def summary_data(state: GridState, path: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return what changes with every mark: the score in words, what is left, what is saved."""
    progress = state.progress
    return {
        "mark": mark_words(state),
        "exact": _exact_words(state),
        "progress": label(
            "ui.grid.progress_of", done=progress.done, lines=counted(progress.lines, "critère"),
            gained=number(rounded(progress.gained, 2)), at_stake=number(rounded(progress.at_stake, 2)),
        ),
        "done": progress.done,
        "lines": progress.lines,
        "left": list(state.left),
        "left_words": _left_words(state),
        "dirty": state.dirty,
        "status": status_words(state, path),
        "findings": [
            {"severity": item.severity.value, "message": str(item)} for item in findings
        ],
    }  # fmt: skip


def mark_words(state: GridState) -> str:
    """Return the mark in words, or that there is none."""
    score = state.score
    if score.rounded is not None:
        total = number(parse_exact(score.out_of))
        return label("ui.grid.mark_of", mark=number(parse_exact(score.rounded)), total=total)
    return label("ui.no_mark.yet" if score.reason == "not_marked" else "ui.no_mark.at_all")


def _exact_words(state: GridState) -> str:
    score = state.score
    if score.mark is None:
        return sentence(f"score.{score.reason}")
    return label("ui.grid.exact", mark=exact_words(parse_exact(score.mark)))


def _left_words(state: GridState) -> str:
    score = state.score
    left = line_names(state.grid, score.not_marked)
    unassessed = line_names(state.grid, score.not_assessed)
    words = label("ui.grid.nothing_left")
    if left:
        words = label("ui.grid.left", count=counted(len(left), "critère"), criteria=", ".join(left))
    if unassessed:
        words += " " + label("ui.grid.unassessed", criteria=enumeration(unassessed))
    return words


def status_words(state: GridState, path: str) -> str:
    """Return what is saved and what is not."""
    if state.dirty:
        return label("ui.status.dirty")
    if state.saved_at is None:
        return label("ui.status.nothing", file=path)
    day = (
        "" if state.saved_at.date() == datetime.now().astimezone().date() else f" {long_date(state.saved_at)}"
    )
    return label("ui.status.saved", day=day, time=clock(state.saved_at), file=path)
