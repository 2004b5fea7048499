"""Signing the PV: all that the jury decided and what it rested on, frozen; corrected only by a rectificatif."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kit.documents.model import Document
from kit.errors import EnvironmentFault, Finding, MarkingError, Place, raise_for
from kit.jury.composition import (
    composition_findings,
    jury_of,
    quorum_findings,
    recused,
    sitting_findings,
    strangers,
)
from kit.jury.deciding import (
    FOLLOWS,
    Verdict,
    decisions_in,
    keep,
    reason_findings,
    refuse_lost,
)
from kit.jury.minutes import amendment_document, pv_document
from kit.jury.pv import (
    SignedPv,
    decided_by,
    digest_of,
    keep_file,
    signed_in,
)
from kit.jury.recording import Deliberation, content_of, now
from kit.jury.verifying import broken_chains, refuse_changed, unfaithful
from kit.marking.book import MarkBook
from kit.marking.comparing import FIRST, SECOND
from kit.marking.copies import markers_of, session_copies
from kit.marking.tables import SIGNED
from kit.messages import label
from kit.referentiel import natural_key
from kit.results.candidates import session_results
from kit.results.competences import Status
from kit.sessions.files import SIGNED as SIGNED_FILE
from kit.sessions.issuing import is_built_as_mock
from kit.sessions.lock import session_lock
from kit.sessions.opening import Session, is_current
from kit.store.history import START, Act, append, canonical
from kit.store.sql import Connection, insert


def sign(session: Session, book: MarkBook, members: Sequence[str], excused: Sequence[str] = ()) -> SignedPv:
    """Freeze what the jury decided, signed by the members present.

    A bloc whose proposal nobody departed from is decided as proposed; one without a proposal must have been decided.

    Args:
        session: the session.
        book: its marks and decisions.
        members: who is present and signs.
        excused: who is not there and was excused; the others are absent.

    Raises:
        MarkingError: a mock exam, or subjects of one, a composition or a quorum that the règlement does not admit,
            blocs left undecided, a PV that is already signed; all problems are listed.
        AuthorError: words that no font can print.
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    with session_lock(session.root):
        return _sign(session, book, members, excused)


def _refuse_mock(session: Session) -> None:
    """Refuse to certify on subjects of practice.

    Raises:
        MarkingError: the session is a mock exam, or was when its subjects were built.
    """
    if session.config.mock:
        raise MarkingError(Finding("jury.mock", Place("session.yaml", field="mock")))
    if is_built_as_mock(session.root):
        raise MarkingError(Finding("jury.mock_built", Place(item=session.config.id)))


def _sign(session: Session, book: MarkBook, members: Sequence[str], excused: Sequence[str]) -> SignedPv:
    _refuse_mock(session)
    if not is_current(session):
        raise MarkingError(Finding("jury.files_moved", Place(str(session.root))))
    with book.database.reading() as connection:
        before = book.heads(connection)
    results = session_results(session, book)
    with book.database.writing() as connection:
        book.hold_to_sign(connection)
        if book.is_signed(connection):
            raise MarkingError(Finding("jury.signed", Place(item=book.session)))
        refuse_lost(session, book)
        if book.heads(connection) != before:
            raise MarkingError(Finding("jury.meanwhile", Place(item=book.session)))
        asked = {(item.id, bloc.id) for item in results for bloc in item.to_decide}
        known = {key: item for key, item in decisions_in(connection, book).items() if key in asked}
        raise_for(unfaithful(connection, book, broken_chains(connection, book)), MarkingError)
        deliberation = Deliberation(session, book, results, dict(known), members, excused)
        raise_for(_unready(deliberation), MarkingError)
        for verdict, proposal in list(_followed(deliberation)):
            known[verdict.candidate, verdict.bloc] = keep(connection, book, verdict, proposal)
        deliberation = replace(deliberation, decided=known)
        author = next(seat.id for seat in jury_of(session) if seat.id in members)
        content = content_of(deliberation, connection)
        _refuse_unprintable(pv_document(session, SignedPv(1, content, START, START)))
        pv = _close(connection, book, content, START, author, "sign")
    _keep_beside(session, pv)
    return pv


def _refuse_unprintable(document: Document) -> None:
    """Print a PV before it is signed: with a character that no font draws, it never could be.

    Raises:
        AuthorError: such characters; each text is named.
    """
    from kit.documents.pdf import pdf

    pdf(document)


def _keep_beside(session: Session, pv: SignedPv) -> None:
    """Write the PV's file: what is signed is signed, even where the disk does not take it."""
    try:
        keep_file(session, pv)
    except EnvironmentFault as error:
        where = Place(SIGNED_FILE)
        raise EnvironmentFault(
            Finding("jury.signed_alone", where, {"number": pv.number}), *error.findings
        ) from error


def _unready(deliberation: Deliberation) -> Iterator[Finding]:
    session, members = deliberation.session, deliberation.members
    yield from composition_findings(session)
    yield from strangers(session, (one for one in deliberation.excused if one not in members))
    yield from sitting_findings(session, members)
    both = sorted(set(members) & set(deliberation.excused))
    if both:
        yield Finding("jury.both", Place(item=session.config.id), {"people": both})
    yield from _unlocked(session, deliberation.book)
    seats = {seat.id for seat in jury_of(session)}
    for item in deliberation.results:
        if item.to_decide and recused(session, item.id) & set(members) and set(members) <= seats:
            yield from quorum_findings(session, members, item.id)
        for bloc in item.to_decide:
            decided = deliberation.decided.get((item.id, bloc.id))
            if decided is None and bloc.proposal is None:
                yield Finding("jury.undecided", Place(item=f"{item.id}, {bloc.id}"))
            if decided is not None and decided.proposal != bloc.proposal:
                yield Finding("jury.moved", Place(item=f"{item.id}, {bloc.id}"))


def _unlocked(session: Session, book: MarkBook) -> Iterator[Finding]:
    """Yield the markers whose marks could still change: the jury decides on locked grids."""
    pairs = {
        (copy.key.epreuve, marker)
        for copy in session_copies(session)
        for rank, marker in markers_of(session, copy.key).items()
        if rank in (FIRST, SECOND)
    }
    for epreuve, marker in sorted(pairs - book.locked(), key=lambda pair: (natural_key(pair[0]), pair[1])):
        yield Finding("jury.not_locked", Place(item=epreuve), {"marker": marker})


def _followed(deliberation: Deliberation) -> Iterator[tuple[Verdict, Status]]:
    """Yield what follows its proposal, written down by the first member present who may decide of the candidate."""
    session, members = deliberation.session, deliberation.members
    for item in deliberation.results:
        away = recused(session, item.id)
        author = next(seat.id for seat in jury_of(session) if seat.id in members and seat.id not in away)
        for bloc in item.to_decide:
            if (item.id, bloc.id) not in deliberation.decided and bloc.proposal is not None:
                yield Verdict(item.id, bloc.id, FOLLOWS[bloc.proposal], author), bloc.proposal


def amend(session: Session, book: MarkBook, verdict: Verdict, members: Sequence[str] = ()) -> SignedPv:
    """Correct a decision after the signature: a dated rectificatif, chained to what it corrects by its hash.

    Args:
        session: the session.
        book: its PV.
        verdict: the new decision; its author is one of the members.
        members: who decides it and signs, the author alone when empty: as many as the règlement asks of a jury.

    Raises:
        MarkingError: no PV is signed, no reason, nothing that changes, too few members or some who may not, a bloc
            that the PV does not have, or something changed since the signature; all problems are listed.
        AuthorError: words that no font can print.
        EnvironmentFault: the store refuses.
    """
    with session_lock(session.root):
        return _amend(session, book, verdict, members)


def _amend(session: Session, book: MarkBook, verdict: Verdict, members: Sequence[str]) -> SignedPv:
    deciding = list(dict.fromkeys((verdict.author, *members)))
    refuse_changed(session, book)
    with book.database.writing() as connection:
        book.hold_to_sign(connection)
        before = signed_in(connection, book)
        raise_for(_unamendable(session, verdict, before, deciding), MarkingError)
        was = decided_by(before)[verdict.candidate, verdict.bloc]
        kept = keep(connection, book, verdict, was.proposal)
        content = {
            "session": book.session, "at": now(),
            "corrects": before[-1].digest, "before": was.as_json(), "after": kept.as_json(),
            "members": [{"id": seat.id, "name": seat.name} for seat in jury_of(session) if seat.id in deciding],
        }  # fmt: skip
        last = before[-1]
        draft = SignedPv(last.number + 1, content, last.digest, START)
        _refuse_unprintable(amendment_document(session, before, draft))
        return _close(connection, book, content, last.digest, verdict.author, "amend")


def _unamendable(
    session: Session, verdict: Verdict, before: Sequence[SignedPv], members: Sequence[str]
) -> Iterator[Finding]:
    where = Place(item=f"{verdict.candidate}, {verdict.bloc}")
    if not before:
        yield Finding("jury.not_signed", Place(item=session.config.id))
        return
    yield from sitting_findings(session, members)
    if recused(session, verdict.candidate) & set(members):
        yield from quorum_findings(session, members, verdict.candidate)
    if verdict.author in recused(session, verdict.candidate):
        yield Finding("jury.recused", where, {"author": verdict.author})
    if not verdict.reason.strip():
        yield Finding("jury.amend_reason", where)
    yield from reason_findings(verdict.reason, where)
    was = decided_by(before).get((verdict.candidate, verdict.bloc))
    if was is None:
        yield Finding("jury.not_in_pv", where)
    elif was.choice == verdict.choice:
        yield Finding("jury.same", where, {"decision": label(f"jury.choice.{was.choice}")})


def _close(
    connection: Connection, book: MarkBook, content: Mapping[str, Any], previous: str, author: str, kind: str
) -> SignedPv:
    text = canonical(content)
    digest = digest_of(previous, text)
    number = len(signed_in(connection, book)) + 1
    act = Act(book.jury_chain, author, kind, {"number": number, "digest": digest}, {})
    values = {
        "session": book.session, "number": number, "content": text, "previous": previous, "digest": digest,
        "history": append(connection, act).id,
    }  # fmt: skip
    connection.execute(insert(SIGNED).values(**values))
    return SignedPv(number, content, previous, digest)
