"""The tables of a learner's book, and their migrations. All of it is the learner's: any row may be erased."""

from __future__ import annotations

from pathlib import Path

from kit.store.migrating import Schema
from kit.store.sql import Column, ForeignKey, Integer, MetaData, String, Table, Text

METADATA = MetaData()
_CODE = String(200)
_MOMENT = String(40)

WORK = Table(
    "work",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("template", _CODE, nullable=False),
    Column("number", Integer, nullable=False),
    Column("use", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("epreuve", _CODE, nullable=False),
    Column("referentiel", _CODE, nullable=False),
    Column("signature", String(64), nullable=False),
    Column("begun", _MOMENT, nullable=False),
    Column("finished", _MOMENT),
    Column("given", _CODE, nullable=False, server_default=""),
    Column("grid", Text, nullable=False),
    Column("figures", Text, nullable=False),
)


def _work() -> Column[int]:
    return Column("work", ForeignKey("work.id", ondelete="CASCADE"), nullable=False)


def _key() -> Column[int]:
    return Column("work", ForeignKey("work.id", ondelete="CASCADE"), primary_key=True)


TRY = Table(
    "try",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _work(),
    Column("question", _CODE, nullable=False),
    Column("name", _CODE, nullable=False),
    Column("typed", Text, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("at", _MOMENT, nullable=False),
)

WRITTEN = Table(
    "written",
    METADATA,
    _key(),
    Column("question", _CODE, primary_key=True),
    Column("text", Text, nullable=False),
)

HINT = Table(
    "hint",
    METADATA,
    _key(),
    Column("question", _CODE, primary_key=True),
    Column("name", _CODE, primary_key=True),
    Column("rank", Integer, nullable=False),
)

OPENED = Table("opened", METADATA, _key(), Column("question", _CODE, primary_key=True))

JUDGED = Table(
    "judged",
    METADATA,
    _key(),
    Column("line", _CODE, primary_key=True),
    Column("level", _CODE),
    Column("evidence", Text, nullable=False),
    Column("confidence", String(20)),
    Column("next_step", Text, nullable=False),
)

OUTSIDE = Table(
    "outside",
    METADATA,
    _key(),
    Column("line", _CODE, primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("author", _CODE, primary_key=True),
    Column("level", _CODE),
    Column("comment", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
)

TABLES = (WORK, TRY, WRITTEN, HINT, OPENED, JUDGED, OUTSIDE)
SCHEMA = Schema(Path(__file__).parent / "migrations", "p0001")
