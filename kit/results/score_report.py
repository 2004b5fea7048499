"""The whole account of one grid: its mark, its competences, and each step that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kit.french import enumeration, number
from kit.grids import Grid, GridLine, Mark, Score, score
from kit.grids.building import rules_of
from kit.grids.scoring import by_line, line_weights, weighted_values
from kit.grids.wording import exact_words, line_names
from kit.messages import label, sentence
from kit.referentiel import Reglement, parse_exact
from kit.results.competences import CompetenceResult, competence_results


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What a filled grid gives under a règlement. `trace` has a French sentence for each step."""

    score: Score
    competences: tuple[CompetenceResult, ...]
    not_marked: tuple[str, ...]
    neutralised: tuple[str, ...]
    trace: tuple[str, ...]


def score_report(grid: Grid, marks: Mapping[str, Mark], reglement: Reglement) -> ScoreReport:
    """Return the account of a filled grid.

    Args:
        grid: levels, values, weights and criteria; its own rules are not used.
        marks: by line key, or by criterion where it has one line.
        reglement: rounding, and the rules of decision.

    Raises:
        MarkingError: a mark for a line or with a level that the grid does not have; all are listed.
    """
    ruled = grid.model_copy(update={"reglement": rules_of(reglement, grid.epreuve)})
    found = score(ruled, marks)
    placed = by_line(ruled, marks)
    competences = competence_results(ruled, placed, reglement)
    trace = (*_steps(ruled, placed, found, reglement), *(sentence_of(item.trace) for item in competences))
    return ScoreReport(
        found, competences, line_names(ruled, found.not_marked), line_names(ruled, found.neutralised), trace
    )


def sentence_of(words: str) -> str:
    """Return words as a sentence of a trace."""
    return sentence("result.step", words=words)


def _steps(grid: Grid, marks: Mapping[str, Mark], found: Score, reglement: Reglement) -> Iterator[str]:
    named = "result.reglement.example" if reglement.is_example else "result.reglement"
    yield sentence(named, slug=reglement.slug, version=reglement.version)
    weights = line_weights(grid, [line for line in grid.lines if line.key in found.counted])
    if grid.reglement.group_share is not None:
        yield sentence("result.group_share", share=exact_words(parse_exact(grid.reglement.group_share)))
    for line in grid.lines:
        yield _line_step(grid, line, marks.get(line.key) or Mark(), weights.get(line.key))
    if found.mark is None:
        yield sentence("result.no_mark", why=label(f"score.{found.reason}"))
        return
    yield _mark_step(grid, marks, weights, found)
    yield sentence(
        f"result.rounded.{grid.reglement.mode}", step=exact_words(parse_exact(grid.reglement.step)),
        mark=number(parse_exact(found.rounded or "0")), total=number(parse_exact(found.out_of)),
    )  # fmt: skip


def _line_step(grid: Grid, line: GridLine, mark: Mark, weight: Fraction | None) -> str:
    (name,) = line_names(grid, (line.key,))
    level = grid.scale.level(mark.level) if mark.level else None
    if level is None:
        state = mark.state or "not_marked"
        code = f"result.line.{state}"
        return sentence(
            f"{code}.{grid.reglement.not_assessed}" if state == "not_assessed" else code, line=name
        )
    return sentence(
        "result.line", line=name, level=level.label, value=exact_words(parse_exact(level.value)),
        weight=exact_words(weight if weight is not None else Fraction(0)),
    )  # fmt: skip


def _mark_step(grid: Grid, marks: Mapping[str, Mark], weights: Mapping[str, Fraction], found: Score) -> str:
    counted = {key: marks.get(key) or Mark() for key in found.counted}
    gained = weighted_values(grid, counted, weights)
    left_out = line_names(
        grid, (*found.neutralised, *(key for key in found.not_assessed if key not in found.counted))
    )
    words = label("result.left_out", criteria=enumeration(list(left_out))) if left_out else ""
    return sentence(
        "result.mark", total=number(parse_exact(grid.total)), gained=exact_words(gained),
        weights=exact_words(sum(weights.values(), Fraction(0))), mark=exact_words(parse_exact(found.mark or "0")),
        left_out=words,
    )  # fmt: skip


def as_json(report: ScoreReport) -> dict[str, object]:
    """Return a report as `kit score --json` writes it."""
    found = report.score
    return {
        "epreuve": found.epreuve,
        "mark": found.mark,
        "reason": found.reason,
        "rounded": found.rounded,
        "out_of": found.out_of,
        "competences": [
            {"id": item.id, "mark": item.mark, "status": item.status, "trace": item.trace}
            for item in report.competences
        ],
        "not_marked": list(report.not_marked),
        "neutralised": list(report.neutralised),
        "trace": list(report.trace),
    }
