"""Reading a notebook's file: JSON of the shape nbformat 4 gives it, every fault with its cell.

Nothing further on has to ask again whether a source is text or a cell has metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.reading import read_text

_TYPES = ("raw", "markdown", "code")


def read_notebook(path: Path) -> dict[str, Any]:
    """Return the notebook of a file, whose cells all have a known type, a text and their metadata.

    Raises:
        InvalidFile: the file is missing, is no notebook at all, or some of its cells are malformed (all are named).
    """
    where = Place(str(path))
    try:
        notebook = json.loads(read_text(path), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        raise InvalidFile(Finding("case.not_notebook", where)) from error
    if (
        not isinstance(notebook, dict)
        or not isinstance(notebook.get("cells"), list)
        or notebook.get("nbformat") != 4
        or not isinstance(notebook.get("metadata", {}), dict)
    ):
        raise InvalidFile(Finding("case.not_notebook", where))
    raise_for(_malformed(notebook["cells"], str(path)))
    if not _is_writable({**notebook, "cells": []}):
        raise InvalidFile(Finding("case.not_notebook", where))
    return notebook


def source_of(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell, its lines ended the same way whatever wrote the file, without byte order mark."""
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _malformed(cells: list[Any], file: str) -> Iterator[Finding]:
    for number, cell in enumerate(cells, start=1):
        where = Place(file, cell=number)
        if not isinstance(cell, dict):
            yield Finding("case.cell_shape", where, {"part": "cell"})
            continue
        wrong = [part for part, right in _parts(cell) if not right]
        for part in wrong:
            yield Finding("case.cell_shape", where, {"part": part})
        if not wrong and not _is_writable(cell):
            yield Finding("case.cell_text", where)


def _parts(cell: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "cell_type", cell.get("cell_type") in _TYPES
    yield "source", _is_text(cell.get("source"))
    yield "id", isinstance(cell.get("id", ""), str)
    metadata = cell.get("metadata", {})
    yield "metadata", isinstance(metadata, dict)
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else []
    yield "tags", isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)


def _is_text(source: Any) -> bool:
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def _is_writable(data: Any) -> bool:
    """Tell whether data can be written again in UTF-8: a lone surrogate half cannot."""
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, ValueError, RecursionError):
        return False
    return True
