"""The formulas of épreuve E3, written anew: each numeric answer from what the candidate receives.

Nothing here knows the template: annexes come as the rows of their CSV files; the amounts, dates and rules that
stand in sentences are read in the candidate's own texts. One function a form of a dossier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import NamedTuple

from kit.subjects import Subject

Rows = list[dict[str, str]]
Key = tuple[str, str]
Found = Iterator[tuple[Key, Fraction]]


class Paper(NamedTuple):
    """What the candidate has, and the subject it comes from."""

    subject: Subject
    forms: Mapping[str, str]
    tables: Mapping[str, Rows]
    text: str


# Reading what is printed ---------------------------------------------------------------------------------

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def folded(text: str) -> str:
    """Return a text with plain single spaces, whichever spaces are printed."""
    return " ".join(text.split())


def number(cell: str) -> Fraction:
    """Return a number as French prints it."""
    return Fraction(re.sub(r"\s", "", cell).replace(",", ".").replace("−", "-").replace("+", ""))


def told(pattern: str, paper: Paper) -> Fraction:
    """Return the number that stands at # in what the candidate reads."""
    found = re.search(pattern.replace("#", r"([\d ]+(?:,\d+)?)"), folded(paper.text))
    assert found is not None, pattern
    return number(found[1])


def read_date(words: str, paper: Paper) -> date:
    """Return the date that follows some words in what the candidate reads."""
    found = re.search(words + r" (\d+)(?:er)? (\w+) (\d{4})", folded(paper.text))
    assert found is not None, words
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))


def start_and_limit(paper: Paper) -> tuple[date, date]:
    """Return the two dates of the framing note."""
    limit = r"suivie depuis deux semaines au plus tard le"
    return read_date("le projet commence le", paper), read_date(limit, paper)


def column(rows: Rows, start: str) -> str:
    """Return the name of the first column that begins so."""
    return next(name for name in rows[0] if name.startswith(start))


def cents(value: Fraction) -> Fraction:
    """Round half up, to the cent."""
    return Fraction((abs(value) * 100 + Fraction(1, 2)) // 1, 100) * (1 if value >= 0 else -1)


def unit(value: Fraction) -> int:
    """Round half up, to the unit."""
    return int(value + Fraction(1, 2))


def pct(part: Fraction | int, whole: Fraction | int) -> Fraction:
    """Return a share, in per cent."""
    return Fraction(part) * 100 / Fraction(whole)


def support_budget(paper: Paper) -> Fraction:
    """Return the envelope of accompanying actions, as the framing note gives it."""
    return told(r"# € HT pour les actions d’accompagnement", paper)


def base_budget(paper: Paper) -> Fraction:
    """Return the envelope of the launch itself, as the framing note gives it."""
    return told(r"# € HT pour le socle", paper)


# D1: actions and offer -----------------------------------------------------------------------------------


def _actions_a(paper: Paper) -> Found:
    rows = paper.tables["A4"]
    oldest, _, last = (name for name in rows[0] if name.startswith("CA 2"))
    costs = column(rows, "Coûts")
    offers, total = rows[:-1], rows[-1]
    assert total["Offre"] == "Total"
    assert sum(number(row[last]) for row in offers) == number(total[last])
    offers = sorted(offers, key=lambda row: -number(row[last]))
    top = next(row for row in offers if row[oldest])
    yield ("Q1", "evolution"), pct(number(top[last]) - number(top[oldest]), number(top[oldest]))
    yield ("Q1", "marque-total"), pct(number(total[last]) - number(total[costs]), number(total[last]))
    yield ("Q1", "part-deux"), pct(number(offers[0][last]) + number(offers[1][last]), number(total[last]))
    named = re.search(r"fiche de l’offre\W+«\s(.+?)\s»", paper.text)
    assert named is not None
    row = next(row for row in offers if folded(row["Offre"]) == folded(named[1]))
    yield ("Q1", "marque-offre"), pct(number(row[last]) - number(row[costs]), number(row[last]))
    for row in paper.tables["A5"]:
        cost, gain = number(row["Coût (€)"]), number(row[column([row], "Marge")])
        yield ("Q2", f"roi-{row['Code'].lower()}"), pct(gain - cost, cost)
    gain, cost, _ = selections(paper)[0]
    yield ("Q2", "cout-selection"), cost
    yield ("Q2", "gain-selection"), gain


CONTRARY = ("sans preuve de consentement", "sur toute l’offre")
"""What the rules forbid, in the words of A5: contrary to the law, and a general discount."""


def selections(paper: Paper) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
    """Return the selections the rules printed allow (form a): net gain, cost and codes, best first."""
    budget = support_budget(paper)
    rows = {row["Code"]: row for row in paper.tables["A5"]}
    allowed = [c for c, row in rows.items() if not any(w in row["Action proposée"] for w in CONTRARY)]
    assert len(allowed) == len(rows) - len(CONTRARY)
    found = []
    for codes in (*combinations(allowed, 3), *combinations(allowed, 4)):
        cost = sum((number(rows[c]["Coût (€)"]) for c in codes), Fraction(0))
        gain = sum((number(rows[c]["Marge (€)"]) for c in codes), Fraction(0)) - cost
        natures = {rows[c]["Nature"] for c in codes}
        if cost <= budget and "Contenu" in natures and natures & {"Environnement", "Solidarité"}:
            found.append((gain, cost, codes))
    return sorted(found, reverse=True)


class Trial(NamedTuple):
    """What an action that makes people try brings and takes."""

    trials: int
    cost: Fraction
    days: int


def trials(paper: Paper) -> dict[str, Trial]:
    """Return the expected trials, the cost and the days of each action (form b)."""
    found = {}
    for row in paper.tables["A5"]:
        contacts = number(row["Contacts"])
        tried = unit(contacts * number(row["Rép. %"]) * number(row["Essai %"]) / 10_000)
        cost = number(row["Fixe €"]) + contacts * number(row["Unit. €"])
        found[row["Code"]] = Trial(tried, cost, int(row["Jours"]))
    return found


def trios(paper: Paper) -> list[tuple[Fraction, int, int, tuple[str, ...]]]:
    """Return the trios the rules printed allow (form b): cost, trials, days and codes, cheapest first."""
    known, rows = trials(paper), {row["Code"]: row for row in paper.tables["A5"]}
    budget, days = support_budget(paper), told(r"et de # jours de travail internes", paper)
    wanted = told(r"au moins # essais ou demandes au total", paper)
    lawful = [c for c, row in rows.items() if "cinq connaissances" not in row["Nature et action"]]
    assert len(lawful) == len(rows) - 1
    found = []
    for codes in combinations(lawful, 3):
        cost = sum((known[c].cost for c in codes), Fraction(0))
        tried, spent = sum(known[c].trials for c in codes), sum(known[c].days for c in codes)
        green = {folded(rows[c]["Nature et action"]).split(" – ")[0] for c in codes} & {
            "Environnement",
            "Solidarité",
        }
        if green and cost <= budget and spent <= days and tried >= wanted:
            found.append((cost, tried, spent, codes))
    return sorted(found)


def _actions_b(paper: Paper) -> Found:
    rows = paper.tables["A4"]
    _name, own, before, now, _rival, rival = rows[0]
    total = sum((number(row[own]) for row in rows), Fraction(0))
    for n, row in enumerate(rows, start=1):
        yield ("Q1", f"croissance-{n}"), pct(number(row[now]) - number(row[before]), number(row[before]))
        yield ("Q1", f"relative-{n}"), number(row[own]) / number(row[rival])
        yield ("Q1", f"poids-{n}"), pct(number(row[own]), total)
    first, last = (sum((number(row[name]) for row in rows), Fraction(0)) for name in (before, now))
    yield ("Q1", "croissance-ensemble"), pct(last - first, first)
    for code, trial in trials(paper).items():
        yield ("Q2", f"essais-{code.lower()}"), Fraction(trial.trials)
        yield ("Q2", f"cout-{code.lower()}"), trial.cost
        yield ("Q2", f"unitaire-{code.lower()}"), trial.cost / trial.trials
    cost, tried, days, _ = trios(paper)[0]
    yield ("Q2", "cout-selection"), cost
    yield ("Q2", "essais-selection"), Fraction(tried)
    yield ("Q2", "jours-selection"), Fraction(days)
    yield from _changes(paper)


def life_cycle(paper: Paper) -> dict[str, Fraction]:
    """Return the share of each step in the impact, in per cent, as A2 gives it."""
    _, _, after = paper.text.partition("| Étape du cycle de vie |")
    lines = after.partition("**Ce que disent")[0].split("\n")[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {folded(row[0]).lower(): number(re.sub(r"\s*%", "", row[2])) for row in cells}


def _changes(paper: Paper) -> Found:
    shares = life_cycle(paper)
    found = re.findall(
        r"\*\*([XYZ])\*\*, réduire de (\d+) % l’impact de l’étape « (.+?) »", folded(paper.text)
    )
    assert len(found) == 3
    effects = {code: shares[step.lower()] * int(cut) / 100 for code, cut, step in found}
    for code, effect in effects.items():
        yield ("Q3", f"baisse-{code.lower()}"), effect
    worst = max(shares, key=lambda step: shares[step])
    forced = next(code for code, cut, step in found if step.lower() == worst and int(cut) >= 20)
    yield ("Q3", "baisse-deux"), effects[forced] + max(e for code, e in effects.items() if code != forced)


def _actions_p(paper: Paper) -> Found:
    rows = paper.tables["A4"]
    revenue = column(rows, "CA 2")
    year = int(revenue[3:7])
    families = {row["Famille"] for row in rows}
    yield ("Q1", "largeur"), Fraction(len(families))
    yield ("Q1", "profondeur"), Fraction(len(rows), len(families))
    yield ("Q1", "age"), Fraction(sum(year - int(row["Lancement"]) for row in rows), len(rows))
    new = sum((number(row[revenue]) for row in rows if int(row["Lancement"]) >= year - 2), Fraction(0))
    yield ("Q1", "renouvellement"), pct(new, sum(number(row[revenue]) for row in rows))
    named = re.search(r"dans la famille « (.+?) », l’écart de prix", folded(paper.text))
    assert named is not None
    prices = [number(row["Prix HT (€)"]) for row in rows if folded(row["Famille"]) == named[1]]
    yield ("Q1", "ecart-prix"), max(prices) / min(prices)
    left, going = support_budget(paper), True
    scored = []
    *criteria, costs = paper.tables["A5"]
    assert sum(number(row["Poids (%)"]) for row in criteria) == 100
    for code in list(costs)[2:]:
        score = sum((number(row[code]) * number(row["Poids (%)"]) for row in criteria), Fraction(0)) / 100
        yield ("Q2", f"note-{code.lower()}"), score
        if next(number(row[code]) for row in criteria if row["Critère"] == "RSE") >= 4:
            scored.append((score, number(costs[code])))
    for _, cost in sorted(scored, reverse=True):
        going = going and cost <= left
        left -= cost if going else 0
    yield ("Q2", "cout"), support_budget(paper) - left
    yield ("Q2", "reste"), left


# D2: price and distribution ------------------------------------------------------------------------------


def _price_a(paper: Paper) -> Found:
    by_unit: dict[str, list[Fraction]] = {}
    rows = paper.tables["A6"]
    for row in rows:
        by_unit.setdefault(row["Unité"], []).append(number(row["Montant (€)"] or row["Autre donnée"]))
    (sold,), (rate,), (least,) = by_unit["unités"], by_unit["%"], by_unit["% du prix HT"]
    cost = cents(sum(by_unit["HT par unité"]) + sum(by_unit["HT par an"]) / sold)
    floor = cents(cost / (1 - least / 100))
    rivals = [row for row in rows if row["Élément"].startswith("Prix relevé chez")]
    yield ("Q4", "cout-complet"), cost
    yield ("Q4", "plancher-ht"), floor
    yield ("Q4", "moyenne"), sum((number(row["Montant (€)"]) for row in rivals), Fraction(0)) / len(rivals)
    with_tax = "TTC" in rivals[0]["Unité"]
    if with_tax:
        yield ("Q4", "plancher-ttc"), floor * (1 + rate / 100)
    best, share = _best_price(paper.tables["A7"])
    before = cents(best / (1 + rate / 100)) if with_tax else best
    after = best if with_tax else cents(best * (1 + rate / 100))
    yield ("Q5", "acceptabilite"), share
    yield ("Q5", "prix-acceptabilite"), best
    yield ("Q5", "taux-marque"), pct(before - cost, before)
    yield ("Q5", "coefficient"), after / cost
    for row in paper.tables["A8"]:
        net = before * (1 - number(row[column([row], "Remise")]) / 100)
        own = net * number(row[column([row], "Coûts")]) / 100
        yield ("Q6", f"Marge unitaire nette : {row['Circuit']}"), net - own - cost


def _best_price(rows: Rows) -> tuple[Fraction, Fraction]:
    """Return the price most people accept, counted person by person: not too dear, not too cheap."""
    price, dear, cheap = rows[0]
    asked = sum((number(row[dear]) for row in rows), Fraction(0))
    assert asked == sum(number(row[cheap]) for row in rows)
    scored = []
    for row in rows:
        at = number(row[price])
        dearer = [number(other[dear]) for other in rows if number(other[price]) < at]
        cheaper = [number(other[cheap]) for other in rows if number(other[price]) > at]
        scored.append((pct(asked - sum(dearer + cheaper, Fraction(0)), asked), at))
    best = max(share for share, _ in scored)
    (winner,) = [at for share, at in scored if share == best]
    return winner, best


def _price_b(paper: Paper) -> Found:
    rows = paper.tables["A6"]
    price = column(rows, "Prix")
    weights = {name: int(re.findall(r"(\d+)\s%", name)[0]) for name in rows[0] if "%" in name}
    assert sum(weights.values()) == 100
    scores = [sum((number(row[n]) * w for n, w in weights.items()), Fraction(0)) / 100 for row in rows]
    for n, score in enumerate(scores, start=1):
        yield ("Q4", f"valeur-{n}"), score
    points = [number(row[price]) / score for row, score in zip(rows[1:-1], scores[1:-1], strict=True)]
    for n, point in enumerate(points, start=2):
        yield ("Q4", f"point-{n}"), point
    mean = sum(points, Fraction(0)) / len(points)
    yield ("Q4", "point-moyen"), mean
    fair = mean * scores[-1]
    yield ("Q4", "equivalence"), fair
    tax = 1 + told(r"TVA, # %\. Les prix", paper) / 100 if "TTC" in price else Fraction(1)
    given = re.search(r"remise moyenne accordée aux circuits, ([\d,]+) %", folded(paper.text))
    net = fair / tax * (1 - (number(given[1]) if given else 0) / 100)
    target = net * (1 - told(r"taux de marque minimal, # % du prix net", paper) / 100)
    listed = re.search(r"par unité, hors taxes : (.+?) \(coûts variables\)", folded(paper.text))
    assert listed is not None
    variable = sum((number(found) for found in re.findall(r"([\d ]+,\d\d) €", listed[1])), Fraction(0))
    cost = variable + told(r"part des charges indirectes # €", paper)
    yield ("Q4", "cout-cible"), target
    yield ("Q4", "cout-estime"), cost
    yield ("Q4", "ecart"), cost - target
    yield ("Q4", "ecart-pct"), pct(cost - target, cost)
    yield from _price_test(paper.tables["A7"], variable, tax)
    yield from _modes(paper, variable)


def _price_test(rows: Rows, variable: Fraction, tax: Fraction) -> Found:
    price = column(rows, "Prix")
    shares = [number(row["Décisions d’achat"]) / number(row["Personnes interrogées"]) for row in rows]
    for n, (row, share) in enumerate(zip(rows, shares, strict=True), start=1):
        before = cents(number(row[price]) / tax)
        yield ("Q5", f"taux-{n}"), share * 100
        yield ("Q5", f"recette-{n}"), 1000 * share * before
        yield ("Q5", f"marge-{n}"), 1000 * share * (before - variable)
    low, high = number(rows[0][price]), number(rows[-1][price])
    yield ("Q5", "elasticite"), (shares[-1] - shares[0]) / shares[0] / ((high - low) / low)


def _modes(paper: Paper, variable: Fraction) -> Found:
    price = told(r"Prix public \d{4} : # € HT", paper)
    rows, margins = paper.tables["A8"], []
    for n, row in enumerate(rows, start=1):
        margin = price * (1 - number(row["Commission (%)"]) / 100) - number(row["Par unité (€)"]) - variable
        margins.append(margin)
        yield ("Q6", f"marge-{n}"), margin
        result = margin * number(row["Ventes"]) - number(row[column(rows, "Coûts fixes")])
        yield ("Q6", f"resultat-{n}"), result
    direct, partners = (number(row[column(rows, "Coûts fixes")]) for row in rows[:2])
    yield ("Q6", "seuil"), Fraction(ceil((direct - partners) / (margins[0] - margins[1])))


def _price_p(paper: Paper) -> Found:
    value = {row["Élément"]: number(row["Montant (€)"] or row["Ventes"]) for row in paper.tables["A6"]}
    variable, fixed, price = (
        value[name] for name in ("Coûts variables", "Coûts fixes propres à l’offre", "Prix public actuel")
    )
    for name in ("prudente", "centrale", "haute"):
        yield ("Q4", f"cout-{name}"), variable + fixed / value[f"Hypothèse {name}"]
    yield ("Q4", "seuil"), Fraction(ceil(fixed / (price - variable)))
    market = paper.tables["A7"]
    prices = [number(row[column(market, "Prix")]) for row in market]
    ranked, half = sorted(prices[1:]), len(prices[1:]) // 2
    median = ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
    yield ("Q4", "mediane"), median
    yield ("Q4", "indice"), pct(prices[0], median)
    changed = r"prix modifié de ([+−]\d+) %, ventes modifiées de ([+−][\d,]+) %"
    trials_made = [(number(dp), number(dq)) for dp, dq in re.findall(changed, folded(paper.text))]
    assert len(trials_made) == 3
    elastic = [dq / dp for dp, dq in trials_made]
    for n, e in enumerate(elastic, start=1):
        yield ("Q5", f"elasticite-{n}"), e
    mean = sum(elastic, Fraction(0)) / 3
    rise = told(r"un prix supérieur de # % au prix public HT actuel", paper) / 100
    sold = value["Hypothèse centrale"]
    after = sold * (1 + mean * rise)
    yield ("Q5", "elasticite-moyenne"), mean
    yield ("Q5", "ventes"), after
    yield ("Q5", "marge-avant"), (price - variable) * sold
    yield ("Q5", "marge-apres"), (price * (1 + rise) - variable) * after
    for n, row in enumerate(paper.tables["A8"], start=1):
        notes = {name: number(cell) for name, cell in row.items() if "%" in name}
        weighted = sum(note * int(re.findall(r"(\d+)\s%", name)[0]) for name, note in notes.items())
        yield ("Q6", f"ponderee-{n}"), Fraction(weighted) / 100
        yield ("Q6", f"egale-{n}"), sum(notes.values(), Fraction(0)) / len(notes)


# D3: communication and journeys --------------------------------------------------------------------------


def loyal_campaigns(paper: Paper) -> str:
    """Return the names of the campaigns said to aim at people already known."""
    found = re.search(r"contacts déjà connus\W+(.+?)\. Les autres", paper.text)
    return folded(found[1]) if found else ""


def media_lines(paper: Paper) -> dict[str, Fraction]:
    """Return the amount of each line of the communication budget (form a)."""
    return {
        row["Poste"]: number(row["Quantité"]) * number(row["Coût unitaire HT (€)"])
        for row in paper.tables["A10"]
    }


def _communication_a(paper: Paper) -> Found:
    lines, loyal, costs = media_lines(paper), loyal_campaigns(paper), []
    for row in paper.tables["A9"]:
        budget, won, clicks = (number(row[name]) for name in ("Budget (€)", "Nouveaux clients", "Clics"))
        yield ("Q8", f"CTR : {row['Campagne']}"), pct(clicks, number(row["Impressions"]))
        yield ("Q8", f"CPC : {row['Campagne']}"), budget / clicks
        yield ("Q8", f"CAC : {row['Campagne']}"), budget / won
        costs.append((budget, won, folded(row["Campagne"]) in loyal))
    yield ("Q8", "cac-ensemble"), sum((c[0] for c in costs), Fraction(0)) / sum(c[1] for c in costs)
    best = min(budget / won for budget, won, known in costs if not known)
    expected = lines["Achat d’espace digital"] / (best * Fraction(110, 100))
    yield ("Q8", "nouveaux-clients"), Fraction(int(expected))
    yield ("Q9", "budget-communication"), sum(lines.values(), Fraction(0))


def _communication_b(paper: Paper) -> Found:
    spent_line = re.search(r"quatre canaux\*\*, hors taxes : (.+?)\. \*\*Budget", folded(paper.text))
    assert spent_line is not None
    spent = {
        name: number(cost)
        for name, cost in re.findall(r"([^,\d]+?) ([\d ]+) €", spent_line[1].replace(", ", ","))
    }
    rows = paper.tables["A9"]
    result = list(rows[0])[-1]
    last, equal = dict.fromkeys(spent, Fraction(0)), dict.fromkeys(spent, Fraction(0))
    several = human = total = Fraction(0)
    for row in rows:
        path = [folded(row[name]) for name in row if "contact" in name and row[name] != "–"]
        count = number(row[result])
        total += count
        several += count if len(path) > 1 else 0
        human += count if "Conseil humain" in path else 0
        last[path[-1]] += count
        for name in path:
            equal[name] += count / len(path)
    for n, (name, cost) in enumerate(spent.items(), start=1):
        yield ("Q8", f"dernier-{n}"), last[name]
        yield ("Q8", f"egal-{n}"), equal[name]
        yield ("Q8", f"cout-dernier-{n}"), cost / last[name]
        yield ("Q8", f"cout-egal-{n}"), cost / equal[name]
    yield ("Q8", "plusieurs"), pct(several, total)
    yield ("Q10", "conseil"), pct(human, total)
    yield from _objective(paper)
    yield from _returns(paper)


def _objective(paper: Paper) -> Found:
    """From the objective to the budget it takes."""
    space = told(r"achat d’espace digital # €", paper)
    posts = (
        told(r"création de contenus accessibles # €, achat", paper),
        told(r"rencontre de lancement # €", paper),
    )
    yield ("Q9", "budget-communication"), space + sum(posts, Fraction(0))
    units = told(r"vendre # unités, dont", paper) * told(r"unités, dont # % à de nouveaux", paper) / 100
    clients = ceil(units / told(r"venus du site ; - # unités? par nouveau client", paper))
    visits = ceil(clients * 100 / told(r"par nouveau client ; - # % des visites", paper))
    needed = visits * told(r"aboutissent à un nouveau client ; - # € HT par visite payée", paper)
    yield ("Q9", "clients"), Fraction(clients)
    yield ("Q9", "visites"), Fraction(visits)
    yield ("Q9", "espace-requis"), needed
    yield ("Q9", "ecart"), needed - space


def _returns(paper: Paper) -> Found:
    margin = told(r"\) × # € −", paper)
    planned = told(r"à partir des # ventes de l’annexe A1", paper)
    assert planned == told(r"vendre # unités dans les douze mois", paper)
    for row in paper.tables["A10"]:
        code = row["Code"].lower()
        sold = unit(planned * (1 + number(row["Hausse (%)"]) / 100))
        back = unit(sold * number(row[list(row)[3]]) / 100)
        yield ("Q10", f"ventes-{code}"), Fraction(sold)
        yield ("Q10", f"retours-{code}"), Fraction(back)
        yield ("Q10", f"net-{code}"), (sold - back) * margin - back * number(row["Coût (€)"])


def _communication_p(paper: Paper) -> Found:
    among = told(r"La cible du lancement représente # % de la population", paper)
    for n, row in enumerate(paper.tables["A9"], start=1):
        share = number(row["Part de la cible (%)"])
        useful = number(row["Contacts"]) * share / 100
        yield ("Q8", f"utiles-{n}"), useful
        yield ("Q8", f"mille-{n}"), number(row["Coût HT (€)"]) * 1000 / useful
        yield ("Q8", f"affinite-{n}"), pct(share, among)
    yield ("Q9", "interne"), told(r"budget de communication du lancement est de # € HT", paper) * 15 / 100
    volumes = {name: [number(row[name]) for row in paper.tables["A10"]] for name in ("Mobile", "Ordinateur")}
    passed = {name: [pct(v[k + 1], v[k]) for k in range(4)] for name, v in volumes.items()}
    for name, rates in passed.items():
        for k, rate in enumerate(rates, start=1):
            yield ("Q10", f"{name.lower()}-{k}"), rate
    gaps = [desk - mobile for mobile, desk in zip(passed["Mobile"], passed["Ordinateur"], strict=True)]
    worst = gaps.index(max(gaps))
    ratio = passed["Ordinateur"][worst] / passed["Mobile"][worst]
    yield ("Q10", "gain"), volumes["Mobile"][-1] * (ratio - 1)


# D4: roadmap and budget ----------------------------------------------------------------------------------


class Plan(NamedTuple):
    """A small PERT: the length, each task's float, and every longest path, found by listing all the paths."""

    length: int
    floats: dict[str, int]
    longest: list[tuple[str, ...]]


def plan_of(rows: Rows, late: tuple[str, int] = ("", 0)) -> Plan:
    """Return the PERT of the tasks printed (form a), one of them being late or not."""
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


def _roadmap_a(paper: Paper) -> Found:
    rows = paper.tables["A11"]
    said = re.search(r"La tâche ([A-Z]) demande finalement (\d+)\ssemaines? de plus", paper.text)
    assert said is not None
    plan, late = plan_of(rows), plan_of(rows, (said[1], int(said[2])))
    for code, value in plan.floats.items():
        yield ("Q11", f"marge-{code.lower()}"), Fraction(value)
    yield ("Q11", "duree"), Fraction(plan.length)
    yield ("Q11", "duree-retard"), Fraction(late.length)
    by_kind: dict[str, Fraction] = {}
    for row in paper.tables["A12"]:
        amount = number(row["Quantité"]) * number(row["Coût unitaire HT (€)"])
        by_kind[row["Nature"]] = by_kind.get(row["Nature"], Fraction(0)) + amount
    total, base = sum(by_kind.values(), Fraction(0)), base_budget(paper)
    for kind, amount in by_kind.items():
        yield ("Q12", f"nature-{kind.lower().replace('é', 'e')}"), amount
    yield ("Q12", "sous-total"), total
    yield ("Q12", "total"), total * Fraction(105, 100)
    yield ("Q12", "ecart"), total * Fraction(105, 100) - base
    yield ("Q12", "ecart-pct"), pct(total * Fraction(105, 100) - base, base)


def loads(paper: Paper) -> list[int]:
    """Return the load of each week, in days, from the dated tasks (form b)."""
    weeks: dict[int, int] = {}
    for row in paper.tables["A11"]:
        first = int(row["Début"])
        for week in range(first, first + int(row["Durée"])):
            weeks[week] = weeks.get(week, 0) + int(row["Jours"])
    return [weeks.get(week, 0) for week in range(1, max(weeks) + 1)]


def _roadmap_b(paper: Paper) -> Found:
    weekly, capacity = loads(paper), told(r"\*\*# jours de travail par semaine\*\*", paper)
    over = [week - capacity for week in weekly if week > capacity]
    yield ("Q11", "charge-totale"), Fraction(sum(weekly))
    yield ("Q11", "pointe"), Fraction(max(weekly))
    yield ("Q11", "semaines"), Fraction(len(over))
    yield ("Q11", "excedent"), sum(over, Fraction(0))
    yield ("Q11", "occupation"), pct(sum(weekly), capacity * len(weekly))
    start, limit = start_and_limit(paper)
    yield ("Q11", "avance"), Fraction((limit - start - timedelta(weeks=len(weekly), days=-3)).days, 7)
    yield from _make_or_buy(paper)


def _make_or_buy(paper: Paper) -> Found:
    day = told(r"une journée interne est comptée # €", paper)
    free = told(r"peuvent donner \*\*# jours\*\*", paper)
    saved, days, quotes = {}, {}, Fraction(0)
    for row in paper.tables["A12"]:
        code = row["Lot"]
        own = number(row["Jours"]) * day + number(row["Outils (€)"])
        quote = number(row["Devis (€)"])
        quotes += quote
        yield ("Q12", f"interne-{code.lower()}"), own
        yield ("Q12", f"economie-{code.lower()}"), quote - own
        if "Contrôle" not in row["Objet"]:
            saved[code], days[code] = quote - own, number(row["Jours"])
    groups = [
        g for n in range(len(saved) + 1) for g in combinations(saved, n) if sum(days[c] for c in g) <= free
    ]
    best = max(groups, key=lambda group: sum(saved[c] for c in group))
    gain = sum((saved[c] for c in best), Fraction(0))
    total = (quotes - gain + told(r"pas discutés ici, représentent # € HT", paper)) * Fraction(105, 100)
    yield ("Q12", "economie"), gain
    yield ("Q12", "jours"), sum((days[c] for c in best), Fraction(0))
    yield ("Q12", "total"), total
    yield ("Q12", "ecart"), total - base_budget(paper)


def _roadmap_p(paper: Paper) -> Found:
    rows = paper.tables["A11"]
    names = ("Optimiste", "Probable", "Pessimiste")
    three = {row["Code"]: tuple(int(row[name]) for name in names) for row in rows}
    expected = {code: Fraction(low + 4 * mode + high, 6) for code, (low, mode, high) in three.items()}
    for code, value in expected.items():
        yield ("Q11", f"attendue-{code.lower()}"), value
    before = {row["Code"]: re.findall(r"[A-Z]", row["Après"]) for row in rows}

    def paths(code: str) -> list[str]:
        return [path + code for first in before[code] for path in paths(first)] or [code]

    ends = sorted(paths(rows[-1]["Code"]))
    assert len(ends) == 2
    for n, path in enumerate(ends, start=1):
        yield ("Q11", f"chemin-{n}"), sum((expected[code] for code in path), Fraction(0))
    for name, at in (("probable", 1), ("pessimiste", 2)):
        yield ("Q11", name), Fraction(max(sum(three[code][at] for code in path) for path in ends))
    start, limit = start_and_limit(paper)
    yield ("Q11", "disponibles"), Fraction(((limit - start).days + 3) // 7)
    monthly = [Fraction(0)] * 6
    for row in paper.tables["A12"]:
        amount = number(row["Montant (€)"])
        first = amount * number(row["Acompte (%)"]) / 100
        monthly[int(row["Commande (mois)"]) - 1] += first
        monthly[int(row["Solde (mois)"]) - 1] += amount - first
    for n, amount in enumerate(monthly, start=1):
        yield ("Q12", f"mois-{n}"), amount
    opened = told(r"ouvre un crédit de # € HT par mois", paper)
    yield ("Q12", "tendu"), min(opened * n - sum(monthly[:n]) for n in range(1, 7))


# D5: presenting the plan ---------------------------------------------------------------------------------


def _presentation_a(paper: Paper) -> Found:
    yield ("Q14", "enveloppe"), base_budget(paper) + support_budget(paper)


def _presentation_b(paper: Paper) -> Found:
    envelope = base_budget(paper) + support_budget(paper)
    gap = told(r"Total du plan : # € HT", paper) - envelope
    yield ("Q13", "ecart-budget"), gap
    yield ("Q13", "ecart-budget-pct"), pct(gap, envelope)
    planned = told(r"vendre # unités dans les douze mois", paper)
    yield ("Q13", "ecart-ventes"), told(r"\| # unités vendues en douze mois", paper) - planned
    wrong = read_date("en vente et suivie au plus tard le", paper)
    yield ("Q13", "retard"), Fraction((wrong - start_and_limit(paper)[1]).days, 7)
    media = told(r"Le budget de communication, # € HT,", paper)
    fees = media * told(r"plafonnés à # % de ce budget", paper) / 100
    yield ("Q14", "honoraires"), fees
    yield ("Q14", "commande"), fees * told(r"payés # % à la commande", paper) / 100
    yield ("Q14", "reste"), media - fees


def _presentation_p(paper: Paper) -> Found:
    base, support = base_budget(paper), support_budget(paper)
    yield ("Q14", "socle"), pct(base, base + support)
    yield ("Q14", "accompagnement"), pct(support, base + support)


FORMULAS: Mapping[tuple[str, str], Callable[[Paper], Found]] = {
    ("D1", "a"): _actions_a,
    ("D1", "b"): _actions_b,
    ("D1", "p"): _actions_p,
    ("D2", "a"): _price_a,
    ("D2", "b"): _price_b,
    ("D2", "p"): _price_p,
    ("D3", "a"): _communication_a,
    ("D3", "b"): _communication_b,
    ("D3", "p"): _communication_p,
    ("D4", "a"): _roadmap_a,
    ("D4", "b"): _roadmap_b,
    ("D4", "p"): _roadmap_p,
    ("D5", "a"): _presentation_a,
    ("D5", "b"): _presentation_b,
    ("D5", "p"): _presentation_p,
}
