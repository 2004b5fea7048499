"""Grids to open: the one beside a notebook, or a practice grid made from the référentiel alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kit.errors import KitError
from kit.grids import Grid, GridLine
from kit.grids.grid_file import read_grid
from kit.grids.model import GridRules
from kit.messages import label
from kit.package_data import is_shipped
from kit.referentiel import (
    DEFAULT,
    Epreuve,
    Referentiel,
    find_referentiel,
    load_referentiel,
    load_reglement,
    natural_key,
)


def open_grid(path: str | Path = "", *, epreuve: str = "", referentiel: str = DEFAULT) -> Grid:
    """Return the grid of a `grid.json`; without a path, a practice grid of an épreuve.

    Raises:
        InvalidFile: the file is no grid; every problem is listed.
        UnknownCode: no such référentiel or épreuve.
    """
    return read_grid(Path(path)) if str(path) else practice_grid(epreuve, referentiel)


def practice_grid(epreuve: str = "", referentiel: str = DEFAULT) -> Grid:
    """Return a grid of an épreuve's principal criteria, all of the same weight, bound to no subject.

    Args:
        epreuve: its id (default: the first one that a candidate sits alone).
        referentiel: the slug of its référentiel.

    Raises:
        UnknownCode: no such référentiel or épreuve.
        InvalidFile: the référentiel's files break their rules.
    """
    folder = find_referentiel(referentiel)
    loaded = load_referentiel(folder)
    reglement = load_reglement(folder / "reglement.yaml", loaded)
    chosen = loaded.epreuve(epreuve) if epreuve else _sat_alone(loaded)
    links = {
        (link.criterion, link.part): link
        for link in chosen.links
        if link.role == "principal" and link.when is None
    }
    lines = tuple(
        GridLine(
            criterion=link.criterion, competence=loaded.criterion(link.criterion).competence, part=link.part,
            carrier=link.carrier, evidence=link.evidence, text=loaded.criterion(link.criterion).text,
            weight="1", questions=(), observables=(),
        )
        for _, link in sorted(links.items(), key=lambda item: (natural_key(item[0][0]), item[0][1]))
    )  # fmt: skip
    rules = GridRules(
        slug=reglement.slug, version=reglement.version, example=reglement.is_example,
        step=reglement.rounding.step, mode=reglement.rounding.mode, not_assessed=reglement.not_assessed,
        group_share=reglement.group_share.get(chosen.id),
    )  # fmt: skip
    return Grid(
        code=label("ui.practice_code", epreuve=chosen.id), session="", referentiel=loaded.slug, reglement=rules,
        epreuve=chosen.id, version="entrainement", variant=1, total=reglement.total, scale=reglement.scale, lines=lines,
    )  # fmt: skip


def _sat_alone(referentiel: Referentiel) -> Epreuve:
    alone = (epreuve for epreuve in referentiel.epreuves if epreuve.work == ("individuel",))
    return next(alone, referentiel.epreuves[0])


@dataclass(frozen=True, slots=True)
class Titles:
    """The wordings a grid does not carry itself, by id; empty where its référentiel is not at hand."""

    epreuve: str = ""
    competences: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def titles_of(grid: Grid) -> Titles:
    """Return the titles of a grid's épreuve, competences and parts, as far as its référentiel is at hand."""
    try:
        referentiel = load_referentiel(find_referentiel(grid.referentiel))
        epreuve = referentiel.epreuve(grid.epreuve)
    except KitError:
        return Titles()
    competences = {item.id: item.text for item in referentiel.competences}
    return Titles(epreuve.short_title, competences, {part.id: part.label for part in epreuve.parts})


def working_folder() -> Path:
    """Return where files go when nobody said: the current folder, or the home when that is the kit's own."""
    here = Path.cwd()
    return Path.home() if is_shipped(here) else here
