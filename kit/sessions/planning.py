"""Holding `session.yaml` against the référentiel: épreuves, parts, modes, dates that meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from kit.errors import Finding, Severity
from kit.reading import nearest
from kit.referentiel import Epreuve, Part, Referentiel
from kit.referentiel.model import Carrier, Evidence
from kit.sessions.files import ConfigFile, Tables
from kit.sessions.model import EpreuvePlan, Mode, PartPlan, SessionConfig

_MODES: dict[Evidence, tuple[Mode, ...]] = {
    "written": ("surveille", "depot"),
    "oral": ("oral",),
    "observed": ("surveille", "oral"),
}
"""The modes that let each kind of evidence be seen: an oral cannot be handed in."""

_WRONG_MODE: dict[Evidence, tuple[str, Severity]] = {
    "written": ("session.part.mode_written", Severity.WARNING),
    "oral": ("session.part.mode_oral", Severity.ERROR),
    "observed": ("session.part.mode_observed", Severity.ERROR),
}
"""A written part held as an oral is odd; an oral or an observation handed in on paper is impossible."""

_SHOWN_IDS = 8


def check_plan(
    file: ConfigFile, config: SessionConfig, referentiel: Referentiel, tables: Tables
) -> Iterator[Finding]:
    """Yield what `session.yaml` says that the référentiel, or the calendar, does not allow."""
    known = {epreuve.id: epreuve for epreuve in referentiel.epreuves}
    for name, plan in config.epreuves.items():
        if name not in known:
            near = nearest(name, known) or list(known)[:12]
            yield Finding("epreuve.unknown", file.place("epreuves", name), {"code": name, "near": near})
            continue
        yield from _parts(file, name, plan, known[name])
    yield from _overlaps(file, config, tables)


def _parts(file: ConfigFile, name: str, plan: EpreuvePlan, epreuve: Epreuve) -> Iterator[Finding]:
    known = {part.id: part for part in epreuve.parts}
    counts = Counter(part.id for part in plan.parts)
    where = file.place("epreuves", name)
    missing = [part for part in known if part not in counts]
    if missing:
        yield Finding("session.part.missing", where, {"epreuve": name, "parts": missing})
    for part, count in counts.items():
        if count > 1:
            yield Finding("session.part.twice", where, {"epreuve": name, "part": part})
    for i, part_plan in enumerate(plan.parts):
        place = file.place("epreuves", name, "parts", i)
        part_in_referentiel = known.get(part_plan.id)
        if part_in_referentiel is None:
            fields = {"code": part_plan.id, "epreuve": name, "near": list(known)}
            yield Finding("part.unknown", place, fields)
        else:
            yield from _mode(file, (name, i), part_plan, part_in_referentiel)


def _mode(file: ConfigFile, at: tuple[str, int], plan: PartPlan, part: Part) -> Iterator[Finding]:
    name, i = at
    path = ("epreuves", name, "parts", i)
    fields = {"epreuve": name, "part": plan.id, "mode": plan.mode}
    if plan.mode not in _MODES[part.evidence]:
        code, severity = _WRONG_MODE[part.evidence]
        yield Finding(code, file.place(*path, "mode"), {**fields, "modes": _MODES[part.evidence]}, severity)
    carrier: Carrier = part.carrier
    if plan.anonymous and carrier == "group":
        yield Finding(
            "session.part.group_anonymous", file.place(*path, "anonymous"), fields, Severity.WARNING
        )
    if plan.mode == "surveille" and carrier == "candidate" and "anonymous" not in plan.model_fields_set:
        yield Finding("session.part.anonymous_unsaid", file.place(*path), fields, Severity.WARNING)
    if plan.begins and plan.ends and plan.mode == "surveille" and plan.ends.date() != plan.begins.date():
        yield Finding("session.part.past_midnight", file.place(*path), fields, Severity.WARNING)


def _overlaps(file: ConfigFile, config: SessionConfig, tables: Tables) -> Iterator[Finding]:
    """Yield the pairs of parts that meet in time and have candidates in common.

    Orals are left out: a candidate's own time is known only once the timetable is drawn up.
    """
    spans = [
        (name, part.id, part.begins, part.ends)
        for name, plan in config.epreuves.items()
        for part in plan.parts
        if part.mode == "surveille" and part.begins and part.ends
    ]
    registered: dict[str, set[str]] = {}
    for row in tables.registrations.rows:
        registered.setdefault(row.epreuve, set()).add(row.candidate)
    for one, other in combinations(spans, 2):
        both = sorted(registered.get(one[0], set()) & registered.get(other[0], set()))
        if both and _meet(one[2], one[3], other[2], other[3]):
            shown = [*both[:_SHOWN_IDS], "…"] if len(both) > _SHOWN_IDS else both
            fields = {
                "one": f"{one[0]} {one[1]}", "other": f"{other[0]} {other[1]}",
                "count": len(both), "candidates": shown,
            }  # fmt: skip
            yield Finding("session.part.overlap", file.place("epreuves", other[0]), fields, Severity.WARNING)


def _meet(begins: datetime, ends: datetime, other_begins: datetime, other_ends: datetime) -> bool:
    return begins < other_ends and other_begins < ends and ends - begins > timedelta(0)
