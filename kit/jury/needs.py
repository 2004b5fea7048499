"""What each candidate still needs after the jury: the épreuves he sits again, and what is kept for him.

What a failed bloc keeps, how often one may come back and until when is the règlement's (`resit`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.errors import Finding, MarkingError, Place
from kit.grids.scoring import round_to
from kit.jury.neutralising import neutralised
from kit.jury.pv import SignedPv, decided_by, deliberated_on, signed, source_of
from kit.marking.book import MarkBook
from kit.marking.copies import states_of
from kit.messages import label
from kit.referentiel import Epreuve, natural_key, parse_exact
from kit.referentiel.reglement import Participation
from kit.sessions.model import Acquired
from kit.sessions.opening import Session


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
