"""Épreuve E9: every numeric answer of the corrigé, computed again from what the group receives.

The annexes are read as their CSV files; rules, rates and amounts given in words are read in the candidates' own
texts. The formulas are written here anew, from their definitions, with exact fractions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.cases import draw_forms, load_template, read_pieces, select_forms
from kit.cases.company.names import is_free
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, Subject, build_subject

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e9-relation-client-reputation"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
CRITERIA = {"CE32.1", "CE32.2", "CE32.3", "CE33.1", "CE33.2", "CE33.3", "CE33.4"}
DOSSIERS = ("D1", "D2", "D3", "D4")

Job = tuple[int, str, str]
"""Seed, sector, and the form of each dossier."""
USUAL: list[Job] = [
    (seed, sector, forms)
    for sector in ("cosmetique_solide", "emballage_compostable")
    for seed in (1, 2)
    for forms in ("aaaa", "pppp")
] + [(3, "logiciel_planning_artisans", "aaai"), (3, "tourisme_vert_hebergement", "pppq")]
ALL: list[Job] = [
    (seed, sector, forms)
    for sector in SECTORS
    for seed in range(11, 16)
    for forms in ("aaaa", "pppp", "aaai", "pppq")
]

Rows = list[dict[str, str]]
Answers = dict[tuple[str, str], Fraction]


class Paper(NamedTuple):
    """What the group has, and what the corrigé says."""

    subject: Subject
    tables: Mapping[str, Rows]
    text: str


def _run(job: Job, folder: Path, **more: str) -> tuple[Path, Path, dict[str, Any]]:
    seed, sector, forms = job
    source = folder / f"{forms}.ipynb"
    chosen = dict(zip(DOSSIERS, forms, strict=True))
    source.write_text(json.dumps(select_forms(TEMPLATE, chosen)), "utf-8")
    values = {"seed": seed, "sector": sector, "piece_individuelle": forms[-1] in "iq", **more}
    return source, folder / f"{sector}-{seed}-{forms}.ipynb", values


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    runs = [_run(job, folder) for job in jobs]
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run[1], job) for job, run in zip(jobs, runs, strict=True)}


def _paper(executed: Path, job: Job) -> Paper:
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E9")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("T-E9", "principal", 1, job[0], {"seed": job[0], "sector": job[1]}, {})
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    asked = [text for d in candidate.dossiers for text in (d.title, d.text, *(q.text for q in d.questions))]
    annexes = [annex.content.text for annex in candidate.annexes if annex.content.type == "text"]
    text = "\n".join([candidate.context, *asked, *annexes])
    return Paper(subject, tables, re.sub(r"[\u00a0\u202f]", " ", text))


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e9"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e9-full"))


# Reading what is printed ---------------------------------------------------------------------------------

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def _number(text: str) -> Fraction:
    return Fraction(re.sub(r"[€%\s]", "", text).replace(",", ".").replace("−", "-"))


def _told(pattern: str, paper: Paper) -> Fraction:
    """Return a number the texts give in words."""
    found = re.search(pattern, paper.text)
    assert found is not None, pattern
    return _number(found[1])


def _cells(rows: Rows, column: int) -> list[Fraction]:
    return [_number(list(row.values())[column]) for row in rows]


def _ceiling(value: Fraction) -> Fraction:
    return Fraction(-(-value.numerator // value.denominator))


def _rates(prefix: str, parts: list[Fraction], wholes: list[Fraction]) -> Iterator[tuple[str, Fraction]]:
    for rank, (part, whole) in enumerate(zip(parts, wholes, strict=True), start=1):
        yield f"{prefix}-{rank}", part * 100 / whole


STARS = (5, 4, 3, 2, 1)


def _stars(row: dict[str, str]) -> list[Fraction]:
    return [_number(row[f"Note {star}"]) for star in STARS]


def _stars_sum(rows: Rows) -> Fraction:
    return sum(
        (star * count for row in rows for star, count in zip(STARS, _stars(row), strict=True)), Fraction(0)
    )


# Dossier 1 -----------------------------------------------------------------------------------------------


def _portfolio(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    margin = _told(r"moyen de l’entreprise est de ([\d,]+) %", paper) / 100
    *segments, total = paper.tables["A3"]
    columns = [_cells(segments, column) for column in range(1, 7)]
    assert [sum(column) for column in columns] == [_number(cell) for cell in list(total.values())[1:]]
    for rank, (start, new, lost, orders, revenue, spent) in enumerate(zip(*columns, strict=True), start=1):
        end, churn = start + new - lost, lost / start
        value = (revenue / orders) * margin * (orders / end) / churn
        yield f"attrition-{rank}", churn * 100
        yield f"ltv-{rank}", value
        yield f"rapport-{rank}", value / (spent / new)
    yield "attrition-total", sum(columns[2]) * 100 / sum(columns[0])


def _long_date(words: str) -> date:
    day, month, year = words.replace("1er", "1").split()
    return date(int(year), MONTHS.index(month) + 1, int(day))


def _thresholds(paper: Paper) -> tuple[date, date, Fraction, Fraction, Fraction, Fraction]:
    """Return what the table of the RFM rule says: two dates, two numbers of orders, two amounts."""
    day = r"(\d+(?:er)? \w+ \d{4})"
    top = re.search(rf"\| 3 \| à partir du {day} \| plus de (\d+) \| ([\d ]+) € ou plus \|", paper.text)
    low = re.search(rf"\| 1 \| avant le {day} \| (\d+)(?: ou moins)? \| moins de ([\d ]+) € \|", paper.text)
    assert top is not None
    assert low is not None
    return (
        _long_date(top[1]), _long_date(low[1]), _number(low[2]), _number(top[2]), _number(low[3]), _number(top[3])
    )  # fmt: skip


def _group(row: dict[str, str], rule: tuple[date, date, Fraction, Fraction, Fraction, Fraction]) -> str:
    recent, older, few, many, small, large = rule
    day, month, year = row["Dernière commande"].split("/")
    last = date(int(year), int(month), int(day))
    orders, amount = _number(row["Commandes (3 ans)"]), _number(row["CA HT 3 ans (€)"])
    frequency = 1 if orders <= few else 2 if orders <= many else 3
    money = 1 if amount < small else 2 if amount < large else 3
    if last < older:
        return "reactiver" if frequency + money >= 4 else "inactifs"
    if last >= recent and frequency + money >= 5:
        return "champions"
    return "fideles" if frequency >= 2 else "developper"


def _rfm(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    rule = _thresholds(paper)
    groups: dict[str, Rows] = {}
    for row in paper.tables["A4"]:
        groups.setdefault(_group(row, rule), []).append(row)
    total = sum(_cells(paper.tables["A4"], 3))
    for name in ("champions", "fideles", "developper", "reactiver", "inactifs"):
        yield f"effectif-{name}", Fraction(len(groups[name]))
        yield f"ca-{name}", sum(_cells(groups[name], 3)) * 100 / total
    yield "joignables", Fraction(sum(row["Accord e-mail"] == "oui" for row in groups["reactiver"]))


def _journey(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    happy, neutral, unhappy = (_cells(paper.tables["A5"], column) for column in (2, 3, 4))
    yield from _rates("csat", happy, [sum(row) for row in zip(happy, neutral, unhappy, strict=True)])


def _recommendation(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    promoters, passives, detractors = (_cells(paper.tables["A6"], column) for column in (1, 2, 3))
    everyone = [sum(row) for row in zip(promoters, passives, detractors, strict=True)]
    net = [p - d for p, d in zip(promoters, detractors, strict=True)]
    yield from _rates("nps", net, everyone)
    yield "nps-total", sum(net) * 100 / sum(everyone)


def _cohorts(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    kept: dict[tuple[int, int], Fraction] = {}
    for rank, row in enumerate(paper.tables["A3"], start=1):
        _, new, *active = row.values()
        for months, cell in zip((6, 12, 18), active, strict=True):
            if cell:
                kept[rank, months] = _number(cell) / _number(new)
                yield f"retention-{rank}-{months}", kept[rank, months] * 100
    assert len(kept) == 11
    yield "ecart", (kept[4, 6] - kept[1, 6]) * 100
    margin = _told(r"laisse en moyenne ([\d ,]+) € de marge", paper)
    yield "marge", margin * (1 + kept[1, 6] + kept[1, 12] + kept[1, 18])


def _tenths(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    clients, revenue, old = (_cells(paper.tables["A4"], column) for column in (1, 2, 3))
    yield "part-vingt", sum(revenue[:2]) * 100 / sum(revenue)
    yield "part-moitie", sum(revenue[5:]) * 100 / sum(revenue)
    yield "moyen-haut", revenue[0] / clients[0]
    yield "moyen-tous", sum(revenue) / sum(clients)
    yield "anciens-haut", sum(old[:2]) * 100 / sum(clients[:2])
    yield "anciens-bas", sum(old[5:]) * 100 / sum(clients[5:])


def _contacts(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    received, solved = _cells(paper.tables["A5"], 1), _cells(paper.tables["A5"], 2)
    yield from _rates("resolution", solved, received)
    yield "cout", (sum(received) - sum(solved)) * _told(r"coûte en moyenne ([\d ,]+) €", paper)


def _satisfaction(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    importance, *levels = (_cells(paper.tables["A6"], column) for column in range(1, 6))
    rates = [
        (very + rather) * 100 / (very + rather + less + none)
        for very, rather, less, none in zip(*levels, strict=True)
    ]
    for rank, rate in enumerate(rates, start=1):
        yield f"satisfaction-{rank}", rate
    yield "importance", sum(importance) / len(importance)
    yield "taux-moyen", sum(rates) / len(rates)


# Dossier 2 -----------------------------------------------------------------------------------------------


def _programmes(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    for rank in (1, 2):
        eligible, share, more, amount, margin, variable, launch, running = _cells(
            paper.tables["A9"], rank + 1
        )
        members = eligible * share / 100
        net, fixed = more * amount * margin / 100 - variable, launch + running
        yield f"adherents-{rank}", members
        yield f"nette-{rank}", net
        yield f"cout-{rank}", fixed + variable * members
        yield f"resultat-{rank}", net * members - fixed
        yield f"seuil-{rank}", _ceiling(fixed / net)
        yield f"prudent-{rank}", net * members * Fraction(3, 4) - fixed


def _complaints(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    received, on_time, happy, happy_back, other_back = (_cells(paper.tables["A8"], c) for c in range(1, 6))
    yield from _rates("delai", on_time, received)
    yield "delai-total", sum(on_time) * 100 / sum(received)
    yield "retour-satisfaits", sum(happy_back) * 100 / sum(happy)
    yield "retour-autres", sum(other_back) * 100 / (sum(received) - sum(happy))


def _trial(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    (clients, others), (again, others_again), _, (revenue, others_revenue) = (
        _cells(paper.tables["A9"], column) for column in (1, 2, 3, 4)
    )
    margin = _told(r"Le taux de marge sur coût variable est de ([\d,]+) %", paper) / 100
    variable = _told(r"Le programme coûterait ([\d ,]+) € par adhérent", paper)
    fixed = _told(r"\(coût variable\) et ([\d ]+) € par an", paper)
    members = (
        _told(r"Il serait proposé à ([\d ]+) clients", paper)
        * _told(r"dont (\d+) % adhéreraient", paper)
        / 100
    )
    extra = revenue / clients - others_revenue / others
    net = extra * margin - variable
    yield "rachat-test", again * 100 / clients
    yield "rachat-temoin", others_again * 100 / others
    yield "effet", again * 100 / clients - others_again * 100 / others
    yield "ca-supplementaire", extra
    yield "nette", net
    yield "adherents", members
    yield "resultat", net * members - fixed
    yield "seuil", _ceiling(fixed / net)


# Dossier 3 -----------------------------------------------------------------------------------------------


def _search(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    *sources, total = paper.tables["A10"]
    visits, goals = _cells(sources, 1), _cells(sources, 2)
    assert [sum(visits), sum(goals)] == [_number(cell) for cell in list(total.values())[1:]]
    natural = next(row for row in sources if row["Source"] == "Recherche naturelle")
    conversion = _number(list(natural.values())[2]) / _number(natural["Visites"])
    yield "transformation-site", sum(goals) * 100 / sum(visits)
    yield "transformation-naturelle", conversion * 100
    now = gain = Fraction(0)
    for row in paper.tables["A11"]:
        searches, rate = _number(row["Recherches par mois"]), _number(row["Taux de clic (%)"]) / 100
        now += searches * rate
        if row["Taux visé (%)"]:
            gain += searches * (_number(row["Taux visé (%)"]) / 100 - rate)
    assert now * 12 < _number(natural["Visites"]), "the queries bring no more visits than the site receives"
    yield "visites-requetes", now
    yield "visites-gagnees", gain
    yield "objectifs-gagnes", gain * 12 * conversion


def _reputation(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    rows = paper.tables["A12"]
    reviews = sum(sum(_stars(row)) for row in rows)
    low = sum(_number(row["Note 1"]) + _number(row["Note 2"]) for row in rows)
    low_answers = sum(_number(row["Rép. 1–2"]) for row in rows)
    answers = low_answers + sum(_number(row["Rép. 3–5"]) for row in rows)
    yield "note", _stars_sum(rows) / reviews
    yield "reponse-tous", answers * 100 / reviews
    yield "reponse-negatifs", low_answers * 100 / low
    followers, posts, interactions = (_cells(paper.tables["A13"], column) for column in (1, 2, 3))
    yield from _rates("engagement", interactions, [f * p for f, p in zip(followers, posts, strict=True)])
    positive, neutral, negative = (_cells(paper.tables["A14"], column) for column in (1, 2, 3))
    own = positive[0] + neutral[0] + negative[0]
    yield "part-voix", own * 100 / (sum(positive) + sum(neutral) + sum(negative))
    yield "solde", (positive[0] - negative[0]) * 100 / own


def _funnel(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    volumes = _cells(paper.tables["A10"], 1)
    for rank in range(1, len(volumes)):
        yield f"passage-{rank + 1}", volumes[rank] * 100 / volumes[rank - 1]
    yield "global", volumes[-1] * 100 / volumes[0]
    devices = {
        row["Terminal"]: [_number(cell) for cell in list(row.values())[1:]] for row in paper.tables["A11"]
    }
    mobile, desktop = (goals / visits for visits, goals in (devices["Mobile"], devices["Ordinateur"]))
    yield "mobile", mobile * 100
    yield "ordinateur", desktop * 100
    yield "gain", devices["Mobile"][0] * (desktop - mobile) / 2


def _posts(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    reach, interactions, clicks = (_cells(paper.tables["A12"], column) for column in (3, 4, 5))
    yield from _rates("engagement", interactions, reach)
    yield "clic", sum(clicks) * 100 / sum(reach)
    received, answered, fast = (_cells(paper.tables["A13"], column) for column in (1, 2, 3))
    yield "reponse", sum(answered) * 100 / sum(received)
    yield "rapide", sum(fast) * 100 / sum(received)


# Dossier 4 -----------------------------------------------------------------------------------------------


def _crisis(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    mentions, bad = (sum(_cells(paper.tables["A17"], column)) for column in (2, 3))
    reviews = _told(r"la fiche d’établissement comptait ([\d ]+) avis", paper)
    mark = _told(r"pour une note moyenne de ([\d,]+) sur 5", paper)
    yield "mentions", mentions
    yield "note", (reviews * mark + bad) / (reviews + bad)
    yield "rattrapage", _ceiling(bad * (mark - 1) / (5 - mark))


def _fakes(paper: Paper) -> Iterator[tuple[str, Fraction]]:
    rows = paper.tables["A17"]
    reviews, stars = sum(sum(_stars(row)) for row in rows), _stars_sum(rows)
    fakes = sum(_cells(rows, 6))
    yield "note-affichee", stars / reviews
    yield "part-suspecte", fakes * 100 / reviews
    yield "note-sincere", (stars - 5 * fakes) / (reviews - fakes)


PARTS = {
    "Da1": (("Q1", _portfolio), ("Q2", _rfm), ("Q3", _journey), ("Q4", _recommendation)),
    "Dp1": (("Q1", _cohorts), ("Q2", _tenths), ("Q3", _contacts), ("Q4", _satisfaction)),
    "Da2": (("Q7", _programmes),),
    "Dp2": (("Q5", _complaints), ("Q7", _trial)),
    "Da3": (("Q8", _search), ("Q9", _reputation)),
    "Dp3": (("Q8", _funnel), ("Q9", _posts)),
    "Da4": (("Q14", _crisis),),
    "Dp4": (("Q14", _fakes),),
    "Di4": (),
    "Dq4": (),
}


def _answers(paper: Paper, forms: str) -> Answers:
    return {
        (question, name): value
        for rank, form in enumerate(forms, start=1)
        for question, part in PARTS[f"D{form}{rank}"]
        for name, value in part(paper)
    }


def _gaps(job: Job, paper: Paper) -> list[str]:
    """Return what differs between the corrigé and the group's own calculations."""
    found, expected = _answers(paper, job[2]), {(e.question, e.name): e for e in paper.subject.expected}
    # The corrigé is exact, and so is this calculation: the tolerance is left whole to the candidates.
    apart = (
        key
        for key in found.keys() & expected.keys()
        if abs(Fraction(expected[key].value) - found[key]) > Fraction(1, 10**6)
    )
    return [
        *(f"{job} {key}: only on one side" for key in found.keys() ^ expected.keys()),
        *(f"{job} {key}: {float(Fraction(expected[key].value))} and {float(found[key])}" for key in apart),
    ]


# Tests ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_corrige_is_found_again_from_the_candidates_annexes(
    papers: dict[Job, Paper],
) -> None:
    assert len(papers) == len(USUAL)
    assert [gap for job, paper in papers.items() for gap in _gaps(job, paper)] == []


def _points(paper: Paper, carrier: str | None = None) -> Fraction:
    asked = [item for d in paper.subject.dossiers for q in d.questions for item in q.requirements]
    return sum((Fraction(i.points) for i in asked if carrier in (None, i.carrier)), Fraction(0))


def test_every_combination_observes_the_seven_criteria_for_a_hundred_points(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        questions = [q for dossier in paper.subject.dossiers for q in dossier.questions]
        assert {item.criterion for q in questions for item in q.requirements} == CRITERIA, job
        assert _points(paper) == Fraction(TEMPLATE.header.points) == 100, job
        assert 210 <= sum(q.minutes or 0 for q in questions) <= 225, job


def test_everything_is_the_group_s_unless_the_session_asks_for_the_individual_piece(
    papers: dict[Job, Paper],
) -> None:
    for (_, _, forms), paper in papers.items():
        alone = forms[-1] in "iq"
        assert _points(paper, "candidate") == (14 if alone else 0)
        assert ("ajout du centre" in paper.text) is alone
        assert ("aucune pièce individuelle n’est demandée" in paper.text) is not alone


def test_no_criterion_is_carried_by_the_group_and_by_a_candidate_at_once(papers: dict[Job, Paper]) -> None:
    """A line of the grid has one carrier: a criterion of both would lend the group's mark to each candidate."""
    for job, paper in papers.items():
        asked = [item for d in paper.subject.dossiers for q in d.questions for item in q.requirements]
        alone = {item.criterion for item in asked if item.carrier == "candidate"}
        assert alone == ({"CE33.4"} if job[2][-1] in "iq" else set()), job
        assert alone & {item.criterion for item in asked if item.carrier == "group"} == set(), job


def test_the_individual_piece_is_off_by_default_and_follows_the_session_s_parameter() -> None:
    parameter = next(p for p in TEMPLATE.parameters if p.name == "piece_individuelle")
    assert parameter.default is False
    assert "piece_individuelle" not in TEMPLATE.header.varies
    for pool, group, alone in (("examen", "a", "i"), ("entrainement", "p", "q")):
        for value, form in ((False, group), (True, alone)):
            assert draw_forms(TEMPLATE, pool, 7, 0, {"piece_individuelle": value})["D4"] == form


def test_the_legal_frame_of_exchanges_is_asked_in_so_many_words_in_every_form(
    papers: dict[Job, Paper],
) -> None:
    """The brief of the épreuve does not ask for CE33.4: each alternative does, with its rule of law."""
    for job, paper in papers.items():
        asked = {q.id: q for dossier in paper.subject.dossiers for q in dossier.questions}
        for name in ("Q13", "Q14"):
            assert "CE33.4" in {item.criterion for item in asked[name].requirements}, job
            assert re.search(r"\bdroit\b|\brègles?\b", asked[name].text), (job, name)


SECRETS = ("Ne pas accepter", "Attendu", "attendue", "Éléments attendus", "préférable")


def test_nothing_of_the_corrige_shows_in_what_the_group_receives(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        assert [word for word in SECRETS if word in paper.text] == [], job
        answers = {a.question: a.text for a in paper.subject.answers}
        for text in answers.values():
            sentences = [
                s for s in re.split(r"(?<=[.;])\s", re.sub(r"[\u00a0\u202f]", " ", text)) if len(s) > 90
            ]
            assert [s for s in sentences if s in paper.text] == [], job


def _shared(text: str) -> Fraction:
    """Return the sum of the column « Points » of a corrigé."""
    table = re.search(r"\| Élément \| Points \|\n\|[^\n]*\n((?:\|[^\n]*\n?)+)", text)
    assert table is not None
    return sum((_number(row.split("|")[-2]) for row in table[1].splitlines()), Fraction(0))


def test_the_points_of_each_corrige_add_up_to_those_of_its_question(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        points = {q.id: Fraction(q.points) for d in paper.subject.dossiers for q in d.questions}
        shared = {answer.question: _shared(answer.text) for answer in paper.subject.answers}
        assert shared == points, job


def _by_criterion(text: str) -> dict[str, Fraction]:
    """Return the points a corrigé gives to each criterion it names in its table."""
    found: dict[str, Fraction] = {}
    for code, value in re.findall(r"\((CE\d+\.\d)\) \| ([\d,]+) \|", text):
        found[code] = found.get(code, Fraction(0)) + _number(value)
    return found


def test_a_corrige_of_two_criteria_gives_each_its_own_points(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        answers = {a.question: a.text for a in paper.subject.answers}
        several = [q for d in paper.subject.dossiers for q in d.questions if len(q.requirements) > 1]
        assert several
        for question in several:
            due = {item.criterion: Fraction(item.points) for item in question.requirements}
            assert _by_criterion(answers[question.id]) == due, (job, question.id)


def test_a_practice_case_asks_nothing_an_exam_asks(papers: dict[Job, Paper]) -> None:
    def asked(pool: str) -> set[str]:
        return {
            sentence.strip()
            for (_, _, forms), paper in papers.items()
            if forms.startswith(pool)
            for dossier in paper.subject.dossiers
            for question in dossier.questions
            for sentence in re.split(r"(?<=\.)\s", question.text)
            if len(sentence) > 60
        }

    assert asked("a")
    assert asked("a") & asked("p") == set()


def test_annexes_are_numbered_without_a_gap_in_every_combination(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        assert [annex.id for annex in paper.subject.annexes] == [f"A{n}" for n in range(1, 18)], job
        returned = [annex.id for annex in paper.subject.annexes if annex.to_return]
        assert returned == ["A2", "A16"], job
        assert all(f"annexe {name}" in paper.text for name in returned), job


def test_answers_are_plausible_and_the_names_are_free(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        for item in paper.subject.expected:
            assert item.plausible is not None, (job, item.name)
            low, high = map(Fraction, item.plausible)
            assert low <= Fraction(item.value) <= high, (job, item.name, item.value)
        for row in paper.tables.get("A14", []):
            assert is_free(next(iter(row.values()))), job


def test_no_article_is_broken_before_the_name_of_the_firm(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        everything = paper.text + "".join(a.text for a in paper.subject.answers)
        broken = re.findall(r"\b(?:de|que|le|la) (?:[AEIOUÉÈ]\w+|un\b|une\b)", everything)
        assert [
            b for b in broken if b.split()[0] == "que" or b.split()[1] in ("Atelier", "Ombrouvent")
        ] == [], job


CLIENTS = """\
Segment;Profil;Attentes;Clients au début;Nouveaux;Perdus;Commandes;CA HT (€);Acquisition (€)
Familles du quartier;Parents de 30 à 45 ans;un prix clair;1200;340;260;5100;187400;8200
Étudiants;18 à 25 ans;des horaires larges;800;520;450;2100;39800;6100
Entreprises voisines;Bureaux de 10 à 60 personnes;une facture unique;64;14;9;900;210300;5400
"""
REVIEWS = """\
Plateforme;Note 5;Note 4;Note 3;Note 2;Note 1;Réponses 1–2;Réponses 3–5;Délai (jours)
Fiche d’établissement;120;40;12;9;14;6;20;8
Annuaire local;22;11;4;3;5;1;2;15
"""
VISITS = """\
Source;Visites;Objectifs
Recherche naturelle;18200;410
Accès direct;9400;260
"""


def test_a_trainer_s_real_data_replace_the_reconstructed_ones_everywhere(tmp_path: Path) -> None:
    files = {"fichier_clients": CLIENTS, "fichier_avis": REVIEWS, "fichier_audience": VISITS}
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    given = {name: str(tmp_path / f"{name}.csv") for name in files}
    job = (1, "torrefaction_cafe", "aaaa")
    run = _run(job, tmp_path, **given)
    (result,) = execute_many([run], jobs=1)
    assert result.ok, result.failure or result.error
    paper = _paper(run[1], job)
    assert _gaps(job, paper) == []
    assert [row["Segment"] for row in paper.tables["A6"]] == [
        "Familles du quartier", "Étudiants", "Entreprises voisines"
    ]  # fmt: skip
    assert "le taux d’attrition a atteint 34,8 %" in paper.text, "719 of 2 064"
    assert [row["Plateforme"] for row in paper.tables["A12"]] == ["Fiche d’établissement", "Annuaire local"]
    assert "la fiche d’établissement comptait 195 avis" in paper.text
    assert [row["Source"] for row in paper.tables["A10"]] == ["Recherche naturelle", "Accès direct", "Total"]


def test_a_trainer_s_broken_file_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    broken = CLIENTS.replace(";450;", ";beaucoup;").replace(";5400", ";-5")
    (tmp_path / "clients.csv").write_text(broken, "utf-8")
    run = _run((1, "torrefaction_cafe", "aaaa"), tmp_path, fichier_clients=str(tmp_path / "clients.csv"))
    (result,) = execute_many([run], jobs=1)
    assert not result.ok
    said = str(result.failure or result.error)
    assert "ligne 3" in said
    assert "beaucoup" in said
    assert "ligne 4" in said


@pytest.mark.full
def test_every_sector_holds_in_every_form_with_more_seeds(all_papers: dict[Job, Paper]) -> None:
    assert len(all_papers) == len(ALL)
    assert [gap for job, paper in all_papers.items() for gap in _gaps(job, paper)] == []
    test_answers_are_plausible_and_the_names_are_free(all_papers)
    test_the_points_of_each_corrige_add_up_to_those_of_its_question(all_papers)
