"""A session's results for other tools: what was proposed, what was decided, as JSON and as a workbook."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kit.documents.plain_workbook import Cell, Sheet, sheets_workbook
from kit.exchange.accrochage import Certified, certified_people
from kit.french import long_date
from kit.jury.deciding import Decided, decisions
from kit.jury.needs import acquired_blocs
from kit.jury.pv import decided_by, decisions_in_force, deliberated_on, signed
from kit.marking.book import MarkBook
from kit.messages import label
from kit.referentiel import natural_key, parse_exact
from kit.results.candidates import as_json, session_results
from kit.sessions.opening import Session


def results_in_force(session: Session, book: MarkBook) -> list[dict[str, Any]]:
    """Return results as `kit results --json` writes them: those of the PV once it is signed, else today's.

    Each bloc says whether it was `kept` (acquired in an earlier session, and not decided in this one), and the
    `decision` in force, None while the jury has taken none.

    Raises:
        InvalidFile: the session was not built.
        MarkingError: the PV is no longer what was signed.
        EnvironmentFault: the store refuses.
    """
    pvs = signed(book)
    found = pvs[0].content["results"] if pvs else as_json(session_results(session, book))["candidates"]
    brought = {(item.candidate, item.code) for item in session.acquired}
    decided = decided_by(pvs) if pvs else decisions(book)
    return [_in_force(item, brought, decided) for item in found]


def _in_force(
    result: Mapping[str, Any],
    brought: Collection[tuple[str, str]],
    decided: Mapping[tuple[str, str], Decided],
) -> dict[str, Any]:
    who: str = result["id"]
    blocs = {
        code: {
            **bloc,
            "kept": (who, code) in brought,
            "decision": decided[who, code].choice if (who, code) in decided else None,
        }
        for code, bloc in _natural(result["blocs"]).items()
    }
    return {
        "id": who, "epreuves": _natural(result["epreuves"]), "competences": _natural(result["competences"]),
        "blocs": blocs, "certification": result["certification"],
    }  # fmt: skip


def _natural(by_code: Mapping[str, Any]) -> dict[str, Any]:
    return {code: by_code[code] for code in sorted(by_code, key=natural_key)}


def results_data(session: Session, book: MarkBook) -> dict[str, Any]:
    """Return results, decisions and what they rest on, as data. Numbers are exact strings.

    The jury's reasons stay in its PV, and so do the steps of a proposal: they would tell what was neutralised.

    A rectificatif counts from 1 under `amendment`, as it does in its own title; the PV has none.
    """
    pvs = signed(book)
    return {
        "session": session.config.id,
        "certification": {"title": session.referentiel.title, "rncp": session.referentiel.rncp},
        "referentiel": {"slug": session.referentiel.slug, "version": session.referentiel.version},
        "reglement": {"slug": session.reglement.slug, "version": session.reglement.version},
        "pv": [
            {"number": pv.number, "amendment": pv.number - 1 or None, "at": pv.content["at"], "digest": pv.digest}
            for pv in pvs
        ],
        "candidates": [_without_traces(item) for item in results_in_force(session, book)],
        "decisions": [_without(item.as_json(), "reason") for item in decisions_in_force(book).values()],
        "certified": [
            {"candidate": item.candidate.id, "on": item.on.isoformat()} for item in _certified(session, book)
        ],
        "acquired": [item.model_dump(mode="json") for item in session.acquired],
    }  # fmt: skip


def _without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _without_traces(result: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        kind: {code: _without(one, "trace") for code, one in result[kind].items()}
        for kind in ("competences", "blocs")
    }
    return {**result, **parts}


def results_workbook(session: Session, book: MarkBook) -> bytes:
    """Return results as XLSX: épreuves, competences, blocs and certification as decided, and what they come from."""
    found = results_in_force(session, book)
    sheets = (
        _marks(session, found),
        _statuses(session, found),
        _blocs(session, found, _obtained(session, book, found)),
        _origin(session, book),
    )
    return sheets_workbook(f"{label('export.results')} – {session.config.id}", sheets)


def _certified(session: Session, book: MarkBook) -> tuple[Certified, ...]:
    return certified_people(session, acquired_blocs(session, book))


def _obtained(session: Session, book: MarkBook, found: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return what is said of the certification: obtained by the PV, or only proposed while there is none."""
    whose = [item["id"] for item in found]
    if signed(book):
        certified = {item.candidate.id for item in _certified(session, book)}
        known = {who: "paper.certified" if who in certified else "export.not_certified" for who in whose}
        return {who: label(code) for who, code in known.items()}
    proposed = {item["id"]: label(f"result.proposal.{item['certification'] or 'open'}") for item in found}
    return {who: label("export.proposed", proposal=words) for who, words in proposed.items()}


def _origin(session: Session, book: MarkBook) -> Sheet:
    """Return which certification the results are of, and the PV they come from."""
    referentiel, reglement, pvs = session.referentiel, session.reglement, signed(book)
    rows = [
        (label("paper.certification"), referentiel.title or label("paper.unknown_title")),
        (label("paper.rncp"), referentiel.rncp or label("paper.unknown")),
        (label("paper.referentiel"), f"{referentiel.slug} {referentiel.version}"),
        (label("paper.reglement"), f"{reglement.slug} {reglement.version}"),
        (label("paper.session"), session.config.id),
        (label("paper.centre"), session.config.centre),
    ]
    for pv in pvs:
        name = label("paper.pv") if pv is pvs[0] else label("paper.amendment", number=pv.number - 1)
        day = long_date(deliberated_on(session, pv))
        rows.append((name, label("export.pv", date=day, digest=pv.digest)))
    if not pvs:
        rows.append((label("paper.pv"), label("export.no_pv")))
    header = (label("export.column.what"), label("export.column.value"))
    return Sheet(label("export.sheet.origin"), header, tuple(rows))


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


def _blocs(session: Session, found: Sequence[Mapping[str, Any]], obtained: Mapping[str, str]) -> Sheet:
    codes = _codes(found, "blocs")
    header = [label(f"export.column.{name}") for name in _WHO]
    for code in codes:
        header += [label("export.column.proposal", code=code), label("export.column.decision", code=code)]
    header.append(label("paper.column.certification"))
    rows = tuple(
        (*_people(session, item["id"]), *_blocs_of(item["blocs"], codes), obtained.get(item["id"]))
        for item in found
    )
    return Sheet(label("export.sheet.blocs"), tuple(header), rows)


def _blocs_of(blocs: Mapping[str, Any], codes: Sequence[str]) -> Iterator[Cell]:
    for code in codes:
        one = blocs.get(code)
        yield label(f"result.proposal.{one['proposal'] or 'open'}") if one else None
        yield label(f"jury.choice.{one['decision']}") if one and one["decision"] else None


def _codes(found: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    return sorted({code for item in found for code in item[kind]}, key=natural_key)
