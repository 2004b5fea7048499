"""Who gets which version and variant, and under which number a copy goes.

Three promises. Fair: in each version the variants are given to as many units (candidates, or groups where
work is shared) to within one. Blind: a copy's number comes from the session's secret and its holder alone, so
it says nothing of list order, group, room or accommodation, nor of the same person's number elsewhere.
Stable: a row once written is never changed nor removed by the kit, since a printed copy may bear it;
newcomers are added, and what has become pointless (a withdrawn candidate) stays, is reported by the checks,
and keeps its number taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.referentiel.model import natural_key
from kit.sessions.files import write_table
from kit.sessions.model import Attribution, EpreuvePlan, Version
from kit.sessions.opening import Session
from kit.sessions.seeds import keyed, order_of

_MIN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Unit:
    """Candidates who get the same subject: a group, or one candidate."""

    key: str
    group: str | None
    candidates: tuple[str, ...]
    version: Version


@dataclass(frozen=True, slots=True)
class _Subject:
    version: Version
    variant: int


def attribute(
    session: Session, secret: bytes, previous: Sequence[Attribution] = ()
) -> tuple[Attribution, ...]:
    """Return the attribution of a session: the previous rows unchanged, and one for each copy that had none.

    Args:
        session: the session, its inscriptions and its groups.
        secret: the session's secret.
        previous: the rows already written.
    """
    rows = [
        row for epreuve in session.config.epreuves for row in _epreuve(session, secret, epreuve, previous)
    ]
    return tuple(sorted((*previous, *rows), key=_sort_key))


def write_attribution(root: Path, rows: Iterable[Attribution]) -> None:
    """Write attribution.csv in the order of copy numbers, which says nothing, readable by its owner alone."""
    write_table(root, Attribution, sorted(rows, key=_sort_key))


def _sort_key(row: Attribution) -> tuple[object, ...]:
    return (natural_key(row.epreuve), row.part, row.number, row.holder)


def _epreuve(
    session: Session, secret: bytes, epreuve: str, previous: Sequence[Attribution]
) -> Iterator[Attribution]:
    plan = session.config.epreuves[epreuve]
    mine = [row for row in previous if row.epreuve == epreuve]
    units = _units(session, epreuve, plan)
    subjects = _subjects(units, plan, secret, (session.config.id, epreuve), mine)
    carriers = {part.id: part.carrier for part in session.referentiel.epreuve(epreuve).parts}
    taken = {row.number for row in mine}
    for part in plan.parts:
        old = [row for row in mine if row.part == part.id]
        have = {(row.kind, row.holder) for row in old}
        by_group = carriers[part.id] == "group"
        missing = {
            holder: unit
            for unit in units
            for holder in _holders(unit, by_group=by_group)
            if ("group" if by_group else "individual", holder) not in have
        }
        numbers = _numbers(secret, (session.config.id, epreuve, part.id), list(missing), taken)
        taken |= {*numbers.values()}
        for holder, unit in missing.items():
            subject = subjects[unit.key] if by_group else _own(holder, mine) or subjects[unit.key]
            yield Attribution(
                epreuve=epreuve,
                part=part.id,
                group=holder if by_group else None,
                candidate=None if by_group else holder,
                version=subject.version,
                variant=subject.variant,
                number=numbers[holder],
            )


def _holders(unit: _Unit, *, by_group: bool) -> tuple[str, ...]:
    if not by_group:
        return unit.candidates
    return (unit.group,) if unit.group is not None else ()


def _units(session: Session, epreuve: str, plan: EpreuvePlan) -> list[_Unit]:
    """Return the units of an épreuve. A group sits the rattrapage only when all its members do."""
    attempts = {row.candidate: row.attempt for row in session.registered(epreuve)}
    group_of = session.group_of(epreuve)
    members: dict[str, list[str]] = {}
    units = []
    for candidate, attempt in attempts.items():
        if candidate in group_of:
            members.setdefault(group_of[candidate], []).append(candidate)
        else:
            units.append(_Unit(f"candidate {candidate}", None, (candidate,), plan.version_for(attempt)))
    for group, candidates in members.items():
        attempt = min(attempts[candidate] for candidate in candidates)
        units.append(_Unit(f"group {group}", group, tuple(candidates), plan.version_for(attempt)))
    return units


def _subjects(
    units: Sequence[_Unit],
    plan: EpreuvePlan,
    secret: bytes,
    context: tuple[str, str],
    mine: Sequence[Attribution],
) -> dict[str, _Subject]:
    """Return the subject of each unit: the one it has, else the variant least given so far in its version."""
    given: dict[tuple[str, str], _Subject] = {
        (row.kind, row.holder): _Subject(row.version, row.variant) for row in reversed(mine)
    }
    by_key = {unit.key: unit for unit in units}
    found = {unit.key: subject for unit in units if (subject := _given(unit, given)) is not None}
    counts = Counter(found.values())
    for key in order_of(
        secret, "units", *context, items=[unit.key for unit in units if unit.key not in found]
    ):
        version = by_key[key].version
        variants = order_of(secret, "variants", *context, version, items=range(1, plan.variants + 1))
        subject = min((_Subject(version, variant) for variant in variants), key=lambda choice: counts[choice])
        found[key] = subject
        counts[subject] += 1
    return found


def _given(unit: _Unit, given: dict[tuple[str, str], _Subject]) -> _Subject | None:
    holders = [("group", unit.group)] if unit.group is not None else []
    holders += [("individual", candidate) for candidate in sorted(unit.candidates)]
    return next((given[holder] for holder in holders if holder in given), None)


def _own(candidate: str, mine: Sequence[Attribution]) -> _Subject | None:
    """Return the subject a candidate already has in another part of the épreuve."""
    return next((_Subject(row.version, row.variant) for row in mine if row.candidate == candidate), None)


def _numbers(
    secret: bytes, context: tuple[str, str, str], holders: Sequence[str], taken: Iterable[int]
) -> dict[str, int]:
    """Return a number for each holder, of as many digits for all, unlike any taken.

    Each holder's own HMAC proposes numbers until one is free; the range has at least 1.8 numbers per copy.
    """
    used = set(taken)
    digits = max(_MIN_DIGITS, len(str(2 * (len(used) + len(holders)))))
    lowest, count = 10 ** (digits - 1), 9 * 10 ** (digits - 1)
    numbers: dict[str, int] = {}
    for holder in order_of(secret, "copies", *context, items=holders):
        attempt = 0
        while (number := lowest + _proposal(secret, context, holder, attempt) % count) in used:
            attempt += 1
        numbers[holder] = number
        used.add(number)
    return numbers


def _proposal(secret: bytes, context: tuple[str, str, str], holder: str, attempt: int) -> int:
    return int.from_bytes(keyed(secret, "copy", *context, holder, attempt), "big")
