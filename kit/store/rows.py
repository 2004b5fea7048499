"""Writing a row whether or not it is there, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a row in the place of the one with the same primary key, if there is one."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    statement = _insert(connection)(table).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def put_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Write a row unless one with the same primary key is there; return whether it was written."""
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection)(table).values(**values).on_conflict_do_nothing(index_elements=keys)
    return connection.execute(statement.returning(table.primary_key.columns[0])).first() is not None


def _insert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
