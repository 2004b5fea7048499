"""The version of a database's tables, and bringing an older one to today's.

A room that declares tables has a folder of Alembic scripts; its `env.py` calls `run_scripts`. All the steps of an
upgrade are one transaction: a crash leaves the old version, complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from kit.errors import EnvironmentFault, Finding, InvalidFile, Place
from kit.store.database import Database

_TABLE = "alembic_version"
_UPGRADE_LOCK = 4_127_533
"""Number of the lock that one process holds while it upgrades, on a server."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables a room declares: the folder of its migration scripts and the version they lead to."""

    scripts: Path
    head: str


def upgrade(database: Database, schema: Schema) -> None:
    """Bring a database to the tables of a schema; an empty one is given them.

    Raises:
        InvalidFile: it holds something else.
        EnvironmentFault: it was written by a newer version, or refuses.
    """
    with database.reading() as connection:
        if _version(connection) == schema.head:
            return
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK})
        found = _version(connection)
        if found is None and inspect(connection).get_table_names():
            raise InvalidFile(Finding("store.foreign", Place(), {"address": database.shown}))
        if found != schema.head:
            _run(connection, schema, found, database.shown)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608 - ours
    return found


def _run(connection: Connection, schema: Schema, found: str | None, shown: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise EnvironmentFault(Finding("store.newer", Place(), {"address": shown}))
    command.upgrade(config, schema.head)


def run_scripts() -> None:
    """Run the scripts that an upgrade asked for, on its connection and in its transaction."""
    from alembic import context

    context.configure(connection=context.config.attributes["connection"], target_metadata=None)
    context.run_migrations()
