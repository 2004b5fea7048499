"""The rattrapage: what each candidate still needs after the jury, and the session that gives it.

What a failed bloc keeps, how often one may come back and until when is the règlement's (`resit`). The subjects are
the rattrapage version of the session that is resat: prepared with it, drawn apart from what was given, and drawn
once more where somebody was given it already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from kit.errors import AuthorError, Finding, InvalidFile, MarkingError, Place
from kit.grids.scoring import round_to
from kit.jury.pv import SignedPv, decided_by, deliberated_on, signed, source_of
from kit.marking.book import MarkBook
from kit.marking.copies import all_copies
from kit.messages import label
from kit.referentiel import Epreuve, natural_key, parse_exact
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
    Acquired,
    Assignment,
    Candidate,
    Draw,
    EpreuvePlan,
    Member,
    PartPlan,
    Person,
    Registration,
    Row,
    Version,
)
from kit.sessions.opening import Session
from kit.sessions.seeds import obtain_secret
from kit.sessions.values import is_identifier

_VERSION: Version = "rattrapage"


@dataclass(frozen=True, slots=True)
class Need:
    """What a candidate must sit again for a bloc.

    Attributes:
        candidate: his id.
        bloc: the bloc that was refused.
        epreuves: the épreuves he sits again.
        kept: what the règlement keeps for him inside the bloc.
        attempt: the number of his next attempt.
        is_allowed: whether the règlement still gives him that attempt.
    """

    candidate: str
    bloc: str
    epreuves: tuple[str, ...]
    kept: tuple[Acquired, ...]
    attempt: int
    is_allowed: bool


def resit_needs(session: Session, book: MarkBook) -> tuple[Need, ...]:
    """Return what each candidate still needs, by the PV and its rectificatifs.

    A bloc whose decision was deferred is not there: it waits for a rectificatif.

    Raises:
        MarkingError: no PV is signed.
        EnvironmentFault: the store refuses.
    """
    pvs = signed(book)
    if not pvs:
        raise MarkingError(Finding("jury.not_signed_yet", Place(item=session.config.id)))
    results = {item["id"]: item for item in pvs[0].content["results"]}
    return tuple(
        _need(session, pvs, results[candidate], bloc)
        for (candidate, bloc), decided in decided_by(pvs).items()
        if decided.choice == "refused"
    )


def _need(session: Session, pvs: Sequence[SignedPv], result: Mapping[str, Any], bloc: str) -> Need:
    candidate: str = result["id"]
    kept = tuple(_kept(session, pvs, result, bloc))
    left = {item.id for item in session.referentiel.competences_of(bloc)} - {item.code for item in kept}
    passed = {item.code for item in kept}
    epreuves = tuple(
        epreuve.id
        for epreuve in session.referentiel.epreuves
        if epreuve.bloc == bloc and epreuve.id not in passed and left & _competences_of(session, epreuve)
    )
    before = [
        item.attempt
        for item in session.registrations
        if item.candidate == candidate and session.referentiel.epreuve(item.epreuve).bloc == bloc
    ]
    attempt = max(before, default=1) + 1
    return Need(
        candidate, bloc, epreuves, kept, attempt, is_allowed=attempt <= session.reglement.resit.attempts + 1
    )


def _competences_of(session: Session, epreuve: Epreuve) -> set[str]:
    return {session.referentiel.criterion(code).competence for code in epreuve.criteria("principal")}


def _kept(
    session: Session, pvs: Sequence[SignedPv], result: Mapping[str, Any], bloc: str
) -> Iterator[Acquired]:
    """Yield what the règlement keeps inside a failed bloc, and what was kept of it before."""
    keeps = session.reglement.resit.keeps
    own = {item.id for item in session.referentiel.competences_of(bloc)}
    sat = {item.id for item in session.referentiel.epreuves if item.bloc == bloc}
    before = [item for item in session.acquired if item.candidate == result["id"] and item.code in own | sat]
    yield from before
    known = {item.code for item in before}
    if keeps == "acquired_competences":
        for code, item in result["competences"].items():
            if code in own - known and item["status"] == "acquis":
                yield _acquired(session, pvs[0], result["id"], code, item["mark"])
    elif keeps == "passed_epreuves":
        blocked = set(pvs[0].content["blocked"].get(result["id"], ()))
        for code, item in result["epreuves"].items():
            missed = blocked & set(session.referentiel.epreuve(code).criteria("principal"))
            if (
                code in sat - known
                and not missed
                and item["mark"] is not None
                and _is_passed(session, item["mark"])
            ):
                yield _acquired(session, pvs[0], result["id"], code, item["mark"])


def _is_passed(session: Session, mark: str) -> bool:
    """Whether an épreuve reaches the threshold that the règlement sets for its bloc."""
    threshold, rounding = session.reglement.bloc.threshold, session.reglement.rounding
    if threshold is None or session.reglement.bloc.rule == "share":
        return False
    return round_to(parse_exact(mark), rounding.step, rounding.mode) >= parse_exact(threshold)


def _acquired(session: Session, pv: SignedPv, candidate: str, code: str, mark: str | None = None) -> Acquired:
    referentiel = session.referentiel
    return Acquired(
        candidate=candidate, code=code, on=deliberated_on(session, pv), session=session.config.id,
        referentiel=f"{referentiel.slug} {referentiel.version}", pv=pv.digest, mark=mark,
    )  # fmt: skip


def acquired_blocs(session: Session, book: MarkBook) -> tuple[Acquired, ...]:
    """Return the blocs that candidates have for good after this session: those they brought, those it validated.

    A bloc that a rectificatif validated has the rectificatif's date and hash.

    Raises:
        EnvironmentFault: the store refuses.
    """
    blocs = {item.id for item in session.referentiel.blocs}
    pvs = signed(book)
    if not pvs:
        return tuple(item for item in session.acquired if item.code in blocs)
    return (
        *(item for item in session.acquired if item.code in blocs),
        *(
            _acquired(session, source_of(*key, pvs[0], pvs[1:]), *key)
            for key, decided in decided_by(pvs).items()
            if decided.choice == "validated"
        ),
    )


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
        MarkingError: no PV is signed, nobody has anything to sit again, or the first day is not after the jury's.
        AuthorError: the folder holds something, or is no folder.
        InvalidFile: the id cannot be one.
        EnvironmentFault: the disk or the store refuses.
    """
    name = session_id or f"{session.config.id}-R"
    if name == session.config.id:
        raise InvalidFile.of("resit.same_id", Place(CONFIG, field="id"), value=name)
    if not is_identifier(name):
        raise InvalidFile.of("session.value.id", Place(CONFIG, field="id"), value=name)
    refuse_file(folder)
    if not is_empty(folder):
        raise AuthorError.of("session.folder.not_empty", Place(str(folder)))
    needs = tuple(
        need
        for need in resit_needs(session, book)
        if need.is_allowed and set(need.epreuves) & session.config.epreuves.keys()
    )
    if not needs:
        raise MarkingError(Finding("resit.nobody", Place(item=session.config.id)))
    if first_day <= deliberated_on(session, signed(book)[0]):
        raise MarkingError(Finding("resit.too_early", Place(item=name), {"date": first_day.isoformat()}))
    back = {need.candidate for need in needs}
    brought = [item for item in acquired_blocs(session, book) if item.candidate in back]
    brought += [item for need in needs for item in need.kept]
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


def elsewhere(session: Session, needs: Sequence[Need]) -> tuple[str, ...]:
    """Return the épreuves that candidates need and that the session resat does not plan."""
    needed = {epreuve for need in needs for epreuve in need.epreuves}
    return tuple(sorted(needed - session.config.epreuves.keys(), key=natural_key))


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
    shift = first_day - min(_day(part) for plan in plans.values() for part in plan.parts)
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


def needs_rows(session: Session, needs: Sequence[Need]) -> Iterator[tuple[str, ...]]:
    """Yield what each candidate still needs, as a table for people."""
    for need in needs:
        person = session.candidate(need.candidate)
        yield (
            f"{person.last_name} {person.first_name} ({person.id})",
            need.bloc,
            ", ".join(need.epreuves) or "—",
            ", ".join(item.code for item in need.kept) or "—",
            label("resit.attempt" if need.is_allowed else "resit.no_more", attempt=need.attempt),
        )
