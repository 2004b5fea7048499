"""The PV: all that the jury decided and what it rested on, frozen at the signature, corrected only by a rectificatif.

Its content is canonical JSON; its hash closes it, and a rectificatif carries the hash of what it corrects. The files of
the session and the last hash of each chain of the history are in it, so that a change made later is found and named.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kit.errors import Finding, MarkingError, Place, raise_for
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
    MOST_WORDS,
    Decided,
    Verdict,
    decisions,
    decisions_in,
    keep,
    refuse_lost,
)
from kit.jury.neutralising import neutralised
from kit.marking.book import MarkBook
from kit.marking.comparing import FIRST, SECOND
from kit.marking.copies import markers_of, session_copies
from kit.marking.tables import SIGNED
from kit.messages import label
from kit.reading import FrozenModel
from kit.referentiel import natural_key
from kit.results.candidates import CandidateResult, as_json, session_results
from kit.sessions.files import SIGNED as SIGNED_FILE
from kit.sessions.lock import session_lock
from kit.sessions.opening import Session, is_current
from kit.store.history import START, Act, append, breaks, heads
from kit.store.sql import Connection, insert, select
from kit.writing import PRIVATE, write_bytes

FILES = (
    "session.yaml", "candidats.csv", "inscriptions.csv", "acquis.csv", "groupes.csv", "intervenants.csv",
    "affectations.csv", "presences.csv", "incidents.csv", "attribution.csv", "tirages.csv", "build/manifest.json",
)  # fmt: skip
"""The session's files that a result rests on; those that do not exist are not in the PV."""


@dataclass(frozen=True, slots=True)
class SignedPv:
    """A PV or a rectificatif as it was signed.

    Attributes:
        number: 1 for the PV, 2 and more for its rectificatifs.
        content: what it says.
        previous: hash of the one before it.
        digest: its own.
    """

    number: int
    content: Mapping[str, Any]
    previous: str
    digest: str


def sign(session: Session, book: MarkBook, members: Sequence[str], excused: Sequence[str] = ()) -> SignedPv:
    """Freeze what the jury decided, signed by the members present.

    A bloc whose proposal nobody departed from is decided as proposed; one without a proposal must have been decided.

    Args:
        session: the session.
        book: its marks and decisions.
        members: who is present and signs.
        excused: who is not there and was excused; the others are absent.

    Raises:
        MarkingError: a composition or a quorum that the règlement does not admit, blocs left undecided, a PV that
            is already signed; all problems are listed.
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    with session_lock(session.root):
        return _sign(session, book, members, excused)


def _sign(session: Session, book: MarkBook, members: Sequence[str], excused: Sequence[str]) -> SignedPv:
    if not is_current(session):
        raise MarkingError(Finding("jury.files_moved", Place(str(session.root))))
    with book.database.reading() as connection:
        before = _heads(connection, book)
    results = session_results(session, book)
    with book.database.writing() as connection:
        book.hold_to_sign(connection)
        if book.is_signed(connection):
            raise MarkingError(Finding("jury.signed", Place(item=book.session)))
        refuse_lost(session, book)
        if _heads(connection, book) != before:
            raise MarkingError(Finding("jury.meanwhile", Place(item=book.session)))
        asked = {(item.id, bloc.id) for item in results for bloc in item.to_decide}
        known = {key: item for key, item in decisions_in(connection, book).items() if key in asked}
        raise_for(_unready(session, book, results, known, members, excused), MarkingError)
        for verdict, proposal in _followed(session, results, known, members):
            known[verdict.candidate, verdict.bloc] = keep(connection, book, verdict, proposal)
        content = _content(session, book, connection, results, known, members, excused)
        author = next(seat.id for seat in jury_of(session) if seat.id in members)
        pv = _close(connection, book, content, START, author, "sign")
    keep_file(session, pv)
    return pv


def keep_file(session: Session, pv: SignedPv) -> None:
    """Write the PV beside the session's files, where it keeps the session from being built again.

    Raises:
        EnvironmentFault: the disk refuses; the PV is signed all the same.
    """
    write_bytes(session.root / SIGNED_FILE, _text(pv.content).encode(), PRIVATE)


def _unready(
    session: Session,
    book: MarkBook,
    results: Iterable[CandidateResult],
    known: Mapping[tuple[str, str], Decided],
    members: Sequence[str],
    excused: Sequence[str],
) -> Iterator[Finding]:
    yield from composition_findings(session)
    yield from strangers(session, (one for one in excused if one not in members))
    yield from sitting_findings(session, members)
    both = sorted(set(members) & set(excused))
    if both:
        yield Finding("jury.both", Place(item=book.session), {"people": both})
    yield from _unlocked(session, book)
    seats = {seat.id for seat in jury_of(session)}
    for item in results:
        if item.to_decide and recused(session, item.id) & set(members) and set(members) <= seats:
            yield from quorum_findings(session, members, item.id)
        for bloc in item.to_decide:
            if bloc.proposal is None and (item.id, bloc.id) not in known:
                yield Finding("jury.undecided", Place(item=f"{item.id}, {bloc.id}"))
            decided = known.get((item.id, bloc.id))
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


def _followed(
    session: Session,
    results: Iterable[CandidateResult],
    known: Mapping[tuple[str, str], Decided],
    members: Sequence[str],
) -> Iterator[tuple[Verdict, Any]]:
    """Yield what follows its proposal, written down by the first member present who may decide of the candidate."""
    for item in results:
        able = [
            seat.id
            for seat in jury_of(session)
            if seat.id in members and seat.id not in recused(session, item.id)
        ]
        author = able[0] if able else members[0]
        for bloc in item.to_decide:
            if (item.id, bloc.id) not in known and bloc.proposal is not None:
                yield Verdict(item.id, bloc.id, FOLLOWS[bloc.proposal], author), bloc.proposal


def _content(
    session: Session,
    book: MarkBook,
    connection: Connection,
    results: Sequence[CandidateResult],
    known: Mapping[tuple[str, str], Decided],
    members: Sequence[str],
    excused: Sequence[str],
) -> dict[str, Any]:
    reglement = session.reglement
    return {
        "session": book.session,
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "referentiel": {
            "slug": session.referentiel.slug, "version": session.referentiel.version,
            "sha256": _hash_of(session.referentiel),
        },
        "reglement": reglement.model_dump(mode="json"),
        "jury": [
            {"id": seat.id, "name": seat.name, "capacity": seat.capacity, "president": seat.is_president,
             "external": seat.is_external, "present": seat.id in members,
             "excused": seat.id in excused and seat.id not in members}
            for seat in jury_of(session)
        ],
        "recused": {item.id: sorted(recused(session, item.id)) for item in results if recused(session, item.id)},
        "results": as_json(results)["candidates"],
        "decisions": [item.as_json() for item in known.values()],
        "acquired": [item.model_dump(mode="json") for item in session.acquired],
        "neutralised": sorted({item.reference for item in neutralised(book)}),
        "blocked": {item.id: list(item.blocked) for item in results if item.blocked},
        "incidents": [
            {"on": None, "epreuve": item.epreuve, "part": item.part, "candidate": item.candidate,
             "incident": item.incident}
            for item in session.attendances
            if item.incident
        ] + [
            {"on": item.on.isoformat(), "epreuve": item.epreuve, "part": item.part, "candidate": item.candidate,
             "incident": item.text}
            for item in session.incidents
        ],
        "files": file_hashes(session),
        "history": _heads(connection, book),
    }  # fmt: skip


def _hash_of(value: FrozenModel) -> str:
    return hashlib.sha256(_text(value.model_dump(mode="json")).encode()).hexdigest()


def _heads(connection: Connection, book: MarkBook) -> dict[str, str]:
    """Return the last hash of each chain of this session: a store may hold others, which go on."""
    return {name: head for name, head in heads(connection).items() if name.startswith(f"{book.session}/")}


def file_hashes(session: Session) -> dict[str, str]:
    """Return the SHA-256 of each of the session's files that a result rests on, by name."""
    paths = {name: session.root / name for name in FILES}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.is_file()
    }


def amend(session: Session, book: MarkBook, verdict: Verdict, members: Sequence[str] = ()) -> SignedPv:
    """Correct a decision after the signature: a dated rectificatif, chained to what it corrects by its hash.

    Args:
        session: the session.
        book: its PV.
        verdict: the new decision; its author is one of the members.
        members: who decides it and signs, the author alone when empty: as many as the règlement asks of a jury.

    Raises:
        MarkingError: no PV is signed, no reason, nothing that changes, too few members or some who may not, a bloc
            that the PV does not have; all problems are listed.
        EnvironmentFault: the store refuses.
    """
    deciding = list(dict.fromkeys((verdict.author, *members)))
    with book.database.writing() as connection:
        book.hold_to_sign(connection)
        before = _signed(connection, book)
        raise_for(_unamendable(session, verdict, before, deciding), MarkingError)
        was = decided_by(before)[verdict.candidate, verdict.bloc]
        now = keep(connection, book, verdict, was.proposal)  # type: ignore[arg-type]
        content = {
            "session": book.session, "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "corrects": before[-1].digest, "before": was.as_json(), "after": now.as_json(),
            "members": [{"id": seat.id, "name": seat.name} for seat in jury_of(session) if seat.id in deciding],
        }  # fmt: skip
        return _close(connection, book, content, before[-1].digest, verdict.author, "amend")


def _unamendable(
    session: Session, verdict: Verdict, before: Sequence[SignedPv], members: Sequence[str]
) -> Iterator[Finding]:
    where = Place(item=f"{verdict.candidate}, {verdict.bloc}")
    if not before:
        yield Finding("jury.not_signed", Place(item=session.config.id))
        return
    yield from quorum_findings(session, members, verdict.candidate)
    if verdict.author in recused(session, verdict.candidate):
        yield Finding("jury.recused", where, {"author": verdict.author})
    if not verdict.reason.strip():
        yield Finding("jury.amend_reason", where)
    if len(verdict.reason) > MOST_WORDS:
        yield Finding("marks.too_long", where, {"most": MOST_WORDS, "found": len(verdict.reason)})
    was = decided_by(before).get((verdict.candidate, verdict.bloc))
    if was is None:
        yield Finding("jury.not_in_pv", where)
    elif was.choice == verdict.choice:
        yield Finding("jury.same", where, {"decision": label(f"jury.choice.{was.choice}")})


def decided_by(pvs: Sequence[SignedPv]) -> dict[tuple[str, str], Decided]:
    """Return the decisions in force, by candidate and bloc: those of the PV, as its rectificatifs correct them."""
    said = [*pvs[0].content["decisions"], *(pv.content["after"] for pv in pvs[1:])] if pvs else []
    return {
        (item["candidate"], item["bloc"]): Decided(
            item["candidate"], item["bloc"], item["decision"], item["proposal"], item["reason"], item["by"]
        )
        for item in said
    }


def decisions_in_force(book: MarkBook) -> dict[tuple[str, str], Decided]:
    """Return the decisions in force: by the PV once it is signed, else those that are kept so far."""
    pvs = signed(book)
    return decided_by(pvs) if pvs else decisions(book)


def source_of(candidate: str, bloc: str, first: SignedPv, later: Iterable[SignedPv]) -> SignedPv:
    """Return which says the decision in force on a bloc: the PV, or the last rectificatif about it."""
    about = [
        pv
        for pv in later
        if (pv.content["after"]["candidate"], pv.content["after"]["bloc"]) == (candidate, bloc)
    ]
    return about[-1] if about else first


def deliberated_at(session: Session, pv: SignedPv) -> datetime:
    """Return when a PV or a rectificatif was signed, by the clock of the centre."""
    return datetime.fromisoformat(pv.content["at"]).astimezone(session.config.zone)


def deliberated_on(session: Session, pv: SignedPv) -> date:
    """Return the day a PV or a rectificatif was signed, at the centre."""
    return deliberated_at(session, pv).date()


def _close(
    connection: Connection, book: MarkBook, content: Mapping[str, Any], previous: str, author: str, kind: str
) -> SignedPv:
    text = _text(content)
    digest = _digest(previous, text)
    number = len(_signed(connection, book)) + 1
    act = Act(f"{book.session}/jury", author, kind, {"number": number, "digest": digest}, {})
    values = {
        "session": book.session, "number": number, "content": text, "previous": previous, "digest": digest,
        "history": append(connection, act).id,
    }  # fmt: skip
    connection.execute(insert(SIGNED).values(**values))
    return SignedPv(number, content, previous, digest)


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def signed(book: MarkBook) -> tuple[SignedPv, ...]:
    """Return the PV and its rectificatifs, in their order; nothing when none is signed."""
    with book.database.reading() as connection:
        return _signed(connection, book)


def _signed(connection: Connection, book: MarkBook) -> tuple[SignedPv, ...]:
    asked = select(SIGNED).where(SIGNED.c.session == book.session).order_by(SIGNED.c.number)
    return tuple(
        SignedPv(row.number, json.loads(row.content), row.previous, row.digest)
        for row in connection.execute(asked)
    )


def changed_since(session: Session, book: MarkBook) -> Iterator[Finding]:
    """Yield what is no longer as the PV has it: a file, the history, a result, or the PV itself."""
    with book.database.reading() as connection:
        pvs = _signed(connection, book)
        rows = connection.execute(
            select(SIGNED.c.number, SIGNED.c.content).where(SIGNED.c.session == book.session)
        )
        texts = {row.number: row.content for row in rows}
        chains = _heads(connection, book)
        kept = decisions_in(connection, book)
        broken = {one.chain for one in breaks(connection) if one.chain.startswith(f"{book.session}/")}
    if not pvs:
        if os.path.lexists(session.root / SIGNED_FILE):
            yield Finding("jury.lost", Place(SIGNED_FILE), {"address": book.database.shown})
        return
    yield from _changed_pvs(book, pvs, texts)
    first = pvs[0].content
    yield from _changed_files(session, first, texts[1])
    open_still = {f"{book.session}/jury", f"{book.session}/journal"}
    closed = {*first["history"], *chains} - open_still
    changed = {name for name in closed if first["history"].get(name) != chains.get(name)}
    for name in sorted(changed | broken):
        yield Finding("jury.history_changed", Place(item=name))
    if decided_by(pvs) != kept:
        yield Finding("jury.decisions_changed", Place(item=book.session))
    found = {item.id: item for item in session_results(session, book)}
    for before in first["results"]:
        after = as_json([found[before["id"]]])["candidates"] if before["id"] in found else []
        if [_without_words(before)] != [_without_words(item) for item in after]:
            yield Finding("jury.result_changed", Place(item=before["id"]))


def _changed_pvs(book: MarkBook, pvs: Iterable[SignedPv], texts: Mapping[int, str]) -> Iterator[Finding]:
    previous = START
    for pv in pvs:
        if (pv.previous, pv.digest) != (previous, _digest(previous, texts[pv.number])):
            yield Finding("jury.pv_changed", Place(item=book.session), {"number": pv.number})
        previous = pv.digest


def _changed_files(session: Session, content: Mapping[str, Any], text: str) -> Iterator[Finding]:
    beside = session.root / SIGNED_FILE
    if not beside.is_file() or beside.read_bytes() != text.encode():
        yield Finding("jury.file_changed", Place(SIGNED_FILE))
    if content["reglement"] != session.reglement.model_dump(mode="json"):
        yield Finding("jury.file_changed", Place(session.reglement_file.name))
    if content["referentiel"]["sha256"] != _hash_of(session.referentiel):
        yield Finding("jury.file_changed", Place(session.referentiel_folder.name))
    now = file_hashes(session)
    for name in sorted({*content["files"], *now}):
        if content["files"].get(name) != now.get(name):
            yield Finding("jury.file_changed", Place(name))


def _without_words(result: Any) -> Any:
    """Return a result without its traces: a later version of the kit may word them otherwise."""
    if isinstance(result, dict):
        return {name: _without_words(value) for name, value in result.items() if name != "trace"}
    return result
