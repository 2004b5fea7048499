"""Every number of the E2 corrigé, found again from what the candidate is given: CSV annexes and the text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.authoring import rules_of
from kit.cases import find_template, load_template, read_pieces
from kit.cases.company import sectors
from kit.cases.pieces import Expected
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.subjects import CandidateSubject, Drawn, Subject, build_subject

TEMPLATE = find_template("e2-recommandations-strategiques")
SEEDS = (1, 2, 3)
SECTORS = ("cosmetique_solide", "logiciel_planning_artisans", "mobilier_bureau_reconditionne")
ALL_SEEDS = (11, 12, 13, 14)
CRITERIA = {f"CE{competence}.{rank}" for competence in (4, 6, 7, 8) for rank in (1, 2, 3)}


@dataclass(frozen=True)
class Paper:
    """What a candidate holds: the rows of each CSV annex, the texts, the line under each annex."""

    rows: Mapping[str, list[dict[str, str]]]
    sources: Mapping[str, str]
    questions: Mapping[str, str]
    dossiers: Mapping[str, str]

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


def subject_of(executed: Path) -> Subject:
    template = load_template(TEMPLATE)
    rules, findings = rules_of(template)
    assert rules is not None, findings
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("TEST-E2-P1", "principal", 1, 1, {}, {})
    return build_subject(located, template.header, rules.epreuve, template.slug, drawn)


def paper_of(subject: CandidateSubject) -> Paper:
    rows = {}
    for annex, table in annex_tables(subject.annexes):
        rows[annex.id] = list(csv.DictReader(io.StringIO(table_csv(table)), delimiter=";"))
    return Paper(
        rows,
        {annex.id: annex.source for annex in subject.annexes},
        {q.id: q.text for dossier in subject.dossiers for q in dossier.questions},
        {dossier.id: dossier.text for dossier in subject.dossiers},
    )


def run(folder: Path, names: tuple[str, ...], seeds: tuple[int, ...]) -> dict[str, Subject]:
    jobs = [
        (TEMPLATE, folder / f"{sector}-{seed}.ipynb", {"sector": sector, "seed": seed})
        for sector in names
        for seed in seeds
    ]
    subjects = {}
    for result in execute_many(jobs, jobs=2):
        assert result.ok, (result.run.parameters, result.failure or result.error)
        assert result.output is not None
        subjects[result.output.stem] = subject_of(result.output)
    return subjects


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    """Return nine subjects, three seeds in three sectors."""
    return run(tmp_path_factory.mktemp("e2"), SECTORS, SEEDS)


# The candidate's own calculations ------------------------------------------------------------------------


def growth(first: Fraction, last: Fraction, years: int) -> Fraction:
    """Return the yearly rate in %, the root found by halving: no formula shared with the kit."""
    low, high = Fraction(0), Fraction(4)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**years * first < last else (low, middle)
    return (low - 1) * 100


def found_in(pattern: str, text: str) -> str:
    match = re.search(pattern, re.sub(r"\s", " ", text))
    assert match is not None, text
    return match[1]


def market(paper: Paper) -> dict[str, Fraction]:
    actors = paper.keyed("A1")
    firm = found_in(r"calculez pour (.+?) : la part", paper.questions["Q1"])
    own, total = actors[firm], actors.pop("Total du marché")
    rivals = [amounts for name, amounts in actors.items() if name not in (firm, "Autres acteurs")]
    target = number(found_in(r"de ([\d ]+) k€ en", paper.dossiers["D5"]))
    return {
        "pdm-debut": own[0] / total[0] * 100,
        "pdm-fin": own[2] / total[2] * 100,
        "pmr": own[2] / max(amounts[2] for amounts in rivals),
        "tcam-firme": growth(own[0], own[2], 2),
        "tcam-marche": growth(total[0], total[2], 2),
        "supplement": target - own[2],
        "tcam-vise": growth(own[2], target, 3),
    }


def mix(paper: Paper) -> dict[str, Fraction]:
    offer, channels = paper.keyed("A4"), paper.keyed("A5")
    asked = re.findall(r"« (.+?) »", re.sub(r"\s", " ", paper.questions["Q3"]))
    answers = {"poids-canal": channels[asked[2]][2] / sum(c[2] for c in channels.values()) * 100}
    for product, name in zip(asked[:2], ("phare", "faible"), strict=True):
        price, cost = offer[product]
        answers |= {f"marge-{name}": (price / cost - 1) * 100, f"marque-{name}": (1 - cost / price) * 100}
    return answers


def customers(paper: Paper) -> dict[str, Fraction]:
    """Return the answers on segments by label, those on the RFM groups by name."""
    rows = paper.keyed("A6")
    total = sum(amounts[-1] for amounts in rows.values())
    answers = {}
    for label, (active, orders, revenue) in rows.items():
        answers |= {
            f"Panier moyen, {label}": revenue / orders,
            f"Fréquence annuelle, {label}": orders / active,
            f"Part du CA, {label}": revenue / total * 100,
        }
    groups = paper.keyed("A7")
    (clients, revenue), every = groups["Champions"], list(groups.values())
    answers["champions-clients"] = clients / sum(group[0] for group in every) * 100
    answers["champions-ca"] = revenue / sum(group[1] for group in every) * 100
    return answers


def journey(paper: Paper) -> dict[str, Fraction]:
    visits, *others = paper.keyed("A8").values()
    goals = next(row for row in others if len(row) == len(visits))
    answers = {
        f"transformation-{name}": goal / seen * 100
        for name, goal, seen in zip(("ensemble", "mobile", "ordinateur"), goals, visits, strict=True)
    }
    years = list(paper.keyed("A9").values())
    for name, counts in (("debut", years[0]), ("fin", years[-1])):
        answers[f"nps-{name}"] = (counts[0] - counts[2]) / sum(counts) * 100
    return answers


def tracks(paper: Paper, missing: Fraction) -> dict[str, Fraction]:
    rate = number(found_in(r": (\d+) %", paper.sources["A12"])) / 100
    answers = {}
    for track, (launch, yearly, *revenues) in paper.keyed("A12").items():
        letter = track[-1].lower()
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
            f"couverture-{letter}": revenues[2] / (missing * 1000) * 100,
        }
    return answers


def calculated(paper: Paper) -> dict[str, Fraction]:
    """Return every number asked, from the candidate's papers alone."""
    answers = market(paper)
    for part in (mix, customers, journey):
        answers |= part(paper)
    return answers | tracks(paper, answers["supplement"])


def name_of(expected: Expected) -> str:
    """Return what an expected answer is called here: segments by their label, others by their name."""
    by_label = (
        expected.name.startswith(("panier-", "frequence-", "poids-")) and expected.name != "poids-canal"
    )
    return re.sub(r"\s", " ", expected.label) if by_label else expected.name


def gaps(subject: Subject) -> Iterator[tuple[Any, ...]]:
    """Yield what differs between the corrigé and the candidate's own calculations."""
    answers = calculated(paper_of(subject.for_candidate()))
    asked = {name_of(item): item for item in subject.expected}
    yield from ((name, "only on one side") for name in sorted(asked.keys() ^ answers.keys()))
    for name in asked.keys() & answers.keys():
        gap = abs(Fraction(asked[name].value) - answers[name])
        # The corrigé is exact, and so is this calculation: the tolerance is left whole to the candidate.
        if gap > Fraction(1, 10**6):
            yield name, asked[name].value, float(answers[name])


# Tests ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_corrige_is_found_again_from_the_candidate_s_annexes(
    drawn: dict[str, Subject],
) -> None:
    assert len(drawn) == len(SECTORS) * len(SEEDS)
    assert {name: list(gaps(subject)) for name, subject in drawn.items()} == {name: [] for name in drawn}


def test_every_criterion_of_the_epreuve_is_observed_and_the_points_are_those_of_the_cover(
    drawn: dict[str, Subject],
) -> None:
    for subject in drawn.values():
        questions = [question for dossier in subject.dossiers for question in dossier.questions]
        assert {item.criterion for q in questions for item in q.requirements} == CRITERIA
        assert subject.for_candidate().points == load_template(TEMPLATE).header.points == "100"


def test_the_questions_leave_time_to_read(drawn: dict[str, Subject]) -> None:
    for subject in drawn.values():
        minutes = [q.minutes for dossier in subject.dossiers for q in dossier.questions]
        assert None not in minutes
        assert 210 <= sum(m or 0 for m in minutes) <= 225


def test_the_points_of_each_answer_add_up_to_those_of_its_question(drawn: dict[str, Subject]) -> None:
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
    paper = paper_of(subject.for_candidate())
    note = next(a.content.text for a in subject.annexes if a.id == "A11")  # type: ignore[union-attr]
    words = re.sub(r"\s", " ", note)
    limit = number(found_in(r"ne peut pas dépasser ([\d ]+) €", words))
    delays = dict(
        re.findall(r"Piste ([ABC]) :.*?mise en œuvre, périodes fermées comprises : (\d+) mois", words)
    )
    answers = tracks(paper, Fraction(1))
    return [
        track
        for track, (launch, *_) in paper.keyed("A12").items()
        if launch <= limit and int(delays[track[-1]]) <= 12 and answers[f"resultat-{track[-1].lower()}"] > 0
    ]


def test_at_least_one_track_is_affordable_in_time_and_profitable_but_never_all_three(
    drawn: dict[str, Subject],
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
    for line in re.findall(r"^- (.+)$", plain_lines(annex_text(subject, "A3")), re.MULTILINE):
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


def chosen_plan(subject: Subject) -> dict[str, list[tuple[date, date]]]:
    rows = re.findall(r"^\| (Du [^|]+) \| ([^|]+) \|", plain_lines(corrige(subject, "Q9")), re.MULTILINE)
    return {phase: stretches(period) for period, phase in rows}


def deployed_in_a_closed_period(subject: Subject) -> list[date]:
    """Return the days on which the corrigé launches or deploys while the annexes say nothing may start."""
    closed, plan = closed_days(subject), chosen_plan(subject)
    assert closed
    assert len(plan) == 4
    return [
        first + timedelta(days=n)
        for phase in ("Lancement progressif", "Généralisation")
        for first, last in plan[phase]
        for n in range((last - first).days + 1)
        if ((first + timedelta(days=n)).month, (first + timedelta(days=n)).day) in closed
    ]


def launch_of(subject: Subject) -> date:
    return day(re.findall(rf"prévu le {DAY}", plain(annex_text(subject, "A11")))[0])


def test_the_corrige_deploys_nothing_in_a_period_the_annexes_close(drawn: dict[str, Subject]) -> None:
    assert {n: days for n, s in drawn.items() if (days := deployed_in_a_closed_period(s))} == {}


def test_the_planning_of_the_corrige_starts_at_the_launch_and_lasts_what_the_note_says(
    drawn: dict[str, Subject],
) -> None:
    for name, subject in drawn.items():
        plan, launch = chosen_plan(subject), launch_of(subject)
        letter = found_in(r"Planning possible de la piste ([ABC])", corrige(subject, "Q9"))
        told = int(found_in(rf"Piste {letter} :.*?comprises : (\d+) mois", annex_text(subject, "A11")))
        end = plan["Généralisation"][-1][1] + timedelta(days=1)
        months = 12 * (end.year - launch.year) + end.month - launch.month + (end.day > 1)
        assert plan["Cadrage et préparation"][0][0] == launch, name
        assert months == told <= 12, name
        assert plan["Suivi"][-1][1] == date(launch.year + 1, 12, 31), name


def test_the_mission_ends_at_the_committee_and_the_launch_comes_after_it(drawn: dict[str, Subject]) -> None:
    for name, subject in drawn.items():
        context = plain(subject.context)
        today = day(re.findall(rf"Nous sommes le {DAY}", context)[0])
        committee = day(re.findall(rf"pour six semaines, jusqu’au comité stratégique du {DAY}", context)[0])
        assert timedelta(weeks=5) <= committee - today <= timedelta(weeks=6), name
        assert committee.weekday() == 3, "a Thursday: never a French public holiday between January and April"
        assert committee + timedelta(days=7) <= launch_of(subject), name
        assert launch_of(subject).day == 1, name


def test_each_variable_of_the_mix_has_in_the_corrige_what_the_interviews_say(
    drawn: dict[str, Subject],
) -> None:
    for name, subject in drawn.items():
        said = {
            line.lower()
            for line in re.findall(r"^- (.+)$", plain_lines(annex_text(subject, "A3")), re.MULTILINE)
        }
        found = re.findall(
            r"^- \*\*(\w+)\*\*\. Spécificité : (.+?)\. Limite : (.+?)\. Chiffres",
            plain_lines(corrige(subject, "Q3")),
            re.MULTILINE,
        )
        assert [variable for variable, *_ in found] == ["Produit", "Prix", "Distribution", "Communication"], (
            name
        )
        for _, *sides in found:
            assert all(text.lower() in said for side in sides for text in side.split(" ; ")), name


def annexes_cited(text: str) -> set[int]:
    """Return the numbers of the annexes a text names, ranges spelled out."""
    cited: set[int] = set()
    for first, last in re.findall(r"\bA(\d+)(?: à A(\d+))?", plain(text)):
        cited |= set(range(int(first), int(last or first) + 1))
    return cited


def test_the_corrige_rests_on_the_annexes_the_question_names(drawn: dict[str, Subject]) -> None:
    for name, subject in drawn.items():
        for dossier in subject.dossiers:
            for question in dossier.questions:
                allowed = annexes_cited(question.text) or annexes_cited(dossier.text)
                beyond = annexes_cited(corrige(subject, question.id)) - allowed
                assert not beyond, (name, question.id, sorted(beyond))


def test_calculators_follow_the_rule_of_written_exams() -> None:
    assert "Calculatrice autorisée (mode examen ou type collège)." in load_template(TEMPLATE).header.documents


@pytest.mark.full
def test_every_sector_holds_with_more_seeds(tmp_path: Path) -> None:
    subjects = run(tmp_path, sectors(), ALL_SEEDS)
    assert {name: list(gaps(subject)) for name, subject in subjects.items()} == {n: [] for n in subjects}
    assert [name for name, subject in subjects.items() if not 1 <= len(paid_and_in_time(subject)) <= 2] == []
    assert {n: days for n, s in subjects.items() if (days := deployed_in_a_closed_period(s))} == {}
