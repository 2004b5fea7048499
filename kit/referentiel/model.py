"""What a référentiel says: blocs, activities, tasks, competences, criteria, épreuves and their links.

Nothing here knows a particular certification: how many blocs there are, or how codes look, is data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from kit.errors import Place, UnknownCode
from kit.reading import FrozenModel, nearest

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Lines = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(-[0-9]{1,6})?$")]
Text = Annotated[str, StringConstraints(min_length=1)]


def _check_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise PydanticCustomError("kit", "regex", {"code": "field.regex", "value": text}) from None
    return text


Regex = Annotated[str, AfterValidator(_check_regex)]

Evidence = Literal["written", "oral", "observed"]
Carrier = Literal["group", "candidate"]
Role = Literal["principal", "shared"]
Confidence = Literal["proved", "strong", "plausible", "weak"]
Kind = Literal["etude_de_cas", "cas_pratique", "mise_en_situation", "questionnaire"]
Work = Literal["individuel", "groupe"]
Production = Literal["ecrite", "orale", "multimedia"]


def natural_key(code: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key that puts CE1.2 before CE1.10.

    >>> sorted(["CE1.10", "CE1.2", "C9"], key=natural_key)
    ['C9', 'CE1.2', 'CE1.10']
    """
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in re.split(r"(\d+)", code) if p)


class Sourced(FrozenModel):
    """A wording read from the official source: exact to the character, with the lines it stands on."""

    source_text: Text
    lines: tuple[Lines, ...] = Field(min_length=1)
    shown_text: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _correction_is_explained(self) -> Self:
        if self.shown_text is not None and self.note is None:
            raise PydanticCustomError("kit", "note", {"code": "shown_text.note", "value": self.shown_text})
        return self

    @property
    def text(self) -> str:
        """The wording shown to users: the official one, unless a corrected one was added with its note."""
        return self.shown_text or self.source_text


class Task(Sourced):
    """A task (T) of an activity."""

    id: Code


class Activity(Sourced):
    """An activity (A) of a bloc, with its tasks."""

    id: Code
    tasks: tuple[Task, ...] = ()


class Bloc(Sourced):
    """A bloc de compétences: what can be acquired by itself."""

    id: Code
    optional: bool = False
    activities: tuple[Activity, ...] = ()


class TaskLink(FrozenModel):
    """A competence's link to a task, with how sure the source lets us be."""

    task: Code
    confidence: Confidence
    why: str | None = None


class Competence(Sourced):
    """A competence (C) of a bloc."""

    id: Code
    bloc: Code
    activity: Code | None = None
    tasks: tuple[TaskLink, ...] = ()


class Criterion(Sourced):
    """An assessment criterion (CE) of a competence. `core` is the certifier's word on the métier's heart."""

    id: Code
    competence: Code
    core: bool | None = None
    tags: tuple[str, ...] = ()


class Paragraph(Sourced):
    """A paragraph of a statement."""

    id: Code


class Statement(Sourced):
    """A passage of the source that is neither competence nor criterion: its heading, and its paragraphs."""

    id: Code
    paragraphs: tuple[Paragraph, ...] = ()


class Unclaimed(FrozenModel):
    """Lines of the source that carry no content of their own (repeated headers, addresses), and why."""

    lines: tuple[Lines, ...]
    why: Text


class Source(FrozenModel):
    """Where the wording comes from and who owns it.

    `file` is relative to the référentiel's folder. `label` is a regular expression for what opens the wording
    of blocs, activities, tasks, competences and criteria (code, bullet, dash); its group `code`, when it has
    one, is how the element's id ends.
    """

    file: Text
    label: Regex | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    certifier: Text
    attribution: Text
    furniture: tuple[Unclaimed, ...] = ()


class Part(FrozenModel):
    """A part of an épreuve: what is collected together (a paper, an interview)."""

    id: Code
    label: Text
    evidence: Evidence
    carrier: Carrier = "candidate"


class LinkTerms(FrozenModel):
    """What a link says besides its criterion. `when` says for which drawn parameters it holds."""

    role: Role = "principal"
    part: Code
    carrier: Carrier
    evidence: Evidence
    confidence: Confidence
    why: Text | None = None
    when: Mapping[str, tuple[str, ...]] | None = None


class Link(LinkTerms):
    """How an épreuve assesses a criterion."""

    criterion: Code

    def holds(self, parameters: Mapping[str, object]) -> bool:
        """Tell whether the link holds for a subject drawn with these parameters."""
        return all(str(parameters.get(name)) in values for name, values in (self.when or {}).items())


class Epreuve(FrozenModel):
    """An épreuve: its official brief, its form, its parts, and its links to criteria (mapping retained)."""

    id: Code
    bloc: Code
    kind: Kind
    title: Text
    title_lines: tuple[Lines, ...]
    form: Text
    form_lines: tuple[Lines, ...]
    brief: Text
    brief_lines: tuple[Lines, ...]
    work: tuple[Work, ...]
    production: tuple[Production, ...]
    deliverables: tuple[Text, ...] = ()
    parts: tuple[Part, ...]
    links: tuple[Link, ...] = ()
    note: str | None = None
    language: str = Field(default="fr", description="language the candidate works in (BCP 47)")

    @property
    def short_title(self) -> str:
        """The title without the kind of épreuve that opens it and without a final full stop."""
        return self.title.partition(" : ")[2].rstrip(".") or self.title

    def part(self, part_id: str) -> Part:
        """Return a part by id.

        Raises:
            UnknownCode: the épreuve has no such part.
        """
        return _find(self.parts, part_id, "part.unknown", epreuve=self.id)

    def criteria(self, role: Role | None = None) -> tuple[str, ...]:
        """Return the ids of the criteria linked to the épreuve, in natural order."""
        ids = {link.criterion for link in self.links if role in (None, link.role)}
        return tuple(sorted(ids, key=natural_key))


class Referentiel(FrozenModel):
    """A certification's référentiel, with its épreuves under the mapping retained by the certifier."""

    slug: Slug
    version: Text
    title: str | None = None
    rncp: str | None = None
    level: str | None = None
    language: str = "fr"
    source: Source
    statements: tuple[Statement, ...] = ()
    blocs: tuple[Bloc, ...]
    competences: tuple[Competence, ...]
    criteria: tuple[Criterion, ...]
    epreuves: tuple[Epreuve, ...] = ()
    mapping: str = Field(default="", description="id of the mapping retained")

    def bloc(self, code: str) -> Bloc:
        """Return a bloc by id. Raises UnknownCode."""
        return _find(self.blocs, code, "bloc.unknown")

    def competence(self, code: str) -> Competence:
        """Return a competence by id. Raises UnknownCode."""
        return _find(self.competences, code, "competence.unknown")

    def criterion(self, code: str) -> Criterion:
        """Return a criterion by id. Raises UnknownCode."""
        return _find(self.criteria, code, "criterion.unknown")

    def epreuve(self, code: str) -> Epreuve:
        """Return an épreuve by id. Raises UnknownCode."""
        return _find(self.epreuves, code, "epreuve.unknown")

    def criteria_of(self, competence: str) -> tuple[Criterion, ...]:
        """Return the criteria of a competence, in natural order."""
        found = (item for item in self.criteria if item.competence == competence)
        return tuple(sorted(found, key=lambda item: natural_key(item.id)))

    def competences_of(self, bloc: str) -> tuple[Competence, ...]:
        """Return the competences of a bloc, in natural order."""
        found = (item for item in self.competences if item.bloc == bloc)
        return tuple(sorted(found, key=lambda item: natural_key(item.id)))

    def bloc_of(self, criterion: str) -> str:
        """Return the id of the bloc a criterion belongs to."""
        return self.competence(self.criterion(criterion).competence).bloc

    def principal_epreuves(self, criterion: str) -> tuple[str, ...]:
        """Return the épreuves that assess a criterion as principal."""
        return tuple(e.id for e in self.epreuves if criterion in e.criteria("principal"))

    @property
    def is_specimen(self) -> bool:
        """Whether official facts (title, RNCP number, level) are unknown: documents then say SPÉCIMEN."""
        return not (self.title and self.rncp and self.level)


Coded = TypeVar("Coded", Bloc, Competence, Criterion, Epreuve, Part)


def _find(items: tuple[Coded, ...], code: str, message: str, **fields: str) -> Coded:
    for item in items:
        if item.id == code:
            return item
    near = nearest(code, [item.id for item in items]) or [item.id for item in items][:12]
    raise UnknownCode.of(message, Place(), code=code, near=near, **fields)
