"""A trainer's real data: a table read from CSV or XLSX beside the notebook, every value checked before it is used.

    marche = donnees("marche.csv", {"Acteur": texte(), "Part": part(total=1), "Prix (€)": nombre(minimum=0)})

Numbers are exact `Decimal`. All problems of the file are told at once, each at its line or cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from kit.csv_reading import read_csv
from kit.environment import environment
from kit.errors import Finding, InvalidFile, Place

Kind = Literal["texte", "nombre", "entier", "part"]
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_UNIT = re.compile(r"(?:€|EUR|k€|M€)\Z")
_SLACK = Decimal("0.005")
"""How far shares may sum from their total: what rounding each to the nearest point can leave in a short table."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column holds.

    Attributes:
        kind: text, number, whole number, or share (a ratio, or a percentage written with its sign).
        minimum: the least value allowed.
        maximum: the greatest value allowed.
        total: what the column must sum to.
        optional: whether a cell may be empty (it is then None).
    """

    kind: Kind
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    total: Decimal | None = None
    optional: bool = False


def texte(*, facultatif: bool = False) -> ColumnRule:
    """Return the rule of a column of texts."""
    return ColumnRule("texte", optional=facultatif)


def nombre(
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    total: float | None = None,
    facultatif: bool = False,
) -> ColumnRule:
    """Return the rule of a column of numbers; a euro sign after them is allowed."""
    return ColumnRule("nombre", _decimal(minimum), _decimal(maximum), _decimal(total), facultatif)


def entier(minimum: int | None = None, maximum: int | None = None, *, facultatif: bool = False) -> ColumnRule:
    """Return the rule of a column of whole numbers."""
    return ColumnRule("entier", _decimal(minimum), _decimal(maximum), optional=facultatif)


def part(*, total: float | None = None, facultatif: bool = False) -> ColumnRule:
    """Return the rule of a column of shares between 0 and 1, also written as percentages: 0,25 or 25 %."""
    return ColumnRule("part", Decimal(0), Decimal(1), _decimal(total), facultatif)


def donnees(fichier: str | Path, colonnes: Mapping[str, ColumnRule]) -> Any:
    """Return a trainer's table as a pandas DataFrame, its columns in the order asked.

    Args:
        fichier: a CSV (comma, semicolon or tabulation, UTF-8) or an XLSX (its first sheet), in the notebook's
            folder or by its whole path.
        colonnes: what each column holds, by its title.

    Raises:
        InvalidFile: every problem of the file, each at its line or cell.
        EnvironmentFault: the disk or the rights refuse.
    """
    import pandas as pd

    path = Path(fichier)
    rows = list(_xlsx_rows(path, colonnes) if path.suffix.lower() == ".xlsx" else _csv_rows(path, colonnes))
    findings: list[Finding] = []
    values: dict[str, list[Any]] = {name: [] for name in colonnes}
    for cells in rows:
        for name, rule in colonnes.items():
            text, where = cells[name]
            value, problem = _read(text, rule, where)
            values[name].append(value)
            findings += problem
    if not rows:
        findings.append(Finding("data.empty", Place(str(path))))
    for name, rule in colonnes.items():
        findings += _total(name, rule, values[name], path)
    if findings:
        raise InvalidFile(*findings)
    return pd.DataFrame(values)


Cells = dict[str, tuple[Any, Place]]


def _csv_rows(path: Path, columns: Mapping[str, ColumnRule]) -> Iterator[Cells]:
    data = read_csv(path, list(columns))
    problems = [finding for finding in data.findings if finding.code != "csv.unknown_columns"]
    if problems:
        raise InvalidFile(*problems)
    for row in data.rows:
        yield {name: (row.values[name], Place(str(path), row.line, name)) for name in columns}


def _xlsx_rows(path: Path, columns: Mapping[str, ColumnRule]) -> Iterator[Cells]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with environment(path):
            book = openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InvalidFile(Finding("data.not_workbook", Place(str(path)))) from error
    sheet = book.worksheets[0]
    head = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value is not None}
    missing = [name for name in columns if name not in head]
    if missing:
        fields = {"columns": missing, "known": list(columns)}
        raise InvalidFile(Finding("csv.missing_columns", Place(str(path), 1), fields))
    for row in range(2, sheet.max_row + 1):
        cells = {name: sheet.cell(row, head[name]) for name in columns}
        if any(cell.value is not None for cell in cells.values()):
            yield {
                name: (cell.value, Place(str(path), item=cell.coordinate, field=name))
                for name, cell in cells.items()
            }


def _read(value: Any, rule: ColumnRule, where: Place) -> tuple[Any, list[Finding]]:
    text = "" if value is None else str(value).strip()
    if not text:
        return None, [] if rule.optional else [Finding("data.missing", where)]
    if rule.kind == "texte":
        return text, []
    number = _number(text, rule.kind)
    if number is None or (rule.kind == "entier" and number != number.to_integral_value()):
        code = "data.not_whole" if rule.kind == "entier" else "data.not_number"
        return None, [Finding(code, where, {"value": text[:40]})]
    low, high = rule.minimum, rule.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        limits = {
            "value": text[:40],
            "low": "−∞" if low is None else low,
            "high": "+∞" if high is None else high,
        }
        return None, [Finding("data.range", where, limits)]
    return (int(number) if rule.kind == "entier" else number), []


def _number(text: str, kind: Kind) -> Decimal | None:
    compact = _UNIT.sub("", _SPACES.sub("", text).replace("\u2212", "-"))
    percent = compact.endswith("%") and kind == "part"
    compact = compact.removesuffix("%") if percent else compact
    if compact.count(",") == 1 and "." not in compact:
        compact = compact.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", compact):
        return None
    try:
        number = Decimal(compact)
    except InvalidOperation:
        return None
    return number / 100 if percent else number


def _total(name: str, rule: ColumnRule, values: list[Any], path: Path) -> Iterator[Finding]:
    numbers = [value for value in values if value is not None]
    if rule.total is None or len(numbers) < len(values):
        return
    total = sum(numbers, start=Decimal(0))
    if abs(total - rule.total) > _SLACK * max(Decimal(1), abs(rule.total)):
        fields = {"total": total, "wanted": rule.total}
        yield Finding("data.total", Place(str(path), field=name), fields)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
