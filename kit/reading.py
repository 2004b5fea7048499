"""Reading the files people write: YAML that remembers the line of every value.

All the problems of a file are gathered before anything is refused, each with its line. Nothing of a file
is ever executed: YAML is read by the safe rules, with limits on size, depth and aliases.
"""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kit.environment import reason
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
        InvalidFile: missing, no ordinary file, too large, or not UTF-8.
    """
    raw = read_bytes(path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidFile(Finding("file.encoding", Place(str(path), line))) from error


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        InvalidFile: missing, no ordinary file, or too large.
    """
    where = Place(file=str(path))
    try:
        return _read_bytes(path, where)
    except FileNotFoundError as error:
        raise InvalidFile(Finding("file.missing", where)) from error
    except OSError as error:
        raise InvalidFile(Finding("file.unreadable", where, {"reason": reason(error)})) from error
    except ValueError as error:  # what no file can be called: a null character, half of a pair
        raise InvalidFile(Finding("file.name", Place())) from error


def _read_bytes(path: Path, where: Place) -> bytes:
    """Return the bytes of an ordinary file; a pipe or a device could have no end."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise InvalidFile(Finding("file.is_folder", where))
    if not stat.S_ISREG(status.st_mode):
        raise InvalidFile(Finding("file.special", where))
    if status.st_size > MAX_BYTES:
        raise InvalidFile(Finding("file.too_large", where, {"size": status.st_size, "limit": MAX_BYTES}))
    return path.read_bytes()


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
    if hidden := yaml.reader.Reader.NON_PRINTABLE.search(text):
        line = first_line + text.count("\n", 0, hidden.start())
        raise InvalidFile(
            Finding("yaml.character", Place(file, line), {"character": f"U+{ord(hidden[0]):04X}"})
        )
    try:
        _refuse_excess(text, file, first_line)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise InvalidFile(_yaml_fault(error, file, first_line)) from error
    builder = _Builder(file, first_line)
    data = builder.build(node, (), 0) if node is not None else None
    if builder.findings:
        raise InvalidFile(*builder.findings)
    return YamlData(data, builder.lines)


def _refuse_excess(text: str, file: str, first_line: int) -> None:
    """Refuse a text beyond the limits before it is composed: the library would descend it until the stack breaks.

    Raises:
        InvalidFile: the text is nested too deep, or holds too many values.
    """
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH or count > 2 * MAX_NODES:  # a key is a node too
            line = first_line + (event.start_mark.line if event.start_mark else 0)
            raise InvalidFile(_excess(Place(file, line), depth))


def _excess(where: Place, depth: int) -> Finding:
    if depth > MAX_DEPTH:
        return Finding("yaml.too_deep", where, {"limit": MAX_DEPTH})
    return Finding("yaml.too_many", where, {"limit": MAX_NODES})


def _yaml_fault(error: yaml.YAMLError, file: str, first_line: int) -> Finding:
    mark = getattr(error, "problem_mark", None)
    line = first_line + mark.line if mark is not None else None
    return Finding("yaml.syntax", Place(file, line))


_STANDARD = "tag:yaml.org,2002:"
_TAGS = {f"{_STANDARD}{name}" for name in ("null", "bool", "int", "float", "timestamp", "str", "seq", "map")}


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
            raise InvalidFile(_excess(Place(self.file, line), depth))
        if node.tag not in _TAGS:
            tag = node.tag.replace(_STANDARD, "!!")[:60]
            self.findings.append(Finding("yaml.tag", Place(self.file, line), {"tag": tag}))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _scalar(self, node: yaml.Node, line: int) -> Any:
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError):
            # a tag forced on a text it does not fit makes the library fail in all these ways
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
    here: list[Any] = [model]
    for part in location[:-1]:
        here = [inner for kind in here for inner in _inner(kind, part)]
    fields = (_fields(kind) for kind in here)
    return sorted({name for names in fields for name in names})


def _inner(kind: Any, part: str | int) -> Iterator[Any]:
    """Yield the types of what stands at `part` of a model, a mapping or a list of type `kind`."""
    fields = _fields(kind)
    if fields:
        if part in fields:
            yield from _alternatives(fields[str(part)])
    elif get_origin(kind) is not None:
        # the last argument of a mapping or of a list is the type of what it holds; `...` ends a tuple
        arguments = [argument for argument in get_args(kind) if argument is not ...]
        yield from _alternatives(arguments[-1])


def _fields(kind: Any) -> dict[str, Any]:
    fields = getattr(kind, "model_fields", {})
    return {field.alias or name: field.annotation for name, field in fields.items()}


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the types an annotation allows: itself, or those of a union, without what is added to them."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _brief(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits refuses to be written
        return "…"
    return text if len(text) <= 60 else f"{text[:57]}…"
