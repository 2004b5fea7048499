"""A bloc, from its competences or from the marks of its épreuves, by the rule of the règlement; and the certification.

A proposal is made only when nothing that is missing could change it. What decides is what is shown: a mean is rounded
once, by the règlement's rule, and the rounded value is compared with the threshold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kit.french import counted, enumeration
from kit.grids.scoring import round_to
from kit.grids.wording import exact_words
from kit.messages import label, sentence
from kit.referentiel import Referentiel, Reglement, exact_text, parse_exact
from kit.referentiel.reglement import Exact
from kit.results.competences import CompetenceResult, Status


@dataclass(frozen=True, slots=True)
class EpreuveMark:
    """The exact mark of an épreuve in its bloc, None while it has none; one he is exempt from does not count."""

    id: str
    mark: Fraction | None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class BlocResult:
    """What is proposed to the jury for a bloc.

    Attributes:
        id: its code.
        proposal: acquis, non_acquis, or None when it cannot be told.
        mark: exact weighted mean of its épreuves, None while one of them has no mark.
        trace: why, a French sentence a step.
        kept: whether it was acquired in an earlier session: there is nothing to decide.
    """

    id: str
    proposal: Status | None
    mark: Exact | None
    trace: tuple[str, ...]
    kept: bool = False


def bloc_result(
    bloc: str,
    competences: Sequence[CompetenceResult],
    epreuves: Sequence[EpreuveMark],
    blocked: Sequence[str],
    reglement: Reglement,
) -> BlocResult:
    """Return what the règlement proposes for a bloc.

    Args:
        bloc: its code.
        competences: its competences, those that are not known too.
        epreuves: its épreuves.
        blocked: criteria that the règlement does not let be missed and that are not acquired.
        reglement: the ladder and its rules.
    """
    mean = _mean(epreuves, reglement)
    is_mean = reglement.ladder == "marks" or reglement.bloc.rule == "mean"
    status: Status | None
    if blocked and is_mean:
        status, why = _blocked(blocked)
        steps = [item.trace for item in competences if item.status != "acquis"]
    elif reglement.ladder == "acquisition":
        status, why = _by_competences(competences, reglement)
        steps = [item.trace for item in competences if item.status != "acquis"]
    else:
        status, why = _by_marks(epreuves, mean, reglement)
        steps = []
    head = label(f"result.bloc.{status or 'open'}", bloc=bloc, why=why)
    trace = tuple(sentence("result.step", words=words) for words in (head, *steps))
    return BlocResult(bloc, status, None if mean is None else exact_text(mean), trace)


def _mean(epreuves: Sequence[EpreuveMark], reglement: Reglement) -> Fraction | None:
    """Return the mean of the épreuves that count, each with its coefficient (1 unless the règlement gives another)."""
    weights = _weights(epreuves, reglement)
    sat = [item for item in epreuves if item.id in weights]
    whole = sum(weights.values(), Fraction(0))
    if not whole or any(item.mark is None for item in sat):
        return None
    return sum((weights[item.id] * (item.mark or 0) for item in sat), Fraction(0)) / whole


def _weights(epreuves: Sequence[EpreuveMark], reglement: Reglement) -> dict[str, Fraction]:
    """Return the coefficient of each épreuve that counts: not of one he is exempt from, nor of one that weighs 0."""
    weights = {item.id: parse_exact(reglement.weights.get(item.id, "1")) for item in epreuves if item.counts}
    return {code: weight for code, weight in weights.items() if weight}


def _blocked(criteria: Sequence[str]) -> tuple[Status, str]:
    return "non_acquis", label("result.bloc.blocked", criteria=enumeration(list(criteria)))


def _by_competences(
    competences: Sequence[CompetenceResult], reglement: Reglement
) -> tuple[Status | None, str]:
    gained = [item.id for item in competences if item.status == "acquis"]
    lost = [item.id for item in competences if item.status == "non_acquis"]
    unknown = [item.id for item in competences if item.status is None]
    rule = reglement.bloc
    if not competences:
        return None, label("result.bloc.empty")
    if rule.rule == "mean":
        return _by_competence_mean(competences, unknown, reglement)
    share = parse_exact(rule.threshold) if rule.rule == "share" and rule.threshold else Fraction(1)
    needed = -(-(share * len(competences)).numerator // (share * len(competences)).denominator)
    several = ".several" if len(lost) > 1 else ""
    said = [label(f"result.bloc.lost{several}", competences=enumeration(lost))] if lost else []
    said += [label("result.bloc.unknown", competences=enumeration(unknown))] if unknown else []
    known = counted(len(gained), label("result.bloc.gained"), label("result.bloc.gained.several"))
    why = label("result.bloc.count", said="".join(said), gained=known, count=len(competences), needed=needed)
    if len(gained) >= needed:
        return "acquis", why
    return ("non_acquis" if len(gained) + len(unknown) < needed else None), why


def _by_competence_mean(
    competences: Sequence[CompetenceResult], unknown: Sequence[str], reglement: Reglement
) -> tuple[Status | None, str]:
    marks = {item.id: parse_exact(item.mark) for item in competences if item.mark is not None}
    if len(marks) < len(competences):
        missing = [item.id for item in competences if item.id not in marks]
        return None, label("result.bloc.waiting", items=enumeration([*dict.fromkeys((*unknown, *missing))]))
    mean = sum(marks.values(), Fraction(0)) / len(marks)
    return _against(mean, marks, reglement)


def _by_marks(
    epreuves: Sequence[EpreuveMark], mean: Fraction | None, reglement: Reglement
) -> tuple[Status | None, str]:
    weights = _weights(epreuves, reglement)
    sat = [item for item in epreuves if item.id in weights]
    if not sat:
        return None, label("result.bloc.empty")
    marks = {item.id: item.mark for item in sat if item.mark is not None}
    waiting = [item.id for item in sat if item.mark is None]
    low = _under_floor(marks, reglement)
    if low is not None:
        return low
    if waiting or mean is None:
        return None, label("result.bloc.waiting", items=enumeration(waiting))
    return _against(mean, marks, reglement)


def _against(
    mean: Fraction, marks: Mapping[str, Fraction], reglement: Reglement
) -> tuple[Status | None, str]:
    """Compare a mean, and each mark it is made of, with the règlement's threshold and floor."""
    rule = reglement.bloc
    threshold = reglement.as_mark(rule.threshold or "0")  # no règlement is read without one
    shown = {name: _rounded(mark, reglement) for name, mark in marks.items()}
    low = _under_floor(marks, reglement)
    if low is not None:
        return low
    if rule.rule != "mean" or not rule.compensation:
        missed = [name for name, mark in shown.items() if mark < threshold]
        if missed:
            return "non_acquis", label(
                "result.bloc.each", items=enumeration(missed), threshold=exact_words(threshold)
            )
    value = _rounded(mean, reglement)
    said = {"mark": value, "exact": mean, "threshold": threshold, "total": parse_exact(reglement.total)}
    why = label("result.bloc.mean", **{name: exact_words(number) for name, number in said.items()})
    return ("acquis" if value >= threshold else "non_acquis"), why


def _under_floor(marks: Mapping[str, Fraction], reglement: Reglement) -> tuple[Status, str] | None:
    """Return why a bloc fails by a mark under the floor, None where no mark is: nothing missing can change it."""
    if reglement.bloc.floor is None:
        return None
    floor = reglement.as_mark(reglement.bloc.floor)
    low = [name for name, mark in marks.items() if _rounded(mark, reglement) < floor]
    if not low:
        return None
    return "non_acquis", label("result.bloc.floor", items=enumeration(low), floor=exact_words(floor))


def _rounded(value: Fraction, reglement: Reglement) -> Fraction:
    return round_to(value, reglement.rounding.step, reglement.rounding.mode)


def makes_whole(referentiel: Referentiel, blocs: Collection[str]) -> bool:
    """Tell whether blocs make the certification: every one that is not optional is among them."""
    needed = {bloc.id for bloc in referentiel.blocs if not bloc.optional}
    return bool(needed) and needed <= set(blocs)


def certification(blocs: Sequence[BlocResult]) -> Status | None:
    """Return the proposal for the whole: every bloc is needed, none makes up for another."""
    proposals = [item.proposal for item in blocs]
    if "non_acquis" in proposals:
        return "non_acquis"
    return "acquis" if proposals and all(item == "acquis" for item in proposals) else None
