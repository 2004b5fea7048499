"""Grades for Moodle's gradebook: one CSV an épreuve, checked before, for one unknown user makes it refuse them all.

The import maps columns by hand, matches people on one of their fields, takes an empty cell for no grade and a point
for the decimal mark (Moodle 4, `grade/import/csv/classes/load_data.php`). There is no column of export time: with it,
Moodle refuses a grade that changed since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kit.csv_reading import CsvData, read_records, refuse_link
from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.messages import label
from kit.referentiel import exact_text, natural_key, parse_exact
from kit.sessions.model import Candidate
from kit.sessions.opening import Session
from kit.writing import csv_text

Match = Literal["id", "email"]
_COLUMNS: Mapping[Match, frozenset[str]] = {
    "id": frozenset({"idnumber", "id number", "numéro d'identification", "numéro d’identification"}),
    "email": frozenset({"email", "email address", "adresse de courriel", "adresse e-mail"}),
}
"""How exports of Moodle head these columns, in English and in French, in lower case."""

_TOLD = frozenset({"absent_excused", "absent_unexcused", "exempt"})
"""Participations that a course's whole team may read; a fraud or an exclusion is the jury's."""

_LARGEST = 100
"""The most a gradebook takes unless its site allows unlimited grades."""


def grades_files(
    session: Session, results: Sequence[Mapping[str, Any]], match: Match, known: Collection[str] | None = None
) -> dict[str, str]:
    """Return one CSV text per épreuve, by file name.

    Args:
        session: its candidates.
        results: as `results_in_force` returns them.
        match: what Moodle matches people on: their id number or their e-mail address.
        known: the same field of the platform's users; None when it was not given and cannot be checked.

    Raises:
        InvalidFile: somebody without the field, twice the same, unknown to the platform, a total it cannot hold; all
            are listed.
    """
    people = {item["id"]: session.candidate(item["id"]) for item in results}
    raise_for(_refused(session, people, match, known), InvalidFile)
    codes = sorted({code for item in results for code in item["epreuves"]}, key=natural_key)
    return {f"{session.config.id}-{code}.csv": _grades(code, results, people, match) for code in codes}


def users_of(path: Path, match: Match) -> frozenset[str]:
    """Return the values of one column of a list of users exported from Moodle.

    Raises:
        InvalidFile: the file cannot be read, or has no such column.
    """
    refuse_link(path)
    data = CsvData()
    records = read_records(path, data)
    line, header = records[0] if records else (1, [])
    column = next((i for i, name in enumerate(header) if name.strip().casefold() in _COLUMNS[match]), None)
    if column is None:
        columns = sorted(_COLUMNS[match])
        data.findings.append(Finding("export.no_column", Place(str(path), line), {"columns": columns}))
    raise_for(data.findings, InvalidFile)
    return frozenset(
        cells[column].strip() for _, cells in records[1:] if column is not None and cells[column:]
    )


def _grades(
    code: str, results: Sequence[Mapping[str, Any]], people: Mapping[str, Candidate], match: Match
) -> str:
    columns = (match if match == "email" else "idnumber", code, f"{code} feedback")
    rows = []
    for item in results:
        one = item["epreuves"].get(code)
        if one is None:
            continue
        state = label(f"paper.state.{one['state']}") if one["state"] in _TOLD else ""
        grade = "" if one["rounded"] is None else _decimal(one["rounded"])
        rows.append((_field(people[item["id"]], match), grade, state))
    return csv_text(columns, rows)


def _decimal(text: str) -> str:
    """Return a rounded mark with a point; a step such as 1/3 leaves no finite decimal and is cut at five."""
    value = parse_exact(text)
    written = exact_text(value)
    return written if "/" not in written else f"{float(value):.5f}"


def _field(person: Candidate, match: Match) -> str:
    return (person.email or "") if match == "email" else person.id


def _refused(
    session: Session, people: Mapping[str, Candidate], match: Match, known: Collection[str] | None
) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    users = None if known is None else {one.casefold() for one in known}
    where = Place(Candidate.file, field=match)
    if parse_exact(session.reglement.total) > _LARGEST:
        yield Finding("export.total", Place(session.reglement_file.name), {"total": session.reglement.total})
    for code, person in people.items():
        value = _field(person, match).casefold()
        if not value:
            yield Finding("export.no_email", where, {"candidate": code})
        elif value in seen:
            yield Finding("export.email_twice", where, {"candidate": code, "other": seen[value]})
        elif users is not None and value not in users:
            yield Finding("export.unknown_user", where, {"candidate": code, "value": value})
        seen.setdefault(value, code)
