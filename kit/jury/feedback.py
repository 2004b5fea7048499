"""What a candidate is told of his work: each criterion, its level, the marker's words, what this variant expected.

A criterion that the jury neutralised for him is not there: to name it would say why. Nor is a part that he did not
sit as usual: what its subject expected is not his to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kit.documents.grid_document import lined
from kit.documents.model import (
    Block,
    Document,
    Fields,
    Heading,
    Inlines,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.french import typeset
from kit.grids import GridLine, Mark
from kit.jury.papers import candidate_name, stamp_of
from kit.messages import label
from kit.referentiel import Level, natural_key, parse_exact
from kit.results.evidence import BETWEEN, Evidence
from kit.sessions.opening import Session

_NOTHING = Mark()


def feedback_document(session: Session, candidate: str, evidence: Mapping[str, Evidence]) -> Document:
    """Return the feedback of a candidate.

    Args:
        session: its référentiel and its people.
        candidate: his id.
        evidence: what is known of him, by épreuve.
    """
    head = Fields((
        (label("paper.column.candidate"), candidate_name(session, candidate)),
        (label("paper.session"), session.config.id),
        (label("paper.reglement"), f"{session.reglement.slug} ({session.reglement.version})"),
    ))  # fmt: skip
    body = [
        block for code in _sorted_epreuves(session, evidence) for block in _epreuve(session, evidence[code])
    ]
    return Document(
        title=label("paper.feedback"), subject=session.config.id, code=f"{session.config.id} retour",
        stamp=stamp_of(session), body=(head, Paragraph(text(label("paper.feedback_how"))), *body),
    )  # fmt: skip


def _sorted_epreuves(session: Session, evidence: Mapping[str, Evidence]) -> Iterator[str]:
    """Yield the épreuves of a candidate in the référentiel's order."""
    return (epreuve.id for epreuve in session.referentiel.epreuves if epreuve.id in evidence)


def _epreuve(session: Session, found: Evidence) -> Iterator[Block]:
    lines = [
        line
        for line in sorted(found.grid.lines, key=lambda line: natural_key(line.criterion))
        if line.part not in found.states and _mark(found, line).state != "neutralised"
    ]
    if not lines and found.state is None:
        return
    yield Heading(1, text(f"{found.epreuve} – {session.referentiel.epreuve(found.epreuve).short_title}"))
    if found.state is not None:
        yield Paragraph(text(label(f"paper.state.{found.state}")))
    if not lines:
        return
    header = tuple(text(label(f"paper.column.{name}")) for name in ("criterion", "level", "comment"))
    rows = tuple(_row(found, line) for line in lines)
    yield Table(
        header, rows, ("left",) * 3, label("paper.caption.feedback"), (7.0, 3.0, 6.0), row_headers=True
    )
    expected = _expected(lines)
    if expected:
        yield Heading(2, text(label("paper.expected")))
        for question, values in expected.items():
            yield Paragraph((Strong(text(f"{question} : ")), *text(typeset(" ; ".join(values)))))


def _row(found: Evidence, line: GridLine) -> tuple[Inlines, ...]:
    mark = _mark(found, line)
    criterion = (Strong(text(line.criterion)), Text(f" {typeset(line.text)}"))
    from kit.documents.pdf import spelt_out

    comment = lined([text(spelt_out(words)) for words in mark.comment.splitlines() if words.strip()])
    return criterion, text(_level(found, mark)), comment


def _expected(lines: Iterable[GridLine]) -> dict[str, list[str]]:
    """Return what this variant expected, each value once, by question."""
    found: dict[str, list[str]] = {}
    for words in dict.fromkeys(words for line in lines for words in line.expected):
        question, _, value = words.partition(" – ")
        found.setdefault(question if value else "—", []).append(value or words)
    return dict(sorted(found.items(), key=lambda pair: natural_key(pair[0])))


def _level(found: Evidence, mark: Mark) -> str:
    if mark.level is None:
        return label("grid.not_assessed" if mark.state == "not_assessed" else "paper.no_level")
    level = found.grid.scale.level(mark.level)
    if level is None:
        return label("paper.no_level")
    return _around(found, level) if level.id.startswith(BETWEEN) else level.label


def _around(found: Evidence, level: Level) -> str:
    """Return the levels of the scale that a mean of two markers lies between."""
    value = parse_exact(level.value)
    whole = [one for one in found.grid.scale.levels if not one.id.startswith(BETWEEN)]
    exact = next((one for one in whole if parse_exact(one.value) == value), None)
    if exact is not None:
        return exact.label
    low = max(
        (one for one in whole if parse_exact(one.value) < value), key=lambda one: parse_exact(one.value)
    )
    high = min(
        (one for one in whole if parse_exact(one.value) > value), key=lambda one: parse_exact(one.value)
    )
    return label("paper.between", low=low.label, high=high.label)


def _mark(found: Evidence, line: GridLine) -> Mark:
    return found.marks.get(line.key, _NOTHING)
