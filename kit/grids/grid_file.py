"""The file of a grid, `grid.json`, as the build writes it beside the documents of a variant."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from kit.errors import InvalidFile
from kit.grids.model import Grid
from kit.grids.strict_json import read_json
from kit.reading import findings_of


def read_grid(path: Path) -> Grid:
    """Return the grid of a `grid.json`.

    Raises:
        InvalidFile: the file is no grid; every problem is listed.
    """
    try:
        return Grid.model_validate(read_json(path, "grid.not_json"))
    except ValidationError as error:
        raise InvalidFile(*findings_of(error, str(path), model=Grid)) from error
