"""Whether all is still as the signed PV found it: what was changed since is named, file by file, line by line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.jury.deciding import decisions_in
from kit.jury.pv import (
    SignedPv,
    decided_by,
    file_hashes,
    hash_of,
    signed_in,
)
from kit.marking.book import MarkBook
from kit.marking.faithfulness import strayed
from kit.results.candidates import as_json, session_results
from kit.sessions.files import SIGNED as SIGNED_FILE
from kit.sessions.opening import Session
from kit.store.history import breaks, canonical
from kit.store.sql import Connection


def changed_since(session: Session, book: MarkBook) -> Iterator[Finding]:
    """Yield what is no longer as the PV has it: a file, the history, a mark, a result, or the PV itself."""
    with book.database.reading() as connection:
        broken = broken_chains(connection, book)
        try:
            pvs = signed_in(connection, book)
        except MarkingError as error:
            yield from error.findings
            return
        changed = list(_changed_store(connection, book, pvs, broken)) if pvs else []
    yield from changed
    if not pvs:
        if os.path.lexists(session.root / SIGNED_FILE):
            yield Finding("jury.lost", Place(SIGNED_FILE), {"address": book.database.shown})
        return
    yield from _changed_files(session, pvs[0])
    if session.attributions and not changed:  # what was changed by hand may not even be a mark
        yield from _changed_results(session, book, pvs[0].content["results"])


def refuse_changed(session: Session, book: MarkBook) -> None:
    """Refuse to go on from a signed session in which something is no longer as its PV has it.

    Raises:
        MarkingError: each thing that changed is named; nothing is refused while no PV is signed.
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    raise_for(changed_since(session, book), MarkingError)


def _changed_store(
    connection: Connection, book: MarkBook, pvs: Sequence[SignedPv], broken: frozenset[str]
) -> Iterator[Finding]:
    was, now = pvs[0].content["history"], book.heads(connection)
    closed = {*was, *now} - {book.jury_chain, f"{book.session}/journal"}
    changed = {name for name in closed if was.get(name) != now.get(name)}
    for name in sorted(changed - broken):
        yield Finding("jury.history_changed", Place(item=name))
    yield from unfaithful(connection, book, broken)
    if decided_by(pvs) != decisions_in(connection, book):
        yield Finding("jury.decisions_changed", Place(item=book.session))


def broken_chains(connection: Connection, book: MarkBook) -> frozenset[str]:
    """Return the chains of the session's history in which something is not what was written."""
    found = (one.chain for one in breaks(connection))
    return frozenset(name for name in found if book.owns(name))


def unfaithful(connection: Connection, book: MarkBook, broken: frozenset[str]) -> Iterator[Finding]:
    """Yield what was changed past the kit: chains of the history, else rows that it does not say."""
    for name in sorted(broken):
        yield Finding("jury.history_broken", Place(item=name))
    if not broken:
        for where in strayed(connection, book):
            yield Finding("jury.row_changed", Place(item=where))


def _changed_files(session: Session, pv: SignedPv) -> Iterator[Finding]:
    content, beside = pv.content, session.root / SIGNED_FILE
    if not beside.is_file() or beside.read_bytes() != canonical(content).encode():
        yield Finding("jury.copy_changed", Place(SIGNED_FILE))
    if content["reglement"] != session.reglement.model_dump(mode="json"):
        yield Finding("jury.file_changed", Place(session.reglement_file.name))
    if content["referentiel"]["sha256"] != hash_of(session.referentiel):
        yield Finding("jury.file_changed", Place(session.referentiel_folder.name))
    now = file_hashes(session)
    for name in sorted({*content["files"], *now}):
        if content["files"].get(name) != now.get(name):
            yield Finding("jury.file_changed", Place(name))


def _changed_results(
    session: Session, book: MarkBook, results: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    found = {item.id: item for item in session_results(session, book)}
    for before in results:
        after = as_json([found[before["id"]]])["candidates"] if before["id"] in found else []
        if [_without_words(before)] != [_without_words(item) for item in after]:
            yield Finding("jury.result_changed", Place(item=before["id"]))


def _without_words(result: Any) -> Any:
    """Return a result without its traces: a later version of the kit may word them otherwise."""
    if isinstance(result, dict):
        return {name: _without_words(value) for name, value in result.items() if name != "trace"}
    return result
