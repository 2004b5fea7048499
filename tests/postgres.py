"""A PostgreSQL server of the tests' own: started where they run, on the loopback, gone when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_names = count(1)


@dataclass(frozen=True)
class Server:
    """A running server. `url(name)` is the address of a database of it."""

    port: int

    def url(self, database: str = "postgres", user: str = "chef") -> str:
        return f"postgresql://{user}:essai@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def new_database(self) -> str:
        """Return the address of an empty database."""
        name = f"notes_{next(_names)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def a_server() -> Iterator[Server]:
    """Give a server, its files in a folder of the account it runs under: it refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kit-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        port = _free_port()
        password = folder / "password"
        password.write_text("essai\n", "utf-8")
        password.chmod(0o644)
        data = str(folder / "data")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=on"
        _run(
            user,
            folder,
            "initdb",
            "-D",
            data,
            "-U",
            "chef",
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(password),
            "-E",
            "UTF8",
        )
        _run(user, folder, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(port)
        finally:
            _run(user, folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, folder: Path, *command: str) -> None:
    done = subprocess.run(
        command, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
