"""The files that a class passes round: a case given, a work shared, what somebody says of it. They hold no answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from kit.cases.uses import Use
from kit.errors import AuthorError, Finding, InvalidFile, Place
from kit.practice.values import Asked, Confidence, Outcome, Role
from kit.reading import FrozenModel, read_text
from kit.writing import PRIVATE, json_text, write_text

_Name = Annotated[
    str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]
_Words = Annotated[str, Field(max_length=20_000)]


class SameCase(FrozenModel):
    """Which case a file is about, and its signature: another one means another state of the template."""

    template: str
    number: Annotated[int, Field(ge=1, le=999_999)]
    use: Use
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    epreuve: str
    title: str
    code: str = ""

    @property
    def asked(self) -> Asked:
        """The case to draw."""
        return Asked(self.template, self.number, self.use)


class GivenFile(FrozenModel):
    """A case that a trainer gives to a class; `code` tells it from the same case given to another."""

    format: Literal[1] = 1
    kind: Literal["given"] = "given"
    case: SameCase


class SharedFigure(FrozenModel):
    """A computed answer and what came of it: never what was typed."""

    question: str
    name: str
    label: str
    outcome: Outcome | None


class SharedLine(FrozenModel):
    """A criterion as the learner judges it. Words are there only when the learner wants them to be."""

    line: str
    criterion: str
    competence: str
    level: str | None
    confidence: Confidence | None
    evidence: _Words = ""
    next_step: _Words = ""


class SharedFile(FrozenModel):
    """A learner's work as he shares it, under the name he chose. `scale` gives the levels, lowest first."""

    format: Literal[1] = 1
    kind: Literal["shared"] = "shared"
    case: SameCase
    name: _Name
    scale: tuple[tuple[str, str], ...]
    lines: tuple[SharedLine, ...]
    figures: tuple[SharedFigure, ...]
    texts: Mapping[str, _Words] = {}


class JudgedLine(FrozenModel):
    """What somebody else says of a criterion."""

    line: str
    level: str | None
    comment: _Words = ""


class JudgedFile(FrozenModel):
    """What a trainer or a peer says of a work that was shared."""

    format: Literal[1] = 1
    kind: Literal["judged"] = "judged"
    case: SameCase
    name: _Name
    by: _Name
    role: Role
    lines: tuple[JudgedLine, ...]


ClassFile = GivenFile | SharedFile | JudgedFile
_ADAPTER: TypeAdapter[ClassFile] = TypeAdapter(Annotated[ClassFile, Field(discriminator="kind")])


def read_class_file(path: Path) -> ClassFile:
    """Return what a file of the class holds.

    Raises:
        InvalidFile: the file is absent, or is none of ours.
    """
    try:
        return _ADAPTER.validate_json(read_text(path))
    except ValidationError as error:
        raise InvalidFile(Finding("practice_class.unreadable", Place(str(path)))) from error


def write_class_file(path: Path, content: ClassFile) -> None:
    """Write a file of the class where there is none yet.

    Raises:
        AuthorError: the file exists.
        EnvironmentFault: the disk refuses.
    """
    if os.path.lexists(path):
        raise AuthorError.of("practice_data.exists", Place(str(path)))
    write_text(path, json_text(content.model_dump(mode="json")), PRIVATE)
