"""A case template as it stands in its file: front matter, parameters, cells. Nothing is executed here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.cases.front_matter import FrontMatter
from kit.cases.magic_lines import MagicCell, foreign_magic, read_cell
from kit.cases.parameters import Parameter, check_defaults, read_parameters
from kit.errors import Finding, InvalidFile, Place, Severity, UnknownCode
from kit.package_data import shipped
from kit.reading import nearest, parse_yaml, read_text, validate

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
    """A template, read. `findings` holds what is wrong with the file itself; `front` is None if unreadable."""

    slug: str
    path: Path
    front: FrontMatter | None
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

    def forms(self, pool: str) -> dict[str, list[str]]:
        """Return the forms of each dossier in a pool, in the order they are written."""
        found: dict[str, list[str]] = {}
        for cell in self.cells:
            if cell.magic is not None and cell.magic.line.name == "dossier" and cell.dossier:
                forms = found.setdefault(cell.dossier, [])
                if cell.magic.line.options.get("pool", "examen") == pool and cell.form:
                    forms.append(cell.form)
        return found

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
    if path.is_dir() and (path / NOTEBOOK).is_file():
        return path / NOTEBOOK
    if path.is_file() and path.suffix == ".ipynb":
        return path
    raise UnknownCode.of("case.not_found", Place(), code=name, near=nearest(name, known) or list(known))


def load_template(path: Path) -> CaseTemplate:
    """Return the template of a notebook; problems of its content are in its `findings`.

    Raises:
        InvalidFile: the file is missing or is no notebook at all.
    """
    notebook = _read_notebook(path)
    slug = path.parent.name if path.name == NOTEBOOK else path.stem
    cells = tuple(_cells(notebook["cells"]))
    front, findings = _front_matter(cells, str(path))
    parameters, more = _parameters(cells, str(path))
    findings += more
    if front is not None:
        findings += _named_parameters(front, parameters, str(path))
    findings += [
        Finding(
            "magic.unknown",
            Place(str(path), cell=cell.number),
            {"magic": name, "near": nearest(name, _names())[0]},
        )
        for cell in cells
        if (name := foreign_magic(cell.source))
    ]
    return CaseTemplate(slug, path, front, parameters, cells, tuple(findings), notebook)


def _names() -> list[str]:
    from kit.cases.magic_lines import MAGICS

    return list(MAGICS)


def _read_notebook(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidFile(Finding("case.not_notebook", Place(str(path)))) from error
    if (
        not isinstance(notebook, dict)
        or not isinstance(notebook.get("cells"), list)
        or notebook.get("nbformat") != 4
    ):
        raise InvalidFile(Finding("case.not_notebook", Place(str(path))))
    if not all(
        isinstance(cell, dict) and "cell_type" in cell and "source" in cell for cell in notebook["cells"]
    ):
        raise InvalidFile(Finding("case.not_notebook", Place(str(path))))
    return notebook


def _cells(raw: Sequence[Mapping[str, Any]]) -> Iterator[Cell]:
    dossier = form = None
    for number, cell in enumerate(raw, start=1):
        text = cell["source"]
        source = text if isinstance(text, str) else "".join(text)
        magic = read_cell(source) if cell["cell_type"] == "code" else None
        if magic is not None and magic.line.name == "dossier":
            dossier = magic.line.words.get("id")
            form = magic.line.options.get("forme", "a")
        tags = tuple(cell.get("metadata", {}).get("tags", ()))
        if "commun" in tags:
            dossier = form = None
        yield Cell(number, cell["cell_type"], source, tags, magic, dossier, form)


def _front_matter(cells: tuple[Cell, ...], file: str) -> tuple[FrontMatter | None, list[Finding]]:
    match = _FRONT.match(cells[0].source) if cells and cells[0].type == "raw" else None
    if match is None:
        return None, [Finding("case.front_matter_missing", Place(file, cell=1))]
    try:
        return validate(FrontMatter, parse_yaml(match[1], file, first_line=2), file), []
    except InvalidFile as error:
        return None, [
            Finding(f.code, Place(file, f.where.line, f.where.field, cell=1), f.fields, f.severity)
            for f in error.findings
        ]


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


def _named_parameters(front: FrontMatter, parameters: tuple[Parameter, ...], file: str) -> list[Finding]:
    known = [parameter.name for parameter in parameters]
    return [
        Finding("parameter.unknown", Place(file, cell=1, field=field), {"name": name, "known": known})
        for field, names in (("parameters", front.parameters), ("varies", front.varies))
        for name in names
        if name not in known
    ]
