"""What an earlier session left: blocs acquired for good, what a failed bloc keeps, attempts and their deadline.

A bloc that is acquired stays acquired. What else is kept, how many times and until when one may come back is the
règlement's to say; where it is not respected, the derogation is for the jury's PV: it is told, not refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from dateutil.relativedelta import relativedelta

from kit.errors import Finding, Place, Severity
from kit.referentiel import Referentiel, Reglement
from kit.sessions.files import ConfigFile, Tables
from kit.sessions.model import Acquired, EpreuvePlan

KEPT_OF: Mapping[str, str] = {"acquired_competences": "competence", "passed_epreuves": "epreuve"}
"""What the règlement may keep inside a failed bloc, by its word for it."""


def kind_of(code: str, referentiel: Referentiel) -> str | None:
    """Return what a code names: `bloc`, `competence`, `epreuve`, or None."""
    for kind, items in (
        ("bloc", referentiel.blocs), ("competence", referentiel.competences), ("epreuve", referentiel.epreuves),
    ):  # fmt: skip
        if any(item.id == code for item in items):
            return kind
    return None


def check_resits(
    file: ConfigFile, referentiel: Referentiel, reglement: Reglement, tables: Tables
) -> Iterator[Finding]:
    """Yield what candidates bring that cannot be, inscriptions to what is acquired, attempts and dates too many."""
    brought: dict[str, set[str]] = {}
    for item in tables.acquired.located:
        brought.setdefault(item.row.candidate, set()).add(item.row.code)
        yield from _brought(item.row, item.line, referentiel, reglement)
    for inscription in tables.registrations.located:
        row, where = inscription.row, Place(tables.registrations.file, inscription.line)
        epreuve = next((one for one in referentiel.epreuves if one.id == row.epreuve), None)
        has = brought.get(row.candidate, set())
        if epreuve is not None and (kept := {epreuve.bloc, epreuve.id} & has):
            fields = {"candidate": row.candidate, "epreuve": row.epreuve, "code": min(kept)}
            yield Finding("session.acquired.registered", where, fields)
        if row.attempt > reglement.resit.attempts + 1:
            most = {
                "attempt": row.attempt,
                "attempts": reglement.resit.attempts + 1,
                "candidate": row.candidate,
            }
            yield Finding("session.resit.attempts", where, most, Severity.WARNING)
    if file.config is not None and file.config.resits is not None:
        last = file.config.resits.deliberated + relativedelta(months=reglement.resit.months)
        yield from _late(file, file.config.epreuves, last)


def _brought(row: Acquired, line: int, referentiel: Referentiel, reglement: Reglement) -> Iterator[Finding]:
    where = Place(Acquired.file, line, "code")
    kind = kind_of(row.code, referentiel)
    if kind is None:
        yield Finding("session.acquired.unknown", where, {"code": row.code})
    elif kind != "bloc" and KEPT_OF.get(reglement.resit.keeps) != kind:
        yield Finding("session.acquired.not_kept", where, {"code": row.code})
    if kind == "epreuve" and row.mark is None:
        yield Finding("session.acquired.no_mark", where, {"code": row.code})
    if kind == "bloc" and row.mark is not None:
        yield Finding("session.acquired.mark", where, {"code": row.code})


def _late(file: ConfigFile, epreuves: Mapping[str, EpreuvePlan], last: date) -> Iterator[Finding]:
    for name, plan in epreuves.items():
        days = [part.date or (part.deadline.date() if part.deadline else None) for part in plan.parts]
        late = [day for day in days if day is not None and day > last]
        if late:
            fields = {"epreuve": name, "date": max(late).isoformat(), "last": last.isoformat()}
            yield Finding("session.resit.late", file.place("epreuves", name), fields, Severity.WARNING)
