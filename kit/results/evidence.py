"""What a session knows of a candidate in an épreuve: one grid, one mark a line, and where he was not.

What was retained comes first. A copy with one marker gives that marker's marks; one with two gives the lines on which
both said the same, once both have locked: the others wait for somebody to retain them. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kit.errors import Finding, InvalidFile, MarkingError, Place
from kit.grids import Grid, GridLine, Mark
from kit.marking.book import MarkBook, Said
from kit.marking.copies import Copy, CopyKey, all_copies, copy_grid, holders_of, markers_of, states_of
from kit.marking.inheriting import member_marks
from kit.marking.retaining import Retained, retained
from kit.marking.tables import NEUTRALISED
from kit.referentiel import Reglement, exact_text, parse_exact
from kit.referentiel.reglement import Level, Participation, Scale
from kit.sessions.opening import Session
from kit.store.sql import select

_ORDINARY: frozenset[Participation] = frozenset({"present", "expected"})
_GRAVITY: tuple[Participation, ...] = (
    "excluded", "fraud_pending", "absent_unexcused", "absent_excused", "exempt",
)  # fmt: skip
_NOTHING = Mark()
BETWEEN = "moyenne"
"""Begins the id of a level that is none of the scale: the mean of two markers' levels."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a candidate in an épreuve.

    Attributes:
        epreuve: its code.
        grid: the lines that count for him, of all its parts; without those of a part he is exempt from.
        marks: by line; a line nobody settled is absent.
        states: his participation in the parts where it is not ordinary.
        exempted: competences of the lines he is exempt from.
        last_day: the day its last part was sat or handed in; None where the session does not say.
    """

    epreuve: str
    grid: Grid
    marks: Mapping[str, Mark]
    states: Mapping[str, Participation]
    exempted: frozenset[str] = frozenset()
    last_day: date | None = None

    @property
    def state(self) -> Participation | None:
        """The gravest of his participations; None when he simply sat it."""
        return next((state for state in _GRAVITY if state in self.states.values()), None)


def session_evidence(
    session: Session, book: MarkBook, only: Collection[str] = ()
) -> dict[str, dict[str, Evidence]]:
    """Return what is known of each candidate, by candidate and épreuve.

    Args:
        session: the session.
        book: its marks.
        only: candidates to limit to; empty means all.

    Raises:
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    if not session.attributions:
        raise InvalidFile(Finding("marks.not_built", Place("build")))
    store = _Store(session, book)
    found: dict[str, dict[str, list[Copy]]] = {
        candidate.id: {} for candidate in session.candidates if not only or candidate.id in only
    }
    for copy in all_copies(session):
        for candidate in found.keys() & set(holders_of(session, copy.key)):
            found[candidate].setdefault(copy.key.epreuve, []).append(copy)
    return {
        candidate: {
            epreuve: _evidence(store, candidate, epreuve, copies) for epreuve, copies in by_epreuve.items()
        }
        for candidate, by_epreuve in found.items()
    }


class _Store:
    """The marks of a session, read once."""

    def __init__(self, session: Session, book: MarkBook) -> None:
        self.session = session
        self.reglement: Reglement = session.reglement
        self._said: dict[tuple[str, CopyKey], list[Said]] = {}
        for marker in {item.person for item in session.assignments}:
            for said in book.said(marker):
                self._said.setdefault((marker, said.copy), []).append(said)
        self._by_copy: dict[CopyKey, Mapping[int, str]] = {}
        self._locked = book.locked()
        self._retained: dict[CopyKey, dict[str, Retained]] = {}
        for item in retained(book):
            self._retained.setdefault(item.copy, {})[item.line] = item
        self.neutralised = _neutralised(book)

    def marks(self, copy: Copy, candidate: str) -> tuple[dict[str, Mark], dict[str, Fraction]]:
        """Return a copy's marks for one of its candidates, and the values that are no level's.

        What is retained for a group does not undo what its markers agree to say of one member; where they do not
        agree, it settles him like the others.
        """
        settled = self._settled(copy, candidate)
        between: dict[str, Fraction] = {}
        own = self._own_lines(copy, candidate)
        for line, item in self._retained.get(copy.key, {}).items():
            if line in own and line in settled:
                continue
            words = self._comments(copy, candidate, line)
            settled[line] = Mark.model_validate({"level": item.level, "state": item.state, "comment": words})
            if item.value is not None:
                between[line] = parse_exact(item.value)
        return settled, between

    def _own_lines(self, copy: Copy, candidate: str) -> frozenset[str]:
        """Return the lines of a group's copy on which a marker said something else of this member."""
        said = (
            one for marker in self._markers(copy).values() for one in self._said.get((marker, copy.key), ())
        )
        return frozenset(one.line for one in said if one.member == candidate and one.mark.is_marked)

    def _markers(self, copy: Copy) -> Mapping[int, str]:
        if copy.key not in self._by_copy:
            self._by_copy[copy.key] = markers_of(self.session, copy.key)
        return self._by_copy[copy.key]

    def _comments(self, copy: Copy, candidate: str, line: str) -> str:
        """Return what the markers wrote of a line, one under the other."""
        ranked = sorted(self._markers(copy).items())
        said = [member_marks(self._said.get((marker, copy.key), ()), candidate) for _, marker in ranked]
        return "\n".join(
            dict.fromkeys(marks[line].comment for marks in said if line in marks and marks[line].comment)
        )

    def _settled(self, copy: Copy, candidate: str) -> dict[str, Mark]:
        markers = self._markers(copy)
        each = [
            member_marks(self._said.get((marker, copy.key), ()), candidate)
            for rank, marker in sorted(markers.items())
            if rank in (1, 2)
        ]
        if len(each) == 1:
            return each[0]
        if len(each) != 2 or not all((copy.key.epreuve, markers[rank]) in self._locked for rank in (1, 2)):
            return {}
        first, second = each
        return {line: mark for line, mark in first.items() if _same(mark, second.get(line, _NOTHING))}


def _same(one: Mark, other: Mark) -> bool:
    return (one.level, one.state) == (other.level, other.state)


def _neutralised(book: MarkBook) -> frozenset[tuple[str, str, str]]:
    asked = select(NEUTRALISED.c.candidate, NEUTRALISED.c.epreuve, NEUTRALISED.c.line).where(
        NEUTRALISED.c.session == book.session
    )
    with book.database.reading() as connection:
        return frozenset((row.candidate, row.epreuve, row.line) for row in connection.execute(asked))


def _evidence(store: _Store, candidate: str, epreuve: str, copies: Collection[Copy]) -> Evidence:
    lines: list[GridLine] = []
    marks: dict[str, Mark] = {}
    between: dict[str, Fraction] = {}
    states: dict[str, Participation] = {}
    exempted: set[str] = set()
    grid: Grid | None = None
    for copy in copies:
        part = copy_grid(store.session.root, copy)
        grid = grid or part
        state = states_of(store.session, epreuve, copy.key.part).get(candidate, "present")
        if state not in _ORDINARY:
            states[copy.key.part] = state
        gives = what_gives(store.reglement, state)
        if gives == "mark":
            said, values = store.marks(copy, candidate)
            marks |= said
            between |= values
        elif gives == "lowest":
            marks |= {line.key: Mark(level=part.scale.levels[0].id) for line in part.lines}
        if gives == "not_counted":
            exempted |= {line.competence for line in part.lines}
        else:
            lines += part.lines
    assert grid is not None  # noqa: S101 - an épreuve is there because of a copy
    for line in lines:
        if (candidate, epreuve, line.key) in store.neutralised:
            marks[line.key] = Mark(state="neutralised")
    scale, marks = _with_means(grid.scale, marks, between, f"{candidate}, {epreuve}")
    counted = grid.model_copy(update={"lines": tuple(lines), "scale": scale})
    last = _last_day(store.session, epreuve, {copy.key.part for copy in copies})
    return Evidence(epreuve, counted, marks, states, frozenset(exempted), last)


def _last_day(session: Session, epreuve: str, parts: Collection[str]) -> date | None:
    plans = [session.config.epreuves[epreuve].part(part) for part in parts]
    days = [plan.date or (plan.deadline and plan.deadline.date()) for plan in plans if plan is not None]
    return max((day for day in days if day is not None), default=None)


def what_gives(reglement: Reglement, state: Participation) -> str:
    """Return what a state gives; a state that the règlement does not speak of gives no mark, and the jury is asked.

    What is marked of somebody still expected has been sat: the list of attendances lags behind.
    """
    if state in _ORDINARY:
        return "mark"
    rule = reglement.participation.get(state)
    return rule.gives if rule is not None else "no_mark"


def _with_means(
    scale: Scale, marks: Mapping[str, Mark], between: Mapping[str, Fraction], where: str
) -> tuple[Scale, dict[str, Mark]]:
    """Return a scale that has a level for each mean of two levels, and the marks with them.

    A mean acquires a criterion from the lowest value that acquires it.

    Raises:
        MarkingError: a value that no two levels have between them; `where` says whose it is.
    """
    values = [parse_exact(level.value) for level in scale.levels]
    if any(not values[0] <= value <= values[-1] for value in between.values()):
        raise MarkingError(Finding("marks.damaged", Place(item=where)))
    enough = [parse_exact(level.value) for level in scale.levels if level.acquired]
    named = {value: f"{BETWEEN}-{exact_text(value).replace('/', '-sur-')}" for value in set(between.values())}
    means = [
        Level(
            id=name,
            label=exact_text(value),
            value=exact_text(value),
            acquired=bool(enough) and value >= min(enough),
        )
        for value, name in named.items()
    ]
    levels = sorted((*scale.levels, *means), key=lambda level: parse_exact(level.value))
    placed = {
        line: mark.model_copy(update={"level": named[between[line]]})
        if line in between and mark.state != "neutralised"
        else mark
        for line, mark in marks.items()
    }
    return Scale(levels=tuple(levels)), placed
