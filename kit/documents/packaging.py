"""Office files are ZIP archives that remember when they were made; here they forget it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
"""The date written where a format demands one: the first that a ZIP can hold."""


def stable_zip(archive: bytes) -> bytes:
    """Return the archive with the same files, sorted by name, without dates or marks of the machine."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, NO_DATE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
