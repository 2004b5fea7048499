"""A session's results for other tools: what was proposed, what was decided, as JSON and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kit.documents.plain_workbook import Cell, Sheet, sheets_workbook
from kit.jury.pv import decisions_in_force, signed
from kit.marking.book import MarkBook
from kit.messages import label
from kit.referentiel import natural_key, parse_exact
from kit.results.candidates import as_json, session_results
from kit.sessions.opening import Session


def results_in_force(session: Session, book: MarkBook) -> list[dict[str, Any]]:
    """Return results as `kit results --json` writes them: those of the PV once it is signed, else today's.

    Raises:
        InvalidFile: the session was not built.
        EnvironmentFault: the store refuses.
    """
    pvs = signed(book)
    return list(pvs[0].content["results"]) if pvs else as_json(session_results(session, book))["candidates"]


def results_data(session: Session, book: MarkBook) -> dict[str, Any]:
    """Return results, decisions and what they rest on, as data. Numbers are exact strings."""
    pvs = signed(book)
    return {
        "session": session.config.id,
        "referentiel": {"slug": session.referentiel.slug, "version": session.referentiel.version},
        "reglement": {"slug": session.reglement.slug, "version": session.reglement.version},
        "pv": [{"number": pv.number, "at": pv.content["at"], "digest": pv.digest} for pv in pvs],
        "candidates": results_in_force(session, book),
        "decisions": [
            {
                "candidate": item.candidate, "bloc": item.bloc, "decision": item.choice, "proposal": item.proposal,
                "reason": item.reason, "by": item.author,
            }
            for item in decisions_in_force(book).values()
        ],
        "acquired": [item.model_dump(mode="json") for item in session.acquired],
    }  # fmt: skip


def results_workbook(session: Session, book: MarkBook) -> bytes:
    """Return results as XLSX: marks of épreuves, competences, blocs with what was decided."""
    found = results_in_force(session, book)
    decided = {key: label(f"jury.choice.{item.choice}") for key, item in decisions_in_force(book).items()}
    sheets = (
        _marks(session, found),
        _statuses(session, found),
        _blocs(session, found, decided),
    )
    return sheets_workbook(f"{label('export.results')} – {session.config.id}", sheets)


def _people(session: Session, candidate: str) -> tuple[str, str, str]:
    person = session.candidate(candidate)
    return person.id, person.last_name, person.first_name


_WHO = ("id", "last_name", "first_name")


def _marks(session: Session, found: Sequence[Mapping[str, Any]]) -> Sheet:
    codes = _codes(found, "epreuves")
    header = [label(f"export.column.{name}") for name in _WHO]
    for code in codes:
        header += [code, label("export.column.exact", code=code), label("export.column.state", code=code)]
    rows = tuple((*_people(session, item["id"]), *_marks_of(item["epreuves"], codes)) for item in found)
    return Sheet(label("export.sheet.marks"), tuple(header), rows)


def _marks_of(epreuves: Mapping[str, Any], codes: Sequence[str]) -> Iterator[Cell]:
    for code in codes:
        one = epreuves.get(code)
        yield _number(one["rounded"]) if one else None
        yield _number(one["mark"]) if one else None
        yield label(f"paper.state.{one['state']}") if one and one["state"] else None


def _number(text: str | None) -> Fraction | None:
    return None if text is None else parse_exact(text)


def _statuses(session: Session, found: Sequence[Mapping[str, Any]]) -> Sheet:
    codes = _codes(found, "competences")
    header = (*(label(f"export.column.{name}") for name in _WHO), *codes)
    rows = tuple(
        (*_people(session, item["id"]), *(_status(item["competences"].get(code)) for code in codes))
        for item in found
    )
    return Sheet(label("export.sheet.competences"), header, rows)


def _status(one: Mapping[str, Any] | None) -> str | None:
    return None if one is None else label(f"result.status.{one['status'] or 'open'}")


def _blocs(
    session: Session, found: Sequence[Mapping[str, Any]], decided: Mapping[tuple[str, str], str]
) -> Sheet:
    codes = _codes(found, "blocs")
    header = [label(f"export.column.{name}") for name in _WHO]
    for code in codes:
        header += [label("export.column.proposal", code=code), label("export.column.decision", code=code)]
    rows = tuple((*_people(session, item["id"]), *_blocs_of(item, codes, decided)) for item in found)
    return Sheet(label("export.sheet.blocs"), tuple(header), rows)


def _blocs_of(
    item: Mapping[str, Any], codes: Sequence[str], decided: Mapping[tuple[str, str], str]
) -> Iterator[Cell]:
    for code in codes:
        one = item["blocs"].get(code)
        yield None if one is None else label(f"result.proposal.{one['proposal'] or 'open'}")
        yield decided.get((item["id"], code))


def _codes(found: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    return sorted({code for item in found for code in item[kind]}, key=natural_key)
