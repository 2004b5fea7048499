"""What a piece may not be, whoever runs the notebook: empty, without a title, under a code no one can use.

Refused where the piece is made, so that neither a check nor a build can let it reach a candidate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from kit.cases import pieces
from kit.errors import AuthorError, Finding, Place
from kit.reading import findings_of

LONGEST_ANNEX_CODE = 31
"""The longest name of a sheet in a workbook (ECMA-376 as Excel applies it)."""
MAX_PLACES = 10
_CODES = ("id", "question", "criterion", "name")


def refusals(piece: Any, name: str) -> Iterator[Finding]:
    """Yield what keeps a piece from being shown. `name` is the command or the call that made it."""
    where = Place(item=getattr(piece, "id", None) or getattr(piece, "question", None))
    if _has_no_content(piece):
        yield Finding("piece.empty", where, {"piece": name})
    if isinstance(piece, pieces.Annex | pieces.Dossier | pieces.Sheet) and not piece.title.strip():
        yield Finding("piece.no_title", where, {"piece": name})
    if isinstance(piece, pieces.Annex) and len(piece.id) > LONGEST_ANNEX_CODE:
        yield Finding("piece.code", where, {"value": piece.id})


def _has_no_content(piece: Any) -> bool:
    match piece:
        case pieces.Dossier() | pieces.Expected():
            return False  # a dossier may be its title alone
        case pieces.Indicators(items=items):
            return not items
        case pieces.Annex(content=content):
            return isinstance(content, pieces.TextContent) and not content.text.strip()
    return not piece.text.strip()


@contextmanager
def told_in_french(item: Any) -> Iterator[None]:
    """Turn what a model refuses into findings on `item`.

    Raises:
        AuthorError: a value is not of the kind that is needed; all of them are listed.
    """
    try:
        yield
    except ValidationError as error:
        where = Place(item=str(item)[:40])
        raise AuthorError(*(_placed(finding, where) for finding in findings_of(error, ""))) from error


def _placed(finding: Finding, where: Place) -> Finding:
    field = (finding.where.field or "").rpartition(".")[2] or None
    value = finding.fields.get("value")
    code = "piece.code" if field in _CODES and isinstance(value, str) else finding.code
    return Finding(code, Place(item=where.item, field=field), finding.fields)
