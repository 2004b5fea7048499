"""JSON read without guessing: a key written twice, a number that is none or half a character are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.reading import read_text


class _Twice(ValueError):
    """A key was written twice in an object."""


def read_json(path: Path, unreadable: str) -> Any:
    """Return what a JSON file holds.

    Args:
        path: the file.
        unreadable: code of the finding for a file that is not JSON.

    Raises:
        InvalidFile: unreadable, not JSON, a key written twice, or texts that no file can write again.
    """
    where = Place(str(path))
    try:
        data = json.loads(read_text(path), object_pairs_hook=_unique, parse_constant=_no_constant)
    except _Twice as error:
        raise InvalidFile(Finding("json.key_twice", where, {"key": str(error)[:60]})) from error
    except (ValueError, RecursionError) as error:
        raise InvalidFile(Finding(unreadable, Place(str(path), getattr(error, "lineno", None)))) from error
    raise_for(_halves(data, str(path), ""))
    return data


def has_half_character(words: str) -> bool:
    """Tell whether a text holds a lone surrogate: half a character, which UTF-8 cannot write."""
    return any("\ud800" <= char <= "\udfff" for char in words)


def _halves(data: Any, file: str, field: str) -> Iterator[Finding]:
    if isinstance(data, str) and has_half_character(data):
        yield Finding("json.half_character", Place(file, field=field or None))
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            shown = str(key).encode("utf-8", "replace").decode()
            if shown != str(key):
                yield Finding("json.half_character", Place(file, field=f"{field}.{shown}".lstrip(".")))
            yield from _halves(value, file, f"{field}.{shown}".lstrip("."))


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
