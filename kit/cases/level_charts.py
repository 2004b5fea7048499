"""Levels over time: one small chart a competence, all on the same scale, so that the eye compares their course."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from kit.cases.charts import _STYLE, COLOURS, figure

_WIDE = 4


@dataclass(frozen=True, slots=True)
class Panel:
    """A small chart: its title, the value at each place that has one, and what somebody else said (places too)."""

    title: str
    values: Mapping[int, float]
    others: Mapping[int, float]


def small_multiples(
    panels: Sequence[Panel],
    places: Sequence[str],
    levels: Mapping[str, float],
    own: str,
    other: str,
    x: str,
) -> Figure:
    """Return one small chart a panel; a round mark is `own`, a hollow square is `other`: never colour alone.

    Args:
        panels: the charts, in reading order.
        places: what stands under each place across, in order.
        levels: the value of each level, by the words written beside it.
        own: the words for the panels' values.
        other: the words for what somebody else said.
        x: what the places are.
    """
    rows = math.ceil(len(panels) / _WIDE)
    with mpl.rc_context(_STYLE):
        made, first = figure(6.3, 1.25 * rows + 0.55)
        first.remove()
        grid = made.add_gridspec(rows, _WIDE)
        for rank, panel in enumerate(panels):
            axes = made.add_subplot(grid[rank // _WIDE, rank % _WIDE])
            _draw(axes, panel, places, levels, words=rank % _WIDE == 0)
        marks = [_mark(own, "o", COLOURS[0])]
        if any(panel.others for panel in panels):
            marks.append(_mark(other, "s", COLOURS[1]))
        made.legend(handles=marks, loc="outside lower center", ncols=2, fontsize=8, title=x, title_fontsize=8)
        return made


def _draw(
    axes: Any, panel: Panel, places: Sequence[str], levels: Mapping[str, float], *, words: bool
) -> None:
    at = sorted(panel.values)
    axes.plot(at, [panel.values[place] for place in at], "-o", color=COLOURS[0], markersize=4, linewidth=1.3)
    others = sorted(panel.others)
    axes.plot(
        others, [panel.others[place] for place in others], "s", color=COLOURS[1], markersize=7,
        markerfacecolor="none",
    )  # fmt: skip
    axes.set_title(panel.title, fontsize=9, fontweight="bold", loc="left", pad=3)
    axes.set(ylim=(-0.12, 1.12), xlim=(-0.5, len(places) - 0.5))
    axes.set_yticks(list(levels.values()), list(levels) if words else [""] * len(levels), fontsize=6.5)
    shown = range(len(places)) if len(places) <= 8 else (0, len(places) - 1)
    axes.set_xticks(list(shown), [places[place] for place in shown], fontsize=6.5)
    axes.tick_params(length=0)


def _mark(words: str, shape: str, colour: str) -> Any:
    face = colour if shape == "o" else "none"
    return mpl.lines.Line2D(
        [], [], linestyle="none", marker=shape, color=colour, markerfacecolor=face, label=words
    )
