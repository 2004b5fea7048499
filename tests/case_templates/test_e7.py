"""Épreuve E7: what the candidate can compute, what he must not read, and how hard every variant is.

Every number of the corrigé is computed again from the candidate's papers (CSV annexes, and the texts he reads),
with formulas written here from their definitions. The limits of the negotiation are read in the examiner's
sheets, so that the difficulty is measured on what two people would really play.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kit.authoring import rules_of
from kit.cases import find_template, load_template
from kit.cases.company import sectors
from kit.cases.company.names import is_free
from kit.documents.check import check
from kit.documents.facts import exam_facts
from kit.documents.key_document import key_document
from kit.documents.markdown import blocks
from kit.documents.model import Block, Document, Table, all_blocks
from kit.documents.subject_document import subject_document
from kit.subjects import Subject
from tests.case_templates.candidate_papers import Rows, subjects, tables_of

TEMPLATE = load_template(find_template("e7-negociation-commerciale"))
FORMS = {"a": "examen", "p": "entrainement"}
SAMPLE = [
    (form, sector, seed)
    for form in FORMS
    for sector in ("emballage_compostable", "torrefaction_cafe", "tourisme_vert_hebergement")
    for seed in (1, 2)
]
ALL = [(form, sector, seed) for form in FORMS for sector in sectors() for seed in range(11, 17)]

Answers = dict[str, Fraction]
Job = tuple[str, str, int]


class Paper(NamedTuple):
    """A subject, and what its candidate holds: tables by annex, texts by annex."""

    subject: Subject
    tables: Mapping[str, Rows]
    texts: Mapping[str, str]


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    wanted = {job: {"seed": job[2], "sector": job[1]} for job in jobs}
    return {job: _paper(subject) for job, subject in subjects(TEMPLATE, FORMS, wanted, folder).items()}


def _paper(subject: Subject) -> Paper:
    candidate = subject.for_candidate()
    texts = {a.id: _plain(a.content.text) for a in candidate.annexes if a.content.type == "text"}
    return Paper(subject, tables_of(subject), texts)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(SAMPLE, tmp_path_factory.mktemp("e7"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e7-full"))


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


def _cent(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def _share(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole * 100


# The candidate's own calculations -----------------------------------------------------------------------


class Rules(NamedTuple):
    """The seller's rules, as annex A3 prints them."""

    minimum: Fraction
    free: Fraction
    ceiling: Fraction
    interest: Fraction


def _rules(paper: Paper) -> Rules:
    rules = {row["Règle"]: row["Valeur"] for row in paper.tables["A3"]}

    def value(start: str) -> Fraction:
        return next(_number(text) for rule, text in rules.items() if rule.startswith(start))

    return Rules(
        value("Taux de marque minimal"), value("Remise commerciale que le vendeur"), value("Plafond"),
        value("Coût de financement"),
    )  # fmt: skip


def _volume_discount(paper: Paper, gross: Fraction) -> Fraction:
    for row in paper.tables["A3"]:
        between = re.search(
            r"^Remise sur quantité, de ([\d ]+) € à moins de ([\d ]+) €", _plain(row["Règle"])
        )
        if between and _number(between[1]) <= gross < _number(between[2]):
            return _number(row["Valeur"])
    raise AssertionError(gross)


def _catalogue(paper: Paper) -> dict[str, tuple[int, Fraction, Fraction]]:
    costs = {row["Référence"]: _number(row["Coût de revient unitaire HT (€)"]) for row in paper.tables["A2"]}
    return {
        row["Désignation"]: (
            int(row["Vendu par"]),
            _number(row["Prix unitaire HT (€)"]),
            costs[row["Référence"]],
        )
        for row in paper.tables["A1"]
    }


def _vat(paper: Paper) -> Fraction:
    (rate,) = {_number(row["TVA"]) for row in paper.tables["A1"]}
    return rate / 100


def _first_order(paper: Paper) -> Answers:
    rules, vat, catalogue = _rules(paper), _vat(paper), _catalogue(paper)
    budget = _found(r"Notre enveloppe est de ([\d ]+) € HT", paper.texts["A5"])
    passages = _found(r"Nous souhaitons (\d+) ", paper.texts["A5"])
    port = _number(paper.tables["A8"][0]["Prix HT (€)"])
    gross = cost = Fraction(0)
    rounded = []
    for row in paper.tables["A6"]:
        lot, price, unit = catalogue[row["Besoin"]]
        quantity = ceil(_number(row["Quantité nécessaire"]) / lot) * lot
        gross, cost = gross + quantity * price, cost + quantity * unit
        rounded += [Fraction(quantity)] if lot > 1 else []
    discount = _cent(gross * _volume_discount(paper, gross) / 100)
    net = gross - discount
    standard = net + passages * port

    def after(rate: Fraction) -> Fraction:
        return _cent(net * (100 - rate) / 100)

    total_a, total_b = (after(rules.free) + n * port for n in (passages, passages / 2))
    low = after(rules.ceiling)
    delay = (low + passages / 2 * port) * (1 + vat) * rules.interest / 100 * 30 / 360
    floor = cost / (1 - rules.minimum / 100)
    shown, same = _rival_of_the_order(paper, passages / 2)
    return {
        "quantite-1": rounded[0],
        "quantite-2": rounded[1],
        "brut": gross,
        "remise-quantite": discount,
        "net": net,
        "standard": standard,
        "tva": standard * vat,
        "ttc": standard * (1 + vat),
        "depassement": standard - budget,
        "depassement-pct": _share(standard - budget, budget),
        "cout": cost,
        "marge": net - cost,
        "marque": _share(net - cost, net),
        "taux-marge": _share(net - cost, cost),
        "plancher": floor,
        "remise-max": (1 - floor / net) * 100,
        "marque-plafond": _share(low - cost, low),
        "cout-delai": delay,
        "marque-cumul": _share(low - cost - delay, low),
        "total-a": total_a,
        "total-b": total_b,
        "remise-necessaire": (1 - (budget - passages * port) / net) * 100,
        "concurrent-comparable": same,
        "ecart-affiche": _share(shown - standard, standard),
        "ecart-comparable": _share(same - total_b, total_b),
    }


def _rival_of_the_order(paper: Paper, passages: Fraction) -> tuple[Fraction, Fraction]:
    """Return the rival's quote as shown, and for the same goods, passages and complement."""
    rows = paper.tables["A9"]
    shown = sum(
        _number(row["Montant HT (€)"]) for row in rows if row["Quantité"] and row["Poste"] != "Total HT"
    )
    (total,) = (_number(row["Montant HT (€)"]) for row in rows if row["Poste"] == "Total HT")
    assert shown == total
    passage, complement = (
        _found(rf"{words} ([\d ]+) €" if words else r"; ([\d ]+) € HT par", _plain(row["Mention"]))
        for row in rows
        for words in (["sur demande,"] if "sur demande" in row["Mention"] else [""])
        if "supplémentaire" in row["Mention"] or "sur demande" in row["Mention"]
    )
    units = _number(paper.tables["A6"][-1]["Quantité nécessaire"])
    return total, total + (passages - 1) * passage + units * complement


def _renewal(paper: Paper) -> Answers:
    rules, vat, catalogue = _rules(paper), _vat(paper), _catalogue(paper)
    rows = paper.tables["A5"]
    prices = [_number(row["Prix de l’accord HT (€)"]) for row in rows]
    costs = [catalogue[row["Désignation"]][2] for row in rows]
    before, last, next_year = ([_number(list(row.values())[i]) for row in rows] for i in (2, 3, 4))

    def times(quantities: list[Fraction], amounts: list[Fraction]) -> Fraction:
        return sum((q * a for q, a in zip(quantities, amounts, strict=True)), start=Fraction(0))

    sales0, sales1, sales2 = (times(quantities, prices) for quantities in (before, last, next_year))
    rebate = sales1 * _rebate(paper.texts["A9"], sales1) / 100
    kept = 1 - _rebate(paper.texts["A9"], sales2) / 100
    net1, cost1 = sales1 - rebate, times(last, costs)
    rise = sum(
        (
            _number(row["Part dans le coût (%)"]) * _number(row["Évolution prévue (%)"]) / 100
            for row in paper.tables["A6"]
        ),
        start=Fraction(0),
    )
    cost2 = times(next_year, costs)
    dear = cost2 * (1 + rise / 100)
    budget = _found(r"notre budget est de ([\d ]+) € HT", paper.texts["A8"])
    total_a, total_b = sales2 * (1 + rise / 100), sales2 * (1 + rise / 100 * 9 / 12)
    shown, same = _rival_of_the_contract(paper)
    return {
        "ca-avant": sales0,
        "ca-dernier": sales1,
        "evolution": _share(sales1 - sales0, sales0),
        "remise-annuelle": rebate,
        "ca-net": net1,
        "marge": net1 - cost1,
        "marque": _share(net1 - cost1, net1),
        "taux-marge": _share(net1 - cost1, cost1),
        "hausse-couts": rise,
        "cout-hausse": dear,
        "ca-constant": sales2,
        "marque-sans-hausse": _share(sales2 * kept - dear, sales2 * kept),
        "hausse-minimale": (dear / (1 - rules.minimum / 100) / kept / sales2 - 1) * 100,
        "hausse-compensation": _share(dear - cost2, sales2),
        "total-a": total_a,
        "depassement": total_a - budget,
        "depassement-pct": _share(total_a - budget, budget),
        "total-b": total_b,
        "total-b-ttc": total_b * (1 + vat),
        "hausse-budget": (budget / sales2 - 1) * 100,
        "marque-b": _share(total_b * kept - dear, total_b * kept),
        "cout-delai": total_b * (1 + vat) * rules.interest / 100 * 15 / 360,
        "concurrent-comparable": same,
        "ecart-affiche": _share(shown - sales2, sales2),
        "ecart-comparable": _share(same - total_b * kept, total_b * kept),
    }


def _rebate(agreement: str, sales: Fraction) -> Fraction:
    for rate, low, high in re.findall(r"(\d) % de ([\d ]+) € à moins de ([\d ]+) €", agreement):
        if _number(low) <= sales < _number(high):
            return Fraction(rate)
    raise AssertionError(sales)


def _rival_of_the_contract(paper: Paper) -> tuple[Fraction, Fraction]:
    rows = {row["Poste"]: row for row in paper.tables["A11"]}
    total = _number(rows["Total HT sur douze mois"]["Montant HT (€)"])
    fees = _number(rows["Frais de référencement et d’essais"]["Montant HT (€)"])
    return total, total + fees + 12 * _number(rows["Acheminement"]["Prix unitaire HT (€)"])


def _gaps(job: Job, paper: Paper) -> list[tuple[Any, ...]]:
    """Return what differs between the corrigé and the candidate's own calculations."""
    found = _first_order(paper) if job[0] == "a" else _renewal(paper)
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


# Equal difficulty ---------------------------------------------------------------------------------------

EQUAL = {
    "a": {
        "budget exceeded on normal terms": (4.4, 5.2),
        "from the normal terms to the zone": (5.5, 6.5),
        "from the reference proposal to the zone": (0.7, 1.6),
        "width of the zone": (2.4, 3.5),
        "margin left at the buyer's limit": (2.0, 2.9),
        "calculations asked": (25, 25),
        "objections": (6, 6),
        "hidden constraints": (4, 4),
        "lots to round": (2, 2),
    },
    "p": {
        "budget exceeded on normal terms": (0.6, 1.4),
        "from the normal terms to the zone": (1.7, 2.6),
        "from the reference proposal to the zone": (0.5, 1.3),
        "width of the zone": (1.2, 2.3),
        "margin left at the buyer's limit": (0.8, 1.7),
        "calculations asked": (25, 25),
        "objections": (6, 6),
        "hidden constraints": (4, 4),
        "lots to round": (0, 0),
    },
}
"""In % of the amount left, but the margin, in points, and the counts."""


def _sheet(subject: Subject, title: str) -> str:
    return next(sheet.text for sheet in subject.sheets if sheet.title.startswith(title))


def _rows(sheet: str, header: str) -> list[list[str]]:
    """Return the rows of the table of a sheet whose first header is `header`."""
    lines = sheet.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {header}"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _marks(subject: Subject) -> dict[str, Fraction]:
    rows = _rows(_sheet(subject, "Repères chiffrés"), "Repère")
    return {_plain(row[0]): _number(row[1]) for row in rows}


def _mark(subject: Subject, start: str) -> Fraction:
    return next(value for name, value in _marks(subject).items() if name.startswith(start))


def _difficulty(job: Job, paper: Paper) -> dict[str, Fraction]:
    """Return how hard a variant is, measured on the examiner's sheet and the candidate's papers."""
    subject, exam = paper.subject, job[0] == "a"
    opening = _mark(subject, "Conditions normales" if exam else "Hausse entière")
    reference = _mark(subject, "Proposition (b)" if exam else "Solution (b)")
    budget, limit = _mark(subject, "Budget écrit"), _mark(subject, "Point de rupture")
    seller = _mark(subject, "Limite du vendeur")
    role = _sheet(subject, "Fiche de rôle de l’examinateur")
    return {
        "budget exceeded on normal terms": _share(opening - budget, budget),
        "from the normal terms to the zone": _share(opening - limit, opening),
        "from the reference proposal to the zone": _share(reference - limit, reference),
        "width of the zone": _share(limit - seller, limit),
        "margin left at the buyer's limit": _margin_left(paper, limit, exam),
        "calculations asked": Fraction(len(subject.expected)),
        "objections": Fraction(len(_rows(role, "N°"))),
        "hidden constraints": Fraction(len(_rows(role, "Contrainte cachée"))),
        "lots to round": Fraction(sum(item.name.startswith("quantite") for item in subject.expected)),
    }


def _margin_left(paper: Paper, limit: Fraction, exam: bool) -> Fraction:
    """Return the points of markup left above the seller's minimum when the buyer pays his limit."""
    if exam:
        passages = _found(r"Nous souhaitons (\d+) ", paper.texts["A5"])
        net = limit - passages / 2 * _number(paper.tables["A8"][0]["Prix HT (€)"])
        cost = _first_order(paper)["cout"]
    else:
        net = limit * (1 - _rebate(paper.texts["A9"], limit) / 100)
        cost = _renewal(paper)["cout-hausse"]
    return _share(net - cost, net) - _rules(paper).minimum


def _unequal(job: Job, paper: Paper) -> list[tuple[str, float]]:
    measured = _difficulty(job, paper)
    assert measured.keys() == EQUAL[job[0]].keys()
    return [
        (name, float(value))
        for name, value in measured.items()
        if not EQUAL[job[0]][name][0] <= value <= EQUAL[job[0]][name][1]
    ]


@pytest.mark.parametrize("job", SAMPLE)
def test_every_variant_is_as_hard_as_the_others(papers: dict[Job, Paper], job: Job) -> None:
    assert _unequal(job, papers[job]) == []


def test_concessions_add_up_to_a_breach_only_when_all_are_granted(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        if job[0] == "a":
            answers, minimum = _first_order(paper), _rules(paper).minimum
            assert answers["marque-plafond"] > minimum > answers["marque-cumul"], job
        else:
            assert _renewal(paper)["marque-sans-hausse"] < _rules(paper).minimum < _renewal(paper)["marque-b"]


def test_a_proposal_within_the_budget_exists_and_the_normal_terms_are_none(papers: dict[Job, Paper]) -> None:
    for job, paper in papers.items():
        answers = _first_order(paper) if job[0] == "a" else _renewal(paper)
        budget = _mark(paper.subject, "Budget écrit")
        assert answers["total-b"] <= budget < answers["total-a"], job


# What the candidate must not read -----------------------------------------------------------------------


def _candidate_text(paper: Paper) -> str:
    return _plain(json.dumps(paper.subject.for_candidate().model_dump(mode="json"), ensure_ascii=False))


def _secrets(subject: Subject) -> Iterator[str]:
    """Yield what only the examiner knows: hidden constraints, exchanges, spoken objections, walk-away point."""
    role = _plain_lines(_sheet(subject, "Fiche de rôle de l’examinateur"))
    for constraint, *_ in _rows(role, "Contrainte cachée"):
        yield constraint.partition(" : ")[2]
    for given, against in _rows(role, "Vous accordez"):
        yield against if len(against) > len(given) else given
    for row in _rows(role, "N°"):
        yield row[2].strip("« .»")
        yield row[4]
    convinced = re.search(r"\*\*Ce qui vous convainc\*\* : (.+)\.", role)
    assert convinced is not None
    yield convinced[1]
    yield from ("Point de rupture", "point de rupture", "Zone d’accord", "zone d’accord")


def _plain_lines(text: str) -> str:
    return "\n".join(_plain(line) for line in text.splitlines())


def _amounts(text: str) -> set[Fraction]:
    """Return every amount written in euros in a text."""
    return {_number(found) for found in re.findall(r"(\d[\d ]*(?:,\d+)?) €", text)}


def _leaks(paper: Paper) -> list[str]:
    text = _candidate_text(paper)
    cells = {
        _number(cell)
        for rows in paper.tables.values()
        for row in rows
        for cell in row.values()
        if re.fullmatch(r"\d+,\d{2}", cell or "")
    }
    known = _amounts(text) | cells
    limits = ("Point de rupture", "Limite du vendeur", "Zone d’accord")
    amounts = {start: _mark(paper.subject, start) for start in limits} | {
        item.name: Fraction(item.value) for item in paper.subject.expected if item.unit == "€"
    }
    return [
        *(secret for secret in _secrets(paper.subject) if secret.lower() in text.lower()),
        *(f"{name}: {float(amount)}" for name, amount in amounts.items() if _cent(amount) in known),
    ]


@pytest.mark.parametrize("job", SAMPLE)
def test_no_answer_and_nothing_the_buyer_hides_stands_in_the_candidates_papers(
    papers: dict[Job, Paper], job: Job
) -> None:
    assert _leaks(papers[job]) == []


def test_the_search_for_leaks_finds_one_when_there_is_one(papers: dict[Job, Paper]) -> None:
    paper = papers[SAMPLE[0]]
    secret = next(_secrets(paper.subject))
    (brief,) = paper.subject.oral_briefs
    leaking = paper.subject.model_copy(update={"oral_briefs": (brief.model_copy(update={"text": secret}),)})
    assert _leaks(paper._replace(subject=leaking)) == [secret]


def test_the_sheet_to_return_is_blank(papers: dict[Job, Paper]) -> None:
    for (form, *_), paper in papers.items():
        blank = {"a": "A10", "p": "A12"}[form]
        assert [annex.id for annex in paper.subject.annexes if annex.to_return] == [blank]
        assert {cell for row in paper.tables[blank] for cell in list(row.values())[1:]} == {""}


# What two people need to sit the épreuve ----------------------------------------------------------------


def test_the_candidate_and_the_examiner_each_have_their_sheets(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        sheets = {(sheet.audience, _plain(sheet.title).partition(" :")[0]) for sheet in paper.subject.sheets}
        assert sheets == {
            ("candidat", "Fiche de rôle du candidat"),
            ("correcteur", "Équivalence des variantes"),
            ("examinateur", "Conduite de l’entretien"),
            ("examinateur", "Relevé de l’entretien"),
            ("examinateur", "Fiche de rôle de l’examinateur"),
            ("examinateur", "Repères chiffrés de l’examinateur"),
        }


def test_every_observation_has_signs_at_every_level_of_the_reglement(papers: dict[Job, Paper]) -> None:
    rules, _ = rules_of(TEMPLATE)
    assert rules is not None
    assert rules.reglement is not None
    levels = {level.id for level in rules.reglement.scale.levels}
    for paper in papers.values():
        for name in ("O1", "O2", "O3"):
            signs = [item for item in paper.subject.indicators if item.question == name]
            assert {item.level for item in signs} == levels
            assert all(len(item.items) >= 2 for item in signs)


def test_points_are_sixty_for_the_proposal_and_forty_for_the_interview_in_both_forms(
    papers: dict[Job, Paper],
) -> None:
    for paper in papers.values():
        points: dict[tuple[str, str, str], Fraction] = {}
        for question in paper.subject.questions:
            for need in question.requirements:
                key = (need.criterion, need.part, need.carrier)
                points[key] = points.get(key, Fraction(0)) + Fraction(need.points)
        assert points == {
            ("CE29.1", "proposition", "candidate"): 34,
            ("CE29.2", "proposition", "candidate"): 26,
            ("CE29.3", "entretien", "candidate"): 40,
        }


def test_points_of_the_elements_add_up_to_the_points_of_the_question(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        asked = {question.id: Fraction(question.points) for question in paper.subject.questions}
        found = {
            answer.question: sum(map(_number, _scale(answer.text)))
            for answer in paper.subject.answers
            if answer.question.startswith("Q")
        }
        assert found == {name: points for name, points in asked.items() if name.startswith("Q")}


def _scale(text: str) -> list[str]:
    """Return the points of the last table whose header says « Points »."""
    header = next(line for line in text.splitlines()[::-1] if line.startswith("|") and "| Points |" in line)
    column = header.strip("|").split("|").index(" Points ")
    return [row[column] for row in _rows(text, header.split("|")[1].strip() + " |")]


def test_minutes_advised_leave_time_to_read(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        minutes = sum(question.minutes or 0 for question in paper.subject.questions)
        assert minutes == 140
        assert minutes + 10 + 30 == TEMPLATE.header.duration


def test_documents_of_candidates_markers_and_examiners_can_be_made(papers: dict[Job, Paper]) -> None:
    rules, _ = rules_of(TEMPLATE)
    assert rules is not None
    assert rules.reglement is not None
    facts = exam_facts(rules.referentiel, rules.reglement, "E7", session="S", centre="Centre")
    for job, paper in papers.items():
        subject = paper.subject
        assert check(subject_document(subject.for_candidate(), facts)) == [], job
        assert check(key_document(subject.answer_key(), facts, rules.referentiel)) == [], job
        for sheet in subject.sheets:
            body: tuple[Block, ...] = blocks(sheet.text, base_level=1)
            document = Document(title=sheet.title, subject=sheet.title, language="fr", code="E7", body=body)
            assert check(document) == [], (job, sheet.title)
            assert any(isinstance(block, Table) for block in all_blocks(document))


def test_names_of_clients_keep_away_from_known_brands(papers: dict[Job, Paper]) -> None:
    for paper in papers.values():
        role = _plain(_sheet(paper.subject, "Fiche de rôle de l’examinateur"))
        client = re.search(r"\. ([^.]+?) (?:n’a jamais acheté|achète) à ", role)
        assert client is not None, role[:300]
        assert is_free(client[1])


def test_a_practice_asks_nothing_an_exam_asks(papers: dict[Job, Paper]) -> None:
    exam, practice = (papers[form, "torrefaction_cafe", 1].subject for form in FORMS)
    asked = {_plain(q.text) for q in exam.questions if not q.observed}
    assert asked.isdisjoint({_plain(q.text) for q in practice.questions if not q.observed})
    shared = {"A1", "A2", "A3", "A4"}
    titles = {a.title for a in exam.annexes if a.id not in shared}
    assert titles.isdisjoint(
        {a.title for a in practice.annexes if a.id not in shared} - {"Fiche de l’interlocuteur"}
    )
    assert exam.answers[0].text != practice.answers[0].text


def test_the_template_offers_every_sector_of_the_kit() -> None:
    offered = next(p for p in TEMPLATE.parameters if p.name == "sector").choices
    assert set(offered) == set(sectors())


@pytest.mark.full
def test_every_variant_of_every_sector_is_found_again_as_hard_and_without_a_leak(
    all_papers: dict[Job, Paper],
) -> None:
    wrong = {
        job: found
        for job, paper in all_papers.items()
        if (found := [*_gaps(job, paper), *_unequal(job, paper), *_leaks(paper)])
    }
    assert wrong == {}
