"""What a session's subjects are for: an exam or a mock exam, and what follows for their forms and their stamp."""

from __future__ import annotations

from collections.abc import Iterable

from kit.cases.burned import Burned
from kit.cases.uses import Use
from kit.messages import label
from kit.sessions.model import EpreuvePlan
from kit.sessions.opening import Session


def use_of(session: Session) -> Use:
    """Return what the subjects of a session are for."""
    return "mock" if session.config.mock else "exam"


def session_stamp(session: Session) -> str | None:
    """Return what every document of a session says, None for an exam: a demonstration, or a mock exam."""
    if session.config.demo:
        return label("doc.stamp_demo")
    return label("doc.stamp_mock") if session.config.mock else None


def given_up(burned: Iterable[Burned], plan: EpreuvePlan) -> frozenset[tuple[str, str]]:
    """Return dossier and form of what an épreuve may not give.

    *Why* the days: a form is often published once its exam is over, and building that exam again must give the
    subject that was sat.
    """
    return frozenset(
        (row.dossier, row.form)
        for row in burned
        if row.template == plan.template and row.on <= plan.first_day
    )
