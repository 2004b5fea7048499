"""A role of its own for each user of a PostgreSQL database, which sees the rows it is told to and no other."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from kit.store.database import Database

_ROLE = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Rows:
    """What a role may do with a table.

    Attributes:
        table: its name.
        verbs: SQL privileges, some on columns only: `SELECT (a, b)`.
        whose: SQL condition that a row must meet to be seen or written; None for all rows.
    """

    table: str
    verbs: Sequence[str]
    whose: str | None = None


def share(database: Database, rows: Sequence[Rows], roles: Sequence[str]) -> Mapping[str, str]:
    """Make roles that may use a database as `rows` say, and return the address of each, with a new password.

    A role that exists gets a new password: the old address stops working. The server is given the password's
    hash only, so that none stands in its logs.

    Args:
        database: on a PostgreSQL server, open as the owner of its tables.
        rows: what each role may do; a table that is not named stays closed to them.
        roles: their names, of small letters, digits and underscores.

    Raises:
        ValueError: a role's name is none.
        EnvironmentFault: the server refuses, for want of the right to make roles.
    """
    wrong = [role for role in roles if not _ROLE.fullmatch(role)]
    if wrong:
        raise ValueError(wrong)
    passwords = {role: secrets.token_urlsafe(24) for role in roles}
    with database.writing() as connection:
        for role, password in passwords.items():
            _make(connection, role, password)
        for item in rows:
            _open(connection, item, roles)
        for role in roles:
            connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    return {role: database.address_of(role, password) for role, password in passwords.items()}


def _make(connection: Connection, role: str, password: str) -> None:
    driver: Any = connection.connection.driver_connection
    hashed = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    verb = "ALTER" if known else "CREATE"
    connection.exec_driver_sql(f"{verb} ROLE {role} LOGIN PASSWORD '{hashed}'")


def _open(connection: Connection, item: Rows, roles: Sequence[str]) -> None:
    """Grant a table; policies hold for all the roles together, the owner of the table is not under them."""
    names = ", ".join(roles)
    connection.exec_driver_sql(f"GRANT {', '.join(item.verbs)} ON {item.table} TO {names}")
    if item.whose is not None:
        connection.exec_driver_sql(f"ALTER TABLE {item.table} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS own_rows ON {item.table}")
        connection.exec_driver_sql(
            f"CREATE POLICY own_rows ON {item.table} USING ({item.whose}) WITH CHECK ({item.whose})"
        )
