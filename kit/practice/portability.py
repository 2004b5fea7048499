"""A learner's book as files anyone can read, brought back elsewhere, or erased without leaving a byte."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from kit.environment import environment
from kit.errors import AuthorError, Finding, InvalidFile, Place
from kit.messages import label
from kit.practice.learner_store import LearnerStore, open_learner_store
from kit.practice.values import Judgement, Outside, Record, Try, Work
from kit.reading import FrozenModel
from kit.writing import PRIVATE, csv_text, json_text, write_bytes

FORMAT = 1
DATA, READ_ME = "carnet.json", "LISEZMOI.txt"
_EPOCH = (2000, 1, 1, 0, 0, 0)
_LARGEST = 64 * 1024 * 1024
"""Bytes of a book once unpacked: some thousands of works; more is not one of ours."""


class _Kept(FrozenModel):
    """A work and all that was kept of it."""

    work: Work
    tries: tuple[Try, ...] = ()
    texts: Mapping[str, str] = {}
    hints: tuple[tuple[str, str, int], ...] = ()
    opened: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    outside: tuple[Outside, ...] = ()


class _Book(FrozenModel):
    format: Literal[1]
    works: tuple[_Kept, ...]


_BOOK = TypeAdapter(_Book)


def export_book(records: Iterable[Record], out: Path) -> None:
    """Write a book as a ZIP: all of it as JSON, the same as tables to read, and what they are.

    Raises:
        AuthorError: the file exists.
        EnvironmentFault: the disk refuses.
    """
    if os.path.lexists(out):
        raise AuthorError.of("practice_data.exists", Place(str(out)))
    kept = list(records)
    book = _Book(format=FORMAT, works=tuple(_kept(record) for record in kept))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            READ_ME: label("practice_data.read_me"),
            DATA: json_text(book.model_dump(mode="json")),
            **_tables(kept),
        }.items():
            encoding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(encoding))
    write_bytes(out, buffer.getvalue(), PRIVATE)


def import_book(source: Path, store: Path) -> int:
    """Bring an export back into a book that is new or empty, and return how many works it has.

    Raises:
        InvalidFile: the file is no export, or the book has works already.
        EnvironmentFault: the disk refuses.
    """
    records = read_export(source)
    book = open_learner_store(store)
    try:
        if book.works():
            raise InvalidFile(Finding("practice_data.not_empty", Place(str(store))))
        book.add_all(records)
    finally:
        book.close()
    return len(records)


def read_export(source: Path) -> tuple[Record, ...]:
    """Return the works of an export.

    Raises:
        InvalidFile: the file is no export.
    """
    where = Place(str(source))
    try:
        with environment(source), zipfile.ZipFile(source) as archive:
            if archive.getinfo(DATA).file_size > _LARGEST:
                raise InvalidFile(Finding("practice_data.too_large", where))
            with archive.open(DATA) as file:
                content = file.read(_LARGEST + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidFile(Finding("practice_data.not_export", where)) from error
    if len(content) > _LARGEST:
        raise InvalidFile(Finding("practice_data.too_large", where))
    try:
        book = _BOOK.validate_json(content)
    except ValidationError as error:
        raise InvalidFile(Finding("practice_data.not_export", where)) from error
    return tuple(_record(item) for item in book.works)


def erase_book(store: Path) -> None:
    """Erase a book whole: its file and those the database keeps beside it.

    Raises:
        EnvironmentFault: the disk or the rights refuse.
    """
    book = open_learner_store(store)
    for work in book.works():
        book.forget(work.id)
    book.purge()
    book.close()
    with environment(store):
        for path in (store, *(store.with_name(f"{store.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            path.unlink(missing_ok=True)


def erase_work(book: LearnerStore, work: int) -> None:
    """Erase a work from a book, with its bytes.

    Raises:
        MarkingError: there is none of this number.
        EnvironmentFault: the disk refuses.
    """
    book.record(work)
    book.forget(work)
    book.purge()


def _kept(record: Record) -> _Kept:
    return _Kept(
        work=record.work, tries=record.tries, texts=dict(record.texts),
        hints=tuple((question, name, rank) for (question, name), rank in sorted(record.hints.items())),
        opened=tuple(sorted(record.opened)), judgements=tuple(record.judgements.values()), outside=record.outside,
    )  # fmt: skip


def _record(kept: _Kept) -> Record:
    return Record(
        work=kept.work, tries=kept.tries, texts=kept.texts,
        hints={(question, name): rank for question, name, rank in kept.hints}, opened=frozenset(kept.opened),
        judgements={item.line: item for item in kept.judgements}, outside=kept.outside,
    )  # fmt: skip


def _tables(records: list[Record]) -> dict[str, str]:
    """Return the tables of an export, by file name."""
    return {
        label(f"practice_data.{name}.file"): csv_text(
            label(f"practice_data.{name}.columns").split(), list(rows)
        )
        for name, rows in (
            ("works", _works(records)),
            ("numbers", _numbers(records)),
            ("texts", _texts(records)),
            ("judgements", _judgements(records)),
            ("outside", _outside(records)),
        )
    }


def _works(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for one in (record.work for record in records):
        finished = one.finished.isoformat() if one.finished else ""
        yield (
            str(one.id),
            one.epreuve,
            str(one.asked.number),
            one.title,
            one.begun.isoformat(),
            finished,
            one.given,
        )


def _numbers(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for record in records:
        for item in record.tries:
            outcome = label(f"practice_data.outcome.{item.outcome}")
            yield (
                str(record.work.id),
                item.question,
                item.name,
                _inert(item.typed),
                outcome,
                item.at.isoformat(),
            )


def _texts(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for record in records:
        for question, words in record.texts.items():
            yield str(record.work.id), question, _inert(words)


def _judgements(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for record in records:
        labels = record.work.grid.scale.labels
        for item in record.judgements.values():
            confidence = label(f"practice_data.confidence.{item.confidence}") if item.confidence else ""
            level = labels.get(item.level, item.level) if item.level else ""
            yield (
                str(record.work.id), item.line, level, _inert(item.evidence), confidence, _inert(item.next_step),
            )  # fmt: skip


def _outside(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for record in records:
        labels = record.work.grid.scale.labels
        for item in record.outside:
            level = labels.get(item.level, item.level) if item.level else ""
            role = label(f"practice_data.role.{item.role}")
            yield str(record.work.id), item.line, role, _inert(item.author), level, _inert(item.comment)


def _inert(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
