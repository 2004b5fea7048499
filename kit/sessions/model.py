"""What the files of a session folder say, as frozen values.

Keys of `session.yaml` are the names of the fields. Columns of the CSV files are French; each row class names
its columns by alias, in the order of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from kit.reading import FrozenModel
from kit.referentiel import Reglement
from kit.referentiel.model import Slug
from kit.referentiel.reglement import Exact, Participation
from kit.sessions.values import (
    Counting,
    Day,
    Digest,
    Filled,
    Fixed,
    Identifier,
    Line,
    LocalMoment,
    Minutes,
    Paragraph,
    RelativePath,
    RoleWord,
    Sole,
    StoreAddress,
    TimeOfDay,
    YesNo,
    Zone,
    refuse,
)

Version = Literal["principal", "secours", "rattrapage"]
Mode = Literal["surveille", "depot", "oral"]
RoleName = Literal[
    "correcteur", "examinateur", "jury_president", "jury_membre",
    "formateur", "recuse", "surveillant", "responsable", "referent_handicap",
]  # fmt: skip
Role = Annotated[RoleName, RoleWord]

VERSIONS: tuple[Version, ...] = get_args(Version)
JURY_ROLES: frozenset[RoleName] = frozenset({"jury_president", "jury_membre"})
MAX_VARIANTS = 5_000
"""Of a version: more than one subject for each candidate of a large network is a typing error."""
FIRST_YEAR, LAST_YEAR = 2000, 2199
"""An examination outside these years is a typing error; near the ends of the calendar, sums overflow."""


def is_exam_year(day: date) -> bool:
    """Tell whether an examination can be that day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


__all__ = [
    "Acquired", "Assignment", "Attendance", "Attribution", "Candidate", "Draw", "EpreuvePlan", "Incident", "Member",
    "Mode", "PartPlan", "Person", "Registration", "Reglement", "Resits", "Role", "RoleName", "Row", "SessionConfig",
    "Version",
]  # fmt: skip


class PartPlan(FrozenModel):
    """When and how a part of an épreuve is sat.

    Written under watch (`surveille`) it has a date, a start and a duration; handed in (`depot`) it has a
    deadline, and a date and start when the subject is given out at a set time; an `oral` has a date, a start
    and a slot, the minutes from one candidate to the next, and a duration when that differs from the slot.
    """

    id: Identifier
    mode: Mode
    date: Day | None = None
    start: TimeOfDay | None = None
    duration: Minutes | None = None
    deadline: LocalMoment | None = None
    slot: Minutes | None = None
    anonymous: YesNo = False

    @model_validator(mode="after")
    def _fields_of_the_mode(self) -> Self:
        needed, refused = _BY_MODE[self.mode]
        missing = [name for name in needed if getattr(self, name) is None]
        extra = [name for name in refused if getattr(self, name) is not None]
        if missing:
            refuse("session.part.needs", mode=self.mode, part=self.id, names=missing)
        if extra:
            refuse("session.part.excludes", mode=self.mode, part=self.id, names=extra)
        for name in ("date", "deadline"):
            day = getattr(self, name)
            if day is not None and not is_exam_year(day):
                refuse("session.part.year", name=name, part=self.id, year=day.year)
        if self.start is not None and self.date is None:
            refuse("session.part.needs", mode=self.mode, part=self.id, names=["date"])
        if self.mode == "oral" and self.anonymous:
            refuse("session.part.oral_anonymous", part=self.id)
        if self.deadline is not None and self.begins is not None and self.deadline <= self.begins:
            refuse("session.part.deadline_first", part=self.id)
        return self

    @property
    def begins(self) -> datetime | None:
        """The local moment the part begins, when it has a date and a start."""
        return None if self.date is None or self.start is None else datetime.combine(self.date, self.start)

    @property
    def ends(self) -> datetime | None:
        """The local moment the part ends for a candidate without extra time; None for an oral."""
        if self.mode == "depot":
            return self.deadline
        if self.mode == "oral" or self.begins is None or self.duration is None:
            return None
        return self.begins + timedelta(minutes=self.duration)


_BY_MODE: Mapping[Mode, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "surveille": (("date", "start", "duration"), ("deadline", "slot")),
    "depot": (("deadline",), ("duration", "slot")),
    "oral": (("date", "start", "slot"), ("deadline",)),
}


class EpreuvePlan(FrozenModel):
    """What a session gives of an épreuve: the template, the versions, the variants of each, the parts."""

    template: Slug
    versions: Annotated[tuple[Version, ...], Field(max_length=3), Filled, Sole] = ("principal",)
    variants: Annotated[Counting, Field(le=MAX_VARIANTS)] = 1
    parts: Annotated[tuple[PartPlan, ...], Field(max_length=20), Filled]
    parameters: Mapping[str, Fixed] = {}

    @property
    def first_day(self) -> date:
        """The first day anything of it is sat or handed in."""
        days = (part.date or (part.deadline and part.deadline.date()) for part in self.parts)
        return min(day for day in days if day is not None)

    def part(self, part_id: str) -> PartPlan | None:
        """Return the plan of a part, or None when the session does not schedule it."""
        return next((part for part in self.parts if part.id == part_id), None)

    def version_for(self, attempt: int) -> Version:
        """Return the version a candidate sits: the rattrapage, if any, from the second attempt on."""
        wanted: Version = "rattrapage" if attempt > 1 else "principal"
        for version in (wanted, *VERSIONS):
            if version in self.versions:
                return version
        return self.versions[0]


def _deliberated(day: date) -> date:
    if not is_exam_year(day):
        refuse("session.resit.year", date=day.isoformat())
    return day


class Resits(FrozenModel):
    """The session that this one gives a second chance to: its id, its jury's day, the hash of its signed PV."""

    session: Identifier
    deliberated: Annotated[Day, AfterValidator(_deliberated)]
    pv: Digest


class SessionConfig(FrozenModel):
    """What `session.yaml` holds. `store` shows no password in any text made of it.

    A `mock` exam is drawn from practice forms, with seeds of its own; nothing is issued or signed of it.
    """

    id: Identifier
    centre: Line
    timezone: Zone
    referentiel: Slug
    reglement: RelativePath | None = None
    demo: YesNo = False
    mock: YesNo = False
    store: StoreAddress | None = None
    resits: Resits | None = None
    epreuves: Annotated[Mapping[Identifier, EpreuvePlan], Field(max_length=100), Filled]

    @model_validator(mode="after")
    def _mock_certifies_nothing(self) -> Self:
        if self.mock and self.resits is not None:
            refuse("session.mock_resits")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the centre."""
        return ZoneInfo(self.timezone)

    @property
    def origin(self) -> str:
        """The session whose subjects these are: a rattrapage is the one prepared with the session it resits."""
        return self.id if self.resits is None else self.resits.session


class Row(FrozenModel):
    """A row of a CSV file. `file` is the file's name; the aliases of the fields are its columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    file: ClassVar[str]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the columns of the file, in order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    def cells(self) -> tuple[str, ...]:
        """Return the row as it is written, an empty cell where there is nothing."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(_cell(value) for value in values)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return str(value)


class Candidate(Row):
    """A candidate. `route` is the voie d’accès as typed: it decides nothing here."""

    file: ClassVar[str] = "candidats.csv"
    id: Identifier
    last_name: Line = Field(alias="nom")
    first_name: Line = Field(alias="prenom")
    birth_date: Day | None = Field(default=None, alias="naissance")
    email: Line | None = None
    route: Line | None = Field(default=None, alias="voie")
    centre: Line | None = None


class Member(Row):
    """A candidate's place in a group, for one épreuve."""

    file: ClassVar[str] = "groupes.csv"
    epreuve: Identifier
    group: Identifier = Field(alias="groupe")
    candidate: Identifier = Field(alias="candidat")


class Registration(Row):
    """A candidate's inscription to an épreuve; the attempt is 1 the first time."""

    file: ClassVar[str] = "inscriptions.csv"
    candidate: Identifier = Field(alias="candidat")
    epreuve: Identifier
    attempt: Counting = Field(default=1, alias="tentative")


class Acquired(Row):
    """What a candidate brings from an earlier session: a bloc, or what the règlement keeps inside a failed one.

    `code` is that of a bloc, of a competence or of an épreuve; an épreuve comes with its exact `mark`, a competence
    may. `pv` is the hash of the PV that says so.
    """

    file: ClassVar[str] = "acquis.csv"
    candidate: Identifier = Field(alias="candidat")
    code: Identifier
    on: Day = Field(alias="date")
    session: Identifier
    referentiel: Line
    pv: Digest
    mark: Exact | None = Field(default=None, alias="note")


class Person(Row):
    """Somebody who takes part without being a candidate. `external` None means nobody said."""

    file: ClassVar[str] = "intervenants.csv"
    id: Identifier
    name: Line = Field(alias="nom")
    role: Role | None = None
    capacity: Line | None = Field(default=None, alias="qualite")
    external: YesNo | None = Field(default=None, alias="externe")
    centre: Line | None = None


class Assignment(Row):
    """What somebody does in this session.

    An empty `epreuve` means all of them, an empty `candidate` all candidates. A `recuse` declared a conflict of
    interest: he does not decide of that candidate. `rank` tells the first marker of a copy from the second (double
    marking) and the third (who settles). Who is named for a candidate marks him instead of who has them all.
    """

    file: ClassVar[str] = "affectations.csv"
    person: Identifier = Field(alias="intervenant")
    role: Role
    epreuve: Identifier | None = None
    rank: Annotated[Counting, Field(le=3)] | None = Field(default=None, alias="rang")
    candidate: Identifier | None = Field(default=None, alias="candidat")

    @property
    def marking_rank(self) -> int:
        """The rank, 1 when the cell is empty."""
        return self.rank or 1


class Attendance(Row):
    """A candidate's participation in a part: the state, the version handed out, what happened."""

    file: ClassVar[str] = "presences.csv"
    epreuve: Identifier
    part: Identifier = Field(alias="partie")
    candidate: Identifier = Field(alias="candidat")
    state: Participation = Field(alias="etat")
    version: Version | None = None
    incident: Paragraph | None = None


class Incident(Row):
    """What happened in the session that the jury must know: a late subject, an erratum, a power cut.

    An empty `epreuve` means the whole session; an empty `candidate` everybody who sat it.
    """

    file: ClassVar[str] = "incidents.csv"
    on: Day = Field(alias="date")
    epreuve: Identifier | None = None
    part: Identifier | None = Field(default=None, alias="partie")
    candidate: Identifier | None = Field(default=None, alias="candidat")
    text: Annotated[Paragraph, Field(min_length=1)] = Field(alias="recit")


class Attribution(Row):
    """Which version and variant a copy carries, under which number. It has a `group` or a `candidate`."""

    file: ClassVar[str] = "attribution.csv"
    epreuve: Identifier
    part: Identifier = Field(alias="partie")
    group: Identifier | None = Field(default=None, alias="groupe")
    candidate: Identifier | None = Field(default=None, alias="candidat")
    version: Version
    variant: Counting
    number: Counting = Field(alias="copie")

    @model_validator(mode="after")
    def _one_holder(self) -> Self:
        if (self.group is None) == (self.candidate is None):
            refuse("session.attribution.holder")
        return self

    @property
    def kind(self) -> Literal["individual", "group"]:
        """Whether the copy is a candidate's or a group's."""
        return "individual" if self.group is None else "group"

    @property
    def holder(self) -> str:
        """The id of the candidate or of the group."""
        return self.candidate or self.group or ""


class Draw(Row):
    """How many times a variant was drawn: more than 1 when the register refused an earlier draw."""

    file: ClassVar[str] = "tirages.csv"
    epreuve: Identifier
    version: Version
    variant: Counting
    draw: Counting
