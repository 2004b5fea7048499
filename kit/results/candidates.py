"""What is proposed to the jury for each candidate: épreuves, competences, blocs, and every step that leads there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kit.french import enumeration, long_date
from kit.grids import Grid, Mark, Score, score
from kit.grids.building import rules_of
from kit.grids.model import GridLine
from kit.grids.scoring import line_weights
from kit.marking.book import MarkBook
from kit.messages import label, sentence
from kit.referentiel import Referentiel, Reglement, exact_text, natural_key, parse_exact
from kit.referentiel.reglement import Level, Participation
from kit.results.blocs import BlocResult, EpreuveMark, bloc_result, certification, makes_whole
from kit.results.competences import CompetenceResult, Status, blocked_criteria, competence_results
from kit.results.evidence import Evidence, session_evidence, what_gives
from kit.sessions.model import Acquired
from kit.sessions.opening import Session


@dataclass(frozen=True, slots=True)
class EpreuveResult:
    """The mark of an épreuve, and the candidate's participation where it was not ordinary."""

    id: str
    score: Score | None
    state: Participation | None


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """All that is proposed for a candidate.

    A bloc none of whose épreuves he sat here is in it only when he brought it, acquired in an earlier session.
    `blocked` are criteria that the règlement does not let be missed and that are not acquired.
    """

    id: str
    epreuves: tuple[EpreuveResult, ...]
    competences: tuple[CompetenceResult, ...]
    blocs: tuple[BlocResult, ...]
    certification: Status | None
    blocked: tuple[str, ...] = ()

    @property
    def to_decide(self) -> tuple[BlocResult, ...]:
        """The blocs that the jury of this session decides."""
        return tuple(bloc for bloc in self.blocs if not bloc.kept)


def session_results(
    session: Session, book: MarkBook, only: Collection[str] = ()
) -> tuple[CandidateResult, ...]:
    """Return what is proposed for each candidate of a session, in the order of its list.

    Args:
        session: the session.
        book: its marks.
        only: candidates to limit to; empty means all.

    Raises:
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    return results_from(session, session_evidence(session, book, only))


def results_from(
    session: Session, evidence: Mapping[str, Mapping[str, Evidence]]
) -> tuple[CandidateResult, ...]:
    """Return what is proposed for each candidate of what `session_evidence` returned."""
    return tuple(
        candidate_result(
            candidate, known, session.referentiel, session.reglement,
            [item for item in session.acquired if item.candidate == candidate],
        )
        for candidate, known in evidence.items()
    )  # fmt: skip


def candidate_result(
    candidate: str,
    evidence: Mapping[str, Evidence],
    referentiel: Referentiel,
    reglement: Reglement,
    acquired: Collection[Acquired] = (),
) -> CandidateResult:
    """Return what is proposed for a candidate.

    Args:
        candidate: his id.
        evidence: what is known of him, by épreuve.
        referentiel: which competences and épreuves make a bloc.
        reglement: every rule that is applied.
        acquired: what he brings from earlier sessions: it stays.
    """
    known = _known(evidence, referentiel, reglement, acquired)
    blocs = tuple(_bloc(bloc.id, known) for bloc in referentiel.blocs if _concerns(bloc.id, known))
    needed = {bloc.id for bloc in referentiel.blocs if not bloc.optional}
    counted = [bloc for bloc in blocs if bloc.id in needed]
    whole = makes_whole(referentiel, [bloc.id for bloc in blocs])
    return CandidateResult(
        candidate, tuple(known.epreuves.values()), tuple(known.competences.values()), blocs,
        certification(counted) if whole else None, known.blocked,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of a candidate below his blocs, and the rules that lead to them.

    Attributes:
        evidence: by épreuve.
        brought: what he acquired before, by code.
        epreuves: what each gives.
        competences: those seen here, and those he brought.
        blocked: criteria that are not acquired and that the règlement does not let be missed.
        referentiel: which competences and épreuves make a bloc.
        reglement: every rule.
    """

    evidence: Mapping[str, Evidence]
    brought: Mapping[str, Acquired]
    epreuves: Mapping[str, EpreuveResult]
    competences: Mapping[str, CompetenceResult]
    blocked: tuple[str, ...]
    referentiel: Referentiel
    reglement: Reglement


def _known(
    evidence: Mapping[str, Evidence],
    referentiel: Referentiel,
    reglement: Reglement,
    acquired: Collection[Acquired],
) -> _Known:
    brought = {item.code: item for item in acquired}
    ordered = dict(sorted(evidence.items(), key=lambda pair: natural_key(pair[0])))
    whole, marks = _together(ordered.values(), reglement)
    seen = competence_results(whole, marks, reglement) if whole else ()
    competences = {item.id: _complete(item, ordered, referentiel) for item in seen}
    competences |= {
        item.id: CompetenceResult(item.id, brought[item.id].mark, "acquis", _kept(brought[item.id]))
        for item in referentiel.competences
        if item.id in brought
    }
    return _Known(
        evidence=ordered,
        brought=brought,
        epreuves={code: _epreuve(item, reglement) for code, item in ordered.items()},
        competences=competences,
        blocked=blocked_criteria(whole, marks, reglement) if whole else (),
        referentiel=referentiel,
        reglement=reglement,
    )


def _epreuve(evidence: Evidence, reglement: Reglement) -> EpreuveResult:
    if not evidence.grid.lines:
        return EpreuveResult(evidence.epreuve, None, evidence.state)
    return EpreuveResult(evidence.epreuve, score(_ruled(evidence, reglement), evidence.marks), evidence.state)


def _ruled(evidence: Evidence, reglement: Reglement) -> Grid:
    return evidence.grid.model_copy(update={"reglement": rules_of(reglement, evidence.epreuve)})


def _together(evidence: Iterable[Evidence], reglement: Reglement) -> tuple[Grid | None, dict[str, Mark]]:
    """Return the lines of all a candidate's épreuves as one grid, in the order he sat them, and their marks.

    The lines of a group have the share that the règlement gives them.
    """
    found = sorted(
        (item for item in evidence if item.grid.lines),
        key=lambda item: (item.last_day or date.min, natural_key(item.epreuve)),
    )
    lines: list[GridLine] = []
    marks: dict[str, Mark] = {}
    levels: dict[str, Level] = {}
    for item in found:
        levels |= {level.id: level for level in item.grid.scale.levels}
        weights = line_weights(_ruled(item, reglement), item.grid.lines)
        for line in item.grid.lines:
            place = {"part": f"{item.epreuve}.{line.part}", "weight": exact_text(weights[line.key])}
            placed = line.model_copy(update=place)
            lines.append(placed)
            if line.key in item.marks:
                marks[placed.key] = item.marks[line.key]
    if not found:
        return None, {}
    ordered = tuple(sorted(levels.values(), key=lambda level: parse_exact(level.value)))
    first: Grid = found[0].grid
    scale = first.scale.model_copy(update={"levels": ordered})
    return first.model_copy(update={"lines": tuple(lines), "scale": scale, "total": reglement.total}), marks


def _complete(
    result: CompetenceResult, sat: Mapping[str, Evidence], referentiel: Referentiel
) -> CompetenceResult:
    """Take back a status that rests on a part of the criteria: some belong to épreuves the candidate has not here."""
    seen = {line.criterion for item in sat.values() for line in item.grid.lines}
    unseen = [
        criterion.id
        for criterion in referentiel.criteria_of(result.id)
        if criterion.id not in seen
        and (asked := referentiel.principal_epreuves(criterion.id))
        and not set(asked) & sat.keys()
    ]
    if not unseen or result.status is None:
        return result
    why = label("result.unseen", criteria=", ".join(unseen))
    return CompetenceResult(
        result.id, None, None, label("result.competence.open", competence=result.id, why=why)
    )


def _concerns(bloc: str, known: _Known) -> bool:
    """Whether a candidate has a bloc here: he sat one of its épreuves, or brought it."""
    return bloc in known.brought or any(
        known.referentiel.epreuve(code).bloc == bloc for code in known.evidence
    )


def _bloc(bloc: str, known: _Known) -> BlocResult:
    if bloc in known.brought:
        words = sentence("result.step", words=_kept(known.brought[bloc]))
        return BlocResult(bloc, "acquis", None, (words,), kept=True)
    referentiel = known.referentiel
    exempted = _exempted(known.evidence, referentiel) - known.competences.keys()
    own = [one.id for one in referentiel.competences_of(bloc) if one.id not in exempted]
    judged = set(own) - known.brought.keys()
    found = bloc_result(
        bloc,
        [known.competences.get(code) or _unseen(code) for code in own],
        [_epreuve_mark(one.id, known) for one in referentiel.epreuves if one.bloc == bloc],
        [code for code in known.blocked if referentiel.criterion(code).competence in judged],
        known.reglement,
    )
    return _suspended(found, known)


def _suspended(found: BlocResult, known: _Known) -> BlocResult:
    """Take back the proposal of a bloc while the règlement leaves one of its épreuves to the jury: a fraud pending."""
    waiting = [
        code
        for code, item in known.evidence.items()
        if known.referentiel.epreuve(code).bloc == found.id
        and any(what_gives(known.reglement, state) == "jury" for state in item.states.values())
    ]
    if not waiting:
        return found
    why = label("result.bloc.suspended", epreuves=enumeration(waiting))
    head = sentence("result.step", words=label("result.bloc.open", bloc=found.id, why=why))
    return replace(found, proposal=None, trace=(head, *found.trace[1:]))


def _epreuve_mark(code: str, known: _Known) -> EpreuveMark:
    """Return an épreuve's mark in its bloc: kept, given here, or none yet because the candidate did not sit it."""
    if code in known.brought:
        brought = known.brought[code].mark
        return EpreuveMark(code, None if brought is None else parse_exact(brought))
    found = known.epreuves.get(code)
    if found is None:
        return EpreuveMark(code, None)
    mark = found.score.mark if found.score is not None else None
    counts = bool(known.evidence[code].grid.lines)
    return EpreuveMark(code, None if mark is None else parse_exact(mark), counts=counts)


def _exempted(evidence: Mapping[str, Evidence], referentiel: Referentiel) -> set[str]:
    """Return the competences that only épreuves he has here assess, in what he is exempt from.

    Those he has a mark in elsewhere are among them: the caller knows which.
    """
    here = evidence.keys()
    asked = {
        code: {
            epreuve
            for one in referentiel.criteria_of(code)
            for epreuve in referentiel.principal_epreuves(one.id)
        }
        for item in evidence.values()
        for code in item.exempted
    }
    return {code for code, epreuves in asked.items() if epreuves <= here}


def _kept(item: Acquired) -> str:
    words = {"code": item.code, "date": long_date(item.on), "session": item.session, "pv": item.pv[:12]}
    return label("result.kept", **words)


def _unseen(code: str) -> CompetenceResult:
    why = label("result.never_seen")
    return CompetenceResult(code, None, None, label("result.competence.open", competence=code, why=why))


def as_json(results: Sequence[CandidateResult]) -> dict[str, list[dict[str, Any]]]:
    """Return results as `kit results --json` writes them."""
    return {
        "candidates": [
            {
                "id": item.id,
                "epreuves": {
                    one.id: {
                        "mark": one.score.mark if one.score else None,
                        "rounded": one.score.rounded if one.score else None,
                        "state": one.state,
                    }
                    for one in item.epreuves
                },
                "competences": {
                    one.id: {"status": one.status, "mark": one.mark, "trace": one.trace}
                    for one in item.competences
                },
                "blocs": {
                    one.id: {"proposal": one.proposal, "mark": one.mark, "trace": list(one.trace)}
                    for one in item.blocs
                },
                "certification": item.certification,
            }
            for item in results
        ]
    }
