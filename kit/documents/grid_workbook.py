"""The correction grid as a workbook: validated lists, formulas that agree with the exact score, locked wording.

Each formula is written with the value the kit computes, because spreadsheet programs do not all recalculate
at opening. Reading marks back never trusts the formulas: it recomputes from the levels.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from kit.documents.packaging import NO_DATE, stable_zip
from kit.documents.plain_workbook import write_exact
from kit.grids import score
from kit.grids.model import Grid, GridLine, Mark
from kit.messages import label
from kit.referentiel import parse_exact

FIRST_ROW = 8
COLUMNS = (
    "code_column", "competence", "part", "wording", "signs", "questions", "weight", "level", "value", "points",
    "comment", "carrier",
)  # fmt: skip
WIDTHS = (9, 13, 11, 44, 52, 11, 8, 22, 11, 9, 40, 10)
WEIGHT, LEVEL, VALUE, POINTS, COMMENT, CARRIER, NUMBER = range(6, 13)
SUBJECT_ROW, COPY_ROW, MARKER_ROW = 2, 3, 4
HEAD_COLUMN = 3
FOOT_ROWS = 4


@dataclass(frozen=True, slots=True)
class CopySheet:
    """The sheet of one copy in a marker's workbook.

    Attributes:
        name: of the sheet.
        copy: how the copy is named when its marks come back.
        marker: whose marks they are.
        grid: its grid.
        marks: what is already said, by line.
        numbers: of each saying, by line; 0 where nothing is said yet.
    """

    name: str
    copy: str
    marker: str
    grid: Grid
    marks: Mapping[str, Mark]
    numbers: Mapping[str, int]


def grid_workbook(grid: Grid) -> bytes:
    """Return the grid as XLSX. The same grid gives the same bytes."""
    title = f"{label('grid.title')} – {grid.code}"
    return _workbook(title, [CopySheet(label("grid.sheet"), "", "", grid, {}, {})])


def copies_workbook(title: str, sheets: Sequence[CopySheet]) -> bytes:
    """Return the grids of several copies as XLSX, a sheet each, filled with what is already said.

    Args:
        title: of the workbook.
        sheets: at least one; all their grids have the same levels.
    """
    return _workbook(title, sheets)


def _workbook(title: str, sheets: Sequence[CopySheet]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "author": "", "comments": "", "created": NO_DATE})
    pages = [book.add_worksheet(item.name) for item in sheets]
    scale = book.add_worksheet(label("grid.scale_sheet"))
    styles = _styles(book)
    _scale(scale, sheets[0].grid, styles)
    for page, item in zip(pages, sheets, strict=True):
        _fill(page, item, styles)
    book.close()
    return stable_zip(buffer.getvalue())


def _fill(sheet: Any, item: CopySheet, styles: dict[str, Any]) -> None:
    grid = item.grid
    _head(sheet, item, styles)
    for row, line in enumerate(grid.lines, start=FIRST_ROW):
        _line(sheet, row, line, grid, styles)
        if item.copy:
            _said(sheet, row, line, item, styles)
    _foot(sheet, FIRST_ROW + len(grid.lines), item, styles)
    _page(sheet, grid)


def _said(sheet: Any, row: int, line: GridLine, item: CopySheet, styles: dict[str, Any]) -> None:
    """Write what is already said of a line, and the number of that saying."""
    mark = item.marks.get(line.key, Mark())
    words = level_words(item.grid, mark)
    if words:
        sheet.write_string(row, LEVEL, words, styles["free"])
        value = _known_value(item.grid, mark)
        shown = label("grid.unassessed") if value is None else float(value)
        sheet.write_formula(row, VALUE, _value(row + 1, item.grid), styles["number"], shown)
        points = 0 if value is None else float(value * parse_exact(line.weight))
        sheet.write_formula(row, POINTS, _points(row + 1), styles["number"], points)
    if mark.comment:
        sheet.write_string(row, COMMENT, mark.comment, styles["free"])
    sheet.write_number(row, NUMBER, item.numbers.get(line.key, 0), styles["number"])


def level_words(grid: Grid, mark: Mark) -> str:
    """Return what a marker chooses in the list for a mark, nothing for one that is not given."""
    if mark.level is not None:
        return next(level.label for level in grid.scale.levels if level.id == mark.level)
    return label("grid.not_assessed") if mark.state == "not_assessed" else ""


def _known_value(grid: Grid, mark: Mark) -> Fraction | None:
    values = {level.id: parse_exact(level.value) for level in grid.scale.levels}
    if mark.level is not None:
        return values[mark.level]
    return parse_exact(grid.scale.levels[0].value) if grid.reglement.not_assessed == "lowest" else None


def _styles(book: Any) -> dict[str, Any]:
    base = {"valign": "top", "text_wrap": True, "font_name": "Arial", "font_size": 10, "border": 1}
    free = {"locked": False, "bg_color": "#FFF9E5"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_name": "Arial"}),
        "note": book.add_format({"italic": True, "font_name": "Arial", "font_size": 9}),
        "label": book.add_format({"bold": True, "font_name": "Arial", "font_size": 10}),
        "head": book.add_format({**base, "bold": True, "bg_color": "#DCE6F1"}),
        "text": book.add_format(base),
        "code": book.add_format({**base, "bold": True}),
        "number": book.add_format({**base, "num_format": "0.####", "align": "right"}),
        "free": book.add_format({**base, **free}),
        "total": book.add_format({**base, "bold": True, "num_format": "0.00##", "align": "right"}),
    }


def _scale(sheet: Any, grid: Grid, styles: dict[str, Any]) -> None:
    for column, name in enumerate(("grid.level", "grid.value")):
        sheet.write_string(0, column, label(name), styles["head"])
    for row, level in enumerate(grid.scale.levels, start=1):
        sheet.write_string(row, 0, level.label, styles["text"])
        write_exact(sheet, row, 1, parse_exact(level.value), styles["number"])
    last = len(grid.scale.levels) + 1
    sheet.write_string(last, 0, label("grid.not_assessed"), styles["text"])
    sheet.write_string(last, 1, label(f"score.unassessed.{grid.reglement.not_assessed}"), styles["text"])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 50)
    sheet.protect()


def _choices(grid: Grid) -> str:
    """Return the cells a marker chooses from: the levels, then « Non évalué »."""
    return f"{_sheet('grid.scale_sheet')}!$A$2:$A${len(grid.scale.levels) + 2}"


def _table(grid: Grid) -> str:
    return f"{_sheet('grid.scale_sheet')}!$A$2:$B${len(grid.scale.levels) + 1}"


def _sheet(code: str) -> str:
    return f"'{label(code)}'"


def _head(sheet: Any, item: CopySheet, styles: dict[str, Any]) -> None:
    grid = item.grid
    sheet.write_string(0, 0, f"{label('grid.title')} – {grid.code}", styles["title"])
    sheet.write_string(1, 0, label("grid.protected"), styles["note"])
    head = ((SUBJECT_ROW, "grid.subject", grid.code), (COPY_ROW, "grid.copy", item.copy),
            (MARKER_ROW, "grid.marker", item.marker))  # fmt: skip
    for row, name, value in head:
        sheet.write_string(row, 0, label(name), styles["label"])
        if value:
            sheet.write_string(row, HEAD_COLUMN, value)
        else:
            sheet.write_blank(row, HEAD_COLUMN, None, styles["free"])
    rule = "grid.example" if grid.reglement.example else "grid.rule"
    name = label("grid.reglement", slug=grid.reglement.slug, version=grid.reglement.version)
    sheet.write_string(5, 0, label(rule, reglement=name), styles["note"])
    columns = (*COLUMNS, "number") if item.copy else COLUMNS
    for column, key in enumerate(columns):
        sheet.write_string(FIRST_ROW - 1, column, label(f"grid.{key}"), styles["head"])


def _line(sheet: Any, row: int, line: GridLine, grid: Grid, styles: dict[str, Any]) -> None:
    signs = "\n".join(f"• {sign}" for sign in line.observables)
    words = (line.criterion, line.competence, line.part, line.text, signs)
    for column, value in enumerate(words):
        sheet.write_string(row, column, value, styles["code" if column == 0 else "text"])
    sheet.set_row(row, _height(words))
    sheet.write_string(row, 5, ", ".join(line.questions), styles["text"])
    write_exact(sheet, row, WEIGHT, parse_exact(line.weight), styles["number"])
    sheet.write_blank(row, LEVEL, None, styles["free"])
    sheet.write_formula(row, VALUE, _value(row + 1, grid), styles["number"], label("grid.not_marked"))
    sheet.write_formula(row, POINTS, _points(row + 1), styles["number"], 0)
    sheet.write_blank(row, COMMENT, None, styles["free"])
    sheet.write_string(row, CARRIER, label(f"grid.carried.{line.carrier}"), styles["text"])
    sheet.data_validation(
        row, LEVEL, row, LEVEL,
        {"validate": "list", "source": f"={_choices(grid)}", "error_title": label("grid.level"),
         "error_message": label("grid.choose")},
    )  # fmt: skip


def _points(row: int) -> str:
    return f"=IF(ISNUMBER($I{row}),$G{row}*$I{row},0)"


def _value(row: int, grid: Grid) -> str:
    """Return the formula of a line's value: a number only where the line counts in the mark."""
    lowest = f"{_sheet('grid.scale_sheet')}!$B$2"
    unassessed = lowest if grid.reglement.not_assessed == "lowest" else f'"{label("grid.unassessed")}"'
    return (
        f'=IF($H{row}="","{label("grid.not_marked")}",IF($H{row}="{label("grid.not_assessed")}",'
        f"{unassessed},VLOOKUP($H{row},{_table(grid)},2,FALSE)))"
    )


def _height(words: tuple[str, ...]) -> float:
    """Return a row's height in points, from the longest cell: programs do not all fit rows to wrapped text."""
    lines = max(
        sum(ceil(max(1, len(part)) / width) for part in text.split("\n"))
        for text, width in zip(words, WIDTHS, strict=False)
    )
    return min(400, 13.5 * lines + 5)


def _foot(sheet: Any, row: int, item: CopySheet, styles: dict[str, Any]) -> None:
    grid = item.grid
    first, last = FIRST_ROW + 1, row
    levels = f"$H${first}:$H${last}"
    # COUNTBLANK and the texts of column I keep « non noté » and « non évalué » apart from a level worth zero.
    left, unassessed, exact = (f"$I${row + down}" for down in (2, 3, 4))
    rules = [(f"{left}>0", "grid.incomplete")]
    if grid.reglement.not_assessed == "no_mark":
        rules.append((f"{unassessed}>0", "grid.no_mark"))
    rules.append((f"{_weight(first, last)}=0", "grid.nothing_left"))
    tests = "".join(f'IF({test},"{label(code)}",' for test, code in rules)
    now = score(grid, item.marks)
    why = {"not_marked": "incomplete", "not_assessed": "no_mark", "nothing_left": "nothing_left"}
    known = [
        label(f"grid.{why[now.reason or '']}") if value is None else float(parse_exact(value))
        for value in (now.mark, now.rounded)
    ]
    rows = (
        ("left", f"=COUNTBLANK({levels})", len(now.not_marked)),
        ("unassessed_count", f'=COUNTIF({levels},"{label("grid.not_assessed")}")', len(now.not_assessed)),
        ("exact_mark", f"={tests}{_mark(first, last, grid)}{')' * len(rules)}", known[0]),
        ("rounded_mark", f"=IF(ISNUMBER({exact}),{_rounding(exact, grid)},{exact})", known[1]),
    )
    for down, (name, formula, value) in enumerate(rows, start=row + 1):
        words = label(f"grid.{name}", total=grid.total)
        sheet.merge_range(down, 4, down, LEVEL, words, styles["head"])
        sheet.write_formula(down, VALUE, formula, styles["total"], value)


def _weight(first: int, last: int, carrier: str | None = None) -> str:
    """Return the sum of the weights of the lines that count, of one carrier or of both."""
    chosen = f'*($L${first}:$L${last}="{label(f"grid.carried.{carrier}")}")' if carrier else ""
    return f"SUMPRODUCT(ISNUMBER($I${first}:$I${last}){chosen}*$G${first}:$G${last})"


def _mark(first: int, last: int, grid: Grid) -> str:
    """Return the exact mark as a formula; with a group share, each side is a mean of its own lines."""
    total = parse_exact(grid.total)
    points = f"$J${first}:$J${last}"
    scale = f"*{total.numerator}/{total.denominator}"
    if grid.reglement.group_share is None:
        return f"SUM({points})/{_weight(first, last)}{scale}"
    share = parse_exact(grid.reglement.group_share)
    weights = {side: _weight(first, last, side) for side in ("group", "candidate")}
    mean = {
        side: f'SUMIF($L${first}:$L${last},"{label(f"grid.carried.{side}")}",{points})/{weights[side]}'
        for side in weights
    }
    rest = 1 - share
    both = (
        f"{share.numerator}/{share.denominator}*{mean['group']}"
        f"+{rest.numerator}/{rest.denominator}*{mean['candidate']}"
    )
    one = f"IF({weights['candidate']}=0,{mean['group']},{both})"
    return f"IF({weights['group']}=0,{mean['candidate']},{one}){scale}"


def _rounding(mark: str, grid: Grid) -> str:
    """Return the rounding formula. The inner ROUND takes away the dust of binary fractions, not a decision."""
    step: Fraction = parse_exact(grid.reglement.step)
    units = f"ROUND({mark}*{step.denominator}/{step.numerator},9)"
    back = f"*{step.numerator}/{step.denominator}"
    names = {"half_up": f"ROUND({units},0)", "up": f"ROUNDUP({units},0)", "down": f"ROUNDDOWN({units},0)"}
    even = f"IF(ABS({units}-INT({units})-0.5)<0.000000001,2*ROUND({units}/2,0),ROUND({units},0))"
    return f"{names.get(grid.reglement.mode, even)}{back}"


def _page(sheet: Any, grid: Grid) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST_ROW - 1)
    sheet.set_footer(f"&L{grid.code}&RPage &P / &N")
    sheet.protect()
