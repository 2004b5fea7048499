"""Holding the CSV files of a session against one another, `session.yaml` and the référentiel.

A row that could not be read keeps its id known, so that one bad date does not make a candidate unknown
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kit.errors import Finding, Place, Severity
from kit.health_words import health_words
from kit.reading import nearest
from kit.referentiel import Referentiel
from kit.sessions.files import Located, Table, Tables
from kit.sessions.model import (
    JURY_ROLES,
    Assignment,
    Candidate,
    EpreuvePlan,
    Incident,
    Person,
    RoleName,
    Row,
)
from kit.sessions.values import ROUTES, route_of

R = TypeVar("R", bound=Row)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_RANKED: frozenset[RoleName] = frozenset({"correcteur", "examinateur"})
_SHOWN_IDS = 8
Plans = Mapping[str, EpreuvePlan | None] | None
"""The plan of each épreuve of a session, None where it could not be read; None when no plan could."""
_ALL, _ANY = "*", "?"
"""Scopes of a marker's work beside a candidate's id, which they cannot be: all copies; at least one."""


class _Names:
    """Ids, with a quick way to the ones that differ only by case, separators or leading zeros.

    Comparing letter by letter would cost too much on a long list, and would name ids that are not likely.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._some = sorted(self._names)[:_SHOWN_IDS] or ["—"]
        self._loosely = {_loose(name): name for name in sorted(self._names)}

    def __contains__(self, code: object) -> bool:
        return code in self._names

    def near(self, code: str) -> list[str]:
        same = self._loosely.get(_loose(code))
        return [same] if same else self._some


def _loose(code: str) -> str:
    return re.sub(r"[._-]|(?<!\d)0+(?=\d)", "", code.casefold())


@dataclass(frozen=True, slots=True)
class _Known:
    """The names a row may use. None where the file that gives them could not be read."""

    plans: Plans
    candidates: _Names | None
    people: _Names | None
    registered: frozenset[tuple[str, str]] | None

    def plan(self, epreuve: str) -> EpreuvePlan | None:
        return self.plans.get(epreuve) if self.plans is not None else None

    def epreuve(self, table: Table[R], line: int, code: str) -> Iterator[Finding]:
        if self.plans is not None and code not in self.plans:
            fields = {"code": code, "near": nearest(code, self.plans) or list(self.plans)}
            yield Finding("session.epreuve.unplanned", Place(table.file, line, "epreuve"), fields)

    def part(self, table: Table[R], line: int, epreuve: str, code: str) -> Iterator[Finding]:
        plan = self.plan(epreuve)
        if plan is not None and plan.part(code) is None:
            fields = {"code": code, "epreuve": epreuve, "near": [part.id for part in plan.parts]}
            yield Finding("part.unknown", Place(table.file, line, "partie"), fields)

    def candidate(self, table: Table[R], line: int, code: str) -> Iterator[Finding]:
        if self.candidates is not None and code not in self.candidates:
            where = Place(table.file, line, "candidat")
            yield Finding(
                "session.candidate.unknown", where, {"code": code, "near": self.candidates.near(code)}
            )

    def inscription(self, table: Table[R], line: int, candidate: str, epreuve: str) -> Iterator[Finding]:
        if self.registered is None or self.candidates is None or self.plans is None:
            return
        if (
            candidate in self.candidates
            and epreuve in self.plans
            and (candidate, epreuve) not in self.registered
        ):
            where = Place(table.file, line, "candidat")
            yield Finding(
                "session.candidate.unregistered", where, {"candidate": candidate, "epreuve": epreuve}
            )

    def person(self, table: Table[R], line: int, code: str) -> Iterator[Finding]:
        if self.people is not None and code not in self.people:
            where = Place(table.file, line, "intervenant")
            yield Finding("session.person.unknown", where, {"code": code, "near": self.people.near(code)})


def check_rows(plans: Plans, referentiel: Referentiel | None, tables: Tables) -> Iterator[Finding]:
    """Yield what the rows of the CSV files say that does not hold together.

    Args:
        plans: what `session.yaml` says of each épreuve.
        referentiel: the référentiel, None when it cannot be read; what needs it is then left out.
        tables: the files.
    """
    known = _known(plans, tables)
    yield from _needed(tables)
    yield from _candidates(known, tables.candidates)
    yield from _people(tables.people)
    yield from _registrations(tables, known)
    for item in tables.acquired.located:
        yield from known.candidate(tables.acquired, item.line, item.row.candidate)
    yield from _twice(tables.acquired, lambda row: (row.candidate, row.code), "session.row.twice")
    yield from _groups(referentiel, tables, known)
    yield from _assignments(tables.assignments, known)
    yield from _attendances(tables, known)
    yield from _incidents(tables.incidents, known)
    yield from _attributions(tables, known)
    yield from _draws(tables)


def _known(plans: Plans, tables: Tables) -> _Known:
    registrations = tables.registrations
    readable = registrations.state != "unreadable" and not registrations.findings
    pairs = frozenset((row.candidate, row.epreuve) for row in registrations.rows)
    return _Known(
        plans=plans,
        candidates=_Names(tables.candidates.keys) if tables.candidates.state == "read" else None,
        people=_Names(tables.people.keys) if tables.people.state == "read" else None,
        registered=pairs if readable else None,
    )


def _needed(tables: Tables) -> Iterator[Finding]:
    """Yield the files that are missing while others refer to them."""
    about_candidates = (tables.registrations, tables.groups, tables.attendances)
    users = [table.file for table in about_candidates if table.rows]
    if tables.candidates.state == "absent" and users:
        yield Finding("session.file.needed", Place(tables.candidates.file), {"users": users})
    if tables.people.state == "absent" and tables.assignments.rows:
        yield Finding("session.file.needed", Place(tables.people.file), {"users": [tables.assignments.file]})
    if tables.registrations.state == "absent" and tables.candidates.rows:
        where = Place(tables.registrations.file)
        yield Finding("session.registration.absent", where, {}, Severity.WARNING)


def _twice(
    table: Table[R], key: Callable[[R], object], code: str, column: str | None = None
) -> Iterator[Finding]:
    """Yield one finding per row whose key an earlier row has, naming the line of the first."""
    first: dict[object, int] = {}
    for item in table.located:
        name = key(item.row)
        if name in first:
            shown = " ".join(map(str, name)) if isinstance(name, tuple) else name
            yield Finding(code, Place(table.file, item.line, column), {"what": shown, "first": first[name]})
        else:
            first[name] = item.line


def _candidates(known: _Known, table: Table[Candidate]) -> Iterator[Finding]:
    yield from _twice(table, lambda row: row.id.casefold(), "session.row.id_twice", "id")
    plans = [plan for plan in (known.plans or {}).values() if plan is not None]
    days = [part.date for plan in plans for part in plan.parts if part.date]
    for item in table.located:
        row, line = item.row, item.line
        if row.birth_date and ((days and row.birth_date >= min(days)) or row.birth_date.year < 1900):
            where = Place(table.file, line, "naissance")
            yield Finding("session.candidate.birth", where, {"date": row.birth_date.isoformat()})
        if row.email and not _EMAIL.fullmatch(row.email):
            where = Place(table.file, line, "email")
            yield Finding("session.candidate.email", where, {"value": row.email}, Severity.WARNING)
        if row.route and route_of(row.route) is None:
            fields = {"value": row.route, "routes": ROUTES}
            yield Finding("session.candidate.route", Place(table.file, line, "voie"), fields, Severity.INFO)


def _people(table: Table[Person]) -> Iterator[Finding]:
    yield from _twice(table, lambda row: row.id.casefold(), "session.row.id_twice", "id")
    for item in table.located:
        if item.row.role in JURY_ROLES and item.row.external is None:
            where = Place(table.file, item.line, "externe")
            yield Finding("session.person.external", where, {"person": item.row.id}, Severity.WARNING)


def _registrations(tables: Tables, known: _Known) -> Iterator[Finding]:
    table = tables.registrations
    for item in table.located:
        yield from known.candidate(table, item.line, item.row.candidate)
        yield from known.epreuve(table, item.line, item.row.epreuve)
    yield from _twice(table, lambda row: (row.candidate, row.epreuve), "session.row.twice")
    if table.state == "read" and table.rows:
        for name in sorted(set(known.plans or ()) - {row.epreuve for row in table.rows}):
            yield Finding("session.registration.none", Place(table.file), {"epreuve": name}, Severity.WARNING)


def _groups(referentiel: Referentiel | None, tables: Tables, known: _Known) -> Iterator[Finding]:
    table = tables.groups
    for item in table.located:
        row, line = item.row, item.line
        yield from known.epreuve(table, line, row.epreuve)
        yield from known.candidate(table, line, row.candidate)
        yield from known.inscription(table, line, row.candidate, row.epreuve)
    yield from _twice(table, lambda row: (row.epreuve, row.candidate), "session.group.twice", "candidat")
    by_epreuve = {row.epreuve for row in table.rows}
    for epreuve in referentiel.epreuves if referentiel else ():
        if epreuve.id not in (known.plans or ()):
            continue
        if "groupe" not in epreuve.work and epreuve.id in by_epreuve:
            yield Finding(
                "session.group.individual", Place(table.file), {"epreuve": epreuve.id}, Severity.WARNING
            )
        if epreuve.work == ("groupe",) and table.state != "unreadable" and not table.findings:
            carried = any(part.carrier == "group" for part in epreuve.parts)
            yield from _ungrouped(tables, epreuve.id, Severity.ERROR if carried else Severity.WARNING)


def _ungrouped(tables: Tables, epreuve: str, severity: Severity) -> Iterator[Finding]:
    grouped = {row.candidate for row in tables.groups.rows if row.epreuve == epreuve}
    rows = (row for row in tables.registrations.rows if row.epreuve == epreuve)
    alone = [row.candidate for row in rows if row.candidate not in grouped]
    if alone:
        shown = [*alone[:_SHOWN_IDS], "…"] if len(alone) > _SHOWN_IDS else alone
        fields = {"epreuve": epreuve, "count": len(alone), "candidates": shown}
        yield Finding("session.group.missing", Place(tables.groups.file), fields, severity)


def _assignments(table: Table[Assignment], known: _Known) -> Iterator[Finding]:
    for item in table.located:
        row, line = item.row, item.line
        yield from known.person(table, line, row.person)
        if row.epreuve is not None:
            yield from known.epreuve(table, line, row.epreuve)
        elif row.role in _RANKED:
            yield Finding(
                "session.assignment.epreuve", Place(table.file, line, "epreuve"), {"role": row.role}
            )
        if row.role == "recuse" and row.candidate is None:
            yield Finding("session.assignment.recused", Place(table.file, line, "candidat"))
        if row.candidate is not None:
            yield from known.candidate(table, line, row.candidate)
            if row.epreuve is not None:
                yield from known.inscription(table, line, row.candidate, row.epreuve)
        if row.rank is not None and row.role not in _RANKED:
            where = Place(table.file, line, "rang")
            yield Finding("session.assignment.rank", where, {"role": row.role}, Severity.WARNING)
    yield from _twice(
        table,
        lambda r: (r.person, r.role, r.epreuve or "", r.candidate or "", r.marking_rank),
        "session.row.twice",
    )
    yield from _ranks(table)


def _ranks(table: Table[Assignment]) -> Iterator[Finding]:
    """Yield markers who would mark the same copies twice, and second markers without a first."""
    markers = [item for item in table.located if item.row.role == "correcteur" and item.row.epreuve]
    lines: dict[tuple[str, str | None, str], dict[int, int]] = {}
    for item in markers:
        row = item.row
        mine = row.person, row.epreuve
        scopes = (row.candidate, _ALL) if row.candidate else (_ANY,)
        earlier = {rank: line for scope in scopes for rank, line in lines.get((*mine, scope), {}).items()}
        clash = [line for rank, line in earlier.items() if rank != row.marking_rank]
        if clash:
            fields = {"person": row.person, "epreuve": row.epreuve, "first": min(clash)}
            yield Finding("session.assignment.both_ranks", Place(table.file, item.line, "rang"), fields)
        for scope in (row.candidate or _ALL, _ANY):
            lines.setdefault((*mine, scope), {}).setdefault(row.marking_rank, item.line)
    yield from _without_first(table, markers)
    yield from _same_rank(table)


def _same_rank(table: Table[Assignment]) -> Iterator[Finding]:
    """Yield who would mark the same copies at the same rank as another: one of the two would be ignored.

    Who is named for a candidate comes before who has them all: that is no clash.
    """
    first: dict[tuple[str, str, int, str | None], Located[Assignment]] = {}
    for item in table.located:
        row = item.row
        if row.role in _RANKED and row.epreuve is not None:
            other = first.setdefault((row.role, row.epreuve, row.marking_rank, row.candidate), item)
            if other.row.person != row.person:
                fields = {
                    "person": row.person, "other": other.row.person, "first": other.line, "epreuve": row.epreuve,
                    "rank": row.marking_rank,
                }  # fmt: skip
                yield Finding("session.assignment.same_rank", Place(table.file, item.line, "rang"), fields)


def _without_first(table: Table[Assignment], markers: list[Located[Assignment]]) -> Iterator[Finding]:
    firsts = [item.row for item in markers if item.row.marking_rank == 1]
    covered = {(row.epreuve, scope) for row in firsts for scope in (row.candidate or _ALL, _ANY)}
    for item in markers:
        row = item.row
        scopes = (row.candidate, _ALL) if row.candidate else (_ANY,)
        if row.marking_rank > 1 and not any((row.epreuve, scope) in covered for scope in scopes):
            fields = {"rank": row.marking_rank, "epreuve": row.epreuve}
            where = Place(table.file, item.line, "rang")
            yield Finding("session.assignment.no_first", where, fields, Severity.WARNING)


def _attendances(tables: Tables, known: _Known) -> Iterator[Finding]:
    table = tables.attendances
    for item in table.located:
        row, line = item.row, item.line
        yield from known.epreuve(table, line, row.epreuve)
        yield from known.part(table, line, row.epreuve, row.part)
        yield from known.candidate(table, line, row.candidate)
        yield from known.inscription(table, line, row.candidate, row.epreuve)
        plan = known.plan(row.epreuve)
        if row.version is not None and plan is not None and row.version not in plan.versions:
            yield _unplanned_version(table, item, row.epreuve, row.version, plan)
        yield from _health(row.incident, Place(table.file, line, "incident"))
    yield from _twice(table, lambda row: (row.epreuve, row.part, row.candidate), "session.row.twice")


def _incidents(table: Table[Incident], known: _Known) -> Iterator[Finding]:
    for item in table.located:
        row, line = item.row, item.line
        if row.epreuve is not None:
            yield from known.epreuve(table, line, row.epreuve)
        if row.epreuve is not None and row.part is not None:
            yield from known.part(table, line, row.epreuve, row.part)
        if row.candidate is not None:
            yield from known.candidate(table, line, row.candidate)
        if row.part is not None and row.epreuve is None:
            yield Finding("session.incident.part", Place(table.file, line, "partie"))
        yield from _health(row.text, Place(table.file, line, "recit"))


def _health(words: str | None, where: Place) -> Iterator[Finding]:
    """Yield a warning where an account that the PV will carry seems to speak of somebody's health."""
    if found := health_words(words or ""):
        yield Finding("session.incident.health", where, {"words": found}, Severity.WARNING)


def _unplanned_version(
    table: Table[R], item: Located[R], epreuve: str, version: str, plan: EpreuvePlan
) -> Finding:
    fields = {"version": version, "epreuve": epreuve, "versions": plan.versions}
    return Finding("session.version.unplanned", Place(table.file, item.line, "version"), fields)


def _attributions(tables: Tables, known: _Known) -> Iterator[Finding]:
    """Yield what no longer holds in the attribution, which is kept as it is: copies may bear it already."""
    table = tables.attributions
    yield from _twice(
        table, lambda row: (row.epreuve, row.part, row.number), "session.attribution.number", "copie"
    )
    yield from _twice(table, lambda row: (row.epreuve, row.part, row.kind, row.holder), "session.row.twice")
    if known.registered is None or known.plans is None or tables.groups.findings:
        return
    holders = {(epreuve, "individual", candidate) for candidate, epreuve in known.registered}
    holders |= {(row.epreuve, "group", row.group) for row in tables.groups.rows}
    for item in table.located:
        row = item.row
        plan = known.plan(row.epreuve)
        if plan is None and row.epreuve in known.plans:
            continue
        if plan is None or plan.part(row.part) is None or (row.epreuve, row.kind, row.holder) not in holders:
            fields = {"holder": row.holder, "epreuve": row.epreuve, "part": row.part}
            where = Place(table.file, item.line)
            yield Finding("session.attribution.orphan", where, fields, Severity.WARNING)
        elif row.version not in plan.versions:
            yield _unplanned_version(table, item, row.epreuve, row.version, plan)
        elif row.variant > plan.variants:
            where = Place(table.file, item.line, "variant")
            beyond = {"variant": row.variant, "count": plan.variants, "epreuve": row.epreuve}
            yield Finding("session.attribution.variant", where, beyond)
    yield from _apart(tables)


def _apart(tables: Tables) -> Iterator[Finding]:
    """Yield the candidates whose own copy carries another subject than their group's."""
    table = tables.attributions
    group_of = {(row.epreuve, row.candidate): row.group for row in tables.groups.rows}
    subject_of = {(row.epreuve, row.group or ""): (row.version, row.variant) for row in table.rows}
    for item in table.located:
        row = item.row
        group = group_of.get((row.epreuve, row.candidate or ""), "—")
        if subject_of.get((row.epreuve, group), (row.version, row.variant)) != (row.version, row.variant):
            fields = {"candidate": row.candidate, "group": group, "epreuve": row.epreuve}
            yield Finding("session.attribution.apart", Place(table.file, item.line), fields, Severity.WARNING)


def _draws(tables: Tables) -> Iterator[Finding]:
    """Yield the rows written twice. Those of an épreuve taken out of the session stay: it may come back."""
    table = tables.draws
    yield from _twice(table, lambda row: (row.epreuve, row.version, row.variant), "session.row.twice")
