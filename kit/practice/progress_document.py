"""A learner's progress on paper: what to practise next and why, each competence's course, judgements compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kit.documents.model import (
    Align,
    Block,
    Document,
    Fields,
    Figure,
    Heading,
    Inlines,
    LineBreak,
    ListBlock,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.french import NBSP, enumeration, long_date, number
from kit.messages import label
from kit.practice.calibration import Calibration, Comparison, calibrations
from kit.practice.progress import (
    INTERVALS,
    CompetenceProgress,
    Seen,
    Suggestion,
    competence_progress,
    in_order,
    moment_of,
    suggestions,
)
from kit.practice.values import Record
from kit.referentiel import Referentiel, parse_exact

MOST_SUGGESTED = 8
"""Suggestions told in full: what a learner can do in a week; the others are named."""
_PANELS = 16
"""Small charts in a figure: a page holds one figure and what goes with it."""
_NONE = "–"


def progress_report(
    records: Iterable[Record], referentiel: Referentiel, now: datetime | None = None
) -> Document:
    """Return the progress of a book's works.

    Args:
        records: the works.
        referentiel: theirs; works under another one are left out.
        now: the present (default: the clock's).
    """
    kept = [record for record in in_order(records) if record.work.referentiel == referentiel.slug]
    found = competence_progress(kept)
    body = (
        *_head(kept, referentiel),
        *(_whole(kept, found, referentiel, now) if found else (_said("practice_report.empty"),)),
    )
    return Document(
        title=label("practice_report.title"), body=tuple(body), subject=label("practice_report.subject")
    )


def _head(records: Sequence[Record], referentiel: Referentiel) -> Iterator[Block]:
    rows = [
        (label("practice_report.referentiel"), referentiel.title or referentiel.slug),
        (label("practice_report.works"), number(len(records))),
    ]
    if records:
        first, last = (long_date(moment_of(record).date()) for record in (records[0], records[-1]))
        period = first if first == last else label("practice_report.from_to", first=first, last=last)
        rows.append((label("practice_report.period"), period))
    yield Fields(tuple(rows))
    yield _said("practice_report.own")


def _whole(
    records: Sequence[Record],
    found: Sequence[CompetenceProgress],
    referentiel: Referentiel,
    now: datetime | None,
) -> Iterator[Block]:
    yield from _suggested(suggestions(records, referentiel, now), referentiel)
    yield Heading(1, text(label("practice_report.competences")))
    yield from level_figures(records, found)
    yield _table_of(found)
    yield from _calibrated(calibrations(records))
    yield from _rules()
    yield Heading(1, text(label("practice_report.wordings")))
    wordings = (f"{item.id} {_NONE} {_wording(item.id, referentiel)}" for item in found)
    yield ListBlock(tuple((Paragraph(text(words)),) for words in wordings))


def _suggested(found: Sequence[Suggestion], referentiel: Referentiel) -> Iterator[Block]:
    now, later = ([item for item in found if (item.kind == "later") is after] for after in (False, True))
    yield Heading(1, text(label("practice_report.next")))
    if now:
        yield from _some(now, referentiel)
    else:
        yield _said("practice_report.nothing_due")
    if later:
        yield Heading(2, text(label("practice_report.later")))
        yield from _some(later, referentiel)


def _some(found: Sequence[Suggestion], referentiel: Referentiel) -> Iterator[Block]:
    items = found[:MOST_SUGGESTED]
    yield ListBlock(tuple((_suggestion(item, referentiel),) for item in items), ordered=True)
    rest = [item.competence for item in found[MOST_SUGGESTED:]]
    if rest:
        yield Paragraph(text(label("practice_report.more", competences=enumeration(rest))))


def _suggestion(item: Suggestion, referentiel: Referentiel) -> Paragraph:
    head, wording = suggestion_head(item), _wording(item.competence, referentiel)
    return Paragraph((Strong(text(head)), Text(f" {item.reason}"), LineBreak(), Text(wording)))


def suggestion_head(item: Suggestion) -> str:
    """Return what opens a suggestion: the competence and the épreuves to practise it in."""
    several = ".several" if len(item.epreuves) > 1 else ""
    return label(
        f"practice_report.where{several}", competence=item.competence, epreuves=enumeration(item.epreuves)
    )


def _wording(competence: str, referentiel: Referentiel) -> str:
    """Return a competence's official wording; its code when this référentiel has none of that code."""
    known = {item.id: item.text for item in referentiel.competences}
    return known.get(competence, competence)


def level_figures(records: Sequence[Record], found: Sequence[CompetenceProgress]) -> Iterator[Figure]:
    """Yield the levels over time as small charts, on the scale of the last work; none without a judged criterion."""
    judged = [item for item in found if item.history]
    if not judged:
        return
    from kit.cases.contents import svg_of
    from kit.cases.level_charts import Panel, small_multiples

    works = [record.work.id for record in records if any(_has(item, record.work.id) for item in judged)]
    place = {work: rank for rank, work in enumerate(works)}
    scale = records[-1].work.grid.scale
    levels = {level.label: float(parse_exact(level.value)) for level in scale.levels}
    for start in range(0, len(judged), _PANELS):
        some = judged[start : start + _PANELS]
        panels = [
            Panel(
                item.id,
                {place[point.work]: float(point.value) for point in item.history},
                _other(item.trainer, place),
            )
            for item in some
        ]
        drawn = small_multiples(
            panels, [str(work) for work in works], levels, label("practice_report.chart.own"),
            label("practice_report.chart.other"), label("practice_report.chart.x"),
        )  # fmt: skip
        alt = label("practice_report.chart_alt", said=" ".join(_told(item) for item in some))
        yield Figure(svg_of(drawn).encode(), "svg", alt, label("practice_report.chart"))


def _has(item: CompetenceProgress, work: int) -> bool:
    return any(point.work == work for point in item.history) or (
        item.trainer is not None and item.trainer.work == work
    )


def _other(seen: Seen | None, place: dict[int, int]) -> dict[int, float]:
    return {} if seen is None else {place[seen.work]: float(parse_exact(seen.level.value))}


def _told(item: CompetenceProgress) -> str:
    levels = ", ".join(point.level.label for point in item.history)
    if item.trainer is None:
        return label("practice_report.chart_said", competence=item.id, levels=levels)
    return label(
        "practice_report.chart_said.trainer", competence=item.id, levels=levels,
        trainer=item.trainer.level.label,
    )  # fmt: skip


def _table_of(found: Sequence[CompetenceProgress]) -> Table:
    others = [name for name in ("trainer", "peer") if any(getattr(item, name) is not None for item in found)]
    rows = [
        (
            item.id, number(item.attempts), own_words(item), numeric_words(item),
            *(seen_words(getattr(item, name)) for name in others), trend_words(item),
        )
        for item in found
    ]  # fmt: skip
    names = ("competence", "attempts", "self", "numeric", *others, "trend")
    widths = (2.2, 1.6, 3.4, 2.0, *(3.4 for _ in others), 1.8)
    return table("practice_report.table", names, rows, widths)


def own_words(item: CompetenceProgress) -> str:
    """Return the learner's own level in words, a dash without one."""
    return _NONE if item.self_level is None else item.self_level.label


def numeric_words(item: CompetenceProgress) -> str:
    """Return how many computed answers were found: « 3 sur 4 », a dash when none was tried."""
    if not item.tried:
        return _NONE
    return label("practice_report.numbers", right=number(item.right), tried=number(item.tried))


def seen_words(seen: Seen | None) -> str:
    """Return what somebody else said last, with its work, a dash without it."""
    if seen is None:
        return _NONE
    return label("practice_report.seen", level=seen.level.label, work=number(seen.work))


def trend_words(item: CompetenceProgress) -> str:
    """Return the trend in words, a dash without one."""
    return label(f"practice_report.trend.{item.trend}") if item.trend else _NONE


def _calibrated(found: Sequence[Calibration]) -> Iterator[Block]:
    yield Heading(1, text(label("practice_report.calibration")))
    if not found:
        yield _said("practice_report.calibration.none")
    for item in found:
        yield Paragraph(text(item.sentence))
        lines = Counter((one.work, one.criterion) for one in item.compared)
        rows = [
            _compared(one, whole=lines[one.work, one.criterion] > 1)
            for one in item.compared
            if one.verdict != "matched"
        ]
        if rows:
            names = ("work", "criterion", "self", "other", "verdict", "confidence")
            widths = (1.5, 2.4, 3.2, 4.0, 2.2, 1.9)
            yield table(f"practice_report.compared.{item.against}", names, rows, widths)


def _compared(item: Comparison, *, whole: bool) -> tuple[str, ...]:
    other = (
        item.other.label
        if item.other is not None
        else label("practice_report.numbers", right=number(item.right), tried=number(item.tried))
    )
    return (
        f"n°{NBSP}{number(item.work)}",
        item.line.replace("@", f" {_NONE} ") if whole else item.criterion,
        item.own.label,
        f"{other} ({item.author})" if item.author else other,
        label(f"practice_report.verdict.{item.verdict}"),
        label(f"practice_report.confidence.{item.confidence or 'none'}"),
    )


def _rules() -> Iterator[Block]:
    yield Heading(1, text(label("practice_report.rules")))
    names = ("level", "numeric", "trend", "next", "calibration")
    fields = {"intervals": enumeration([number(days) for days in INTERVALS])}
    rules = [label(f"practice_report.rule.{name}", **(fields if name == "next" else {})) for name in names]
    yield ListBlock(tuple((Paragraph(text(rule)),) for rule in rules))


def _said(code: str) -> Paragraph:
    return Paragraph(text(label(code)))


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[float, ...]
) -> Table:
    """Return a table whose columns and caption are sentences of the reports."""
    header: tuple[Inlines, ...] = tuple(text(label(f"practice_report.column.{name}")) for name in columns)
    left: Align = "left"
    cells = tuple(tuple(text(cell) for cell in row) for row in rows)
    return Table(header, cells, (left,) * len(columns), label(caption), widths, row_headers=True)
