"""The tables of marks, and their migrations.

`mark` holds what each marker says now; how it came to that is in the history. The grid a mark was given under lies in
`sheet`, whole, under its hash: wording, weights, scale and règlement, so that a later edit changes nothing marked.
"""

from __future__ import annotations

from pathlib import Path

from kit.store.history import METADATA
from kit.store.migrating import Schema
from kit.store.sql import Column, ForeignKey, Integer, String, Table, Text

_ID = String(100)

SHEET = Table(
    "sheet",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)

MARK = Table(
    "mark",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("epreuve", _ID, primary_key=True),
    Column("part", _ID, primary_key=True),
    Column("copy", Integer, primary_key=True),
    Column("marker", _ID, primary_key=True),
    Column("line", String(200), primary_key=True),
    Column("member", _ID, primary_key=True, server_default=""),
    Column("level", _ID),
    Column("state", String(20)),
    Column("comment", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("sheet", ForeignKey("sheet.digest"), nullable=False),
    Column("history", ForeignKey("history.id"), nullable=False),
)
"""`member` is empty but for the mark of one member of a group that differs from the group's, which has a reason."""

LOCKED = Table(
    "locked",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("epreuve", _ID, primary_key=True),
    Column("marker", _ID, primary_key=True),
    Column("history", ForeignKey("history.id"), nullable=False),
)

RETAINED = Table(
    "retained",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("epreuve", _ID, primary_key=True),
    Column("part", _ID, primary_key=True),
    Column("copy", Integer, primary_key=True),
    Column("line", String(200), primary_key=True),
    Column("member", _ID, primary_key=True, server_default=""),
    Column("level", _ID),
    Column("state", String(20)),
    Column("value", String(60)),
    Column("method", String(20), nullable=False),
    Column("author", _ID, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sheet", ForeignKey("sheet.digest"), nullable=False),
    Column("history", ForeignKey("history.id"), nullable=False),
)
"""One row a criterion of a copy, so that two retained marks for one criterion cannot be written."""

NEUTRALISED = Table(
    "neutralised",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("epreuve", _ID, primary_key=True),
    Column("candidate", _ID, primary_key=True),
    Column("line", String(200), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("author", _ID, nullable=False),
    Column("history", ForeignKey("history.id"), nullable=False),
)
"""The jury's decisions, by reference only: why a criterion was neutralised is kept nowhere here."""

DECIDED = Table(
    "decided",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("candidate", _ID, primary_key=True),
    Column("bloc", _ID, primary_key=True),
    Column("decision", String(20), nullable=False),
    Column("proposal", String(20)),
    Column("reason", Text, nullable=False, server_default=""),
    Column("author", _ID, nullable=False),
    Column("history", ForeignKey("history.id"), nullable=False),
)
"""What the jury decided of a bloc, beside what was proposed when it did."""

SIGNED = Table(
    "signed",
    METADATA,
    Column("session", _ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("history", ForeignKey("history.id"), nullable=False),
)
"""The PV, number 1, then each rectificatif: whole, each with the hash of the one before it."""

SCHEMA = Schema(Path(__file__).parent / "migrations", "0003")
