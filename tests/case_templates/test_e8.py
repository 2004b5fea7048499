"""Épreuve E8: what the candidate can compute, what follows the work and the production fixed by a session.

Every number of the corrigé is computed again from the candidate's papers (CSV annexes, and the specification he
reads), with formulas written here from their definitions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kit.authoring import rules_of
from kit.cases import find_template, load_template
from kit.cases.company import sectors
from kit.documents.check import check
from kit.documents.facts import exam_facts
from kit.documents.key_document import key_document
from kit.documents.subject_document import subject_document
from kit.subjects import Subject
from tests.case_templates.candidate_papers import Rows, subjects, tables_of

TEMPLATE = load_template(find_template("e8-communication-commerciale"))
FORMS = {"a": "examen", "p": "entrainement"}
FIXED = {1: ("individuel", "ecrite"), 2: ("groupe", "multimedia")}
SAMPLE = [
    (form, sector, seed)
    for form in FORMS
    for sector in ("emballage_compostable", "torrefaction_cafe", "tourisme_vert_hebergement")
    for seed in FIXED
]
ALL = [(form, sector, seed) for form in FORMS for sector in sectors() for seed in range(11, 16)]

Answers = dict[str, Fraction]
Job = tuple[str, str, int]


class Paper(NamedTuple):
    """A subject, and what its candidate holds: tables by annex, texts by annex, every word he reads."""

    subject: Subject
    tables: Mapping[str, Rows]
    texts: Mapping[str, str]
    read: str


def _fixed(seed: int) -> dict[str, str]:
    work, production = FIXED[seed] if seed in FIXED else FIXED[1 + seed % 2]
    return {"work": work, "production": production}


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    wanted = {job: {"seed": job[2], "sector": job[1], **_fixed(job[2])} for job in jobs}
    return {job: _paper(subject) for job, subject in subjects(TEMPLATE, FORMS, wanted, folder).items()}


def _paper(subject: Subject) -> Paper:
    candidate = subject.for_candidate()
    texts = {a.id: _plain(a.content.text) for a in candidate.annexes if a.content.type == "text"}
    read = [candidate.context, *texts.values()]
    for dossier in candidate.dossiers:
        read += [dossier.text, *(question.text for question in dossier.questions)]
    return Paper(subject, tables_of(subject), texts, _plain("\n".join(read)))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(SAMPLE, tmp_path_factory.mktemp("e8"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e8-full"))


def _plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def _number(text: str) -> Fraction:
    found = re.search(r"[−-]?\d[\d ]*(?:,\d+)?", _plain(text))
    assert found is not None, text
    return Fraction(found[0].replace(" ", "").replace(",", ".").replace("−", "-"))


def _found(pattern: str, text: str) -> Fraction:
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return _number(found[1])


def _rounded(value: Fraction, places: int) -> Fraction:
    scale = 10**places
    return Fraction((value * scale + Fraction(1, 2)) // 1, scale)


def _total(values: Iterator[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août")


def _day(text: str) -> date:
    found = re.search(r"(\d{1,2})(?:er)? (\w+) (\d{4})", _plain(text))
    assert found is not None, text
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))


def _worked(first: date, last: date) -> list[date]:
    """Return the days from Monday to Friday, both ends included."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


# The campaign -------------------------------------------------------------------------------------------


def _pretest(paper: Paper) -> dict[str, tuple[Fraction, Fraction]]:
    """Return each route's weighted mark, and the lowest share of those who believe it."""
    brief = paper.texts["A4"]
    names = [name for name in paper.tables["A6"][0] if name.endswith("(%)")]
    weights = [_found(rf"{name[:-4].lower()} (\d+) %", brief) for name in names]
    assert sum(weights) == 100
    shares = {
        "Prioritaire": _found(r"public prioritaire (\d+) %", brief),
        "Secondaire": _found(r"secondaire (\d+) %", brief),
    }
    marks: dict[str, Fraction] = {}
    belief: dict[str, Fraction] = {}
    for row in paper.tables["A6"]:
        code = row["Piste"][0]
        values = [_number(row[name]) for name in names]
        mark = _total(w * v for w, v in zip(weights, values, strict=True)) * shares[row["Public"]] / 10_000
        marks[code] = marks.get(code, Fraction(0)) + mark
        belief[code] = min(belief.get(code, Fraction(100)), values[-1])
    return {code: (marks[code], belief[code]) for code in marks}


def _media(paper: Paper) -> Answers:
    brief = paper.texts["A4"]
    universe = _found(r"zone : ([\d ]+) personnes", brief)
    limit = _found(r"diffusion \| ([\d ]+) € HT au plus", brief)
    found: Answers = {}
    offers = []
    for rank, row in enumerate(paper.tables["A8"], start=1):
        cost = _number(row["Coût HT (€)"])
        contacts = _number(row["Personnes touchées"]) * _number(row["Part dans la cible utile (%)"]) / 100
        offers.append((cost, contacts, row["Nature"], row["Support"]))
        found |= {
            f"contacts-{rank}": contacts,
            f"cout-utile-{rank}": cost / contacts,
            f"couverture-{rank}": contacts / universe * 100,
        }
    allowed = sorted(
        (
            three
            for three in combinations(offers, 3)
            if sum(o[0] for o in three) <= limit and any(o[2] in ("Papier", "Rencontre") for o in three)
        ),
        key=lambda three: -sum(o[1] for o in three),
    )
    best = allowed[0]
    assert sum(o[1] for o in best) > sum(o[1] for o in allowed[1])
    untouched = Fraction(1)
    for offer in best:
        untouched *= 1 - offer[1] / universe
    contacts = _total(o[1] for o in best)
    spent = _total(o[0] for o in best)
    assert " + ".join(_plain(o[3]) for o in best) in _answer(paper, "Q5")
    return found | {
        "contacts-choisis": contacts,
        "cout-choisi": spent,
        "reste": limit - spent,
        "couverture-nette": (1 - untouched) * 100,
        "repetition": contacts / (1 - untouched) / universe,
    }


def _film(paper: Paper) -> Answers:
    brief = paper.texts["A4"]
    rate = _found(r"Débit de (\d+) mots", brief)
    logo = _found(r"plan final du logo de (\d+) secondes", brief)
    length = _found(r"Une vidéo de (\d+) secondes", brief)
    assert "une demi-seconde de silence entre deux séquences" in brief
    rows = paper.tables["A9"]
    words = _total(_number(row["Mots"]) for row in rows)
    for row in rows:
        counted = [word for word in _plain(row["Texte dit"]).split(" ") if re.search(r"\w", word)]
        assert len(counted) == _number(row["Mots"])
    silence = Fraction(len(rows) - 1, 2) + logo
    allowed = Fraction((length - silence) * rate // 60)
    return {
        "mots": words,
        "duree": words * 60 / rate + silence,
        "permis": allowed,
        "couper": words - allowed,
    }


class Printed(NamedTuple):
    """The copies to order, what each printer asks for them, and the same at the next threshold of B."""

    copies: Fraction
    quotes: dict[str, Fraction]
    beyond: Fraction


def _printing(paper: Paper) -> Printed:
    brief = paper.texts["A4"]
    useful = _found(r"Dépliant \| ([\d ]+) exemplaires utiles", brief)
    kept = _found(r"plus (\d+) gardés en archive", brief)
    waste = _found(r"de (\d+) % de la quantité commandée", brief)
    copies = Fraction(ceil((useful + kept) / (1 - waste / 100) / 100) * 100)
    top = next(name for name in paper.tables["A10"][0] if name.endswith("ex. et plus (€)"))
    threshold = _number(top.removeprefix("Le mille, "))

    def price(row: dict[str, str], ordered: Fraction) -> Fraction:
        for name in row:
            if found := re.match(r"Le mille, moins de ([\d ]+) ex", _plain(name)):
                fits = ordered < _number(found[1])
            elif found := re.match(r"Le mille, de ([\d ]+) à ([\d ]+) ex", _plain(name)):
                fits = _number(found[1]) <= ordered <= _number(found[2])
            else:
                fits = name == top and ordered >= threshold
            if fits:
                fixed = _number(row["Frais fixes HT (€)"]) + _number(row["Livraison HT (€)"])
                return fixed + _number(row[name]) * ordered / 1000
        raise AssertionError(ordered)

    rows = {row["Imprimeur"]: row for row in paper.tables["A10"]}
    return Printed(
        copies,
        {name: price(row, copies) for name, row in rows.items()},
        price(rows["Imprimeur B"], threshold),
    )


def _printer_kept(paper: Paper, printed: Printed) -> dict[str, str]:
    """Return the cheapest printer the charter and the specification allow for the copies needed."""
    most = _found(r"dispose de (\d+) jours ouvrés", paper.texts["A4"])
    allowed = [
        row
        for row in paper.tables["A10"]
        if row["Papier"].endswith(", certifié") and _number(row["Délai après BAT (jours ouvrés)"]) <= most
    ]
    assert len(allowed) == 2
    return min(allowed, key=lambda row: printed.quotes[row["Imprimeur"]])


def _budget(paper: Paper, printed: Printed, printer: str) -> Answers:
    brief = paper.texts["A4"]
    months, supports = re.search(r"Exploitées (\d+) mois sur (\w+) supports", brief).groups()  # type: ignore[union-attr]
    units = Fraction(int(months), 6) * {"trois": 3}[supports]
    made = rights = Fraction(0)
    for row in paper.tables["A11"]:
        unit = _number(row["Coût unitaire HT (€)"])
        made += unit * (_number(row["Quantité"]) if row["Quantité"] else units)
        rights += Fraction(0) if row["Quantité"] else unit * units
    made += printed.quotes[printer]
    media = _found(r"diffusion \| ([\d ]+) € HT au plus", brief)
    fees = made * _found(r"(\d+) % de la production \(", brief) / 100
    fees += media * _found(r"(\d+) % de l’achat d’espace", brief) / 100
    reserve = (made + media) * _found(r"imprévus : (\d+) %", brief) / 100
    envelope = _found(r"Enveloppe \| ([\d ]+) € HT", brief)
    total = made + media + fees + reserve
    return {
        "droits": rights,
        "production": made,
        "honoraires": fees,
        "provision": reserve,
        "total": total,
        "depassement": total - envelope,
        "depassement-pct": (total - envelope) / envelope * 100,
    }


def _steps(paper: Paper, delay: Fraction) -> Answers:
    brief = paper.texts["A4"]
    lengths = [
        _number(row["Durée (jours ouvrés)"]) if row["Durée (jours ouvrés)"] else delay
        for row in paper.tables["A12"]
    ]
    proof = next(i for i, row in enumerate(paper.tables["A12"]) if "BAT" in row["Étape"])
    launch = _day(brief.partition("Lancement | ")[2])
    start = _day(brief.partition("à partir du ")[2])
    days = _worked(start, launch - timedelta(days=1))
    total, after = sum(lengths, Fraction(0)), sum(lengths[proof + 1 :], Fraction(0))
    signed = days[-int(after) - 1]
    assert f"au plus tard le {signed.day} {MONTHS[signed.month - 1]}" in _answer(paper, "Q10").replace(
        "**", ""
    ).replace("1er", "1")
    return {"duree-etapes": total, "marge-etapes": len(days) - total, "apres-bat": after}


def _campaign(paper: Paper) -> Answers:
    marks = _pretest(paper)
    printed = _printing(paper)
    printer = _printer_kept(paper, printed)
    best = max(marks, key=lambda code: marks[code][0])
    answers = {f"note-{code.lower()}": mark for code, (mark, _) in marks.items()}
    answers |= {"credibilite": marks[best][1], "quantite": printed.copies, "devis-seuil": printed.beyond}
    answers |= {f"devis-{name[-1].lower()}": amount for name, amount in printed.quotes.items()}
    answers |= _budget(paper, printed, printer["Imprimeur"])
    return (
        answers
        | _media(paper)
        | _film(paper)
        | _steps(paper, _number(printer["Délai après BAT (jours ouvrés)"]))
    )


# The event ----------------------------------------------------------------------------------------------


def _first_edition(paper: Paper) -> Answers:
    rows = paper.tables["A5"]
    names = ("Inscrits", "Présents", "Contacts qualifiés", "Coût HT (€)")
    found: Answers = {}
    for rank, row in enumerate(rows, start=1):
        signed, came, good, cost = (_number(row[name]) for name in names)
        found |= {
            f"presence-{rank}": came / signed * 100,
            f"present-{rank}": cost / came,
            f"qualifie-{rank}": cost / good,
        }
    signed, came, good, cost = (_total(_number(row[name]) for row in rows) for name in names)
    more = _found(r"(\d+) % de contacts qualifiés de plus", paper.texts["A4"])
    return found | {
        "presence": came / signed * 100,
        "present": cost / came,
        "qualifie": cost / good,
        "objectif": Fraction(ceil(good * (100 + more) / 100)),
    }


def _names(paper: Paper) -> Answers:
    asked = _found(r"\((\d+) personnes interrogées\)", paper.read)
    found: Answers = {}
    for rank, row in enumerate(paper.tables["A6"], start=1):
        _, recalled, right, _ = row.values()
        found |= {
            f"rappel-{rank}": _number(recalled) / asked * 100,
            f"attribue-{rank}": _number(right) / asked * 100,
        }
    return found


def _invitations(paper: Paper) -> Answers:
    first = _first_edition(paper)
    found: Answers = {}
    for rank, row in enumerate(paper.tables["A7"], start=1):
        addresses, *rates = [_number(cell) for cell in list(row.values())[1:]]
        for rate in rates:
            addresses = addresses * rate / 100
        found[f"inscriptions-{rank}"] = addresses
    signed = sum(found.values(), Fraction(0))
    came = signed * _rounded(first["presence"], 1) / 100
    left = _found(r"Capacité \| (\d+) visiteurs", paper.texts["A4"]) - came
    paid = next(row for row in paper.tables["A5"] if row["Canal d’invitation"].startswith("Publications"))
    rate = _rounded(_number(paid["Présents"]) / _number(paid["Inscrits"]) * 100, 1)
    each = _rounded(_number(paid["Coût HT (€)"]) / _number(paid["Inscrits"]), 2)
    to_win = Fraction(ceil(left * 100 / rate))
    return found | {
        "inscriptions": signed,
        "presents": came,
        "places": left,
        "a-gagner": to_win,
        "cout-inscrit": each,
        "cout-sponsorise": to_win * each,
    }


def _cards(paper: Paper) -> Answers:
    brief = paper.texts["A4"]
    rate = _found(r"rythme de (\d+) mots", brief)
    most = Fraction(_found(r"(\d+) secondes au plus par carte", brief) * rate // 60)
    words = [_number(row["Mots"]) for row in paper.tables["A8"]]
    return {
        "lecture": sum(words, Fraction(0)) * 60 / rate,
        "par-carte": most,
        "trop-longues": Fraction(sum(count > most for count in words)),
        "depasse": _total(max(Fraction(0), count - most) for count in words),
    }


def _event(paper: Paper) -> Answers:
    brief = paper.texts["A4"]
    editions = _found(r"aura lieu (\d+) fois", brief)
    at_once, hired, bought = (
        (_number(row["Coût de départ HT (€)"] or "0"), _number(row["Coût par édition HT (€)"]))
        for row in paper.tables["A9"]
    )
    spent = _total(
        _number(row["Quantité"]) * _number(row["Coût unitaire HT (€)"]) for row in paper.tables["A10"]
    )
    spent += sum(bought)
    fees = spent * _found(r"honoraires \((\d+) % des achats\)", brief) / 100
    reserve = spent * _found(r"provision \((\d+) % des achats\)", brief) / 100
    envelope = _found(r"Enveloppe \| ([\d ]+) € HT", brief)
    total = spent + fees + reserve
    return (
        _first_edition(paper)
        | _names(paper)
        | _invitations(paper)
        | _cards(paper)
        | {
            "signaletique-jetable": at_once[1] * editions,
            "signaletique-location": hired[1] * editions,
            "signaletique-achat": bought[0] + bought[1] * editions,
            "equilibre": Fraction(bought[0] // (hired[1] - bought[1]) + 1),
            "achats": spent,
            "honoraires": fees,
            "provision": reserve,
            "total": total,
            "depassement": total - envelope,
            "depassement-pct": (total - envelope) / envelope * 100,
            "par-visiteur": total / _found(r"Capacité \| (\d+) visiteurs", brief),
        }
    )


def _answer(paper: Paper, question: str) -> str:
    return _plain(next(item.text for item in paper.subject.answers if item.question == question))


def _gaps(job: Job, paper: Paper) -> list[tuple[Any, ...]]:
    """Return what differs between the corrigé and the candidate's own calculations."""
    found = _campaign(paper) if job[0] == "a" else _event(paper)
    names = [item.name for item in paper.subject.expected]
    assert len(names) == len(set(names))
    expected = {item.name: item for item in paper.subject.expected}
    gaps: list[tuple[Any, ...]] = [(name, "one side only") for name in found.keys() ^ expected.keys()]
    for name in found.keys() & expected.keys():
        item = expected[name]
        assert item.plausible is not None, name
        low, high = (Fraction(limit) for limit in item.plausible)
        if abs(found[name] - Fraction(item.value)) > Fraction(item.tolerance) / 10:
            gaps.append((name, float(found[name]), item.value))
        if not low <= Fraction(item.value) <= high:
            gaps.append((name, "implausible", item.value))
    return gaps


@pytest.mark.parametrize("job", SAMPLE)
def test_every_number_of_the_corrige_is_found_again_in_the_candidates_papers(
    papers: dict[Job, Paper], job: Job
) -> None:
    assert _gaps(job, papers[job]) == []


def test_the_comparison_notices_a_figure_that_no_longer_agrees(papers: dict[Job, Paper]) -> None:
    job = SAMPLE[0]
    first, *others = papers[job].tables["A11"]
    changed = [{**first, "Coût unitaire HT (€)": "1"}, *others]
    paper = papers[job]._replace(tables={**papers[job].tables, "A11": changed})
    wrong = {gap[0] for gap in _gaps(job, paper)}
    assert wrong == {"production", "honoraires", "provision", "total", "depassement", "depassement-pct"}


# The traps hold in every variant ------------------------------------------------------------------------


def _loose(job: Job, paper: Paper) -> list[str]:
    """Return the traps of a variant that do not hold."""
    answers = _campaign(paper) if job[0] == "a" else _event(paper)
    if job[0] == "p":
        traps = {
            "buying is cheapest over the editions": answers["signaletique-achat"]
            < answers["signaletique-location"]
            < answers["signaletique-jetable"],
            "the room is not filled by the file": answers["places"] > 3,
            "some cards are too long, not all": 2 <= answers["trop-longues"] <= 5,
            "the budget is exceeded": answers["depassement"] > 0,
            "the best known name is not allowed": _best_name(paper) == "La Journée zéro impact",
        }
    else:
        marks = _pretest(paper)
        first, second, third = sorted(marks.values(), reverse=True)
        traps = {
            "the best mark is not believed": first[1] < 50,
            "the two others are believed": min(second[1], third[1]) >= 50,
            "one route stands out": second[0] - third[0] >= 1,
            "the cheapest printer is not allowed": answers["devis-a"]
            < answers["devis-c"]
            < answers["devis-b"],
            "more copies cost less": answers["devis-seuil"] < answers["devis-c"],
            "the film is too long": answers["couper"] >= 15,
            "the budget is exceeded": answers["depassement"] > 0,
            "there is a leaflet for each person it reaches": _leaflets(paper),
        }
    return [name for name, holds in traps.items() if not holds]


def _leaflets(paper: Paper) -> bool:
    useful = _found(r"Dépliant \| ([\d ]+) exemplaires utiles", paper.texts["A4"])
    (reached,) = [row["Personnes touchées"] for row in paper.tables["A8"] if row["Support"] == "Dépliant"]
    return useful == _number(reached)


def _best_name(paper: Paper) -> str:
    return _plain(max(paper.tables["A6"], key=lambda row: _number(list(row.values())[2]))["Nom testé"])


@pytest.mark.parametrize("job", SAMPLE)
def test_the_traps_of_the_case_hold(papers: dict[Job, Paper], job: Job) -> None:
    assert _loose(job, papers[job]) == []


# Work and production ------------------------------------------------------------------------------------


def test_the_carrier_follows_the_work(papers: dict[Job, Paper]) -> None:
    for (_, _, seed), paper in papers.items():
        carriers = {need.carrier for q in paper.subject.questions for need in q.requirements}
        assert carriers == {"group" if seed == 2 else "candidate"}


def test_the_texts_follow_the_work_and_the_production(papers: dict[Job, Paper]) -> None:
    for (form, _, seed), paper in papers.items():
        file = "MP4 (H.264), 30 secondes au plus" if form == "a" else "PNG, 1 080 × 1 350 pixels, 5 Mo"
        together = (
            "une seule production",
            "désignés par leur numéro de candidat",
            "quatre rôles",
            file,
            "150 Mo au plus",
        )
        alone = ("sa propre production", "aucun fichier n’est accepté", "Seul le sens du dessin compte")
        told, untold = (together, alone) if seed == 2 else (alone, together)
        assert [words for words in told if words not in paper.read] == []
        assert [words for words in untold if words in paper.read] == []


def test_the_declaration_of_originality_is_blank_and_asks_what_the_session_needs(
    papers: dict[Job, Paper],
) -> None:
    for (_, _, seed), paper in papers.items():
        assert [annex.id for annex in paper.subject.annexes if annex.to_return] == ["A3"]
        rows = paper.tables["A3"]
        assert {cell for row in rows for cell in list(row.values())[1:]} == {""}
        asked = " ".join(row["Élément"] for row in rows)
        assert ("Sons et musiques" in asked) is ("chaque membre du groupe" in asked) is (seed == 2)


def test_points_and_criteria_are_the_same_in_every_form(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        points: dict[str, Fraction] = {}
        for question in paper.subject.questions:
            for need in question.requirements:
                points[need.criterion] = points.get(need.criterion, Fraction(0)) + Fraction(need.points)
        assert points == {
            "CE30.1": 21, "CE30.2": 23, "CE30.3": 13, "CE31.1": 18, "CE31.2": 17, "CE31.3": 8,
        }  # fmt: skip


def test_points_of_the_elements_add_up_to_those_of_the_question_and_of_its_criteria(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        answers = {answer.question: answer.text for answer in paper.subject.answers}
        for question in paper.subject.questions:
            if question.id == "Q9":
                assert "Huit défauts" in answers["Q9"]
                assert "un point chacun" in answers["Q9"]
                continue
            wanted = {need.criterion: Fraction(need.points) for need in question.requirements}
            assert _scale(answers[question.id], wanted) == wanted, (job, question.id)


def _scale(text: str, wanted: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return the points by criterion of the table whose header says « Points »."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|") and "| Points |" in line)
    columns = [cell.strip() for cell in lines[start].strip("|").split("|")]
    found: dict[str, Fraction] = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = dict(zip(columns, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        criterion = cells.get("Critère") or next(iter(wanted))
        found[criterion] = found.get(criterion, Fraction(0)) + _number(cells["Points"])
    return found


def test_minutes_advised_leave_time_to_read(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        minutes = sum(question.minutes or 0 for question in paper.subject.questions)
        assert 205 <= minutes <= 225


# What the candidate reads -------------------------------------------------------------------------------


def _leaks(paper: Paper) -> list[str]:
    """Return the amounts of the corrigé that stand in a text or a table of the candidate.

    What is left of the media budget, a small round number, may be some other price by chance.
    """
    candidate = json.dumps(paper.subject.for_candidate().model_dump(mode="json"), ensure_ascii=False)
    known = {_number(found) for found in re.findall(r"\d[\d ]*,\d+|\d[\d ]{2,}\d", _plain(candidate))}
    secret = {
        item.name: _rounded(Fraction(item.value), item.places)
        for item in paper.subject.expected
        if item.unit == "€" and abs(Fraction(item.value)) > 200 and item.name != "reste"
    }
    return [name for name, value in secret.items() if value in known]


def test_no_amount_of_the_corrige_stands_in_the_candidates_papers(papers: dict[Job, Paper]) -> None:
    assert {job: found for job, paper in papers.items() if (found := _leaks(paper))} == {}


def test_a_candidate_never_reads_a_code_of_the_template_nor_the_route_to_choose(
    papers: dict[Job, Paper],
) -> None:
    for job, paper in papers.items():
        assert re.findall(r"\b(?:dossier D|question Q)\d", paper.read) == [], job
        assert "{{" not in paper.read
        assert "Ne pas accepter" not in paper.read
        said = [dossier.text for dossier in paper.subject.dossiers]
        asked = _plain("\n".join([*said, *(question.text for question in paper.subject.questions)]))
        assert re.findall(r"[Pp]iste [ABC]\b", asked) == [], job
        if job[0] == "p":
            names = [_plain(row["Nom testé"]) for row in paper.tables["A6"]]
            assert [name for name in names if name in asked] == [], job


def test_a_practice_asks_nothing_an_exam_asks(papers: dict[Job, Paper]) -> None:
    exam, practice = (papers[form, "torrefaction_cafe", 1].subject for form in FORMS)
    assert {_plain(q.text) for q in exam.questions}.isdisjoint({_plain(q.text) for q in practice.questions})
    shared = {"A1", "A2", "A3"}
    titles = [{a.title for a in subject.annexes if a.id not in shared} for subject in (exam, practice)]
    assert titles[0].isdisjoint(titles[1])


def test_documents_of_candidates_and_markers_can_be_made(papers: dict[Job, Paper]) -> None:
    rules, _ = rules_of(TEMPLATE)
    assert rules is not None
    assert rules.reglement is not None
    facts = exam_facts(rules.referentiel, rules.reglement, "E8", session="S", centre="Centre")
    for job, paper in papers.items():
        assert check(subject_document(paper.subject.for_candidate(), facts)) == [], job
        assert check(key_document(paper.subject.answer_key(), facts, rules.referentiel)) == [], job


def test_the_template_offers_every_sector_of_the_kit() -> None:
    offered = next(p for p in TEMPLATE.parameters if p.name == "sector").choices
    assert set(offered) == set(sectors())


@pytest.mark.full
def test_every_variant_of_every_sector_is_found_again_with_its_traps_and_without_a_leak(
    all_papers: dict[Job, Paper],
) -> None:
    wrong = {
        job: found
        for job, paper in all_papers.items()
        if (found := [*_gaps(job, paper), *_loose(job, paper), *_leaks(paper)])
    }
    assert wrong == {}
