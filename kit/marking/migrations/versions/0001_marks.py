"""The first tables: history, words, sheets, marks, locks, retained marks."""

from typing import Any

from alembic import op

from kit.store import sql as sa
from kit.store.history import append_only

revision = "0001"
down_revision = None

_ID = sa.String(100)


def _key(name: str, kind: sa.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, _ID if kind is None else kind, primary_key=True)


def _sheet() -> sa.Column[Any]:
    return sa.Column("sheet", sa.String(64), sa.ForeignKey("sheet.digest"), nullable=False)


def _history() -> sa.Column[Any]:
    return sa.Column("history", sa.Integer, sa.ForeignKey("history.id"), nullable=False)


def _needed(name: str, kind: sa.TypeEngine[Any], **keywords: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **keywords)


def _copy() -> list[sa.Column[Any]]:
    return [_key("session"), _key("epreuve"), _key("part"), _key("copy", sa.Integer())]


def _line() -> list[sa.Column[Any]]:
    return [_key("line", sa.String(200)), sa.Column("member", _ID, primary_key=True, server_default="")]


def upgrade() -> None:
    """Create them, and make the history refuse to be changed."""
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _needed("chain", sa.String(200)),
        _needed("rank", sa.Integer()),
        _needed("at", sa.String(40)),
        _needed("author", sa.String(200)),
        _needed("account", sa.String(200)),
        _needed("act", sa.String(40)),
        _needed("content", sa.Text()),
        _needed("previous", sa.String(64)),
        _needed("digest", sa.String(64)),
        sa.UniqueConstraint("chain", "rank"),
    )
    op.create_table(
        "words",
        sa.Column("history", sa.Integer, sa.ForeignKey("history.id"), primary_key=True),
        _key("name", sa.String(40)),
        _needed("salt", sa.String(32)),
        _needed("words", sa.Text()),
    )
    op.create_table("sheet", _key("digest", sa.String(64)), _needed("content", sa.Text()))
    op.create_table(
        "mark",
        *_copy(),
        _key("marker"),
        *_line(),
        sa.Column("level", _ID),
        sa.Column("state", sa.String(20)),
        _needed("comment", sa.Text(), server_default=""),
        _needed("reason", sa.Text(), server_default=""),
        _sheet(),
        _history(),
    )
    op.create_table("locked", _key("session"), _key("epreuve"), _key("marker"), _history())
    op.create_table(
        "retained",
        *_copy(),
        *_line(),
        sa.Column("level", _ID),
        sa.Column("state", sa.String(20)),
        sa.Column("value", sa.String(60)),
        _needed("method", sa.String(20)),
        _needed("author", _ID),
        _needed("reason", sa.Text()),
        _sheet(),
        _history(),
    )
    for statement in append_only(op.get_bind().dialect.name):
        op.execute(statement)
