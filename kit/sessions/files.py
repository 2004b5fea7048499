"""Reading a session's folder: `session.yaml` and the CSV files, each problem with file, line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError

from kit.csv_reading import CsvRow, read_csv
from kit.environment import environment
from kit.errors import Finding, InvalidFile, Place, Severity
from kit.reading import YamlData, findings_of, parse_yaml, read_text, validate
from kit.sessions.model import (
    Acquired,
    Assignment,
    Attendance,
    Attribution,
    Candidate,
    Draw,
    EpreuvePlan,
    Incident,
    Member,
    PartPlan,
    Person,
    Registration,
    Row,
    SessionConfig,
)
from kit.writing import PRIVATE, csv_text, write_text

CONFIG = "session.yaml"
SIGNED = "pv.json"
"""What the jury signed, as data. Where it is, nothing of the session is built again."""
RESTRICTED = (Attribution.file, Draw.file)
"""The files the kit writes for itself, readable by their owner alone."""

_FORMULA = ("=", "+", "-", "@")
_UNQUOTED_TIME = re.compile(r"\bstart\s*:\s*(\d{1,2}:\d{2})(?!\d)")
_PART_KEYS = tuple(PartPlan.model_fields)
_NO_PART = "partie"

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Located(Generic[R]):
    """A row with its line in the file."""

    line: int
    row: R


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A CSV file once read: its good rows, the ids its first column holds, its problems.

    It is `unreadable` when rows are missing that nothing is known of.
    """

    file: str
    state: Literal["absent", "unreadable", "read"]
    located: tuple[Located[R], ...] = ()
    keys: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    @property
    def rows(self) -> tuple[R, ...]:
        """The good rows."""
        return tuple(item.row for item in self.located)


@dataclass(frozen=True, slots=True)
class Tables:
    """All the CSV files of a session."""

    candidates: Table[Candidate]
    groups: Table[Member]
    registrations: Table[Registration]
    acquired: Table[Acquired]
    people: Table[Person]
    assignments: Table[Assignment]
    attendances: Table[Attendance]
    incidents: Table[Incident]
    attributions: Table[Attribution]
    draws: Table[Draw]

    def findings(self) -> list[Finding]:
        """Return the problems of each file taken alone."""
        tables: tuple[Table[Any], ...] = (
            self.candidates, self.groups, self.registrations, self.acquired, self.people,
            self.assignments, self.attendances, self.incidents, self.attributions, self.draws,
        )  # fmt: skip
        return [finding for table in tables for finding in table.findings]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """`session.yaml` once read; `config` is None when the file cannot stand.

    `plans` is what it says of each épreuve, None for one whose plan cannot stand; None when nothing tells
    which épreuves there are.
    """

    config: SessionConfig | None
    source: YamlData
    findings: tuple[Finding, ...] = ()
    plans: Mapping[str, EpreuvePlan | None] | None = None

    @property
    def demo(self) -> bool:
        """Whether the file says it is the demo, even when the rest of the file cannot stand."""
        return isinstance(self.source.data, dict) and self.source.data.get("demo") is True

    @property
    def readable(self) -> SessionConfig:
        """The épreuves whose plan stands: what can be held against the référentiel, whatever else is wrong."""
        plans = {name: plan for name, plan in (self.plans or {}).items() if plan is not None}
        readable: dict[str, Any] = {"epreuves": plans}
        return SessionConfig.model_construct(**readable)

    @property
    def referentiel(self) -> str | None:
        """The slug the file gives, even when the rest of the file cannot stand."""
        slug = self.source.data.get("referentiel") if isinstance(self.source.data, dict) else None
        return slug if isinstance(slug, str) else None

    def place(self, *path: str | int) -> Place:
        """Return where a key stands."""
        return Place(CONFIG, self.source.line(path), ".".join(map(str, path)) or None)


def within(root: Path | None, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings whose file, when it lies in the session's folder, is named from there; None renames nothing."""
    if root is None:
        return list(findings)
    start, shown = f"{root}/".replace("\\", "/"), []
    for finding in findings:
        file = (finding.where.file or "").replace("\\", "/")
        if file.startswith(start):
            finding = replace(finding, where=replace(finding.where, file=file[len(start) :]))  # noqa: PLW2901 - same finding, shorter name
        shown.append(finding)
    return shown


def read_config(root: Path) -> ConfigFile:
    """Return the data of `session.yaml`, before it is held against the référentiel.

    Raises:
        EnvironmentFault: the rights or the path itself do not let the folder be looked at.
    """
    with environment(root):
        if not root.is_dir():
            kind = "not_folder" if os.path.lexists(root) else "absent"
            missing = Finding(f"session.folder.{kind}", Place(str(root)))
            return ConfigFile(None, YamlData(None, {}), (missing,))
    try:
        text = read_text(root / CONFIG)
        source = parse_yaml(text, CONFIG)
    except InvalidFile as error:
        return ConfigFile(None, YamlData(None, {}), tuple(within(root, error.findings)))
    return ConfigFile(None, YamlData(_with_times(source, text.splitlines()), source.lines))


def validated(file: ConfigFile, single_parts: Mapping[str, str]) -> ConfigFile:
    """Return the file with its configuration, or with all its problems.

    Args:
        file: what `read_config` returned.
        single_parts: the part of each épreuve that has only one, for those written in short form.
    """
    source, short = _unfolded(file.source, single_parts)
    try:
        config = validate(SessionConfig, source, CONFIG)
    except InvalidFile as error:
        findings = tuple(_as_written(finding, short) for finding in error.findings)
        return ConfigFile(None, source, findings, _plans(source))
    return ConfigFile(config, source, plans=config.epreuves)


def _plans(source: YamlData) -> Mapping[str, EpreuvePlan | None] | None:
    """Return the plans that stand in a file that does not."""
    epreuves = source.data.get("epreuves") if isinstance(source.data, dict) else None
    return {name: _plan(plan) for name, plan in epreuves.items()} if isinstance(epreuves, dict) else None


def _plan(data: object) -> EpreuvePlan | None:
    try:
        return EpreuvePlan.model_validate(data)
    except ValidationError:
        return None


def read_table(root: Path, model: type[R], path: Path | None = None) -> Table[R]:
    """Return the rows of one CSV file and everything that is wrong with it; an absent file has no rows.

    Args:
        root: the folder that places are named from.
        model: what a row is.
        path: the file, which is then named as it is given (default: the one in `root` that has the model's name).
    """
    name = model.file if path is None else str(path)
    start = root if path is None else None
    path = path or root / model.file
    if not os.path.lexists(path):
        return Table(name, "absent")
    try:
        data = read_csv(path, model.columns())
    except InvalidFile as error:
        return Table(name, "unreadable", findings=tuple(within(start, error.findings)))
    findings = within(start, data.findings)
    located: list[Located[R]] = []
    for row in data.rows:
        if not row.whole:
            continue
        try:
            located.append(Located(row.line, model.model_validate(_filled(row))))
        except ValidationError as error:
            found = findings_of(error, name, model=model)
            findings += [_at_line(finding, row.line) for finding in found]
        findings += _formulas(name, row)
    findings.sort(key=lambda finding: finding.where.line or 0)
    first = model.columns()[0]
    keys = frozenset(row.values[first] for row in data.rows if first in row.values)
    state: Literal["unreadable", "read"] = "read" if data.complete else "unreadable"
    return Table(name, state, tuple(located), keys, tuple(findings))


def _filled(row: CsvRow) -> dict[str, str]:
    return {name: value for name, value in row.values.items() if value}


def read_tables(root: Path) -> Tables:
    """Return all the CSV files of a session."""
    return Tables(
        candidates=read_table(root, Candidate),
        groups=read_table(root, Member),
        registrations=read_table(root, Registration),
        acquired=read_table(root, Acquired),
        people=read_table(root, Person),
        assignments=read_table(root, Assignment),
        attendances=read_table(root, Attendance),
        incidents=read_table(root, Incident),
        attributions=read_table(root, Attribution),
        draws=read_table(root, Draw),
    )


def write_table(root: Path, model: type[R], rows: Iterable[R]) -> None:
    """Write a CSV file of the session, atomically; a restricted file is readable by its owner alone."""
    text = csv_text(model.columns(), [row.cells() for row in rows])
    if model.file in RESTRICTED:
        write_text(root / model.file, text, PRIVATE)
    else:
        write_text(root / model.file, text)


def _at_line(finding: Finding, line: int) -> Finding:
    missing = finding.code == "field.missing"
    return replace(finding, code="session.cell.empty" if missing else finding.code,
                   where=replace(finding.where, line=line))  # fmt: skip


def _formulas(file: str, row: CsvRow) -> list[Finding]:
    return [
        Finding("session.cell.formula", Place(file, row.line, name), {"start": value[0]}, Severity.WARNING)
        for name, value in _filled(row).items()
        if value.startswith(_FORMULA)
    ]


def _with_times(source: YamlData, lines: Sequence[str]) -> Any:
    """Return the data with the hours YAML took for numbers: a bare 14:00 is 840 in base 60 (YAML 1.1)."""

    def mended(value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            return {key: mended(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [mended(item, (*path, i)) for i, item in enumerate(value)]
        if path and path[-1] == "start" and isinstance(value, int) and not isinstance(value, bool):
            return _written_time(value, lines[(source.line(path) or 1) - 1])
        return value

    return mended(source.data, ())


def _written_time(value: int, line: str) -> int | str:
    for match in _UNQUOTED_TIME.finditer(line):
        hours, minutes = match[1].split(":")
        if int(hours) * 60 + int(minutes) == value:
            return match[1]
    return value


def _unfolded(source: YamlData, single_parts: Mapping[str, str]) -> tuple[YamlData, frozenset[str]]:
    """Return the data with every épreuve in long form, and the ids of those written in short form."""
    epreuves = source.data.get("epreuves") if isinstance(source.data, dict) else None
    if not isinstance(epreuves, dict):
        return source, frozenset()
    lines, long_form, short = dict(source.lines), {}, set()
    for name, plan in epreuves.items():
        long_form[name] = plan
        if not isinstance(plan, dict):
            continue
        parts, folded = _parts(plan)
        if folded:
            short.add(name)
            _move_lines(lines, ("epreuves", name), inside="parts" in plan)
        if parts is not None:
            moved = {"parts"} if "parts" in plan else set(_PART_KEYS)
            rest = {key: value for key, value in plan.items() if key not in moved}
            named = [{"id": single_parts.get(name, _NO_PART), **parts[0]}] if len(parts) == 1 else parts
            long_form[name] = {**rest, "parts": named}
    return YamlData({**source.data, "epreuves": long_form}, lines), frozenset(short)


def _parts(plan: Mapping[str, Any]) -> tuple[list[dict[str, Any]] | None, bool]:
    """Return the parts of a plan, None when they cannot be read as such, and whether it is the short form."""
    parts = plan.get("parts")
    if isinstance(parts, dict):
        return [parts], True
    if isinstance(parts, list):
        return (parts, False) if parts and all(isinstance(part, dict) for part in parts) else (None, False)
    single = {key: plan[key] for key in _PART_KEYS if key in plan}
    return ([single], True) if single and "parts" not in plan else (None, False)


def _move_lines(lines: dict[tuple[str | int, ...], int], start: tuple[str, str], *, inside: bool) -> None:
    origin = (*start, "parts") if inside else start
    for key in _PART_KEYS:
        if (*origin, key) in lines:
            lines[(*start, "parts", 0, key)] = lines[(*origin, key)]
    lines[(*start, "parts", 0)] = lines.get(origin, 1)


def _as_written(finding: Finding, short: frozenset[str]) -> Finding:
    """Return a finding whose field is named as in the short form the author wrote."""
    field = finding.where.field or ""
    for name in short:
        start = f"epreuves.{name}.parts.0"
        if field == start or field.startswith(f"{start}."):
            return replace(
                finding, where=replace(finding.where, field=f"epreuves.{name}{field[len(start) :]}")
            )
    return finding
