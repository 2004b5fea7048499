"""Épreuve E10: the figures, the keys and the English of what the candidate receives.

The candidate's annexes are read as they are printed (their texts, and the CSV of the charts); the formulas are
written here anew, with exact fractions. Banks of exercises are read in the notebook itself.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from kit.cases import load_template, read_pieces
from kit.cases.company.names import is_free
from kit.cases.english import spoken
from kit.cases.forms import select_forms
from kit.documents.annexes import annex_tables, table_csv
from kit.execution import execute_many
from kit.referentiel import load_referentiel
from kit.subjects import Drawn, Subject, build_subject

ROOT = Path(__file__).resolve().parents[2]
SLUG = "e10-anglais-commercial"
NOTEBOOK = ROOT / "case_templates" / SLUG / "case.ipynb"
TEMPLATE = load_template(NOTEBOOK)
SECTORS = tuple(str(c) for c in next(p for p in TEMPLATE.parameters if p.name == "sector").choices)
DOSSIERS = ("D1", "D2", "D3", "D4", "D5", "D6")
PURE = ("aaaaaa", "bbbbbb", "pppppp")
MIXED = ("ababab", "bababa")

Job = tuple[int, str, str]
"""Seed, sector, and the form of each dossier."""
USUAL: list[Job] = [
    (seed, sector, forms) for sector in ("cosmetique_solide", "tourisme_vert_hebergement") for seed in (1, 2)
    for forms in PURE
] + [(3, "velo_cargo", forms) for forms in MIXED]  # fmt: skip
ALL: list[Job] = [
    (seed, sector, forms) for sector in SECTORS for seed in range(11, 16) for forms in (*PURE, *MIXED)
]


class Paper(NamedTuple):
    """What the candidate has, and what markers and examiners have."""

    subject: Subject
    annexes: Mapping[str, str]
    tables: Mapping[str, list[dict[str, str]]]
    text: str


def _papers(jobs: list[Job], folder: Path) -> dict[Job, Paper]:
    runs = []
    for seed, sector, forms in jobs:
        source = folder / f"{forms}.ipynb"
        chosen = dict(zip(DOSSIERS, forms, strict=True))
        source.write_text(json.dumps(select_forms(TEMPLATE, chosen)), "utf-8")
        runs.append((source, folder / f"{sector}-{seed}-{forms}.ipynb", {"seed": seed, "sector": sector}))
    results = execute_many(runs, jobs=2)
    assert [str(result.failure or result.error) for result in results if not result.ok] == []
    return {job: _paper(run[1], job) for job, run in zip(jobs, runs, strict=True)}


def _paper(executed: Path, job: Job) -> Paper:
    epreuve = load_referentiel(ROOT / "referentiel" / TEMPLATE.header.referentiel).epreuve("E10")
    located = read_pieces(nbformat.read(executed, as_version=4), str(executed))
    drawn = Drawn("T-E10", "principal", 1, job[0], {"seed": job[0], "sector": job[1]}, {})
    subject = build_subject(located, TEMPLATE.header, epreuve, SLUG, drawn)
    candidate = subject.for_candidate()
    annexes = {
        a.id: a.content.text if a.content.type == "text" else getattr(a.content, "alt", "")
        for a in candidate.annexes
    }
    tables = {annex.id: _read(table_csv(table)) for annex, table in annex_tables(candidate.annexes)}
    names = [text for a in candidate.annexes for text in (a.title, a.source)]
    asked = [text for d in candidate.dossiers for text in (d.title, d.text, *(q.text for q in d.questions))]
    texts = [candidate.context, *asked, *candidate.oral_briefs, *names, *annexes.values()]
    return Paper(subject, annexes, tables, "\n".join(texts))


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(USUAL, tmp_path_factory.mktemp("e10"))


@pytest.fixture(scope="session")
def all_papers(tmp_path_factory: pytest.TempPathFactory) -> dict[Job, Paper]:
    return _papers(ALL, tmp_path_factory.mktemp("e10-full"))


# Reading what is printed ---------------------------------------------------------------------------------


def _number(text: str) -> Fraction:
    return Fraction(re.sub(r"[€,%\s]", "", text).replace("−", "-"))


def _find(pattern: str, text: str) -> list[Fraction]:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return [_number(group) for group in found.groups()]


def _table(text: str, header: str) -> list[list[str]]:
    """Return the rows of the Markdown table whose header begins with these words."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {header}"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _cents(value: Fraction) -> Fraction:
    """Round half up, to the cent."""
    return Fraction((value * 100 + Fraction(1, 2)) // 1, 100)


def _day(text: str) -> datetime:
    return datetime.strptime(" ".join(text.split()), "%d %B %Y")  # noqa: DTZ007 - days of a fiction


# Each task, from its definitions -------------------------------------------------------------------------

Answers = dict[str, Fraction]


def _first_order(paper: Paper) -> Answers:
    thread = paper.annexes["A2"]
    [price] = _find(r"list price is (€[\d,.]+) per", thread)
    low, start, high, step = _find(
        r"discount of (\d+%) on \w+ of at least ([\d,]+) .*? and of (\d+%) on \w+ of at least ([\d,]+)",
        thread,
    )
    [quantity] = _find(r"increase the quantity to ([\d,]+)", thread)
    assert start < step
    rate = high if quantity >= step else low
    return {"prix-remise": _cents(quantity * price * (100 - rate) / 100)}


def _stand(paper: Paper) -> Answers:
    offer = paper.annexes["A2"]
    price = next(_number(row[3]) for row in _table(offer, "Package") if row[0] == "Standard")
    [electricity] = _find(r"flat rate of (€[\d,.]+)", offer)
    first, early = _find(r"discount of (\d+%).*?A further (\d+%) of that price", offer)
    return {"cout-stand": _cents(price * (100 - first - early) / 100) + electricity}


def _quotations(paper: Paper) -> Answers:
    amounts = _find(
        r"quotations: (€[\d,]+) for .*?, (€[\d,]+) for .*? and (€[\d,]+) for", paper.annexes["A2"]
    )
    return {"total-devis": sum(amounts, Fraction(0))}


def _credit_note(paper: Paper) -> Answers:
    rows = [_number(cell) for _, cell in _table(paper.annexes["A4"], "Invoice no.")]
    quantity, price, total, discount = rows
    assert total == _cents(quantity * price)
    credit = _cents(total * discount / 100)
    return {"avoir": credit, "nouveau-total": total - credit}


def _quotation(paper: Paper) -> Answers:
    asked, terms = paper.annexes["A3"], paper.annexes["A4"]
    quantities = [_number(q) for q in re.findall(r"^- ([\d,]+) ", asked, flags=re.MULTILINE)]
    prices = [_number(row[1]) for row in _table(terms, "Item")]
    listed = sum((_cents(q * p) for q, p in zip(quantities, prices, strict=False)), Fraction(0))
    tiers = [(_find(r"from (€[\d,]+)", row[0])[0], _number(row[1])) for row in _table(terms, "Total of")]
    reached = max(rate for least, rate in tiers if listed >= least)
    [share] = _find(r"deposit of (\d+%)", terms)
    rebate = _cents(listed * reached / 100)
    net = listed - rebate
    return {"total-liste": listed, "remise": rebate, "total-net": net, "acompte": _cents(net * share / 100)}


def _reminder(paper: Paper) -> Answers:
    found = re.search(r"It is \w+\s(\d+\s\w+\s\d{4})", paper.text)
    assert found is not None
    today = _day(found[1])
    overdue = Fraction(0)
    for _, _, due, amount, received in _table(paper.annexes["A3"], "Invoice"):
        if _day(due) < today:
            overdue += _number(amount) - (Fraction(0) if received == "–" else _number(received))
    return {"montant-echu": overdue, "versement": _cents(overdue / 2)}


def _sales(paper: Paper) -> Answers:
    quarters, market = paper.tables["A5"], _table(paper.annexes["A6"], "Year")
    years = [row[0] for row in market]
    totals = [sum(_number(q[year]) for q in quarters) for year in years]
    assert totals == [_number(row[2]) for row in market]
    size = [_number(row[1]) for row in market]
    return {
        "evolution-ventes": (totals[-1] - totals[-2]) * 100 / totals[-2],
        "evolution-marche": (size[-1] - size[-2]) * 100 / size[-2],
        "part-de-marche": _number(market[-1][3]) - _number(market[0][3]),
    }


def _customers(paper: Paper) -> Answers:
    last = paper.tables["A5"][-1]
    promoters, _, detractors = (Fraction(last[name].replace(",", ".")) for name in list(last)[1:])
    flow = [_number(cell) for cell in _table(paper.annexes["A6"], "Year")[-1]]
    assert flow[1] + flow[2] - flow[3] == flow[4]
    return {"nps": promoters - detractors, "attrition": flow[3] * 100 / flow[1]}


def _website(paper: Paper) -> Answers:
    rows = {name: (_number(v), _number(g)) for name, v, g in _table(paper.annexes["A6"], "Device")}
    assert sum(_number(q["Mobile"]) for q in paper.tables["A5"]) == rows["Mobile"][0]
    return {
        "transformation-mobile": rows["Mobile"][1] * 100 / rows["Mobile"][0],
        "transformation-ordinateur": rows["Desktop"][1] * 100 / rows["Desktop"][0],
        "part-mobile": rows["Mobile"][0] * 100 / rows["Total"][0],
    }


RECOMPUTED = {
    ("D1", "a"): _first_order, ("D1", "b"): _stand, ("D1", "p"): _quotations,
    ("D3", "a"): _credit_note, ("D3", "b"): _quotation, ("D3", "p"): _reminder,
    ("D4", "a"): _sales, ("D4", "b"): _customers, ("D4", "p"): _website,
}  # fmt: skip


def _check_answers(job: Job, paper: Paper) -> None:
    expected = {item.name: item for item in paper.subject.expected}
    mine: Answers = {}
    for dossier, form in zip(DOSSIERS, job[2], strict=True):
        mine |= RECOMPUTED.get((dossier, form), lambda _: {})(paper)
    assert set(mine) == set(expected)
    for name, value in mine.items():
        gap = abs(value - Fraction(expected[name].value))
        assert gap <= Fraction(expected[name].tolerance), (job, name, float(value), expected[name].value)


# What must hold on every paper ---------------------------------------------------------------------------


def _answer(paper: Paper, question: str) -> str:
    return next(answer.text for answer in paper.subject.answers if answer.question == question)


def _question(paper: Paper, question: str) -> str:
    return next(q.text for q in paper.subject.questions if q.id == question)


def _sheet(paper: Paper, start: str) -> str:
    return next(sheet.text for sheet in paper.subject.sheets if sheet.title.startswith(start))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _check_reading(paper: Paper) -> None:
    article = _folded(paper.annexes["A1"])
    quotes = re.findall(r"\*\*(?:true|false)\*\* \| “(.*)” \|", _answer(paper, "Q1"))
    assert len(quotes) == 4
    for part in (part for quote in quotes for part in quote.split("[…]")):
        assert _folded(part) in article, part
    paragraphs = dict(re.findall(r"\*\*\[(\d)\]\*\* (.*?)(?=\*\*\[|$)", article))
    places = re.findall(r"\(paragraph (\d)\)", _question(paper, "Q1"))
    words = re.findall(r"\) \*\*([\w-]+)\*\*", _answer(paper, "Q1").split("**3.**")[1].split("**4.**")[0])
    assert len(words) == len(places) == 3
    for place, word in zip(places, words, strict=True):
        assert re.search(rf"\b{word}\b", paragraphs[place]), (place, word)


def _check_listening(paper: Paper) -> None:
    script = _sheet(paper, "Listening test – script")
    assert script.startswith("## Spoken text\n\n")
    assert script.count("#") == 2
    assert not re.search(r"[\d%€*_|]", script)
    assert 240 <= len(script.split()) <= 360
    answers = re.findall(r"\| \(([e-h])\) \| \*\*(.*?)\*\* \|", _answer(paper, "Q7"))
    assert len(answers) == 4
    for _, value in answers:
        amount = re.fullmatch(r"€?([\d,.]+)(%| days)?", value)
        if amount and not re.fullmatch(r"\d{3}", value):  # an extension is said figure by figure
            assert spoken(_number(amount[1])) in script, value
    for sentence in re.split(r"(?<=[.?!])\s+", script.partition("\n\n")[2]):
        assert len(sentence) < 40 or sentence not in paper.text, sentence


FRENCH = re.compile(
    r"[«»]|\b(?:le|la|les|des|une|est|pour|dans|avec|sur|vous|nous|entreprise|commande|réponse|janvier|"
    r"février|mars|avril|juin|annexes|dossier)\b"
)
FRENCH_NUMBER = re.compile(r"\d[\u00a0\u202f]\d{3}\b|\d,\d{1,2}\b|\d[\u00a0\u202f ]?€|\d[\u00a0\u202f ]%")


def _check_english(paper: Paper) -> None:
    firm = re.search(r"You work for \*\*(.*?)\*\*, a French company based in (.*?)\.\n", paper.text)
    assert firm is not None
    text = paper.text.replace(firm[1], "Firm").replace(firm[2], "Town")
    phones = re.sub(r"\+33 [\d ]+", "", text)
    assert FRENCH.findall(text) == []
    assert FRENCH_NUMBER.findall(phones) == []
    assert "  " not in text
    assert (
        re.findall(
            r"\ba (?=[aeio]\w)(?!one)|\ban (?=[bcdfgjklmnpqrstvwxyz]\w)", re.sub(r"\([a-j]\)", "", text)
        )
        == []
    )


def _check_secrets(paper: Paper) -> None:
    role = _sheet(paper, "Interview – role")
    for hidden in re.findall(r"(?:jusqu’à|budget est de) ([\d\u202f]+)\u00a0€", role):
        figures = int(re.sub(r"\D", "", hidden))
        assert f"€{figures:,}" not in paper.annexes["A7"] + _question(paper, "Q8")
    for line in re.findall(r"^- (.{25,})$", role, flags=re.MULTILINE):
        assert line not in paper.text
    for answer in paper.subject.answers:
        for cell in re.findall(r"“(.{30,}?)”", answer.text):
            assert cell not in "\n".join(q.text for q in paper.subject.questions)


def _check_points(paper: Paper) -> None:
    parts: dict[str, Fraction] = {}
    criteria: dict[tuple[str, str], Fraction] = {}
    for question in paper.subject.questions:
        for item in question.requirements:
            parts[item.part] = parts.get(item.part, Fraction(0)) + Fraction(item.points)
            key = item.criterion, item.part
            criteria[key] = criteria.get(key, Fraction(0)) + Fraction(item.points)
    assert parts == {"ecrit": 60, "oral": 40}
    assert criteria == {
        ("CE34.1", "ecrit"): 27, ("CE34.2", "ecrit"): 33, ("CE34.1", "oral"): 10, ("CE34.3", "oral"): 30
    }  # fmt: skip
    minutes = sum(question.minutes or 0 for question in paper.subject.questions)
    assert minutes == TEMPLATE.header.duration


def _check(job: Job, paper: Paper) -> None:
    _check_answers(job, paper)
    _check_reading(paper)
    _check_listening(paper)
    _check_english(paper)
    _check_secrets(paper)
    _check_points(paper)


@pytest.mark.parametrize("job", USUAL, ids=str)
def test_every_figure_and_key_follows_from_what_the_candidate_receives(
    papers: dict[Job, Paper], job: Job
) -> None:
    _check(job, papers[job])


@pytest.mark.full
@pytest.mark.parametrize("job", ALL, ids=str)
def test_every_sector_gives_figures_and_keys_that_follow(all_papers: dict[Job, Paper], job: Job) -> None:
    _check(job, all_papers[job])


@pytest.mark.parametrize("forms", PURE)
def test_two_variants_of_a_form_do_not_ask_the_same_sentences(papers: dict[Job, Paper], forms: str) -> None:
    one, two = (papers[seed, "cosmetique_solide", forms] for seed in (1, 2))
    for question in ("Q1", "Q2", "Q3", "Q4", "Q7"):
        assert _question(one, question) != _question(two, question)
    for annex in ("A1", "A2", "A3", "A6"):
        assert one.annexes[annex] != two.annexes[annex]


# The banks, as the notebook holds them -------------------------------------------------------------------

BANKS = {
    "a": ("choices", "formations", "verbs", "prepositions"),
    "b": ("definitions", "friends", "connectors", "rewritings"),
    "p": ("collocations", "formal", "mistakes", "small_words"),
}


@cache
def _literals() -> dict[str, Any]:
    """Return the lists written out in the cells: the banks, and the people and companies abroad."""
    found = {}
    for cell in TEMPLATE.cells:
        if cell.type != "code" or cell.source.lstrip().startswith(("%", "from typing")):
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                try:
                    found[f"{cell.form or ''}:{node.targets[0].id}"] = ast.literal_eval(node.value)
                except ValueError:
                    continue
    return found


def _bank(form: str, name: str) -> list[Any]:
    return list(_literals()[f"{form}:{name}"])


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, names in BANKS.items() for name in names])
def test_a_bank_is_large_enough_and_says_nothing_twice(form: str, name: str) -> None:
    bank = _bank(form, name)
    assert len(bank) >= 13
    assert len({item[0] for item in bank}) == len(bank)


@pytest.mark.parametrize(("form", "name"), [("a", "choices"), ("b", "connectors"), ("p", "small_words")])
def test_a_choice_has_one_right_answer_among_three(form: str, name: str) -> None:
    for text, right, wrong in _bank(form, name):
        assert len({right.lower(), *(word.lower() for word in wrong)}) == 3, text
        assert text.count("________") == 1, text


def test_a_word_to_choose_from_a_list_is_there_once() -> None:
    for name, place in (("definitions", 0), ("collocations", 0), ("formal", 1)):
        words = [item[place] for item in _bank("b" if name == "definitions" else "p", name)]
        assert len(set(words)) == len(words)


def _sentence(item: Any) -> str:
    """Return what an item asks: its longest text."""
    return str(max((part for part in item if isinstance(part, str)), key=len))


def test_practice_never_asks_what_an_exam_asks() -> None:
    exam = {_sentence(item) for form in "ab" for name in BANKS[form] for item in _bank(form, name)}
    practice = {_sentence(item) for name in BANKS["p"] for item in _bank("p", name)}
    assert len(practice) == sum(len(_bank("p", name)) for name in BANKS["p"])
    assert exam & practice == set()


def test_companies_abroad_are_invented_and_far_from_known_brands() -> None:
    places = _literals()[":places"]
    assert len(places) == 8
    assert [
        name for name, *_ in places if not is_free(re.sub(r"\W+(Ltd|Group|BV|A/S|AB|AS|NV|GmbH)$", "", name))
    ] == []
