"""Épreuve E3: every numeric answer of the corrigé, computed again from what the candidate receives.

The candidate's annexes are read as their CSV files; the formulas are in e3_answers.py. Both exam forms and the
practice form of each dossier are run, alone and mixed.
"""

from __future__ import annotations

import csv
import io
import re
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.cases import load_template, read_pieces, select_forms
from kit.cases.company import sectors
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import Run, execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, build_subject
from kit.writing import json_text
from tests.case_templates.e3_answers import (
    FORMULAS,
    Paper,
    Rows,
    base_budget,
    cents,
    folded,
    life_cycle,
    loads,
    loyal_campaigns,
    media_lines,
    number,
    plan_of,
    selections,
    start_and_limit,
    support_budget,
    told,
    trios,
)

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e3-plan-action"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
DOSSIERS = ("D1", "D2", "D3", "D4", "D5")
POINTS = {
    "CE9.1": 6, "CE9.2": 4, "CE9.3": 3, "CE10.1": 11, "CE10.2": 11, "CE11.1": 7, "CE11.2": 7, "CE12.1": 4,
    "CE12.2": 6, "CE12.3": 5, "CE13.1": 8, "CE13.2": 7, "CE14.1": 7, "CE14.2": 6, "CE15.1": 4, "CE15.2": 5,
    "CE15.3": 4, "CE16.1": 7, "CE16.2": 8,
}  # fmt: skip
"""The points of each criterion, the same in every combination of forms."""


class Job(NamedTuple):
    """A variant: its parameters, and the form of each of the five dossiers."""

    seed: int
    sector: str
    forms: str


USUAL = [
    Job(seed, sector, forms)
    for seed, sector, drawn in (
        (1, "cosmetique_solide", ("aaaaa", "bbbbb", "ppppp")),
        (2, "cosmetique_solide", ("babab", "ababa", "ppppp")),
        (1, "logiciel_planning_artisans", ("aaaaa", "bbbbb", "ppppp")),
        (2, "logiciel_planning_artisans", ("babab", "ababa", "ppppp")),
        (1, "velo_cargo", ("aabba", "bbaab", "ppppp")),
        (2, "velo_cargo", ("aaaaa", "bbbbb", "ppppp")),
        (1, "hygiene_professionnelle", ("aaaaa",)),
    )
    for forms in drawn
]
MIXED = ("babab", "ababa", "aabba", "bbaab")
ALL = [
    Job(seed, SECTORS[seed % len(SECTORS)], forms)
    for seed in range(11, 61)
    for forms in ("aaaaa", "bbbbb", "ppppp", MIXED[seed % len(MIXED)])
]

Papers = dict[Job, Paper]


def _papers(jobs: list[Job], folder: Path) -> Papers:
    runs = []
    for n, job in enumerate(jobs):
        source = folder / f"{n}.source.ipynb"
        source.write_text(json_text(select_forms(TEMPLATE, _forms(job))), encoding="utf-8")
        values = {"seed": job.seed, "sector": job.sector}
        runs.append(Run(source, folder / f"{n}.ipynb", values, NOTEBOOK.parent))
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run.output, job) for job, run in zip(jobs, runs, strict=True)}


def _forms(job: Job) -> dict[str, str]:
    return dict(zip(DOSSIERS, job.forms, strict=True))


def _paper(executed: Path, job: Job) -> Paper:
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E3")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    values: dict[str, Any] = {"seed": job.seed, "sector": job.sector}
    drawn = Drawn("T-E3", "principal", 1, job.seed, values, _forms(job))
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    asked = [q.text for dossier in candidate.dossiers for q in dossier.questions]
    situations = [dossier.text for dossier in candidate.dossiers]
    texts = [annex.content.text for annex in candidate.annexes if annex.content.type == "text"]
    return Paper(subject, _forms(job), tables, "\n".join([*asked, *situations, *texts]))


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return _papers(USUAL, tmp_path_factory.mktemp("e3"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return _papers(ALL, tmp_path_factory.mktemp("e3-full"))


def _drawn(papers: Papers, dossier: str, form: str) -> dict[Job, Paper]:
    """Return the papers that hold a form of a dossier; there must be some."""
    found = {job: paper for job, paper in papers.items() if paper.forms[dossier] == form}
    assert len(found) >= 3, (dossier, form)
    return found


# The comparison ------------------------------------------------------------------------------------------


def _gaps(paper: Paper) -> list[Any]:
    """Return what differs beyond the tolerance announced, is missing, left over, or out of its bounds."""
    mine = dict(found for form in paper.forms.items() for found in FORMULAS[form](paper))
    mine = {(question, folded(name)): value for (question, name), value in mine.items()}
    wrong: list[Any] = []
    for item in paper.subject.expected:
        named, labelled = (item.question, item.name), (item.question, folded(item.label))
        key = named if named in mine else labelled
        if key not in mine:
            wrong.append(("missing", key))
        elif abs(mine.pop(key) - Fraction(item.value)) > Fraction(item.tolerance):
            wrong.append((key, item.value))
        assert item.plausible is not None, key
        low, high = item.plausible
        if not Fraction(low) <= Fraction(item.value) <= Fraction(high):
            wrong.append(("implausible", key, item.value))
    return [*wrong, *mine]


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_every_answer_is_found_again_from_the_candidates_files(papers: Papers, job: Job) -> None:
    assert _gaps(papers[job]) == []


def test_every_form_is_recomputed_by_the_usual_tests() -> None:
    assert {form for job in USUAL for form in _forms(job).items()} == set(FORMULAS)


def test_the_exam_has_two_forms_of_each_dossier_and_practice_another() -> None:
    assert TEMPLATE.forms("examen") == {dossier: ["a", "b"] for dossier in DOSSIERS}
    assert TEMPLATE.forms("entrainement") == {dossier: ["p"] for dossier in DOSSIERS}


def test_every_combination_observes_every_criterion_for_the_same_points(papers: Papers) -> None:
    for job, paper in papers.items():
        asked: dict[str, Fraction] = {}
        for dossier in paper.subject.dossiers:
            for question in dossier.questions:
                for item in question.requirements:
                    asked[item.criterion] = asked.get(item.criterion, Fraction(0)) + Fraction(item.points)
        assert asked == POINTS, job
        assert [annex.id for annex in paper.subject.annexes] == [f"A{n}" for n in range(1, 13)], job
        assert any(annex.content.type == "figure" for annex in paper.subject.annexes), job


def _shared(text: str) -> dict[str, Fraction]:
    """Return the points a table of the corrigé shares out, by criterion where its lines say one."""
    shared: dict[str, Fraction] = {}
    inside = False
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[-1] == "Points":
            inside = True
        elif inside and line.startswith("|") and not set(line) <= set("|-: "):
            criterion = re.match(r"CE\d+\.\d+", cells[0])
            name = criterion[0] if criterion else ""
            shared[name] = shared.get(name, Fraction(0)) + number(cells[-1])
        elif not line.startswith("|"):
            inside = False
    return shared


def test_the_points_of_each_answer_add_up_to_those_of_its_question(papers: Papers) -> None:
    for job, paper in papers.items():
        questions = {q.id: q for dossier in paper.subject.dossiers for q in dossier.questions}
        assert len(paper.subject.answers) == len(questions) == 14
        for answer in paper.subject.answers:
            wanted = {r.criterion: Fraction(r.points) for r in questions[answer.question].requirements}
            shared = _shared(answer.text)
            if set(shared) == {""}:
                assert shared[""] == sum(wanted.values()), (job, answer.question)
            else:
                assert shared == wanted, (job, answer.question)


def _bodies(form: tuple[str, str], paper: Paper) -> dict[str, str]:
    """Return the questions of a form, each without its numbers."""
    (dossier,) = [d for d in paper.subject.dossiers if d.id == form[0]]
    return {q.id: re.sub(r"[\d,]+", "#", folded(q.text)) for q in dossier.questions}


OWN = {"D1": ("A4", "A5"), "D2": ("A6", "A7", "A8"), "D3": ("A9", "A10"), "D4": ("A11", "A12")}
"""The annexes of each dossier's forms; A1 to A3 are shared, and D5 has none of its own."""


def test_two_forms_of_a_dossier_are_two_tasks_on_other_annexes(papers: Papers) -> None:
    """Beyond wording: neither the questions nor the tables look alike, from one form to another."""
    shown = {form: next(p for p in papers.values() if p.forms[form[0]] == form[1]) for form in FORMULAS}
    for dossier, (one, other) in ((d, pair) for d in DOSSIERS for pair in combinations("abp", 2)):
        mine, theirs = (_bodies((dossier, form), shown[dossier, form]) for form in (one, other))
        assert list(mine) == list(theirs)
        for question, text in mine.items():
            alike = SequenceMatcher(None, text, theirs[question], autojunk=False).ratio()
            assert alike < 0.6, (dossier, one, other, question, alike)
    for dossier, annexes in OWN.items():
        kinds = [tuple(tuple(shown[dossier, form].tables[a][0]) for a in annexes) for form in "abp"]
        assert len(set(kinds)) == 3, dossier
        titles = {a.title for form in "abp" for a in shown[dossier, form].subject.annexes if a.id in annexes}
        assert len(titles) == 3 * len(annexes), dossier


def test_nothing_of_the_corrige_stands_in_what_the_candidate_receives(papers: Papers) -> None:
    for job, paper in papers.items():
        candidate = paper.subject.for_candidate().model_dump_json()
        for answer in paper.subject.answers:
            for line in answer.text.split("\n"):
                if len(line) > 60 and not line.startswith("|"):
                    assert line not in candidate, job


# The tasks in particular ---------------------------------------------------------------------------------


def test_the_critical_path_is_unique_and_is_the_one_of_the_answer_key(papers: Papers) -> None:
    for paper in _drawn(papers, "D4", "a").values():
        (path,) = plan_of(paper.tables["A11"]).longest
        answer = next(item.text for item in paper.subject.answers if item.question == "Q11")
        assert f"Chemin critique\u00a0: {' – '.join(path)}." in answer


def _answer(paper: Paper, question: str) -> str:
    return folded(next(item.text for item in paper.subject.answers if item.question == question))


def _key(paper: Paper) -> str:
    """Return all a marker reads: answers, what to accept, indicators."""
    parts = [item.text for item in (*paper.subject.answers, *paper.subject.accepted)]
    return folded("\n".join([*parts, *(line for item in paper.subject.indicators for line in item.items)]))


def _functions(paper: Paper) -> set[str]:
    """Return the functions of the table of teams printed in A1."""
    _, _, after = paper.text.partition("| Équipe | Fonction |")
    rows = [line.split("|") for line in after.split("\n")[2:]]
    return {row[2].strip() for row in rows[: next(i for i, row in enumerate(rows) if len(row) < 4)]}


def test_the_rules_printed_lead_to_one_selection_of_actions_and_it_is_the_one_of_the_key(
    papers: Papers,
) -> None:
    for paper in _drawn(papers, "D1", "a").values():
        for rule in (
            "trois ou quatre actions, dans la limite de l’enveloppe",
            "au moins une action de nature « Environnement » ou « Solidarité »",
            "au moins une action de nature « Contenu »",
            "aucune action contraire au droit ou au positionnement, ni fondée sur un rabais général",
            "la direction préfère celle qui apporte le gain net le plus élevé",
        ):
            assert rule in folded(paper.text)
        (best, _, codes), (second, _, _) = selections(paper)[:2]
        assert best > second
        assert f"**Sélection de référence : {_listed(codes)}**" in _answer(paper, "Q2")


def test_the_rules_of_the_other_form_lead_to_one_trio_and_it_is_the_one_of_the_key(papers: Papers) -> None:
    for paper in _drawn(papers, "D1", "b").values():
        (best, *_, codes), (second, *_) = trios(paper)[:2]
        assert second - best >= 20
        assert f"**Sélection de référence : {_listed(codes)}**" in _answer(paper, "Q2")


def _listed(codes: tuple[str, ...]) -> str:
    return f"{', '.join(codes[:-1])} et {codes[-1]}"


def test_the_price_test_has_its_best_margin_inside_the_prices_tried(papers: Papers) -> None:
    for job, paper in _drawn(papers, "D2", "b").items():
        found = {key[1]: value for key, value in FORMULAS["D2", "b"](paper) if key[0] == "Q5"}
        margins = [found[f"marge-{n}"] for n in range(1, 5)]
        assert max(margins) in margins[1:3], job
        rates = [found[f"taux-{n}"] for n in range(1, 5)]
        assert rates == sorted(rates, reverse=True), job


def test_the_present_policy_of_returns_is_never_the_best(papers: Papers) -> None:
    for job, paper in _drawn(papers, "D3", "b").items():
        net = {key[1]: value for key, value in FORMULAS["D3", "b"](paper) if key[1].startswith("net-")}
        best = max(net, key=lambda name: net[name])
        assert best != "net-r1", job
        assert f"La marge nette la plus élevée est celle de **{best[-2:].upper()}**" in _answer(paper, "Q10")


def test_some_weeks_exceed_the_capacity_and_most_do_not(papers: Papers) -> None:
    for job, paper in _drawn(papers, "D4", "b").items():
        weekly, capacity = loads(paper), told(r"\*\*# jours de travail par semaine\*\*", paper)
        assert 1 <= sum(week > capacity for week in weekly) <= 5, job
        start, limit = start_and_limit(paper)
        assert start.weekday() == 0
        assert limit.weekday() == 4


def test_the_draft_plan_contradicts_the_framing_note_four_times(papers: Papers) -> None:
    for job, paper in _drawn(papers, "D5", "b").items():
        gaps = dict(FORMULAS["D5", "b"](paper))
        assert gaps["Q13", "ecart-budget"] > 0, job
        assert gaps["Q13", "ecart-ventes"] > 0, job
        assert gaps["Q13", "retard"] > 0, job
        assert "baisse de 10 % sur l’étape la plus défavorable" in folded(paper.text)
        assert "réduire d’au moins 20 %" in folded(paper.text)


def test_an_amount_told_in_two_dossiers_is_the_same(papers: Papers) -> None:
    """The communication budget is in D3 (a table, or sentences) and in D5: one source, whatever the forms."""
    checked = 0
    for job, paper in papers.items():
        told_by = []
        if paper.forms["D3"] == "a":
            told_by.append(sum(media_lines(paper).values(), Fraction(0)))
        if paper.forms["D3"] == "b":
            told_by.append(dict(FORMULAS["D3", "b"](paper))["Q9", "budget-communication"])
        if paper.forms["D5"] == "b":
            told_by.append(told(r"Le budget de communication, # € HT,", paper))
        assert len(set(told_by)) <= 1, job
        checked += len(told_by) == 2
        total = told(r"\*\*Moyens\*\* : # € HT au total", paper)
        assert total == base_budget(paper) + support_budget(paper), job
    assert checked >= 3


def test_shares_printed_in_one_table_sum_to_a_hundred(papers: Papers) -> None:
    for job, paper in papers.items():
        _, _, surveyed = paper.text.partition("**Ce que disent les clients**")
        lists = [line for line in surveyed.split("\n") if line.startswith("|") and "%" in line][:3]
        if paper.forms["D4"] == "a":
            lists += re.findall(r"Par nature : .+?La nature", _answer(paper, "Q12"))
        assert len(lists) >= 3
        for line in lists:
            assert sum(int(n) for n in re.findall(r"(\d+)\s%", line)) == 100, (job, line)
        assert sum(life_cycle(paper).values()) == 100, job


def test_those_responsible_stand_in_the_table_of_teams_the_candidate_reads(papers: Papers) -> None:
    for job, paper in _drawn(papers, "D4", "a").items():
        functions = _functions(paper)
        assert len(functions) >= 5
        assert _cells(paper, "Q11", "| Responsable |\n", -2) <= functions, job
        known = {function.lower() for function in functions} | {"prestataire"}
        for who in _cells(paper, "Q12", "| Qui | Formation |\n", 3):
            people = who.replace("(recette)", "").split(",")
            assert {one.strip().lower() for one in people} <= known, (job, who)
    for job, paper in _drawn(papers, "D4", "b").items():
        functions = _functions(paper)
        assert _cells(paper, "Q11", "| Signe d’alerte |\n", 5) <= functions, job
        assert _cells(paper, "Q12", "| À acquérir |\n", 3) <= functions, job
    for job, paper in _drawn(papers, "D5", "b").items():
        answer = next(item.text for item in paper.subject.answers if item.question == "Q13")
        (heads,) = [line for line in answer.split("\n") if line.startswith("| Livrable |")]
        assert {cell.strip() for cell in heads.split("|")[2:-1]} <= _functions(paper), job


def _cells(paper: Paper, question: str, after: str, at: int) -> set[str]:
    """Return the cells of a column of the answer's table whose header ends so."""
    answer = next(item.text for item in paper.subject.answers if item.question == question)
    _, _, rows = answer.partition(after)
    lines = rows.split("\n")[1:]
    size = next(n for n, line in enumerate([*lines, ""]) if not line.startswith("|"))
    assert size >= 1
    return {line.split("|")[at].strip() for line in lines[:size]}


def test_the_objectives_of_communication_are_figures_with_a_date_drawn_from_the_annexes(
    papers: Papers,
) -> None:
    for job, paper in _drawn(papers, "D3", "a").items():
        answer = next(item.text for item in paper.subject.answers if item.question == "Q9")
        rows = [folded(line) for line in answer.split("\n") if line.startswith("| Faire ")]
        assert len(rows) == 6
        assert [row for row in rows if not re.match(r"\| Faire \w+ : .*\d.* à S(\+\d|0) \|", row)] == []
        half = media_lines(paper)["Achat d’espace digital"] / 2
        loyal = loyal_campaigns(paper)
        wanted = [row for row in paper.tables["A9"] if folded(row["Campagne"]) not in loyal]
        spent = sum((number(row["Budget (€)"]) for row in wanted), Fraction(0))
        click = cents(spent / sum(number(row["Clics"]) for row in wanted))
        visits = str(int(half / (click * Fraction(11, 10))))
        rounded_down = int(visits[:2].ljust(len(visits), "0"))
        shown = re.search(r"Faire connaître : ([\d\s]+) visites? à S\+4", rows[1])
        assert shown is not None
        assert int(re.sub(r"\s", "", shown[1])) == rounded_down, job


def test_a_channel_kept_for_other_customers_is_neither_advised_nor_a_medium(papers: Papers) -> None:
    paper = papers[Job(1, "hygiene_professionnelle", "aaaaa")]
    assert any(row["Circuit"] == "Marchés publics" for row in paper.tables["A8"])
    advised = re.search(r"\*\*Recommandation possible\*\* : (.+?) pour la couverture", _answer(paper, "Q6"))
    assert advised is not None
    assert "Marchés publics" not in advised[1]
    assert "marchés publics" not in _answer(paper, "Q8").lower()
    touched = re.search(r"Points de contact actuels\*\* : (.+?)\.", folded(paper.text))
    assert touched is not None
    assert "marchés publics" not in touched[1]


def test_no_two_channels_get_the_same_remark(papers: Papers) -> None:
    for paper in _drawn(papers, "D2", "a").values():
        _, _, after = folded(paper.text).partition("Observations de l’équipe commerciale :")
        remarks = [
            part.partition(" : ")[2] for part in after.partition("Les prix au public")[0].split(" - ")[1:]
        ]
        assert len(remarks) == len(paper.tables["A8"])
        assert len(set(remarks)) == len(remarks)


def test_the_wording_agrees_and_uses_no_code_of_the_template(papers: Papers) -> None:
    names = "semaines|jours|unités|visites|clients|essais|points|contacts|familles|offres|demandes|ventes"
    for job, paper in papers.items():
        said = _key(paper) + folded(paper.text) + folded(paper.subject.context)
        assert re.findall(rf"(?<![\w,−-])(?<!\d )[01] (?:{names})\b", said) == [], job
        assert re.findall(r"\b(?:dossier D|en Q|la Q|Q)\d", said) == [], job
        assert re.findall(r"\b(?:None|True|False|de les|à les|Fraction|Decimal)\b", said) == [], job
        assert re.findall(r"(?<![\w−–])-\d", said) == [], job
        assert "inférieur ou égal" not in said


def test_the_calculator_rule_is_stated() -> None:
    assert "Calculatrice autorisée (mode examen ou type collège)" in TEMPLATE.header.documents


def test_variants_differ_in_firm_price_and_critical_path(papers: Papers) -> None:
    drawn = _drawn(papers, "D4", "a")
    assert len({plan_of(paper.tables["A11"]).longest[0] for paper in drawn.values()}) > 1
    costs = [
        tuple(row["Montant (€)"] for row in paper.tables["A6"])
        for paper in _drawn(papers, "D2", "a").values()
    ]
    firms = {(job.seed, job.sector) for job in _drawn(papers, "D2", "a")}
    assert len(set(costs)) == len(firms)


def test_no_answer_stands_in_a_candidates_table_to_fill_in(papers: Papers) -> None:
    for paper in _drawn(papers, "D4", "a").values():
        blanks = {row[name] for row in paper.tables["A11"] for name in ("DTO", "FTO", "DTA", "FTA", "MT")}
        assert blanks == {""}


def test_the_template_offers_every_sector_of_the_kit() -> None:
    assert set(SECTORS) == set(sectors())


@pytest.mark.full
def test_every_answer_of_every_sector_is_found_again(all_papers: Papers) -> None:
    assert {job: gaps for job, paper in all_papers.items() if (gaps := _gaps(paper))} == {}
