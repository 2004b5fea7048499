"""Who sits in the jury, for whom, and whether they are enough: by the règlement's rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from kit.errors import Finding, Place
from kit.french import counted, number
from kit.grids.wording import exact_words
from kit.referentiel import parse_exact
from kit.sessions.model import JURY_ROLES
from kit.sessions.opening import Session

_FILE = Place("affectations.csv")


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the jury. `is_external` None means that the list of people does not say."""

    id: str
    name: str
    capacity: str
    is_president: bool
    is_external: bool | None


def jury_of(session: Session) -> tuple[Seat, ...]:
    """Return the members of the jury, the president first."""
    found: dict[str, Seat] = {}
    for item in session.assignments:
        if item.role in JURY_ROLES:
            person = session.person(item.person)
            presides = item.role == "jury_president" or (
                item.person in found and found[item.person].is_president
            )
            found[item.person] = Seat(
                person.id, person.name, person.capacity or "", presides, person.external
            )
    return tuple(sorted(found.values(), key=lambda seat: not seat.is_president))


def recused(session: Session, candidate: str) -> frozenset[str]:
    """Return who may not decide of a candidate: the recused, and whoever taught him where the règlement says so."""
    roles = {"recuse", "formateur"} if session.reglement.jury.trainer_excluded else {"recuse"}
    return frozenset(
        item.person
        for item in session.assignments
        if item.role in roles and item.candidate in (None, candidate)
    ) & {seat.id for seat in jury_of(session)}


def composition_findings(session: Session) -> Iterator[Finding]:
    """Yield what the jury lacks: members, a president, members from outside."""
    seats, rule = jury_of(session), session.reglement.jury
    if len(seats) < rule.min_members:
        fields = {"found": counted(len(seats), "membre"), "needed": number(rule.min_members)}
        yield Finding("jury.too_few", _FILE, fields)
    if not any(seat.is_president for seat in seats):
        yield Finding("jury.no_president", _FILE)
    unsaid = [seat.id for seat in seats if seat.is_external is None]
    if unsaid:
        yield Finding("jury.unsaid", Place("intervenants.csv"), {"people": unsaid})
    outside = Fraction(sum(seat.is_external is True for seat in seats), len(seats)) if seats else Fraction(0)
    if not unsaid and outside < parse_exact(rule.external_share):
        shares = {"found": exact_words(outside), "needed": exact_words(parse_exact(rule.external_share))}
        yield Finding("jury.too_few_external", _FILE, shares)


def sitting_findings(session: Session, present: Sequence[str]) -> Iterator[Finding]:
    """Yield why the members present cannot deliberate: the quorum, and a president where his voice settles ties."""
    yield from quorum_findings(session, present)
    president = next((seat.id for seat in jury_of(session) if seat.is_president), None)
    if session.reglement.jury.casting_vote and president is not None and president not in present:
        yield Finding("jury.president_away", _FILE, {"president": president})


def quorum_of(share: str, members: int) -> int:
    """Return how many members decide at least, for an exact share of them: somebody does, whatever it is."""
    return max(1, ceil(parse_exact(share) * members))


def quorum_findings(
    session: Session, present: Iterable[str], candidate: str | None = None
) -> Iterator[Finding]:
    """Yield why some members cannot decide together: strangers, too few, or none left for one candidate.

    Args:
        session: the session, with its règlement.
        present: ids of the members who decide.
        candidate: of whom; None for the session as a whole.
    """
    seats = {seat.id for seat in jury_of(session)}
    here = list(dict.fromkeys(present))
    yield from strangers(session, here)
    able = set(here) & seats - (recused(session, candidate) if candidate else frozenset())
    needed = quorum_of(session.reglement.jury.quorum, len(seats))
    if len(able) < needed:
        fields = {"found": counted(len(able), "membre"), "needed": counted(needed, "membre")}
        yield Finding("jury.quorum", Place(item=candidate) if candidate else _FILE, fields)


def strangers(session: Session, people: Iterable[str]) -> Iterator[Finding]:
    """Yield who is named as a member and is none."""
    seats = {seat.id for seat in jury_of(session)}
    unknown = [one for one in dict.fromkeys(people) if one not in seats]
    if unknown:
        yield Finding("jury.strangers", _FILE, {"people": unknown, "known": sorted(seats)})
