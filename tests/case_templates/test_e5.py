"""Épreuve E5: every number found again from what the candidates hold, and nothing given to them too early.

Candidates hold the subject (CSV annexes and texts) and, later, the part of each event sheet that the examiner
hands out, after the page break of the sheet. The formulas are written here from their definitions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import NamedTuple

import pytest

from kit.cases import find_template, load_template
from kit.cases.company import sectors
from kit.cases.company.names import is_free
from kit.subjects import Subject
from tests.case_templates.candidate_papers import Rows, subjects, tables_of

TEMPLATE = load_template(find_template("e5-pilotage-action"))
FORMS = {"a": "examen", "p": "entrainement"}
SAMPLE = [
    (form, sector, seed)
    for form in FORMS
    for sector in ("emballage_compostable", "torrefaction_cafe", "velo_cargo")
    for seed in (1, 2)
]
ALL = [(form, sector, seed) for form in FORMS for sector in sectors() for seed in range(11, 17)]
CRITERIA = {
    *(f"CE18.{n}" for n in (1, 2, 3)), *(f"CE24.{n}" for n in (1, 2, 3)),
    *(f"CE{c}.{n}" for c in range(19, 24) for n in (1, 2)),
}  # fmt: skip
OBSERVED = {"CE20.2", "CE21.2"}
ALONE = {"CE24.1", "CE24.2", "CE24.3"}

Answers = dict[tuple[str, str], Fraction]
Job = tuple[str, str, int]


class Paper(NamedTuple):
    """A subject, and what its candidates hold: tables and texts by annex, and the events handed out."""

    subject: Subject
    tables: Mapping[str, Rows]
    texts: Mapping[str, str]
    events: Mapping[int, str]

    def note(self, pattern: str, annex: str = "A1") -> Fraction:
        return _found(pattern, _plain(self.texts[annex]))

    def event(self, number: int, pattern: str) -> Fraction:
        return _found(pattern, _plain(self.events[number]))

    def rows(self, event: int, first: str) -> dict[str, list[str]]:
        """Return the table of an event whose first header is given: the other cells by the first one."""
        return _markdown_rows(self.events[event], first)


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    wanted = {job: {"seed": job[2], "sector": job[1]} for job in jobs}
    return {job: _paper(subject) for job, subject in subjects(TEMPLATE, FORMS, wanted, folder).items()}


def _paper(subject: Subject) -> Paper:
    candidate = subject.for_candidate()
    texts = {a.id: a.content.text for a in candidate.annexes if a.content.type == "text"}
    return Paper(subject, tables_of(subject), texts, dict(_events(subject)))


def _handed_out(text: str) -> str:
    """Return the part of an examiner's sheet that candidates receive: what follows the page break."""
    return text.split("\n---\n", 1)[1]


def _events(subject: Subject) -> Iterator[tuple[int, str]]:
    for sheet in subject.sheets:
        if sheet.title.startswith("Événement"):
            yield int(sheet.title.split()[1]), _handed_out(sheet.text)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(SAMPLE, tmp_path_factory.mktemp("e5"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e5-full"))


def _plain(text: str) -> str:
    return re.sub(r"\s", " ", text).replace("**", "")


def _number(text: str) -> Fraction:
    found = re.search(r"[−-]?\d[\d ]*(?:[,.]\d+)?", _plain(text))
    assert found is not None, text
    return Fraction(found[0].replace(" ", "").replace(",", ".").replace("−", "-"))


def _found(pattern: str, text: str) -> Fraction:
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return _number(found[1])


def _markdown_rows(text: str, first: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    inside = False
    for line in text.splitlines():
        cells = [_plain(cell).strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            found[cells[0]] = cells[1:]
    assert found, (first, text)
    return found


def _sum(values: Iterable[Fraction | int]) -> Fraction:
    return sum(values, Fraction(0))


def _share(part: Fraction | int, whole: Fraction | int) -> Fraction:
    return Fraction(part) * 100 / Fraction(whole)


def _whole(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _most(
    options: list[str], gain: Callable[[str], Fraction], cost: Callable[[str], Fraction], limit: Fraction
) -> list[str]:
    """Return the options that gain the most within a limit of cost."""
    sets = [s for n in range(1, len(options) + 1) for s in combinations(options, n)]
    within = [s for s in sets if _sum(cost(o) for o in s) <= limit]
    return list(max(within, key=lambda s: (_sum(gain(o) for o in s), -_sum(cost(o) for o in s))))


def _least_lost(
    options: Mapping[str, tuple[Fraction, Fraction]], need: Fraction, apart: set[str]
) -> tuple[Fraction, Fraction]:
    """Return saving and contacts lost of the cheapest set that covers the need, never with all of `apart`."""
    sets = [s for n in range(1, len(options) + 1) for s in combinations(options, n)]
    sums = [
        (_sum(options[o][1] for o in s), -_sum(options[o][0] for o in s))
        for s in sets
        if not (apart and apart <= set(s))
    ]
    lost, saved = min(pair for pair in sums if -pair[1] >= need)
    return -saved, lost


# The campaign --------------------------------------------------------------------------------------------


def _lengths(rows: Rows) -> tuple[dict[str, int], dict[str, list[str]]]:
    return (
        {row["Code"]: int(row["Durée (semaines)"]) for row in rows},
        {row["Code"]: re.findall(r"[A-Z]", row["Après"]) for row in rows},
    )


def _floats(lengths: Mapping[str, int], before: Mapping[str, list[str]]) -> tuple[int, dict[str, int]]:
    """Return the length of a project and the float of each task, from the list of all its paths."""
    after = {code: [other for other in before if code in before[other]] for code in before}

    def paths(code: str) -> Iterator[tuple[str, ...]]:
        if not after[code]:
            yield (code,)
        for follower in after[code]:
            for path in paths(follower):
                yield (code, *path)

    sizes = {p: sum(lengths[c] for c in p) for code in before if not before[code] for p in paths(code)}
    longest = max(sizes.values())
    return longest, {
        code: longest - max(size for path, size in sizes.items() if code in path) for code in before
    }


def _ends(lengths: Mapping[str, int], before: Mapping[str, list[str]], last: int) -> dict[str, int]:
    """Return the week in which each task must start at the latest, the last week being given."""
    after = {code: [other for other in before if code in before[other]] for code in before}

    def start(code: str) -> int:
        return min((start(follower) for follower in after[code]), default=last + 1) - lengths[code]

    return {code: start(code) for code in before}


def _weeks_available(paper: Paper) -> int:
    return sum(name.startswith("S") and name[1:].isdigit() for name in paper.tables["A6"][0])


def _campaign_planning(paper: Paper) -> Answers:
    lengths, before = _lengths(paper.tables["A2"])
    length, floats = _floats(lengths, before)
    weeks = _weeks_available(paper)
    answers: Answers = {("Q1", f"marge-{c.lower()}"): Fraction(f) for c, f in floats.items()}
    starts = _ends(lengths, before, weeks)
    answers |= {("Q3", f"tard-{c.lower()}"): Fraction(starts[c]) for c in "DEHJ"}
    return answers | {("Q1", "duree"): Fraction(length), ("Q3", "marge-projet"): Fraction(weeks - length)}


def _campaign_team(paper: Paper) -> Answers:
    loads: dict[str, Fraction] = {}
    for row in paper.tables["A2"]:
        skill = row["Compétence principale"]
        loads[skill] = loads.get(skill, Fraction(0)) + _number(row["Charge interne (jours)"])
    team = paper.tables["A3"]
    days = {row["Compétence principale"]: _number(row["Jours disponibles"]) for row in team}
    over = [row for row in team if loads[row["Compétence principale"]] > _number(row["Jours disponibles"])]
    (short,) = [row["Compétence principale"] for row in over]
    missing = loads[short] - days[short]
    helped = _sum(
        days[row["Compétence principale"]] - loads[row["Compétence principale"]]
        for row in team
        if row["Seconde compétence"] == short
    )
    rate = next(
        _number(row["Coût unitaire (€)"]) for row in paper.tables["A5"] if "Prestataire web" in row["Poste"]
    )
    answers: Answers = {
        ("Q2", f"occupation-{n}"): _share(
            loads[row["Compétence principale"]], _number(row["Jours disponibles"])
        )
        for n, row in enumerate(team, 1)
    }
    return answers | {
        ("Q2", "manque"): missing,
        ("Q2", "externes"): missing - helped,
        ("Q2", "cout-externe"): (missing - helped) * rate,
    }


class Goals(NamedTuple):
    """What the framing note of the campaign says."""

    clicks: Fraction
    contacts: Fraction
    clients: Fraction
    envelope: Fraction
    bought: Fraction
    rate: Fraction

    @property
    def margin(self) -> Fraction:
        return self.bought * self.rate / 100


def _goals(paper: Paper) -> Goals:
    funnel = _markdown_rows(paper.texts["A1"], "Étape")
    return Goals(
        *(
            _number(funnel[step][0])
            for step in ("Clics vers la page", "Contacts qualifiés", "Nouveaux clients")
        ),
        paper.note(r"Enveloppe\s?: ([\d ]+) €"),
        paper.note(r"achète en moyenne ([\d ]+) €"),
        paper.note(r"marge sur coût variable est de (\d+) %"),
    )


def _campaign_budget(paper: Paper) -> Answers:
    goals = _goals(paper)
    planned = {
        row["Poste"]: (_number(row["Quantité prévue"]), _number(row["Coût unitaire (€)"]))
        for row in paper.tables["A5"]
    }
    total = _sum(q * p for q, p in planned.values())
    table = {_plain(name): cells for name, cells in paper.rows(2, "Poste").items()}
    answers: Answers = {
        ("Q3", "sous-total"): total,
        ("Q3", "reserve"): goals.envelope - total,
        ("Q3", "reserve-part"): _share(goals.envelope - total, goals.envelope),
        ("Q4", "cpl"): goals.envelope / goals.contacts,
        ("Q4", "cac"): goals.envelope / goals.clients,
        ("Q4", "marge"): goals.clients * goals.margin,
        ("Q4", "roi-prevu"): _share(goals.clients * goals.margin - goals.envelope, goals.envelope),
        ("Q4", "seuil-prevu"): Fraction(ceil(goals.envelope / goals.margin)),
    }
    spent = final = quantity = price = Fraction(0)
    for n, (name, (q, p)) in enumerate(planned.items(), 1):
        cells = table[_plain(name)]
        done, cost, left = (_number(cell) for cell in cells[:3])
        later = _number(cells[3]) if left else p
        spent += done * cost
        final += done * cost + left * later
        quantity += (done + left - q) * p
        price += done * (cost - p) + left * (later - p)
        answers["Q7", f"ecart-{n}"] = done * cost + left * later - q * p
    over = final - goals.envelope
    answers |= {
        ("Q7", "engage"): spent, ("Q7", "part-engagee"): _share(spent, total), ("Q7", "final"): final,
        ("Q7", "ecart"): final - total, ("Q7", "ecart-quantite"): quantity, ("Q7", "ecart-prix"): price,
        ("Q7", "depassement"): over,
    }  # fmt: skip
    options = {code: (_number(cells[1]), _number(cells[2])) for code, cells in paper.rows(2, "Code").items()}
    saved, lost = _least_lost(options, over, {"T1", "T4"})
    return answers | {
        ("Q8", "economie"): saved, ("Q8", "solde"): saved - over, ("Q8", "perdus"): lost,
        ("Q8", "perdus-part"): _share(lost, goals.contacts),
    }  # fmt: skip


def _campaign_delay(paper: Paper) -> Answers:
    lengths, before = _lengths(paper.tables["A2"])
    weeks = _weeks_available(paper)
    late = dict(lengths)
    late["D"] += int(paper.event(1, r"tâche D durera (\d+) semaines? de plus"))
    late["E"] += int(paper.event(1, r"tâche E durera (\d+) semaines? de plus"))
    loss = paper.event(1, r"ferait perdre ([\d ]+) €")
    measures = paper.rows(1, "Mesure")
    costs = []
    for n in range(len(measures) + 1):
        for chosen in combinations(measures, n):
            shorter = dict(late)
            for code in chosen:
                task = re.search(r"sur la tâche ([A-Z])", measures[code][0])
                assert task is not None
                shorter[task[1]] -= 1
            delay = max(0, _floats(shorter, before)[0] - weeks)
            costs.append(_sum(_number(measures[code][1]) for code in chosen) + delay * loss)
    length = _floats(late, before)[0]
    return {
        ("Q6", "duree-retard"): Fraction(length),
        ("Q6", "report"): Fraction(length - weeks),
        ("Q6", "cout-report"): (length - weeks) * loss,
        ("Q6", "cout-solution"): min(costs),
    }


def _campaign_results(paper: Paper) -> Answers:
    goals = _goals(paper)
    table = paper.rows(3, "Étape")
    clicks, on_mobile, on_desktop = (_number(cell) for cell in table["Clics"])
    contacts, from_mobile, from_desktop = (_number(cell) for cell in table["Contacts qualifiés"])
    half = goals.contacts / 2
    mobile, desktop = from_mobile / on_mobile, from_desktop / on_desktop
    actions = paper.rows(3, "Code")
    effects = {
        code: [_number(n) for n in re.findall(r"\d[\d ]*(?:,\d+)?", cells[2])]
        for code, cells in actions.items()
    }
    # C1: « une semaine de travail, puis N clics sur mobile en deux semaines, transformés à T % ».
    gains = {
        "C1": effects["C1"][0] * (effects["C1"][1] / 100 - mobile),
        "C2": effects["C2"][0] * effects["C2"][1] / 100,
        "C3": effects["C3"][0] * contacts / clicks,
        "C4": effects["C4"][0],
    }
    whole = {code: Fraction(_whole(gain)) for code, gain in gains.items()}
    chosen = _most(
        list(actions),
        whole.__getitem__,
        lambda c: _number(actions[c][1]),
        paper.event(3, r"crédit exceptionnel de ([\d ]+) €"),
    )
    answers: Answers = {("Q9", f"gain-{code.lower()}"): gain for code, gain in whole.items()}
    return answers | {
        ("Q9", "ecart-contacts"): _share(contacts - half, half),
        ("Q9", "ecart-clics"): _share(clicks - goals.clicks / 2, goals.clicks / 2),
        ("Q9", "taux-contact"): _share(contacts, clicks),
        ("Q9", "taux-mobile"): mobile * 100,
        ("Q9", "taux-ordinateur"): desktop * 100,
        ("Q9", "manques-mobile"): on_mobile * (desktop - mobile),
        ("Q9", "projection"): contacts * 2,
        ("Q9", "manque"): goals.contacts - contacts * 2,
        ("Q9", "apres"): contacts * 2 + _sum(whole[code] for code in chosen),
    }


def _campaign_report(paper: Paper) -> Answers:
    goals = _goals(paper)
    table = paper.rows(5, "Levier")
    levers = [[_number(cell) for cell in cells] for cells in table.values() if cells[1] != "–"]
    spent = _sum(_number(cells[0]) for cells in table.values())
    contacts, clients = _sum(row[1] for row in levers), _sum(row[2] for row in levers)
    margin = paper.event(5, r"réestimé\s?: ([\d ]+) €") * paper.event(5, r"inchangé \((\d+) %") / 100
    good, middling, bad = (
        paper.event(5, rf"{words}\s?: (\d[\d ]*)") for words in ("notes de 9 ou 10", "7 ou 8", "0 à 6")
    )
    roi = _share(clients * margin - spent, spent)
    answers: Answers = {}
    for n, (cost, reached, won) in enumerate(levers, 1):
        answers |= {
            ("Q11", f"cpl-{n}"): cost / reached,
            ("Q11", f"cac-{n}"): cost / won,
            ("Q11", f"taux-{n}"): _share(won, reached),
        }
    worst, best = max(levers, key=lambda row: row[0] / row[2]), min(levers, key=lambda row: row[0] / row[2])
    moved = worst[0] / 5
    return answers | {
        ("Q11", "ecart-contacts"): _share(contacts - goals.contacts, goals.contacts),
        ("Q11", "ecart-clients"): _share(clients - goals.clients, goals.clients),
        ("Q11", "depense"): spent,
        ("Q11", "ecart-depense"): _share(spent - goals.envelope, goals.envelope),
        ("Q11", "cpl"): spent / contacts,
        ("Q11", "cac"): spent / clients,
        ("Q11", "marge"): clients * margin,
        ("Q11", "roi"): roi,
        ("Q11", "roi-ecart"): roi - _share(goals.clients * goals.margin - goals.envelope, goals.envelope),
        ("Q11", "seuil"): Fraction(ceil(spent / margin)),
        ("Q11", "nps"): _share(good - bad, good + middling + bad),
        ("Q12", "transfert"): moved,
        ("Q12", "gain-transfert"): Fraction(int(moved * best[2] / best[0] - worst[2] / 5)),
    }


def _campaign(paper: Paper) -> Answers:
    return {
        **_campaign_planning(paper), **_campaign_team(paper), **_campaign_budget(paper),
        **_campaign_delay(paper), **_campaign_results(paper), **_campaign_report(paper),
    }  # fmt: skip


# The trade fair ------------------------------------------------------------------------------------------


def _fair_planning(paper: Paper) -> Answers:
    rows = paper.tables["A2"]
    lengths = {row["Code"]: int(row["Durée (jours)"]) for row in rows}
    after = {row["Code"]: re.findall(r"T\d+", row["Doit être finie avant"]) for row in rows}

    def limit(code: str) -> int:
        return lengths[code] + max((limit(other) for other in after[code]), default=0)

    limits = {code: limit(code) for code in lengths}
    first = paper.note(r"Début possible.*?\(J−(\d+)\)")
    envelope, ceiling = (
        paper.note(r"Enveloppe\s?: ([\d ]+) €"),
        paper.note(r"ne doivent pas dépasser ([\d ]+) €"),
    )
    paid: dict[int, Fraction] = {}
    for row in paper.tables["A5"]:
        budget = _number(row["Budget (€)"])
        deposit = budget * _number(row["Acompte (%)"]) / 100
        for when, amount in ((row["Date de l’acompte"], deposit), (row["Date du solde"], budget - deposit)):
            if amount:
                sign = -1 if "+" in when else 1
                day = sign * int(re.sub(r"\D", "", when))
                paid[day] = paid.get(day, Fraction(0)) + amount
    total = _sum(paid.values())
    before_fair = _sum(amount for day, amount in paid.items() if day >= 15)
    answers: Answers = {("Q1", f"limite-{code.lower()}"): Fraction(n) for code, n in limits.items()}
    return answers | {
        ("Q3", "avance"): first - max(limits.values()),
        ("Q3", "j30"): _sum(amount for day, amount in paid.items() if day >= 30),
        ("Q3", "j15"): before_fair,
        ("Q3", "total"): total,
        ("Q3", "reserve"): envelope - total,
        ("Q3", "ecart-plafond"): before_fair - ceiling,
    }


def _fair_team(paper: Paper) -> Answers:
    rows = paper.tables["A3"]
    days = [name for name in rows[0] if name.endswith("(h)")]
    morning = paper.note(r"(\d+) personnes de 9 h à 13 h")
    afternoon = paper.note(r"(\d+) personnes de 13 h à 18 h")
    need = 4 * morning + 5 * afternoon

    def missing(present: list[Fraction]) -> list[Fraction]:
        return [max(Fraction(0), need - hours) for hours in present]

    present = [_sum(_number(row[day]) for row in rows) for day in days]
    (uncovered,) = [
        n
        for n, day in enumerate(days)
        if not any(r["Démonstration"] == "oui" and _number(r[day]) for r in rows)
    ]
    (mover,) = [r for r in rows if sum(_number(r[d]) > 0 for d in days) == 1]
    from_day = next(n for n, d in enumerate(days) if _number(mover[d]))
    hours = _number(mover[days[from_day]])
    moved = list(present)
    moved[from_day] -= hours
    moved[uncovered] += hours
    billed = _sum(max(Fraction(4), h) if h else Fraction(0) for h in missing(moved))
    per_day = paper.note(r"([\d ]+) contacts qualifiés en trois jours") / 3
    return {
        ("Q2", "besoin"): 3 * need,
        ("Q2", "manques"): _sum(missing(present)),
        ("Q2", "manques-apres"): _sum(missing(moved)),
        ("Q2", "cout-hotes"): billed * paper.note(r"(\d+) € de l’heure", "A4"),
        ("Q2", "saisie"): per_day * paper.note(r"prend (\d+) minutes", "A4") / 60,
        ("Q4", "par-jour"): per_day,
        ("Q4", "par-heure"): per_day / need,
    }


class Fair(NamedTuple):
    """What the framing note of the fair says."""

    contacts: Fraction
    meetings: Fraction
    clients: Fraction
    envelope: Fraction
    margin: Fraction


def _fair_goals(paper: Paper) -> Fair:
    return Fair(
        paper.note(r"([\d ]+) contacts qualifiés en trois jours"),
        paper.note(r"([\d ]+) rendez-vous après le salon"),
        paper.note(r"et ([\d ]+) nouveaux clients"),
        paper.note(r"Enveloppe\s?: ([\d ]+) €"),
        paper.note(r"achète en moyenne ([\d ]+) €") * paper.note(r"retenu est de (\d+) %") / 100,
    )


def _fair_events(paper: Paper) -> Answers:
    goals = _fair_goals(paper)
    risks = {
        row["Code"]: [_number(row["Probabilité (1 à 4)"]), _number(row["Gravité (1 à 4)"])]
        for row in paper.tables["A7"]
    }
    threshold = paper.event(1, r"gravité\) atteint (\d+)")
    before = sum(p * g >= threshold for p, g in risks.values())
    risks["K1"][0] = paper.event(1, r"risque K1 passe à (\d)")
    risks["K3"][0] = paper.event(1, r"risque K3 passe à (\d)")
    loss = paper.event(1, r"perdrait environ ([\d ]+) €")
    answers: Answers = {
        ("Q6", f"parade-{code.lower()}"): _number(cells[1]) + _number(cells[2]) * loss / 100
        for code, cells in paper.rows(1, "Code").items()
    }
    answers |= {
        ("Q6", "risques-avant"): Fraction(before),
        ("Q6", "risques-apres"): Fraction(sum(p * g >= threshold for p, g in risks.values())),
        ("Q4", "cout-contact"): goals.envelope / goals.contacts,
        ("Q4", "cout-client"): goals.envelope / goals.clients,
        ("Q4", "seuil-prevu"): Fraction(ceil(goals.envelope / goals.margin)),
    }
    budgets = {row["Lot"]: _number(row["Budget (€)"]) for row in paper.tables["A5"]}
    progress = [
        (budgets[name[:2]], *(_number(cell) for cell in cells))
        for name, cells in paper.rows(2, "Lot").items()
    ]
    planned, earned = _sum(b * x for b, x, *_ in progress) / 100, _sum(b * y for b, _, y, _ in progress) / 100
    spent = _sum(row[3] for row in progress)
    final = _sum(budgets.values()) * spent / earned
    over = final - goals.envelope
    options = {code: (_number(cells[1]), _number(cells[2])) for code, cells in paper.rows(2, "Code").items()}
    saved, lost = _least_lost(options, over, set())
    return answers | {
        ("Q7", "vp"): planned, ("Q7", "va"): earned, ("Q7", "cr"): spent, ("Q7", "ecart-cout"): earned - spent,
        ("Q7", "ecart-delai"): earned - planned, ("Q7", "ipc"): earned / spent, ("Q7", "ipd"): earned / planned,
        ("Q7", "final"): final, ("Q7", "depassement"): over,
        ("Q8", "economie"): saved, ("Q8", "solde"): saved - over, ("Q8", "perdus"): lost,
    }  # fmt: skip


def _fair_day(paper: Paper) -> Answers:
    goals = _fair_goals(paper)
    slots = [[_number(cell) for cell in cells] for cells in paper.rows(3, "Créneau").values()]
    day = _sum(row[1] for row in slots)
    actions = paper.rows(3, "Code")
    chosen = _most(
        list(actions), lambda c: _number(actions[c][2]), lambda c: _number(actions[c][1]),
        paper.event(3, r"crédit de ([\d ]+) €"),
    )  # fmt: skip
    answers: Answers = {("Q9", f"taux-{n}"): _share(row[1], row[0]) for n, row in enumerate(slots, 1)}
    return answers | {
        ("Q9", "jour"): day,
        ("Q9", "ecart"): _share(day - goals.contacts / 3, goals.contacts / 3),
        ("Q9", "rythme"): (goals.contacts - day) / 2,
        ("Q9", "projection"): 3 * day,
        ("Q9", "taux-rdv"): _share(paper.event(3, r"parmi ces contacts\s?: ([\d ]+)"), day),
        ("Q9", "apres"): 3 * day + _sum(_number(actions[c][2]) for c in chosen),
    }


def _fair_report(paper: Paper) -> Answers:
    goals = _fair_goals(paper)
    table = paper.rows(5, "Indicateur")
    rate = paper.event(5, r"marge sur coût variable\s?: (\d+) %") / 100
    answers: Answers = {}
    for rank, key in enumerate(("n", "n1")):
        spent, contacts, meetings, clients, bought = (_number(cells[rank]) for cells in table.values())
        margin = bought * rate
        answers |= {
            ("Q11", f"cout-contact-{key}"): spent / contacts, ("Q11", f"cout-rdv-{key}"): spent / meetings,
            ("Q11", f"cout-client-{key}"): spent / clients, ("Q11", f"transformation-{key}"): _share(clients, contacts),
            ("Q11", f"marge-{key}"): clients * margin, ("Q11", f"roi-{key}"): _share(clients * margin - spent, spent),
            ("Q11", f"seuil-{key}"): Fraction(ceil(spent / margin)),
        }  # fmt: skip
    spent, contacts, meetings, clients, bought = (_number(cells[0]) for cells in table.values())
    for name, got, wanted in (
        ("contacts", contacts, goals.contacts), ("rdv", meetings, goals.meetings),
        ("clients", clients, goals.clients), ("depense", spent, goals.envelope),
    ):  # fmt: skip
        answers["Q11", f"ecart-{name}"] = _share(got - wanted, wanted)
    counts = [_number(n) for n in re.findall(r"satisfaits (\d+)", _plain(paper.events[5]))]
    assert len(counts) == 4
    kept = paper.event(5, r"quarante-huit heures\s?: (\d+) %")
    better = Fraction(int(clients * 100 / kept))
    return answers | {
        ("Q11", "satisfaits"): _share(counts[0] + counts[1], _sum(counts)),
        ("Q12", "clients-tenus"): better,
        ("Q12", "roi-tenus"): _share(better * bought * rate - spent, spent),
    }


def _fair(paper: Paper) -> Answers:
    return {
        **_fair_planning(paper),
        **_fair_team(paper),
        **_fair_events(paper),
        **_fair_day(paper),
        **_fair_report(paper),
    }


# The comparison ------------------------------------------------------------------------------------------


def _gaps(job: Job, paper: Paper) -> list[object]:
    """Return what differs from the corrigé beyond the tolerance, what is missing, and what is left over."""
    mine = _campaign(paper) if job[0] == "a" else _fair(paper)
    wrong: list[object] = []
    for item in paper.subject.expected:
        key = (item.question, item.name)
        if key not in mine:
            wrong.append(("missing", key))
        elif abs(mine.pop(key) - Fraction(item.value)) > max(Fraction(1, 200), Fraction(item.tolerance)):
            wrong.append((key, item.value))
    return [*wrong, *mine]


def test_every_number_of_the_corrige_is_found_again_from_what_the_candidates_hold(
    papers: dict[Job, Paper],
) -> None:
    assert len(papers) == len(SAMPLE)
    assert {job: gaps for job, paper in papers.items() if (gaps := _gaps(job, paper))} == {}


def _implausible(paper: Paper) -> list[tuple[str, str, str]]:
    """Return the answers outside the range in which a believable variant falls."""
    wrong = []
    for item in paper.subject.expected:
        assert item.plausible is not None, item.label
        low, high = map(Fraction, item.plausible)
        if not low <= Fraction(item.value) <= high:
            wrong.append((item.question, item.name, item.value))
    return wrong


def test_every_answer_is_plausible(papers: dict[Job, Paper]) -> None:
    assert {job: wrong for job, paper in papers.items() if (wrong := _implausible(paper))} == {}


@pytest.mark.full
def test_every_number_of_every_sector_is_found_again(all_papers: dict[Job, Paper]) -> None:
    assert {job: gaps for job, paper in all_papers.items() if (gaps := _gaps(job, paper))} == {}
    assert {job: wrong for job, paper in all_papers.items() if (wrong := _implausible(paper))} == {}


def test_every_criterion_is_seen_by_the_carrier_and_in_the_way_it_must_be(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        seen = {
            (item.criterion, item.part, item.carrier, question.observed)
            for dossier in paper.subject.dossiers
            for question in dossier.questions
            for item in question.requirements
        }
        assert {criterion for criterion, *_ in seen} == CRITERIA
        for criterion, part, carrier, observed in seen:
            wanted = (
                ("conduite", "candidate", True) if criterion in OBSERVED
                else ("rapport", "candidate", False) if criterion in ALONE
                else ("dossier", "group", False)
            )  # fmt: skip
            assert (part, carrier, observed) == wanted, criterion


def test_a_dossier_never_mixes_what_the_group_and_what_each_candidate_delivers(
    papers: dict[Job, Paper],
) -> None:
    for paper in papers.values():
        carriers = [
            {item.carrier for question in dossier.questions for item in question.requirements}
            for dossier in paper.subject.dossiers
        ]
        assert carriers == [{"group"}, {"group"}, {"candidate"}, {"candidate"}]
        points = [
            sum(int(question.points) for question in dossier.questions) for dossier in paper.subject.dossiers
        ]
        assert points == [30, 30, 20, 20]


def test_the_minutes_of_the_questions_fit_in_the_phases_of_the_day(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        frame, steer, _, report = (
            sum(question.minutes or 0 for question in dossier.questions) for dossier in paper.subject.dossiers
        )
        assert 95 <= frame <= 105
        assert 95 <= steer <= 105
        assert 75 <= report <= 90


def test_the_points_of_each_answer_add_up_to_those_of_its_question(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        points = {
            q.id: Fraction(q.points) for d in paper.subject.dossiers for q in d.questions if not q.observed
        }
        shared = {}
        for answer in paper.subject.answers:
            _, found, table = answer.text.partition("| Élément | Points |\n")
            if found:
                lines = [line for line in table.split("\n\n")[0].splitlines()[1:] if line.startswith("|")]
                shared[answer.question] = _sum(_number(line.split("|")[-2]) for line in lines)
        assert shared == points


# What must not be known too early ------------------------------------------------------------------------


def _candidate_text(paper: Paper) -> str:
    """Return everything the initial subject says, tables included."""
    candidate = paper.subject.for_candidate()
    parts = [candidate.context, *candidate.oral_briefs, *(sheet.text for sheet in candidate.sheets)]
    for dossier in candidate.dossiers:
        parts += [dossier.title, dossier.text, *(question.text for question in dossier.questions)]
    for annex in candidate.annexes:
        parts += [annex.title, annex.source, annex.content.text if annex.content.type == "text" else ""]
    cells = [cell for rows in paper.tables.values() for row in rows for cell in row.values()]
    return _plain("\n".join([*parts, *cells]))


def _told(event: str) -> Iterator[str]:
    """Return what an event says: its sentences, and the cells of its tables but the names of the rows."""
    for line in event.splitlines():
        parts = line.strip("|").split("|")[1:] if line.startswith("|") else re.split(r"[.;?!] ", line)
        yield from (words for part in parts if len(words := _plain(part).strip(" -#.")) > 24)


def test_nothing_of_an_event_stands_in_the_initial_subject(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        text = _candidate_text(paper)
        assert sorted(paper.events) == [1, 2, 3, 4, 5]
        for event in paper.events.values():
            told = list(_told(event))
            assert len(told) >= 3
            known = [words for words in told if words in text]
            assert known == [], job


def test_what_is_handed_out_says_neither_what_is_expected_nor_what_is_hidden(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        for sheet in paper.subject.sheets:
            if not sheet.title.startswith(("Événement", "Moment")):
                continue
            kept, handed = sheet.text.split("\n---\n", 1)
            for words in (
                "Ce que l’on attend",
                "Ce qu’il ne dit pas",
                "Ce que vous savez",
                "Mode de conduite",
                "Référence",
            ):
                assert words not in handed, (job, sheet.title)
            for line in kept.splitlines():
                if line.startswith("| ") and "«" in line:  # a difficulty, in the words of the one who plays
                    assert line.split("«")[1].split("»")[0].strip() not in handed, (job, sheet.title)


def test_there_are_five_moments_each_with_three_difficulties_and_a_card_to_hand_out(
    papers: dict[Job, Paper],
) -> None:
    for paper in papers.values():
        moments = [sheet for sheet in paper.subject.sheets if sheet.title.startswith("Moment")]
        assert [sheet.title.split()[1] for sheet in moments] == ["M1", "M2", "M3", "M4", "M5"]
        for sheet in moments:
            assert len(_markdown_rows(sheet.text, "Difficulté")) == 3
            assert "Carte de mission" in _handed_out(sheet.text)
        meetings = ["Carte de second rôle" in sheet.text for sheet in moments]
        assert meetings == [True, True, True, False, False]


def test_annexes_to_return_are_blank_and_the_others_are_not(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        returned = {annex.id for annex in paper.subject.annexes if annex.to_return}
        assert returned == {"A6", "A9"}
        for name in returned:
            assert {cell for row in paper.tables[name] for cell in list(row.values())[1:]} == {""}


def test_the_examiner_hears_of_four_events_at_the_times_the_subject_announces(
    papers: dict[Job, Paper],
) -> None:
    for paper in papers.values():
        dossier = _plain(paper.subject.dossiers[1].text)
        titles = [
            _plain(sheet.title) for sheet in paper.subject.sheets if sheet.title.startswith("Événement")
        ]
        for title in titles[:4]:
            hour = re.search(r"\(à (\d h \d\d)\)", title)
            assert hour is not None
            assert hour[1] in dossier


# Belief --------------------------------------------------------------------------------------------------

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def _day(pattern: str, text: str) -> date:
    found = re.search(pattern + rf" (\d+)(?:er)? ({'|'.join(MONTHS)}) (\d{{4}})", _plain(text))
    assert found is not None, (pattern, text)
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))


def test_the_launch_is_a_monday_the_fair_a_tuesday_and_the_fiction_comes_before(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        text = paper.subject.dossiers[0].text
        today = _day("Nous sommes le", text)
        start = _day("commence le" if job[0] == "a" else "ouvre le", text)
        assert start.weekday() == (0 if job[0] == "a" else 1), job
        assert today < start
        assert today.weekday() < 5
        fixed = {(5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
        assert (start.month, start.day) not in fixed


def test_the_reserve_can_pay_what_the_team_lacks(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        if job[0] == "a":
            values = {item.name: Fraction(item.value) for item in paper.subject.expected}
            assert values["cout-externe"] <= values["reserve"], job


def test_the_wording_agrees(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        said = [answer.text for answer in paper.subject.answers] + [
            sheet.text for sheet in paper.subject.sheets
        ]
        said += [line for item in paper.subject.indicators for line in item.items]
        text = _plain("\n".join(said)) + _candidate_text(paper)
        bad = re.findall(r"(?<![\w,−-])[01] (?:semaines|jours|contacts|clients|heures|nouveaux)\b", text)
        assert bad == [], job
        assert re.findall(r"\b(?:de|que) [AEIOUYÉÈ]\w+ [A-ZÉ]\w+", text) == [], job


def _invented(paper: Paper) -> Iterator[str]:
    """Return the names of the agency or the stand builder, and of the action."""
    text = _candidate_text(paper)
    for pattern in (r"\b(?:Studio|Ateliers) [A-Z]\w+", r"\bRencontres [A-Z]\w+"):
        yield from re.findall(pattern, text)


def test_invented_names_belong_to_nobody_known(papers: dict[Job, Paper]) -> None:
    said = {name for paper in papers.values() for name in _invented(paper)}
    assert len(said) >= 3
    assert {name for name in said if not is_free(name)} == set()


def test_the_template_offers_every_sector_of_the_kit() -> None:
    (parameter,) = [item for item in TEMPLATE.parameters if item.name == "sector"]
    assert set(parameter.choices) == set(sectors())
