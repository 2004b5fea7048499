"""A learner's book: one file of theirs, written at each answer, so that nothing answered is ever lost.

It is the learner's: nothing is sent anywhere, all of it can be read out, carried elsewhere and erased.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.errors import Finding, MarkingError, Place
from kit.grids.model import Grid
from kit.grids.strict_json import has_half_character
from kit.practice.tables import HINT, JUDGED, OPENED, OUTSIDE, SCHEMA, TRY, WORK, WRITTEN
from kit.practice.values import (
    Asked,
    AskedFigure,
    Judgement,
    Outcome,
    Outside,
    PracticeCase,
    Record,
    Try,
    Work,
)
from kit.store import Database, open_database
from kit.store.migrating import upgrade
from kit.store.rows import put, put_once
from kit.store.sql import Connection, Row, delete, insert, select, update

FILE = "carnet.entrainement"
MOST_WORDS = 20_000
"""Characters of an answer written in the page; more is a file of its own, not an answer to a question."""


def open_learner_store(path: Path) -> LearnerStore:
    """Return the book of a file, created when there is none.

    Raises:
        InvalidFile: the file is something else.
        EnvironmentFault: the disk refuses, or a newer kit wrote it.
    """
    database = open_database(path)
    upgrade(database, SCHEMA)
    return LearnerStore(database, path)


class LearnerStore:
    """The book of a learner. Each method that writes has written, on disk, when it returns.

    Attributes:
        path: the file.
    """

    def __init__(self, database: Database, path: Path) -> None:
        self.path = path
        self._database = database

    def __repr__(self) -> str:
        return f"LearnerStore({self.path})"

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def begin(self, case: PracticeCase, given: str = "") -> Work:
        """Return the work on a case: the one that is under way, else a new one.

        Raises:
            MarkingError: the case was begun on another state of its template (`practice.case_changed`).
        """
        with self._database.writing() as connection:
            for row in connection.execute(_same_case(case.asked)):
                if row.finished is None:
                    _refuse_changed(_work(row), case)
                    return _work(row)
            number = connection.execute(
                insert(WORK).values(**_row(case, given)).returning(WORK.c.id)
            ).scalar_one()
            return _work(connection.execute(select(WORK).where(WORK.c.id == number)).one())

    def works(self) -> tuple[Work, ...]:
        """Return the cases begun, oldest first."""
        with self._database.reading() as connection:
            return tuple(_work(row) for row in connection.execute(select(WORK).order_by(WORK.c.id)))

    def record(self, work: int) -> Record:
        """Return all that is kept of a work.

        Raises:
            MarkingError: there is none of this number.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(WORK).where(WORK.c.id == work)).first()
            if row is None:
                raise MarkingError(Finding("practice.no_work", Place(str(self.path)), {"number": work}))
            return _record(connection, _work(row))

    def records(self) -> tuple[Record, ...]:
        """Return all that is kept, by work, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(WORK).order_by(WORK.c.id)).all()
            return tuple(_record(connection, _work(row)) for row in rows)

    def keep_try(self, work: int, question: str, name: str, typed: str, outcome: Outcome) -> None:
        """Keep a number typed and what it was."""
        values = {"question": question, "name": name, "typed": typed[:200], "outcome": outcome, "at": _now()}
        with self._database.writing() as connection:
            connection.execute(insert(TRY).values(work=work, **values))

    def keep_text(self, work: int, question: str, text: str) -> None:
        """Keep what is written for a question, in the place of what was.

        Raises:
            MarkingError: too long, or no text that a file could hold.
        """
        self._refuse_words(text, question)
        self._put(WRITTEN, work=work, question=question, text=text)

    def keep_hint(self, work: int, question: str, name: str, rank: int) -> None:
        """Keep that hints up to `rank`, from 1, were opened for a computed answer."""
        self._put(HINT, work=work, question=question, name=name, rank=rank)

    def keep_opened(self, work: int, question: str) -> None:
        """Keep that the worked solution of a question was opened."""
        with self._database.writing() as connection:
            put_once(connection, OPENED, {"work": work, "question": question})

    def judge(self, work: int, judgement: Judgement) -> None:
        """Keep the judgement of a line, in the place of the one before.

        Raises:
            MarkingError: a text too long.
        """
        self._refuse_words(judgement.evidence, judgement.line)
        self._refuse_words(judgement.next_step, judgement.line)
        self._put(
            JUDGED, work=work, line=judgement.line, level=judgement.level, evidence=judgement.evidence,
            confidence=judgement.confidence, next_step=judgement.next_step,
        )  # fmt: skip

    def finish(self, work: int) -> None:
        """Keep that the self-assessment was ended; the first time counts."""
        with self._database.writing() as connection:
            connection.execute(
                update(WORK).where(WORK.c.id == work, WORK.c.finished.is_(None)).values(finished=_now())
            )

    def keep_outside(self, work: int, said: tuple[Outside, ...]) -> None:
        """Keep what a trainer or a peer says of a work, in the place of what the same person said before."""
        with self._database.writing() as connection:
            for author, role in {(item.author, item.role) for item in said}:
                of_author = (OUTSIDE.c.work == work, OUTSIDE.c.author == author, OUTSIDE.c.role == role)
                connection.execute(delete(OUTSIDE).where(*of_author))
            for item in said:
                put(connection, OUTSIDE, {
                    "work": work, "line": item.line, "role": item.role, "author": item.author,
                    "level": item.level, "comment": item.comment, "at": item.at.isoformat(),
                })  # fmt: skip

    def forget(self, work: int) -> None:
        """Erase a work and all that was kept of it."""
        with self._database.writing() as connection:
            connection.execute(delete(WORK).where(WORK.c.id == work))

    def add(self, record: Record) -> Work:
        """Add a whole record, as read from an export, and return its work under its new number."""
        with self._database.writing() as connection:
            return _added(connection, record)

    def add_all(self, records: Iterable[Record]) -> None:
        """Add whole records, all of them or none."""
        with self._database.writing() as connection:
            for record in records:
                _added(connection, record)

    def purge(self) -> None:
        """Rewrite the file, so that no byte of what was erased is left in it."""
        self._database.compact()

    def _put(self, table: Any, **values: Any) -> None:
        with self._database.writing() as connection:
            put(connection, table, values)

    def _refuse_words(self, text: str, item: str) -> None:
        if len(text) > MOST_WORDS:
            raise MarkingError(Finding("practice.too_long", Place(item=item), {"most": MOST_WORDS}))
        if has_half_character(text) or "\x00" in text:
            raise MarkingError(Finding("practice.no_text", Place(item=item)))


def refuse_changed(work: Work, case: PracticeCase) -> None:
    """Refuse to go on with a work whose template has changed since: its answers were to other figures.

    Raises:
        MarkingError: it has.
    """
    _refuse_changed(work, case)


def _refuse_changed(work: Work, case: PracticeCase) -> None:
    if work.signature != case.signature:
        raise MarkingError(Finding("practice.case_changed", Place(item=work.title), {"number": work.id}))


def asked_figures(case: PracticeCase) -> tuple[AskedFigure, ...]:
    """Return the computed answers a case asks, in its order, without the answers."""
    by_id = {question.id: question for question in case.subject.questions}
    competences = {line.criterion: line.competence for line in case.grid.lines}
    found = []
    for item in case.subject.expected:
        needs = by_id[item.question].requirements if item.question in by_id else ()
        assessed = dict.fromkeys(competences[one.criterion] for one in needs if one.criterion in competences)
        found.append(
            AskedFigure(item.question, item.name, item.label, item.unit, item.places, tuple(assessed))
        )
    return tuple(found)


def bare_grid(grid: Grid) -> Grid:
    """Return a grid without observable signs and expected answers: its criteria and weights alone."""
    lines = tuple(line.model_copy(update={"observables": (), "expected": ()}) for line in grid.lines)
    return grid.model_copy(update={"lines": lines})


def _added(connection: Connection, record: Record) -> Work:
    values = _stored(record.work)
    number = connection.execute(insert(WORK).values(**values).returning(WORK.c.id)).scalar_one()
    for table, row in _rows(record):
        connection.execute(insert(table).values(work=number, **row))
    return _work(connection.execute(select(WORK).where(WORK.c.id == number)).one())


def _same_case(asked: Asked) -> Any:
    return select(WORK).where(
        WORK.c.template == asked.template, WORK.c.number == asked.number, WORK.c.use == asked.use
    )


def _row(case: PracticeCase, given: str) -> dict[str, Any]:
    work = Work(
        id=0, asked=case.asked, title=case.subject.identity.title, epreuve=case.subject.identity.epreuve,
        referentiel=case.subject.referentiel, signature=case.signature, begun=datetime.now(tz=UTC),
        finished=None, given=given, grid=bare_grid(case.grid), figures=asked_figures(case),
    )  # fmt: skip
    return _stored(work)


def _stored(work: Work) -> dict[str, Any]:
    figures = [
        [item.question, item.name, item.label, item.unit, item.places, item.competences]
        for item in work.figures
    ]
    return {
        "template": work.asked.template, "number": work.asked.number, "use": work.asked.use,
        "title": work.title, "epreuve": work.epreuve, "referentiel": work.referentiel,
        "signature": work.signature, "begun": work.begun.isoformat(),
        "finished": work.finished.isoformat() if work.finished else None, "given": work.given,
        "grid": work.grid.model_dump_json(), "figures": json.dumps(figures, ensure_ascii=False),
    }  # fmt: skip


def _work(row: Row[Any]) -> Work:
    return Work(
        id=row.id, asked=Asked(row.template, row.number, row.use), title=row.title, epreuve=row.epreuve,
        referentiel=row.referentiel, signature=row.signature, begun=datetime.fromisoformat(row.begun),
        finished=datetime.fromisoformat(row.finished) if row.finished else None, given=row.given,
        grid=Grid.model_validate_json(row.grid),
        figures=tuple(_figure(*item) for item in json.loads(row.figures)),
    )  # fmt: skip


def _figure(
    question: str, name: str, words: str, unit: str, places: int, competences: list[str]
) -> AskedFigure:
    return AskedFigure(question, name, words, unit, places, tuple(competences))


def _record(connection: Connection, work: Work) -> Record:
    def rows(table: Any) -> list[Row[Any]]:
        return list(connection.execute(select(table).where(table.c.work == work.id)))

    return Record(
        work=work,
        tries=tuple(
            Try(row.question, row.name, row.typed, row.outcome, datetime.fromisoformat(row.at))
            for row in sorted(rows(TRY), key=lambda row: row.id)
        ),
        texts={row.question: row.text for row in rows(WRITTEN)},
        hints={(row.question, row.name): row.rank for row in rows(HINT)},
        opened=frozenset(row.question for row in rows(OPENED)),
        judgements={
            row.line: Judgement(row.line, row.level, row.evidence, row.confidence, row.next_step)
            for row in rows(JUDGED)
        },
        outside=tuple(
            sorted(
                (
                    Outside(
                        row.line, row.role, row.author, row.level, row.comment, datetime.fromisoformat(row.at)
                    )
                    for row in rows(OUTSIDE)
                ),
                key=lambda item: (item.at, item.role, item.author, item.line),
            )
        ),
    )


def _rows(record: Record) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for item in record.tries:
        yield TRY, {
            "question": item.question, "name": item.name, "typed": item.typed, "outcome": item.outcome,
            "at": item.at.isoformat(),
        }  # fmt: skip
    for question, words in record.texts.items():
        yield WRITTEN, {"question": question, "text": words}
    for (question, name), rank in record.hints.items():
        yield HINT, {"question": question, "name": name, "rank": rank}
    for question in sorted(record.opened):
        yield OPENED, {"question": question}
    for judged in record.judgements.values():
        yield JUDGED, {
            "line": judged.line, "level": judged.level, "evidence": judged.evidence,
            "confidence": judged.confidence, "next_step": judged.next_step,
        }  # fmt: skip
    for said in record.outside:
        yield OUTSIDE, {
            "line": said.line, "role": said.role, "author": said.author, "level": said.level,
            "comment": said.comment, "at": said.at.isoformat(),
        }  # fmt: skip


def _now() -> str:
    return datetime.now(tz=UTC).isoformat()
