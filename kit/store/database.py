"""A database by its address: a SQLite file by default, PostgreSQL for a team.

SQLite keeps every acknowledged transaction through a power cut (WAL, synchronous=FULL); a transaction that may write
takes the lock when it begins, for one that reads first and writes later is refused when another wrote meanwhile.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kit.environment import environment
from kit.errors import EnvironmentFault, Finding, InvalidFile, Place

_BUSY_SECONDS = 30
"""How long a writer waits for the others; with 20 of them the slowest was seen to wait about a second and a half."""

_PRIVATE_FOLDER = 0o700
_WRITES = "kit_writes"


class Database:
    """An open database.

    Attributes:
        shown: its address as people may see it: without password.
        close: closes the connections kept open; done anyway when nobody uses the database any more.
    """

    def __init__(self, engine: Engine, shown: str) -> None:
        self.shown = shown
        self._engine = engine
        self.close = weakref.finalize(self, engine.dispose)

    def __repr__(self) -> str:
        return f"Database({self.shown})"

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, used by the processes of one machine."""
        return self._engine.dialect.name == "sqlite"

    def address_of(self, user: str, password: str) -> str:
        """Return the address of this database for another user; it holds the password: show it to him alone."""
        url = self._engine.url.set(drivername="postgresql", username=user, password=password)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose reads all see one moment.

        Raises:
            EnvironmentFault: the database refuses, or is no database.
        """
        with store_faults(self.shown), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose writes are all kept, on disk, when the block ends, or none of them.

        Raises:
            EnvironmentFault: the database refuses, or is no database.
        """
        with store_faults(self.shown), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def compact(self) -> None:
        """Rewrite a file without the bytes of what was erased from it; a server does so in its own time.

        Raises:
            EnvironmentFault: the database refuses, or somebody else uses it.
        """
        if not self.is_sqlite:
            return
        with store_faults(self.shown), self._engine.connect() as connection:
            plain = connection.connection.driver_connection
            assert plain is not None  # noqa: S101 - a connection that is open has one
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                plain.execute(statement).close()


def open_database(address: str | Path) -> Database:
    """Return the database at an address; a SQLite file that does not exist is created, for its owner alone.

    Args:
        address: a path, or a URL: `sqlite:///…`, `postgresql://user:password@host/name`.

    Raises:
        InvalidFile: the address is none, or of a kind this installation cannot open.
        EnvironmentFault: the disk refuses.
    """
    url = _url(address)
    file = _file(url)
    if file is not None:
        _create(file)
    shown = str(file) if file is not None else url.render_as_string(hide_password=True)
    try:
        engine = create_engine(url, pool_pre_ping=file is None, **_arguments(file))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InvalidFile(Finding("store.cannot_open", Place(), {"address": shown})) from error
    if file is not None:
        _as_sqlite(engine)
    return Database(engine, shown)


def _url(address: str | Path) -> URL:
    if isinstance(address, Path):
        return URL.create("sqlite", database=str(address.absolute()))
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise InvalidFile(Finding("store.address", Place())) from error
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _file(url: URL) -> Path | None:
    """Return the file of a SQLite address, None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise InvalidFile(Finding("store.address", Place()))
    return Path(url.database)


def _create(file: Path) -> None:
    with environment(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise InvalidFile(Finding("store.not_a_file", Place(str(file))))
        with open(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "rb"):  # noqa: PTH123 - mode at creation
            pass


def _arguments(file: Path | None) -> Mapping[str, Any]:
    if file is None:
        return {"connect_args": {"connect_timeout": _BUSY_SECONDS, "application_name": "kit"}}
    return {"connect_args": {"timeout": _BUSY_SECONDS, "check_same_thread": False}}


def _as_sqlite(engine: Engine) -> None:
    """Make SQLite durable and its transactions ours: its module would begin them late, and deferred."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_SQLITE_WORDS = (
    ("locked", "store.busy"),
    ("readonly", "store.read_only"),
    ("not a database", "store.not_one"),
    ("malformed", "store.damaged"),
    ("disk image", "store.damaged"),
    ("full", "store.full"),
    ("unable to open", "store.cannot_open_file"),
    ("disk i/o", "store.disk"),
)
"""What SQLite says, in the order to look for it: its errors have no number that its module would show everywhere."""

_POSTGRES_STATES = {
    "42501": "store.rights",
    "53100": "store.full",
    "28P01": "store.login",
    "28000": "store.login",
}


@contextmanager
def store_faults(shown: str) -> Iterator[None]:
    """Turn what a database refuses inside the block into a fault of the machine.

    A broken constraint is not: it tells whoever wrote something about what others wrote.

    Raises:
        EnvironmentFault: the database refused; its own words, which may hold an address, are left out.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise EnvironmentFault(Finding(_code(error), Place(), {"address": shown})) from error


def _code(error: DBAPIError | PoolTimeout) -> str:
    if isinstance(error, PoolTimeout):
        return "store.busy"
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRES_STATES:
        return _POSTGRES_STATES[state]
    words = str(error.orig).lower()
    found = next((code for part, code in _SQLITE_WORDS if part in words), None)
    if found is not None and state is None and "sqlite" in type(error.orig).__module__:
        return found
    if isinstance(
        error, OperationalError
    ):  # a connection that fails has no state, and French or English words
        return "store.login" if "authenti" in words else "store.unreachable"
    return "store.refused"
