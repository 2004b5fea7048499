"""The rattrapage: the session that gives candidates what they still need.

The subjects are the rattrapage version of the session that is resat: prepared with it, drawn apart from what was
given, and drawn once more where somebody was given it already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from kit.environment import environment
from kit.errors import AuthorError, Finding, InvalidFile, MarkingError, Place
from kit.jury.needs import Need, acquired_blocs, resit_needs
from kit.jury.neutralising import neutralised
from kit.jury.pv import SignedPv, deliberated_on, signed
from kit.marking.book import MarkBook
from kit.marking.copies import all_copies
from kit.referentiel import natural_key
from kit.sessions.examples import (
    GITIGNORE,
    comment,
    create_folder,
    gitignore_text,
    is_empty,
    refuse_file,
    table_text,
)
from kit.sessions.files import CONFIG
from kit.sessions.model import (
    FIRST_YEAR,
    LAST_YEAR,
    Acquired,
    Assignment,
    Attendance,
    Candidate,
    Draw,
    EpreuvePlan,
    Member,
    PartPlan,
    Person,
    Registration,
    Row,
    Version,
    is_exam_year,
)
from kit.sessions.opening import Session
from kit.sessions.seeds import obtain_secret
from kit.sessions.values import is_identifier

_VERSION: Version = "rattrapage"


def new_resit(
    session: Session, book: MarkBook, folder: Path, first_day: date, session_id: str | None = None
) -> tuple[Need, ...]:
    """Write the folder of a rattrapage session, and return what each of its candidates sits.

    An épreuve that the session resat did not have is not in it (see `elsewhere`). Dates keep their distance from the
    first; people, assignments and groups are those of the session that is resat, for
    the candidates who come back. All of it is there, or nothing.

    Args:
        session: the session that is resat.
        book: its marks and its PV.
        folder: where to write; it may exist when it is empty.
        first_day: the first day of the new session.
        session_id: its id (default: the old one's and `-R`).

    Raises:
        MarkingError: no PV is signed, nobody has anything to sit again, the first day is not after the jury's, or a
            date goes beyond the years of examinations.
        AuthorError: the folder holds something, is no folder, or lies in the session that is resat.
        InvalidFile: the id cannot be one.
        EnvironmentFault: the disk or the store refuses.
    """
    name = f"{session.config.id}-R" if session_id is None else session_id
    if name == session.config.id:
        raise InvalidFile.of("resit.same_id", Place(CONFIG, field="id"), value=name)
    if not is_identifier(name):
        raise InvalidFile.of("session.value.id", Place(CONFIG, field="id"), value=name)
    if not is_exam_year(first_day):
        raise MarkingError.of("resit.year", date=first_day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    _refuse_folder(session, folder)
    everything = resit_needs(session, book)
    needs = tuple(
        need for need in everything if need.is_allowed and set(need.epreuves) & session.config.epreuves.keys()
    )
    if not needs:
        raise MarkingError(Finding("resit.nobody", Place(item=session.config.id)))
    if first_day <= deliberated_on(session, signed(book)[0]):
        raise MarkingError(Finding("resit.too_early", Place(item=name), {"date": first_day.isoformat()}))
    back = {need.candidate for need in needs}
    brought = [item for item in acquired_blocs(session, book) if item.candidate in back]
    brought += [item for need in everything if need.candidate in back for item in need.kept]
    texts = {
        CONFIG: _config(session, needs, first_day, name, signed(book)[0]),
        GITIGNORE: gitignore_text(),
        Acquired.file: table_text(Acquired, [item.cells() for item in brought]),
        **_tables(session, needs),
    }
    if session.config.reglement is not None:
        texts["reglement.yaml"] = session.reglement_file.read_text("utf-8")
    create_folder(folder, texts, obtain_secret(session.root, demo=session.config.demo))
    return needs


def _refuse_folder(session: Session, folder: Path) -> None:
    """Refuse to write where something is, or where the next build or pack of the session would find it.

    Raises:
        AuthorError: the folder holds something, is no folder, or lies in the session.
    """
    refuse_file(folder)
    with environment(folder):
        if folder.resolve().is_relative_to(session.root.resolve()):
            raise AuthorError.of("resit.inside", Place(str(folder)), session=str(session.root))
    if not is_empty(folder):
        raise AuthorError.of("session.folder.not_empty", Place(str(folder)))


def elsewhere(session: Session, needs: Sequence[Need]) -> tuple[str, ...]:
    """Return the épreuves that candidates need and that the session resat does not plan."""
    needed = {epreuve for need in needs for epreuve in need.epreuves}
    return tuple(sorted(needed - session.config.epreuves.keys(), key=natural_key))


def alone(session: Session, needs: Sequence[Need]) -> tuple[tuple[str, str, str], ...]:
    """Return who would sit an épreuve alone in the group he had for it: épreuve, group, candidate."""
    back = {(need.candidate, epreuve) for need in needs for epreuve in need.epreuves}
    groups: dict[tuple[str, str], list[str]] = {}
    for item in session.groups:
        if (item.candidate, item.epreuve) in back:
            groups.setdefault((item.epreuve, item.group), []).append(item.candidate)
    found = [(epreuve, group, who[0]) for (epreuve, group), who in groups.items() if len(who) == 1]
    return tuple(sorted(found, key=lambda item: (natural_key(item[0]), item[1])))


def neutralised_before(session: Session, book: MarkBook, needs: Sequence[Need]) -> tuple[str, ...]:
    """Return the references of the decisions to neutralise that the candidates who come back would need again.

    Raises:
        EnvironmentFault: the store refuses.
    """
    back = {(need.candidate, epreuve) for need in needs for epreuve in need.epreuves}
    found = {item.reference for item in neutralised(book) if (item.candidate, item.epreuve) in back}
    return tuple(sorted(found))


def _tables(session: Session, needs: Sequence[Need]) -> dict[str, str]:
    sits = {
        (need.candidate, epreuve): need.attempt
        for need in needs
        for epreuve in need.epreuves
        if epreuve in session.config.epreuves
    }
    back, epreuves = {who for who, _ in sits}, {epreuve for _, epreuve in sits}
    rows: dict[type[Row], list[Any]] = {
        Candidate: [item for item in session.candidates if item.id in back],
        Registration: [
            Registration(candidate=who, epreuve=epreuve, attempt=attempt)
            for (who, epreuve), attempt in sits.items()
        ],
        Member: [item for item in session.groups if (item.candidate, item.epreuve) in sits],
        Person: list(session.people),
        Assignment: [
            item
            for item in session.assignments
            if (item.epreuve is None or item.epreuve in epreuves)
            and (item.candidate is None or item.candidate in back)
            and (item.candidate is None or item.epreuve is None or (item.candidate, item.epreuve) in sits)
        ],
        Draw: [item for item in _draws(session) if item.epreuve in epreuves],
        Attendance: [
            item
            for item in session.attendances
            if item.state == "exempt" and (item.candidate, item.epreuve) in sits
        ],
    }  # fmt: skip
    return {
        model.file: table_text(model, [item.cells() for item in items])
        for model, items in rows.items()
        if items or model in (Candidate, Registration)
    }


def _draws(session: Session) -> Iterator[Draw]:
    """Yield the draws of the rattrapage subjects, one more for each that somebody was given already."""
    copies = all_copies(session)
    given = {(copy.key.epreuve, copy.variant) for copy in copies if copy.version == _VERSION}
    draws = {(row.epreuve, row.variant): row.draw for row in session.draws if row.version == _VERSION}
    for epreuve, variant in sorted(given | draws.keys()):
        draw = draws.get((epreuve, variant), 1) + ((epreuve, variant) in given)
        yield Draw(epreuve=epreuve, version=_VERSION, variant=variant, draw=draw)


def _config(session: Session, needs: Sequence[Need], first_day: date, name: str, pv: SignedPv) -> str:
    config = session.config
    wanted = {epreuve for need in needs for epreuve in need.epreuves}
    plans = {code: plan for code, plan in config.epreuves.items() if code in wanted}
    days = [_day(part) for plan in plans.values() for part in plan.parts]
    shift = first_day - min(days)
    if not is_exam_year(last := max(days) + shift):
        raise MarkingError.of("resit.year", date=last.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    data: dict[str, Any] = {
        "id": name, "centre": config.centre, "timezone": config.timezone, "referentiel": config.referentiel,
        **({"reglement": "reglement.yaml"} if config.reglement is not None else {}),
        **({"store": config.store.get_secret_value()} if config.store is not None else {}),
        "demo": config.demo,
        "resits": {"session": config.id, "deliberated": deliberated_on(session, pv), "pv": pv.digest},
        "epreuves": {
            code: _plan(plan, shift, sum(code in need.epreuves for need in needs)) for code, plan in plans.items()
        },
    }  # fmt: skip
    head = "\n".join(comment("resit.session"))
    return f"{head}\n{yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)}"


def _plan(plan: EpreuvePlan, shift: timedelta, candidates: int) -> dict[str, Any]:
    return {
        "template": plan.template,
        "versions": [_VERSION],
        "variants": min(plan.variants, candidates),
        **({"parameters": dict(plan.parameters)} if plan.parameters else {}),
        "parts": [_part(part, shift) for part in plan.parts],
    }


def _part(part: PartPlan, shift: timedelta) -> dict[str, Any]:
    moved = {
        "date": part.date + shift if part.date is not None else None,
        "start": part.start.isoformat("minutes") if part.start is not None else None,
        "deadline": (part.deadline + shift).isoformat("T", "minutes") if part.deadline is not None else None,
    }
    values = {"id": part.id, "mode": part.mode, "duration": part.duration, "slot": part.slot, **moved}
    shown = {key: value for key, value in values.items() if value is not None}
    return {**shown, "anonymous": part.anonymous}


def _day(part: PartPlan) -> date:
    day = part.date or (part.deadline.date() if part.deadline is not None else None)
    assert day is not None  # noqa: S101 - every mode has a date or a deadline
    return day
