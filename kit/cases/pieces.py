"""What a case template can say: the pieces its magics and calls emit, and their JSON.

Each piece is one display of the executed notebook, under `MIME`. The executed notebook is the only
interchange between a template and the rest of the kit: nothing is parsed out of prose, nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from kit.cases.magic_lines import read_cell
from kit.cases.notebook_file import source_of
from kit.errors import Finding, Place, raise_for
from kit.reading import FrozenModel, findings_of
from kit.referentiel import natural_key
from kit.referentiel.model import Carrier, Code
from kit.referentiel.reglement import Exact, exact_text, parse_exact

MIME = "application/vnd.kit.piece+json"
"""Private MIME type of a piece; JupyterLab shows the Markdown beside it and passes this one over."""

Pool = Literal["examen", "entrainement"]
Audience = Literal["candidat", "examinateur", "correcteur"]


class Context(FrozenModel):
    """The firm, the role, the date of the fiction."""

    kind: Literal["contexte"] = "contexte"
    text: str


class Dossier(FrozenModel):
    """A numbered dossier: a situation that the questions after it belong to."""

    kind: Literal["dossier"] = "dossier"
    id: Code
    title: str
    form: str = "a"
    pool: Pool = "examen"
    points: Exact | None = None
    text: str = ""


class Question(FrozenModel):
    """What is asked, and the points each criterion gets from it."""

    kind: Literal["question"] = "question"
    id: Code
    points: Mapping[Code, Exact] = {}
    part: Code | None = None
    carrier: Carrier | None = None
    minutes: int | None = None
    text: str

    @property
    def total(self) -> str:
        """Exact sum of the points of all its criteria."""
        return exact_text(sum((parse_exact(value) for value in self.points.values()), start=parse_exact("0")))


class Observation(FrozenModel):
    """What the examiner observes: it gives points without a written answer."""

    kind: Literal["observation"] = "observation"
    id: Code | None = None
    points: Mapping[Code, Exact] = {}
    part: Code | None = None
    carrier: Carrier | None = None
    text: str


class Column(FrozenModel):
    """A column of a table annex. Cells are stored as they are shown: exact strings of the rounded number."""

    name: str
    kind: Literal["text", "number"] = "text"
    places: int | None = None
    unit: str | None = None


class TableContent(FrozenModel):
    """A table: what is printed and what the CSV and XLSX of the annexes hold, one source for all."""

    type: Literal["table"] = "table"
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[tuple[str | None, ...], ...]
    row_headers: bool = True


class FigureContent(FrozenModel):
    """A chart as SVG text, with the text that replaces it, and the data it was drawn from when given."""

    type: Literal["figure"] = "figure"
    svg: str
    alt: str = ""
    data: TableContent | None = None


class TextContent(FrozenModel):
    """A text: an extract, an interview, a set of verbatims."""

    type: Literal["text"] = "text"
    text: str


Content = Annotated[TableContent | FigureContent | TextContent, Field(discriminator="type")]


class Annex(FrozenModel):
    """A numbered, titled, sourced document of the subject."""

    kind: Literal["annexe"] = "annexe"
    id: Code
    title: str
    source: str = ""
    to_return: bool = False
    content: Content


class Answer(FrozenModel):
    """The corrigé of a question: elements expected, points per element."""

    kind: Literal["corrige"] = "corrige"
    question: Code
    text: str


class Accepted(FrozenModel):
    """Other answers to accept for a question."""

    kind: Literal["accepte"] = "accepte"
    question: Code
    text: str


class Indicators(FrozenModel):
    """The observable signs of a criterion in a question, in general or for one level."""

    kind: Literal["indicateurs"] = "indicateurs"
    question: Code
    criterion: Code
    level: Code | None = None
    items: tuple[str, ...]


class Alternative(FrozenModel):
    """Another value to accept, and why (rounded input, other convention)."""

    value: Exact
    why: str


class Expected(FrozenModel):
    """A computed answer of a question. `tolerance` is absolute, in the unit of `value`."""

    kind: Literal["attendu"] = "attendu"
    question: Code
    name: Code
    label: str
    value: Exact
    places: int = 2
    unit: str = ""
    tolerance: Exact = "0"
    formula: str = ""
    alternatives: tuple[Alternative, ...] = ()
    plausible: tuple[Exact, Exact] | None = None


class Sheet(FrozenModel):
    """A sheet for one audience: a role, an observation sheet, instructions.

    `spoken` is the language of a script that an examiner reads aloud, or plays where the kit can speak.
    """

    kind: Literal["fiche"] = "fiche"
    title: str
    audience: Audience
    part: Code | None = None
    spoken: Literal["en", "fr"] | None = None
    text: str


class OralBrief(FrozenModel):
    """What the candidate is told about an oral."""

    kind: Literal["consigne_oral"] = "consigne_oral"
    part: Code | None = None
    text: str


Piece = Annotated[
    Context | Dossier | Question | Observation | Annex | Answer | Accepted | Indicators | Expected | Sheet
    | OralBrief,
    Field(discriminator="kind"),
]  # fmt: skip

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Piece)


@dataclass(frozen=True, slots=True)
class Located:
    """A piece with the cell (from 1) that emitted it."""

    piece: Any
    cell: int


def read_pieces(notebook: Mapping[str, Any], file: str) -> tuple[Located, ...]:
    """Return the pieces of an executed notebook, in order, when it holds all that its cells say.

    Args:
        notebook: the notebook as nbformat 4 data.
        file: its name, for messages.

    Raises:
        InvalidFile: a display claims to be a piece and is not, a cell of ours left no piece (it was never reached),
            or two annexes share a code; all of them are listed.
    """
    found, findings = gather_pieces(notebook, file)
    findings += [*missing_pieces(notebook, file), *annexes_twice(found, file)]
    raise_for(findings)
    return found


def gather_pieces(notebook: Mapping[str, Any], file: str) -> tuple[tuple[Located, ...], list[Finding]]:
    """Return the pieces of a notebook as far as it was executed, and the displays that are no pieces."""
    found: list[Located] = []
    findings: list[Finding] = []
    for cell, data in _displays(notebook):
        try:
            found.append(Located(_ADAPTER.validate_python(data), cell))
        except ValidationError as error:
            for finding in findings_of(error, file):
                where = Place(file, cell=cell, field=finding.where.field)
                findings.append(Finding(finding.code, where, finding.fields))
    return tuple(found), findings


def missing_pieces(notebook: Mapping[str, Any], file: str) -> Iterator[Finding]:
    """Yield the cells of ours that left no piece: a notebook that stops without an error is not a success."""
    for number, cell in enumerate(notebook["cells"], start=1):
        magic = read_cell(source_of(cell)) if cell.get("cell_type") == "code" and "source" in cell else None
        if magic is None:
            continue
        kinds = {data.get("kind") for data in _pieces_of(cell) if isinstance(data, dict)}
        if magic.line.name not in kinds:
            words = magic.line.words
            where = Place(file, cell=_origin(cell, number), item=words.get("id") or words.get("question"))
            yield Finding("piece.missing", where, {"magic": magic.line.name})


def annexes_twice(located: Iterable[Located], file: str) -> Iterator[Finding]:
    """Yield the annexes whose code was given before: A1 and a1 are one name for a spreadsheet and for a disk."""
    first: dict[str, int] = {}
    for item in located:
        if not isinstance(item.piece, Annex):
            continue
        name = item.piece.id.casefold()
        if name in first:
            fields = {"id": item.piece.id, "first": first[name]}
            yield Finding("annexe.twice", Place(file, cell=item.cell, item=item.piece.id), fields)
        first.setdefault(name, item.cell)


def _displays(notebook: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    for number, cell in enumerate(notebook["cells"], start=1):
        for data in _pieces_of(cell):
            yield _origin(cell, number), data


def _pieces_of(cell: Mapping[str, Any]) -> Iterator[Any]:
    for output in cell.get("outputs", ()):
        if MIME in output.get("data", {}):
            yield output["data"][MIME]


def _origin(cell: Mapping[str, Any], number: int) -> int:
    return int(cell.get("metadata", {}).get("kit", {}).get("cell", number))


def by_criterion(points: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return criterion and points in natural order."""
    return sorted(points.items(), key=lambda item: natural_key(item[0]))
