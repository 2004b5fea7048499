"""Practice never meets an exam: practice cases by the hundred beside the exam variants of a hundred sessions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.cases import select_forms
from kit.cases.uses import use_of_seed
from kit.execution import Run, execute_many
from kit.practice.cases import practice_cases, template_for
from kit.practice.values import Asked
from kit.sessions.demo import demo_session
from kit.sessions.opening import Session, open_session
from kit.sessions.production import subject_of
from kit.sessions.seeds import DEMO_SECRET
from kit.sessions.variants import Variant, session_variants
from kit.subjects import Subject, signature
from kit.writing import json_text

EPREUVES = [f"E{number}" for number in range(1, 11)]


def sessions(folder: Path, count: int) -> Iterator[Session]:
    """Yield the demo's session under as many names, each of which draws subjects of its own."""
    session = open_session(demo_session(folder / "demo"))
    for number in range(count):
        config = session.config.model_copy(update={"id": f"DEMO-{number:03d}"})
        yield replace(session, config=config)


def exam_subjects(variants: list[Variant], folder: Path) -> list[Subject]:
    runs = []
    for rank, variant in enumerate(variants):
        prepared = folder / f"{rank}.ipynb"
        prepared.write_text(json_text(select_forms(variant.template, variant.drawn.forms)), "utf-8")
        runs.append(
            Run(
                prepared,
                folder / f"{rank}-executed.ipynb",
                {**variant.drawn.parameters, "seed": variant.drawn.seed},
                variant.template.path.parent,
                functools.partial(subject_of, variant=variant),
            )
        )
    results = execute_many(runs, jobs=2, preload=("kit.sessions.production",))
    assert [result.failure or result.error for result in results if not result.ok] == []
    return [result.value for result in results]


def alternatives(subject: Subject) -> set[tuple[str, str, str]]:
    return {(subject.template, dossier, form) for dossier, form in subject.forms.items()}


def questions(subject: Subject) -> set[str]:
    return {question.text for question in subject.questions if not question.observed}


def answers(subject: Subject) -> tuple[Any, ...]:
    return tuple((item.question, item.name, item.value) for item in subject.expected)


@pytest.mark.parametrize("epreuve", EPREUVES)
@pytest.mark.parametrize(
    ("cases", "exams"),
    [pytest.param(1, 1, id="a few"), pytest.param(100, 100, id="hundreds", marks=pytest.mark.full)],
)
def test_no_practice_case_shares_anything_with_an_exam(
    epreuve: str, cases: int, exams: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    template = template_for(epreuve)
    asked = [Asked(template.slug, number) for number in range(1, cases + 1)]
    practice = [case.subject for case in practice_cases(asked, jobs=2)]
    drawn = [
        v for session in sessions(tmp_path, exams) for v in session_variants(session, DEMO_SECRET, [epreuve])
    ]
    exam = exam_subjects(drawn, tmp_path)
    assert len({signature(subject) for subject in practice}) == cases
    assert {signature(subject) for subject in practice} & {signature(subject) for subject in exam} == set()
    assert {use_of_seed(subject.seed) for subject in practice} == {"practice"}
    assert {use_of_seed(subject.seed) for subject in exam} == {"exam"}
    for said in (alternatives, questions):
        assert set().union(*map(said, practice)) & set().union(*map(said, exam)) == set(), said.__name__
    assert {answers(subject) for subject in practice} & {answers(subject) for subject in exam} == set()
    record_property("practice cases", cases)
    record_property("exam variants", len(exam))
