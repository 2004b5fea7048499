"""Épreuve E4: every numeric answer of the corrigé, computed again from what the candidate receives.

The tables are read in the candidate's CSV files; the amounts, dates and rules of the order are read in the
candidate's own texts. The formulas are written here anew, from their definitions, with exact fractions.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.cases import load_template, read_pieces, select_forms
from kit.cases.company import sectors
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import Run, execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, Subject, build_subject
from kit.writing import json_text

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e4-cahier-des-charges"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
ORDERS = ("operation_promotionnelle", "campagne_digitale", "lancement_produit")
BY_ORDER = {
    "operation_promotionnelle": {"CE13.1", "CE13.2", "CE14.1", "CE14.2"},
    "campagne_digitale": {"CE14.1", "CE14.2"},
    "lancement_produit": {"CE11.1", "CE11.2"},
}
ALWAYS = {"CE10.1", "CE10.2", "CE16.1", "CE17.1", "CE17.2"}


class Job(NamedTuple):
    """A variant: its parameters, its pool, and which of the pool's forms it takes."""

    seed: int
    sector: str
    order: str
    pool: str
    rank: int = 0


DRAWS = ((ORDERS[0], "examen", 0), (ORDERS[1], "examen", 1), (ORDERS[2], "examen", 0))
PRACTICE = tuple((order, "entrainement", 0) for order in ORDERS)
USUAL = [
    Job(seed, sector, *draw)
    for (seed, sector), draws in (
        ((1, "cosmetique_solide"), DRAWS),
        ((1, "velo_cargo"), tuple((order, pool, 1 - rank) for order, pool, rank in DRAWS)),
        ((2, "logiciel_planning_artisans"), PRACTICE),
        ((2, "emballage_compostable"), DRAWS),
        ((3, "logiciel_planning_artisans"), DRAWS[:1]),
    )
    for draw in draws
]
ALL = [
    Job(seed, sector, order, pool, (seed + n) % 2)
    for seed in range(11, 14)
    for sector in SECTORS
    for n, order in enumerate(ORDERS)
    for pool in ("examen", "entrainement")
]

Rows = list[dict[str, str]]
Key = tuple[str, str]
Found = Iterator[tuple[Key, Fraction]]


class Paper(NamedTuple):
    """What the candidate has, and what the corrigé says."""

    subject: Subject
    forms: Mapping[str, str]
    tables: Mapping[str, Rows]
    text: str


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    runs = []
    drawn = {}
    for n, job in enumerate(jobs):
        values = {"seed": job.seed, "sector": job.sector, "order": job.order}
        forms = {d: f[job.rank % len(f)] for d, f in TEMPLATE.forms(job.pool, values).items()}
        source = folder / f"{n}.source.ipynb"
        source.write_text(json_text(select_forms(TEMPLATE, forms)), encoding="utf-8")
        runs.append(Run(source, folder / f"{n}.ipynb", values, NOTEBOOK.parent))
        drawn[job] = (values, forms)
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run.output, *drawn[job]) for job, run in zip(jobs, runs, strict=True)}


def _paper(executed: Path, values: dict[str, Any], forms: dict[str, str]) -> Paper:
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E4")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("T-E4", "principal", 1, values["seed"], values, forms)
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    asked = [q.text for dossier in candidate.dossiers for q in dossier.questions]
    texts = [annex.content.text for annex in candidate.annexes if annex.content.type == "text"]
    situations = [dossier.text for dossier in candidate.dossiers]
    return Paper(subject, forms, tables, _folded("\n".join([*asked, *situations, *texts])))


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e4"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e4-full"))


# Reading what is printed ---------------------------------------------------------------------------------

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def _folded(text: str) -> str:
    """Return a text with plain single spaces, whichever spaces are printed."""
    return " ".join(text.split())


def _number(cell: str) -> Fraction:
    return Fraction(re.sub(r"\s", "", cell).replace(",", "."))


def _told(pattern: str, paper: Paper) -> Fraction:
    found = re.search(pattern.replace("#", r"([\d ]+(?:,\d+)?)"), paper.text)
    assert found is not None, pattern
    return _number(found[1])


def _date(words: str) -> date:
    found = re.search(r"(\d+)(?:er)? (\w+) (\d{4})", _folded(words))
    assert found is not None, words
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))


def _cents(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def _unit(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _pct(part: Fraction | int, whole: Fraction | int) -> Fraction:
    return Fraction(part) * 100 / Fraction(whole)


class Order(NamedTuple):
    """What the order says in figures."""

    target: Fraction
    usual: Fraction
    weeks: Fraction
    envelope: Fraction
    media: Fraction

    @property
    def extra(self) -> Fraction:
        """What the action must bring beyond usual sales."""
        return self.target - self.usual


def _order(paper: Paper) -> Order:
    usual = re.search(r"habituellement ([\d ]+) unités", paper.text)
    return Order(
        target=_told(r"\*\*Résultat attendu\*\* : # (?:unités|contacts)", paper),
        usual=_number(usual[1]) if usual else Fraction(0),
        weeks=_told(r"(?:de|pendant ces) # (?:premières )?semaines", paper),
        envelope=_told(r"\*\*Budget\*\* : # € HT, tout compris", paper),
        media=_told(r"dont # € HT pour la diffusion", paper),
    )


# D1: framing ---------------------------------------------------------------------------------------------


def _framing_a(paper: Paper, _: Order) -> Found:
    for row in paper.tables["A4"]:
        name, reached = row["Segment"], _number(row["dont joignables"])
        answers = _unit(reached * _number(row["Taux de réponse (%)"]) / 100)
        yield ("Q2", f"Réponses attendues : {name}"), Fraction(answers)
        yield ("Q2", f"CA HT attendu : {name}"), answers * _number(row["Commande moyenne HT (€)"])
        yield (
            ("Q2", f"Coût par réponse : {name}"),
            reached * _number(row["Coût par contact HT (€)"]) / answers,
        )


def _framing_b(paper: Paper, order: Order) -> Found:
    found = re.search(
        r"diffusion ([\d ]+) €, création ([\d ]+) €, supports ([\d ]+) €, animation et divers ([\d ]+) €",
        paper.text,
    )
    assert found is not None
    yield ("Q1", "depassement"), sum(map(_number, found.groups()), Fraction(0)) - order.envelope
    visits = order.extra * 100 / _told(r"sur 100 visites, # (?:unités|contacts)", paper)
    contacts = visits * 100 / _told(r"sur 100 contacts publicitaires, # visites", paper)
    yield ("Q2", "visites"), Fraction(ceil(visits))
    yield ("Q2", "contacts"), Fraction(ceil(contacts))
    yield ("Q2", "mille"), order.media * 1000 / contacts
    yield ("Q2", "rythme"), order.target / order.weeks


def _framing_p(paper: Paper, _: Order) -> Found:
    rows = paper.tables["A4"]
    assert sum(_number(row["Poids (%)"]) for row in rows) == 100
    for name in list(rows[0])[2:]:
        score = sum((_number(row[name]) * _number(row["Poids (%)"]) for row in rows), Fraction(0))
        yield ("Q2", f"Note pondérée : {name}"), score / 100


# D2: a promotion -----------------------------------------------------------------------------------------


def _values(rows: Rows) -> dict[str, Fraction]:
    return {row["Élément"]: _number(row["Valeur"]) for row in rows}


def _rivals(rows: Rows) -> tuple[Fraction, bool]:
    """Return the mean price of the rivals, and whether prices are read with tax."""
    prices = [row for row in rows if row["Élément"].startswith("Prix relevé")]
    assert len(prices) == 4
    return sum((_number(row["Valeur"]) for row in prices), Fraction(0)) / 4, "TTC" in prices[0]["Unité"]


def _promotion_a(paper: Paper, order: Order) -> Found:
    data = _values(paper.tables["A5"])
    price, cost = data["Prix public HT"], data["Coût de revient unitaire"]
    margin, usual = price - cost, order.usual
    yield ("Q3", "marge"), margin
    yield ("Q3", "marque"), _pct(margin, price)
    for row in paper.tables["A6"]:
        code, rise = row["Code"].lower(), _number(row["Hausse (%)"])
        share = _number(row["Taux (%)"] or "100") * _number(row["Usage (%)"] or "100") / 10000
        given = _number(row["Cadeau (€)"]) if row["Cadeau (€)"] else _cents(price * share)
        fixed, during = _number(row["Coûts fixes (€)"]), margin - given
        needed = ceil((usual * margin + fixed) / during)
        yield ("Q3", f"avantage-{code}"), given
        yield ("Q3", f"marge-{code}"), during
        yield ("Q3", f"volume-{code}"), Fraction(needed)
        yield ("Q3", f"hausse-{code}"), _pct(needed - usual, usual)
        yield ("Q4", f"gain-{code}"), usual * (1 + rise / 100) * during - fixed - usual * margin
    discount = _number(paper.tables["A6"][0]["Taux (%)"])
    mean, with_tax = _rivals(paper.tables["A5"])
    shelf = _cents(price * (1 + data["Taux de TVA"] / 100)) if with_tax else price
    yield ("Q3", "prix-remise"), _cents(shelf * (1 - discount / 100))
    yield ("Q3", "moyenne"), mean
    yield ("Q4", "elasticite"), _number(paper.tables["A6"][0]["Hausse (%)"]) / discount
    for n, row in enumerate(paper.tables["A7"], start=1):
        useful = _number(row["Contacts touchés"]) * _number(row["Part de la cible (%)"]) / 100
        yield ("Q5", f"mille-{n}"), _number(row["Coût HT (€)"]) * 1000 / useful


def _promotion_p(paper: Paper, _: Order) -> Found:
    data = _values(paper.tables["A5"])
    mean, with_tax = _rivals(paper.tables["A5"])
    least = data["Taux de marque minimal, frais de vente déduits"]
    floor = _cents(data["Coût de revient unitaire"] * 100 / (100 - least - data["Frais variables de vente"]))
    tax = 1 + data["Taux de TVA"] / 100 if with_tax else Fraction(1)
    shelf = _cents(data["Prix public HT"] * tax)
    yield ("Q3", "plancher"), floor
    yield ("Q3", "remise"), _pct(shelf - _cents(floor * tax), shelf)
    yield ("Q3", "moyenne"), mean
    price, share = _best_price(paper.tables["A6"])
    yield ("Q4", "prix-accepte"), price
    yield ("Q4", "acceptation"), share
    for n, row in enumerate(paper.tables["A7"], start=1):
        seen = _number(row["Jours"]) * _number(row["Visiteurs par jour"])
        touched = seen * _number(row["Visiteurs touchés (%)"]) / 100
        yield ("Q5", f"visiteur-{n}"), _number(row["Coût HT (€)"]) / touched


def _best_price(rows: Rows) -> tuple[Fraction, Fraction]:
    """Return the price most people accept, and their share: not too dear, not too cheap."""
    price, dear, cheap = rows[0]
    asked = sum((_number(row[dear]) for row in rows), Fraction(0))
    scored = []
    for row in rows:
        at = _number(row[price])
        refused = sum((_number(r[dear]) for r in rows if _number(r[price]) < at), Fraction(0))
        refused += sum((_number(r[cheap]) for r in rows if _number(r[price]) > at), Fraction(0))
        scored.append((_pct(asked - refused, asked), at))
    share, at = max(scored)
    return at, share


# D2: a digital campaign ----------------------------------------------------------------------------------


def _digital_b(paper: Paper, order: Order) -> Found:
    spent = won = Fraction(0)
    for n, row in enumerate(paper.tables["A5"], start=1):
        budget, leads = _number(row["Budget HT (€)"]), _number(row["Contacts qualifiés"])
        clicks = _number(row["Clics"])
        spent, won = spent + budget, won + leads
        yield ("Q3", f"ctr-{n}"), _pct(clicks, _number(row["Impressions"]))
        yield ("Q3", f"cpc-{n}"), budget / clicks
        yield ("Q3", f"contact-{n}"), budget / leads
    yield ("Q3", "ensemble"), spent / won
    levers = []
    for n, row in enumerate(paper.tables["A6"], start=1):
        budget = _number(row["Budget (€)"])
        clicks = budget * 1000 / _number(row["CPM (€)"]) * _number(row["Taux de clic (%)"]) / 100
        leads = clicks * _number(row["Taux de passage (%)"]) / 100
        levers.append((budget / leads, leads, budget, row))
        yield ("Q4", f"contacts-{n}"), leads
        yield ("Q4", f"cout-{n}"), budget / leads
    assert sum(lever[2] for lever in levers) == order.media
    total = sum((lever[1] for lever in levers), Fraction(0))
    dear, cheap = max(levers, key=lambda lever: lever[0]), min(levers, key=lambda lever: lever[0])
    moved = min(dear[2] - _number(dear[3]["Minimum (€)"]), _number(cheap[3]["Maximum (€)"]) - cheap[2])
    mended = total - moved / dear[0] + moved / cheap[0]
    assert total < order.target <= mended
    yield ("Q4", "total"), total
    yield ("Q4", "moyen"), order.media / total
    yield ("Q4", "transfert"), moved
    yield ("Q4", "corrige"), mended
    yield ("Q5", "rythme"), order.target / order.weeks


def _digital_q(paper: Paper, _: Order) -> Found:
    shares = []
    for letter, row in zip("ab", paper.tables["A5"], strict=True):
        sent, got, read, clicks, leads = (_number(row[name]) for name in list(row)[1:])
        shares.append(leads / got)
        yield ("Q3", f"delivrance-{letter}"), _pct(got, sent)
        yield ("Q3", f"ouverture-{letter}"), _pct(read, got)
        yield ("Q3", f"reactivite-{letter}"), _pct(clicks, read)
        yield ("Q3", f"contact-{letter}"), _pct(leads, got)
    agreed = Fraction(0)
    for n, row in enumerate(paper.tables["A6"], start=1):
        agreed += _number(row["dont accord"])
        yield ("Q4", f"accord-{n}"), _pct(_number(row["dont accord"]), _number(row["Contacts"]))
    yield ("Q4", "messages"), 3 * agreed
    yield ("Q4", "cout"), 3 * agreed * _told(r"L’envoi coûte # € HT pour mille", paper) / 1000
    yield ("Q4", "contacts"), 2 * agreed * max(shares)


# D2: a launch --------------------------------------------------------------------------------------------


def _launch_c(paper: Paper, _: Order) -> Found:
    rows = paper.tables["A5"]
    name, own, before, now, _rival, rival = rows[0]
    total = sum((_number(row[own]) for row in rows), Fraction(0))
    for n, row in enumerate(rows, start=1):
        assert row[name]
        yield ("Q3", f"croissance-{n}"), _pct(_number(row[now]) - _number(row[before]), _number(row[before]))
        yield ("Q3", f"relative-{n}"), _number(row[own]) / _number(row[rival])
        yield ("Q3", f"part-{n}"), _pct(_number(row[own]), total)
    cost = _told(r"coût de revient de la nouveauté, # € HT", paper)
    fixed = _told(r"coûts fixes du lancement, # € HT", paper)
    near = _told(r"marge unitaire de l’offre voisine « [^»]+ », # € HT", paper)
    for row in paper.tables["A7"]:
        code = row["Hypothèse"].lower()
        margin, sold = _number(row["Prix public HT (€)"]) - cost, _number(row["Ventes de l’année (unités)"])
        lost = _number(row["Ventes perdues sur l’offre voisine (unités)"]) * near
        yield ("Q4", f"marge-{code}"), margin * sold
        yield ("Q4", f"perdue-{code}"), lost
        yield ("Q4", f"net-{code}"), margin * sold - lost - fixed
        if code in ("h1", "h4"):
            yield ("Q4", f"seuil-{code}"), Fraction(ceil(fixed / margin))
            yield ("Q4", f"part-{code}"), _pct(ceil(fixed / margin), sold)
    tried = _told(r"# clients ont essayé", paper)
    buyers = _told(r"très satisfaits, # l’achèteraient,", paper)
    yield ("Q5", "satisfaits"), _pct(_told(r"pendant un mois : # se disent", paper), tried)
    yield ("Q5", "acheteurs"), _pct(buyers, tried)
    yield ("Q5", "remplacants"), _pct(_told(r"l’achèteraient, # l’achèteraient à la place", paper), buyers)


def _launch_r(paper: Paper, _: Order) -> Found:
    rows = paper.tables["A5"]
    _name, _launched, sales, costs = rows[0]
    ranked = sorted(((_number(row[sales]), _number(row[costs])) for row in rows), key=lambda r: -r[0])
    total, so_far = sum(r[0] for r in ranked), Fraction(0)
    for n, (amount, _cost) in enumerate(ranked, start=1):
        so_far += amount
        yield ("Q3", f"cumul-{n}"), _pct(so_far, total)
    yield ("Q3", "marque"), _pct(ranked[0][0] - ranked[0][1], ranked[0][0])
    scores = []
    for n, row in enumerate(paper.tables["A7"], start=1):
        sure, likely, maybe, no = (_number(row[name]) for name in list(row)[1:])
        scores.append((80 * sure + 30 * likely + 5 * maybe) / (sure + likely + maybe + no))
        yield ("Q4", f"intention-{n}"), scores[-1]
    buyers = _unit(_told(r"la population visée compte # clients", paper) * max(scores) / 100)
    each = _told(r"achète en moyenne # unités par an", paper)
    margin = _told(r"prix envisagé, # € HT", paper) - _told(r"coût de revient, # € HT", paper)
    yield ("Q4", "acheteurs"), Fraction(buyers)
    yield ("Q4", "ventes"), Fraction(_unit(buyers * each))
    yield ("Q4", "seuil"), Fraction(ceil(_told(r"coûts fixes, # € HT", paper) / margin))


# D3: planning backwards ----------------------------------------------------------------------------------


def _open(rows: Rows, letter: str) -> list[int]:
    """Return how far the open periods stand from the launch, the nearest first."""
    found = []
    for row in rows:
        marks = [int(n) for n in re.findall(rf"{letter}−(\d+)", row["Repère"])]
        if marks and row["État"] == "ouverte":
            assert len(marks) == 1
            found += marks
    return sorted(found)


def _backwards(lengths: Mapping[str, int], after: Mapping[str, list[str]]) -> dict[str, tuple[int, int]]:
    """Return the latest start and end of each task, in open periods before the launch."""

    def start(code: str) -> int:
        return lengths[code] + max((start(follower) for follower in after[code]), default=0)

    return {code: (start(code), start(code) - lengths[code] + 1) for code in lengths}


def _followers(rows: Rows, column: str) -> dict[str, list[str]]:
    codes = {next(iter(row.values())) for row in rows}
    return {next(iter(row.values())): [c for c in row[column].split(", ") if c in codes] for row in rows}


def _planning_a(paper: Paper, order: Order) -> Found:
    rows, weeks = paper.tables["A8"], _open(paper.tables["A9"], "S")
    lengths = {row["Code"]: int(row["Durée"]) for row in rows}
    places = _backwards(lengths, _followers(rows, "Suivie de"))
    for code, (first, last) in places.items():
        yield ("Q6", f"debut-{code.lower()}"), Fraction(weeks[first - 1])
        yield ("Q6", f"fin-{code.lower()}"), Fraction(weeks[last - 1])
    yield ("Q6", "marge"), Fraction(len(weeks) - places["A"][0])
    total = deposits = Fraction(0)
    for n, row in enumerate(paper.tables["A10"], start=1):
        amount = _number(row["Quantité"]) * _number(row["Prix unitaire HT (€)"])
        total += amount
        deposits += amount * _number(row["Acompte avant lancement (%)"]) / 100
        yield ("Q7", f"poste-{n}"), amount
    yield ("Q7", "total"), total
    yield ("Q7", "ttc"), total * Fraction(6, 5)
    yield ("Q7", "diffusion"), _pct(order.media, total)
    yield ("Q7", "acomptes"), deposits
    yield ("Q7", "reserve"), order.envelope - total
    yield ("Q7", "exigee"), order.envelope * 6 / 100


def _planning_b(paper: Paper, order: Order) -> Found:
    rows, weeks = paper.tables["A8"], _open(paper.tables["A9"], "S")
    lengths = {row["Lot"]: ceil(Fraction(int(row["Charge"]), int(row["Capacité"]))) for row in rows}
    after = _followers(rows, "Suivi de")
    places = _backwards(lengths, after)
    for code, (first, _last) in places.items():
        yield ("Q6", f"duree-{code.lower()}"), Fraction(lengths[code])
        yield ("Q6", f"debut-{code.lower()}"), Fraction(weeks[first - 1])
    yield ("Q6", "marge"), Fraction(len(weeks) - places["A"][0])
    reduced = _told(r"ne pourra donner que # jours par semaine au lot D", paper)
    late = ceil(next(Fraction(row["Charge"]) for row in rows if row["Lot"] == "D") / reduced)
    yield ("Q6", "duree-absence"), Fraction(late)
    yield ("Q6", "marge-absence"), Fraction(len(weeks) - _backwards({**lengths, "D": late}, after)["A"][0])
    yield from _quotes(paper, order)


def _quotes(paper: Paper, order: Order) -> Found:
    *notes, prices = paper.tables["A10"]
    scores = {}
    for name in list(prices)[1:]:
        weights = [int(re.findall(r"(\d+)\s%", row["Critère, note sur 10"])[0]) for row in notes]
        assert sum(weights) == 100
        total = sum((_number(row[name]) * w for row, w in zip(notes, weights, strict=True)), Fraction(0))
        scores[name] = total / 100
        yield ("Q7", f"Note pondérée : {name}"), scores[name]
    made = _number(prices[max(scores, key=lambda name: scores[name])])
    others = _told(r"et # € HT d’autres postes", paper)
    budget = order.media + made + others
    yield ("Q7", "total"), budget
    yield ("Q7", "reserve"), order.envelope - budget
    yield ("Q7", "exigee"), order.envelope * 6 / 100
    yield ("Q7", "Part du budget : diffusion"), _pct(order.media, budget)
    yield ("Q7", "Part du budget : production"), _pct(made, budget)
    yield ("Q7", "Part du budget : autres postes"), _pct(others, budget)
    days = _told(r"une partie du lot B \(# jours\)", paper)
    yield ("Q7", "interne"), days * _told(r"avec un coût de # € HT par jour", paper)


def _planning_p(paper: Paper, order: Order) -> Found:
    halves = _open(paper.tables["A9"], "Q")
    rank = 0
    for row in reversed(paper.tables["A8"]):
        length, code = int(row["Durée"]), row["Code"].lower()
        yield ("Q6", f"fin-{code}"), Fraction(halves[rank])
        rank += length
        yield ("Q6", f"debut-{code}"), Fraction(halves[rank - 1])
    yield ("Q6", "marge"), Fraction(len(halves) - rank)
    by_rank = {"1": Fraction(0), "2": Fraction(0), "3": Fraction(0)}
    for row in paper.tables["A10"]:
        by_rank[row["Priorité"]] += _number(row["Montant HT (€)"])
    kept = by_rank["1"] + by_rank["2"] * 80 / 100
    asked = sum(by_rank.values(), Fraction(0))
    yield ("Q7", "demandes"), asked
    yield ("Q7", "ecart"), asked - order.envelope
    yield ("Q7", "budget"), kept
    yield ("Q7", "reserve"), order.envelope - kept
    told = re.search(r"Charge de travail estimée sur huit semaines : (.+?)\. À partir", paper.text)
    assert told is not None
    for n, part in enumerate(told[1].split(" ; "), start=1):
        who, _, days = part.rpartition(", ")
        line = re.search(rf"\| {re.escape(who)} \|[^|]+\|[^|]+\| (\d+) jours? par", paper.text, re.IGNORECASE)
        assert line is not None, who
        yield ("Q7", f"occupation-{n}"), _pct(int(days.split()[0]), int(line[1]) * 8)


# D4: following, and risks --------------------------------------------------------------------------------


def _follow_a(paper: Paper, order: Order) -> Found:
    rows = paper.tables["A11"]
    _week, wide, middle, result, spent = rows[0]
    totals = {c: sum((_number(r[c]) for r in rows), Fraction(0)) for c in (wide, middle, result, spent)}
    for n in (2, 4):
        share = sum((_number(r[result]) for r in rows[:n]), Fraction(0)) / totals[result]
        yield ("Q8", f"part-s{n}"), share * 100
        yield ("Q8", f"cible-s{n}"), order.target * share
        yield ("Q8", f"seuil-s{n}"), order.target * share * 9 / 10
    yield ("Q8", "cout-reference"), totals[spent] / totals[result]
    over = (middle, wide) if middle == "Offres utilisées" else (result, middle)
    yield ("Q8", "passage"), _pct(totals[over[0]], totals[over[1]])
    yield ("Q8", "cout-maximal"), order.envelope / order.target
    whole = Fraction(0)
    for n, row in enumerate(paper.tables["A12"], start=1):
        expected = _number(row["Actions touchées (sur 20)"]) * _number(row["Surcoût moyen HT (€)"]) / 20
        whole += expected
        yield ("Q9", f"attente-{n}"), expected
    yield ("Q9", "total"), whole
    yield ("Q9", "exigee"), order.envelope * 6 / 100


def _follow_b(paper: Paper, order: Order) -> Found:
    planned, done = (
        [_number(row[name]) for row in paper.tables["A11"]] for name in ("Cible à deux semaines", "Réalisé")
    )
    for n, (wanted, got) in enumerate(zip(planned, done, strict=True), start=1):
        yield ("Q8", f"taux-{n}"), _pct(got, wanted)
    for name, figures in (("prevu", planned), ("realise", done)):
        yield ("Q8", f"cout-{name}"), figures[3] / figures[2]
        yield ("Q8", f"passage-premier-{name}"), _pct(figures[1], figures[0])
        yield ("Q8", f"passage-second-{name}"), _pct(figures[2], figures[1])
    crash = _told(r"% et coûterait # € HT", paper)
    yield ("Q9", "sans"), crash * _told(r"a une probabilité de # %", paper) / 100
    left = crash * _told(r"la probabilité tomberait à # %", paper) / 100
    yield ("Q9", "avec"), left + _told(r"page de secours, à # € HT", paper)
    yield ("Q9", "surcout"), order.media * _told(r"hausse de # % du budget de diffusion", paper) / 100
    yield ("Q9", "exigee"), order.envelope * 6 / 100


def _follow_p(paper: Paper, _: Order) -> Found:
    sent, got, read, clicks, won, left, high, middle, low, planned, spent, due, kept = (
        _number(row["Valeur"]) for row in paper.tables["A11"]
    )
    yield ("Q8", "reception"), _pct(got, sent)
    yield ("Q8", "lecture"), _pct(read, got)
    yield ("Q8", "reaction"), _pct(clicks, read)
    yield ("Q8", "aboutissement"), _pct(won, clicks)
    yield ("Q8", "desinscription"), _pct(left, got)
    yield ("Q8", "nps"), _pct(high - low, high + middle + low)
    yield ("Q8", "budget"), _pct(spent, planned)
    yield ("Q8", "jalons"), _pct(kept, due)
    for n, row in enumerate(paper.tables["A12"], start=1):
        marks = [_number(value) for value in list(row.values())[1:]]
        products = [p * g for p, g in zip(marks[::2], marks[1::2], strict=True)]
        yield ("Q9", f"criticite-{n}"), sum(products, Fraction(0)) / 3


SOLVERS: Mapping[tuple[str, str], Callable[[Paper, Order], Found]] = {
    ("D1", "a"): _framing_a, ("D1", "b"): _framing_b, ("D1", "p"): _framing_p,
    ("D2", "a"): _promotion_a, ("D2", "p"): _promotion_p, ("D2", "b"): _digital_b, ("D2", "q"): _digital_q,
    ("D2", "c"): _launch_c, ("D2", "r"): _launch_r,
    ("D3", "a"): _planning_a, ("D3", "b"): _planning_b, ("D3", "p"): _planning_p,
    ("D4", "a"): _follow_a, ("D4", "b"): _follow_b, ("D4", "p"): _follow_p,
}  # fmt: skip


# The comparison ------------------------------------------------------------------------------------------


def _gaps(paper: Paper) -> list[Any]:
    """Return what differs beyond the tolerance announced, what is missing, and what is left over."""
    order = _order(paper)
    mine = dict(found for form in paper.forms.items() for found in SOLVERS[form](paper, order))
    mine = {(question, _folded(name)): value for (question, name), value in mine.items()}
    wrong: list[Any] = []
    for item in paper.subject.expected:
        named, labelled = (item.question, item.name), (item.question, _folded(item.label))
        key = named if named in mine else labelled
        if key not in mine:
            wrong.append(("missing", key))
        elif abs(mine.pop(key) - Fraction(item.value)) > Fraction(item.tolerance):
            wrong.append((key, item.value))
    return [*wrong, *mine]


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_every_answer_is_found_again_from_the_candidates_files(papers: dict[Job, Paper], job: Job) -> None:
    assert _gaps(papers[job]) == []


def test_every_form_is_recomputed_by_the_usual_tests() -> None:
    forms = {
        form
        for job in USUAL
        for form in {
            d: f[job.rank % len(f)]
            for d, f in TEMPLATE.forms(job.pool, {"sector": job.sector, "order": job.order}).items()
        }.items()
    }
    assert forms == set(SOLVERS)


def test_the_criteria_and_the_points_follow_the_order(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        asked: dict[str, Fraction] = {}
        for dossier in paper.subject.dossiers:
            for question in dossier.questions:
                for item in question.requirements:
                    asked[item.criterion] = asked.get(item.criterion, Fraction(0)) + Fraction(item.points)
        assert set(asked) == ALWAYS | BY_ORDER[job.order], job
        assert sum(asked.values()) == 100
        assert asked["CE17.1"] + asked["CE17.2"] == 28


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
            shared[name] = shared.get(name, Fraction(0)) + _number(cells[-1])
        elif not line.startswith("|"):
            inside = False
    return shared


def test_the_points_of_each_answer_add_up_to_those_of_its_question(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        questions = {q.id: q for dossier in paper.subject.dossiers for q in dossier.questions}
        assert len(paper.subject.answers) == len(questions) == 9
        for answer in paper.subject.answers:
            wanted = {r.criterion: Fraction(r.points) for r in questions[answer.question].requirements}
            shared = _shared(answer.text)
            if set(shared) == {""}:
                assert shared[""] == sum(wanted.values()), (job, answer.question)
            else:
                assert shared == wanted, (job, answer.question)


def test_the_calendar_leaves_room_for_the_work_and_closes_what_the_firm_closes(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        launch = re.search(r"l’action commence le lundi (.+?) et se termine", paper.text)
        start = re.search(r"peuvent commencer le lundi (.+?)\.", paper.text)
        assert launch is not None
        assert start is not None
        first, day = _date(start[1]), _date(launch[1])
        assert first.weekday() == day.weekday() == 0
        if paper.forms["D3"] == "p":
            continue
        rows = paper.tables["A9"]
        weeks = _open(rows, "S")
        assert len(weeks) >= 14, job
        assert _date(rows[0][list(rows[0])[1]]) == first
        assert (day - first).days == 7 * int(re.findall(r"\d+", rows[0]["Repère"])[0])
        holidays = [row for row in rows if "congés" in row["État"]]
        assert len(holidays) == 1


def test_one_promotion_is_best_and_one_loses_money(papers: dict[Job, Paper]) -> None:
    checked = 0
    for job, paper in papers.items():
        if paper.forms["D2"] != "a":
            continue
        gains = {
            key[1]: value for key, value in _promotion_a(paper, _order(paper)) if key[1].startswith("gain-")
        }
        best = max(gains, key=lambda name: gains[name])
        assert min(gains.values()) < 0 < gains[best], job
        told = next(item.text for item in paper.subject.answers if item.question == "Q4")
        assert f"Mécanique de référence\u00a0: **{best[-2:].upper()}**" in told
        checked += 1
    assert checked >= 2


def test_the_envelope_of_the_order_is_that_of_a_real_action(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        order = _order(paper)
        assert 3000 <= order.envelope <= 80_000, job
        assert Fraction(38, 100) <= order.media / order.envelope <= Fraction(48, 100), job
        assert order.usual < order.target, job


def test_nothing_of_the_corrige_stands_in_what_the_candidate_receives(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        for name in ("A8", "A11"):
            for row in paper.tables.get(name, []):
                blanks = [
                    c for c in row if c.startswith(("Début", "Fin", "Taux d’atteinte", "État", "Décision"))
                ]
                assert {row[c] for c in blanks} <= {""}, job
        if paper.forms["D4"] == "a":
            heads = " ".join(paper.tables["A12"][0])
            assert "amille" not in heads
            assert "ttendu" not in heads
        candidate = paper.subject.for_candidate().model_dump_json()
        for answer in paper.subject.answers:
            for line in answer.text.split("\n"):
                if len(line) > 60 and not line.startswith("|"):
                    assert line not in candidate, job


def test_the_wording_agrees_and_uses_no_code_of_the_template(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        parts = [item.text for item in (*paper.subject.answers, *paper.subject.accepted)]
        parts += [line for item in paper.subject.indicators for line in item.items]
        said = _folded("\n".join(parts)) + paper.text + _folded(paper.subject.context)
        plural = r"(?<![\w,−-])[01] (?:semaines|jours|unités|visites|réponses|quinzaines|contacts)\b"
        assert re.findall(plural, said) == [], job
        assert re.findall(r"(?:operation_promotionnelle|campagne_digitale|lancement_produit)", said) == []
        assert re.findall(r"\b(?:None|True|False|de les|à les)\b", said) == [], job


def test_variants_differ_in_firm_date_and_figures(papers: dict[Job, Paper]) -> None:
    orders = {(job.seed, job.sector, job.order): _order(paper) for job, paper in papers.items()}
    assert len(set(orders.values())) == len(orders)


def test_the_template_offers_every_sector_and_every_order() -> None:
    assert set(SECTORS) == set(sectors())
    assert tuple(next(p for p in TEMPLATE.parameters if p.name == "order").choices) == ORDERS
    assert set(TEMPLATE.header.varies) == {"sector", "order"}


@pytest.mark.full
def test_every_answer_of_every_sector_and_order_is_found_again(all_papers: dict[Job, Paper]) -> None:
    assert {job: gaps for job, paper in all_papers.items() if (gaps := _gaps(paper))} == {}
