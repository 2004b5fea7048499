"""A signed PV and its rectificatifs: what they hold, and what is in force by them.

The content is canonical JSON; its hash closes it, and a rectificatif carries the hash of what it corrects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.jury.deciding import Decided, decisions
from kit.marking.book import MarkBook
from kit.marking.tables import SIGNED
from kit.reading import FrozenModel
from kit.sessions.files import SIGNED as SIGNED_FILE
from kit.sessions.opening import Session
from kit.store.history import START, canonical, entries
from kit.store.sql import Connection, Row, select
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


def signed(book: MarkBook) -> tuple[SignedPv, ...]:
    """Return the PV and its rectificatifs, in their order; nothing when none is signed.

    Raises:
        MarkingError: what the store holds is no longer what was signed.
        EnvironmentFault: the store refuses.
    """
    with book.database.reading() as connection:
        return signed_in(connection, book)


def signed_in(connection: Connection, book: MarkBook) -> tuple[SignedPv, ...]:
    """Return what is signed, as a transaction sees it; raises as `signed` does."""
    asked = select(SIGNED).where(SIGNED.c.session == book.session).order_by(SIGNED.c.number)
    rows = connection.execute(asked).all()
    raise_for(_altered(rows, _acts(connection, book), book.session), MarkingError)
    return tuple(SignedPv(row.number, json.loads(row.content), row.previous, row.digest) for row in rows)


def _acts(connection: Connection, book: MarkBook) -> list[str]:
    """Return what the history says of each signature, in their order."""
    return [entry.content for entry in entries(connection, book.jury_chain) if entry.act in ("sign", "amend")]


def _altered(rows: Sequence[Row[Any]], acts: Sequence[str], session: str) -> Iterator[Finding]:
    """Yield each PV that is not what the history says was signed: changed, added or taken away."""
    previous = START
    for number, (row, act) in enumerate(zip_longest(rows, acts), start=1):
        signed_as = None if row is None else canonical({"number": number, "digest": row.digest})
        chained = row is not None and (row.number, row.previous) == (number, previous)
        if not chained or act != signed_as or row.digest != digest_of(row.previous, row.content):
            yield Finding("jury.pv_changed", Place(item=session), {"number": number})
        previous = row.digest if row is not None else previous


def keep_file(session: Session, pv: SignedPv) -> None:
    """Write the PV beside the session's files, where it keeps the session from being built again.

    Raises:
        EnvironmentFault: the disk refuses; the PV is signed all the same.
    """
    write_bytes(session.root / SIGNED_FILE, canonical(pv.content).encode(), PRIVATE)


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


def signed_choices(book: MarkBook) -> dict[tuple[str, str], str]:
    """Return the word of each signed decision, by candidate and bloc; nothing while no PV is signed."""
    return {key: item.choice for key, item in decided_by(signed(book)).items()}


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


def digest_of(previous: str, text: str) -> str:
    """Return the hash that closes a PV, from that of the one before it and its text."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def hash_of(value: FrozenModel) -> str:
    """Return the hash of a référentiel or of a règlement."""
    return hashlib.sha256(canonical(value.model_dump(mode="json")).encode()).hexdigest()


def file_hashes(session: Session) -> dict[str, str]:
    """Return the SHA-256 of each of the session's files that a result rests on, by name."""
    paths = {name: session.root / name for name in FILES}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.is_file()
    }
