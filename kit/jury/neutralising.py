"""The neutralisation of a criterion for one candidate: the jury's decision, never the marker's nor the tool's.

The référentiel gives two conditions (its lines 26 and 27): the criterion is not relevant with regard to the nature
of the disability, and it does not belong to the heart of the profession. The jury ticks both; what made it tick them
is in its own file, under the reference, and never here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids import GridLine
from kit.health_words import health_words
from kit.jury.composition import recused
from kit.marking.book import MarkBook
from kit.marking.copies import copy_grid, holders_of, session_copies
from kit.marking.pseudonyms import pseudonym
from kit.marking.tables import NEUTRALISED
from kit.reading import nearest
from kit.sessions.model import FIRST_YEAR, JURY_ROLES
from kit.sessions.opening import Session
from kit.store.history import Act, append
from kit.store.rows import put_once
from kit.store.sql import select

MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What the jury decided.

    Attributes:
        candidate: for whom.
        criterion: a criterion of the grid, or one of its lines (`CE29.3@oral`).
        reference: of the decision in the jury's own file; it tells no reason.
        decided_on: when.
        author: who notes it, of the jury.
        not_relevant: whether the jury found it not relevant with regard to the nature of the disability.
        not_core: whether the jury found that it is not of the heart of the profession.
        epreuve: in one épreuve only; None for every épreuve of his whose grid has the criterion.
    """

    candidate: str
    criterion: str
    reference: str
    decided_on: date
    author: str
    not_relevant: bool
    not_core: bool
    epreuve: str | None = None


@dataclass(frozen=True, slots=True)
class Neutralised:
    """A decision as it is kept, for a line of the grid."""

    epreuve: str
    candidate: str
    line: str
    reference: str
    decided_on: str
    author: str


def neutralise(session: Session, book: MarkBook, decision: Decision) -> tuple[tuple[str, str], ...]:
    """Keep the jury's decision and return the épreuve and the line of all it concerns.

    What was neutralised before stays as it is.

    Raises:
        MarkingError: a condition is not ticked, somebody who is not of the jury, a candidate or a criterion that
            the épreuve does not have; all problems are listed.
        InvalidFile: the session was not built.
        EnvironmentFault: the database refuses.
    """
    lines = _lines(session, decision)
    raise_for(_refused(session, decision, lines), MarkingError)
    with book.database.writing() as connection:
        book.hold_open(connection)
        for epreuve, line in lines:
            content = {
                "epreuve": epreuve, "line": line.key, "candidate": pseudonym(book.session, decision.candidate),
                "decided_on": decision.decided_on.isoformat(), "conditions": ["not_relevant", "not_core"],
            }  # fmt: skip
            words = {"reference": decision.reference}
            act = Act(book.jury_chain, decision.author, "neutralise", content, words)
            number = append(connection, act).id
            put_once(connection, NEUTRALISED, {
                "session": book.session, "epreuve": epreuve, "candidate": decision.candidate,
                "line": line.key, "reference": decision.reference,
                "decided_on": decision.decided_on.isoformat(), "author": decision.author, "history": number,
            })  # fmt: skip
    return tuple((epreuve, line.key) for epreuve, line in lines)


def neutralised(book: MarkBook) -> tuple[Neutralised, ...]:
    """Return the decisions kept, in the order they were noted. For the jury alone."""
    asked = select(NEUTRALISED).where(NEUTRALISED.c.session == book.session).order_by(NEUTRALISED.c.history)
    with book.database.reading() as connection:
        return tuple(
            Neutralised(row.epreuve, row.candidate, row.line, row.reference, row.decided_on, row.author)
            for row in connection.execute(asked)
        )


def _lines(session: Session, decision: Decision) -> tuple[tuple[str, GridLine], ...]:
    """Return the lines of the candidate's grids, his own and his group's, that have this criterion."""
    found: dict[tuple[str, str], GridLine] = {}
    for copy in session_copies(session):
        epreuve = copy.key.epreuve
        if decision.epreuve in (None, epreuve) and decision.candidate in holders_of(session, copy.key):
            for line in copy_grid(session.root, copy).lines:
                if decision.criterion in (line.criterion, line.key):
                    found[epreuve, line.key] = line
    return tuple((epreuve, line) for (epreuve, _), line in found.items())


def _refused(
    session: Session, decision: Decision, lines: tuple[tuple[str, GridLine], ...]
) -> Iterator[Finding]:
    where = Place(item=", ".join(filter(None, (decision.epreuve, decision.criterion))))
    for name in ("not_relevant", "not_core"):
        if not getattr(decision, name):
            yield Finding(f"jury.condition.{name}", where)
    if not decision.reference.strip():
        yield Finding("jury.no_reference", where)
    if len(decision.reference) > MOST_WORDS or not decision.reference.isprintable():
        yield Finding("jury.long_reference", where, {"most": MOST_WORDS})
    if health_words(decision.reference):
        yield Finding("jury.reference_health", where)
    yield from _author(session, decision, where)
    known = {candidate.id for candidate in session.candidates}
    if decision.candidate not in known:
        near = nearest(decision.candidate, known)
        yield Finding("jury.no_candidate", where, {"candidate": decision.candidate, "near": near or "—"})
    elif not lines:
        yield Finding(
            "jury.no_line", where, {"criterion": decision.criterion, "candidate": decision.candidate}
        )
    for criterion in dict.fromkeys(line.criterion for _, line in lines):
        if session.referentiel.criterion(criterion).core:
            yield Finding("jury.core", where, {"criterion": criterion})


def _author(session: Session, decision: Decision, where: Place) -> Iterator[Finding]:
    """Yield why this person, at this date, may not have noted a decision about this candidate."""
    jury = sorted({item.person for item in session.assignments if item.role in JURY_ROLES})
    if decision.author not in jury:
        yield Finding("jury.not_of_it", where, {"author": decision.author, "known": jury})
    if decision.author in recused(session, decision.candidate):
        yield Finding("jury.recused", where, {"author": decision.author})
    today = datetime.now(tz=session.config.zone).date()
    if decision.decided_on.year < FIRST_YEAR or decision.decided_on > today:
        yield Finding("jury.date_beyond", where, {"date": decision.decided_on.isoformat()})
