"""What the cover of a session's documents says beside the subject: who certifies, where, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from kit.messages import label
from kit.referentiel import Referentiel, Reglement


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """Facts of a session that documents print. None means unknown, and is then left out or said so."""

    certifier: str
    certification: str | None
    bloc: str
    epreuve: str
    epreuve_title: str
    form: str
    session: str
    centre: str
    day: date | None = None
    start: time | None = None
    stamp: str | None = None
    reglement: str = ""
    reglement_is_example: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)


def exam_facts(
    referentiel: Referentiel,
    reglement: Reglement,
    epreuve: str,
    *,
    session: str,
    centre: str,
    day: date | None = None,
    start: time | None = None,
    stamp: str | None = None,
) -> ExamFacts:
    """Return the facts of an épreuve's documents in a session.

    Raises:
        UnknownCode: the référentiel has no such épreuve.
    """
    found = referentiel.epreuve(epreuve)
    bloc = referentiel.bloc(found.bloc)
    return ExamFacts(
        certifier=referentiel.source.certifier,
        certification=referentiel.title,
        bloc=f"{bloc.id} – {bloc.text}",
        epreuve=found.id,
        epreuve_title=found.title.rstrip("."),
        form=found.form,
        session=session,
        centre=centre,
        day=day,
        start=start,
        stamp=stamp,
        reglement=label("grid.reglement", slug=reglement.slug, version=reglement.version),
        reglement_is_example=reglement.is_example,
        levels=reglement.scale.labels,
    )
