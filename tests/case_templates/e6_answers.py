"""The formulas of épreuve E6, written anew: each numeric answer from what the candidate receives.

Nothing here knows the template: annexes come as the rows of their CSV files, a few amounts from the texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from kit.subjects import Subject

Rows = list[dict[str, str]]
Found = Iterator[tuple[tuple[str, str], Fraction]]


class Paper(NamedTuple):
    """What the candidate has, and the subject it comes from."""

    subject: Subject
    tables: Mapping[str, Rows]
    titles: Mapping[str, str]
    text: str


# Reading what is printed ---------------------------------------------------------------------------------


def folded(text: str) -> str:
    """Return a text with plain single spaces, whichever spaces are printed."""
    return " ".join(text.split())


def number(cell: str) -> Fraction:
    return Fraction(re.sub(r"\s", "", cell).replace(",", "."))


def _said(pattern: str, text: str) -> Fraction:
    """Return the number a sentence holds; `#` stands for it."""
    found = re.search(pattern.replace("#", r"([\d ]+(?:,\d+)?)"), text)
    assert found is not None, pattern
    return number(found[1])


def _data(rows: Rows, start: str) -> Fraction:
    """Return the value of the row whose label begins so."""
    label, value = list(rows[0])[:2]
    return number(next(row[value] for row in rows if row[label].startswith(start)))


def _day(cell: str) -> date:
    day, month, year = map(int, cell.split("/"))
    return date(year, month, day)


# The exam forms ------------------------------------------------------------------------------------------

FIELDS = ("Taille", "Adresse", "Mention", "Opposition", "Projet", "Engagement")


def merged(paper: Paper) -> list[dict[str, str]]:
    """Return the establishments: lines of one telephone make one, the latest filled with the others."""
    second = {row["Fiche"]: row for row in paper.tables["A4"]}
    groups: dict[str, Rows] = {}
    for row in paper.tables["A3"]:
        digits = re.sub(r"\D", "", row["Téléphone"])[-9:]
        groups.setdefault(digits or row["Fiche"], []).append({**row, **second[row["Fiche"]]})
    found = []
    for group in groups.values():
        group.sort(key=lambda row: _day(row["Échange"]), reverse=True)
        filled = {name: next((row[name] for row in group if row[name]), "") for name in FIELDS}
        found.append({**group[0], **filled})
    return found


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
        size = points[(number(row["Taille"]) >= first) + (number(row["Taille"]) >= second)]
    distance = int(row["Distance (km)"])
    near = 15 if distance <= 50 else 10 if distance <= 150 else 5
    named = {
        r["Modalité"]: int(r["Points"]) for r in grid if r["Critère"] in ("Échéance du projet", "Engagement")
    }
    return size + near + named.get(row["Projet"], 0) + named[row["Engagement"]]


def _exam_base(paper: Paper) -> Found:
    lines = len(paper.tables["A3"])
    units = merged(paper)
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


def _exam_digital(paper: Paper) -> Found:
    limit = _said(r"accepté : \*\*# € HT par lead", paper.text)
    spent = month = Fraction(0)
    for i, row in enumerate(paper.tables["A8"], start=1):
        searches, price, clicks, leads = (
            number(row[c]) for c in ("Recherches", "CPC (€)", "Clics (%)", "Leads (%)")
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
        [number(row[c]) / 100 for c in ("Ouvertures", "Clics", "Formulaires")] for row in paper.tables["A9"]
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


def _exam_plan(paper: Paper) -> Found:
    hourly = _said(r"de l’équipe coûte \*\*# €", paper.text)
    margin = _said(r"sur coût variable de \*\*# %", paper.text)
    data, rows = paper.tables["A13"], paper.tables["A12"]
    for i, row in enumerate(paper.tables["A11"], start=1):
        free = number(row["Établissements"]) - number(row["Clients"])
        yield ("Q7", f"potentiel-{i}"), free * number(row["Projet (%)"]) / 100 * number(row["CA (€ HT)"])
    leads = meetings = clients = outside = hours = Fraction(0)
    for i, row in enumerate(rows, start=1):
        count, cost, minutes = (number(row[c]) for c in ("Nombre", "Coût (€)", "Temps (min)"))
        n_leads = count * number(row["Leads (%)"]) / 100
        n_meetings = n_leads * number(row["RDV (%)"]) / 100
        n_clients = n_meetings * number(row["Clients (%)"]) / 100
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
    rate = number(phone["Leads (%)"]) * number(phone["RDV (%)"]) * number(phone["Clients (%)"]) / 1_000_000
    extra = ceil((goal - clients) / rate)
    yield ("Q8", "appels"), Fraction(extra)
    fixed = sum(
        _data(data, s) for s in ("Page d’atterrissage", "Outils de suivi", "Documents et", "Formation de")
    )
    spent = (outside + extra * number(phone["Coût (€)"]) + fixed) * (100 + _data(data, "Provision")) / 100
    yield ("Q8", "externe"), spent
    yield ("Q8", "ecart-budget"), _data(data, "Budget externe") - spent
    hours += extra * number(phone["Temps (min)"]) / 60
    gain = goal * _data(data, "CA HT moyen") * margin / 100
    yield ("Q8", "roi"), (gain - spent - hours * hourly) * 100 / (spent + hours * hourly)
    meetings += extra * number(phone["Leads (%)"]) * number(phone["RDV (%)"]) / 10_000
    visits = meetings * _data(data, "Durée d’un rendez-vous") / 60
    offers = meetings * _data(data, "Rendez-vous suivis") / 100 * _data(data, "Durée de préparation") / 60
    capacity = 11 * sum(number(r["Valeur"]) for r in data if r["Donnée"].startswith("Temps de prospection"))
    yield ("Q9", "contact"), hours
    yield ("Q9", "rendez-vous"), visits
    yield ("Q9", "charge"), hours + visits + offers
    yield ("Q9", "capacite"), capacity
    yield ("Q9", "ecart"), capacity - hours - visits - offers


def _exam_framing(paper: Paper) -> Found:
    data = paper.tables["A15"]
    rates = [_data(data, s) for s in ("Fiches → ", "Contacts argumentés → ", "Rendez-vous pris → ")]
    records = ceil(_data(data, "Rendez-vous tenus à obtenir") * 1_000_000 / (rates[0] * rates[1] * rates[2]))
    calls = records * _data(data, "Appels nécessaires")
    hours = calls / _data(data, "Appels passés")
    yield ("Q10", "fiches"), Fraction(records)
    yield ("Q10", "appels"), calls
    yield ("Q10", "heures"), hours
    yield ("Q10", "seances"), Fraction(ceil(hours / _data(data, "Durée d’une séance")))
    weekly = sum(number(r["Valeur"]) for r in data if r["Repère"].startswith("Séances "))
    yield ("Q10", "possibles"), weekly * _data(data, "Durée de la phase")
    rows = paper.tables["A17"]
    columns = ("Heures", "Appels", "Contacts", "RDV pris", "RDV tenus")
    for i, row in enumerate(rows, start=1):
        hours, _, contacts, taken, kept = (number(row[c]) for c in columns)
        yield ("Q13", f"accord-{i}"), taken * 100 / contacts
        yield ("Q13", f"tenue-{i}"), kept * 100 / taken
        yield ("Q13", f"heure-{i}"), taken / hours
    _, _, contacts, taken, kept = (sum(number(row[c]) for row in rows) for c in columns)
    yield ("Q13", "accord"), Fraction(taken * 100, contacts)
    yield ("Q13", "tenue"), Fraction(kept * 100, taken)


# The practice forms --------------------------------------------------------------------------------------

SOURCES = ("Formulaire du site", "Webinaire", "Partenaires")


def _practice_base(paper: Paper) -> Found:
    rows = paper.tables["A3"]
    received, fields = rows[0], rows[1:7]
    filled = [sum(number(row[s]) for row in fields) for s in SOURCES]
    for i, source in enumerate(SOURCES):
        yield ("Q1", f"remplissage-{i + 1}"), filled[i] * 100 / (6 * number(received[source]))
    yield ("Q1", "remplissage"), sum(filled) * 100 / (6 * sum(number(received[s]) for s in SOURCES))
    rights = paper.tables["A4"]
    mails, calls = [], []
    for i, source in enumerate(SOURCES, start=1):
        total, *reasons = (number(row[source]) for row in rights)
        mails.append(total - sum(reasons[:6]))
        calls.append(total - reasons[0] - reasons[1] - reasons[6])
        yield ("Q2", f"emails-{i}"), mails[-1]
        yield ("Q2", f"appels-{i}"), calls[-1]
    yield ("Q2", "emails"), sum(mails, Fraction(0))
    yield ("Q2", "appels"), sum(calls, Fraction(0))
    names = ("Découverte", "Besoin confirmé", "Offre envoyée", "Négociation")
    chance = {name: _said(rf"{name.lower()}, # %", paper.text) / 100 for name in names}
    hopes = sorted(
        (number(r["CA estimé (€ HT)"]) * chance[r["Étape"]] for r in paper.tables["A6"]), reverse=True
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


def _practice_digital(paper: Paper) -> Found:
    curve = {i: _said(rf"[:;] {i} : # %", paper.text) for i in range(1, 11)}
    curve[11] = _said(r"au-delà : # %", paper.text)
    for i, row in enumerate(paper.tables["A8"], start=1):
        gained = curve[int(row["Visée"])] - curve[int(row["Position"])]
        asked = 12 * number(row["Recherches"]) * gained / 100 * number(row["Demandes (%)"]) / 100
        yield ("Q4", f"demandes-{i}"), asked
        yield ("Q4", f"naturel-{i}"), number(row["Contenu (€)"]) / asked
    for i, row in enumerate(paper.tables["A7"], start=1):
        seen, clicks, cost, registered, present, asked = (number(cell) for cell in list(row.values())[1:])
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
        assert 0 <= (high + 0.05) / (low + 0.05) - float(number(row["Contraste (x:1)"])) < 0.0101
        met += number(row["Contraste (x:1)"]) >= least[row["Nature"]]
    yield ("Q6", "conformes"), Fraction(met)
    yield ("Q6", "part"), Fraction(100 * met, len(rows))


def _practice_plan(paper: Paper) -> Found:
    data, rows = paper.tables["A11"], paper.tables["A12"]
    costs, hours = [], []
    for i in (1, 2, 3):
        counts = [number(row[f"Dosage {i}"]) for row in rows]
        costs.append(sum(n * number(r["Coût (€)"]) for n, r in zip(counts, rows, strict=True)))
        hours.append(sum(n * number(r["Temps (min)"]) / 60 for n, r in zip(counts, rows, strict=True)))
        yield ("Q7", f"cout-{i}"), Fraction(costs[-1])
        yield ("Q7", f"heures-{i}"), Fraction(hours[-1])
        yield (
            ("Q7", f"clients-{i}"),
            Fraction(sum(n * number(r["Clients (%)"]) / 100 for n, r in zip(counts, rows, strict=True))),
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
    fair = sum(number(r["Quantité"]) * number(r["Prix (€ HT)"]) for r in paper.tables["A13"] if r["Quantité"])
    days = [ceil(number(r["Prospects"]) / number(r["Visites par jour"])) for r in paper.tables["A14"]]
    travel = sum(
        n * number(r["Frais par jour (€ HT)"]) for n, r in zip(days, paper.tables["A14"], strict=True)
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


def _practice_framing(paper: Paper) -> Found:
    daily = _said(r"classes, # heures d’équipe", paper.titles["A15"])
    spent = meetings = Fraction(0)
    for i, row in enumerate(paper.tables["A15"], start=1):
        count, _, minutes, rate = (number(cell) for cell in list(row.values())[1:])
        spent += count * minutes / 60
        meetings += count * rate / 100
        yield ("Q10", f"cumul-{i}"), spent
        yield ("Q10", f"jours-{i}"), Fraction(ceil(spent / daily))
    yield ("Q10", "rdv"), meetings
    columns = ("Contacts", "À temps", "Hors délai", "RDV à temps", "RDV hors délai")
    total, soon, late, won, lost = (sum(number(r[c]) for r in paper.tables["A17"]) for c in columns)
    yield ("Q13", "delai"), Fraction(soon * 100, total)
    yield ("Q13", "dans"), Fraction(won * 100, soon)
    yield ("Q13", "hors"), Fraction(lost * 100, late)
    rows = paper.tables["A18"]
    leader = re.search(r"\((\w[\w-]*) anime\)", paper.titles["A18"])[1]  # type: ignore[index]
    every = sum(number(r["Durée (min)"]) for r in rows)
    yield (
        ("Q13", "animation"),
        sum(number(r["Durée (min)"]) for r in rows if r["Qui"] == leader) * 100 / every,
    )
    useful = {"3", "5", "6", "11", "13", "14"}
    yield ("Q13", "suites"), sum(number(r["Durée (min)"]) for r in rows if r["N°"] in useful) * 100 / every


FORMULAS: Mapping[str, tuple[Callable[[Paper], Found], ...]] = {
    "examen": (_exam_base, _exam_digital, _exam_plan, _exam_framing),
    "entrainement": (_practice_base, _practice_digital, _practice_plan, _practice_framing),
}
