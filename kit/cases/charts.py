"""Charts for annexes: matplotlib in the house style, meaning never by colour alone.

Numbers are written in French, or in English where `language="en"`.

Bars of different series carry hatches and direct labels, lines carry markers, so that a chart printed in
black and white still reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import matplotlib as mpl
import matplotlib.patches
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from kit.cases import english
from kit.french import number

COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#595959")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++")
MARKERS = ("o", "s", "^", "D", "v", "P")
_LEGEND_LETTERS = 60
_NUMBERS: Mapping[str, Callable[..., str]] = {"fr": number, "en": english.number}
_STYLE: Any = {
    "font.family": "Lato",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#d9d9d9",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "kit",
}


def _fonts() -> None:
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    if "Lato" not in known:
        for style in ("Regular", "Bold", "Italic"):
            font_manager.fontManager.addfont(str(files("fontpkg_lato") / "files" / f"Lato-{style}.ttf"))


def figure(width: float = 6.3, height: float = 3.0) -> tuple[Figure, Any]:
    """Return an empty figure and its axes in the house style; sizes in inches."""
    _fonts()
    with mpl.rc_context(_STYLE):
        made = Figure(figsize=(width, height), layout="constrained")
        return made, made.add_subplot()


def _axis(axes: Any, title: str, language: str = "fr") -> None:
    axes.set_ylabel(title)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _NUMBERS[language](round(value, 6))))


def _columns(names: Iterable[str]) -> int:
    """Return how many columns a legend takes without growing wider than the figure."""
    kept = list(names)
    return min(4, len(kept)) if sum(map(len, kept)) <= _LEGEND_LETTERS else 2


def bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    places: int = 0,
    values: bool = True,
    height: float = 3.0,
    language: str = "fr",
) -> Figure:
    """Return grouped bars: one group a label, one bar a series, the value written above each bar."""
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=height)
        width = 0.8 / len(series)
        for i, (name, heights) in enumerate(series.items()):
            at = [x + (i - (len(series) - 1) / 2) * width for x in range(len(labels))]
            drawn = axes.bar(
                at, [float(h) for h in heights], width * 0.92, label=name, color=COLOURS[i % 6],
                hatch=HATCHES[i % 6], edgecolor="white",
            )  # fmt: skip
            if values:
                axes.bar_label(
                    drawn, [_NUMBERS[language](h, places) for h in heights], fontsize=7.5, padding=2
                )
        axes.set_xticks(range(len(labels)), labels)
        axes.grid(visible=False, axis="x")
        _axis(axes, unit, language)
        if len(series) > 1:
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=_columns(series))
        return made


def horizontal_bars(
    labels: Sequence[str], values: Sequence[Any], *, unit: str = "", places: int = 0, height: float = 3.0
) -> Figure:
    """Return one horizontal bar a label, first label on top, the value written at its end."""
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=height)
        drawn = axes.barh(range(len(labels)), [float(v) for v in values], 0.65, color=COLOURS[0])
        axes.bar_label(drawn, [number(v, places) for v in values], fontsize=8, padding=3)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(unit)
        axes.margins(x=0.12)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 6))))
        return made


def lines(
    labels: Sequence[str],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    height: float = 3.0,
    language: str = "fr",
) -> Figure:
    """Return lines over ordered labels (months, years), each with its own marker and dash."""
    dashes = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=height)
        for i, (name, values) in enumerate(series.items()):
            axes.plot(
                range(len(labels)), [float(v) for v in values], label=name, color=COLOURS[i % 6],
                marker=MARKERS[i % 6], markersize=4, linewidth=1.5, linestyle=dashes[i % 6],
            )  # fmt: skip
        axes.set_xticks(range(len(labels)), labels, rotation=0 if len(labels) < 9 else 45)
        _axis(axes, unit, language)
        if len(series) > 1:
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=_columns(series))
        return made


def scatter(
    points: Mapping[str, tuple[Any, Any]], *, x: str, y: str, emphasis: str | None = None, height: float = 3.8
) -> Figure:
    """Return a positioning map: one labelled point a name; `emphasis` is drawn larger."""
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=height)
        for i, (name, (across, up)) in enumerate(points.items()):
            size = 90 if name == emphasis else 45
            axes.scatter([float(across)], [float(up)], s=size, color=COLOURS[1 if name == emphasis else 0],
                         marker=MARKERS[i % 6])  # fmt: skip
            axes.annotate(name, (float(across), float(up)), textcoords="offset points", xytext=(6, 5), fontsize=8,
                          fontweight="bold" if name == emphasis else "normal")  # fmt: skip
        axes.set_xlabel(x)
        axes.grid(visible=True, axis="both")
        axes.margins(0.18)
        _axis(axes, y)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 6))))
        return made


def boxes(
    labels: Sequence[str],
    series: Sequence[Sequence[Any]],
    *,
    unit: str = "",
    top: float | None = None,
    height: float = 3.4,
) -> Figure:
    """Return one box a label (quartiles, median, extremes) with every value beside it as a dot."""
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=height)
        values = [[float(value) for value in each] for each in series]
        axes.boxplot(
            values, widths=0.5, whis=(0, 100), patch_artist=True,
            boxprops={"facecolor": "#dce6f1", "edgecolor": COLOURS[0]},
            medianprops={"color": COLOURS[1], "linewidth": 2}, whiskerprops={"color": COLOURS[0]},
            capprops={"color": COLOURS[0]},
        )  # fmt: skip
        for place, each in enumerate(values, start=1):
            axes.plot([place + 0.36] * len(each), each, "o", color=COLOURS[0], markersize=2.5, alpha=0.55)
        axes.set_xticks(range(1, len(labels) + 1), labels)
        axes.grid(visible=False, axis="x")
        if top is not None:
            axes.set_ylim(0, top)
        _axis(axes, unit)
        return made


def heat_map(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[str]], shades: Mapping[str, str]
) -> Figure:
    """Return a table of signs, each on its own shade: what a colour says, the sign says too."""
    with mpl.rc_context(_STYLE):
        made, axes = figure(height=max(1.6, 0.19 * len(rows) + 0.7))
        for up, line in enumerate(cells):
            for across, sign in enumerate(line):
                axes.add_patch(
                    mpl.patches.Rectangle((across, up), 1, 1, facecolor=shades[sign], edgecolor="white")
                )
                axes.text(
                    across + 0.5, up + 0.52, sign, ha="center", va="center", fontsize=6.5, color="#1a1a1a"
                )
        axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        axes.set_xticks([place + 0.5 for place in range(len(columns))], columns, rotation=90, fontsize=7)
        axes.set_yticks([place + 0.5 for place in range(len(rows))], rows, fontsize=7)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.grid(visible=False, axis="both")
        for side in axes.spines.values():
            side.set_visible(False)
        return made


def histogram(values: Sequence[float], width: float = 3.6, height: float = 1.3) -> Figure:
    """Return how values spread, without a vertical scale: the shape is what is looked at."""
    made, axes = figure(width, height)
    axes.hist(values, bins=20, color=COLOURS[0])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 6))))
    return made
