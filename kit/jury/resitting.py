"""The rattrapage: what each candidate still needs after the jury, and the session that gives it.

What a failed bloc keeps, how often one may come back and until when is the règlement's (`resit`). The subjects are
the rattrapage version of the session that is resat: prepared with it, drawn apart from what was given, and drawn
once more where somebody was given it already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from kit.environment import environment
from kit.errors import AuthorError, Finding, InvalidFile, MarkingError, Place
from kit.grids.scoring import round_to
from kit.jury.neutralising import neutralised
from kit.jury.pv import SignedPv, decided_by, deliberated_on, signed, source_of
from kit.marking.book import MarkBook
from kit.marking.copies import all_copies, states_of
from kit.messages import label
from kit.referentiel import Epreuve, natural_key, parse_exact
from kit.referentiel.reglement import Participation
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


@dataclass(frozen=True, slots=True)
class Need:
    """What a candidate must sit again for a bloc.

    Attributes:
        candidate: his id.
        bloc: the bloc that was refused, or deferred.
        epreuves: the épreuves he sits again; none while the jury has only deferred the bloc.
        kept: what the règlement keeps for him inside the bloc.
        attempt: the number of his next attempt.
        is_allowed: whether the règlement still gives him that attempt.
        spared: the épreuves of the bloc that he does not sit again, being exempt from them.
        is_deferred: whether the bloc waits for the jury: there is nothing to sit unless it says so.
    """

    candidate: str
    bloc: str
    epreuves: tuple[str, ...]
    kept: tuple[Acquired, ...]
    attempt: int
    is_allowed: bool
    spared: tuple[str, ...] = ()
    is_deferred: bool = False


def resit_needs(session: Session, book: MarkBook) -> tuple[Need, ...]:
    """Return what each candidate still needs, by the PV and its rectificatifs.

    A bloc whose decision was deferred is there with nothing to sit: it waits for a rectificatif.

    Raises:
        MarkingError: no PV is signed.
        EnvironmentFault: the store refuses.
    """
    pvs = signed(book)
    if not pvs:
        raise MarkingError(Finding("jury.not_signed_yet", Place(item=session.config.id)))
    results = {item["id"]: item for item in pvs[0].content["results"]}
    out = {(item.epreuve, item.candidate, item.line) for item in neutralised(book)}
    needs = (
        _need(session, pvs, results[candidate], bloc, out)
        if decided.choice == "refused"
        else _deferred(session, pvs, results[candidate], bloc)
        for (candidate, bloc), decided in decided_by(pvs).items()
        if decided.choice in {"refused", "deferred"}
    )
    return tuple(sorted(needs, key=lambda need: (natural_key(need.candidate), natural_key(need.bloc))))


def _need(
    session: Session,
    pvs: Sequence[SignedPv],
    result: Mapping[str, Any],
    bloc: str,
    out: Collection[tuple[str, str, str]],
) -> Need:
    candidate: str = result["id"]
    kept = tuple(_kept(session, pvs, result, bloc))
    passed = {item.code for item in kept}
    left = {item.id for item in session.referentiel.competences_of(bloc)} - passed
    own = [item for item in session.referentiel.epreuves if item.bloc == bloc and item.id not in passed]
    spared = tuple(item.id for item in own if _states(session, candidate, item.id) == {"exempt"})
    epreuves = tuple(
        item.id
        for item in own
        if item.id not in spared and left & _competences_to_sit(session, candidate, item, out)
    )
    attempt = _attempts_used(session, candidate, bloc) + 1
    is_allowed = attempt <= session.reglement.resit.attempts + 1
    return Need(candidate, bloc, epreuves, kept, attempt, is_allowed, spared)


def _deferred(session: Session, pvs: Sequence[SignedPv], result: Mapping[str, Any], bloc: str) -> Need:
    candidate: str = result["id"]
    attempt = _attempts_used(session, candidate, bloc) + 1
    kept = tuple(_kept(session, pvs, result, bloc))
    return Need(candidate, bloc, (), kept, attempt, is_allowed=False, is_deferred=True)


def _states(session: Session, candidate: str, epreuve: str) -> set[Participation]:
    """Return the candidate's participation in each part of an épreuve that he was to sit in this session."""
    plan = session.config.epreuves.get(epreuve)
    if plan is None or not any(item.candidate == candidate for item in session.registered(epreuve)):
        return set()
    return {states_of(session, epreuve, part.id).get(candidate, "present") for part in plan.parts}


def _attempts_used(session: Session, candidate: str, bloc: str) -> int:
    """Return how many attempts a candidate has had at a bloc.

    An épreuve none of whose parts he sat, being excused, was not attempted: he is convened to another date.
    """
    used = [
        item.attempt - (_states(session, candidate, item.epreuve) - {"exempt"} == {"absent_excused"})
        for item in session.registrations
        if item.candidate == candidate and session.referentiel.epreuve(item.epreuve).bloc == bloc
    ]
    return max(used, default=1)


def _competences_to_sit(
    session: Session, candidate: str, epreuve: Epreuve, out: Collection[tuple[str, str, str]]
) -> set[str]:
    """Return the competences that an épreuve assesses for a candidate: not by what was neutralised or dispensed."""
    exempt = {
        item.part
        for item in session.attendances
        if (item.candidate, item.epreuve, item.state) == (candidate, epreuve.id, "exempt")
    }
    return {
        session.referentiel.criterion(link.criterion).competence
        for link in epreuve.links
        if link.role == "principal"
        and link.part not in exempt
        and (epreuve.id, candidate, f"{link.criterion}@{link.part}") not in out
    }


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
    return round_to(parse_exact(mark), rounding.step, rounding.mode) >= session.reglement.as_mark(threshold)


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


def needs_rows(session: Session, needs: Sequence[Need]) -> Iterator[tuple[str, ...]]:
    """Yield what each candidate still needs, as a table for people."""
    for need in needs:
        person = session.candidate(need.candidate)
        yield (
            f"{person.last_name} {person.first_name} ({person.id})",
            need.bloc,
            ", ".join(need.epreuves) or "—",
            ", ".join(_kept_words(need)) or "—",
            label(_standing(need), attempt=need.attempt),
        )


def _kept_words(need: Need) -> Iterator[str]:
    yield from sorted((item.code for item in need.kept), key=natural_key)
    yield from (label("resit.spared", epreuve=epreuve) for epreuve in need.spared)


def _standing(need: Need) -> str:
    if need.is_deferred:
        return "resit.deferred"
    return "resit.attempt" if need.is_allowed else "resit.no_more"
