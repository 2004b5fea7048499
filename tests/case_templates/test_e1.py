"""Every number of the E1 corrigé, found again from what the candidates are given: CSV annexes and the text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.authoring import rules_of
from kit.cases import draw_forms, find_template, load_template, read_pieces, select_forms
from kit.cases.company import sectors
from kit.cases.pieces import TextContent
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import Run, execute_many
from kit.subjects import CandidateSubject, Drawn, Subject, build_subject

TEMPLATE = find_template("e1-etude-de-marche")
POOLS = ("examen", "entrainement")
SEEDS = (1, 2)
SECTORS = ("hygiene_professionnelle", "torrefaction_cafe", "velo_cargo")
ALL_SEEDS = tuple(range(11, 18))
GROUP = {"CE1.1", "CE1.2", "CE2.1", "CE2.2", "CE2.3", "CE5.1", "CE5.2"}
ALONE = {"CE3.1", "CE3.2", "CE3.3", "CE5.3"}
SESSIONS = (("Q1", "Q2", "Q3"), ("Q4", "Q5"), ("Q6", "Q7"), ("Q8",))
HALF_DAY, ALONE_MINUTES = 210, 120


@dataclass(frozen=True)
class Paper:
    """What a candidate holds: the rows of each CSV annex, the texts, the line under each annex."""

    rows: Mapping[str, list[list[str]]]
    heads: Mapping[str, list[str]]
    sources: Mapping[str, str]
    texts: Mapping[str, str]

    def numbers(self, annex: str) -> list[list[Fraction]]:
        """Return the numbers of each row, without its first cell."""
        return [[number(cell) for cell in row[1:] if is_number(cell)] for row in self.rows[annex]]

    def named(self, annex: str) -> dict[str, list[Fraction]]:
        """Return the numbers of each row, by its first cell."""
        return dict(zip((row[0] for row in self.rows[annex]), self.numbers(annex), strict=True))

    @property
    def firm(self) -> str:
        """The firm, as the market's table names it."""
        return found_in(r"^CA (.+) \(k€ HT\)$", self.heads["A1"][-1])


def number(text: str) -> Fraction:
    """Return a number as a spreadsheet in French writes it."""
    return Fraction(re.sub(r"\s", "", text).replace(",", ".").replace("−", "-").rstrip("%"))


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d\s]+(,\d+)?", text) is not None


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def found_in(pattern: str, text: str) -> str:
    match = re.search(pattern, plain(text))
    assert match is not None, (pattern, text)
    return match[1]


def subject_of(executed: Path, forms: Mapping[str, str]) -> Subject:
    template = load_template(TEMPLATE)
    rules, findings = rules_of(template)
    assert rules is not None, findings
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    return build_subject(
        located,
        template.header,
        rules.epreuve,
        template.slug,
        Drawn("TEST-E1-P1", "principal", 1, 1, {}, forms),
    )


def paper_of(subject: CandidateSubject) -> Paper:
    rows, heads = {}, {}
    for annex, table in annex_tables(subject.annexes):
        heads[annex.id], *rows[annex.id] = list(csv.reader(io.StringIO(table_csv(table)), delimiter=";"))
    texts = {q.id: q.text for dossier in subject.dossiers for q in dossier.questions}
    texts |= {dossier.id: dossier.text for dossier in subject.dossiers}
    texts |= {a.id: a.content.text for a in subject.annexes if isinstance(a.content, TextContent)}
    return Paper(rows, heads, {annex.id: annex.source for annex in subject.annexes}, texts)


def prepared(folder: Path, pool: str, more: str = "") -> tuple[Path, dict[str, str]]:
    """Return the notebook of a pool, `more` added after the cell that holds the market's data."""
    template = load_template(TEMPLATE)
    forms = draw_forms(template, pool, 1)
    notebook = select_forms(template, forms)
    for cell in notebook["cells"]:
        if cell["id"] == "donnees":
            cell["source"] = "".join(cell["source"]) + "\n" + more
    path = folder / f"{pool}.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path, forms


def run(
    folder: Path, names: tuple[str, ...], seeds: tuple[int, ...], more: str = ""
) -> dict[tuple[str, str, int], Subject]:
    """Return the subjects by pool, sector and seed."""
    cases = {pool: prepared(folder, pool, more) for pool in POOLS}
    keys = list(product(POOLS, names, seeds))
    runs = [
        Run(
            cases[pool][0],
            folder / f"{pool}-{sector}-{seed}.ipynb",
            {"sector": sector, "seed": seed},
            TEMPLATE.parent,
        )
        for pool, sector, seed in keys
    ]
    subjects = {}
    for key, result in zip(keys, execute_many(runs, jobs=2), strict=True):
        assert result.ok, (key, result.failure or result.error)
        assert result.output is not None
        subjects[key] = subject_of(result.output, cases[key[0]][1])
    return subjects


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, int], Subject]:
    """Return twelve subjects: two seeds in three sectors, for the exam and for practice."""
    return run(tmp_path_factory.mktemp("e1"), SECTORS, SEEDS)


# The candidates' own calculations ------------------------------------------------------------------------


def share(part: Fraction, whole: Fraction) -> Fraction:
    return 100 * part / whole


def root(value: Fraction) -> Fraction:
    return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def numbered(name: str, values: list[Fraction]) -> dict[str, Fraction]:
    return {f"{name}-{rank}": value for rank, value in enumerate(values, 1)}


def watch_tools(paper: Paper) -> dict[str, Fraction]:
    hour = number(found_in(r"charges comprises : (\d+) €", paper.sources["A4"]))
    costs, units = [], []
    for yearly, _received, useful, hours in paper.numbers("A4"):
        costs.append(yearly + 12 * hours * hour)
        units.append(costs[-1] / (12 * useful))
    return numbered("cout-outil", costs) | numbered("cout-utile", units)


def sources(paper: Paper) -> dict[str, Fraction]:
    total = paper.numbers("A1")[-1][0]
    press = number(found_in(r"Le marché pèse ([\d,]+) M€ en \d{4}, toutes taxes", paper.texts["A3"]))
    vat = number(found_in(r"Taux de TVA applicable : ([\d,]+) %", paper.texts["A3"]))
    blog = number(found_in(r"Le marché dépasse ([\d,]+) M€", paper.texts["A3"]))
    without_tax = 1000 * press / (1 + vat / 100)
    return {
        "presse-ht": without_tax,
        "ecart-s3": share(without_tax - total, total),
        "ecart-s4": share(1000 * blog - total, total),
    }


def market(paper: Paper) -> dict[str, Fraction]:
    years = paper.numbers("A1")
    (first, volume, _), (last, last_volume, _) = years[0], years[-1]
    families = [share(now - before, before) for before, now, _ in paper.numbers("A6")]
    return {
        "tcam-valeur": 100 * (root(last / first) - 1),
        "tcam-volume": 100 * (root(last_volume / volume) - 1),
        "prix-debut": 1000 * first / volume,
        "prix-fin": 1000 * last / last_volume,
        **numbered("famille", families),
    }


def studies(paper: Paper) -> dict[str, Fraction]:
    margin = number(found_in(r"marge d’erreur de ([\d,]+) points", paper.texts["Q5"])) / 100
    exact = Fraction(196, 100) ** 2 / 4 / margin**2
    answers = {"effectif": Fraction(-(-exact.numerator // exact.denominator))}
    for row in paper.rows["A7"]:
        people, price = number(row[3]), number(row[4])
        answers[f"cout-{row[0].lower()}"] = price / people
        if row[1] == "Quantitative":
            answers[f"marge-{row[0].lower()}"] = 196 * root(Fraction(1, 4) / people)
        if row[0] == "F":
            rate = number(found_in(r"taux de réponse attendu : (\d+) %", paper.sources["A7"]))
            answers["courriels"] = people / rate * 100
    return answers


def survey(paper: Paper) -> dict[str, Fraction]:
    said = plain(paper.sources["A8"])
    price = number(found_in(r"prix de ([\d ]+) € HT", said))
    times = number(found_in(r"€ HT, (\d+) ", said))
    sure, likely = re.findall(r"(\d+) % des choix", said)
    answers: dict[str, Fraction] = {}
    people = yes = demand = Fraction(0)
    table = []
    for rank, (asked, certain, probable, little, no, clients) in enumerate(paper.numbers("A8"), 1):
        assert certain + probable + little + no == asked
        adopted = (int(sure) * certain + int(likely) * probable) / 100 / asked
        answers[f"intention-{rank}"] = share(certain + probable, asked)
        answers[f"adoption-{rank}"] = 100 * adopted
        answers[f"demande-{rank}"] = clients * adopted * times * price / 1000
        people, yes = people + asked, yes + certain + probable
        demand += answers[f"demande-{rank}"]
        table.append((certain + probable, little + no))
    rate = yes / people
    columns = (yes, people - yes)
    squares = [
        (seen - sum(line) * column / people) ** 2 / (sum(line) * column / people)
        for line in table
        for seen, column in zip(line, columns, strict=True)
    ]
    return answers | {
        "intention-ensemble": 100 * rate,
        "marge-enquete": 196 * root(rate * (1 - rate) / people),
        "khi-deux": sum(squares, Fraction(0)),
        "demande-ensemble": demand,
        "part-demande": share(demand, paper.numbers("A1")[-1][0]),
    }


def rivals(paper: Paper) -> dict[str, Fraction]:
    actors = paper.named("A10")
    total = actors.pop("Total du marché")
    actors.pop("Autres acteurs")
    shares = {name: share(k[-1], total[-1]) for name, k in actors.items()}
    largest = sorted(shares.values(), reverse=True)
    best = max(value for name, value in shares.items() if name != paper.firm)
    prices = {name: sum(row) for name, row in paper.named("A12").items()}
    return {
        **numbered("pdm", list(shares.values())),
        "pmr": shares[paper.firm] / best,
        "cr4": sum(largest[:4], Fraction(0)),
        "hhi": sum((value**2 for value in largest), Fraction(0)),
        **numbered("evolution", [shares[name] - share(k[0], total[0]) for name, k in actors.items()]),
        **numbered(
            "indice", [share(p, prices[paper.firm]) for name, p in prices.items() if name != paper.firm]
        ),
    }


def image(paper: Paper) -> dict[str, Fraction]:
    rows = paper.numbers("A15")
    weight = sum(row[0] for row in rows)
    scores = [sum(row[0] * row[column] for row in rows) / weight for column in range(1, len(rows[0]))]
    return numbered("image", scores) | numbered("ecart", [row[1] - max(row[2:]) for row in rows])


def audit(paper: Paper) -> dict[str, Fraction]:
    rows = paper.numbers("A3")
    received, useful, _, quoted, _ = (sum(column) for column in zip(*rows, strict=True))
    searches = paper.numbers("A5")
    before, now = (sum(column) for column in zip(*searches, strict=True))
    return {
        **numbered("utilite", [share(row[1], row[0]) for row in rows]),
        **numbered("exploitation", [share(row[3], row[1]) for row in rows]),
        "utilite-ensemble": share(useful, received),
        "exploitation-ensemble": share(quoted, useful),
        **numbered("requete", [share(b - a, a) for a, b in searches]),
        "requetes-total": share(now - before, before),
    }


def segments(paper: Paper) -> dict[str, Fraction]:
    rows = paper.numbers("A7")
    demands = [clients * times * amount / 1000 for clients, times, amount, _ in rows]
    own = [row[3] for row in rows]
    return {
        **numbered("demande", demands),
        **numbered("emprise", [share(k, demand) for k, demand in zip(own, demands, strict=True)]),
        "demande-totale": sum(demands, Fraction(0)),
        "emprise-totale": share(sum(own, Fraction(0)), sum(demands, Fraction(0))),
    }


def trade_show(paper: Paper) -> dict[str, Fraction]:
    rows = paper.numbers("A6")
    people = sum(row[1] for row in rows)
    assert sum(row[0] for row in rows) == 100
    return {
        **numbered("quota", [row[0] * people / 100 for row in rows]),
        **numbered("interet", [share(row[2], row[1]) for row in rows]),
        "taux-brut": share(sum((row[2] for row in rows), Fraction(0)), people),
        "taux-redresse": sum((row[0] * row[2] / row[1] for row in rows), Fraction(0)),
    }


def pages(paper: Paper) -> dict[str, Fraction]:
    rows = paper.numbers("A8")
    (n1, _, d1, _), (n2, _, d2, _) = rows
    both = (d1 + d2) / (n1 + n2)
    return {
        **numbered("clic", [share(row[1], row[0]) for row in rows]),
        **numbered("demande-page", [share(row[2], row[0]) for row in rows]),
        **numbered("cout-page", [row[3] / row[2] for row in rows]),
        "ecart-pages": share(d2, n2) - share(d1, n1),
        "z": (d2 / n2 - d1 / n1) / root(both * (1 - both) * (1 / n1 + 1 / n2)),
    }


def voices(paper: Paper) -> dict[str, Fraction]:
    families = paper.numbers("A10")
    rows = paper.numbers("A12")
    sales, spent = sum(row[1] for row in rows), sum(row[3] for row in rows)
    return {
        **numbered("pdm-famille", [share(own, whole) for whole, own, _ in families]),
        **numbered("pdm-rival", [share(rival, whole) for whole, _, rival in families]),
        **numbered("pmr-famille", [own / rival for _, own, rival in families]),
        **numbered("voix", [share(row[3], spent) for row in rows]),
        **numbered("poids", [share(row[1], sales) for row in rows]),
        **numbered("pression", [row[3] / spent * sales / row[1] for row in rows]),
        **numbered("evolution-ca", [share(row[1] - row[0], row[0]) for row in rows]),
    }


def satisfaction(paper: Paper) -> dict[str, Fraction]:
    rates = [share(sum(row[1:3], Fraction(0)), sum(row[1:5], Fraction(0))) for row in paper.numbers("A15")]
    return numbered("satisfaction", rates) | {"satisfaction-moyenne": sum(rates, Fraction(0)) / len(rates)}


CALCULATIONS = {
    "examen": (watch_tools, sources, market, studies, survey, rivals, image),
    "entrainement": (audit, segments, trade_show, pages, voices, satisfaction),
}


def gaps(pool: str, subject: Subject) -> Iterator[tuple[Any, ...]]:
    """Yield what differs between the corrigé and the candidates' own calculations."""
    paper = paper_of(subject.for_candidate())
    answers: dict[str, Fraction] = {}
    for calculation in CALCULATIONS[pool]:
        answers |= calculation(paper)
    asked = {item.name: item for item in subject.expected}
    assert len(asked) == len(subject.expected)
    yield from ((name, "only on one side") for name in sorted(asked.keys() ^ answers.keys()))
    for name in asked.keys() & answers.keys():
        # The corrigé is exact, and so is this calculation: the tolerance is left whole to the candidates.
        if abs(Fraction(asked[name].value) - answers[name]) > Fraction(1, 10**6):
            yield name, asked[name].value, float(answers[name])


def all_gaps(subjects: Mapping[tuple[str, str, int], Subject]) -> dict[Any, list[Any]]:
    return {key: found for key, subject in subjects.items() if (found := list(gaps(key[0], subject)))}


# What the cases promise ----------------------------------------------------------------------------------


def studies_budget(subject: Subject) -> Fraction:
    said = next(dossier.text for dossier in subject.dossiers if dossier.id == "D2")
    return number(found_in(r"budget d’études est de ([\d ]+) € HT", said))


def feasible_studies(subject: Subject) -> set[tuple[str, str]]:
    """Return the pairs of studies that fit money, time, precision and the market, one after the other."""
    paper = paper_of(subject.for_candidate())
    said = plain(paper.texts["D2"])
    budget = studies_budget(subject)
    weeks = number(found_in(r"au plus tard (\d+) semaines après", said))
    needed = studies(paper)["effectif"]
    pairs = set()
    for first, second in product(paper.rows["A7"], repeat=2):
        if (first[1], second[1]) != ("Qualitative", "Quantitative") or "aux clients" in second[2]:
            continue
        fits = (
            number(first[4]) + number(second[4]) <= budget and number(first[5]) + number(second[5]) <= weeks
        )
        if fits and number(second[3]) >= needed:
            pairs.add((first[0], second[0]))
    return pairs


def affordable_watch(subject: Subject) -> tuple[Fraction, Fraction, Fraction]:
    """Return the cost of the cheapest tool of each axis, the budget, and the cost of all tools."""
    paper = paper_of(subject.for_candidate())
    budget = number(found_in(r"dispose de ([\d ]+) € par an", paper.texts["D1"]))
    costs = [value for name, value in watch_tools(paper).items() if name.startswith("cout-outil")]
    axes: dict[str, list[Fraction]] = {}
    for row, cost in zip(paper.rows["A4"], costs, strict=True):
        axes.setdefault(row[1], []).append(cost)
    assert len(axes) == 3
    return sum((min(found) for found in axes.values()), Fraction(0)), budget, sum(costs, Fraction(0))


def wrong_promises(subjects: Mapping[tuple[str, str, int], Subject]) -> dict[Any, Any]:
    """Return the exam subjects whose corrigé recommends what the figures do not allow."""
    wrong: dict[Any, Any] = {}
    for key, subject in subjects.items():
        if key[0] != "examen":
            continue
        least, budget, everything = affordable_watch(subject)
        if feasible_studies(subject) != {("B", "C")}:
            wrong[key] = feasible_studies(subject)
        if not least < budget < everything:
            wrong[key] = (least, budget, everything)
        face_to_face = next(row for row in paper_of(subject.for_candidate()).rows["A7"] if row[0] == "E")
        if number(face_to_face[4]) <= studies_budget(subject):
            wrong[key] = face_to_face
        advised = number(found_in(r"total ([\d ]+) €, sous le plafond", corrige(subject, "Q1")))
        if advised > budget:
            wrong[key] = (advised, budget)
    return wrong


def corrige(subject: Subject, question: str) -> str:
    return next(answer.text for answer in subject.answers if answer.question == question)


def points_shared(text: str) -> Fraction | None:
    """Return the sum of the column « Points » of a corrigé, or None when it has none."""
    tables = re.split(r"\n\s*\n", text)
    table = next((t for t in tables if re.match(r"\|[^\n]*\| Points \|", t)), None)
    if table is None:
        return None
    return sum((number(row.split("|")[-2]) for row in table.splitlines()[2:]), Fraction(0))


def annexes_cited(text: str) -> set[int]:
    """Return the numbers of the annexes a text names, ranges spelled out."""
    cited: set[int] = set()
    for first, last in re.findall(r"\bA(\d+)(?: à A(\d+))?", plain(text)):
        cited |= set(range(int(first), int(last or first) + 1))
    return cited


def candidate_text(subject: Subject) -> str:
    return plain(subject.for_candidate().model_dump_json())


def kept_from_candidates(subject: Subject) -> Iterator[str]:
    """Yield the paragraphs of the corrigé and of the sheets for markers and examiners."""
    texts = [
        *(item.text for item in (*subject.answers, *subject.accepted)),
        *(sheet.text for sheet in subject.sheets if sheet.audience != "candidat"),
        *("\n".join(item.items) for item in subject.indicators),
    ]
    for text in texts:
        for line in text.splitlines():
            if len(line) > 60 and not line.startswith("|"):
                yield plain(line).lstrip("- ")


# Tests ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_corrige_is_found_again_from_the_candidates_annexes(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    assert len(drawn) == len(POOLS) * len(SECTORS) * len(SEEDS)
    assert all_gaps(drawn) == {}


def test_the_group_and_each_candidate_are_asked_their_own_criteria_in_their_own_dossiers(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        carried: dict[str, set[str]] = {"group": set(), "candidate": set()}
        for dossier in subject.dossiers:
            items = [item for question in dossier.questions for item in question.requirements]
            assert len({(item.carrier, item.part) for item in items}) == 1, (key, dossier.id)
            for item in items:
                carried[item.carrier].add(item.criterion)
                assert item.part == {"group": "dossier", "candidate": "synthese"}[item.carrier]
        assert carried == {"group": GROUP, "candidate": ALONE}, key


def test_the_group_has_sixty_points_and_each_candidate_forty(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        given = [number(dossier.points) for dossier in subject.for_candidate().dossiers]
        assert (sum(given[:3]), given[3]) == (60, 40), key
        assert "| 60 |" in subject.context, key
        assert "| 40 |" in subject.context, key


def test_the_questions_fit_in_their_sessions_with_time_to_read(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    assert load_template(TEMPLATE).header.duration == 4 * HALF_DAY + ALONE_MINUTES
    for key, subject in drawn.items():
        minutes = {question.id: question.minutes or 0 for question in subject.questions}
        sittings = [sum(minutes[name] for name in names) for names in SESSIONS]
        assert all(60 <= spent <= HALF_DAY - 10 for spent in sittings), (key, sittings)
        alone = sum(minutes[name] for name in ("Q9", "Q10", "Q11", "Q12"))
        assert ALONE_MINUTES - 20 <= alone <= ALONE_MINUTES - 5, (key, alone)


def test_the_points_of_each_answer_add_up_to_those_of_its_question(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        points = {question.id: number(question.points) for question in subject.questions}
        assert {a.question: points_shared(a.text) for a in subject.answers} == points, key


def test_the_corrige_recommends_what_the_figures_allow(drawn: dict[tuple[str, str, int], Subject]) -> None:
    assert wrong_promises(drawn) == {}


def test_the_corrige_rests_on_the_annexes_the_dossier_names(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        for dossier in subject.dossiers:
            for question in dossier.questions:
                allowed = {1, 2} | annexes_cited(question.text) | annexes_cited(dossier.text)
                beyond = annexes_cited(corrige(subject, question.id)) - allowed
                assert not beyond, (key, question.id, sorted(beyond))


def test_nothing_of_the_corrige_nor_of_the_sheets_for_staff_reaches_the_candidates(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        printed = candidate_text(subject)
        kept = list(kept_from_candidates(subject))
        assert len(kept) > 80, key
        assert [line for line in kept if line in printed] == [], key
        assert "Conduire les séances" not in printed, key


def test_practice_asks_nothing_that_an_exam_asks(drawn: dict[tuple[str, str, int], Subject]) -> None:
    asked: dict[str, set[str]] = {pool: set() for pool in POOLS}
    values: dict[str, set[str]] = {pool: set() for pool in POOLS}
    for (pool, _, _), subject in drawn.items():
        for question in subject.questions:
            lines = (re.sub(r"^\d\. ", "", plain(line)).strip(" ;.") for line in question.text.splitlines())
            asked[pool] |= {line for line in lines if line}
        values[pool] |= {plain(item.label) for item in subject.expected}
    assert asked["examen"] & asked["entrainement"] == set()
    assert values["examen"] & values["entrainement"] == set()


def test_annexes_are_numbered_without_a_gap_and_the_group_s_log_is_handed_in(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    for key, subject in drawn.items():
        assert [annex.id for annex in subject.annexes] == [f"A{n}" for n in range(1, 18)], key
        assert [annex.id for annex in subject.annexes if annex.to_return] == ["A17"], key


def test_two_sectors_of_one_seed_share_no_figure_of_their_own(
    drawn: dict[tuple[str, str, int], Subject],
) -> None:
    tools = {sector: paper_of(drawn["examen", sector, 1].for_candidate()).numbers("A4") for sector in SECTORS}
    assert len({str(rows) for rows in tools.values()}) == len(SECTORS)


REAL_DATA = """
marche_ans.iloc[:, 1] = [51230, 54870, 60012]
marche_ans.iloc[:, 2] = [402_000, 411_500, 433_250]
autres, total = len(acteurs_table) - 2, len(acteurs_table) - 1
for colonne, annee in enumerate([51230, 54870, 60012], 1):
    acteurs_table.iloc[:autres, colonne] = [annee * (3 + rang) // 60 for rang in range(autres)]
    acteurs_table.iloc[total, colonne] = annee
    acteurs_table.iloc[autres, colonne] = annee - sum(acteurs_table.iloc[:autres, colonne])
"""


def test_a_trainer_s_own_market_is_carried_through_annexes_and_corrige(tmp_path: Path) -> None:
    """The template's parameters say so: the tables of the market are the only source of its figures."""
    subjects = run(tmp_path, ("hygiene_professionnelle",), (1,), REAL_DATA)
    assert all_gaps(subjects) == {}
    exam = subjects["examen", "hygiene_professionnelle", 1]
    assert paper_of(exam.for_candidate()).numbers("A1")[-1][0] == 60012
    assert "60 012 k€" in plain(corrige(exam, "Q2"))


@pytest.mark.full
def test_every_sector_holds_with_more_seeds(tmp_path: Path) -> None:
    subjects = run(tmp_path, sectors(), ALL_SEEDS)
    assert all_gaps(subjects) == {}
    assert wrong_promises(subjects) == {}
