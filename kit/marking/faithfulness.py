"""Whether what is kept of a session is what its history says last: rows changed past the kit are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kit.marking.book import MarkBook
from kit.marking.pseudonyms import pseudonym
from kit.marking.tables import DECIDED, LOCKED, MARK, NEUTRALISED, RETAINED
from kit.messages import label
from kit.store.history import Entry, entries, kept_words
from kit.store.sql import Connection, RowMapping, Table, select

_COPY = ("epreuve", "part", "copy", "line")


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a table answers the acts of one kind.

    Attributes:
        table: where their last word lies.
        place: columns that tell a row from another, beside its chain; the act has them too.
        said: columns of what was said, as the act has them.
        within: name of what holds them in the act; None for the act itself.
        words: columns of texts, whose hash is in the act.
    """

    table: Table
    place: tuple[str, ...]
    said: tuple[str, ...]
    within: str | None = None
    words: tuple[str, ...] = ()


_KEPT: Mapping[str, _Kept] = {
    "mark": _Kept(MARK, (*_COPY, "member"), ("level", "state"), "after", ("comment", "reason")),
    "lock": _Kept(LOCKED, ("epreuve",), ()),
    "retain": _Kept(RETAINED, _COPY, ("level", "state", "value", "method"), "after", ("reason",)),
    "neutralise": _Kept(NEUTRALISED, ("epreuve", "candidate", "line"), ("decided_on",), None, ("reference",)),
    "decide": _Kept(DECIDED, ("candidate", "bloc"), ("decision", "proposal"), None, ("reason",)),
}
"""The acts that leave a row, by kind."""

_Place = tuple[object, ...]


def strayed(connection: Connection, book: MarkBook) -> Iterator[str]:
    """Yield each place whose row is missing, added, or not what the history says last, in words.

    The chains themselves must hold: `kit.store.history.breaks` tells. A text erased from the history is compared
    with nothing.
    """
    last: dict[_Place, Entry] = {}
    for entry in entries(connection):
        if book.owns(entry.chain) and entry.act in _KEPT:
            place = _place(entry, _KEPT[entry.act])
            if entry.act != "neutralise" or place not in last:
                last[place] = entry
    texts = kept_words(connection)
    for kind, kept in _KEPT.items():
        asked = select(kept.table).where(kept.table.c.session == book.session)
        for row in connection.execute(asked).mappings():
            found = last.pop(_place_of_row(book, kind, kept, row), None)
            if found is None or not _agrees(found, kept, row, texts):
                yield _shown(kind, row)
    for entry in last.values():
        yield _shown(entry.act, entry.data)


def _place(entry: Entry, kept: _Kept) -> _Place:
    return (entry.act, entry.chain, *(entry.data[name] for name in kept.place))


def _place_of_row(book: MarkBook, kind: str, kept: _Kept, values: RowMapping) -> _Place:
    people = {
        name: pseudonym(book.session, values[name]) if values[name] else ""
        for name in ("member", "candidate")
        if name in values
    }
    return (kind, _chain(book, kind, values), *(people.get(name, values[name]) for name in kept.place))


def _chain(book: MarkBook, kind: str, values: RowMapping) -> str:
    if kind in ("mark", "lock"):
        return book.chain(values["epreuve"], values["marker"])
    return book.retained_chain(values["epreuve"]) if kind == "retain" else book.jury_chain


def _agrees(entry: Entry, kept: _Kept, values: RowMapping, texts: Mapping[tuple[int, str], str]) -> bool:
    said = entry.data[kept.within] if kept.within else entry.data
    if values["history"] != entry.id or any(values[name] != said.get(name) for name in kept.said):
        return False
    noted = entry.data.get("words", {})
    return all(
        values[name] == texts.get((entry.id, name), values[name] if name in noted else "")
        for name in kept.words
    )


def _shown(kind: str, values: Mapping[Any, Any]) -> str:
    kept = _KEPT[kind]
    return ", ".join(
        [label(f"marks.row.{kind}"), *(str(values[name]) for name in kept.place if values[name] != "")]
    )
