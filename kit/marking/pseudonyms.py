"""What the history calls a candidate: nothing that names anybody outside this session."""

from __future__ import annotations

import hashlib


def pseudonym(session: str, candidate: str) -> str:
    """Return 16 hexadecimal digits that the same candidate always has in a session."""
    return hashlib.sha256(f"{session}/{candidate}".encode()).hexdigest()[:16]
