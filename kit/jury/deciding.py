"""The jury's decisions, bloc by bloc: the tool proposed, they decide; a departure is given with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.health_words import health_words
from kit.jury.composition import jury_of, recused
from kit.marking.book import MarkBook
from kit.marking.pseudonyms import pseudonym
from kit.marking.tables import DECIDED
from kit.reading import nearest
from kit.results.candidates import CandidateResult, session_results
from kit.results.competences import Status
from kit.sessions.files import SIGNED
from kit.sessions.opening import Session
from kit.sessions.values import hidden_character
from kit.store.history import Act, append
from kit.store.rows import put
from kit.store.sql import Connection, select

Choice = Literal["validated", "refused", "deferred"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
FOLLOWS: Mapping[Status, Choice] = {"acquis": "validated", "non_acquis": "refused"}
MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the jury decides of a bloc of a candidate. `reason` is needed where it departs from the proposal."""

    candidate: str
    bloc: str
    choice: Choice
    author: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is kept, beside the proposal of that moment."""

    candidate: str
    bloc: str
    choice: str
    proposal: str | None
    reason: str
    author: str

    def as_json(self) -> dict[str, str | None]:
        """Return it as the PV and the exports write it."""
        return {
            "candidate": self.candidate, "bloc": self.bloc, "decision": self.choice, "proposal": self.proposal,
            "reason": self.reason, "by": self.author,
        }  # fmt: skip


def decide(session: Session, book: MarkBook, verdict: Verdict) -> Decided:
    """Keep a decision of the jury; until the PV is signed, another may take its place.

    Raises:
        MarkingError: somebody who may not decide of this candidate, a bloc he did not sit, a departure without
            reason, a PV that is signed; all problems are listed.
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    results = {item.id: item for item in session_results(session, book, {verdict.candidate})}
    proposal = proposal_of(results.get(verdict.candidate), verdict.bloc)
    raise_for(_refused(session, verdict, results, proposal), MarkingError)
    with book.database.writing() as connection:
        book.hold_open(connection)
        refuse_lost(session, book)
        return keep(connection, book, verdict, proposal)


def refuse_lost(session: Session, book: MarkBook) -> None:
    """Refuse to go on where a signed PV lies beside the session and the store knows of none.

    To be called once the store is known to hold no PV.

    Raises:
        MarkingError: the store is another one, or was put back to what it was before the signature.
    """
    if os.path.lexists(session.root / SIGNED):
        raise MarkingError(Finding("jury.lost", Place(SIGNED), {"address": book.database.shown}))


def keep(connection: Connection, book: MarkBook, verdict: Verdict, proposal: str | None) -> Decided:
    """Write a decision and its history, inside the caller's transaction."""
    content = {
        "candidate": pseudonym(book.session, verdict.candidate), "bloc": verdict.bloc,
        "decision": verdict.choice, "proposal": proposal,
    }  # fmt: skip
    act = Act(book.jury_chain, verdict.author, "decide", content, {"reason": verdict.reason})
    number = append(connection, act).id
    put(connection, DECIDED, {
        "session": book.session, "candidate": verdict.candidate, "bloc": verdict.bloc, "decision": verdict.choice,
        "proposal": proposal, "reason": verdict.reason, "author": verdict.author, "history": number,
    })  # fmt: skip
    return Decided(verdict.candidate, verdict.bloc, verdict.choice, proposal, verdict.reason, verdict.author)


def decisions(book: MarkBook) -> dict[tuple[str, str], Decided]:
    """Return what is decided, by candidate and bloc."""
    with book.database.reading() as connection:
        return decisions_in(connection, book)


def decisions_in(connection: Connection, book: MarkBook) -> dict[tuple[str, str], Decided]:
    """Return what is decided, as a transaction sees it."""
    asked = (
        select(DECIDED).where(DECIDED.c.session == book.session).order_by(DECIDED.c.candidate, DECIDED.c.bloc)
    )
    return {
        (row.candidate, row.bloc): Decided(
            row.candidate, row.bloc, row.decision, row.proposal, row.reason, row.author
        )
        for row in connection.execute(asked)
    }


def proposal_of(result: CandidateResult | None, bloc: str) -> Status | None:
    """Return what is proposed of a bloc; None too for one that the candidate did not sit."""
    blocs = result.blocs if result is not None else ()
    return next((item.proposal for item in blocs if item.id == bloc), None)


def _refused(
    session: Session, verdict: Verdict, results: Mapping[str, CandidateResult], proposal: Status | None
) -> Iterator[Finding]:
    where = Place(item=f"{verdict.candidate}, {verdict.bloc}")
    seats = sorted(seat.id for seat in jury_of(session))
    if verdict.author not in seats:
        yield Finding("jury.not_of_it", where, {"author": verdict.author, "known": seats})
    if verdict.candidate not in results:
        near = nearest(verdict.candidate, [one.id for one in session.candidates]) or ["—"]
        yield Finding("jury.no_candidate", where, {"candidate": verdict.candidate, "near": near})
        return
    if verdict.author in recused(session, verdict.candidate):
        yield Finding("jury.recused", where, {"author": verdict.author})
    sat = [item.id for item in results[verdict.candidate].to_decide]
    if verdict.bloc not in sat:
        yield Finding("jury.no_bloc", where, {"bloc": verdict.bloc, "known": sat})
    elif not verdict.reason.strip() and (proposal is None or FOLLOWS[proposal] != verdict.choice):
        yield Finding(f"jury.no_reason.{proposal or 'open'}", where)
    yield from reason_findings(verdict.reason, where)


def reason_findings(reason: str, where: Place) -> Iterator[Finding]:
    """Yield why a reason cannot stand in a PV: too long, with characters that show nothing, about health."""
    if words := health_words(reason):
        yield Finding("jury.reason_health", where, {"words": words})
    if len(reason) > MOST_WORDS:
        yield Finding("marks.too_long", where, {"most": MOST_WORDS, "found": len(reason)})
    hidden = hidden_character(reason, "\n\r\t")
    if hidden is not None:
        yield Finding("jury.hidden", where, {"character": hidden})
