"""The grids of a session as built, for what they let be observed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kit.authoring.observing import Sight, sights_of_grid
from kit.errors import Finding, InvalidFile, Place
from kit.grids import Grid
from kit.grids.grid_file import read_grid
from kit.sessions.manifest import read_manifest
from kit.sessions.opening import open_session

BUILD = "build"


def session_grids(folder: Path, referentiel: str) -> Iterator[tuple[str, Grid]]:
    """Yield the template and the grid of each subject of a session, in the order of its manifest.

    Args:
        folder: the session's folder.
        referentiel: slug of the référentiel looked at.

    Raises:
        InvalidFile: the session is not built, follows another référentiel, or a grid cannot be read.
    """
    session = open_session(folder)
    manifest = read_manifest(folder / BUILD)
    where = Place(str(folder))
    if session.referentiel.slug != referentiel:
        fields = {"other": session.referentiel.slug, "wanted": referentiel}
        raise InvalidFile(Finding("coverage.other_referentiel", where, fields))
    if manifest is None:
        raise InvalidFile(Finding("coverage.not_built", where))
    for entry in manifest.files:
        plan = session.config.epreuves.get(entry.epreuve or "")
        if entry.kind == "grid" and plan is not None:
            yield plan.template, read_grid(folder / BUILD / entry.path)


def sights_of_sessions(folders: Iterable[Path], referentiel: str) -> tuple[list[Sight], list[str]]:
    """Return what the subjects of several sessions let be observed together, and the épreuves they are of.

    Raises:
        InvalidFile: as for `session_grids`.
    """
    sights: list[Sight] = []
    epreuves: list[str] = []
    for folder in folders:
        for template, grid in session_grids(folder, referentiel):
            sights += sights_of_grid(grid, template)
            epreuves.append(grid.epreuve)
    return sights, epreuves
