"""The PV of a deliberation and its rectificatifs, from what was signed.

A neutralised criterion appears in the PV by the reference of its decision, and nowhere else. What a PV has to say
and did not happen is said to be « néant »: nobody has to wonder whether it was left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kit.documents.model import Block, Document, Fields, Heading, Paragraph, Table, text
from kit.french import clock, enumeration, long_date, number
from kit.jury.composition import jury_of, quorum_of
from kit.jury.deciding import CHOICES
from kit.jury.papers import (
    NOTHING,
    blocs_of,
    candidate_facts,
    candidate_name,
    certification_facts,
    certification_word,
    certified,
    example_notice,
    french_day,
    paper_table,
    plain_table,
    president_of,
    signatures,
    stamp_of,
    told_of,
)
from kit.jury.pv import SignedPv, deliberated_at, source_of
from kit.messages import label
from kit.referentiel import natural_key
from kit.sessions.opening import Session
from kit.sessions.values import route_of


def pv_document(session: Session, pv: SignedPv) -> Document:
    """Return the jury's PV: who sat, what was decided for whom and why, what it rests on, room to sign."""
    return Document(
        title=label("paper.pv"), subject=session.config.id, code=f"{session.config.id} PV",
        stamp=stamp_of(session), landscape=True, body=tuple(_pv_body(session, pv)),
    )  # fmt: skip


def _pv_body(session: Session, pv: SignedPv) -> Iterator[Block]:
    content = pv.content
    yield Fields((*certification_facts(session), (label("paper.closed"), _moment(session, pv))))
    yield from example_notice(session)
    yield Heading(1, text(label("paper.jury")))
    columns = ("name", "capacity", "role", "outside", "present")
    yield paper_table("jury", columns, map(_seat, content["jury"]), (5.0, 7.0, 4.0, 4.0, 2.0))
    yield from _sitting(content)
    yield from _recusals(session, content)
    yield Heading(1, text(label("paper.decisions")))
    yield _results(session, pv)
    yield from _totals(session, pv)
    yield from _reasons(session, content)
    yield from _participations(session, content)
    yield from _neutralised(content)
    yield from _incidents(session, content)
    yield Heading(1, text(label("paper.signatures")))
    yield Paragraph(text(label("paper.closing", moment=_moment(session, pv))))
    yield signatures([seat["name"] for seat in content["jury"] if seat["present"]])
    yield Paragraph(text(label("paper.digest", digest=_grouped(pv.digest))), note=True)


def _moment(session: Session, pv: SignedPv) -> str:
    moment = deliberated_at(session, pv)
    return label("paper.moment", day=long_date(moment, weekday=True), time=clock(moment))


def _seat(seat: Mapping[str, Any]) -> tuple[str, ...]:
    present = label(f"paper.{'present' if seat['present'] else 'excused' if seat['excused'] else 'absent'}")
    return (
        seat["name"],
        seat["capacity"] or NOTHING,
        _role(seat["president"]),
        _origin(seat["external"]),
        present,
    )


def _role(presides: bool) -> str:
    return label("paper.president" if presides else "paper.member")


def _origin(external: bool | None) -> str:
    return label("paper.outside" if external else "paper.inside")


def _sitting(content: Mapping[str, Any]) -> Iterator[Paragraph]:
    """Yield who presides, with which voice, and whether the jury was enough."""
    president = president_of(content)
    said = []
    if president is not None:
        said.append(
            label(f"paper.presides.{'here' if president['present'] else 'away'}", name=president["name"])
        )
    if content["reglement"]["jury"]["casting_vote"]:
        said.append(label("paper.casting_vote"))
    present = sum(seat["present"] for seat in content["jury"])
    said.append(_quorum(content, present))
    yield Paragraph(text(" ".join(said)))


def _quorum(content: Mapping[str, Any], found: int) -> str:
    members = len(content["jury"])
    needed = quorum_of(content["reglement"]["jury"]["quorum"], members)
    words = {"found": number(found), "members": number(members), "needed": number(needed)}
    return label("paper.quorum", **words)


def _recusals(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    names = {seat["id"]: seat["name"] for seat in content["jury"]}
    rows = [
        (candidate_name(session, who), names[one])
        for who, people in sorted(content["recused"].items(), key=lambda pair: _place(content, pair[0]))
        for one in people
    ]
    yield from _section("recused", ("candidate", "member"), rows, (1.0, 1.0))


def _place(content: Mapping[str, Any], candidate: str) -> int:
    """Return the place of a candidate in the PV's list."""
    return [item["id"] for item in content["results"]].index(candidate)


def _section(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[float, ...]
) -> Iterator[Block]:
    """Yield a section with its table, or the word that says there is nothing to say."""
    yield Heading(2, text(label(f"paper.{name}")))
    yield paper_table(name, columns, rows, widths) if rows else Paragraph(text(label("paper.nil")))


def _results(session: Session, pv: SignedPv) -> Table:
    content = pv.content
    codes = {item["bloc"] for item in content["decisions"]} | {item["code"] for item in content["acquired"]}
    blocs = [bloc.id for bloc in blocs_of(session) if bloc.id in codes]
    told = told_of(session, [pv])
    whole = certified(session, [pv])
    rows = [
        (
            candidate_name(session, who), _route(session.candidate(who).route),
            *(told.get((who, bloc), NOTHING) for bloc in blocs),
            label("paper.certified") if who in whole else NOTHING,
        )
        for who in (item["id"] for item in content["results"])
    ]  # fmt: skip
    names = [label(f"paper.column.{name}") for name in ("candidate", "route", "certification")]
    widths = (7.0, 3.6, *(2.1 for _ in blocs), 2.4)
    return plain_table((*names[:2], *blocs, names[2]), rows, label("paper.caption.results"), widths)


def _route(route: str | None) -> str:
    """Return a voie d’accès in full where the kit knows it, as typed where it does not."""
    known = route_of(route) if route else None
    return label(f"paper.route.{known}") if known else route or NOTHING


def _totals(session: Session, pv: SignedPv) -> Iterator[Block]:
    content = pv.content
    presented = {item["candidate"] for item in content["decisions"]}
    whole = certified(session, [pv]) & presented
    count = Counter((item["bloc"], item["decision"]) for item in content["decisions"])
    rows = [
        (bloc.id, bloc.text, number(sum(of_bloc)), *map(number, of_bloc))
        for bloc in blocs_of(session)
        if any(of_bloc := [count[bloc.id, choice] for choice in CHOICES])
    ]
    yield Heading(2, text(label("paper.totals")))
    said = {"presented": number(len(presented)), "certified": number(len(whole))}
    yield Paragraph(text(label("paper.total", **said)))
    columns = ("bloc", "title", "presented", *CHOICES)
    yield paper_table("totals", columns, rows, (1.2, 10.0, 2.2, 2.0, 2.4, 2.2))


def _reasons(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    names = {seat["id"]: seat["name"] for seat in content["jury"]}
    ordered = sorted(
        content["decisions"],
        key=lambda item: (_place(content, item["candidate"]), natural_key(item["bloc"])),
    )
    rows = [
        (
            candidate_name(session, item["candidate"]), item["bloc"],
            label(f"result.proposal.{item['proposal'] or 'open'}"), label(f"jury.choice.{item['decision']}"),
            item["reason"], names.get(item["by"], item["by"]),
        )
        for item in ordered
        if item["reason"]
    ]  # fmt: skip
    columns = ("candidate", "bloc", "proposal", "decision", "reason", "by")
    heading, found = _section("reasons", columns, rows, (5.0, 1.2, 2.4, 2.2, 9.4, 3.0))
    yield heading
    yield Paragraph(text(label("paper.how_decided")))
    yield found


def _participations(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    """Yield who did not sit an épreuve as usual."""
    rows = [
        (candidate_name(session, item["id"]), code, label(f"paper.state.{one['state']}"))
        for item in content["results"]
        for code, one in sorted(item["epreuves"].items(), key=lambda pair: natural_key(pair[0]))
        if one["state"]
    ]
    yield from _section("participations", ("candidate", "epreuve", "participation"), rows, (5.0, 2.0, 5.0))


def _neutralised(content: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the decisions that neutralise criteria, by their references alone."""
    references = content["neutralised"]
    yield Heading(2, text(label("paper.neutralised")))
    code = "paper.neutralised.several" if len(references) > 1 else "paper.neutralised.one"
    said = label(code, references=enumeration(references)) if references else label("paper.nil")
    yield Paragraph(text(said))


def _incidents(session: Session, content: Mapping[str, Any]) -> Iterator[Block]:
    ordered = sorted(
        content["incidents"], key=lambda item: (item["on"] or "", natural_key(item["epreuve"] or ""))
    )
    rows = [
        (
            item["epreuve"] or label("paper.all_session"), _part(session, item),
            candidate_name(session, item["candidate"]) if item["candidate"] else label("paper.everybody"),
            f"{french_day(item['on'])} : {item['incident']}" if item["on"] else item["incident"],
        )
        for item in ordered
    ]  # fmt: skip
    yield from _section(
        "incidents", ("epreuve", "part", "candidate", "incident"), rows, (2.0, 2.4, 5.0, 12.0)
    )


def _part(session: Session, item: Mapping[str, Any]) -> str:
    parts = session.referentiel.epreuve(item["epreuve"]).parts if item["epreuve"] else ()
    return next((part.label for part in parts if part.id == item["part"]), item["part"] or NOTHING)


def amendment_document(session: Session, earlier: Sequence[SignedPv], pv: SignedPv) -> Document:
    """Return a rectificatif: what it corrects, before and after, why, by whom, and the hash that chains it.

    Args:
        session: the session.
        earlier: the PV and the rectificatifs before this one, in their order.
        pv: the rectificatif.
    """
    members = [item["id"] for item in pv.content["members"]]
    body: tuple[Block, ...] = (
        Fields((
            *certification_facts(session), (label("paper.pv_of"), _moment(session, earlier[0])),
            (label("paper.amended_on"), _moment(session, pv)),
            (label("paper.corrects"), _grouped(pv.previous)),
        )),
        *example_notice(session),
        Heading(1, text(label("paper.amends"))),
        Fields(tuple(_correction(session, earlier, pv))),
        Heading(1, text(label("paper.deciding"))),
        _deciding(session, members),
        Paragraph(text(_quorum(earlier[0].content, len(members)))),
        Heading(1, text(label("paper.signatures"))),
        signatures([item["name"] for item in pv.content["members"]]),
        Paragraph(text(label("paper.digest", digest=_grouped(pv.digest))), note=True),
    )  # fmt: skip
    return Document(
        title=label("paper.amendment", number=pv.number - 1), subject=session.config.id,
        code=f"{session.config.id} PV-R{pv.number - 1}", stamp=stamp_of(session), body=body,
    )  # fmt: skip


def _correction(session: Session, earlier: Sequence[SignedPv], pv: SignedPv) -> Iterator[tuple[str, str]]:
    before, after = pv.content["before"], pv.content["after"]
    who, bloc = after["candidate"], session.referentiel.bloc(after["bloc"])
    source = source_of(who, bloc.id, earlier[0], earlier[1:])
    yield from candidate_facts(session, who)
    yield label("paper.column.bloc"), f"{bloc.id} – {bloc.text}"
    if source.number > 1:
        said = {"number": source.number - 1, "date": _moment(session, source)}
        yield label("paper.replaces"), label("paper.rectified_by", **said)
    yield label("paper.before"), label(f"jury.choice.{before['decision']}")
    yield label("paper.after"), label(f"jury.choice.{after['decision']}")
    yield label("paper.column.reason"), after["reason"]
    for name, pvs in (("before", earlier), ("after", (*earlier, pv))):
        yield label(f"paper.certification.{name}"), certification_word(session, who, pvs)


def _deciding(session: Session, members: Collection[str]) -> Table:
    """Return the members who decided a correction, with their quality."""
    rows = [
        (seat.name, seat.capacity or NOTHING, _role(seat.is_president), _origin(seat.is_external))
        for seat in jury_of(session)
        if seat.id in members
    ]
    return paper_table("deciding", ("name", "capacity", "role", "outside"), rows)


def _grouped(digest: str) -> str:
    """Return a hash in groups of sixteen, so that a line can end between two."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))
