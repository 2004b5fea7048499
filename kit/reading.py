"""Reading the files people write: YAML and CSV that remember the line of every value.

All the problems of a file are gathered before anything is refused, each with its line. Nothing of a file
is ever executed: YAML is read by the safe rules, with limits on size, depth and aliases.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kit.errors import Finding, InvalidFile, Place

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 200_000

Key = tuple[str | int, ...]
T = TypeVar("T", bound=BaseModel)


class FrozenModel(BaseModel):
    """A value read from a file: it never changes, and a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


@dataclass(frozen=True, slots=True)
class YamlData:
    """What a YAML file holds, with the line (from 1) where each key path begins."""

    data: Any
    lines: Mapping[Key, int]

    def line(self, path: Iterable[str | int]) -> int | None:
        """Return the line of `path`, or of its nearest parent that has one."""
        key = tuple(path)
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known words that look most like `word`, best first; of equals, the first by name."""
    close = difflib.get_close_matches(word, known := sorted(set(known)), n=len(known) or 1, cutoff=0.5)
    likeness = {name: difflib.SequenceMatcher(None, name, word).ratio() for name in close}
    return sorted(close, key=lambda name: (-likeness[name], len(name), name))[:count]


def read_text(path: Path) -> str:
    """Return the UTF-8 text of a file.

    Raises:
        InvalidFile: missing, a folder, too large, or not UTF-8.
    """
    where = Place(file=str(path))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidFile(Finding("file.too_large", where, {"size": size, "limit": MAX_BYTES}))
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InvalidFile(Finding("file.missing", where)) from error
    except IsADirectoryError as error:
        raise InvalidFile(Finding("file.is_folder", where)) from error
    except OSError as error:
        raise InvalidFile(Finding("file.unreadable", where, {"reason": error.strerror})) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidFile(Finding("file.encoding", Place(str(path), line))) from error


def read_yaml(path: Path) -> YamlData:
    """Return the data of a YAML file with its lines.

    Raises:
        InvalidFile: unreadable, not YAML, a key written twice, or beyond the limits.
    """
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, file: str, first_line: int = 1) -> YamlData:
    """Return the data of a YAML text; `first_line` is where the text starts in its file.

    Raises:
        InvalidFile: not YAML, a key written twice, or beyond the limits.
    """
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise InvalidFile(_yaml_fault(error, file, first_line)) from error
    except RecursionError as error:
        raise InvalidFile(Finding("yaml.too_deep", Place(file), {"limit": MAX_DEPTH})) from error
    builder = _Builder(file, first_line)
    data = builder.build(node, (), 0) if node is not None else None
    if builder.findings:
        raise InvalidFile(*builder.findings)
    return YamlData(data, builder.lines)


def _yaml_fault(error: yaml.YAMLError, file: str, first_line: int) -> Finding:
    mark = getattr(error, "problem_mark", None)
    line = first_line + mark.line if mark is not None else None
    return Finding("yaml.syntax", Place(file, line))


class _Builder:
    """Turns composed nodes into plain data by the safe schema, noting lines and duplicate keys."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file, self.first_line = file, first_line
        self.lines: dict[Key, int] = {}
        self.findings: list[Finding] = []
        self.count = 0
        self._constructor = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Key, depth: int) -> Any:
        line = self.first_line + node.start_mark.line
        self.lines[path] = line
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            code = "yaml.too_deep" if depth > MAX_DEPTH else "yaml.too_many"
            limit = MAX_DEPTH if depth > MAX_DEPTH else MAX_NODES
            raise InvalidFile(Finding(code, Place(self.file, line), {"limit": limit}))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _scalar(self, node: yaml.Node, line: int) -> Any:
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            self.findings.append(
                Finding("yaml.value", Place(self.file, line), {"value": str(node.value)[:60]})
            )
            return None

    def _mapping(self, node: yaml.MappingNode, path: Key, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = self.first_line + key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                self.findings.append(Finding("yaml.value", Place(self.file, line), {"value": "?"}))
                continue
            key = str(key_node.value)
            if key in result:
                self.findings.append(Finding("yaml.duplicate_key", Place(self.file, line), {"key": key}))
            result[key] = self.build(value_node, (*path, key), depth + 1)
            self.lines[(*path, key)] = line
        return result


def load_model(model: type[T], path: Path) -> T:
    """Return the model held by a YAML file.

    Raises:
        InvalidFile: with every problem of the file, its line, and what to do.
    """
    return validate(model, read_yaml(path), str(path))


def validate(model: type[T], source: YamlData, file: str) -> T:
    """Return `model` built from YAML data.

    Raises:
        InvalidFile: with every problem found, each at its line.
    """
    try:
        return model.model_validate(source.data if source.data is not None else {})
    except ValidationError as error:
        raise InvalidFile(*findings_of(error, file, source, model)) from error


def findings_of(
    error: ValidationError, file: str, source: YamlData | None = None, model: type[BaseModel] | None = None
) -> list[Finding]:
    """Return one finding per problem pydantic met, worded from its `type` and `ctx` alone."""
    findings = []
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if isinstance(part, int | str))
        where = Place(file, source.line(path) if source else None, ".".join(map(str, path)) or None)
        findings.append(_finding(item, where, model))
    return findings


_BY_TYPE = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "literal_error": "field.choice",
    "enum": "field.choice",
    "string_pattern_mismatch": "field.pattern",
    "too_short": "field.too_short",
    "too_long": "field.too_long",
    "string_too_short": "field.empty",
}


def _finding(item: Mapping[str, Any], where: Place, model: type[BaseModel] | None) -> Finding:
    kind, context = str(item["type"]), dict(item.get("ctx") or {})
    if "code" in context and kind == "kit":
        return Finding(context.pop("code"), where, context)
    name = str(item["loc"][-1]) if item["loc"] else ""
    fields: dict[str, Any] = {"name": name, "value": _brief(item.get("input")), **context}
    if kind == "extra_forbidden":
        known = _known_fields(model, item["loc"])
        fields["known"] = ", ".join(nearest(name, known) or known) or "—"
    if "expected" in fields:
        fields["expected"] = (
            ", ".join(re.findall(r"'([^']*)'", str(fields["expected"]))) or fields["expected"]
        )
    code = _BY_TYPE.get(kind) or _family(kind)
    return Finding(code, where, fields)


def _family(kind: str) -> str:
    for start, code in (
        ("int", "field.integer"), ("bool", "field.boolean"), ("string", "field.text"),
        ("date", "field.date"), ("time", "field.time"), ("list", "field.list"), ("tuple", "field.list"),
        ("model", "field.mapping"), ("dict", "field.mapping"), ("mapping", "field.mapping"),
        ("decimal", "field.number"), ("float", "field.number"),
        ("greater", "field.range"), ("less", "field.range"),
    ):  # fmt: skip
        if kind.startswith(start):
            return code
    return "field.invalid"


def _known_fields(model: type[BaseModel] | None, location: Sequence[str | int]) -> list[str]:
    """Return the keys allowed where an unknown one was met, following the model's annotations."""
    if model is None:
        return []
    here: Any = model
    for part in location[:-1]:
        here = _inner(here, part)
    fields = getattr(here, "model_fields", {})
    return sorted(field.alias or name for name, field in fields.items())


def _inner(kind: Any, part: str | int) -> Any:
    fields = getattr(kind, "model_fields", None)
    if fields is not None:
        return _model_of(fields[part].annotation) if part in fields else None
    return kind if isinstance(part, int) or kind is not None else None


def _model_of(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    for argument in reversed(getattr(annotation, "__args__", ())):
        found = _model_of(argument)
        if found is not None:
            return found
    return None


def _brief(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits refuses to be written
        return "…"
    return text if len(text) <= 60 else f"{text[:57]}…"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One data row of a CSV file, with its line number in the file (from 1)."""

    line: int
    values: Mapping[str, str]


def read_csv(path: Path, columns: Sequence[str]) -> list[CsvRow]:
    """Return the rows of a CSV file (comma or semicolon, UTF-8 with or without BOM).

    Empty lines and lines that start with `#` are passed over, so that a file can carry its own explanations.

    Args:
        path: the file.
        columns: the header expected; order is free, each exactly once.

    Raises:
        InvalidFile: unreadable, a missing, unknown or repeated column, or a row of another length.
    """
    text = read_text(path)
    if "\0" in text:
        raise InvalidFile(Finding("csv.binary", Place(str(path))))
    delimiter = ";" if _header(text).count(";") > _header(text).count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[CsvRow] = []
    findings: list[Finding] = []
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                findings += _header_findings(header, columns, Place(str(path), start))
            elif len(cells) != len(header):
                fields = {"count": len(cells), "expected": len(header)}
                findings.append(Finding("csv.row_length", Place(str(path), start), fields))
            else:
                rows.append(CsvRow(start, {k: v.strip() for k, v in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise InvalidFile(Finding("csv.syntax", Place(str(path), reader.line_num))) from error
    if header is None:
        findings.append(Finding("csv.no_header", Place(str(path)), {"columns": columns}))
    if findings:
        raise InvalidFile(*findings)
    return rows


def _header(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return next(lines, "")


def _header_findings(header: list[str], columns: Sequence[str], where: Place) -> list[Finding]:
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    twice = sorted({name for name in header if header.count(name) > 1})
    findings = []
    if missing:
        findings.append(Finding("csv.missing_columns", where, {"columns": missing}))
    if unknown:
        findings.append(Finding("csv.unknown_columns", where, {"columns": unknown, "known": columns}))
    if twice:
        findings.append(Finding("csv.repeated_columns", where, {"columns": twice}))
    return findings
