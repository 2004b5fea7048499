"""Opening a session's folder: everything read, everything checked, every problem told at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from kit.errors import Finding, InvalidFile, KitError, Severity, raise_for
from kit.referentiel import Referentiel, Reglement, find_referentiel, load_referentiel, load_reglement
from kit.sessions.accommodations import FILE as ACCOMMODATIONS
from kit.sessions.accommodations import check_accommodations, read_accommodations
from kit.sessions.checks import check_rows
from kit.sessions.files import (
    CONFIG,
    RESTRICTED,
    ConfigFile,
    Tables,
    read_config,
    read_tables,
    validated,
    within,
)
from kit.sessions.model import (
    Acquired,
    Assignment,
    Attendance,
    Attribution,
    Candidate,
    Draw,
    Incident,
    Member,
    Person,
    Registration,
    SessionConfig,
)
from kit.sessions.planning import check_plan
from kit.sessions.resits import check_resits
from kit.sessions.seeds import SECRET_FILE, open_rights, secret_findings
from kit.sessions.swap import recover_if_idle
from kit.sessions.workspace import find_workspace


@dataclass(frozen=True, repr=False)
class Session:
    """A session whose files hold together. Its text form names nobody."""

    root: Path
    workspace: Path
    config: SessionConfig
    referentiel: Referentiel
    referentiel_folder: Path
    reglement: Reglement
    reglement_file: Path
    candidates: tuple[Candidate, ...] = ()
    registrations: tuple[Registration, ...] = ()
    acquired: tuple[Acquired, ...] = ()
    groups: tuple[Member, ...] = ()
    people: tuple[Person, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    attendances: tuple[Attendance, ...] = ()
    incidents: tuple[Incident, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    draws: tuple[Draw, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        counts = f"{len(self.config.epreuves)} épreuves, {len(self.candidates)} candidates"
        return f"Session({self.config.id!r}, {counts})"

    @cached_property
    def _candidates(self) -> dict[str, Candidate]:
        return {candidate.id: candidate for candidate in self.candidates}

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def _copies(self) -> dict[tuple[str, str, int], Attribution]:
        return {(row.epreuve, row.part, row.number): row for row in reversed(self.attributions)}

    def attribution(self, epreuve: str, part: str, number: int) -> Attribution | None:
        """Return whose copy bears a number, None where none does."""
        return self._copies.get((epreuve, part, number))

    def candidate(self, candidate_id: str) -> Candidate:
        """Return a candidate by id. The files were checked: an unknown id is our fault, a KeyError."""
        return self._candidates[candidate_id]

    def person(self, person_id: str) -> Person:
        """Return an intervenant by id. The files were checked: an unknown id is our fault, a KeyError."""
        return self._people[person_id]

    def registered(self, epreuve: str) -> tuple[Registration, ...]:
        """Return the inscriptions to an épreuve, in the order of the file."""
        return tuple(item for item in self.registrations if item.epreuve == epreuve)

    def group_of(self, epreuve: str) -> dict[str, str]:
        """Return the group of each candidate who has one in an épreuve."""
        return {item.candidate: item.group for item in self.groups if item.epreuve == epreuve}

    def members(self, epreuve: str, group: str) -> tuple[str, ...]:
        """Return the ids of a group's candidates, in the order of the file."""
        return tuple(m.candidate for m in self.groups if (m.epreuve, m.group) == (epreuve, group))

    def is_anonymous(self, epreuve: str, part: str) -> bool:
        """Tell whether the markers of a part see no names: never in an oral nor for a group's work."""
        plan = self.config.epreuves[epreuve].part(part)
        carrier = self.referentiel.epreuve(epreuve).part(part).carrier
        return plan is not None and plan.anonymous and plan.mode != "oral" and carrier == "candidate"


def open_session(folder: Path, workspace: Path | None = None) -> Session:
    """Return the session a folder holds, once an exchange that was cut short is undone or finished.

    Args:
        folder: the session's folder.
        workspace: where to look for référentiels first (default: `find_workspace`).

    Raises:
        InvalidFile: every error of every file, named from the session's folder.
        AuthorError: `KIT_WORKSPACE` names no folder.
    """
    recover_if_idle(folder)
    session, findings = _read(folder, workspace)
    raise_for(findings)
    if session is None:  # an unreadable session always comes with an error
        raise AssertionError(folder)
    shown = tuple(finding for finding in findings if finding.severity is not Severity.ERROR)
    return replace(session, warnings=shown)


def is_current(session: Session) -> bool:
    """Tell whether the files of a session still say what they said when it was opened.

    Raises:
        InvalidFile: they no longer make a session.
    """
    now = open_session(session.root, session.workspace)
    return replace(now, reglement=session.reglement, warnings=()) == replace(session, warnings=())


@dataclass(frozen=True, slots=True)
class Examined:
    """What there is to say about a session's folder; `session` is None when its files cannot make one."""

    session: Session | None
    findings: list[Finding]


def check_session(folder: Path, workspace: Path | None = None) -> list[Finding]:
    """Return all there is to say about a session's folder: errors, warnings and information.

    Raises:
        AuthorError: `KIT_WORKSPACE` names no folder.
    """
    return examine_session(folder, workspace).findings


def examine_session(folder: Path, workspace: Path | None = None) -> Examined:
    """Return a session with all there is to say about its folder, even when it cannot be opened.

    Says also whether the secret is as it should be, which opening does not need.

    Raises:
        AuthorError: `KIT_WORKSPACE` names no folder.
    """
    root = _absolute(folder)
    recover_if_idle(root)
    file = read_config(root)
    session, findings = _assemble(root, file, workspace)
    if file.source.data is not None:
        findings += secret_findings(root, demo=file.demo)
    return Examined(session, within(root, findings))


def _read(folder: Path, workspace: Path | None) -> tuple[Session | None, list[Finding]]:
    root = _absolute(folder)
    return _assemble(root, read_config(root), workspace)


def _assemble(root: Path, file: ConfigFile, workspace: Path | None) -> tuple[Session | None, list[Finding]]:
    """Return the session, None when its files cannot make one, and what each file and all together call for."""
    workspace = find_workspace(root) if workspace is None else workspace
    tables = read_tables(root)
    findings = [*file.findings, *tables.findings()]
    referentiel, referentiel_folder, problems = _referentiel(file, workspace)
    findings += problems
    if not file.findings:
        file = validated(file, _single_parts(referentiel))
        findings += file.findings
    if referentiel is not None:
        findings += check_plan(file, file.readable, referentiel, tables)
    findings += check_rows(file.plans, referentiel, tables)
    findings += _accommodations(root, referentiel, file, tables)
    findings += [
        found for name in (SECRET_FILE, ACCOMMODATIONS, *RESTRICTED) for found in open_rights(root / name)
    ]
    if file.config is None or referentiel is None or referentiel_folder is None:
        return None, within(root, findings)
    reglement_file = _reglement_file(root, file.config, referentiel_folder)
    try:
        reglement = load_reglement(reglement_file, referentiel)
    except InvalidFile as error:
        return None, within(root, [*findings, *error.findings])
    findings += check_resits(file, referentiel, reglement, tables)
    session = Session(
        root=root,
        workspace=workspace,
        config=file.config,
        referentiel=referentiel,
        referentiel_folder=referentiel_folder,
        reglement=reglement,
        reglement_file=reglement_file,
        candidates=tables.candidates.rows,
        registrations=tables.registrations.rows,
        acquired=tables.acquired.rows,
        groups=tables.groups.rows,
        people=tables.people.rows,
        assignments=tables.assignments.rows,
        attendances=tables.attendances.rows,
        incidents=tables.incidents.rows,
        attributions=tables.attributions.rows,
        draws=tables.draws.rows,
    )
    return session, within(root, findings)


def _accommodations(
    root: Path, referentiel: Referentiel | None, file: ConfigFile, tables: Tables
) -> list[Finding]:
    """Return what is wrong with the accommodations: they are read for that here, and kept by no session."""
    found, source, findings = read_accommodations(root)
    if source is None or findings or referentiel is None:
        return findings
    groups = {
        epreuve.id: any(part.carrier == "group" for part in epreuve.parts)
        or any(member.epreuve == epreuve.id for member in tables.groups.rows)
        for epreuve in referentiel.epreuves
        if epreuve.id in file.readable.epreuves
    }
    return list(check_accommodations(found, source, tables.candidates.keys, groups))


def _absolute(folder: Path) -> Path:
    return Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links and rename what the user typed


def _referentiel(file: ConfigFile, workspace: Path) -> tuple[Referentiel | None, Path | None, list[Finding]]:
    """Return the référentiel named, or what stands in the way; a missing key is told elsewhere."""
    if file.referentiel is None:
        return None, None, []
    try:
        folder = find_referentiel(file.referentiel, workspace)
        return load_referentiel(folder), folder, []
    except KitError as error:
        place = file.place("referentiel")
        return None, None, [_placed(finding, place.file, place.line) for finding in error.findings]


def _placed(finding: Finding, file: str | None, line: int | None) -> Finding:
    if finding.where.file is not None:
        return finding
    return replace(finding, where=replace(finding.where, file=file, line=line, field="referentiel"))


def _single_parts(referentiel: Referentiel | None) -> dict[str, str]:
    epreuves = referentiel.epreuves if referentiel else ()
    return {epreuve.id: epreuve.parts[0].id for epreuve in epreuves if len(epreuve.parts) == 1}


def _reglement_file(root: Path, config: SessionConfig, referentiel_folder: Path) -> Path:
    if config.reglement is None:
        return referentiel_folder / "reglement.yaml"
    return root / config.reglement


__all__ = [
    "CONFIG", "Examined", "Session", "check_session", "examine_session", "is_current", "open_session",
]  # fmt: skip
