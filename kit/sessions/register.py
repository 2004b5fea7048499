"""The register of a workspace: which subjects were given, where and when, so that none is given twice.

It holds answers: it lies in `WORKSPACE/.kit/register.jsonl`, readable by its owner alone, and only ever grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kit.cases.uses import Use
from kit.errors import Finding, InvalidFile, Place, Severity
from kit.reading import FrozenModel, read_text
from kit.referentiel import parse_exact
from kit.referentiel.reglement import Exact
from kit.sessions.model import Version
from kit.writing import PRIVATE, write_text

REGISTER = Path(".kit", "register.jsonl")
RECENT = 3
"""Sessions back that a new subject is compared with."""


class Figure(FrozenModel):
    """An answer of a subject: its question, its exact value, the tolerance."""

    question: str
    name: str
    value: Exact
    tolerance: Exact


class Imprint(FrozenModel):
    """What a build says of one of its subjects, beside its corrigé, to be compared with what was issued."""

    template: str
    approved: bool
    draw: int
    forms: Mapping[str, str]
    profile: Mapping[str, Any]
    signature: str
    figures: tuple[Figure, ...]
    use: Use = "exam"


class Issued(FrozenModel):
    """A subject that was given."""

    session: str
    epreuve: str
    version: Version
    variant: int
    on: date
    imprint: Imprint

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Which subject of which session."""
        return (self.session, self.epreuve, self.version, self.variant)

    @property
    def label(self) -> str:
        """Its name in messages: « E2, principal 1 »."""
        return f"{self.epreuve}, {self.version} {self.variant}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a register says of subjects about to be issued.

    Attributes:
        refused: subjects that were given already, or twice in their own session: they must be drawn again.
        findings: why, and what is merely close.
        new: what the register does not hold yet.
    """

    refused: tuple[Issued, ...]
    findings: tuple[Finding, ...]
    new: tuple[Issued, ...]


def read_register(workspace: Path) -> tuple[Issued, ...]:
    """Return what was issued, oldest first.

    Raises:
        InvalidFile: lines that cannot be read, all of them.
    """
    path = workspace / REGISTER
    if not path.exists():
        return ()
    found: list[Issued] = []
    findings: list[Finding] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            found.append(Issued.model_validate_json(line))
        except ValidationError:
            findings.append(Finding("register.unreadable", Place(str(path), number)))
    if findings:
        raise InvalidFile(*findings)
    return tuple(found)


def add_to_register(workspace: Path, new: Iterable[Issued]) -> None:
    """Add subjects to the register, all of them or none."""
    rows = [*read_register(workspace), *new]
    path = workspace / REGISTER
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(f"{row.model_dump_json()}\n" for row in rows), PRIVATE)


def compare(wanted: Sequence[Issued], register: Sequence[Issued], resits: str | None = None) -> Comparison:
    """Return what a register says of the subjects of one session. A session never collides with itself rebuilt.

    Args:
        wanted: its subjects.
        register: what was issued.
        resits: the session it is the rattrapage of: the subjects prepared there for that are meant to be given here.
    """
    register = [row for row in register if (row.session, row.version) != (resits, "rattrapage")]
    refused: list[Issued] = []
    findings: list[Finding] = []
    seen: dict[str, Issued] = {}
    for subject in wanted:
        before = seen.setdefault(subject.imprint.signature, subject)
        taken = next((row for row in register if _collides(subject, row)), None)
        if taken is not None:
            refused.append(subject)
            findings.append(Finding("register.already_issued", Place(), _named(subject, taken)))
        elif before is not subject:
            refused.append(subject)
            fields = {"variant": subject.label, "other": before.label}
            findings.append(Finding("register.same_in_session", Place(), fields))
        else:
            findings += _too_close(subject, register)
    known = {(*row.key, row.imprint.signature) for row in register}
    new = tuple(row for row in wanted if (*row.key, row.imprint.signature) not in known)
    return Comparison(tuple(refused), tuple(findings), new)


def _collides(subject: Issued, row: Issued) -> bool:
    return row.session != subject.session and row.imprint.signature == subject.imprint.signature


def _named(subject: Issued, row: Issued) -> dict[str, Any]:
    return {
        "variant": subject.label, "session": row.session, "epreuve": row.epreuve, "version": row.version,
        "number": row.variant, "on": f"{row.on:%d/%m/%Y}",
    }  # fmt: skip


def _too_close(subject: Issued, register: Sequence[Issued]) -> Iterator[Finding]:
    sessions = [row.session for row in reversed(register) if row.session != subject.session]
    recent = list(dict.fromkeys(sessions))[:RECENT]
    for row in register:
        if row.session in recent and row.epreuve == subject.epreuve and _alike(subject.imprint, row.imprint):
            yield Finding("register.too_close", Place(), _named(subject, row), Severity.WARNING)


def _alike(one: Imprint, other: Imprint) -> bool:
    """Whether two subjects have the same template, forms and profile, and the same answers within tolerance."""
    if (one.template, one.forms, one.profile) != (other.template, other.forms, other.profile):
        return False
    values = {(figure.question, figure.name): parse_exact(figure.value) for figure in other.figures}
    if set(values) != {(figure.question, figure.name) for figure in one.figures}:
        return False
    return all(
        abs(parse_exact(figure.value) - values[figure.question, figure.name]) <= parse_exact(figure.tolerance)
        for figure in one.figures
    )
