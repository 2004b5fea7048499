"""The correction grid of a subject, the marks put in it, and the exact score they give."""

from kit.grids.building import build_grid
from kit.grids.model import Grid, GridLine, Mark, Score
from kit.grids.scoring import round_to, score

__all__ = ["Grid", "GridLine", "Mark", "Score", "build_grid", "round_to", "score"]
