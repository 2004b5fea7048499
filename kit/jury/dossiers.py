"""The dossier of each candidate as the jury has it before it: what is proposed and why, what happened, what is decided.

Nothing here says why somebody was accommodated: a neutralised criterion is there by the reference of its decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kit.french import long_date
from kit.jury.composition import recused
from kit.jury.deciding import Decided
from kit.jury.neutralising import Neutralised, neutralised
from kit.jury.pv import decisions_in_force
from kit.marking.book import MarkBook
from kit.results.candidates import CandidateResult, results_from
from kit.results.evidence import Evidence, session_evidence
from kit.sessions.model import Candidate
from kit.sessions.opening import Session


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the jury has before it of one candidate.

    Attributes:
        candidate: who.
        result: what is proposed.
        evidence: the grids and marks it comes from, by épreuve.
        decided: what is decided already, by bloc.
        incidents: what happened, each with its épreuve ("" when it concerns them all).
        neutralised: criteria set aside for him, by reference.
        recused: members who do not decide of him.
    """

    candidate: Candidate
    result: CandidateResult
    evidence: Mapping[str, Evidence]
    decided: Mapping[str, Decided]
    incidents: tuple[tuple[str, str], ...]
    neutralised: tuple[Neutralised, ...]
    recused: frozenset[str]

    @property
    def open_blocs(self) -> tuple[str, ...]:
        """The blocs that wait for a word of the jury: nothing is proposed, or it was decided on another proposal."""
        return tuple(
            bloc.id
            for bloc in self.result.to_decide
            if (bloc.proposal is None and bloc.id not in self.decided)
            or (bloc.id in self.decided and self.decided[bloc.id].proposal != bloc.proposal)
        )


def session_dossiers(session: Session, book: MarkBook) -> tuple[Dossier, ...]:
    """Return the dossiers of a session, in the order of its list.

    Raises:
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    evidence = session_evidence(session, book)
    aside, known = neutralised(book), decisions_in_force(book)
    return tuple(
        Dossier(
            candidate=session.candidate(result.id),
            result=result,
            evidence=evidence[result.id],
            decided={bloc: item for (who, bloc), item in known.items() if who == result.id},
            incidents=tuple(_incidents(session, result.id, evidence[result.id])),
            neutralised=tuple(item for item in aside if item.candidate == result.id),
            recused=recused(session, result.id),
        )
        for result in results_from(session, evidence)
    )


def _incidents(session: Session, candidate: str, sat: Mapping[str, Evidence]) -> Iterator[tuple[str, str]]:
    for seen in session.attendances:
        if seen.candidate == candidate and seen.incident:
            yield seen.epreuve, seen.incident
    for item in session.incidents:
        if item.candidate in (None, candidate) and (item.epreuve is None or item.epreuve in sat):
            yield item.epreuve or "", f"{long_date(item.on)} : {item.text}"
