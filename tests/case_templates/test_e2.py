"""Every number of the E2 corrigé, found again from what the candidate is given: CSV annexes and the text.

Each dossier has two exam forms (a and b) and one practice form (p): the calculations of each are written here anew.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.authoring import rules_of
from kit.cases import find_template, load_template, read_pieces, select_forms
from kit.cases.company import sectors
from kit.cases.pieces import Expected
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import Run, execute_many
from kit.subjects import Drawn, Subject, build_subject
from kit.writing import json_text

TEMPLATE = load_template(find_template("e2-recommandations-strategiques"))
CRITERIA = {f"CE{competence}.{rank}" for competence in (4, 6, 7, 8) for rank in (1, 2, 3)}
DOSSIERS = ("D1", "D2", "D3", "D4", "D5")


class Job(NamedTuple):
    """A variant: its seed, its sector, and the form of each dossier, D1 to D5."""

    seed: int
    sector: str
    forms: str

    def drawn(self) -> dict[str, str]:
        return dict(zip(DOSSIERS, self.forms, strict=True))


USUAL = (
    Job(1, "cosmetique_solide", "aaaaa"),
    Job(1, "logiciel_planning_artisans", "bbbbb"),
    Job(1, "mobilier_bureau_reconditionne", "ababa"),
    Job(2, "cosmetique_solide", "babab"),
    Job(2, "logiciel_planning_artisans", "aaaaa"),
    Job(2, "mobilier_bureau_reconditionne", "bbbbb"),
    Job(1, "cosmetique_solide", "ppppp"),
    Job(2, "logiciel_planning_artisans", "ppppp"),
)


def many() -> list[Job]:
    """Return fifty seeds: an exam draw, the opposite one and a practice case each, in sectors that turn."""
    names, jobs = sectors(), []
    for seed in range(11, 61):
        draw = "".join("ab"[seed >> bit & 1] for bit in range(5))
        for shift, forms in enumerate((draw, draw.translate({97: "b", 98: "a"}), "ppppp")):
            jobs.append(Job(seed, names[(seed + 3 * shift) % len(names)], forms))
    return jobs


@dataclass(frozen=True)
class Paper:
    """What a candidate holds: the rows of each CSV annex, the texts, the line under each annex."""

    rows: Mapping[str, list[dict[str, str]]]
    sources: Mapping[str, str]
    questions: Mapping[str, str]
    dossiers: Mapping[str, str]
    texts: Mapping[str, str]
    context: str

    @property
    def firm(self) -> str:
        return found_in(r"\| Dénomination \| (.+?), ", self.context)

    def cells(self, annex: str) -> list[list[str]]:
        """Return the cells of an annex, row by row."""
        return [list(row.values()) for row in self.rows[annex]]

    def keyed(self, annex: str) -> dict[str, list[Fraction]]:
        """Return the numbers of each row, by its first cell."""
        return {
            next(iter(row.values())): [number(cell) for cell in list(row.values())[1:] if is_number(cell)]
            for row in self.rows[annex]
        }


def number(text: str) -> Fraction:
    """Return a number as a spreadsheet in French writes it."""
    return Fraction(re.sub(r"\s", "", text).replace(",", ".").rstrip("%"))


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d\s]+(,\d+)?", text) is not None


def subject_of(executed: Path, job: Job) -> Subject:
    rules, findings = rules_of(TEMPLATE)
    assert rules is not None, findings
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    values = {"seed": job.seed, "sector": job.sector}
    drawn = Drawn("TEST-E2-P1", "principal", 1, job.seed, values, job.drawn())
    return build_subject(located, TEMPLATE.header, rules.epreuve, TEMPLATE.slug, drawn)


def paper_of(subject: Subject) -> Paper:
    given, rows = subject.for_candidate(), {}
    for annex, table in annex_tables(given.annexes):
        rows[annex.id] = list(csv.DictReader(io.StringIO(table_csv(table)), delimiter=";"))
    return Paper(
        rows,
        {annex.id: annex.source for annex in given.annexes},
        {q.id: plain_lines(q.text) for dossier in given.dossiers for q in dossier.questions},
        {dossier.id: plain_lines(dossier.text) for dossier in given.dossiers},
        {a.id: plain_lines(a.content.text) for a in given.annexes if a.content.type == "text"},
        plain_lines(given.context),
    )


def run(folder: Path, jobs: list[Job]) -> dict[Job, Subject]:
    runs = []
    for n, job in enumerate(jobs):
        source = folder / f"{n}.source.ipynb"
        source.write_text(json_text(select_forms(TEMPLATE, job.drawn())), encoding="utf-8")
        values = {"seed": job.seed, "sector": job.sector}
        runs.append(Run(source, folder / f"{n}.ipynb", values, TEMPLATE.path.parent))
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: subject_of(done.output, job) for job, done in zip(jobs, runs, strict=True)}


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Subject]:
    """Return six exam subjects, each form of each dossier at least twice, and two practice ones."""
    return run(tmp_path_factory.mktemp("e2"), list(USUAL))


# The candidate's own calculations ------------------------------------------------------------------------

Answers = dict[str, Fraction]


def growth(first: Fraction, last: Fraction, years: int) -> Fraction:
    """Return the yearly rate in %, the root found by halving: no formula shared with the kit."""
    low, high = Fraction(0), Fraction(4)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**years * first < last else (low, middle)
    return (low - 1) * 100


def found_in(pattern: str, text: str) -> str:
    match = re.search(pattern, re.sub(r"\s", " ", text))
    assert match is not None, (pattern, text)
    return match[1]


def share(part: Fraction | int, whole: Fraction | int) -> Fraction:
    return Fraction(part) / whole * 100


def lines_under(heading: str, text: str) -> list[list[str]]:
    """Return the cells of the first table printed under a heading, without its header."""
    part = text.split(f"### {heading}", 1)[1].split("###", 1)[0]
    rows = [
        [cell.strip() for cell in row.strip(" |").split("|")]
        for row in part.splitlines()
        if row.startswith("|")
    ]
    return rows[2:]


def tracks(paper: Paper) -> dict[str, list[Fraction]]:
    """Return launch, yearly charges and the revenue of three years, by letter (lower case)."""
    rows = lines_under("Le chiffrage sur trois ans", paper.texts["A2"])
    return {row[0][-1].lower(): [number(cell) for cell in row[1:6]] for row in rows}


def margin(paper: Paper) -> Fraction:
    return number(found_in(r"supplémentaire est de (\d+) %", paper.texts["A2"])) / 100


def customers_of(paper: Paper) -> tuple[Fraction, Fraction, Fraction]:
    """Return the customers at the start of the last year, those lost and those won."""
    told = r"nous comptions ([\d ]+) clients actifs. Dans l’année, nous en avons perdu ([\d ]+) et gagné ([\d ]+)\."
    match = re.search(told, plain(paper.texts["A1"]))
    assert match is not None
    return number(match[1]), number(match[2]), number(match[3])


def market(paper: Paper) -> Answers:
    actors = paper.keyed("A3")
    own, total = actors[paper.firm], actors.pop("Total du marché")
    rivals = [amounts for name, amounts in actors.items() if name not in (paper.firm, "Autres acteurs")]
    offer, channels = paper.keyed("A5"), paper.keyed("A6")
    asked = re.findall(r"« (.+?) »", re.sub(r"\s", " ", paper.questions["Q3"]))
    answers = {
        "pdm-debut": share(own[0], total[0]),
        "pdm-fin": share(own[2], total[2]),
        "pmr": own[2] / max(amounts[2] for amounts in rivals),
        "tcam-firme": growth(own[0], own[2], 2),
        "tcam-marche": growth(total[0], total[2], 2),
        "poids-canal": share(channels[asked[2]][2], sum(c[2] for c in channels.values())),
    }
    for product, name in zip(asked[:2], ("phare", "faible"), strict=True):
        price, cost = offer[product]
        answers |= {f"marge-{name}": (price / cost - 1) * 100, f"marque-{name}": (1 - cost / price) * 100}
    return answers


def portfolio(paper: Paper) -> Answers:
    answers: Answers = {}
    for n, (_, own, before, now, _rival, other) in enumerate(paper.cells("A3"), 1):
        answers[f"hausse-{n}"] = (number(now) / number(before) - 1) * 100
        answers[f"relative-{n}"] = number(own) / number(other)
    panel = [[number(cell) for cell in row[1:]] for row in paper.cells("A4")]
    for n in (1, 2, 3):
        answers[f"score-{n}"] = sum(row[0] * row[n] for row in panel) / sum(row[0] for row in panel)
    told = plain(paper.texts["A1"])
    spent = number(found_in(r"nous avons dépensé ([\d ]+) €", told))
    planned = number(found_in(r"en communication, pour ([\d ]+) € prévus", told))
    answers |= {"ecart": spent - planned, "ecart-taux": (spent / planned - 1) * 100}
    campaigns = [[number(cell) for cell in row[2:]] for row in paper.cells("A6")]
    answers |= {f"roas-{n}": revenue / budget for n, (budget, _, revenue) in enumerate(campaigns, 1)}
    budget, results, _ = max(campaigns)
    own, *others = (number(row[1]) for row in lines_under("Prix", paper.texts["A5"]))
    return answers | {"cout-resultat": budget / results, "indice-prix": own / sum(others) * len(others) * 100}


def offer(paper: Paper) -> Answers:
    rows = [
        (name, int(since), phase, number(a), number(b)) for name, _, since, phase, a, b in paper.cells("A3")
    ]
    total, first = sum(row[4] for row in rows), int(found_in(r"lancés en (\d{4})", paper.questions["Q1"]))
    name = found_in(r"chiffre d’affaires de « (.+?) »", paper.questions["Q1"])
    before, after = next((row[3], row[4]) for row in rows if plain(row[0]) == name)
    activities = [[number(cell) for cell in row[1:]] for row in paper.cells("A4")]
    answers = {
        "deux-produits": share(sum(sorted(row[4] for row in rows)[-2:]), total),
        "recents": share(sum(row[4] for row in rows if row[1] >= first), total),
        "murs": share(sum(row[4] for row in rows if row[2] in ("maturité", "déclin")), total),
        "evolution-produit": (after / before - 1) * 100,
        "couts-retard": Fraction(sum(cost for cost, mark, usual in activities if mark < usual)),
    }
    prices = [[number(cell) for cell in row] for row in paper.cells("A5")]
    asked = [number(p) for p in re.findall(r"de ([\d ]+,\d\d) €", plain(paper.questions["Q3"]))[:3]]
    for label, price in zip(("bas", "central", "haut"), asked, strict=True):
        dear = share(sum(row[1] for row in prices if row[0] < price), sum(row[1] for row in prices))
        doubtful = share(sum(row[2] for row in prices if row[0] > price), sum(row[2] for row in prices))
        answers[f"acceptable-{label}"] = 100 - dear - doubtful
    image = [[number(cell) for cell in row[1:]] for row in paper.cells("A6")]
    answers |= {
        f"image-{who}": sum(row[n] for row in image) / len(image)
        for n, who in ((1, "clients"), (2, "autres"))
    }
    return answers


def customers(paper: Paper) -> Answers:
    """Return the answers on segments by label, the others by name."""
    rows = paper.keyed("A7")
    total = sum(amounts[-1] for amounts in rows.values())
    answers: Answers = {}
    for label, (active, orders, revenue) in rows.items():
        answers |= {
            f"Panier moyen, {label}": revenue / orders,
            f"Fréquence annuelle, {label}": orders / active,
            f"Part du CA, {label}": share(revenue, total),
        }
    two = sorted(rows.values(), key=lambda amounts: amounts[-1])[-2:]
    answers["deux-clients"] = share(sum(a[0] for a in two), sum(a[0] for a in rows.values()))
    answers["deux-ca"] = share(sum(a[-1] for a in two), total)
    visits, *others = paper.keyed("A8").values()
    goals = next(row for row in others if len(row) == len(visits))
    for name, goal, seen in zip(("ensemble", "mobile", "ordinateur"), goals, visits, strict=True):
        answers[f"transformation-{name}"] = share(goal, seen)
    years = lines_under("« Recommanderiez-vous notre entreprise ? »", paper.texts["A9"])
    for name, row in (("debut", years[0]), ("fin", years[-1])):
        happy, neutral, unhappy = (number(cell) for cell in row[1:])
        answers[f"nps-{name}"] = share(happy - unhappy, happy + neutral + unhappy)
    return answers


def value(paper: Paper) -> Answers:
    answers: Answers = {}
    for label, (start, lost, won, revenue, rate, spent) in paper.keyed("A7").items():
        answers |= {
            f"Taux d’attrition, {label}": share(lost, start),
            f"Valeur vie client, {label}": revenue * rate / 100 * start / lost,
            f"Coût d’acquisition, {label}": spent / won,
        }
    alone, helped = ([number(row[n]) for row in paper.cells("A8")] for n in (1, 2))
    answers["mixte"] = share(helped[0] + helped[1], sum(alone[:2]) + sum(helped[:2]))
    answers["echange"] = share(sum(helped), sum(alone) + sum(helped))
    stars = {row[0][0]: number(row[1]) for row in lines_under("Avis déposés", paper.texts["A9"])}
    reasons = [number(row[1]) for row in lines_under("Motifs de contact", paper.texts["A9"])]
    answers["avis-negatifs"] = share(stars["1"] + stars["2"], sum(stars.values()))
    return answers | {"motif": share(max(reasons), sum(reasons))}


def loyalty(paper: Paper) -> Answers:
    asked = plain(paper.questions["Q5"])
    near, middle = (number(found_in(rf"{mark} pour moins de (\d+) jours", asked)) for mark in (3, 2))
    often, some = (
        number(found_in(pattern, asked))
        for pattern in (r"3 à partir de (\d+) achats", r"achats, 2 à partir de (\d+),")
    )
    much, fair = (
        number(found_in(pattern, asked))
        for pattern in (r"3 à partir de ([\d ]+) €", r"€, 2 à partir de ([\d ]+) €")
    )
    marks = []
    for _, _, days, times, amount in paper.cells("A7"):
        d, t, a = number(days), number(times), number(amount)
        recent = 3 if d < near else 2 if d < middle else 1
        marks.append(
            (recent, 3 if t >= often else 2 if t >= some else 1, 3 if a >= much else 2 if a >= fair else 1, a)
        )
    good = [mark for mark in marks if sum(mark[:3]) >= 7]
    visits = {name: (number(seen), number(done)) for name, seen, done in paper.cells("A8")}
    rates = {name: share(done, seen) for name, (seen, done) in visits.items()}
    first = max(visits, key=lambda name: visits[name][0])
    question = found_in(r"à la question « (.+?) », calculez", paper.questions["Q6"])
    counts = sorted(number(row[1]) for row in lines_under(question, plain_lines(paper.texts["A9"])))
    return {
        "fideles": Fraction(len(good)),
        "part-fideles": share(sum(mark[3] for mark in good), sum(mark[3] for mark in marks)),
        "endormis": Fraction(sum(mark[0] == 1 and mark[1] + mark[2] >= 4 for mark in marks)),
        "source-premiere": rates[first],
        "source-meilleure": max(rates.values()),
        "source-moins-bonne": min(rates.values()),
        "poids-source": share(visits[first][0], sum(seen for seen, _ in visits.values())),
        "deux-reponses": share(sum(counts[-2:]), sum(counts)),
    }


def three_years(paper: Paper) -> Answers:
    """Return what each track costs and earns over three years, and how safe it is."""
    rate, answers = margin(paper), {}
    for letter, (launch, yearly, *revenues) in tracks(paper).items():
        cost, revenue = launch + 3 * yearly, sum(revenues)
        net = revenue * rate - cost
        answers |= {
            f"ca-{letter}": revenue,
            f"marge-{letter}": revenue * rate,
            f"cout-{letter}": cost,
            f"resultat-{letter}": net,
            f"roi-{letter}": net / cost * 100,
            f"seuil-{letter}": cost / rate,
            f"indice-{letter}": (1 - cost / rate / revenue) * 100,
            f"prudent-{letter}": net - revenue * rate / 5,
        }
    return answers


def some_of(names: tuple[str, ...]) -> Callable[[Paper], Answers]:
    return lambda paper: {n: v for n, v in three_years(paper).items() if n.split("-")[0] in names}


def treasury(paper: Paper) -> Answers:
    rate, answers, rows = margin(paper), {}, paper.cells("A10")
    for (letter, (launch, yearly, first, *_)), paid, received in zip(
        tracks(paper).items(), rows[::2], rows[1::2], strict=True
    ):
        balance, balances = Fraction(0), []
        for out, into in zip(paid[1:], received[1:], strict=True):
            balance += (first * number(into) * rate - launch * number(out)) / 100 - yearly / 4
            balances.append(balance)
        answers |= {f"cumul-{letter}-{n}": b for n, b in enumerate(balances, 1)}
        answers[f"besoin-{letter}"] = -min(balances)
    return answers


def make_or_share(paper: Paper) -> Answers:
    (alone, yearly, variable) = ([number(cell) for cell in row[1:]] for row in paper.cells("A10"))
    costs = [alone[n] + 3 * yearly[n] for n in (0, 1)]
    rates = [1 - variable[n] / 100 for n in (0, 1)]
    answers = {"indifference": (costs[0] - costs[1]) / (rates[0] - rates[1])}
    for case, amount in re.findall(r"(basse|centrale|haute), ([\d ]+) €", plain(paper.sources["A10"])):
        for n, code in enumerate(("propre", "partage")):
            answers[f"resultat-{code}-{case}"] = number(amount) * rates[n] - costs[n]
    return answers


def uncertain(paper: Paper) -> Answers:
    chances, *rows = ([number(cell) / 100 for cell in row[1:]] for row in paper.cells("A11"))
    rate, answers = margin(paper), {}
    for (letter, (launch, yearly, *revenues)), row in zip(tracks(paper).items(), rows, strict=True):
        nets = [sum(revenues) * rate * part - launch - 3 * yearly for part in row]
        answers |= {
            f"{n}-{letter}": net for n, net in zip(("defavorable", "central", "favorable"), nets, strict=True)
        }
        answers[f"esperance-{letter}"] = sum(net * chance for net, chance in zip(nets, chances, strict=True))
    return answers


def weighted(paper: Paper) -> Answers:
    rows = [[number(cell) for cell in row[1:]] for row in paper.cells("A11")]
    return {
        f"{who}-{letter}": sum(row[weight] * row[2 + n] for row in rows) / 100
        for weight, who in enumerate(("marketing", "gestion"))
        for n, letter in enumerate("abc")
    }


def ambition(paper: Paper) -> Answers:
    own = paper.cells("A12")[0]
    target = number(found_in(r"de ([\d ]+) k€ en", paper.dossiers["D5"]))
    missing = target - number(own[-1])
    covered = {f"couverture-{x}": share(amounts[-1], missing * 1000) for x, amounts in tracks(paper).items()}
    return covered | {"supplement": missing, "tcam-vise": growth(number(own[-1]), target, 3)}


def year_to_come(paper: Paper) -> Answers:
    quarters = [[number(cell) for cell in row[1:]] for row in paper.cells("A12")]
    last, every = sum(row[-1] for row in quarters), sum(sum(row) for row in quarters)
    step = number(found_in(r"un palier de ([\d ]+) k€", paper.questions["Q12"]))
    more = number(found_in(r"avec (\d+) % de clients de plus", paper.questions["Q12"]))
    start, lost, won = customers_of(paper)
    answers = {f"trimestre-{n}": step * sum(row) / every for n, row in enumerate(quarters, 1)}
    needed = (start - lost + won) * (more / 100 + lost / start)
    return answers | {"hausse": (step / last - 1) * 100, "a-gagner": needed}


def levers(paper: Paper) -> Answers:
    label = found_in(r"Pour le segment « (.+?) »", paper.questions["Q12"])
    clients, orders, basket = next(v for name, v in paper.keyed("A12").items() if plain(name) == label)
    rates = [number(r) for r in re.findall(r"(\d+) % d", plain(paper.questions["Q12"]))[:3]]
    assert len(rates) == 3
    factor = (1 + rates[0] / 100) * (1 + rates[1] / 100) * (1 + rates[2] / 100)
    now = clients * orders * basket / 1000
    return {"ca-segment": now, "ca-leviers": now * factor, "hausse-leviers": (factor - 1) * 100}


CALCULATIONS: Mapping[str, Callable[[Paper], Answers]] = {
    "D1a": market, "D1b": portfolio, "D1p": offer,
    "D2a": customers, "D2b": value, "D2p": loyalty,
    "D3a": some_of(("ca", "marge", "cout", "resultat", "roi")), "D3b": treasury, "D3p": make_or_share,
    "D4a": some_of(("seuil", "indice", "prudent")), "D4b": uncertain, "D4p": weighted,
    "D5a": ambition, "D5b": year_to_come, "D5p": levers,
}  # fmt: skip
BY_LABEL = ("panier-", "frequence-", "poids-", "attrition-", "vie-", "acquisition-")


def name_of(expected: Expected) -> str:
    """Return what an expected answer is called here: segments by their label, others by their name."""
    alone = expected.name in ("poids-canal", "poids-source")
    return plain(expected.label) if expected.name.startswith(BY_LABEL) and not alone else expected.name


def gaps(job: Job, subject: Subject) -> Iterator[tuple[Any, ...]]:
    """Yield what differs between the corrigé and the candidate's own calculations."""
    paper, answers = paper_of(subject), {}
    for dossier, form in job.drawn().items():
        found = CALCULATIONS[dossier + form](paper)
        assert not answers.keys() & found.keys(), (job, answers.keys() & found.keys())
        answers |= {plain(name): value for name, value in found.items()}
    asked = {name_of(item): item for item in subject.expected}
    yield from ((name, "only on one side") for name in sorted(asked.keys() ^ answers.keys()))
    for name in asked.keys() & answers.keys():
        gap = abs(Fraction(asked[name].value) - answers[name])
        # The corrigé is exact, and so is this calculation: the tolerance is left whole to the candidate.
        if gap > Fraction(1, 10**6):
            yield name, asked[name].value, float(answers[name])


# Tests ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_corrige_is_found_again_from_the_candidate_s_annexes(
    drawn: dict[Job, Subject],
) -> None:
    assert {job: list(gaps(job, subject)) for job, subject in drawn.items()} == {job: [] for job in drawn}


def test_each_dossier_has_two_exam_forms_and_one_of_its_own_for_practice() -> None:
    values = {"seed": 1, "sector": "velo_cargo"}
    assert TEMPLATE.forms("examen", values) == {dossier: ["a", "b"] for dossier in DOSSIERS}
    assert TEMPLATE.forms("entrainement", values) == {dossier: ["p"] for dossier in DOSSIERS}


def test_the_tests_calculate_every_form_there_is(drawn: dict[Job, Subject]) -> None:
    assert {d + f for job in drawn for d, f in job.drawn().items()} == set(CALCULATIONS)


def weights(subject: Subject) -> dict[str, dict[str, Fraction]]:
    """Return the points each dossier gives to each criterion."""
    found: dict[str, dict[str, Fraction]] = {}
    for dossier in subject.dossiers:
        points = found.setdefault(dossier.id, {})
        for item in (item for question in dossier.questions for item in question.requirements):
            points[item.criterion] = points.get(item.criterion, Fraction(0)) + number(item.points)
    return found


def test_every_form_gives_the_same_points_to_the_same_criteria(drawn: dict[Job, Subject]) -> None:
    first = weights(drawn[USUAL[0]])
    assert {code for points in first.values() for code in points} == CRITERIA
    assert {job: weights(subject) for job, subject in drawn.items()} == dict.fromkeys(drawn, first)
    for subject in drawn.values():
        assert subject.for_candidate().points == TEMPLATE.header.points == "100"


def own_annexes(subject: Subject) -> set[str]:
    """Return the titles of the annexes of the dossiers: the two first are the firm's, whatever the forms."""
    return {re.sub(r"\d{4}", "", annex.title) for annex in subject.annexes if annex.id not in ("A1", "A2")}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", plain(text).lower()))


def test_two_forms_ask_another_task_on_other_annexes(drawn: dict[Job, Subject]) -> None:
    """Between subjects of one form alone, no annex is shared beyond the firm's, and no question is reworded."""
    alone = {job.forms[0]: drawn[job] for job in drawn if len(set(job.forms)) == 1}
    assert set(alone) == {"a", "b", "p"}
    for one, other in combinations(alone.values(), 2):
        assert not own_annexes(one) & own_annexes(other)
        asked = [
            [words_of(q.text) for d in subject.dossiers for q in d.questions] for subject in (one, other)
        ]
        for mine, theirs in zip(*asked, strict=True):
            assert len(mine & theirs) / len(mine | theirs) < 0.4, (mine, theirs)


def test_the_annexes_of_every_draw_are_numbered_without_a_gap(drawn: dict[Job, Subject]) -> None:
    for job, subject in drawn.items():
        assert [annex.id for annex in subject.annexes] == [f"A{n}" for n in range(1, 13)], job


def test_no_amount_of_the_corrige_can_be_read_in_the_candidate_s_papers(drawn: dict[Job, Subject]) -> None:
    """Amounts of five digits or more: shorter numbers may meet another by chance."""
    for job, subject in drawn.items():
        paper = paper_of(subject)
        words = " ".join(
            [*paper.texts.values(), *paper.questions.values(), *paper.dossiers.values(), paper.context]
        )
        printed = {number(n) for n in re.findall(r"\d{1,3}(?: \d{3})+", plain(words))}
        printed |= {
            number(cell)
            for annex in paper.rows
            for row in paper.cells(annex)
            for cell in row
            if is_number(cell)
        }
        answers = {
            e.name: Fraction(e.value)
            for e in subject.expected
            if e.unit == "€" and abs(Fraction(e.value)) >= 10_000
        }
        assert {name: value for name, value in answers.items() if value in printed} == {}, job


def test_the_questions_leave_time_to_read(drawn: dict[Job, Subject]) -> None:
    for subject in drawn.values():
        minutes = [q.minutes for dossier in subject.dossiers for q in dossier.questions]
        assert None not in minutes
        assert 210 <= sum(m or 0 for m in minutes) <= 225


def test_the_points_of_each_answer_add_up_to_those_of_its_question(drawn: dict[Job, Subject]) -> None:
    """Where the corrigé has a table of points, it shares out all the points of the question."""
    for subject in drawn.values():
        points = {q.id: number(q.points) for dossier in subject.dossiers for q in dossier.questions}
        shared = {answer.question: points_shared(answer.text) for answer in subject.answers}
        assert {q: total for q, total in shared.items() if total is not None} == {
            q: points[q] for q, total in shared.items() if total is not None
        }
        assert sum(total is not None for total in shared.values()) >= 11


def points_shared(text: str) -> Fraction | None:
    """Return the sum of the column « Points » of a corrigé, or None when it has none."""
    tables = re.split(r"\n\s*\n", text)
    table = next((t for t in tables if re.match(r"\|[^\n]*\| Points \|", t)), None)
    if table is None:
        return None
    return sum((number(row.split("|")[-2]) for row in table.splitlines()[2:]), Fraction(0))


def paid_and_in_time(subject: Subject) -> list[str]:
    """Return the tracks that the limits of the project allow and that earn more than they cost."""
    paper = paper_of(subject)
    words = plain(paper.texts["A2"])
    limit = number(found_in(r"ne peut pas dépasser ([\d ]+) €", words))
    delays = dict(
        re.findall(r"Piste ([ABC]) :.*?mise en œuvre, périodes fermées comprises : (\d+) mois", words)
    )
    answers = three_years(paper)
    return [
        letter
        for letter, (launch, *_) in tracks(paper).items()
        if launch <= limit and int(delays[letter.upper()]) <= 12 and answers[f"resultat-{letter}"] > 0
    ]


def test_at_least_one_track_is_affordable_in_time_and_profitable_but_never_all_three(
    drawn: dict[Job, Subject],
) -> None:
    for name, subject in drawn.items():
        assert 1 <= len(paid_and_in_time(subject)) <= 2, name


MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
MONTH = "|".join(MONTHS)
DAY = rf"(\d+)(?:er)? ({MONTH}) (\d{{4}})"


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def day(found: tuple[str, ...]) -> date:
    return date(int(found[2]), MONTHS.index(found[1]) + 1, int(found[0]))


def annex_text(subject: Subject, annex: str) -> str:
    return next(a.content.text for a in subject.annexes if a.id == annex)  # type: ignore[union-attr]


def corrige(subject: Subject, question: str) -> str:
    return next(answer.text for answer in subject.answers if answer.question == question)


def closed_days(subject: Subject) -> set[tuple[int, int]]:
    """Return the days of the year, (month, day), that the interviews say are closed to anything new."""
    closed: set[tuple[int, int]] = set()
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    for line in re.findall(r"^- (.+)$", plain_lines(annex_text(subject, "A1")), re.MULTILINE):
        # Works hold back only what is built; events are dates to know, not closed periods.
        if line.startswith("aucun travail bruyant") or "salon" in line or "contrats" in line:
            continue
        for first, first_month, last, last_month in re.findall(
            rf"du (\d+)(?:er)?(?: ({MONTH}))? au (\d+) ({MONTH})", line
        ):
            start = (MONTHS.index(first_month or last_month) + 1, int(first))
            end = (MONTHS.index(last_month) + 1, int(last))
            here = [(d.month, d.day) for d in year]
            closed |= {d for d in here if (start <= d <= end if start <= end else d >= start or d <= end)}
        for first_month, last_month in re.findall(rf"(?:de |d’)({MONTH}) à ({MONTH})", line):
            if "rien de nouveau" in line:
                span = range(MONTHS.index(first_month) + 1, MONTHS.index(last_month) + 2)
                closed |= {(d.month, d.day) for d in year if d.month in span}
        for named in re.findall(rf"\ben ({MONTH})(?: et ({MONTH}))?", line):
            months = {MONTHS.index(month) + 1 for month in named if month}
            closed |= {(d.month, d.day) for d in year if d.month in months}
    return closed


def plain_lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.splitlines())


def stretches(cell: str) -> list[tuple[date, date]]:
    """Return the first and last days of « Du 1er avril au 15 mai 2026, puis du … »."""
    found = []
    for first, month, year, *end in re.findall(
        rf"du (\d+)(?:er)?(?: ({MONTH}))?(?: (\d{{4}}))? au {DAY}", cell.lower()
    ):
        last = day(tuple(end))
        start = date(int(year or last.year), MONTHS.index(month) + 1 if month else last.month, int(first))
        found.append((start, last))
    return found


FORM_B_PLAN = (
    r"\*\*Planning possible de la piste [ABC]\*\* : préparation, (.+?) ; lancement progressif, (.+?)"
    r" ; généralisation, (.+?)\. Périodes"
)
PHASES = ("Cadrage et préparation", "Lancement progressif", "Généralisation")


def chosen_plan(subject: Subject) -> dict[str, list[tuple[date, date]]]:
    """Return the phases of the track the corrigé supports, as forms a and b of dossier 3 print them."""
    text = plain_lines(corrige(subject, "Q9"))
    told = re.search(FORM_B_PLAN, text)
    if told is not None:
        return {phase: stretches(period) for phase, period in zip(PHASES, told.groups(), strict=True)}
    rows = re.findall(r"^\| (Du [^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    return {phase: stretches(period) for period, phase in rows}


def exams(drawn: dict[Job, Subject], dossier: str = "D3", forms: str = "ab") -> dict[Job, Subject]:
    return {job: subject for job, subject in drawn.items() if job.drawn()[dossier] in forms}


def deployed_in_a_closed_period(subject: Subject) -> list[date]:
    """Return the days on which the corrigé launches or deploys while the annexes say nothing may start."""
    closed, plan = closed_days(subject), chosen_plan(subject)
    assert closed
    assert set(plan) >= set(PHASES)
    return [
        first + timedelta(days=n)
        for phase in ("Lancement progressif", "Généralisation")
        for first, last in plan[phase]
        for n in range((last - first).days + 1)
        if ((first + timedelta(days=n)).month, (first + timedelta(days=n)).day) in closed
    ]


def launch_of(subject: Subject) -> date:
    return day(re.findall(rf"prévu le {DAY}", plain(annex_text(subject, "A2")))[0])


def test_the_corrige_deploys_nothing_in_a_period_the_annexes_close(drawn: dict[Job, Subject]) -> None:
    assert {n: days for n, s in exams(drawn).items() if (days := deployed_in_a_closed_period(s))} == {}


def test_the_planning_of_the_corrige_starts_at_the_launch_and_lasts_what_the_note_says(
    drawn: dict[Job, Subject],
) -> None:
    for job, subject in exams(drawn).items():
        plan, launch = chosen_plan(subject), launch_of(subject)
        letter = found_in(r"Planning possible de la piste ([ABC])", corrige(subject, "Q9"))
        told = int(found_in(rf"Piste {letter} :.*?comprises : (\d+) mois", annex_text(subject, "A2")))
        end = plan["Généralisation"][-1][1] + timedelta(days=1)
        months = 12 * (end.year - launch.year) + end.month - launch.month + (end.day > 1)
        assert plan["Cadrage et préparation"][0][0] == launch, job
        assert months == told <= 12, job
        if "Suivi" in plan:
            assert plan["Suivi"][-1][1] == date(launch.year + 1, 12, 31), job


def test_the_mission_ends_at_the_committee_and_the_launch_comes_after_it(drawn: dict[Job, Subject]) -> None:
    for name, subject in drawn.items():
        context = plain(subject.context)
        today = day(re.findall(rf"Nous sommes le {DAY}", context)[0])
        committee = day(re.findall(rf"pour six semaines, jusqu’au comité stratégique du {DAY}", context)[0])
        assert timedelta(weeks=5) <= committee - today <= timedelta(weeks=6), name
        assert committee.weekday() == 3, "a Thursday: never a French public holiday between January and April"
        assert committee + timedelta(days=7) <= launch_of(subject), name
        assert launch_of(subject).day == 1, name


SIDES = (
    r"^- \*\*(\w+)\*\*\. Spécificité : (.+?)\. Limite : (.+?)\. Chiffres",
    r"^- \*\*(\w+)\*\*\. .*?Spécificité possible : (.+?)\. Limite possible : (.+?)\.$",
    r"^- \*\*(\w+)\*\*\. Sert le positionnement : (.+?)\. Le contredit ou l’affaiblit : (.+?)\.$",
)


def test_each_variable_of_the_mix_has_in_the_corrige_what_the_interviews_say(
    drawn: dict[Job, Subject],
) -> None:
    for job, subject in drawn.items():
        said = {
            line.lower()
            for line in re.findall(r"^- (.+)$", plain_lines(annex_text(subject, "A1")), re.MULTILINE)
        }
        sides = SIDES["abp".index(job.forms[0])]
        found = re.findall(sides, plain_lines(corrige(subject, "Q3")), re.MULTILINE)
        variables = [variable for variable, *_ in found]
        assert variables == ["Produit", "Prix", "Distribution", "Communication"], job
        for _, *texts in found:
            assert all(text.lower() in said for side in texts for text in side.split(" ; ")), job


def annexes_cited(text: str) -> set[int]:
    """Return the numbers of the annexes a text names, ranges spelled out."""
    cited: set[int] = set()
    for first, last in re.findall(r"\bA(\d+)(?: à A(\d+))?", plain(text)):
        cited |= set(range(int(first), int(last or first) + 1))
    return cited


def test_the_corrige_rests_on_the_annexes_the_question_names(drawn: dict[Job, Subject]) -> None:
    for name, subject in drawn.items():
        for dossier in subject.dossiers:
            for question in dossier.questions:
                allowed = annexes_cited(question.text) or annexes_cited(dossier.text)
                beyond = annexes_cited(corrige(subject, question.id)) - allowed
                assert not beyond, (name, question.id, sorted(beyond))


def test_calculators_follow_the_rule_of_written_exams() -> None:
    assert "Calculatrice autorisée (mode examen ou type collège)." in TEMPLATE.header.documents


@pytest.mark.full
def test_fifty_seeds_hold_in_every_sector_and_every_mix_of_forms(tmp_path: Path) -> None:
    subjects = run(tmp_path, many())
    assert {job: found for job, s in subjects.items() if (found := list(gaps(job, s)))} == {}
    assert [job for job, subject in subjects.items() if not 1 <= len(paid_and_in_time(subject)) <= 2] == []
    plans = exams(subjects)
    assert {job: days for job, s in plans.items() if (days := deployed_in_a_closed_period(s))} == {}
