"""Sharing a work, because the learner wants to, and saying something of a work that was shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kit.csv_reading import read_csv
from kit.errors import Finding, InvalidFile, Place
from kit.practice.class_files import JudgedFile, JudgedLine, SharedFigure, SharedFile, SharedLine
from kit.practice.giving import case_of_work
from kit.practice.values import Judgement, Record, Role
from kit.reading import nearest

COLUMNS = ("critere", "niveau", "commentaire")


def shared_file(record: Record, name: str, *, with_words: bool = False) -> SharedFile:
    """Return a work as it is shared: levels and outcomes; texts only when the learner wants.

    Args:
        record: the work.
        name: what the learner wants to be called.
        with_words: whether evidence, next steps and written answers go too.

    Raises:
        InvalidFile: the name is empty, too long, or has characters that show nothing.
    """
    from pydantic import ValidationError

    grid = record.work.grid
    try:
        return SharedFile(
            case=case_of_work(record.work),
            name=name.strip(),
            scale=tuple((level.id, level.label) for level in grid.scale.levels),
            lines=tuple(_lines(record, with_words=with_words)),
            figures=tuple(
                SharedFigure(
                    question=item.question, name=item.name, label=item.label,
                    outcome=record.outcome_of(item.question, item.name),
                )
                for item in record.work.figures
            ),
            texts=dict(record.texts) if with_words else {},
        )  # fmt: skip
    except ValidationError as error:
        raise InvalidFile(Finding("practice_class.name", Place())) from error


def _lines(record: Record, *, with_words: bool) -> Iterator[SharedLine]:
    for line in record.work.grid.lines:
        said = record.judgements.get(line.key, Judgement(line.key))
        yield SharedLine(
            line=line.key, criterion=line.criterion, competence=line.competence, level=said.level,
            confidence=said.confidence, evidence=said.evidence if with_words else "",
            next_step=said.next_step if with_words else "",
        )  # fmt: skip


def judged_file(shared: SharedFile, levels: Path, by: str, role: Role) -> JudgedFile:
    """Return what somebody says of a work, read from a table of criteria, levels and comments.

    Raises:
        InvalidFile: every line that cannot be read, and a name that is none.
    """
    from pydantic import ValidationError

    try:
        return JudgedFile(
            case=shared.case, name=shared.name, by=by.strip(), role=role, lines=read_levels(shared, levels)
        )
    except ValidationError as error:
        raise InvalidFile(Finding("practice_class.name", Place())) from error


def read_levels(shared: SharedFile, path: Path) -> tuple[JudgedLine, ...]:
    """Return the levels of a table (`critere,niveau,commentaire`), by line of the grid.

    A criterion that has several lines is named with its part (`CE4.1@ecrit`); a level by its id or its name.

    Raises:
        InvalidFile: every criterion and level that the work does not have, or has twice, with its line.
    """
    data = read_csv(path, COLUMNS)
    findings = list(data.findings)
    found: dict[str, JudgedLine] = {}
    named = {name.casefold(): level for level, words in shared.scale for name in (level, words)}
    for row in data.rows:
        if not row.whole:
            continue
        values = {name: row.values.get(name, "").strip() for name in COLUMNS}
        where = Place(str(path), row.line)
        keys = [line.line for line in shared.lines if values["critere"] in (line.line, line.criterion)]
        level = named.get(values["niveau"].casefold())
        if len(keys) != 1:
            known = [line.line for line in shared.lines]
            near = keys or nearest(values["critere"], known) or known[:6]
            findings.append(Finding("practice_class.line", where, {"code": values["critere"], "near": near}))
        elif keys[0] in found:
            findings.append(Finding("practice_class.twice", where, {"code": keys[0]}))
        elif values["niveau"] and level is None:
            fields = {"level": values["niveau"], "known": [words for _, words in shared.scale]}
            findings.append(Finding("practice_class.level", where, fields))
        else:
            found[keys[0]] = JudgedLine(line=keys[0], level=level, comment=values["commentaire"][:20_000])
    if not found and not findings:
        findings.append(Finding("practice_class.nothing", Place(str(path))))
    if findings:
        raise InvalidFile(*findings)
    return tuple(found.values())


def levels_of(lines: tuple[JudgedLine, ...]) -> Mapping[str, str]:
    """Return the levels given, by line."""
    return {line.line: line.level for line in lines if line.level is not None}
