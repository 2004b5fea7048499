"""The copies of a session as a marker meets them: a number, a subject, a grid; no name where the part hides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.grids import Grid
from kit.grids.grid_file import read_grid
from kit.referentiel import natural_key
from kit.referentiel.reglement import Participation
from kit.sessions.model import Assignment, Attribution, Version
from kit.sessions.opening import Session
from kit.sessions.seeds import order_of

MARKING_ROLES = frozenset({"correcteur", "examinateur"})
_ABSENT: frozenset[Participation] = frozenset({"absent_excused", "absent_unexcused", "exempt"})


@dataclass(frozen=True, slots=True, order=True)
class CopyKey:
    """Which copy: its épreuve, its part, its number there."""

    epreuve: str
    part: str
    number: int

    def __str__(self) -> str:
        return f"{self.epreuve} {self.part} {self.number}"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy to mark.

    Attributes:
        key: which one.
        kind: a candidate's, or a group's.
        version: the version handed out, which an incident may have changed.
        variant: of this version.
        grid: its grid's file, from the session's folder.
        hides_names: whether markers must not know whose it is.
        members: the candidates of a group, who are known; empty for a candidate's own copy.
    """

    key: CopyKey
    kind: Literal["individual", "group"]
    version: Version
    variant: int
    grid: str
    hides_names: bool
    members: tuple[str, ...]


def session_copies(session: Session) -> tuple[Copy, ...]:
    """Return the copies of a session, in the order of their numbers; those of absent candidates are not there."""
    return tuple(_copy(session, row) for row in session.attributions if _sat(session, row))


def all_copies(session: Session) -> tuple[Copy, ...]:
    """Return every copy that numbers were given for, those of absent candidates too."""
    return tuple(_copy(session, row) for row in session.attributions)


def holders_of(session: Session, key: CopyKey) -> tuple[str, ...]:
    """Return the candidates a copy is of, present or not.

    Raises:
        InvalidFile: the session has no such copy.
    """
    return candidates_of(session, holder_of(session, key))


def holder_of(session: Session, key: CopyKey) -> Attribution:
    """Return whose copy it is: to be told only by the act of re-identification, which is journaled.

    Raises:
        InvalidFile: the session has no such copy.
    """
    found = session.attribution(key.epreuve, key.part, key.number)
    if found is None:
        raise InvalidFile(Finding("marks.no_copy", Place(), {"copy": str(key)}))
    return found


def find_copy(session: Session, epreuve: str, number: int, part: str | None = None) -> Copy:
    """Return the copy of a number in an épreuve.

    Raises:
        InvalidFile: there is none, or there are several in different parts.
    """
    found = [
        copy
        for copy in session_copies(session)
        if (copy.key.epreuve, copy.key.number) == (epreuve, number) and part in (None, copy.key.part)
    ]
    if len(found) != 1:
        code = "marks.no_copy" if not found else "marks.several_copies"
        name = " ".join(filter(None, (epreuve, part, str(number))))
        raise InvalidFile(Finding(code, Place(), {"copy": name, "parts": [copy.key.part for copy in found]}))
    return found[0]


def copies_of(session: Session, marker: str, secret: bytes) -> tuple[Copy, ...]:
    """Return the copies a person marks, part by part; in each, in an order that the secret gives each marker.

    Raises:
        InvalidFile: nobody has this id, or this person marks nothing here.
    """
    mine = [copy for copy in session_copies(session) if marks_copy(session, marker, copy.key)]
    raise_for([] if mine else nothing_to_mark(session, marker))
    by_number = {str(copy.key): copy for copy in mine}
    ordered = order_of(secret, "marking", session.config.id, marker, items=list(by_number))
    parts = {
        (epreuve, part.id): rank
        for epreuve in session.config.epreuves
        for rank, part in enumerate(session.referentiel.epreuve(epreuve).parts)
    }
    return tuple(
        sorted(
            (by_number[name] for name in ordered),
            key=lambda copy: (natural_key(copy.key.epreuve), parts[copy.key.epreuve, copy.key.part]),
        )
    )


def nothing_to_mark(session: Session, marker: str) -> Iterator[Finding]:
    """Yield why a person has no copy to mark, if it is so."""
    known = sorted({item.person for item in session.assignments if item.role in MARKING_ROLES})
    if marker not in known:
        yield Finding("marks.no_marker", Place("affectations.csv"), {"marker": marker, "known": known})
    elif not any(marks_copy(session, marker, copy.key) for copy in session_copies(session)):
        yield Finding("marks.no_work", Place("affectations.csv"), {"marker": marker})


def marks_copy(session: Session, marker: str, key: CopyKey) -> bool:
    """Whether a person is to mark a copy."""
    return marker in markers_of(session, key).values()


def markers_of(session: Session, key: CopyKey) -> dict[int, str]:
    """Return who marks a copy, by rank.

    Who is named for its candidate comes before who has them all; of an oral the examiner before the corrector, of
    anything else the corrector before the examiner.
    """
    usual = "examinateur" if _is_oral(session, key) else "correcteur"
    found: dict[int, str] = {}
    for item in sorted(session.assignments, key=lambda each: (each.candidate is None, each.role != usual)):
        if _concerns(session, item, key):
            found.setdefault(item.marking_rank, item.person)
    return dict(sorted(found.items()))


def _is_oral(session: Session, key: CopyKey) -> bool:
    plan = session.config.epreuves.get(key.epreuve)
    part = plan.part(key.part) if plan is not None else None
    return part is not None and part.mode == "oral"


def _concerns(session: Session, item: Assignment, key: CopyKey) -> bool:
    if item.role not in MARKING_ROLES or item.epreuve not in (None, key.epreuve):
        return False
    if item.candidate is None:
        return True
    return item.candidate in holders_of(session, key)


def candidates_of(session: Session, row: Attribution) -> tuple[str, ...]:
    """Return the candidates a copy is of: one, or the members of its group."""
    if row.candidate is not None:
        return (row.candidate,)
    return session.members(row.epreuve, row.group or "")


def _key(row: Attribution) -> CopyKey:
    return CopyKey(row.epreuve, row.part, row.number)


def _copy(session: Session, row: Attribution) -> Copy:
    version = _version(session, row)
    return Copy(
        key=_key(row),
        kind=row.kind,
        version=version,
        variant=row.variant,
        grid=f"build/correcteurs/{row.epreuve}/{version}-{row.variant}/grid.json",
        hides_names=session.is_anonymous(row.epreuve, row.part),
        members=candidates_of(session, row) if row.kind == "group" else (),
    )


def _version(session: Session, row: Attribution) -> Version:
    """Return the version the copy was written on: the one handed out on the day when it was another."""
    mine = candidates_of(session, row)
    handed = {
        item.version
        for item in session.attendances
        if (item.epreuve, item.part) == (row.epreuve, row.part) and item.candidate in mine and item.version
    }
    return handed.pop() if len(handed) == 1 else row.version


def _sat(session: Session, row: Attribution) -> bool:
    """Whether somebody sat it: a copy whose every candidate is absent or exempt does not exist."""
    states = states_of(session, row.epreuve, row.part)
    return any(states.get(candidate) not in _ABSENT for candidate in candidates_of(session, row))


def present_holders(session: Session, key: CopyKey) -> tuple[str, ...]:
    """Return the candidates a copy is of who were there, or are expected: absent and exempt ones left out.

    Raises:
        InvalidFile: the session has no such copy.
    """
    states = states_of(session, key.epreuve, key.part)
    holders = holders_of(session, key)
    return tuple(candidate for candidate in holders if states.get(candidate) not in _ABSENT)


def states_of(session: Session, epreuve: str, part: str) -> Mapping[str, Participation]:
    """Return the participation of the candidates it is written of."""
    return {
        item.candidate: item.state
        for item in session.attendances
        if (item.epreuve, item.part) == (epreuve, part)
    }


def copy_grid(root: Path, copy: Copy) -> Grid:
    """Return the grid of a copy: the lines of its part, as the build wrote them.

    Raises:
        InvalidFile: the session was not built, or the file is no grid.
    """
    path = root / copy.grid
    if not path.is_file():
        raise InvalidFile(Finding("marks.not_built", Place(copy.grid)))
    return _part_grid(path, path.stat().st_mtime_ns, copy.key.part)


@cache
def _part_grid(path: Path, _written: int, part: str) -> Grid:
    grid = read_grid(path)
    return grid.model_copy(update={"lines": tuple(line for line in grid.lines if line.part == part)})
