"""Every French sentence the kit says, by code.

The sentences live in the YAML files beside this module, one file per room of the house. Each code has
`found` (what was found) and, for problems, `remedy` (what to do); `{names}` are filled from a finding's
fields. Labels have only `found`, with `en` for documents in English. Typography (espaces insécables) is applied
here, once.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from kit.french import typeset


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return all sentences by code, read from the YAML files of this folder."""
    import yaml

    entries: dict[str, dict[str, str]] = {}
    for path in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if path.name.endswith(".yaml"):
            entries.update(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
    return entries


def sentence(code: str, /, **fields: Any) -> str:
    """Return the sentence of `code`, capitalised and ended.

    Raises:
        KeyError: the code has no sentence (a fault of ours: a test lists them all).
    """
    return _finished(_filled(code, "found", fields))


def remedy(code: str, /, **fields: Any) -> str:
    """Return what to do about `code`, or an empty text for a label."""
    return _finished(_filled(code, "remedy", fields)) if "remedy" in catalogue()[code] else ""


def label(code: str, /, **fields: Any) -> str:
    """Return the sentence of `code` as it stands: for titles, column headers and buttons."""
    return _filled(code, "found", fields)


def english(code: str, /, **fields: Any) -> str:
    """Return the English words of `code`, for a document in English; French typography stays out of them.

    Raises:
        KeyError: the code has none.
    """
    words: str = catalogue()[code]["en"]
    return words.format_map({key: _shown(value) for key, value in fields.items()})


def _filled(code: str, part: str, fields: dict[str, Any]) -> str:
    return typeset(catalogue()[code][part].format_map({key: _shown(value) for key, value in fields.items()}))


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return str(value)


def _finished(text: str) -> str:
    text = text.strip()
    if not text:
        return text
    ended = text if text[-1] in ".!?…" else f"{text}."
    return ended[0].upper() + ended[1:]
