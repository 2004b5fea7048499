"""Épreuve E6: every numeric answer of the corrigé, computed again from what the candidate receives.

The candidate's annexes are read as their CSV files; a few amounts are read in the texts. Formulas are written
here anew, from their definitions, with exact fractions. Both pools are run: exam and practice.
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
from kit.cases.company.names import is_free
from kit.cases.pieces import TextContent
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, Subject, build_subject
from kit.writing import json_text

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
Rows = list[dict[str, str]]
Answers = dict[tuple[str, str], Fraction]


class Paper(NamedTuple):
    """What the candidate has, and what the corrigé says."""

    subject: Subject
    tables: Mapping[str, Rows]
    titles: Mapping[str, str]
    text: str


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
        subject, tables, {a.id: _folded(a.title) for a in candidate.annexes}, _folded("\n".join(texts))
    )


def _read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e6"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e6-full"))


# Reading what is printed ---------------------------------------------------------------------------------


def _folded(text: str) -> str:
    """Return a text with plain single spaces, whichever spaces are printed."""
    return " ".join(text.split())


def _number(cell: str) -> Fraction:
    return Fraction(re.sub(r"\s", "", cell).replace(",", "."))


def _said(pattern: str, text: str) -> Fraction:
    """Return the number a sentence holds; `#` stands for it."""
    found = re.search(pattern.replace("#", r"([\d ]+(?:,\d+)?)"), text)
    assert found is not None, pattern
    return _number(found[1])


def _data(rows: Rows, start: str) -> Fraction:
    """Return the value of the row whose label begins so."""
    label, value = list(rows[0])[:2]
    return _number(next(row[value] for row in rows if row[label].startswith(start)))


def _day(cell: str) -> date:
    day, month, year = map(int, cell.split("/"))
    return date(year, month, day)


# The exam forms ------------------------------------------------------------------------------------------

FIELDS = ("Taille", "Adresse", "Mention", "Opposition", "Projet", "Engagement")


def _merged(paper: Paper) -> list[dict[str, str]]:
    """Return the establishments: lines of one telephone make one, the latest filled with the others."""
    second = {row["Fiche"]: row for row in paper.tables["A4"]}
    groups: dict[str, Rows] = {}
    for row in paper.tables["A3"]:
        digits = re.sub(r"\D", "", row["Téléphone"])[-9:]
        groups.setdefault(digits or row["Fiche"], []).append({**row, **second[row["Fiche"]]})
    merged = []
    for group in groups.values():
        group.sort(key=lambda row: _day(row["Échange"]), reverse=True)
        filled = {name: next((row[name] for row in group if row[name]), "") for name in FIELDS}
        merged.append({**group[0], **filled})
    return merged


def _channels(row: Mapping[str, str], limit: date) -> set[str]:
    if _day(row["Échange"]) < limit or row["Opposition"] == "tous canaux":
        return set()
    open_ = set()
    if row["Téléphone"] and row["Opposition"] != "téléphone":
        open_.add("téléphone")
    mention = row["Mention"].split()[:1]
    allowed = {
        "générique": True,
        "nominative": mention in (["informé"], ["accord"]),
        "personnelle": mention == ["accord"],
        "": False,
    }[row["Adresse"]]
    if allowed and row["Opposition"] != "e-mail":
        open_.add("e-mail")
    return open_


def _score(row: Mapping[str, str], grid: Rows) -> int:
    sizes = [r for r in grid if r["Critère"].startswith("Taille")]
    first, second = (int(re.sub(r"\D", "", sizes[i]["Modalité"])) for i in (0, 2))
    points = [int(r["Points"]) for r in sizes]
    size = 0
    if row["Taille"]:
        size = points[(_number(row["Taille"]) >= first) + (_number(row["Taille"]) >= second)]
    distance = int(row["Distance (km)"])
    near = 15 if distance <= 50 else 10 if distance <= 150 else 5
    named = {
        r["Modalité"]: int(r["Points"]) for r in grid if r["Critère"] in ("Échéance du projet", "Engagement")
    }
    return size + near + named.get(row["Projet"], 0) + named[row["Engagement"]]


def _exam_base(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    lines = len(paper.tables["A3"])
    units = _merged(paper)
    today = _day(re.search(r"à la date du (\d\d/\d\d/\d{4})", paper.text)[1])  # type: ignore[index]
    limit = today.replace(year=today.year - 3)
    yield ("Q1", "uniques"), Fraction(len(units))
    yield ("Q1", "taux-doublons"), Fraction(100 * (lines - len(units)), lines)
    old = [u for u in units if _day(u["Échange"]) < limit]
    refused = [u for u in units if u["Opposition"] == "tous canaux" and u not in old]
    usable = [(u, _channels(u, limit)) for u in units]
    usable = [(u, open_) for u, open_ in usable if open_]
    calls = sum("téléphone" in open_ for _, open_ in usable)
    mails = sum("e-mail" in open_ for _, open_ in usable)
    counts = {"perimees": len(old), "refus": len(refused), "appelables": calls, "emails": mails}
    for name, count in (counts | {"exploitables": len(usable)}).items():
        yield ("Q2", name), Fraction(count)
    scores = [_score(u, paper.tables["A6"]) for u, _ in usable]
    classes = {"a": [s for s in scores if s >= 65], "c": [s for s in scores if s < 40]}
    classes["b"] = [s for s in scores if 40 <= s < 65]
    for name, found in classes.items():
        yield ("Q3", f"classe-{name}"), Fraction(len(found))
    yield ("Q3", "meilleur-score"), Fraction(max(scores))
    total, need = _said(r"compte \*\*# lignes", paper.text), _said(r"demande \*\*# fiches", paper.text)
    yield ("Q3", "appelables-fichier"), total * calls / lines
    yield ("Q3", "emails-fichier"), total * mails / lines
    yield ("Q3", "a-fichier"), total * len(classes["a"]) / lines
    yield ("Q3", "ecart"), total * calls / lines - need


def _exam_digital(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    limit = _said(r"accepté : \*\*# € HT par lead", paper.text)
    spent = month = Fraction(0)
    for i, row in enumerate(paper.tables["A8"], start=1):
        searches, price, clicks, leads = (
            _number(row[c]) for c in ("Recherches", "CPC (€)", "Clics (%)", "Leads (%)")
        )
        yield ("Q4", f"cpl-{i}"), price * 100 / leads
        if price * 100 / leads <= limit:
            spent += searches * clicks / 100 * price
            month += searches * clicks / 100 * leads / 100
    yield ("Q4", "depense"), spent
    yield ("Q4", "leads-mois"), month
    title = paper.titles["A9"]
    addresses, delivered = _said(r": # adresses permises", title), _said(r", # % délivrés", title)
    rates = [
        [_number(row[c]) / 100 for c in ("Ouvertures", "Clics", "Formulaires")] for row in paper.tables["A9"]
    ]
    sent = addresses * delivered / 100
    opened, clicked = sent * rates[0][0], sent * rates[0][0] * rates[0][1]
    sent_2 = sent - opened
    clicked_2 = sent_2 * rates[1][0] * rates[1][1]
    first, second = clicked * rates[0][2], clicked_2 * rates[1][2]
    third = (clicked + clicked_2 - first - second) * rates[2][0] * rates[2][1] * rates[2][2]
    for i, value in enumerate((first, second, third), start=1):
        yield ("Q5", f"leads-{i}"), value
    series = first + second + third
    yield ("Q5", "leads-sequence"), series
    yield ("Q5", "taux-sequence"), series * 100 / addresses
    every = series + 3 * month + _said(r"\| # leads estimés", paper.text)
    yield ("Q5", "leads-total"), every
    yield ("Q5", "ecart-leads"), every - _said(r"de l’action\*\* : # leads", paper.text)
    yield ("Q5", "rdv"), every * _said(r"dont # % devraient", paper.text) / 100
    rows = paper.tables["A10"]
    asked, met = (sum(int(row[c]) for row in rows) for c in ("Applicables", "Conformes"))
    won = sum(
        int(r["Applicables"]) - int(r["Conformes"])
        for r in rows
        if r["Thème"] in ("Couleurs", "Scripts", "Formulaires")
    )
    yield ("Q6", "taux"), Fraction(100 * met, asked)
    yield ("Q6", "taux-apres"), Fraction(100 * (met + won), asked)
    yield ("Q6", "minimum"), Fraction(ceil(Fraction(90 * asked, 100)) - met)


def _exam_plan(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    hourly = _said(r"de l’équipe coûte \*\*# €", paper.text)
    margin = _said(r"sur coût variable de \*\*# %", paper.text)
    data, rows = paper.tables["A13"], paper.tables["A12"]
    for i, row in enumerate(paper.tables["A11"], start=1):
        free = _number(row["Établissements"]) - _number(row["Clients"])
        yield ("Q7", f"potentiel-{i}"), free * _number(row["Projet (%)"]) / 100 * _number(row["CA (€ HT)"])
    leads = meetings = clients = outside = hours = Fraction(0)
    for i, row in enumerate(rows, start=1):
        count, cost, minutes = (_number(row[c]) for c in ("Nombre", "Coût (€)", "Temps (min)"))
        n_leads = count * _number(row["Leads (%)"]) / 100
        n_meetings = n_leads * _number(row["RDV (%)"]) / 100
        n_clients = n_meetings * _number(row["Clients (%)"]) / 100
        full = count * cost + count * minutes / 60 * hourly
        yield ("Q7", f"cout-lead-{i}"), full / n_leads
        yield ("Q7", f"cout-client-{i}"), full / n_clients
        leads, meetings, clients = leads + n_leads, meetings + n_meetings, clients + n_clients
        outside, hours = outside + count * cost, hours + count * minutes / 60
    yield ("Q8", "leads"), leads
    yield ("Q8", "rdv"), meetings
    yield ("Q8", "clients"), clients
    goal = _data(data, "Objectif")
    yield ("Q8", "manque"), goal - clients
    phone = rows[0]
    rate = _number(phone["Leads (%)"]) * _number(phone["RDV (%)"]) * _number(phone["Clients (%)"]) / 1_000_000
    extra = ceil((goal - clients) / rate)
    yield ("Q8", "appels"), Fraction(extra)
    fixed = sum(
        _data(data, s) for s in ("Page d’atterrissage", "Outils de suivi", "Documents et", "Formation de")
    )
    spent = (outside + extra * _number(phone["Coût (€)"]) + fixed) * (100 + _data(data, "Provision")) / 100
    yield ("Q8", "externe"), spent
    yield ("Q8", "ecart-budget"), _data(data, "Budget externe") - spent
    hours += extra * _number(phone["Temps (min)"]) / 60
    gain = goal * _data(data, "CA HT moyen") * margin / 100
    yield ("Q8", "roi"), (gain - spent - hours * hourly) * 100 / (spent + hours * hourly)
    meetings += extra * _number(phone["Leads (%)"]) * _number(phone["RDV (%)"]) / 10_000
    visits = meetings * _data(data, "Durée d’un rendez-vous") / 60
    offers = meetings * _data(data, "Rendez-vous suivis") / 100 * _data(data, "Durée de préparation") / 60
    capacity = 11 * sum(_number(r["Valeur"]) for r in data if r["Donnée"].startswith("Temps de prospection"))
    yield ("Q9", "contact"), hours
    yield ("Q9", "rendez-vous"), visits
    yield ("Q9", "charge"), hours + visits + offers
    yield ("Q9", "capacite"), capacity
    yield ("Q9", "ecart"), capacity - hours - visits - offers


def _exam_framing(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    data = paper.tables["A15"]
    rates = [_data(data, s) for s in ("Fiches → ", "Contacts argumentés → ", "Rendez-vous pris → ")]
    records = ceil(_data(data, "Rendez-vous tenus à obtenir") * 1_000_000 / (rates[0] * rates[1] * rates[2]))
    calls = records * _data(data, "Appels nécessaires")
    hours = calls / _data(data, "Appels passés")
    yield ("Q10", "fiches"), Fraction(records)
    yield ("Q10", "appels"), calls
    yield ("Q10", "heures"), hours
    yield ("Q10", "seances"), Fraction(ceil(hours / _data(data, "Durée d’une séance")))
    weekly = sum(_number(r["Valeur"]) for r in data if r["Repère"].startswith("Séances "))
    yield ("Q10", "possibles"), weekly * _data(data, "Durée de la phase")
    rows = paper.tables["A17"]
    columns = ("Heures", "Appels", "Contacts", "RDV pris", "RDV tenus")
    for i, row in enumerate(rows, start=1):
        hours, _, contacts, taken, kept = (_number(row[c]) for c in columns)
        yield ("Q13", f"accord-{i}"), taken * 100 / contacts
        yield ("Q13", f"tenue-{i}"), kept * 100 / taken
        yield ("Q13", f"heure-{i}"), taken / hours
    _, _, contacts, taken, kept = (sum(_number(row[c]) for row in rows) for c in columns)
    yield ("Q13", "accord"), Fraction(taken * 100, contacts)
    yield ("Q13", "tenue"), Fraction(kept * 100, taken)


# The practice forms --------------------------------------------------------------------------------------

SOURCES = ("Formulaire du site", "Webinaire", "Partenaires")


def _practice_base(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    rows = paper.tables["A3"]
    received, fields = rows[0], rows[1:7]
    filled = [sum(_number(row[s]) for row in fields) for s in SOURCES]
    for i, source in enumerate(SOURCES):
        yield ("Q1", f"remplissage-{i + 1}"), filled[i] * 100 / (6 * _number(received[source]))
    yield ("Q1", "remplissage"), sum(filled) * 100 / (6 * sum(_number(received[s]) for s in SOURCES))
    rights = paper.tables["A4"]
    mails, calls = [], []
    for i, source in enumerate(SOURCES, start=1):
        total, *reasons = (_number(row[source]) for row in rights)
        mails.append(total - sum(reasons[:6]))
        calls.append(total - reasons[0] - reasons[1] - reasons[6])
        yield ("Q2", f"emails-{i}"), mails[-1]
        yield ("Q2", f"appels-{i}"), calls[-1]
    yield ("Q2", "emails"), sum(mails, Fraction(0))
    yield ("Q2", "appels"), sum(calls, Fraction(0))
    names = ("Découverte", "Besoin confirmé", "Offre envoyée", "Négociation")
    chance = {name: _said(rf"{name.lower()}, # %", paper.text) / 100 for name in names}
    hopes = sorted(
        (_number(r["CA estimé (€ HT)"]) * chance[r["Étape"]] for r in paper.tables["A6"]), reverse=True
    )
    visits = int(_said(r"peut faire # visites", paper.text))
    yield ("Q3", "esperance"), sum(hopes, Fraction(0))
    yield ("Q3", "visites"), sum(hopes[:visits], Fraction(0))
    yield ("Q3", "part"), sum(hopes[:visits], Fraction(0)) * 100 / sum(hopes)


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _practice_digital(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    curve = {i: _said(rf"[:;] {i} : # %", paper.text) for i in range(1, 11)}
    curve[11] = _said(r"au-delà : # %", paper.text)
    for i, row in enumerate(paper.tables["A8"], start=1):
        gained = curve[int(row["Visée"])] - curve[int(row["Position"])]
        asked = 12 * _number(row["Recherches"]) * gained / 100 * _number(row["Demandes (%)"]) / 100
        yield ("Q4", f"demandes-{i}"), asked
        yield ("Q4", f"naturel-{i}"), _number(row["Contenu (€)"]) / asked
    for i, row in enumerate(paper.tables["A7"], start=1):
        seen, clicks, cost, registered, present, asked = (_number(cell) for cell in list(row.values())[1:])
        yield ("Q5", f"clic-{i}"), clicks * 100 / seen
        yield ("Q5", f"cpc-{i}"), cost / clicks
        yield ("Q5", f"inscrit-{i}"), cost / registered
        yield ("Q5", f"participation-{i}"), present * 100 / registered
        yield ("Q5", f"demande-{i}"), cost / asked
    rule = {
        word: _said(rf"{word}, # points", paper.text)
        for word in ("jusqu’à la fin", "contenu téléchargé", "offres vue", "e-mail cliqué", "de décision")
    }
    silence = _said(r"sans activité, −# points", paper.text)
    passed = 0
    for row in paper.tables["A10"]:
        note = rule["jusqu’à la fin"] * (row["Webinaire"] == "oui") + rule["de décision"] * (
            row["Décision"] == "oui"
        )
        note += rule["contenu téléchargé"] * int(row["Contenus"]) + rule["offres vue"] * int(row["Pages"])
        note += rule["e-mail cliqué"] * int(row["E-mails"]) - silence * (int(row["Silence (jours)"]) > 30)
        passed += note >= 60
        yield ("Q5", f"note-{row['Contact'].lower()}"), Fraction(note)
    yield ("Q5", "transmis"), Fraction(passed)
    least = {"texte courant": Fraction(9, 2), "grand texte": Fraction(3), "composant": Fraction(3)}
    rows = paper.tables["A9"]
    met = 0
    for row in rows:
        high, low = sorted((_luminance(row["Couleur"]), _luminance(row["Fond"])), reverse=True)
        assert 0 <= (high + 0.05) / (low + 0.05) - float(_number(row["Contraste (x:1)"])) < 0.0101
        met += _number(row["Contraste (x:1)"]) >= least[row["Nature"]]
    yield ("Q6", "conformes"), Fraction(met)
    yield ("Q6", "part"), Fraction(100 * met, len(rows))


def _practice_plan(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    data, rows = paper.tables["A11"], paper.tables["A12"]
    costs, hours = [], []
    for i in (1, 2, 3):
        counts = [_number(row[f"Dosage {i}"]) for row in rows]
        costs.append(sum(n * _number(r["Coût (€)"]) for n, r in zip(counts, rows, strict=True)))
        hours.append(sum(n * _number(r["Temps (min)"]) / 60 for n, r in zip(counts, rows, strict=True)))
        yield ("Q7", f"cout-{i}"), Fraction(costs[-1])
        yield ("Q7", f"heures-{i}"), Fraction(hours[-1])
        yield (
            ("Q7", f"clients-{i}"),
            Fraction(sum(n * _number(r["Clients (%)"]) / 100 for n, r in zip(counts, rows, strict=True))),
        )
    money, time = _data(data, "Plafond de dépenses"), _data(data, "Plafond de temps")
    feasible = [i for i in range(3) if costs[i] <= money and hours[i] <= time]
    assert len(feasible) == 1, "the ceilings leave one mix"
    yield ("Q7", "dosage"), Fraction(feasible[0] + 1)
    average = _data(data, "CA HT moyen")
    clients = ceil(_data(data, "Objectif de CA") / average)
    offers = ceil(clients * 100 / _data(data, "Offres → "))
    meetings = ceil(offers * 100 / _data(data, "Rendez-vous → "))
    contacts = ceil(meetings * 100 / _data(data, "Contacts → "))
    for name, value in (("clients", clients), ("offres", offers), ("rdv", meetings), ("contacts", contacts)):
        yield ("Q8", name), Fraction(value)
    fair = sum(
        _number(r["Quantité"]) * _number(r["Prix (€ HT)"]) for r in paper.tables["A13"] if r["Quantité"]
    )
    days = [ceil(_number(r["Prospects"]) / _number(r["Visites par jour"])) for r in paper.tables["A14"]]
    travel = sum(
        n * _number(r["Frais par jour (€ HT)"]) for n, r in zip(days, paper.tables["A14"], strict=True)
    )
    plan = costs[feasible[0]] + fair + travel + _data(data, "Charges fixes")
    yield ("Q8", "cout-plan"), Fraction(plan)
    margin = _said(r"sur coût variable de \*\*# %", paper.text)
    yield ("Q8", "seuil"), Fraction(ceil(plan / (average * margin / 100)))
    for i, count in enumerate(days, start=1):
        yield ("Q9", f"jours-{i}"), Fraction(count)
    yield ("Q9", "jours"), Fraction(sum(days))
    yield ("Q9", "frais"), Fraction(travel)
    yield ("Q9", "salon"), Fraction(fair)
    chain = sum(int(r["Semaines"]) for r in paper.tables["A13"] if r["Semaines"])
    empty = int(_said(r"La semaine # est neutralisée", paper.text))
    yield ("Q9", "semaines"), Fraction(chain + (10 - chain <= empty < 10))


def _practice_framing(paper: Paper) -> Iterator[tuple[tuple[str, str], Fraction]]:
    daily = _said(r"classes, # heures d’équipe", paper.titles["A15"])
    spent = meetings = Fraction(0)
    for i, row in enumerate(paper.tables["A15"], start=1):
        count, _, minutes, rate = (_number(cell) for cell in list(row.values())[1:])
        spent += count * minutes / 60
        meetings += count * rate / 100
        yield ("Q10", f"cumul-{i}"), spent
        yield ("Q10", f"jours-{i}"), Fraction(ceil(spent / daily))
    yield ("Q10", "rdv"), meetings
    columns = ("Contacts", "À temps", "Hors délai", "RDV à temps", "RDV hors délai")
    total, soon, late, won, lost = (sum(_number(r[c]) for r in paper.tables["A17"]) for c in columns)
    yield ("Q13", "delai"), Fraction(soon * 100, total)
    yield ("Q13", "dans"), Fraction(won * 100, soon)
    yield ("Q13", "hors"), Fraction(lost * 100, late)
    rows = paper.tables["A18"]
    leader = re.search(r"\((\w[\w-]*) anime\)", paper.titles["A18"])[1]  # type: ignore[index]
    every = sum(_number(r["Durée (min)"]) for r in rows)
    yield (
        ("Q13", "animation"),
        sum(_number(r["Durée (min)"]) for r in rows if r["Qui"] == leader) * 100 / every,
    )
    useful = {"3", "5", "6", "11", "13", "14"}
    yield ("Q13", "suites"), sum(_number(r["Durée (min)"]) for r in rows if r["N°"] in useful) * 100 / every


FORMULAS: Mapping[str, tuple[Callable[[Paper], Iterator[tuple[tuple[str, str], Fraction]]], ...]] = {
    "examen": (_exam_base, _exam_digital, _exam_plan, _exam_framing),
    "entrainement": (_practice_base, _practice_digital, _practice_plan, _practice_framing),
}


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
    return _folded("\n".join([paper.text, *paper.titles.values(), *cells]))


def _check_leaks(paper: Paper) -> None:
    """Nothing of the corrigé stands in what the candidate reads: no answer sentence, no CE code."""
    words = _candidate_words(paper)
    assert re.search(r"\bCE\d", words) is None
    words = words.casefold()
    key = paper.subject.answer_key()
    for answer in key.answers:
        for sentence in re.split(r"(?<=[.;:»–])\s|\|", _folded(answer.text)):
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
    return sum((_number(cell) for cell in rows[1:]), Fraction(0))


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
    questions = {q.id: _folded(q.text) for d in paper.subject.for_candidate().dossiers for q in d.questions}
    assert "annexes A15, A17 et A18" in questions["Q13"]
    for piece in ("relevé de décisions", "interventions"):
        assert piece in questions["Q13"]
    for piece in ("ordre du jour", "conducteur minuté", "trame de compte rendu"):
        assert piece in questions["Q14"]
    key = {a.question: _folded(a.text) for a in paper.subject.answer_key().answers}
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
            _folded(line)
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
            hidden = [u for u in _merged(paper) if u["Opposition"] != second[u["Fiche"]]["Opposition"]]
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
