"""Receiving, in a learner's book, a case that a trainer gave or what somebody says of a work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kit.errors import Finding, InvalidFile, MarkingError, Place
from kit.practice.cases import practice_case
from kit.practice.class_files import GivenFile, JudgedFile, SameCase
from kit.practice.learner_store import LearnerStore
from kit.practice.values import Outside, PracticeCase, Work


def made_again(case: SameCase, workspace: Path | None = None) -> PracticeCase:
    """Return the case of a file, drawn here.

    Raises:
        UnknownCode: its template is not here.
        InvalidFile: the template here makes another case of the same number.
    """
    made = practice_case(case.asked, workspace)
    if made.signature != case.signature:
        fields = {"template": case.template, "number": case.number}
        raise InvalidFile(Finding("practice_class.other_template", Place(), fields))
    return made


def receive_case(book: LearnerStore, given: GivenFile, case: PracticeCase) -> Work:
    """Begin in a book the case that a trainer gave; the one under way when it was received before.

    Raises:
        MarkingError: the same case is under way on another state of its template.
    """
    return book.begin(case, given.case.code)


def receive_view(book: LearnerStore, judged: JudgedFile) -> Work:
    """Keep what somebody says of a work, in the place of what the same person said before.

    Raises:
        MarkingError: the book has no such work, or the file speaks of lines or levels it does not have.
    """
    works = [
        work
        for work in book.works()
        if work.asked == judged.case.asked and work.signature == judged.case.signature
    ]
    if not works:
        fields = {"number": judged.case.number, "epreuve": judged.case.epreuve}
        raise MarkingError(Finding("practice_class.no_work", Place(), fields))
    work = works[-1]
    lines = {line.key for line in work.grid.lines}
    levels = {level.id for level in work.grid.scale.levels}
    strange = [
        item.line for item in judged.lines if item.line not in lines or item.level not in {*levels, None}
    ]
    if strange:
        raise MarkingError(Finding("practice_class.strange", Place(), {"lines": strange[:12]}))
    now = datetime.now(tz=UTC)
    book.keep_outside(
        work.id,
        tuple(
            Outside(item.line, judged.role, judged.by, item.level, item.comment, now) for item in judged.lines
        ),
    )
    return work
