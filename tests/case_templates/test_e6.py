"""Épreuve E6: every numeric answer of the corrigé, computed again from what the candidate receives.

The candidate's annexes are read as their CSV files; the formulas are in e6_answers.py. Both pools are run: exam and
practice.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.cases import load_template, read_pieces, select_forms
from kit.cases.company import sectors
from kit.cases.company.names import is_free
from kit.cases.pieces import TextContent
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, build_subject
from kit.writing import json_text
from tests.case_templates.e6_answers import FORMULAS, Paper, Rows, folded, merged, number

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e6-plan-prospection"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
POOLS = ("examen", "entrainement")
USUAL = [
    (pool, seed, sector)
    for pool in POOLS
    for sector in ("cosmetique_solide", "logiciel_planning_artisans", "velo_cargo")
    for seed in (1, 2)
]
ALL = [(pool, seed, sector) for pool in POOLS for sector in SECTORS for seed in range(11, 15)]

Job = tuple[str, int, str]
Answers = dict[tuple[str, str], Fraction]


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    prepared = {}
    for pool in {job[0] for job in jobs}:
        prepared[pool] = folder / f"{pool}.ipynb"
        prepared[pool].write_text(json_text(select_forms(TEMPLATE, _forms(pool))), "utf-8")
    runs = [
        (prepared[pool], folder / f"{pool}-{sector}-{seed}.ipynb", {"seed": seed, "sector": sector})
        for pool, seed, sector in jobs
    ]
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run[1], job) for job, run in zip(jobs, runs, strict=True)}


def _forms(pool: str) -> dict[str, str]:
    return {dossier: names[0] for dossier, names in TEMPLATE.forms(pool).items()}


def _paper(executed: Path, job: Job) -> Paper:
    pool, seed, sector = job
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E6")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("T-E6", "principal", 1, seed, {"seed": seed, "sector": sector}, _forms(pool))
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    texts = [candidate.context]
    for dossier in candidate.dossiers:
        texts += [dossier.text, *(question.text for question in dossier.questions)]
    texts += [annex.content.text for annex in candidate.annexes if isinstance(annex.content, TextContent)]
    return Paper(
        subject, tables, {a.id: folded(a.title) for a in candidate.annexes}, folded("\n".join(texts))
    )


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e6"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e6-full"))


def _recomputed(job: Job, paper: Paper) -> Answers:
    found: Answers = {}
    for formulas in FORMULAS[job[0]]:
        found.update(formulas(paper))
    return found


def _expected(paper: Paper) -> dict[tuple[str, str], Any]:
    return {(item.question, item.name): item for item in paper.subject.answer_key().expected}


def _check_answers(job: Job, paper: Paper) -> None:
    expected, found = _expected(paper), _recomputed(job, paper)
    assert set(found) == set(expected)
    wrong = {
        key: (float(found[key]), item.value)
        for key, item in expected.items()
        if abs(found[key] - Fraction(item.value)) > Fraction(1, 1000)
    }
    assert wrong == {}


# What every paper must keep ------------------------------------------------------------------------------


def _candidate_words(paper: Paper) -> str:
    """Return all a candidate reads, tables included."""
    cells = [cell for rows in paper.tables.values() for row in rows for cell in row.values()]
    return folded("\n".join([paper.text, *paper.titles.values(), *cells]))


def _check_leaks(paper: Paper) -> None:
    """Nothing of the corrigé stands in what the candidate reads: no answer sentence, no CE code."""
    words = _candidate_words(paper)
    assert re.search(r"\bCE\d", words) is None
    words = words.casefold()
    key = paper.subject.answer_key()
    for answer in key.answers:
        for sentence in re.split(r"(?<=[.;:»–])\s|\|", folded(answer.text)):
            clean = sentence.strip("*|.; ").casefold()
            if len(clean) > 70:
                assert clean not in words, clean


def _check_plausible(paper: Paper) -> None:
    for item in paper.subject.answer_key().expected:
        low, high = map(Fraction, item.plausible)
        assert low <= Fraction(item.value) <= high, (item.question, item.name, item.value)


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_every_numeric_answer_can_be_found_from_the_candidates_annexes(
    papers: dict[Job, Paper], job: Job
) -> None:
    _check_answers(job, papers[job])


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_every_answer_lies_in_its_plausible_range(papers: dict[Job, Paper], job: Job) -> None:
    _check_plausible(papers[job])


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_nothing_of_the_key_stands_in_what_the_candidate_reads(papers: dict[Job, Paper], job: Job) -> None:
    _check_leaks(papers[job])


def _points(answer: str) -> Fraction:
    """Return the sum of the column of points of the answer's table of elements."""
    rows, counting = [], False
    for line in answer.split("\n"):
        if counting and not line.startswith("|"):
            break
        if counting:
            rows.append(line.strip("| ").rpartition("|")[2])
        counting = counting or re.match(r"\|\s*Élément\s*\|\s*Points\s*\|", line) is not None
    return sum((number(cell) for cell in rows[1:]), Fraction(0))


@pytest.mark.parametrize("pool", POOLS)
def test_the_points_of_the_elements_add_up_to_those_of_their_question(
    papers: dict[Job, Paper], pool: str
) -> None:
    paper = papers[pool, 1, "velo_cargo"]
    answers = {item.question: item.text for item in paper.subject.answer_key().answers}
    asked = {q.id: Fraction(q.points) for d in paper.subject.for_candidate().dossiers for q in d.questions}
    assert {question: _points(text) for question, text in answers.items()} == asked
    assert sum(asked.values()) == Fraction(TEMPLATE.header.points)


@pytest.mark.parametrize("pool", POOLS)
def test_the_group_delivers_the_plan_and_each_candidate_the_framing_document(
    papers: dict[Job, Paper], pool: str
) -> None:
    paper = papers[pool, 1, "velo_cargo"]
    carriers = {
        dossier.id: {(question.part, question.carrier) for question in dossier.questions}
        for dossier in paper.subject.for_candidate().dossiers
    }
    assert carriers == {
        "D1": {("plan", "group")},
        "D2": {("plan", "group")},
        "D3": {("plan", "group")},
        "D4": {("cadrage", "candidate")},
    }
    assert "Ce dossier est individuel : chaque candidat le traite seul" in paper.text
    assert "Qui mène la phase" in paper.text


@pytest.mark.parametrize("pool", POOLS)
def test_the_conduct_of_meetings_is_assessed_in_writing_and_the_key_says_so(
    papers: dict[Job, Paper], pool: str
) -> None:
    """CE28.3 cannot be observed in a written épreuve: each form gives a meeting to correct and one to prepare."""
    paper = papers[pool, 2, "cosmetique_solide"]
    questions = {q.id: folded(q.text) for d in paper.subject.for_candidate().dossiers for q in d.questions}
    assert "annexes A15, A17 et A18" in questions["Q13"]
    for piece in ("relevé de décisions", "interventions"):
        assert piece in questions["Q13"]
    for piece in ("ordre du jour", "conducteur minuté", "trame de compte rendu"):
        assert piece in questions["Q14"]
    key = {a.question: folded(a.text) for a in paper.subject.answer_key().answers}
    assert "l’animation n’est **pas observée**" in key["Q13"]
    assert "Substitut écrit de l’animation" in key["Q14"]


@pytest.mark.parametrize("pool", POOLS)
def test_no_meeting_falls_on_a_public_holiday(papers: dict[Job, Paper], pool: str) -> None:
    easter_monday, whit_monday = date(2026, 4, 6), date(2026, 5, 25)  # source: computus, year of the fiction
    closed = {easter_monday, whit_monday, date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14)}
    months = ("janvier", "février", "mars", "avril", "mai", "juin")
    for job, paper in papers.items():
        if job[0] != pool:
            continue
        said = re.findall(r"(?:lundi|mardi) (\d+)(?:er)? (\w+) 2026", paper.text)
        days = {date(2026, months.index(month) + 1, int(day)) for day, month in said}
        assert len(days) >= 2, job
        assert days & closed == set(), job
        assert {day.weekday() for day in days} <= {0, 1}


def test_organisations_are_invented_and_their_numbers_kept_for_fiction(papers: dict[Job, Paper]) -> None:
    """Source of the ranges: ARCEP, numbers reserved for audiovisual works."""
    reserved = ("19900", "26191", "35301", "46571", "53649")
    for job, paper in papers.items():
        if job[0] != "examen":
            continue
        for row in paper.tables["A3"]:
            digits = re.sub(r"\D", "", row["Téléphone"])[-9:]
            assert not digits or digits.startswith(reserved), job
            assert is_free(row["Organisation"].split()[0 if "(" in row["Organisation"] else -1]), job


def test_practice_asks_nothing_that_the_exam_asks(papers: dict[Job, Paper]) -> None:
    exam, practice = (papers[pool, 1, "velo_cargo"] for pool in POOLS)
    tasks = [
        {
            folded(line)
            for d in paper.subject.for_candidate().dossiers
            for q in d.questions
            for line in q.text.split("\n")
            if len(line) > 40
        }
        for paper in (exam, practice)
    ]
    assert tasks[0] & tasks[1] == set()
    shared = {annex for annex in exam.titles if exam.titles[annex] == practice.titles[annex]}
    assert shared == {"A1", "A2"}
    assert {key for key, item in _expected(exam).items()} & {
        key for key, item in _expected(practice).items() if item.value == _expected(exam).get(key, item).value
    } <= {("Q10", "rdv")}


def test_an_opposition_written_on_one_line_alone_holds_for_the_merged_record(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        if job[0] == "examen":
            second = {row["Fiche"]: row for row in paper.tables["A4"]}
            hidden = [u for u in merged(paper) if u["Opposition"] != second[u["Fiche"]]["Opposition"]]
            assert len(hidden) >= 1, job


def test_variants_differ_in_their_answers(papers: dict[Job, Paper]) -> None:
    for pool in POOLS:
        answers = [
            tuple(sorted((key, item.value) for key, item in _expected(paper).items()))
            for job, paper in papers.items()
            if job[0] == pool
        ]
        assert len(set(answers)) == len(answers)


def test_the_template_offers_every_sector_of_the_kit() -> None:
    assert set(SECTORS) == set(sectors())


@pytest.mark.full
@pytest.mark.parametrize("job", ALL, ids=str)
def test_every_sector_gives_answers_that_are_found_again_plausible_and_kept(
    all_papers: dict[Job, Paper], job: Job
) -> None:
    _check_answers(job, all_papers[job])
    _check_leaks(all_papers[job])
    _check_plausible(all_papers[job])
