"""Épreuve E3: every numeric answer of the corrigé, computed again from what the candidate receives.

The candidate's annexes are read as their CSV files; two amounts and a delay are read in the candidate's own
texts. The formulas are written here anew, from their definitions, with exact fractions.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.cases import load_template, read_pieces
from kit.cases.company import sectors
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, Subject, build_subject

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e3-plan-action"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
USUAL = [
    (seed, sector)
    for sector in ("cosmetique_solide", "logiciel_planning_artisans", "velo_cargo")
    for seed in (1, 2, 3)
] + [(1, "hygiene_professionnelle")]
ALL = [(seed, sector) for sector in SECTORS for seed in range(11, 16)]

Rows = list[dict[str, str]]
Answers = dict[tuple[str, str], Fraction]


class Paper(NamedTuple):
    """What the candidate has, and what the corrigé says."""

    subject: Subject
    tables: Mapping[str, Rows]
    text: str


def _papers(jobs: list[tuple[int, str]], folder: Path) -> dict[tuple[int, str], Paper]:
    runs = [
        (NOTEBOOK, folder / f"{sector}-{seed}.ipynb", {"seed": seed, "sector": sector})
        for seed, sector in jobs
    ]
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run[1], job) for job, run in zip(jobs, runs, strict=True)}


def _paper(executed: Path, job: tuple[int, str]) -> Paper:
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E3")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("T-E3", "principal", 1, job[0], {"seed": job[0], "sector": job[1]}, {})
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    asked = [q.text for dossier in candidate.dossiers for q in dossier.questions]
    situations = [dossier.text for dossier in candidate.dossiers]
    texts = [annex.content.text for annex in candidate.annexes if annex.content.type == "text"]
    return Paper(subject, tables, "\n".join([*asked, *situations, *texts]))


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e3"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e3-full"))


# Reading what is printed ---------------------------------------------------------------------------------


def _number(cell: str) -> Fraction:
    return Fraction(cell.replace(",", "."))


def _cents(value: Fraction) -> Fraction:
    """Round half up, to the cent."""
    return Fraction((abs(value) * 100 + Fraction(1, 2)) // 1, 100) * (1 if value >= 0 else -1)


def _euros(words: str, text: str) -> Fraction:
    found = re.search(rf"([\d\s]+)\s€\sHT\s{words}", text)
    assert found is not None, words
    return Fraction(re.sub(r"\s", "", found[1]))


def _folded(text: str) -> str:
    """Return a text with plain single spaces, whichever spaces are printed."""
    return " ".join(text.split())


def _column(rows: Rows, start: str) -> str:
    return next(name for name in rows[0] if name.startswith(start))


# Each question, from its definitions ---------------------------------------------------------------------


def _portfolio(rows: Rows) -> Iterator[tuple[str, Fraction]]:
    oldest, _, last = (name for name in rows[0] if name.startswith("CA 2"))
    costs = _column(rows, "Coûts")
    offers, total = rows[:-1], rows[-1]
    assert total["Offre"] == "Total"
    assert sum(_number(row[last]) for row in offers) == _number(total[last])
    offers.sort(key=lambda row: -_number(row[last]))
    top = next(row for row in offers if row[oldest])
    yield "evolution", (_number(top[last]) - _number(top[oldest])) * 100 / _number(top[oldest])
    yield "marque-total", (_number(total[last]) - _number(total[costs])) * 100 / _number(total[last])
    two = _number(offers[0][last]) + _number(offers[1][last])
    yield "part-deux", two * 100 / _number(total[last])


def _brand_rate(rows: Rows, offer: str) -> Fraction:
    row = next(row for row in rows if _folded(row["Offre"]) == _folded(offer))
    revenue = _number(row[[name for name in row if name.startswith("CA 2")][-1]])
    return (revenue - _number(row[_column(rows, "Coûts")])) * 100 / revenue


def _returns(rows: Rows) -> Iterator[tuple[str, Fraction]]:
    for row in rows:
        cost = _number(row["Coût (€)"])
        gain = _number(row[_column(rows, "Marge")])
        yield f"roi-{row['Code'].lower()}", (gain - cost) * 100 / cost


CONTRARY = ("sans preuve de consentement", "sur toute l’offre")
"""What A1 forbids, in the words of A3: contrary to the law, and a general discount."""


def _selections(paper: Paper) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """Return the selections the rules printed in A1 allow: net gain, cost and codes, best first."""
    budget = _euros("pour les actions d’accompagnement", paper.text)
    rows = {row["Code"]: row for row in paper.tables["A3"]}
    allowed = [c for c, row in rows.items() if not any(w in row["Action proposée"] for w in CONTRARY)]
    assert len(allowed) == len(rows) - len(CONTRARY)
    found = []
    for codes in (*combinations(allowed, 3), *combinations(allowed, 4)):
        cost = sum((_number(rows[c]["Coût (€)"]) for c in codes), Fraction(0))
        gain = sum((_number(rows[c]["Marge (€)"]) for c in codes), Fraction(0)) - cost
        natures = {rows[c]["Nature"] for c in codes}
        if cost <= budget and "Contenu" in natures and natures & {"Environnement", "Solidarité"}:
            found.append((gain, cost, codes))
    return sorted(found, reverse=True)


def _best_selection(paper: Paper) -> Answers:
    gain, cost, _ = _selections(paper)[0]
    return {("Q2", "cout-selection"): cost, ("Q2", "gain-selection"): gain}


class Price(NamedTuple):
    """What the questions on price give, for those that follow."""

    cost: Fraction
    before_tax: Fraction


def _prices(paper: Paper) -> tuple[Answers, Price]:
    by_unit: dict[str, list[Fraction]] = {}
    for row in paper.tables["A5"]:
        by_unit.setdefault(row["Unité"], []).append(_number(row["Valeur"]))
    (sold,), (rate,), (least,) = by_unit["unités"], by_unit["%"], by_unit["% du prix HT"]
    cost = _cents(sum(by_unit["€ HT par unité"]) + sum(by_unit["€ HT par an"]) / sold)
    floor = _cents(cost / (1 - least / 100))
    market = paper.tables["A7"]
    column = _column(market, "Prix")
    rivals = [_number(row[column]) for row in market[1:]]
    answers: Answers = {
        ("Q4", "cout-complet"): cost,
        ("Q4", "plancher-ht"): floor,
        ("Q4", "moyenne"): sum(rivals, Fraction(0)) / len(rivals),
    }
    with_tax = "TTC" in column
    if with_tax:
        answers["Q4", "plancher-ttc"] = floor * (1 + rate / 100)
    best, share = _best_price(paper.tables["A6"])
    before = _cents(best / (1 + rate / 100)) if with_tax else best
    after = best if with_tax else _cents(best * (1 + rate / 100))
    answers |= {
        ("Q5", "acceptabilite"): share,
        ("Q5", "prix-acceptabilite"): best,
        ("Q5", "taux-marque"): (before - cost) * 100 / before,
        ("Q5", "coefficient"): after / cost,
    }
    return answers, Price(cost, before)


def _best_price(rows: Rows) -> tuple[Fraction, Fraction]:
    """Return the price most people accept, counted person by person: not too dear, not too cheap."""
    price, dear, cheap = rows[0]
    asked = sum((_number(row[dear]) for row in rows), Fraction(0))
    assert asked == sum(_number(row[cheap]) for row in rows)
    scored = []
    for row in rows:
        at = _number(row[price])
        dearer = [_number(other[dear]) for other in rows if _number(other[price]) < at]
        cheaper = [_number(other[cheap]) for other in rows if _number(other[price]) > at]
        refused = sum(dearer + cheaper, Fraction(0))
        scored.append(((asked - refused) * 100 / asked, at))
    best = max(share for share, _ in scored)
    (winner,) = [at for share, at in scored if share == best]
    return winner, best


def _channels(rows: Rows, price: Price) -> Iterator[tuple[str, Fraction]]:
    for row in rows:
        net = price.before_tax * (1 - _number(row[_column(rows, "Remise")]) / 100)
        own = net * _number(row[_column(rows, "Coûts")]) / 100
        yield f"Marge unitaire nette : {row['Circuit']}", net - own - price.cost


def _campaigns(rows: Rows, media: Fraction, loyal: str) -> tuple[dict[str, Fraction], Answers]:
    labels: dict[str, Fraction] = {}
    costs = []
    for row in rows:
        budget, won = _number(row["Budget (€)"]), _number(row["Nouveaux clients"])
        labels[f"CTR : {row['Campagne']}"] = _number(row["Clics"]) * 100 / _number(row["Impressions"])
        labels[f"CPC : {row['Campagne']}"] = budget / _number(row["Clics"])
        labels[f"CAC : {row['Campagne']}"] = budget / won
        costs.append((budget / won, budget, won))
    spent, gained = (sum((cost[at] for cost in costs), Fraction(0)) for at in (1, 2))
    best = min(
        cost[0]
        for cost, row in zip(costs, rows, strict=True)
        if _folded(row["Campagne"]) not in _folded(loyal)
    )
    expected = media / (best * Fraction(110, 100))
    return labels, {
        ("Q8", "cac-ensemble"): spent / gained,
        ("Q8", "nouveaux-clients"): Fraction(int(expected)),
    }


def _budget(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    by_kind: dict[str, Fraction] = {}
    for row in paper.tables["A12"]:
        amount = _number(row["Quantité"]) * _number(row["Coût unitaire HT (€)"])
        by_kind[row["Nature"]] = by_kind.get(row["Nature"], Fraction(0)) + amount
    base, support = (
        _euros(words, paper.text) for words in ("pour le socle", "pour les actions d’accompagnement")
    )
    total = sum(by_kind.values(), Fraction(0))
    yield ("Q9", "budget-communication"), by_kind["Communication"]
    for kind, amount in by_kind.items():
        yield ("Q12", f"nature-{kind.lower().replace('é', 'e')}"), amount
    yield ("Q12", "sous-total"), total
    yield ("Q12", "total"), total * Fraction(105, 100)
    yield ("Q12", "ecart"), total * Fraction(105, 100) - base
    yield ("Q12", "ecart-pct"), (total * Fraction(105, 100) - base) * 100 / base
    yield ("Q14", "enveloppe"), base + support


class Plan(NamedTuple):
    """A small PERT: the length, each task's float, and every longest path, found by listing all the paths."""

    length: int
    floats: dict[str, int]
    longest: list[tuple[str, ...]]


def _plan(rows: Rows, late: tuple[str, int] = ("", 0)) -> Plan:
    lengths = {row["Code"]: int(row["Durée"]) for row in rows}
    if late[0]:
        lengths[late[0]] += late[1]
    before = {row["Code"]: re.findall(r"[A-Z]", row["Après"]) for row in rows}
    followers = {code: [other for other in before if code in before[other]] for code in before}

    def paths(code: str) -> Iterator[tuple[str, ...]]:
        if not followers[code]:
            yield (code,)
        for follower in followers[code]:
            for path in paths(follower):
                yield (code, *path)

    every = [path for code in before if not before[code] for path in paths(code)]
    sizes = {path: sum(lengths[code] for code in path) for path in every}
    longest = max(sizes.values())
    floats = {code: longest - max(size for path, size in sizes.items() if code in path) for code in lengths}
    return Plan(longest, floats, [path for path, size in sizes.items() if size == longest])


def _planning(paper: Paper) -> Answers:
    rows = paper.tables["A11"]
    told = re.search(r"La tâche ([A-Z]) demande finalement (\d+)\ssemaines? de plus", paper.text)
    assert told is not None
    plan, late = _plan(rows), _plan(rows, (told[1], int(told[2])))
    answers = {("Q11", f"marge-{code.lower()}"): Fraction(value) for code, value in plan.floats.items()}
    return answers | {("Q11", "duree"): Fraction(plan.length), ("Q11", "duree-retard"): Fraction(late.length)}


# The comparison ------------------------------------------------------------------------------------------


def _recomputed(paper: Paper) -> dict[tuple[str, str], Fraction]:
    """Return every answer, keyed by question and by the name, or the label, the corrigé gives it."""
    tables = paper.tables
    answers, price = _prices(paper)
    answers |= {("Q1", name): value for name, value in _portfolio(list(tables["A2"]))}
    offer = re.search(r"fiche de l’offre\W+«\s(.+?)\s»", paper.text)
    assert offer is not None
    answers["Q1", "marque-offre"] = _brand_rate(tables["A2"], offer[1])
    answers |= {("Q2", name): value for name, value in _returns(tables["A3"])}
    answers |= _best_selection(paper)
    answers |= {("Q6", label): value for label, value in _channels(tables["A8"], price)}
    told = re.search(r"contacts déjà connus\W+(.+?)\. Les autres", paper.text)
    loyal = told[1] if told else ""
    media = next(row for row in tables["A12"] if row["Poste"] == "Achat d’espace digital")
    labels, others = _campaigns(
        tables["A9"], _number(media["Quantité"]) * _number(media["Coût unitaire HT (€)"]), loyal
    )
    answers |= {("Q8", label): value for label, value in labels.items()}
    return answers | others | dict(_budget(paper)) | _planning(paper)


def _gaps(paper: Paper) -> list[Any]:
    """Return what differs beyond the tolerance announced, what is missing, and what is left over."""
    mine = _recomputed(paper)
    wrong: list[Any] = []
    for item in paper.subject.expected:
        key = (
            (item.question, item.name) if (item.question, item.name) in mine else (item.question, item.label)
        )
        if key not in mine:
            wrong.append(("missing", key))
        elif abs(mine.pop(key) - Fraction(item.value)) > Fraction(item.tolerance):
            wrong.append((key, item.value))
    return [*wrong, *mine]


@pytest.mark.parametrize(("seed", "sector"), USUAL)
def test_every_answer_is_found_again_from_the_candidates_files(
    papers: dict[tuple[int, str], Paper], seed: int, sector: str
) -> None:
    assert _gaps(papers[seed, sector]) == []


@pytest.mark.parametrize(("seed", "sector"), USUAL)
def test_the_critical_path_is_unique_and_is_the_one_of_the_answer_key(
    papers: dict[tuple[int, str], Paper], seed: int, sector: str
) -> None:
    paper = papers[seed, sector]
    (path,) = _plan(paper.tables["A11"]).longest
    answer = next(item.text for item in paper.subject.answers if item.question == "Q11")
    assert f"Chemin critique\u00a0: {' – '.join(path)}." in answer


def _answer(paper: Paper, question: str) -> str:
    return _folded(next(item.text for item in paper.subject.answers if item.question == question))


def _key(paper: Paper) -> str:
    """Return all a marker reads: answers, what to accept, indicators."""
    parts = [item.text for item in (*paper.subject.answers, *paper.subject.accepted)]
    return _folded("\n".join([*parts, *(line for item in paper.subject.indicators for line in item.items)]))


def _functions(paper: Paper) -> set[str]:
    """Return the functions of the table of teams printed in A1."""
    _, _, after = paper.text.partition("| Équipe | Fonction |")
    rows = [line.split("|") for line in after.split("\n")[2:]]
    return {row[2].strip() for row in rows[: next(i for i, row in enumerate(rows) if len(row) < 4)]}


@pytest.mark.parametrize(("seed", "sector"), USUAL)
def test_the_rules_printed_lead_to_one_selection_of_actions_and_it_is_the_one_of_the_key(
    papers: dict[tuple[int, str], Paper], seed: int, sector: str
) -> None:
    paper = papers[seed, sector]
    for rule in (
        "trois ou quatre actions, dans la limite de l’enveloppe",
        "au moins une action de nature « Environnement » ou « Solidarité »",
        "au moins une action de nature « Contenu »",
        "aucune action contraire au droit ou au positionnement, ni fondée sur un rabais général",
        "la direction préfère celle qui apporte le gain net le plus élevé",
    ):
        assert rule in _folded(paper.text)
    (best, _, codes), (second, _, _) = _selections(paper)[:2]
    assert best > second
    told = f"{', '.join(codes[:-1])} et {codes[-1]}"
    assert f"**Sélection de référence : {told}**" in _answer(paper, "Q2")


def test_shares_printed_in_one_table_sum_to_a_hundred(papers: dict[tuple[int, str], Paper]) -> None:
    for job, paper in papers.items():
        (dossier,) = [
            a.content.text for a in paper.subject.annexes if a.id == "A4" and a.content.type == "text"
        ]
        _, _, surveyed = dossier.partition("**Ce que disent les clients**")
        reviewed, _, _ = dossier.partition("**Ce que disent les clients**")
        lists = [line for line in surveyed.split("\n") if line.startswith("|") and "%" in line]
        lists += [reviewed, *re.findall(r"Par nature : .+?La nature", _answer(paper, "Q12"))]
        assert len(lists) == 5
        for line in lists:
            assert sum(int(n) for n in re.findall(r"(\d+)\s%", line)) == 100, (job, line)


def test_those_responsible_stand_in_the_table_of_teams_the_candidate_reads(
    papers: dict[tuple[int, str], Paper],
) -> None:
    for job, paper in papers.items():
        functions = _functions(paper)
        assert len(functions) >= 5
        (roadmap,) = [item.text for item in paper.subject.answers if item.question == "Q11"]
        _, _, stones = roadmap.partition("| Responsable |\n")
        named = [line.split("|")[-2].strip() for line in stones.split("\n")[1:6]]
        assert len(named) == 5
        assert set(named) <= functions, job
        (needs,) = [item.text for item in paper.subject.answers if item.question == "Q12"]
        _, _, tasks = needs.partition("| Qui | Formation |\n")
        known = {function.lower() for function in functions} | {"prestataire"}
        for line in tasks.split("\n")[1:6]:
            people = line.split("|")[3].replace("(recette)", "").split(",")
            assert {who.strip().lower() for who in people} <= known, (job, line)


def test_the_objectives_of_communication_are_figures_with_a_date_drawn_from_the_annexes(
    papers: dict[tuple[int, str], Paper],
) -> None:
    for job, paper in papers.items():
        answer = next(item.text for item in paper.subject.answers if item.question == "Q9")
        rows = [_folded(line) for line in answer.split("\n") if line.startswith("| Faire ")]
        assert len(rows) == 6
        assert [row for row in rows if not re.match(r"\| Faire \w+ : .*\d.* à S(\+\d|0) \|", row)] == []
        media = next(row for row in paper.tables["A12"] if row["Poste"] == "Achat d’espace digital")
        half = _number(media["Quantité"]) * _number(media["Coût unitaire HT (€)"]) / 2
        told = re.search(r"contacts déjà connus\W+(.+?)\. Les autres", paper.text)
        loyal = _folded(told[1]) if told else ""
        wanted = [row for row in paper.tables["A9"] if _folded(row["Campagne"]) not in loyal]
        spent = sum((_number(row["Budget (€)"]) for row in wanted), Fraction(0))
        click = _cents(spent / sum(_number(row["Clics"]) for row in wanted))
        visits = str(int(half / (click * Fraction(11, 10))))
        rounded_down = int(visits[:2].ljust(len(visits), "0"))
        shown = re.search(r"Faire connaître : ([\d\s]+) visites? à S\+4", rows[1])
        assert shown is not None
        assert int(re.sub(r"\s", "", shown[1])) == rounded_down, job


def test_a_channel_kept_for_other_customers_is_neither_advised_nor_a_medium(
    papers: dict[tuple[int, str], Paper],
) -> None:
    paper = papers[1, "hygiene_professionnelle"]
    assert any(row["Circuit"] == "Marchés publics" for row in paper.tables["A8"])
    advised = re.search(r"\*\*Recommandation possible\*\* : (.+?) pour la couverture", _answer(paper, "Q6"))
    assert advised is not None
    assert "Marchés publics" not in advised[1]
    assert "marchés publics" not in _answer(paper, "Q8").lower()
    touched = re.search(r"Points de contact actuels\*\* : (.+?)\.", _folded(paper.text))
    assert touched is not None
    assert "marchés publics" not in touched[1]


def test_no_two_channels_get_the_same_remark(papers: dict[tuple[int, str], Paper]) -> None:
    for paper in papers.values():
        _, _, after = _folded(paper.text).partition("Observations de l’équipe commerciale :")
        remarks = [
            part.partition(" : ")[2] for part in after.partition("Les prix au public")[0].split(" - ")[1:]
        ]
        assert len(remarks) == len(paper.tables["A8"])
        assert len(set(remarks)) == len(remarks)


def test_the_wording_agrees_and_uses_no_code_of_the_template(papers: dict[tuple[int, str], Paper]) -> None:
    for job, paper in papers.items():
        said = _key(paper) + _folded(paper.text) + _folded(paper.subject.context)
        assert re.findall(r"(?<![\w−-])[01] (?:semaines|jours|unités|visites|clients)\b", said) == [], job
        assert re.findall(r"\b(?:dossier D|en Q|la Q|Q)\d", said) == [], job
        assert "inférieur ou égal" not in said
        for item in paper.subject.expected:
            if item.unit in ("semaines", "clients"):
                assert abs(Fraction(item.value)) >= 2, (job, item.label)


def test_the_calculator_rule_is_stated() -> None:
    assert "Calculatrice autorisée (mode examen ou type collège)" in TEMPLATE.header.documents


def test_variants_differ_in_firm_price_and_critical_path(papers: dict[tuple[int, str], Paper]) -> None:
    paths = {_plan(paper.tables["A11"]).longest[0] for paper in papers.values()}
    costs = {tuple(row["Valeur"] for row in paper.tables["A5"]) for paper in papers.values()}
    assert len(paths) > 1
    assert len(costs) == len(papers)


def test_no_answer_stands_in_a_candidates_table_to_fill_in(papers: dict[tuple[int, str], Paper]) -> None:
    for paper in papers.values():
        blanks = {row[name] for row in paper.tables["A11"] for name in ("DTO", "FTO", "DTA", "FTA", "MT")}
        assert blanks == {""}


def test_the_template_offers_every_sector_of_the_kit() -> None:
    assert set(SECTORS) == set(sectors())


@pytest.mark.full
def test_every_answer_of_every_sector_is_found_again(all_papers: dict[tuple[int, str], Paper]) -> None:
    assert {job: gaps for job, paper in all_papers.items() if (gaps := _gaps(paper))} == {}
