"""The correction grid as a workbook: validated lists, formulas that agree with the exact score, locked wording.

Each formula is written with the value the kit computes, because spreadsheet programs do not all recalculate
at opening. Reading marks back never trusts the formulas: it recomputes from the levels.
"""

from __future__ import annotations

import io
from fractions import Fraction
from math import ceil
from typing import Any

from kit.documents.packaging import NO_DATE, stable_zip
from kit.grids.model import Grid, GridLine
from kit.messages import label
from kit.referentiel import parse_exact

FIRST_ROW = 8
COLUMNS = (
    "code_column", "competence", "part", "wording", "signs", "questions", "weight", "level", "value", "points",
    "comment", "carrier",
)  # fmt: skip
WIDTHS = (9, 13, 11, 44, 52, 11, 8, 22, 11, 9, 40, 10)
WEIGHT, LEVEL, VALUE, POINTS, COMMENT, CARRIER = range(6, 12)


def grid_workbook(grid: Grid) -> bytes:
    """Return the grid as XLSX. The same grid gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    title = f"{label('grid.title')} – {grid.code}"
    book.set_properties({"title": title, "author": "", "comments": "", "created": NO_DATE})
    sheet = book.add_worksheet(label("grid.sheet"))
    scale = book.add_worksheet(label("grid.scale_sheet"))
    styles = _styles(book)
    _scale(scale, grid, styles)
    _head(sheet, grid, styles)
    for row, line in enumerate(grid.lines, start=FIRST_ROW):
        _line(sheet, row, line, grid, styles)
    _foot(sheet, FIRST_ROW + len(grid.lines), grid, styles)
    _page(sheet, grid)
    book.close()
    return stable_zip(buffer.getvalue())


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
        _exact(sheet, row, 1, parse_exact(level.value), styles["number"])
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


def _head(sheet: Any, grid: Grid, styles: dict[str, Any]) -> None:
    sheet.write_string(0, 0, f"{label('grid.title')} – {grid.code}", styles["title"])
    sheet.write_string(1, 0, label("grid.protected"), styles["note"])
    for row, name in enumerate(("grid.subject", "grid.copy", "grid.marker"), start=2):
        sheet.write_string(row, 0, label(name), styles["label"])
        if name == "grid.subject":
            sheet.write_string(row, 3, grid.code)
        else:
            sheet.write_blank(row, 3, None, styles["free"])
    rule = "grid.example" if grid.reglement.example else "grid.rule"
    name = label("grid.reglement", slug=grid.reglement.slug, version=grid.reglement.version)
    sheet.write_string(5, 0, label(rule, reglement=name), styles["note"])
    for column, key in enumerate(COLUMNS):
        sheet.write_string(FIRST_ROW - 1, column, label(f"grid.{key}"), styles["head"])


def _exact(sheet: Any, row: int, column: int, value: Fraction, style: Any) -> None:
    """Write a number; one that no decimal writes is a division, so that the program computes with the fraction."""
    if value.denominator == 1:
        sheet.write_number(row, column, value.numerator, style)
    else:
        sheet.write_formula(row, column, f"={value.numerator}/{value.denominator}", style, float(value))


def _line(sheet: Any, row: int, line: GridLine, grid: Grid, styles: dict[str, Any]) -> None:
    signs = "\n".join(f"• {sign}" for sign in line.observables)
    words = (line.criterion, line.competence, line.part, line.text, signs)
    for column, value in enumerate(words):
        sheet.write_string(row, column, value, styles["code" if column == 0 else "text"])
    sheet.set_row(row, _height(words))
    sheet.write_string(row, 5, ", ".join(line.questions), styles["text"])
    _exact(sheet, row, WEIGHT, parse_exact(line.weight), styles["number"])
    sheet.write_blank(row, LEVEL, None, styles["free"])
    sheet.write_formula(row, VALUE, _value(row + 1, grid), styles["number"], label("grid.not_marked"))
    points = f"=IF(ISNUMBER($I{row + 1}),$G{row + 1}*$I{row + 1},0)"
    sheet.write_formula(row, POINTS, points, styles["number"], 0)
    sheet.write_blank(row, COMMENT, None, styles["free"])
    sheet.write_string(row, CARRIER, label(f"grid.carried.{line.carrier}"), styles["text"])
    sheet.data_validation(
        row, LEVEL, row, LEVEL,
        {"validate": "list", "source": f"={_choices(grid)}", "error_title": label("grid.level"),
         "error_message": label("grid.choose")},
    )  # fmt: skip


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


def _foot(sheet: Any, row: int, grid: Grid, styles: dict[str, Any]) -> None:
    first, last = FIRST_ROW + 1, row
    levels = f"$H${first}:$H${last}"
    # COUNTBLANK and the texts of column I keep « non noté » and « non évalué » apart from a level worth zero.
    left, unassessed, exact = (f"$I${row + down}" for down in (2, 3, 4))
    rules = [(f"{left}>0", "grid.incomplete")]
    if grid.reglement.not_assessed == "no_mark":
        rules.append((f"{unassessed}>0", "grid.no_mark"))
    rules.append((f"{_weight(first, last)}=0", "grid.nothing_left"))
    tests = "".join(f'IF({test},"{label(code)}",' for test, code in rules)
    incomplete = label("grid.incomplete")
    rows = (
        ("left", f"=COUNTBLANK({levels})", len(grid.lines)),
        ("unassessed_count", f'=COUNTIF({levels},"{label("grid.not_assessed")}")', 0),
        ("exact_mark", f"={tests}{_mark(first, last, grid)}{')' * len(rules)}", incomplete),
        ("rounded_mark", f"=IF(ISNUMBER({exact}),{_rounding(exact, grid)},{exact})", incomplete),
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
