"""The secret of a session, and everything drawn from it.

Whoever owns the kit and the templates must not be able to draw tomorrow's subject again: what is drawn
depends on 32 random bytes that lie beside the session's files and go nowhere else. The demo alone uses a
secret that everybody knows, so that its content is the same everywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from kit.cases.uses import Use, seed_for
from kit.environment import reason
from kit.errors import (
    AuthorError,
    EnvironmentFault,
    Finding,
    InvalidFile,
    KitError,
    Place,
    Severity,
    raise_for,
)
from kit.sessions.model import Attribution, Draw
from kit.writing import PRIVATE

SECRET_FILE = "secret.key"  # noqa: S105 - the name of the file
SECRET_BYTES = 32
PUBLIC_PHRASE: Final = "secret public de la session de démonstration, sans valeur pour un examen"
DEMO_SECRET: Final = hashlib.sha256(PUBLIC_PHRASE.encode()).digest()
SEED_BITS = 63

T = TypeVar("T", str, int)


def seed_of(
    secret: bytes, session_id: str, epreuve: str, version: str, variant: int, draw: int = 1, use: Use = "exam"
) -> int:
    """Return the seed of a variant: the first 63 bits of an HMAC-SHA256, the same on every machine.

    Each use has an HMAC of its own, so that the seeds of a mock exam say nothing of those of an exam.
    """
    word = "seed" if use == "exam" else f"seed-{use}"
    digest = keyed(secret, word, session_id, epreuve, version, variant, draw)
    return seed_for(use, int.from_bytes(digest, "big") >> (8 * len(digest) - SEED_BITS))


def order_of(secret: bytes, *context: str | int, items: Sequence[T]) -> tuple[T, ...]:
    """Return `items` in an order that only the secret gives.

    Each item is placed by its own HMAC, so the order does not depend on the one given, and one more item
    takes its place among the others without moving them.

    Args:
        secret: the session's secret.
        context: what the order is for; another context gives an unrelated order.
        items: distinct texts or numbers.
    """
    return tuple(sorted(items, key=lambda item: keyed(secret, "order", *context, item)))


def keyed(secret: bytes, *fields: str | int) -> bytes:
    """Return the HMAC-SHA256 of `fields`, each after its kind and length, so that no two lists collide."""
    message = b"".join(_encoded(field) for field in fields)
    return hmac.digest(secret, message, hashlib.sha256)


def _encoded(field: str | int) -> bytes:
    content = str(field).encode("utf-8")
    kind = b"i" if isinstance(field, int) else b"s"
    return kind + len(content).to_bytes(8, "big") + content


def create_secret(root: Path, secret: bytes | None = None) -> bytes:
    """Return the new secret written in the session's folder, readable by its owner alone.

    Args:
        root: the session's folder.
        secret: the bytes to write (default: 32 random ones); only the demo gives its own.

    Raises:
        AuthorError: there is a secret already; it is never overwritten.
        EnvironmentFault: the disk or the rights refuse.
    """
    secret = secrets.token_bytes(SECRET_BYTES) if secret is None else secret
    path = root / SECRET_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(f"{secret.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise AuthorError.of("session.secret.exists", Place(SECRET_FILE)) from error
    except OSError as error:
        fields = {"reason": reason(error)}
        raise EnvironmentFault(Finding("session.secret.unwritable", Place(SECRET_FILE), fields)) from error
    return secret


def read_secret(root: Path, *, demo: bool = False) -> bytes:
    """Return the session's secret. A demo without a file of its own has the public one.

    Raises:
        InvalidFile: missing, cut short, not hexadecimal, or the demo's public one in a real session.
    """
    path = root / SECRET_FILE
    if demo and not path.exists():
        return DEMO_SECRET
    secret, problem = _parsed(path)
    if problem is None and secret == DEMO_SECRET and not demo:
        problem = "session.secret.public"
    if problem is not None or secret is None:
        raise InvalidFile.of(problem or "session.secret.corrupt", Place(SECRET_FILE), bytes=SECRET_BYTES)
    return secret


def obtain_secret(root: Path, *, demo: bool = False) -> bytes:
    """Return the session's secret, created when the session has drawn nothing yet.

    Raises:
        InvalidFile: as `read_secret`; also when the secret is gone while something was drawn from it.
        EnvironmentFault: the disk or the rights refuse.
    """
    path = root / SECRET_FILE
    if demo or path.exists():
        return read_secret(root, demo=demo)
    raise_for(_lost(root))
    try:
        return create_secret(root)
    except AuthorError:  # another command wrote it in between
        return read_secret(root)


def secret_findings(root: Path, *, demo: bool = False) -> list[Finding]:
    """Return what there is to say about the secret, without ever showing it."""
    path = root / SECRET_FILE
    if not path.exists():
        if demo:
            return []
        return _lost(root) or [Finding("session.secret.absent", Place(SECRET_FILE), {}, Severity.INFO)]
    try:
        read_secret(root, demo=demo)
    except KitError as error:
        return list(error.findings)
    return []


def open_rights(path: Path) -> list[Finding]:
    """Return a warning when a restricted file can be read by others than its owner (POSIX systems)."""
    try:
        status = path.stat().st_mode
    except OSError:
        return []
    mode = stat.S_IMODE(status)
    if os.name != "posix" or not stat.S_ISREG(status) or not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [
        Finding(
            "session.rights", Place(path.name), {"file": path.name, "mode": f"{mode:o}"}, Severity.WARNING
        )
    ]


def _parsed(path: Path) -> tuple[bytes | None, str | None]:
    """Return the secret of a file, or the code of what is wrong with it."""
    try:
        with path.open("rb") as file:
            text = file.read(4 * SECRET_BYTES)
        secret = bytes.fromhex(text.decode("ascii").strip())
    except FileNotFoundError:
        return None, "session.secret.missing"
    except OSError:
        return None, "session.secret.unreadable"
    except ValueError:
        return None, "session.secret.corrupt"
    if len(secret) != SECRET_BYTES:
        return None, "session.secret.length"
    return secret, None


def _lost(root: Path) -> list[Finding]:
    """Return the error of a secret that is gone although something was drawn from it."""
    drawn = [name for name in (Attribution.file, Draw.file, "build") if (root / name).exists()]
    return [Finding("session.secret.lost", Place(SECRET_FILE), {"drawn": drawn})] if drawn else []
