"""What a PV says: all that the jury decided, and all that it rested on, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.jury.composition import jury_of, recused
from kit.jury.deciding import Decided
from kit.jury.neutralising import neutralised
from kit.jury.pv import file_hashes, hash_of
from kit.marking.book import MarkBook
from kit.results.candidates import CandidateResult, as_json
from kit.sessions.opening import Session
from kit.store.sql import Connection


@dataclass(frozen=True, slots=True)
class Deliberation:
    """What the jury had before it, what it decided, and who was there.

    Attributes:
        session: the session.
        book: its marks and decisions.
        results: what was proposed.
        decided: by candidate and bloc.
        members: who is present and signs.
        excused: who is not there and was excused; the others are absent.
    """

    session: Session
    book: MarkBook
    results: Sequence[CandidateResult]
    decided: Mapping[tuple[str, str], Decided]
    members: Sequence[str]
    excused: Sequence[str]


def content_of(deliberation: Deliberation, connection: Connection) -> dict[str, Any]:
    """Return what the PV says, frozen at this moment, in a transaction that keeps it from moving."""
    session, book, results = deliberation.session, deliberation.book, deliberation.results
    return {
        "session": book.session,
        "at": now(),
        "referentiel": {
            "slug": session.referentiel.slug, "version": session.referentiel.version,
            "sha256": hash_of(session.referentiel),
        },
        "reglement": session.reglement.model_dump(mode="json"),
        "jury": list(_seats(deliberation)),
        "recused": {item.id: sorted(away) for item in results if (away := recused(session, item.id))},
        "results": as_json(results)["candidates"],
        "decisions": [item.as_json() for item in deliberation.decided.values()],
        "acquired": [item.model_dump(mode="json") for item in session.acquired],
        "neutralised": sorted({item.reference for item in neutralised(book)}),
        "blocked": {item.id: list(item.blocked) for item in results if item.blocked},
        "incidents": list(_incidents(session)),
        "files": file_hashes(session),
        "history": book.heads(connection),
    }  # fmt: skip


def now() -> str:
    """Return the moment a PV bears."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def _seats(deliberation: Deliberation) -> Iterator[dict[str, Any]]:
    for seat in jury_of(deliberation.session):
        present = seat.id in deliberation.members
        yield {
            "id": seat.id, "name": seat.name, "capacity": seat.capacity, "president": seat.is_president,
            "external": seat.is_external, "present": present,
            "excused": seat.id in deliberation.excused and not present,
        }  # fmt: skip


def _incidents(session: Session) -> Iterator[dict[str, Any]]:
    for seen in session.attendances:
        if seen.incident:
            yield {
                "on": None, "epreuve": seen.epreuve, "part": seen.part, "candidate": seen.candidate,
                "incident": seen.incident,
            }  # fmt: skip
    for item in session.incidents:
        yield {
            "on": item.on.isoformat(), "epreuve": item.epreuve, "part": item.part, "candidate": item.candidate,
            "incident": item.text,
        }  # fmt: skip
