"""A history that is only ever added to: who did what, when, before and after.

Our own code cannot change it (triggers refuse), and what is changed otherwise is found: each line carries the hash
of the line before it in its chain. Words that may have to be erased (comments) lie apart; the chain holds only
their salted hash, so that erasing them breaks nothing.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
)

METADATA = MetaData()

HISTORY = Table(
    "history",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chain", String(200), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("author", String(200), nullable=False),
    Column("account", String(200), nullable=False),
    Column("act", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("chain", "rank"),
)

WORDS = Table(
    "words",
    METADATA,
    Column("history", ForeignKey("history.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("words", Text, nullable=False),
)

START = "0" * 64
"""What the first line of a chain has for the hash of the line before it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done.

    Attributes:
        chain: which chain it belongs to.
        author: who says to have done it; the account of the system is noted beside.
        kind: what was done, one word.
        content: of what, before and after: pseudonyms and codes, nothing that will have to be erased.
        words: texts that may have to be erased, by name.
    """

    chain: str
    author: str
    kind: str
    content: Mapping[str, Any]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history."""

    id: int
    chain: str
    rank: int
    at: str
    author: str
    account: str
    act: str
    content: str
    previous: str
    digest: str

    @property
    def data(self) -> dict[str, Any]:
        """What was done, as it was noted."""
        found: dict[str, Any] = json.loads(self.content)
        return found


@dataclass(frozen=True, slots=True)
class Break:
    """A line that does not follow the one before it, or is not what was written."""

    chain: str
    rank: int


def append(connection: Connection, act: Act) -> Entry:
    """Add a line to a chain, inside the caller's transaction, and return it."""
    hold(connection, act.chain)
    rank, previous = _head(connection, act.chain)
    salts = {name: secrets.token_hex(16) for name, words in act.words.items() if words}
    hashed = {name: _salted(salt, act.words[name]) for name, salt in salts.items()}
    content = canonical({**act.content, **({"words": hashed} if hashed else {})})
    line: dict[str, Any] = {
        "chain": act.chain, "rank": rank + 1, "at": _now(), "author": act.author, "account": account(),
        "act": act.kind, "content": content, "previous": previous,
    }  # fmt: skip
    line["digest"] = _digest(line)
    number: int = connection.execute(insert(HISTORY).values(**line).returning(HISTORY.c.id)).scalar_one()
    for name, salt in salts.items():
        values = {"history": number, "name": name, "salt": salt, "words": act.words[name]}
        connection.execute(insert(WORDS).values(**values))
    return Entry(id=number, **line)


def entries(connection: Connection, chain: str | None = None) -> Iterator[Entry]:
    """Yield the lines of a chain, or of all, each chain in its order."""
    asked = select(HISTORY).order_by(HISTORY.c.chain, HISTORY.c.rank)
    if chain is not None:
        asked = asked.where(HISTORY.c.chain == chain)
    for row in connection.execute(asked):
        yield Entry(*row)


def heads(connection: Connection) -> dict[str, str]:
    """Return the last hash of each chain: what a seal or a PV prints."""
    return {entry.chain: entry.digest for entry in entries(connection)}


def breaks(connection: Connection) -> Iterator[Break]:
    """Yield the lines where a chain is broken, and where words are not those that were written."""
    before: Entry | None = None
    for entry in entries(connection):
        follows = before is not None and before.chain == entry.chain
        rank, digest = (before.rank, before.digest) if before is not None and follows else (0, START)
        written = {name: getattr(entry, name) for name in _HASHED}
        if (entry.rank, entry.previous, entry.digest) != (rank + 1, digest, _digest(written)):
            yield Break(entry.chain, entry.rank)
        before = entry
    yield from _changed_words(connection)


def _changed_words(connection: Connection) -> Iterator[Break]:
    asked = select(WORDS, HISTORY.c.chain, HISTORY.c.rank, HISTORY.c.content).join(HISTORY)
    for row in connection.execute(asked):
        if _noted_words(row.content).get(row.name) != _salted(row.salt, row.words):
            yield Break(row.chain, row.rank)


def _noted_words(content: str) -> Mapping[str, str]:
    """Return the hashes of texts that a line has; none where the line itself was damaged."""
    try:
        found = json.loads(content).get("words", {})
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def kept_words(connection: Connection) -> dict[tuple[int, str], str]:
    """Return the texts that were not erased, by line of the history and name."""
    return {(row.history, row.name): row.words for row in connection.execute(select(WORDS))}


def account() -> str:
    """Return the system's user: not proof of who it was, but of where to look."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"


def append_only(dialect: str, table: str = "history") -> tuple[str, ...]:
    """Return the statements that make a database refuse to change or remove a line of a table."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        )
    refuses = f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    when = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
    return (
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS {refuses}",
        f"CREATE TRIGGER {table}_no_change {when} EXECUTE FUNCTION {table}_is_append_only()",
    )


_HASHED = ("chain", "rank", "at", "author", "account", "act", "content", "previous")


def _digest(line: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical([line[name] for name in _HASHED]).encode()).hexdigest()


def _salted(salt: str, words: str) -> str:
    return hashlib.sha256(f"{salt}:{words}".encode()).hexdigest()


def canonical(data: Any) -> str:
    """Return the JSON text that a hash is taken of: one for each content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="microseconds")


def hold(connection: Connection, chain: str, *, shared: bool = False) -> None:
    """Keep others from adding to a chain until the transaction ends; a file has one writer anyway.

    Whoever decides by what is there holds the chain first, or two would decide by the same. Those who hold it
    `shared` do not wait for each other, only for the one who holds it alone.
    """
    if connection.dialect.name != "sqlite":
        verb = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        connection.execute(text(f"SELECT {verb}(hashtext(:chain))"), {"chain": chain})


def _head(connection: Connection, chain: str) -> tuple[int, str]:
    asked = select(HISTORY.c.rank, HISTORY.c.digest).where(HISTORY.c.chain == chain)
    found = connection.execute(asked.order_by(HISTORY.c.rank.desc()).limit(1)).first()
    return (found.rank, found.digest) if found is not None else (0, START)
