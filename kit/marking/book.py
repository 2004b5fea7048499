"""The book of marks of a session: what each marker says of each line, kept at once, with its history.

A marker's marks are only read through his own name: nothing here shows one marker another's marks before both have
locked theirs (`comparing.py` asks first).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Finding, MarkingError, Place, raise_for
from kit.grids import Grid, Mark
from kit.grids.scoring import misplaced
from kit.grids.strict_json import has_half_character
from kit.marking.copies import CopyKey
from kit.marking.pseudonyms import pseudonym
from kit.marking.tables import LOCKED, MARK, SCHEMA, SHEET, SIGNED
from kit.store import Database, open_database
from kit.store.history import Act, append, heads, hold
from kit.store.migrating import upgrade
from kit.store.rows import put, put_once
from kit.store.sql import Connection, Row, select

MOST_WORDS = 4000
"""Characters of a comment: more is not a comment, and would be carried by every document."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a marker says of a line of a copy.

    Attributes:
        copy: which copy.
        line: key of the line.
        mark: level or state, and comment; `Mark()` takes back what was said.
        member: for a line of a group's copy, the one member it is said of; empty for the group.
        reason: why this member's mark differs from the group's.
        seen: number of the saying it answers, 0 when the writer saw none; None where nobody looked first.
    """

    copy: CopyKey
    line: str
    mark: Mark
    member: str = ""
    reason: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of a line: the mark, who it is of, and the number of the saying."""

    copy: CopyKey
    marker: str
    line: str
    member: str
    mark: Mark
    reason: str
    number: int


class MarkBook:
    """The marks of one session in a database."""

    def __init__(self, database: Database, session: str) -> None:
        self.database = database
        self.session = session

    def say(self, marker: str, sayings: Sequence[Saying], grids: Mapping[CopyKey, Grid]) -> tuple[Said, ...]:
        """Keep what a marker says, all of it or nothing, and return what is now kept.

        Args:
            marker: who says it.
            sayings: of which lines; the same line once.
            grids: the grid of each copy spoken of.

        Raises:
            MarkingError: locked, said elsewhere meanwhile, marks that no grid can hold, all listed; or a signed PV.
            EnvironmentFault: the database refuses.
        """
        raise_for(_impossible(sayings, grids), MarkingError)
        with self.database.writing() as connection:
            self.hold_open(connection)
            for epreuve in sorted({saying.copy.epreuve for saying in sayings}):
                hold(connection, self.chain(epreuve, marker))
            raise_for(self._closed(connection, marker, sayings), MarkingError)
            spoken = dict.fromkeys(saying.copy for saying in sayings)
            before = {_place(said): said for copy in spoken for said in self._said(connection, marker, copy)}
            raise_for(_overtaken(sayings, before), MarkingError)
            return tuple(
                self._keep(connection, marker, saying, grids[saying.copy], before.get(_place(saying)))
                for saying in sayings
            )

    def _keep(
        self, connection: Connection, marker: str, saying: Saying, grid: Grid, before: Said | None
    ) -> Said:
        if before is not None and (before.mark, before.reason) == (saying.mark, saying.reason):
            return before
        member = pseudonym(self.session, saying.member) if saying.member else ""
        content = {
            **_about(saying.copy), "line": saying.line, "member": member,
            "before": None if before is None else _noted(before.mark), "after": _noted(saying.mark),
        }  # fmt: skip
        words = {"comment": saying.mark.comment, "reason": saying.reason}
        act = Act(self.chain(saying.copy.epreuve, marker), marker, "mark", content, words)
        number = append(connection, act).id
        put(connection, MARK, {
            **self._copy(saying.copy), "marker": marker, "line": saying.line, "member": saying.member,
            "level": saying.mark.level, "state": saying.mark.state, "comment": saying.mark.comment,
            "reason": saying.reason, "sheet": keep_sheet(connection, grid), "history": number,
        })  # fmt: skip
        return Said(saying.copy, marker, saying.line, saying.member, saying.mark, saying.reason, number)

    def said(self, marker: str, copy: CopyKey | None = None) -> tuple[Said, ...]:
        """Return what a marker says: of one copy, or of all."""
        with self.database.reading() as connection:
            return tuple(self._said(connection, marker, copy))

    def _said(self, connection: Connection, marker: str, copy: CopyKey | None = None) -> Iterator[Said]:
        asked = select(MARK).where(MARK.c.session == self.session, MARK.c.marker == marker)
        if copy is not None:
            asked = asked.where(
                MARK.c.epreuve == copy.epreuve, MARK.c.part == copy.part, MARK.c.copy == copy.number
            )
        ordered = asked.order_by(MARK.c.epreuve, MARK.c.part, MARK.c.copy, MARK.c.line, MARK.c.member)
        for row in connection.execute(ordered):
            yield _said_of(row)

    def lock(self, epreuve: str, marker: str) -> bool:
        """Lock a marker's marks of an épreuve: they change no more. Return whether they were still open.

        Raises:
            MarkingError: the PV is signed.
            EnvironmentFault: the database refuses.
        """
        with self.database.writing() as connection:
            self.hold_open(connection)
            hold(connection, self.chain(epreuve, marker))
            if self._is_locked(connection, epreuve, marker):
                return False
            count = sum(said.copy.epreuve == epreuve for said in self._said(connection, marker))
            act = Act(self.chain(epreuve, marker), marker, "lock", {"epreuve": epreuve, "marks": count}, {})
            number = append(connection, act).id
            return put_once(
                connection,
                LOCKED,
                {"session": self.session, "epreuve": epreuve, "marker": marker, "history": number},
            )

    def is_locked(self, epreuve: str, marker: str) -> bool:
        """Whether a marker's marks of an épreuve are locked."""
        with self.database.reading() as connection:
            return self._is_locked(connection, epreuve, marker)

    def locked(self) -> frozenset[tuple[str, str]]:
        """Return the épreuve and the marker of all that is locked."""
        asked = select(LOCKED.c.epreuve, LOCKED.c.marker).where(LOCKED.c.session == self.session)
        with self.database.reading() as connection:
            return frozenset((row.epreuve, row.marker) for row in connection.execute(asked))

    def _is_locked(self, connection: Connection, epreuve: str, marker: str) -> bool:
        asked = select(LOCKED.c.history).where(
            LOCKED.c.session == self.session, LOCKED.c.epreuve == epreuve, LOCKED.c.marker == marker
        )
        return connection.execute(asked).first() is not None

    def hold_open(self, connection: Connection) -> None:
        """Keep the PV from being signed until the transaction ends.

        Raises:
            MarkingError: it is signed: nothing that it rests on changes any more.
        """
        hold(connection, f"{self.session}/signature", shared=True)
        if self.is_signed(connection):
            raise MarkingError(Finding("jury.signed", Place(item=self.session)))

    def hold_to_sign(self, connection: Connection) -> None:
        """Keep everybody else from changing what a PV rests on until the transaction ends."""
        hold(connection, f"{self.session}/signature")

    def is_signed(self, connection: Connection) -> bool:
        """Whether the jury signed the PV of the session."""
        asked = select(SIGNED.c.number).where(SIGNED.c.session == self.session).limit(1)
        return connection.execute(asked).first() is not None

    def _closed(self, connection: Connection, marker: str, sayings: Iterable[Saying]) -> Iterator[Finding]:
        for epreuve in sorted({saying.copy.epreuve for saying in sayings}):
            if self._is_locked(connection, epreuve, marker):
                yield Finding("marks.locked", Place(item=epreuve), {"marker": marker})

    def journal(self, author: str, kind: str, content: Mapping[str, object]) -> None:
        """Note an act that changes no mark, such as a re-identification."""
        with self.database.writing() as connection:
            append(connection, Act(f"{self.session}/journal", author, kind, content, {}))

    def chain(self, epreuve: str, marker: str) -> str:
        """Return the chain of the history that a marker's marks of an épreuve are in."""
        return f"{self.session}/{epreuve}/{marker}"

    def owns(self, chain: str) -> bool:
        """Whether a chain of the history is of this session: a store may hold others."""
        return chain.startswith(f"{self.session}/")

    def heads(self, connection: Connection) -> dict[str, str]:
        """Return the last hash of each chain of this session."""
        return {name: head for name, head in heads(connection).items() if self.owns(name)}

    def retained_chain(self, epreuve: str) -> str:
        """Return the chain that what is retained in an épreuve is in."""
        return f"{self.session}/{epreuve}/retenu"

    @property
    def jury_chain(self) -> str:
        """The chain that the jury's acts are in."""
        return f"{self.session}/jury"

    def _copy(self, copy: CopyKey) -> dict[str, object]:
        return {"session": self.session, **_about(copy)}


def open_book(address: str | Path, session: str) -> MarkBook:
    """Return the book of marks of a session, its tables brought to today's.

    Raises:
        InvalidFile: the address is none, or leads to something else.
        EnvironmentFault: the database refuses.
    """
    database = open_database(address)
    upgrade(database, SCHEMA)
    return MarkBook(database, session)


def keep_sheet(connection: Connection, grid: Grid) -> str:
    """Keep the grid that marks are given under, once, and return its hash."""
    content = grid.model_dump_json()
    digest = hashlib.sha256(content.encode()).hexdigest()
    put_once(connection, SHEET, {"digest": digest, "content": content})
    return digest


def _impossible(sayings: Sequence[Saying], grids: Mapping[CopyKey, Grid]) -> Iterator[Finding]:
    seen: set[tuple[CopyKey, str, str]] = set()
    for saying in sayings:
        where = Place(item=f"{saying.copy}, {saying.line}")
        if _place(saying) in seen:
            yield Finding("marks.said_twice", where)
        seen.add(_place(saying))
        yield from misplaced(grids[saying.copy], {saying.line: saying.mark}, where)
        if saying.mark.state == "neutralised":
            yield Finding("marks.neutralised", where)
        if saying.member and saying.mark.is_marked and not saying.reason.strip():
            yield Finding("marks.no_reason", where)
        for words in (saying.mark.comment, saying.reason):
            if has_half_character(words) or "\0" in words:
                yield Finding("json.half_character", where)
            if len(words) > MOST_WORDS:
                yield Finding("marks.too_long", where, {"most": MOST_WORDS, "found": len(words)})


def _overtaken(
    sayings: Iterable[Saying], before: Mapping[tuple[CopyKey, str, str], Said]
) -> Iterator[Finding]:
    """Yield the lines said of elsewhere since the writer looked: another window, or the same marker's other machine."""
    for saying in sayings:
        now = before.get(_place(saying))
        if saying.seen is not None and saying.seen != (0 if now is None else now.number):
            yield Finding("marks.said_elsewhere", Place(item=f"{saying.copy}, {saying.line}"))


def _place(item: Saying | Said) -> tuple[CopyKey, str, str]:
    return item.copy, item.line, item.member


def _about(copy: CopyKey) -> dict[str, object]:
    return {"epreuve": copy.epreuve, "part": copy.part, "copy": copy.number}


def _noted(mark: Mark) -> dict[str, str | None]:
    return {"level": mark.level, "state": mark.state}


def _said_of(row: Row[tuple[object, ...]]) -> Said:
    mark = Mark.model_validate({"level": row.level, "state": row.state, "comment": row.comment})
    copy = CopyKey(row.epreuve, row.part, row.copy)
    return Said(copy, row.marker, row.line, row.member, mark, row.reason, row.history)
