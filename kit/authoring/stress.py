"""Trying a template by the hundred: each seed executed, read back, checked, laid out; what all of them say together."""

from __future__ import annotations

import functools
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from kit.authoring.checking import rules_of
from kit.authoring.runs import check_pieces, failure_finding
from kit.authoring.static import Rules
from kit.cases import CaseTemplate, draw_forms, load_template, read_pieces, select_forms
from kit.cases.conditions import values_of
from kit.documents.facts import ExamFacts, exam_facts
from kit.documents.key_document import key_document
from kit.documents.pdf import page_count, pdf
from kit.documents.subject_document import subject_document
from kit.errors import Finding, KitError, Severity, raise_for
from kit.execution import Run, RunResult, execute_many
from kit.messages import label
from kit.referentiel import parse_exact
from kit.subjects import Drawn, KeyFigure, Subject, build_subject, check_subject, key_figures, signature
from kit.writing import json_text, write_text

POOLS = ("examen", "entrainement")
_WARM = ("kit.authoring.stress", "kit.documents.pdf")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One seed: what was drawn, and what its subject turned out to be."""

    seed: int
    pool: str
    forms: Mapping[str, str]
    parameters: Mapping[str, Any]
    seconds: float
    findings: tuple[Finding, ...] = ()
    signature: str = ""
    figures: tuple[KeyFigure, ...] = ()
    points: str = ""
    pages: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the subject could be given."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a computed answer spreads over the seeds: exact values, in its unit, by growing value."""

    label: str
    unit: str
    values: tuple[Fraction, ...]

    @property
    def low(self) -> Fraction:
        """The smallest value."""
        return self.values[0]

    @property
    def high(self) -> Fraction:
        """The greatest value."""
        return self.values[-1]

    @property
    def median(self) -> Fraction:
        """The median, exact."""
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True)
class Stress:
    """What a template did over many seeds."""

    template: str
    epreuve: str
    trials: tuple[Trial, ...]
    seconds: float

    @property
    def failures(self) -> tuple[Trial, ...]:
        """The seeds whose subject could not be given."""
        return tuple(trial for trial in self.trials if not trial.ok)

    @property
    def duplicates(self) -> tuple[tuple[int, ...], ...]:
        """The seeds that give the same figures and the same answers, together."""
        seeds: dict[str, list[int]] = {}
        for trial in self.trials:
            if trial.signature:
                seeds.setdefault(trial.signature, []).append(trial.seed)
        return tuple(tuple(found) for found in seeds.values() if len(found) > 1)

    @property
    def answers(self) -> dict[str, Spread]:
        """How each computed answer spreads, by question.

        A question with several values, or asked in several forms, has one entry under its id and the others under
        its id with the name of the value and of the form.
        """
        found: dict[tuple[str, str, str], list[KeyFigure]] = {}
        for trial in self.trials:
            for figure in trial.figures:
                form = ",".join(f"{dossier}{name}" for dossier, name in trial.forms.items())
                found.setdefault((figure.question, figure.name, form), []).append(figure)
        spreads: dict[str, Spread] = {}
        for (question, name, form), figures in found.items():
            known = (question, f"{question}.{name}", f"{question}.{name} ({form})")
            key = next(key for key in known if key not in spreads)
            values = sorted(parse_exact(figure.value) for figure in figures)
            spreads[key] = Spread(figures[0].label, figures[0].unit, tuple(values))
        return spreads

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data (the contract of `kit case stress --json`)."""
        return {
            "template": self.template,
            "epreuve": self.epreuve,
            "seeds": len(self.trials),
            "failures": [
                {"seed": trial.seed, "where": str(finding.where), "error": finding.message}
                for trial in self.failures
                for finding in trial.findings
                if finding.severity is Severity.ERROR
            ],
            "duplicates": [list(seeds) for seeds in self.duplicates],
            "answers": {
                key: {
                    "label": spread.label, "unit": spread.unit, "min": float(spread.low),
                    "median": float(spread.median), "max": float(spread.high),
                }
                for key, spread in self.answers.items()
            },
            "points": sorted({trial.points for trial in self.trials if trial.points}),
            "pages": {name: self.pages(name) for name in ("subject", "key")},
            "seconds": round(self.seconds, 2),
        }  # fmt: skip

    def pages(self, document: str) -> dict[str, int] | None:
        """Return the smallest and greatest number of pages of a document, None when none was laid out."""
        counts = [trial.pages[document] for trial in self.trials if document in trial.pages]
        return {"min": min(counts), "max": max(counts)} if counts else None


def stress(
    path: Path,
    seeds: Sequence[int],
    workspace: Path | None = None,
    *,
    jobs: int = 1,
    pages: bool = True,
    keep: Path | None = None,
    progress: Progress | None = None,
) -> Stress:
    """Return what a template does over many seeds.

    Successive seeds go through the pools, then through the values of each parameter that varies, so that a few
    dozens already meet every one of them.

    Args:
        path: the notebook.
        seeds: the seeds to try.
        workspace: where a school's own référentiels lie.
        jobs: notebooks executed at once.
        pages: whether to lay out subject and corrigé too, and count their pages.
        keep: folder where the notebooks that failed are kept for their author.
        progress: told how many seeds are done, out of how many.

    Raises:
        InvalidFile: the template has errors that show without running it.
    """
    started = time.perf_counter()
    template = load_template(path)
    rules, problems = rules_of(template, workspace)
    raise_for([*template.findings, *problems])
    if rules is None or rules.reglement is None:  # a template that says no épreuve has an error above
        raise AssertionError(path)
    facts = exam_facts(
        rules.referentiel, rules.reglement, rules.epreuve.id, session=label("stress.session"), centre=""
    )
    done = 0

    def watch(_: RunResult) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(seeds))

    with tempfile.TemporaryDirectory(prefix="kit-stress-") as scratch:
        drawn = [_drawn(template, seed) for seed in seeds]
        runs = [_run(template, item, rules, facts if pages else None, Path(scratch)) for item in drawn]
        results = execute_many(runs, jobs, watcher=watch, preload=_WARM)
        trials = tuple(
            _trial(template, item, result, keep) for item, result in zip(drawn, results, strict=True)
        )
    return Stress(template.slug, rules.epreuve.id, trials, time.perf_counter() - started)


def _drawn(template: CaseTemplate, seed: int) -> Drawn:
    written = [pool for pool in POOLS if all(template.forms(pool).values())]
    turn, which = divmod(seed, max(1, len(written)))
    depended = {condition.parameter for condition in template.conditions.values()}
    parameters: dict[str, Any] = {}
    for parameter in template.parameters:
        if parameter.name == "seed":
            continue
        parameters[parameter.name] = parameter.default
        values = values_of(parameter)
        if parameter.name in {*template.header.varies, *depended} and values:
            turn, rest = divmod(turn, len(values))
            parameters[parameter.name] = values[rest]
    pools = [pool for pool in POOLS if all(template.forms(pool, parameters).values())]
    pool = pools[which % len(pools)] if pools else POOLS[0]
    return Drawn(
        code=f"{template.slug}-{seed}", version=pool, variant=1, seed=seed, parameters=parameters,
        forms=draw_forms(template, pool, seed, values=parameters),
    )  # fmt: skip


def _run(template: CaseTemplate, drawn: Drawn, rules: Rules, facts: ExamFacts | None, scratch: Path) -> Run:
    prepared = scratch / str(drawn.seed) / "case.ipynb"
    write_text(prepared, json_text(select_forms(template, drawn.forms)))
    then = functools.partial(_examine, template=template, drawn=drawn, rules=rules, facts=facts)
    parameters = {**drawn.parameters, "seed": drawn.seed}
    return Run(prepared, prepared.with_name("executed.ipynb"), parameters, template.path.parent, then)


@dataclass(frozen=True, slots=True)
class _Examined:
    findings: tuple[Finding, ...]
    signature: str = ""
    figures: tuple[KeyFigure, ...] = ()
    points: str = ""
    pages: Mapping[str, int] = field(default_factory=dict)


def _examine(
    executed: Path, *, template: CaseTemplate, drawn: Drawn, rules: Rules, facts: ExamFacts | None
) -> _Examined:
    """Return what an executed notebook says: what is wrong with it, its signature and answers, its pages."""
    import nbformat

    file = str(template.path)
    try:
        located = read_pieces(nbformat.read(executed, as_version=4), file)
        subject = build_subject(located, template.header, rules.epreuve, template.slug, drawn)
        findings = (
            *check_pieces(located, file),
            *check_subject(subject, template.header, file),
        )
        counts = _pages(subject, facts, rules) if facts is not None else {}
    except KitError as error:
        return _Examined(error.findings)
    return _Examined(findings, signature(subject), key_figures(subject), subject.points, counts)


def _pages(subject: Subject, facts: ExamFacts, rules: Rules) -> dict[str, int]:
    return {
        "subject": page_count(pdf(subject_document(subject.for_candidate(), facts))),
        "key": page_count(pdf(key_document(subject.answer_key(), facts, rules.referentiel))),
    }


def _trial(template: CaseTemplate, drawn: Drawn, result: RunResult, keep: Path | None) -> Trial:
    examined: _Examined = result.value if result.ok else _Examined((failure_finding(template, result, keep),))
    return Trial(
        drawn.seed, drawn.version, drawn.forms, drawn.parameters, result.seconds, examined.findings,
        examined.signature, examined.figures, examined.points, examined.pages,
    )  # fmt: skip
