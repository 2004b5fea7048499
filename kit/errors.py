"""What can go wrong, sorted by who must act.

    KitError                 its text is French, meant for the person at the keyboard
      AuthorError            the author can mend a file
        InvalidFile          holds every problem of one or more files
        UnknownCode          a code was asked for that does not exist
        CaseFailed           a cell of a case template raised
      MarkingError           the marker can mend a mark
      EnvironmentFault       disk, rights, fonts or the typesetter refused
    KitBug                   a fault of ours: never shown without its traceback, not a KitError

A problem in somebody's work is data, a `Finding`; the exceptions only carry findings out of a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kit.messages import remedy, sentence


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning is shown, information is only told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands. Every part is optional; `str()` gives the French wording."""

    file: str | None = None
    line: int | None = None
    field: str | None = None
    cell: int | None = None
    item: str | None = None

    def __str__(self) -> str:
        parts = [
            self.file,
            None if self.line is None else f"ligne {self.line}",
            None if self.cell is None else f"cellule {self.cell}",
            self.item,
            None if self.field is None else f"champ « {self.field} »",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: a code of `kit.messages`, the place, and the values its sentence needs."""

    code: str
    where: Place = Place()
    fields: dict[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR

    @property
    def message(self) -> str:
        """What was found, in French."""
        return sentence(self.code, **self.fields)

    @property
    def remedy(self) -> str:
        """What to do about it, in French."""
        return remedy(self.code, **self.fields)

    def __str__(self) -> str:
        place = str(self.where)
        head = f"{place} : {self.message}" if place else self.message
        return f"{head} {self.remedy}".rstrip()


class KitError(Exception):
    """Something the user can act on. Its findings hold every problem met, not only the first."""

    def __init__(self, *findings: Finding) -> None:
        self.findings: tuple[Finding, ...] = findings
        super().__init__("\n".join(str(finding) for finding in findings))

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in a notebook instead of a traceback: the sentences alone."""
        return [str(finding) for finding in self.findings]

    @classmethod
    def of(cls, code: str, where: Place = Place(), /, **fields: Any) -> KitError:
        """Return an error with a single finding."""
        return cls(Finding(code, where, fields))


class AuthorError(KitError):
    """The author of a file can mend it."""


class InvalidFile(AuthorError):
    """One or more files break their rules; all their problems are here."""


class UnknownCode(AuthorError):
    """A code was asked for that does not exist; the nearest existing ones are named."""


class CaseFailed(AuthorError):
    """A cell of a case template raised while it was executed."""


class MarkingError(KitError):
    """A mark that cannot stand."""


class EnvironmentFault(KitError):
    """The machine refused: disk, rights, a missing tool, the typesetter."""


class KitBug(AssertionError):
    """Our own fault. Shown with its traceback so that it can be reported."""


def raise_for(findings: Iterable[Finding], kind: type[KitError] = InvalidFile) -> None:
    """Raise `kind` with all `findings` when at least one of them is an error.

    Raises:
        KitError: of the given kind, holding every finding of severity error.
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise kind(*errors)
