"""The `{{ }}` fields of a template and the Python of its cells, read without running: all of them, at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit.authoring.masking import python_of
from kit.cases import CaseTemplate
from kit.cases.rendering import field_names, fields_findings
from kit.cases.template import Cell
from kit.errors import Finding, Place

_LINE_FIELDS = ("title",)
_HIDDEN = ("exec", "globals", "locals", "setattr", "vars", "eval", "run_line_magic", "push")
"""Names of calls that can make variables no one reads in the source (`%run` becomes `run_line_magic`)."""
_OF_IPYTHON = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open"})
_WORD = re.compile(r"[^\W\d]\w*")
_HARMLESS = ("load_ext", "matplotlib", "config", "precision", "pip")


def check_code(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the code cells that are not Python."""
    for cell in _code(template):
        if python_of(cell.source) is None:
            yield Finding("case.code_syntax", Place(str(template.path), cell=cell.number))


def check_fields(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the fields badly written, and those whose variable no cell of the template ever makes."""
    known = _variables(template)
    for cell in template.cells:
        if cell.magic is None:
            continue
        words = cell.magic.line.words
        where = Place(str(template.path), cell=cell.number, item=words.get("id") or words.get("question"))
        for text in _texts(cell):
            problems = fields_findings(text)
            if not problems and known is not None:
                missing = sorted(name for name in field_names(text) - known if not name.startswith("_"))
                problems = [Finding("case.field_unknown", where, {"name": name}) for name in missing]
            yield from (Finding(problem.code, where, problem.fields) for problem in problems)


def _texts(cell: Cell) -> Iterator[str]:
    assert cell.magic is not None  # noqa: S101 - asked of magic cells alone
    line = cell.magic.line
    yield cell.magic.body
    yield from (line.words[name] for name in _LINE_FIELDS if name in line.words)
    yield line.options.get("source", "")


def _code(template: CaseTemplate) -> Iterator[Cell]:
    for cell in template.cells:
        if cell.type == "code" and cell.magic is None:
            yield cell


def _variables(template: CaseTemplate) -> set[str] | None:
    """Return every name the cells may give a value to, or None when reading cannot tell."""
    found: set[str] = set(_OF_IPYTHON)
    found.update(parameter.name for parameter in template.parameters)
    for cell in _code(template):
        tree = python_of(cell.source)
        if tree is None or cell.source.lstrip().startswith("%%"):  # any of its words may be a name it makes
            found.update(_WORD.findall(cell.source))
            continue
        for node in ast.walk(tree):
            if _hides(node):
                return None
            found.update(_made(node))
    return found


def _hides(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(names=names):
            return any(alias.name == "*" for alias in names)
        case ast.Call(func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value=str(magic)), *_]):
            return magic not in _HARMLESS
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _HIDDEN
    return False


def _made(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
