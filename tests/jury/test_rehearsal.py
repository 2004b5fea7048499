"""A full rehearsal, from the build to the rectificatif: every number of the PV is found again from the raw marks.

What is recomputed here shares no code with the kit: it reads the raw marks this test gave, the grids the build wrote,
and the rules of the shipped example of a règlement, written out below in a dozen lines.
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pikepdf
import pytest

from kit.package_data import shipped
from kit.sessions.examples import EXAMPLE_EPREUVES, session_text
from kit.sessions.seeds import create_secret
from tests.commands import run

VALUES = {
    "non_acquis": Fraction(0), "en_cours": Fraction(1, 3), "acquis": Fraction(2, 3), "maitrise": Fraction(1),
}  # fmt: skip
GROUP_SIZE = 4
WRITTEN = ("E2", "E3", "E4", "E8", "E10")
PEOPLE = """\
id,nom,role,qualite,externe,centre
P01,Solène Kerbrat,correcteur,formatrice en marketing,non,
P02,Idriss Belhomme,correcteur,consultant en stratégie,oui,
P04,Théodore N’Guessan,formateur,formateur,non,
J1,Hélène Vauquelin,jury_president,directrice commerciale,oui,
J2,Ömer Aksoy,jury_membre,chef de produit,oui,
J3,Bastien Orgeval,jury_membre,enseignant,non,
J4,Capucine de Saint-Elme,jury_membre,responsable clientèle,oui,
"""
SEATS = "J1,jury_president,,,\nJ2,jury_membre,,,\nJ3,jury_membre,,,\nJ4,jury_membre,,,\nJ3,formateur,,,C002\n"
ABSENT, PENDING, NEUTRALISED, EXTRA_TIME = "C003", "C005", "C006", "C007"
REFERENCE = "DEC-2026-041"
SECRET_NEED = "salle Zinnia"
PV = "d" * 64


@dataclass
class Rehearsal:
    """A session under rehearsal, and the raw marks: by candidate or group, épreuve, line and marker."""

    root: Path
    candidates: tuple[str, ...]
    back: str
    raw: dict[tuple[str, str, str, str], str] = field(default_factory=dict)

    def kit(self, *words: str) -> str:
        code, told = run(*words)
        assert code == 0, (words, told)
        return told

    def notebook(self, name: str, code: str, **parameters: str) -> None:
        """Run a shipped notebook on the session, then a cell: what a person does on the page."""
        notebook = nbformat.read(shipped("notebooks") / f"{name}.ipynb", as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(code))
        source, target = self.root.parent / f"{name}.ipynb", self.root.parent / f"{name}-fait.ipynb"
        nbformat.write(notebook, source)
        papermill.execute_notebook(
            source,
            target,
            {"dossier": str(self.root), **parameters},
            progress_bar=False,
            cwd=self.root.parent,
        )

    def rows(self, name: str) -> list[dict[str, str]]:
        text = (self.root / name).read_text("utf-8")
        return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def rehearse(workspace: Path, count: int) -> Rehearsal:
    """Write the session: `count` candidates in groups of four, and one who comes back for bloc 3 alone."""
    who = tuple(f"C{rank:03d}" for rank in range(1, count))
    back = f"C{count:03d}"
    root = workspace / "session"
    root.mkdir(parents=True)
    config = session_text("JUIN-2026", "Lyon", "fede-marketing-commercial", date(2026, 6, 8), demo=False)
    config = config.replace("variants: 2", "variants: 1")
    head, _, tail = config.partition("  E5:\n")
    config = f"{head}  E5:\n{tail.replace('versions: [principal]', 'versions: [principal, rattrapage]', 1)}"
    epreuves = [epreuve.id for epreuve in EXAMPLE_EPREUVES]
    grouped = [epreuve.id for epreuve in EXAMPLE_EPREUVES if epreuve.grouped]
    files = {
        "session.yaml": config,
        "candidats.csv": "id,nom,prenom,naissance,email,voie,centre\n"
        + "".join(f"{one},Nom{one},Prénom{one},2002-05-17,{one.lower()}@example.org,formation,\n" for one in (*who, back)),
        "inscriptions.csv": "candidat,epreuve,tentative\n"
        + "".join(f"{one},{epreuve},1\n" for one in who for epreuve in epreuves) + f"{back},E5,2\n",
        "groupes.csv": "epreuve,groupe,candidat\n"
        + "".join(
            f"{epreuve},G{rank // GROUP_SIZE + 1:02d},{one}\n" for epreuve in grouped for rank, one in enumerate(who)
        )
        + f"E5,G99,{back}\n",
        "acquis.csv": "candidat,code,date,session,referentiel,pv,note\n"
        + "".join(f"{back},B{n},2025-07-02,JUIN-2025,fede 1,{PV},\n" for n in (1, 2, 4)),
        "intervenants.csv": PEOPLE,
        "affectations.csv": "intervenant,role,epreuve,rang,candidat\n"
        + "".join(f"P01,correcteur,{epreuve},1,\n" for epreuve in epreuves)
        + "".join(f"P02,correcteur,{epreuve},2,\n" for epreuve in WRITTEN) + SEATS,
        "presences.csv": "epreuve,partie,candidat,etat,version,incident\n"
         f"E2,ecrit,{ABSENT},absent_unexcused,,\nE3,ecrit,{PENDING},fraud_pending,,Notes trouvées sous la copie.\n",
        "incidents.csv": "date,epreuve,partie,candidat,recit\n2026-06-08,E2,ecrit,,Coupure de courant de dix minutes.\n",
        "amenagements.yaml": f"candidates:\n  {EXTRA_TIME}:\n"
        '    - {kind: extra_time, ratio: "1/3", decision: D-1, epreuves: [E2, E3]}\n'
        f"    - {{kind: room, detail: {SECRET_NEED}, decision: D-1}}\n",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    create_secret(root, bytes(range(32)))
    return Rehearsal(root, who, back)


def levels(rehearsal: Rehearsal, seed: int) -> None:
    """Draw the raw marks: most candidates do well, some do not, two markers do not always agree."""
    draw = random.Random(seed)
    gift = {holder: draw.choice([(0, 1, 4, 4), (0, 0, 3, 6), (3, 4, 3, 1)]) for holder in _holders(rehearsal)}
    for copy in rehearsal.rows("attribution.csv"):
        holder, epreuve = copy["candidat"] or copy["groupe"], copy["epreuve"]
        if (holder, epreuve) == (ABSENT, "E2"):
            continue
        for line in lines_of(rehearsal, copy):
            (first,) = draw.choices(list(VALUES), gift[holder])
            if holder in (rehearsal.back, "G99"):
                first = "acquis"
            rehearsal.raw[holder, epreuve, line["key"], "P01"] = first
            if epreuve in WRITTEN:
                near = list(VALUES)[max(0, list(VALUES).index(first) - draw.choice([0, 0, 0, 1]))]
                rehearsal.raw[holder, epreuve, line["key"], "P02"] = near


def _holders(rehearsal: Rehearsal) -> list[str]:
    rows = rehearsal.rows("attribution.csv")
    return sorted({row["candidat"] or row["groupe"] for row in rows})


def lines_of(rehearsal: Rehearsal, copy: dict[str, str]) -> list[dict[str, Any]]:
    """Return the lines of a copy's part, from the grid that the build wrote."""
    folder = f"{copy['epreuve']}/{copy['version']}-{copy['variant']}"
    grid = json.loads((rehearsal.root / "build/correcteurs" / folder / "grid.json").read_text("utf-8"))
    return [
        {**line, "key": f"{line['criterion']}@{line['part']}"}
        for line in grid["lines"]
        if line["part"] == copy["partie"]
    ]


def bring(rehearsal: Rehearsal, marker: str, skip: tuple[str, str] = ("", "")) -> None:
    """Import a marker's marks by the command, all but those of one copy."""
    path = rehearsal.root.parent / f"{marker}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("epreuve", "part", "copy", "criterion", "level", "state", "comment"))
        for copy in rehearsal.rows("attribution.csv"):
            holder = copy["candidat"] or copy["groupe"]
            if (holder, copy["epreuve"]) == skip:
                continue
            for line in lines_of(rehearsal, copy):
                level = rehearsal.raw.get((holder, copy["epreuve"], line["key"], marker))
                if level is not None:
                    writer.writerow(
                        (copy["epreuve"], copy["partie"], copy["copie"], line["key"], level, "", "")
                    )
    rehearsal.kit("marks", "import", str(rehearsal.root), str(path), "--marker", marker)


def mark_in_notebook(rehearsal: Rehearsal, holder: str, epreuve: str) -> None:
    """Mark one copy at P01's desk, in its notebook, as the page sends it."""
    (copy,) = [
        row for row in rehearsal.rows("attribution.csv")
        if (row["candidat"] or row["groupe"], row["epreuve"]) == (holder, epreuve)
    ]  # fmt: skip
    marks = {
        line["key"]: {"choice": f"level:{rehearsal.raw[holder, epreuve, line['key'], 'P01']}"}
        for line in lines_of(rehearsal, copy)
    }
    code = f"""
from kit.marking.copies import CopyKey
place = [copy.key for copy in panneau.desk.copies].index(CopyKey({epreuve!r}, {copy["partie"]!r}, {int(copy["copie"])}))
panneau.desk.go_to(place)
panneau.show()
panneau.input = {{"seq": 1, "index": place, "marks": {marks!r}, "action": None}}
assert panneau.findings == (), panneau.findings
assert not panneau.desk.left_in(place)
"""
    rehearsal.notebook("05_corriger_une_session", code, correcteur="P01")


def lock_and_retain(rehearsal: Rehearsal) -> None:
    root = str(rehearsal.root)
    for epreuve in (epreuve.id for epreuve in EXAMPLE_EPREUVES):
        rehearsal.kit("marks", "lock", root, epreuve, "--marker", "P01")
    for epreuve in WRITTEN:
        rehearsal.kit("marks", "lock", root, epreuve, "--marker", "P02")
    for copy in rehearsal.rows("attribution.csv"):
        holder = copy["candidat"] or copy["groupe"]
        if copy["epreuve"] in WRITTEN and (holder, copy["epreuve"]) != (ABSENT, "E2"):
            rehearsal.kit(
                "marks", "retain", root, copy["epreuve"], "--copy", copy["copie"], "--part", copy["partie"],
                "--method", "mean", "--by", "P01", "--reason", "Moyenne convenue",
            )  # fmt: skip


# What follows recomputes everything -----------------------------------------------------------------------


def expected(rehearsal: Rehearsal, neutralised: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Return each candidate's marks, competences and blocs, from the raw marks and the rules of the example."""
    copies = rehearsal.rows("attribution.csv")
    groups = {(row["epreuve"], row["candidat"]): row["groupe"] for row in rehearsal.rows("groupes.csv")}
    found = {}
    for who in (*rehearsal.candidates, rehearsal.back):
        lines: dict[str, list[tuple[dict[str, Any], Fraction | None]]] = {}
        for copy in copies:
            holder = copy["candidat"] or copy["groupe"]
            if holder in (who, groups.get((copy["epreuve"], who))):
                for line in lines_of(rehearsal, copy):
                    if (who, line["criterion"]) not in neutralised:
                        value = _value(rehearsal, who, holder, copy["epreuve"], line["key"])
                        lines.setdefault(copy["epreuve"], []).append((line, value))
        found[who] = {
            "epreuves": {epreuve: _mark(each) for epreuve, each in lines.items()},
            "competences": _competences(each for of_epreuve in lines.values() for each in of_epreuve),
        }
    return found


def _value(rehearsal: Rehearsal, who: str, holder: str, epreuve: str, key: str) -> Fraction | None:
    if (who, epreuve) == (ABSENT, "E2"):
        return VALUES["non_acquis"]
    if (who, epreuve) == (PENDING, "E3"):
        return None
    given = [
        rehearsal.raw[holder, epreuve, key, marker]
        for marker in ("P01", "P02")
        if (holder, epreuve, key, marker) in rehearsal.raw
    ]
    return sum((VALUES[level] for level in given), Fraction(0)) / len(given)


def _mark(lines: Sequence[tuple[dict[str, Any], Fraction | None]]) -> Fraction | None:
    if any(value is None for _, value in lines):
        return None
    whole = sum(Fraction(line["weight"]) for line, _ in lines)
    return 20 * sum(Fraction(line["weight"]) * (value or 0) for line, value in lines) / whole


def _competences(lines: Iterator[tuple[dict[str, Any], Fraction | None]]) -> dict[str, str | None]:
    """A criterion is acquired by its best sight, from 2/3; a competence when two thirds of its criteria are."""
    seen: dict[str, dict[str, list[Fraction | None]]] = {}
    for line, value in lines:
        seen.setdefault(line["competence"], {}).setdefault(line["criterion"], []).append(value)
    found: dict[str, str | None] = {}
    for competence, criteria in seen.items():
        if any(value is None for values in criteria.values() for value in values):
            found[competence] = None
            continue
        gained = sum(
            max(value or Fraction(0) for value in values) >= Fraction(2, 3) for values in criteria.values()
        )
        found[competence] = "acquis" if Fraction(gained, len(criteria)) >= Fraction(2, 3) else "non_acquis"
    return found


def _blocs(competences: dict[str, str | None], of_bloc: dict[str, list[str]]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for bloc, codes in of_bloc.items():
        states = [competences.get(code) for code in codes]
        found[bloc] = "non_acquis" if "non_acquis" in states else None if None in states else "acquis"
    return found


def half_up(mark: Fraction) -> Fraction:
    return Fraction((mark * 2 + Fraction(1, 2)).__floor__(), 2)


def blocs_of_source() -> dict[str, list[str]]:
    """Return the competences of each bloc, as the référentiel's file says."""
    import yaml

    data = yaml.safe_load(
        (shipped("referentiel") / "fede-marketing-commercial/referentiel.yaml").read_text("utf-8")
    )
    found: dict[str, list[str]] = {}
    for competence in data["competences"]:
        found.setdefault(competence["bloc"], []).append(competence["id"])
    return found


def check(
    rehearsal: Rehearsal, results: Sequence[dict[str, Any]], neutralised: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Hold what the kit says against what is recomputed, candidate by candidate; return the proposals."""
    wanted, of_bloc = expected(rehearsal, neutralised), blocs_of_source()
    told = {item["id"]: item for item in results}
    assert list(told) == [*rehearsal.candidates, rehearsal.back]
    proposals = {}
    for who, item in told.items():
        marks = {code: one["mark"] and Fraction(one["mark"]) for code, one in item["epreuves"].items()}
        assert marks == wanted[who]["epreuves"], who
        for code, mark in marks.items():
            rounded = item["epreuves"][code]["rounded"]
            assert (rounded and Fraction(rounded)) == (mark if mark is None else half_up(mark)), (who, code)
        statuses = {code: one["status"] for code, one in item["competences"].items()}
        assert statuses == wanted[who]["competences"], who
        blocs = _blocs(statuses, of_bloc) if who != rehearsal.back else {
            "B1": "acquis", "B2": "acquis", "B3": _blocs(statuses, of_bloc)["B3"], "B4": "acquis"}  # fmt: skip
        if who == PENDING:
            blocs["B2"] = None
        assert {code: one["proposal"] for code, one in item["blocs"].items()} == blocs, who
        whole = None if None in blocs.values() and "non_acquis" not in blocs.values() else (
            "acquis" if set(blocs.values()) == {"acquis"} else "non_acquis")  # fmt: skip
        assert item["certification"] == whole, who
        proposals[who] = blocs
    assert told[ABSENT]["epreuves"]["E2"]["state"] == "absent_unexcused"
    assert told[PENDING]["epreuves"]["E3"]["state"] == "fraud_pending"
    return proposals


def decisions_printed(path: Path) -> dict[str, list[str]]:
    """Return the decisions of each candidate as the PV prints them, bloc after bloc."""
    told = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    ).stdout.decode()
    told = told.replace("\u00a0", " ").replace("\u202f", " ").partition("Décisions motivées")[0]
    found = {}
    for line in told.splitlines():
        who = re.search(r"\((C\d{3})\)", line)
        words = re.findall(r"non validé|validé|ajourné|acquis le", line)
        if who and words:
            found[who[1]] = words
    return found


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize(
    ("count", "by"),
    [
        pytest.param(13, "both", id="a group of twelve and one who comes back"),
        pytest.param(41, "commands", id="forty and one by the commands", marks=pytest.mark.full),
        pytest.param(41, "notebooks", id="forty and one by the notebooks", marks=pytest.mark.full),
    ],
)
def test_from_the_build_to_the_rectificatif(
    count: int, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)
    rehearsal = rehearse(tmp_path, count)
    root = str(rehearsal.root)
    if by == "notebooks":
        rehearsal.notebook("03_generer_une_session", "panneau.build()")
    else:
        rehearsal.kit("build", root)
    assert (rehearsal.root / "build" / "manifest.json").exists()
    levels(rehearsal, seed=count)

    by_hand = ("C001", "E4") if by != "commands" else ("", "")
    bring(rehearsal, "P01", skip=by_hand)
    bring(rehearsal, "P02")
    if by != "commands":
        mark_in_notebook(rehearsal, *by_hand)
    lock_and_retain(rehearsal)
    before = check(rehearsal, json.loads(rehearsal.kit("results", root, "--json"))["candidates"], ())

    rehearsal.kit(
        "jury", "neutralise", root, "--candidate", NEUTRALISED, "--criterion", "CE34.1", "--reference", REFERENCE,
        "--irrelevant", "--not-core", "--by", "J1",
    )  # fmt: skip
    results = json.loads(rehearsal.kit("results", root, "--json"))["candidates"]
    proposals = check(rehearsal, results, [(NEUTRALISED, "CE34.1")])
    assert before.keys() == proposals.keys()

    decided = deliberate(rehearsal, proposals, by)
    sign_and_print(rehearsal, proposals, decided, by)
    refuse_and_detect(rehearsal)
    record_property("candidates", count)
    record_property("marks", len(rehearsal.raw))


def deliberate(
    rehearsal: Rehearsal, proposals: dict[str, dict[str, str | None]], by: str
) -> dict[tuple[str, str], str]:
    """Decide what has no proposal, and depart once; return what is decided."""
    wanted = {
        (who, bloc): "deferred" for who, blocs in proposals.items() for bloc, proposal in blocs.items()
        if proposal is None
    }  # fmt: skip
    assert {who for who, _ in wanted} == {PENDING}
    refused = next(
        (who, bloc)
        for who, blocs in proposals.items()
        for bloc, p in blocs.items()
        if p == "non_acquis" and who not in (ABSENT, PENDING)
    )
    wanted[refused] = "validated"
    for (who, bloc), choice in wanted.items():
        reason = f"Le jury a entendu {who} et motive sa décision."
        if by == "notebooks" or (by == "both" and choice == "validated"):
            values = {
                "candidate": who,
                "author": "J1",
                f"choice|{who}|{bloc}": choice,
                f"reason|{who}|{bloc}": reason,
            }
            code = f"""
panneau.input = {{"seq": 1, "values": {values!r}, "action": {{"seq": 1, "name": "decide:{bloc}"}}}}
assert panneau.regions["findings"] == "", panneau.regions["findings"]
"""
            rehearsal.notebook("06_jury", code, membre="J1")
        else:
            rehearsal.kit(
                "jury", "decide", str(rehearsal.root), "--candidate", who, "--bloc", bloc, "--decision", choice,
                "--reason", reason, "--by", "J1",
            )  # fmt: skip
    return wanted


def sign_and_print(
    rehearsal: Rehearsal,
    proposals: dict[str, dict[str, str | None]],
    decided: dict[tuple[str, str], str],
    by: str,
) -> None:
    root = str(rehearsal.root)
    if by == "commands":
        rehearsal.kit("jury", "sign", root, "--by", "J1", "--by", "J2", "--by", "J4")
    else:
        values = {f"present|{who}": True for who in ("J1", "J2", "J4")}
        code = f"""
panneau.input = {{"seq": 1, "values": {values!r}, "action": {{"seq": 1, "name": "sign"}}}}
assert panneau.regions["findings"] == "", panneau.regions["findings"]
"""
        rehearsal.notebook("06_jury", code, membre="J1")
    rehearsal.kit("documents", root)
    printed = decisions_printed(rehearsal.root / "documents" / "pv.pdf")
    words = {"validated": "validé", "refused": "non validé", "deferred": "ajourné"}
    follows = {"acquis": "validated", "non_acquis": "refused"}
    for who, blocs in proposals.items():
        wanted = [
            words[decided.get((who, bloc)) or follows[proposal or ""]] for bloc, proposal in blocs.items()
        ]
        if who == rehearsal.back:
            assert [word.split()[0] for word in printed[who]] == ["acquis", "acquis", "validé", "acquis"]
        else:
            assert printed[who] == wanted, who
    papers = sorted((rehearsal.root / "documents").rglob("*.pdf"))
    validated = sum(word == "validé" for row in printed.values() for word in row)
    assert sum(path.parent.name == "attestations" for path in papers) == validated
    assert sum(path.parent.name == "releves" for path in papers) == len(proposals)
    _nothing_of_health(papers)


def _nothing_of_health(papers: Sequence[Path]) -> None:
    for path in papers:
        told = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode()
        assert SECRET_NEED not in told
        assert "majoré" not in told
        assert (REFERENCE in told) == (path.name == "pv.pdf"), path
        with pikepdf.open(path) as pdf:
            assert pdf.Root.MarkInfo.Marked


def refuse_and_detect(rehearsal: Rehearsal) -> None:
    """Correct once, then try to change what is signed: by the commands, then beside them."""
    root = str(rehearsal.root)
    rehearsal.kit(
        "jury", "amend", root, "--candidate", PENDING, "--bloc", "B2", "--decision", "refused", "--reason",
        "La commission a établi la fraude.", "--by", "J1", "--by", "J2",
    )  # fmt: skip
    rehearsal.kit("documents", root)
    assert (rehearsal.root / "documents" / "pv-rectificatif-1.pdf").exists()
    for words in (
        (
            "jury",
            "decide",
            root,
            "--candidate",
            "C001",
            "--bloc",
            "B1",
            "--decision",
            "validated",
            "--by",
            "J1",
        ),
        ("jury", "sign", root, "--by", "J1", "--by", "J2", "--by", "J4"),
        ("marks", "import", root, str(rehearsal.root.parent / "P02.csv"), "--marker", "P02"),
    ):
        assert run(*words)[0] == 1, words
    rehearsal.kit("jury", "check", root)
    path = rehearsal.root / "inscriptions.csv"
    path.write_text(path.read_text("utf-8").replace("C001,E2,1", "C001,E2,2"), "utf-8")
    code, told = run("jury", "check", root)
    assert code == 1
    assert "inscriptions.csv" in told
