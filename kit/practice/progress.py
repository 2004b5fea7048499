"""How a learner comes along, competence by competence, and what to practise next: the kit's own reading of a book.

Nothing here is a result of the certification: these rules are simple, written below, and decide nothing.

- *Level of a competence in a work*: the mean of the values of its judged lines by their weights, then the level of
  that work's scale whose value is the nearest at or below.
- *Numbers*: of the computed answers tried or given up, the share found, all works together. One found only after it
  was given up counts as given up; what was no number at all counts for nothing.
- *Trend*: the last work beside the mean of up to three before it; less than a tenth of the scale apart is steady.
- *Suggestions*: what was never practised in the épreuves begun, then what is due again, the longest overdue first.
  The days before it is due double with each level of a scale of four: 2, 4, 8, 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Literal

from kit.french import counted, enumeration, long_date
from kit.grids.model import GridLine
from kit.messages import label
from kit.practice.values import AskedFigure, Outcome, Outside, Record, Role
from kit.referentiel import Referentiel, natural_key, parse_exact
from kit.referentiel.reglement import Level, Scale

Trend = Literal["up", "down", "steady"]
Kind = Literal["new", "due", "later"]

INTERVALS = (2, 4, 8, 16)
"""Days before a competence is proposed again, from the lowest level to the highest: each twice the one before, as
spaced practice wants; short enough that a few weeks of preparation see each of them."""
BEFORE = 3
"""Works that the last one is compared with."""
STEADY = Fraction(1, 10)
"""Share of the scale under which two works are alike."""


@dataclass(frozen=True, slots=True)
class Point:
    """The level of a competence in a work: when, which work, the weighted mean, the level it comes to."""

    moment: datetime
    work: int
    value: Fraction
    level: Level


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody else says of a competence, beside what the learner said in the same work (None: nothing)."""

    work: int
    author: str
    level: Level
    own: Level | None


@dataclass(frozen=True, slots=True)
class CompetenceProgress:
    """A competence in a learner's book.

    Attributes:
        id: its code.
        attempts: works in which it was judged, or a number of it was tried.
        right: computed answers found, of `tried`.
        tried: computed answers tried or given up.
        trainer: the last that a trainer said.
        peer: the last that a peer said.
        trend: None with fewer than two works judged.
        history: the works judged, oldest first.
        last: when it was last practised.
        epreuves: where it was practised.
    """

    id: str
    attempts: int
    right: int
    tried: int
    trainer: Seen | None
    peer: Seen | None
    trend: Trend | None
    history: tuple[Point, ...]
    last: datetime
    epreuves: tuple[str, ...]

    @property
    def self_level(self) -> Level | None:
        """The level the learner last came to."""
        return self.history[-1].level if self.history else None

    @property
    def numeric(self) -> Fraction | None:
        """The share of the computed answers that was found, None when none was tried."""
        return Fraction(self.right, self.tried) if self.tried else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A competence to practise, where, and why in French; `due` is None for one never practised."""

    competence: str
    kind: Kind
    epreuves: tuple[str, ...]
    due: datetime | None
    reason: str


def moment_of(record: Record) -> datetime:
    """Return when a work was ended, or begun while it is under way."""
    return record.work.finished or record.work.begun


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return works, oldest first."""
    return sorted(records, key=lambda record: (moment_of(record), record.work.id))


def competence_progress(records: Iterable[Record]) -> tuple[CompetenceProgress, ...]:
    """Return the competences practised, in natural order; the order of the works given does not count."""
    ordered = in_order(records)
    codes = {line.competence for record in ordered for line in record.work.grid.lines}
    codes |= {code for record in ordered for figure in record.work.figures for code in figure.competences}
    found = (_progress(code, ordered) for code in sorted(codes, key=natural_key))
    return tuple(item for item in found if item is not None)


def _progress(code: str, ordered: Sequence[Record]) -> CompetenceProgress | None:
    history, practised = [], []
    right = tried = 0
    for record in ordered:
        point = _point(record, code)
        ends = [answer_of(record, figure) for figure in record.work.figures if code in figure.competences]
        told = [end for end in ends if end is not None]
        right, tried = right + told.count("right"), tried + len(told)
        if point is not None:
            history.append(point)
        if point is not None or told:
            practised.append(record)
    if not practised:
        return None
    return CompetenceProgress(
        id=code, attempts=len(practised), right=right, tried=tried,
        trainer=_seen(ordered, code, "trainer"), peer=_seen(ordered, code, "peer"),
        trend=_trend([point.value for point in history]), history=tuple(history),
        last=moment_of(practised[-1]),
        epreuves=tuple(sorted({record.work.epreuve for record in practised}, key=natural_key)),
    )  # fmt: skip


def answer_of(record: Record, figure: AskedFigure) -> Outcome | None:
    """Return what came of a computed answer: found before it was given up, else given up, else the last number typed.

    None when no number was typed.
    """
    last: Outcome | None = None
    for item in record.tries_of(figure.question, figure.name):
        if item.outcome in ("right", "given_up"):
            return item.outcome
        if item.outcome != "unreadable":
            last = item.outcome
    return last


def level_of(scale: Scale, chosen: Iterable[tuple[GridLine, Level]]) -> tuple[Fraction, Level] | None:
    """Return the weighted mean of the levels of lines, and the level whose value is the nearest at or below it.

    Lines without any weight count alike. None without a line.
    """
    known = [(parse_exact(line.weight), level) for line, level in chosen]
    if not known:
        return None
    if not any(weight for weight, _ in known):
        known = [(Fraction(1), level) for _, level in known]
    whole = sum(weight for weight, _ in known)
    mean = sum((weight * parse_exact(level.value) for weight, level in known), Fraction(0)) / whole
    return mean, level_at(scale, mean, {level.id for _, level in known})


def level_at(scale: Scale, value: Fraction, rather: Iterable[str] = ()) -> Level:
    """Return the level whose value is the nearest at or below; among equals, one of `rather`."""
    preferred = set(rather)
    below = [level for level in scale.levels if parse_exact(level.value) <= value] or [scale.levels[0]]
    return max(below, key=lambda level: (parse_exact(level.value), level.id in preferred))


def _point(record: Record, code: str) -> Point | None:
    chosen = {line: judged.level for line, judged in record.judgements.items()}
    found = _level(record, code, chosen)
    return None if found is None else Point(moment_of(record), record.work.id, *found)


def _level(record: Record, code: str, chosen: Mapping[str, str | None]) -> tuple[Fraction, Level] | None:
    grid = record.work.grid
    pairs = [
        (line, level)
        for line in grid.lines
        if line.competence == code and (level := grid.scale.level(chosen.get(line.key) or "")) is not None
    ]
    return level_of(grid.scale, pairs)


def _seen(ordered: Sequence[Record], code: str, role: Role) -> Seen | None:
    """Return the last that somebody of a role said: the last work seen, and in it the last person."""
    for record in reversed(ordered):
        by_author: dict[str, dict[str, Outside]] = {}
        for item in sorted(record.outside, key=lambda item: (item.at, item.author, item.line)):
            if item.role == role:
                by_author[item.author] = {**by_author.pop(item.author, {}), item.line: item}
        for author, said in reversed(by_author.items()):
            found = _level(record, code, {line: item.level for line, item in said.items()})
            if found is not None:
                own = _point(record, code)
                return Seen(record.work.id, author, found[1], None if own is None else own.level)
    return None


def _trend(values: Sequence[Fraction]) -> Trend | None:
    if len(values) < 2:
        return None
    before = values[:-1][-BEFORE:]
    change = values[-1] - sum(before, Fraction(0)) / len(before)
    if abs(change) < STEADY:
        return "steady"
    return "up" if change > 0 else "down"


def interval(level: Level | None, scale: Scale) -> int:
    """Return the days before a competence is proposed again; without a level, those of the lowest."""
    ids = [item.id for item in scale.levels]
    if level is None or level.id not in ids:
        return INTERVALS[0]
    return INTERVALS[ids.index(level.id) * (len(INTERVALS) - 1) // (len(ids) - 1)]


def suggestions(
    records: Iterable[Record], referentiel: Referentiel, now: datetime | None = None
) -> tuple[Suggestion, ...]:
    """Return what to practise, each with its reason: never practised, due, then what comes later with its day.

    Args:
        records: the works of the book.
        referentiel: which épreuve assesses what; épreuves never begun are not proposed.
        now: the present (default: the clock's).
    """
    ordered, today = in_order(records), now or datetime.now(tz=UTC)
    known = {item.id: item for item in competence_progress(ordered)}
    scales = {record.work.id: record.work.grid.scale for record in ordered}
    begun = {record.work.epreuve for record in ordered}
    where = _assessed(referentiel, begun)
    fresh = [_new(code, where[code]) for code in sorted(where, key=natural_key) if code not in known]
    again = [_again(item, where.get(item.id, item.epreuves), scales, today) for item in known.values()]
    again.sort(key=lambda item: (item.due or today, natural_key(item.competence)))
    return (
        *fresh,
        *(item for item in again if item.kind == "due"),
        *(item for item in again if item.kind == "later"),
    )


def _assessed(referentiel: Referentiel, begun: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the épreuves begun that assess each competence."""
    found: dict[str, list[str]] = {}
    chosen = [item for item in referentiel.epreuves if item.id in set(begun)]
    for epreuve in sorted(chosen, key=lambda item: natural_key(item.id)):
        for code in dict.fromkeys(referentiel.criterion(one).competence for one in epreuve.criteria()):
            found.setdefault(code, []).append(epreuve.id)
    return {code: tuple(epreuves) for code, epreuves in found.items()}


def _new(code: str, epreuves: tuple[str, ...]) -> Suggestion:
    several = ".several" if len(epreuves) > 1 else ""
    why = label(f"practice_report.why.new{several}", epreuves=enumeration(epreuves))
    return Suggestion(code, "new", epreuves, None, why)


def _again(
    item: CompetenceProgress, epreuves: tuple[str, ...], scales: Mapping[int, Scale], today: datetime
) -> Suggestion:
    last = item.history[-1] if item.history else None
    level, by = (None, "none") if last is None else (last.level, "self")
    days = INTERVALS[0]
    if last is not None:
        scale, seen = scales[last.work], item.trainer
        if (
            seen is not None
            and seen.work == last.work
            and parse_exact(seen.level.value) < parse_exact(last.level.value)
        ):
            level, by = seen.level, "trainer"
        days = interval(level, scale)
    due = item.last + timedelta(days=days)
    late = (today - due).days
    kind: Kind = "due" if today >= due else "later"
    reached = label(f"practice_report.why.{by}", level=level.label if level else "")
    words = {"day": long_date(item.last.date()), "reached": reached, "days": counted(days, "jour")}
    if kind == "later":
        why = label("practice_report.why.later", **words, due=long_date(due.date()))
    elif late:
        why = label("practice_report.why.late", **words, late=counted(late, "jour"))
    else:
        why = label("practice_report.why.today", **words)
    return Suggestion(item.id, kind, epreuves, due, why)
