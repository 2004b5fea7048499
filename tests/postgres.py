"""A PostgreSQL server of the tests' own: started where they run, on the loopback, gone when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

_names = count(1)


@dataclass(frozen=True)
class Server:
    """A running server. `url(name)` is the address of a database of it."""

    port: int
    folder: Path
    user: str | None

    def url(self, database: str = "postgres", user: str = "chef") -> str:
        return f"postgresql://{user}:essai@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def start(self) -> None:
        """Start it, again after a kill: it then recovers what was committed."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=on"
        log, data = str(self.folder / "log"), str(self.folder / "data")
        _run(self.user, self.folder, "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def kill(self) -> None:
        """Kill it and all its processes at once, as a power cut would."""
        main = psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
        killed = [main, *main.children(recursive=True)]
        for process in killed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(killed, timeout=20)

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
        server = Server(_free_port(), folder, user)
        password = folder / "password"
        password.write_text("essai\n", "utf-8")
        password.chmod(0o644)
        data = str(folder / "data")
        login = ("-U", "chef", "-A", "scram-sha-256", "--pwfile", str(password))
        _run(user, folder, "initdb", "-D", data, "-E", "UTF8", *login)
        server.start()
        try:
            yield server
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
