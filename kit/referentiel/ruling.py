"""What a règlement cannot mean: numbers beyond what they count, levels that contradict each other, codes of nothing.

Each value of the file was read alone before; here they are held against each other and against the référentiel.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kit.errors import Finding, Place
from kit.reading import Key, YamlData
from kit.referentiel.coherence import known_code
from kit.referentiel.model import Referentiel
from kit.referentiel.reglement import Reglement, parse_exact

_ONE = Fraction(1)


def check_rules(reglement: Reglement, file: str, source: YamlData) -> Iterator[Finding]:
    """Yield the numbers of a règlement that would decide wrongly, whatever the référentiel.

    Args:
        reglement: whose values each stand alone.
        file: its file's name.
        source: its data, for their lines.
    """
    total = parse_exact(reglement.total)
    for path, value, limit, code in (
        (("rounding", "step"), reglement.rounding.step, total, "rule.above_total"),
        *_thresholds(reglement, total),
    ):
        if value is not None and parse_exact(value) > limit:
            yield Finding(code, _place(path, file, source), {"value": value, "total": reglement.total})
    yield from _at_least(reglement, file, source)
    yield from _levels(reglement, file, source)


def check_codes(
    reglement: Reglement, referentiel: Referentiel, file: str, source: YamlData
) -> Iterator[Finding]:
    """Yield the codes of a règlement that its référentiel does not have, and the blocs whose épreuves weigh nothing.

    Args:
        reglement: the règlement.
        referentiel: what it rules on.
        file: its file's name.
        source: its data, for their lines.
    """
    epreuves = [item.id for item in referentiel.epreuves]
    criteria = [item.id for item in referentiel.criteria]
    for name, codes in (("weights", reglement.weights), ("group_share", reglement.group_share)):
        for code in codes:
            yield from known_code(code, epreuves, "epreuve.unknown", _place((name, code), file, source))
    for rank, code in enumerate(reglement.competence.blocking):
        where = _place(("competence", "blocking", rank), file, source)
        yield from known_code(code, criteria, "criterion.unknown", where)
    for bloc in referentiel.blocs:
        own = [item.id for item in referentiel.epreuves if item.bloc == bloc.id]
        if own and all(parse_exact(reglement.weights.get(code, "1")) == 0 for code in own):
            where = _place(("weights",), file, source)
            yield Finding("rule.weightless", where, {"bloc": bloc.id, "epreuves": own})


def _thresholds(
    reglement: Reglement, total: Fraction
) -> Iterator[tuple[tuple[str, str], str | None, Fraction, str]]:
    """Yield each threshold that is a share or a mark, with the most it can be and the sentence of what is above."""
    for name, rule in (("competence", reglement.competence), ("bloc", reglement.bloc)):
        # a bloc by marks holds each épreuve against its threshold, whatever its rule
        by_marks = name == "bloc" and reglement.ladder == "marks"
        if rule.rule == "share":
            yield (name, "threshold"), rule.threshold, _ONE, "rule.above_one"
        elif rule.rule == "mean" or by_marks:
            yield (name, "threshold"), rule.threshold, total, "rule.above_total"
    yield ("bloc", "floor"), reglement.bloc.floor, total, "rule.above_total"


def _at_least(reglement: Reglement, file: str, source: YamlData) -> Iterator[Finding]:
    rule = reglement.competence
    if rule.rule == "at_least" and rule.threshold is not None:
        needed = parse_exact(rule.threshold)
        if needed < 1 or needed.denominator != 1:
            where = _place(("competence", "threshold"), file, source)
            yield Finding("rule.at_least", where, {"value": rule.threshold})


def _levels(reglement: Reglement, file: str, source: YamlData) -> Iterator[Finding]:
    """Yield a level that does not acquire though a lower one does, and a scale that acquires nothing where it must."""
    levels, first = reglement.scale.levels, None
    for rank, level in enumerate(levels):
        if first is not None and not level.acquired:
            where = _place(("scale", "levels", rank, "acquired"), file, source)
            yield Finding("scale.falls", where, {"level": level.id, "lower": first})
        first = first or (level.id if level.acquired else None)
    counts = reglement.competence.rule in {"all", "at_least", "share"}
    if first is None and (counts or reglement.competence.blocking):
        yield Finding("scale.nothing_acquired", _place(("scale", "levels"), file, source))


def _place(path: Key, file: str, source: YamlData) -> Place:
    return Place(file, source.line(path), ".".join(map(str, path)))
