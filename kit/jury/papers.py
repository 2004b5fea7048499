"""The documents of a deliberation, from what was signed: the PV, its rectificatifs, relevés, attestations of blocs.

They say what was decided, never why somebody was accommodated: a neutralised criterion appears in the PV by the
reference of its decision, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kit.documents.model import (
    NOTE_ROOM,
    Align,
    Block,
    Box,
    Document,
    Fields,
    Heading,
    Inlines,
    Paragraph,
    Table,
    text,
)
from kit.french import clock, enumeration, long_date, number
from kit.jury.pv import SignedPv, deliberated_at
from kit.messages import label
from kit.referentiel import natural_key, parse_exact
from kit.results.blocs import makes_whole
from kit.sessions.opening import Session
from kit.sessions.values import route_of

_UNKNOWN = "—"


def pv_document(session: Session, pv: SignedPv) -> Document:
    """Return the jury's PV: who sat, what was decided for whom and why, what it rests on, room to sign."""
    return Document(
        title=label("paper.pv"), subject=session.config.id, code=f"{session.config.id} PV",
        stamp=stamp_of(session), landscape=True, body=tuple(_pv_body(session, pv)),
    )  # fmt: skip


def _pv_body(session: Session, pv: SignedPv) -> Iterator[Block]:
    content = pv.content
    yield Fields(tuple(_facts(session, pv)))
    if session.reglement.is_example:
        yield Box("notice", (Paragraph(text(session.reglement.notice)),))
    yield Heading(1, text(label("paper.jury")))
    yield _table("jury", ("name", "capacity", "role", "outside", "present"), map(_seat, content["jury"]))
    if content["recused"]:
        names = {seat["id"]: seat["name"] for seat in content["jury"]}
        rows = [
            (candidate_name(session, who), enumeration([names[one] for one in people]))
            for who, people in content["recused"].items()
        ]
        yield _table("recused", ("candidate", "member"), rows)
    yield Heading(1, text(label("paper.decisions")))
    yield _results(session, content)
    yield from _reasons(session, content)
    yield from _participations(session, content)
    references = content["neutralised"]
    if references:
        yield Paragraph(text(label("paper.neutralised", references=enumeration(references))))
    yield from _incidents(session, content)
    yield Heading(1, text(label("paper.signatures")))
    present = [seat for seat in content["jury"] if seat["present"]]
    yield _signatures([seat["name"] for seat in present])
    yield Paragraph(text(label("paper.digest", digest=_grouped(pv.digest))), note=True)


def _facts(session: Session, pv: SignedPv) -> Iterator[tuple[str, str | None]]:
    referentiel, reglement = session.referentiel, session.reglement
    yield label("paper.certifier"), referentiel.source.certifier
    yield label("paper.certification"), referentiel.title or label("paper.unknown_title")
    yield label("paper.rncp"), referentiel.rncp or label("paper.unknown")
    yield label("paper.referentiel"), f"{referentiel.slug} ({referentiel.version})"
    yield label("paper.reglement"), f"{reglement.slug} ({reglement.version})"
    yield label("paper.session"), session.config.id
    if session.config.centre:
        yield label("paper.centre"), session.config.centre
    yield label("paper.date"), _moment(session, pv)


def _moment(session: Session, pv: SignedPv) -> str:
    moment = deliberated_at(session, pv)
    return f"{long_date(moment, weekday=True)}, {clock(moment)}"


def _seat(seat: Mapping[str, Any]) -> tuple[str, ...]:
    role = label("paper.president" if seat["president"] else "paper.member")
    outside = label("paper.outside" if seat["external"] else "paper.inside")
    present = label(f"paper.{'present' if seat['present'] else 'excused' if seat['excused'] else 'absent'}")
    return seat["name"], seat["capacity"] or _UNKNOWN, role, outside, present


def _results(session: Session, content: Mapping[str, Any]) -> Table:
    blocs = [
        bloc.id for bloc in session.referentiel.blocs
        if any(item["bloc"] == bloc.id for item in content["decisions"])
        or any(item["code"] == bloc.id for item in content["acquired"])
    ]  # fmt: skip
    decided = {(item["candidate"], item["bloc"]): item["decision"] for item in content["decisions"]}
    told = told_of(content, decided)
    certified = set(_certified(session, content))
    rows = []
    for item in content["results"]:
        who = session.candidate(item["id"])
        words = [told.get((item["id"], bloc), _UNKNOWN) for bloc in blocs]
        whole = label("paper.certified") if item["id"] in certified else _UNKNOWN
        rows.append((candidate_name(session, item["id"]), _route(who.route), *words, whole))
    names = [label(f"paper.column.{name}") for name in ("candidate", "route", "certification")]
    header = (*names[:2], *blocs, names[2])
    widths = (6.0, 2.4, *(2.2 for _ in blocs), 2.2)
    return _plain_table(header, rows, label("paper.caption.results"), widths)


def told_of(content: Mapping[str, Any], decided: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return what the papers say of each bloc, by candidate and bloc.

    Args:
        content: of the PV, for what was acquired before.
        decided: the decisions in force.
    """
    here = {key: label(f"jury.choice.{choice}") for key, choice in decided.items()}
    return here | {(item["candidate"], item["code"]): _since(item) for item in content["acquired"]}


def _certified(session: Session, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield who has every bloc of the certification: validated here, or acquired before."""
    has: dict[str, set[str]] = {}
    for item in content["acquired"]:
        has.setdefault(item["candidate"], set()).add(item["code"])
    for item in content["decisions"]:
        if item["decision"] == "validated":
            has.setdefault(item["candidate"], set()).add(item["bloc"])
    yield from (who for who, codes in has.items() if makes_whole(session.referentiel, codes))


def _route(route: str | None) -> str:
    """Return a voie d’accès in full where the kit knows it, as typed where it does not."""
    known = route_of(route) if route else None
    return label(f"paper.route.{known}") if known else route or _UNKNOWN


def _since(item: Mapping[str, Any]) -> str:
    return label("paper.kept", date=_french(item["on"]), session=item["session"])


def _french(day: str) -> str:
    return long_date(date.fromisoformat(day))


def _reasons(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    names = {seat["id"]: seat["name"] for seat in content["jury"]}
    rows = [
        (
            candidate_name(session, item["candidate"]), item["bloc"],
            label(f"result.proposal.{item['proposal'] or 'open'}"), label(f"jury.choice.{item['decision']}"),
            item["reason"], names.get(item["by"], item["by"]),
        )
        for item in content["decisions"]
        if item["reason"]
    ]  # fmt: skip
    if rows:
        yield Heading(1, text(label("paper.reasons")))
        names_of = ("candidate", "bloc", "proposal", "decision", "reason", "by")
        yield _table("reasons", names_of, rows, (5.0, 1.2, 2.0, 2.0, 10.0, 3.0))


def _participations(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    """Yield who did not sit an épreuve as usual."""
    rows = [
        (candidate_name(session, item["id"]), code, label(f"paper.state.{one['state']}"))
        for item in content["results"]
        for code, one in sorted(item["epreuves"].items(), key=lambda pair: natural_key(pair[0]))
        if one["state"]
    ]
    if rows:
        yield Heading(1, text(label("paper.participations")))
        yield _table("participations", ("candidate", "epreuve", "participation"), rows, (5.0, 2.0, 5.0))


def _incidents(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    if content["incidents"]:
        yield Heading(1, text(label("paper.incidents")))
        rows = [
            (
                item["epreuve"] or label("paper.all_session"), item["part"] or _UNKNOWN,
                candidate_name(session, item["candidate"]) if item["candidate"] else label("paper.everybody"),
                f"{_french(item['on'])} : {item['incident']}" if item["on"] else item["incident"],
            )
            for item in content["incidents"]
        ]  # fmt: skip
        yield _table("incidents", ("epreuve", "part", "candidate", "incident"), rows)


def amendment_document(session: Session, pv: SignedPv) -> Document:
    """Return a rectificatif: what it corrects, before and after, why, and the hash that chains it."""
    before, after = pv.content["before"], pv.content["after"]
    rows = (
        (label("paper.date"), _moment(session, pv)),
        (label("paper.session"), session.config.id),
        (label("paper.column.candidate"), candidate_name(session, after["candidate"])),
        (label("paper.column.bloc"), after["bloc"]),
        (label("paper.before"), label(f"jury.choice.{before['decision']}")),
        (label("paper.after"), label(f"jury.choice.{after['decision']}")),
        (label("paper.column.reason"), after["reason"]),
        (label("paper.corrects"), _grouped(pv.previous)),
    )
    body = (
        Fields(rows),
        Heading(1, text(label("paper.signatures"))),
        _signatures([item["name"] for item in pv.content["members"]]),
        Paragraph(text(label("paper.digest", digest=_grouped(pv.digest))), note=True),
    )
    return Document(
        title=label("paper.amendment", number=pv.number - 1), subject=session.config.id,
        code=f"{session.config.id} PV-R{pv.number - 1}", stamp=stamp_of(session), body=body,
    )  # fmt: skip


def statement_document(
    session: Session, result: Mapping[str, Any], told: Mapping[tuple[str, str], str]
) -> Document:
    """Return a candidate's relevé: the mark of each épreuve, and what the jury decided of each bloc.

    Args:
        session: the session.
        result: his results as the PV has them.
        told: what is said of each bloc, by candidate and bloc: decided here, or acquired before.
    """
    who = result["id"]
    body: list[Block] = [
        Fields((
            (label("paper.column.candidate"), candidate_name(session, who)),
            (label("paper.certification"), session.referentiel.title or label("paper.unknown_title")),
            (label("paper.session"), session.config.id),
            (label("paper.reglement"), f"{session.reglement.slug} ({session.reglement.version})"),
        )),
        Heading(1, text(label("paper.blocs"))),
        _table("blocs", ("bloc", "title", "decision"), [
            (bloc.id, bloc.text, told[who, bloc.id])
            for bloc in session.referentiel.blocs
            if (who, bloc.id) in told
        ]),
        Heading(1, text(label("paper.epreuves"))),
        _table("epreuves", ("epreuve", "title", "mark"), [
            (code, session.referentiel.epreuve(code).short_title, _mark(session, item))
            for code, item in sorted(result["epreuves"].items(), key=lambda pair: natural_key(pair[0]))
        ]),
    ]  # fmt: skip
    if session.reglement.is_example:
        body.append(Box("notice", (Paragraph(text(session.reglement.notice)),)))
    return Document(
        title=label("paper.statement"), subject=session.config.id, code=f"{session.config.id} relevé",
        stamp=stamp_of(session), body=tuple(body),
    )  # fmt: skip


def _mark(session: Session, item: Mapping[str, Any]) -> str:
    if item["rounded"] is None:
        return label(f"paper.state.{item['state'] or 'none'}")
    total = number(parse_exact(session.reglement.total))
    mark = f"{number(parse_exact(item['rounded']))} / {total}"
    return f"{mark} ({label('paper.state.' + item['state'])})" if item["state"] else mark


def attestation_document(session: Session, candidate: str, bloc: str, pv: SignedPv) -> Document:
    """Return the attestation of one bloc that the jury validated; each bloc has its own."""
    found = session.referentiel.bloc(bloc)
    competences = session.referentiel.competences_of(bloc)
    body: tuple[Block, ...] = (
        Paragraph(text(label("paper.attests", certifier=session.referentiel.source.certifier))),
        Fields((
            (label("paper.column.candidate"), candidate_name(session, candidate)),
            (label("paper.column.bloc"), f"{found.id} – {found.text}"),
            (label("paper.certification"), session.referentiel.title or label("paper.unknown_title")),
            (label("paper.rncp"), session.referentiel.rncp or label("paper.unknown")),
            (label("paper.date"), _moment(session, pv)),
        )),
        Heading(1, text(label("paper.competences"))),
        _table("competences", ("competence", "title"), [(item.id, item.text) for item in competences]),
        Heading(1, text(label("paper.signatures"))),
        _signatures([label("paper.president")]),
    )  # fmt: skip
    return Document(
        title=label("paper.attestation"), subject=session.config.id, code=f"{session.config.id} {bloc}",
        stamp=stamp_of(session), body=body,
    )  # fmt: skip


def stamp_of(session: Session) -> str | None:
    """Return what stands across every page: a demonstration, or a specimen while the title is unknown."""
    if session.config.demo:
        return label("doc.stamp_demo")
    return label("paper.specimen") if session.referentiel.is_specimen else None


def candidate_name(session: Session, candidate: str) -> str:
    """Return a candidate's name as the papers write it."""
    found = session.candidate(candidate)
    return f"{found.last_name} {found.first_name} ({found.id})"


def _grouped(digest: str) -> str:
    """Return a hash in groups of sixteen, so that a line can end between two."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _signatures(names: Sequence[str]) -> Table:
    """Return a row for each who signs, with room for a pen."""
    header = [label("paper.column.name"), label("paper.column.signature")]
    return _plain_table(
        header, [(name, "") for name in names], label("paper.caption.signatures"), (1, 2), NOTE_ROOM
    )


def _table(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[str]], widths: tuple[float, ...] | None = None
) -> Table:
    header = [label(f"paper.column.{column}") for column in columns]
    return _plain_table(header, list(rows), label(f"paper.caption.{name}"), widths)


def _plain_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    widths: tuple[float, ...] | None = None,
    form: float = 0.0,
) -> Table:
    cells: tuple[tuple[Inlines, ...], ...] = tuple(
        tuple(text(cell) if cell else () for cell in row) for row in rows
    )
    names: tuple[Inlines, ...] = tuple(text(words) for words in header)
    left: Align = "left"
    return Table(names, cells, (left,) * len(names), caption, widths, row_headers=True, form=form)
