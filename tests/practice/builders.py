"""Works of a learner's book, written by hand: what was judged, typed, and said by others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kit.grids import Grid
from kit.practice.values import Asked, AskedFigure, Confidence, Judgement, Outside, Record, Role, Try, Work
from tests.case_builders import a_grid

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_work(number: int = 1, day: int = 0, grid: Grid | None = None, **fields: Any) -> Work:
    """Return a work begun on a day and ended an hour later, with two computed answers to its question Q1."""
    begun = DAY + timedelta(days=day)
    values: dict[str, Any] = {
        "id": number, "asked": Asked("e2-essai", 4217), "title": "Un cas", "epreuve": "E2",
        "referentiel": "petit-titre", "signature": "0" * 64, "begun": begun,
        "finished": begun + timedelta(hours=1), "given": "", "grid": grid or a_grid(),
        "figures": (
            AskedFigure("Q1", "marge", "Marge", "€", 0, ("C1",)),
            AskedFigure("Q1", "taux", "Taux", "%", 1, ("C1",)),
        ),
    }  # fmt: skip
    return Work(**{**values, **fields})


def a_record(
    work: Work | None = None,
    levels: Mapping[str, str] | None = None,
    outcomes: Mapping[str, tuple[Any, ...]] | None = None,
    outside: tuple[Outside, ...] = (),
    confidence: Confidence | None = None,
) -> Record:
    """Return a record: levels by criterion, outcomes of what was typed by computed answer."""
    work = work or a_work()
    tries = tuple(
        Try("Q1", name, "12", outcome, work.begun + timedelta(minutes=minute))
        for name, all_of in (outcomes or {}).items()
        for minute, outcome in enumerate(all_of)
    )
    judgements = {
        f"{criterion}@ecrit": Judgement(f"{criterion}@ecrit", level, "Page 2.", confidence, "Relire.")
        for criterion, level in (levels or {}).items()
    }
    return Record(work, tries=tries, judgements=judgements, outside=outside)


def said(
    criterion: str, level: str | None, role: Role = "trainer", author: str = "F. Roux", day: int = 1
) -> Outside:
    """Return what somebody says of a criterion."""
    return Outside(f"{criterion}@ecrit", role, author, level, "", DAY + timedelta(days=day))
