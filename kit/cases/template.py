"""A case template as it stands in its file: front matter, parameters, cells. Nothing is executed here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kit.cases.conditions import Condition, read_condition, situations
from kit.cases.front_matter import Announced, FrontMatter, announced
from kit.cases.magic_lines import MagicCell, read_cell
from kit.cases.notebook_file import read_notebook, source_of
from kit.cases.parameters import Parameter, check_defaults, read_parameters
from kit.cases.stray_magics import stray_magics
from kit.errors import Finding, InvalidFile, Place, Severity, UnknownCode
from kit.package_data import shipped
from kit.reading import nearest, parse_yaml, validate

NOTEBOOK = "case.ipynb"
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a template. `number` counts from 1, as people do. `form` is the dossier form it belongs to."""

    number: int
    type: str
    source: str
    tags: tuple[str, ...]
    magic: MagicCell | None
    dossier: str | None
    form: str | None


@dataclass(frozen=True, slots=True)
class CaseTemplate:
    """A template, read. `findings` holds what is wrong with the file itself.

    `front` is None when something of the front matter is wrong; `announced` is then what is still readable of it.
    """

    slug: str
    path: Path
    front: FrontMatter | None
    announced: Announced
    parameters: tuple[Parameter, ...]
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]
    notebook: Mapping[str, Any]

    @property
    def header(self) -> FrontMatter:
        """The front matter of a template that is sound.

        Raises:
            InvalidFile: the template has errors.
        """
        if self.front is None or any(f.severity is Severity.ERROR for f in self.findings):
            raise InvalidFile(*self.findings)
        return self.front

    def forms(self, pool: str, values: Mapping[str, Any] = MappingProxyType({})) -> dict[str, list[str]]:
        """Return the forms of each dossier in a pool, in the order they are written.

        Args:
            pool: `examen` or `entrainement`.
            values: values of parameters; the forms that stand for others are left out, and a dossier none of
                whose forms, of any pool, stands for them.
        """
        found: dict[str, list[str]] = {}
        for cell in self._openings():
            condition = read_condition(cell.magic.line.options.get("si")) if cell.magic else None
            if cell.magic is None or cell.dossier is None or (condition and not condition.holds(values)):
                continue
            forms = found.setdefault(cell.dossier, [])
            if cell.magic.line.options.get("pool", "examen") == pool and cell.form:
                forms.append(cell.form)
        return found

    @property
    def conditions(self) -> dict[tuple[str | None, str | None], Condition]:
        """The condition of each form of a dossier that has one, by dossier and form."""
        found = {}
        for cell in self._openings():
            condition = read_condition(cell.magic.line.options.get("si")) if cell.magic else None
            if condition is not None:
                found[cell.dossier, cell.form] = condition
        return found

    def situations(self, *names: str) -> tuple[dict[str, Any], ...]:
        """Return every choice of values of the parameters that conditions, or these names, depend on."""
        depended = {condition.parameter for condition in self.conditions.values()}
        return tuple(situations({*depended, *names}, self.parameters))

    def _openings(self) -> Iterator[Cell]:
        """Yield the cells that open a form of a dossier."""
        for cell in self.cells:
            if cell.magic is not None and cell.magic.line.name == "dossier" and cell.dossier:
                yield cell

    @property
    def content_hash(self) -> str:
        """SHA-256 of what the template says: the cells' types and sources, without the approval records."""
        cells = [(cell.type, cell.source) for cell in self.cells[1:]]
        front = (
            self.front.model_dump(mode="json", exclude={"reviewed", "tested", "approved"})
            if self.front
            else {}
        )
        return hashlib.sha256(json.dumps([front, cells], sort_keys=True).encode()).hexdigest()


def template_folders(workspace: Path | None = None) -> dict[str, Path]:
    """Return the notebooks of the known templates by slug: the workspace's own first, then the shipped ones."""
    roots = [shipped("case_templates")]
    if workspace is not None:
        roots.insert(0, workspace / "case_templates")
    found: dict[str, Path] = {}
    for root in roots:
        for path in sorted(root.glob(f"*/{NOTEBOOK}")) if root.is_dir() else ():
            found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))


def find_template(name: str, workspace: Path | None = None) -> Path:
    """Return the notebook of a template given by slug, folder or notebook path.

    Raises:
        UnknownCode: nothing of that name.
    """
    known = template_folders(workspace)
    if name in known:
        return known[name]
    path = Path(name)
    try:
        if path.is_dir() and (path / NOTEBOOK).is_file():
            return path / NOTEBOOK
        if path.is_file() and path.suffix == ".ipynb":
            return path
    except OSError:  # a name longer than the system takes
        pass
    raise UnknownCode.of("case.not_found", Place(), code=name, near=nearest(name, known) or list(known))


def load_template(path: Path) -> CaseTemplate:
    """Return the template of a notebook; problems of its content are in its `findings`.

    Raises:
        InvalidFile: the file is missing, is no notebook at all, or has malformed cells.
    """
    notebook = read_notebook(path)
    slug = path.parent.name if path.name == NOTEBOOK else path.stem
    cells = tuple(_cells(notebook["cells"]))
    front, written, findings = _front_matter(cells, str(path))
    parameters, more = _parameters(cells, str(path))
    findings += more
    findings += _named_parameters(written, parameters, str(path))
    findings += [
        Finding(found.code, Place(str(path), cell=cell.number), found.fields)
        for cell in cells
        for found in stray_magics(cell.source, cell.type)
    ]
    return CaseTemplate(slug, path, front, written, parameters, cells, tuple(findings), notebook)


def _cells(raw: Sequence[dict[str, Any]]) -> Iterator[Cell]:
    dossier = form = None
    for number, cell in enumerate(raw, start=1):
        source = source_of(cell)
        magic = read_cell(source) if cell["cell_type"] == "code" else None
        if magic is not None and magic.line.name == "dossier":
            dossier = magic.line.words.get("id")
            form = magic.line.options.get("forme", "a")
        tags = tuple(cell.get("metadata", {}).get("tags", ()))
        if "commun" in tags:
            dossier = form = None
        yield Cell(number, cell["cell_type"], source, tags, magic, dossier, form)


def _front_matter(cells: tuple[Cell, ...], file: str) -> tuple[FrontMatter | None, Announced, list[Finding]]:
    match = _FRONT.match(cells[0].source) if cells and cells[0].type == "raw" else None
    if match is None:
        return None, Announced(), [Finding("case.front_matter_missing", Place(file, cell=1))]
    written = announced(match[1])
    try:
        return validate(FrontMatter, parse_yaml(match[1], file, first_line=2), file), written, []
    except InvalidFile as error:
        findings = [
            Finding(f.code, Place(file, f.where.line, f.where.field, cell=1), f.fields, f.severity)
            for f in error.findings
        ]
        return None, written, findings


def _parameters(cells: tuple[Cell, ...], file: str) -> tuple[tuple[Parameter, ...], list[Finding]]:
    tagged = [cell for cell in cells if "parameters" in cell.tags]
    if len(tagged) != 1:
        code = "case.parameters_several" if tagged else "case.parameters_missing"
        return (), [Finding(code, Place(file, cell=tagged[1].number if tagged else None))]
    where = Place(file, cell=tagged[0].number)
    parameters, findings = read_parameters(tagged[0].source, where)
    findings += check_defaults(parameters, where)
    if not any(parameter.name == "seed" and parameter.type is int for parameter in parameters):
        findings.append(Finding("case.seed_missing", where))
    return parameters, findings


def _named_parameters(written: Announced, parameters: tuple[Parameter, ...], file: str) -> Iterator[Finding]:
    """Yield the parameters the front matter names that do not exist, or that cannot vary from list to list."""
    by_name = {parameter.name: parameter for parameter in parameters}
    known = list(by_name) or ["—"]
    for field, names in (("parameters", written.parameters), ("varies", written.varies)):
        where = Place(file, cell=1, field=field)
        for name in names:
            if name not in by_name:
                yield Finding("parameter.unknown", where, {"name": name, "known": known})
            elif field == "varies" and name == "seed":
                yield Finding("case.seed_varies", where)
            elif field == "varies" and not by_name[name].choices:
                yield Finding("case.no_choices", where, {"name": name}, Severity.WARNING)
