"""What a candidate takes away, from what was signed: his relevé, his attestations of blocs; and what all papers share.

They say what was decided, never why somebody was accommodated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kit.documents.model import (
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
from kit.french import long_date, number
from kit.jury.pv import SignedPv, decided_by, deliberated_on
from kit.messages import label
from kit.referentiel import Bloc, natural_key, parse_exact
from kit.results.blocs import makes_whole
from kit.sessions.opening import Session
from kit.sessions.uses import session_stamp

NOTHING = "—"
_SIGNING_ROOM = 16.0
"""Height of a box to sign in, in millimetres."""


def statement_document(session: Session, result: Mapping[str, Any], pvs: Sequence[SignedPv]) -> Document:
    """Return a candidate's relevé: the mark of each épreuve, and what the jury decided of each bloc.

    Args:
        session: the session.
        result: his results as the PV has them.
        pvs: the PV, whose president signs, and its rectificatifs.
    """
    who, told = result["id"], told_of(session, pvs)
    blocs = [(bloc.id, bloc.text, told[who, bloc.id]) for bloc in blocs_of(session) if (who, bloc.id) in told]
    epreuves = [
        (code, session.referentiel.epreuve(code).short_title, _mark(session, item))
        for code, item in sorted(result["epreuves"].items(), key=lambda pair: natural_key(pair[0]))
    ]
    body: tuple[Block, ...] = (
        Fields((*candidate_facts(session, who), *certification_facts(session), *_held(session, pvs[0]))),
        *example_notice(session),
        Heading(1, text(label("paper.blocs"))),
        paper_table("blocs", ("bloc", "title", "decision"), blocs),
        Paragraph(text(label("paper.whole", result=certification_word(session, who, pvs))), note=True),
        Heading(1, text(label("paper.epreuves"))),
        paper_table("epreuves", ("epreuve", "title", "mark"), epreuves),
        *_signed_by_the_president(pvs[0]),
    )
    return Document(
        title=label("paper.statement"), subject=session.config.id, code=f"{session.config.id} relevé",
        stamp=stamp_of(session), body=body,
    )  # fmt: skip


def _mark(session: Session, item: Mapping[str, Any]) -> str:
    if item["rounded"] is None:
        return label(f"paper.state.{item['state'] or 'none'}")
    total = number(parse_exact(session.reglement.total))
    mark = f"{number(parse_exact(item['rounded']))} / {total}"
    return f"{mark} ({label('paper.state.' + item['state'])})" if item["state"] else mark


def attestation_document(
    session: Session, candidate: str, bloc: str, pv: SignedPv, source: SignedPv
) -> Document:
    """Return the attestation of one bloc that the jury validated; each bloc has its own.

    Args:
        session: the session.
        candidate: his id.
        bloc: its code.
        pv: the PV, whose president signs.
        source: what says that the bloc is validated: the PV, or the rectificatif that says so now.
    """
    found = session.referentiel.bloc(bloc)
    competences = session.referentiel.competences_of(bloc)
    body: tuple[Block, ...] = (
        Paragraph(text(label("paper.attests", certifier=session.referentiel.source.certifier))),
        Fields((
            *candidate_facts(session, candidate),
            (label("paper.column.bloc"), f"{found.id} – {found.text}"),
            *certification_facts(session), *_held(session, pv), *_rectified(session, source),
        )),
        *example_notice(session),
        Heading(1, text(label("paper.competences"))),
        paper_table("competences", ("competence", "title"), [(item.id, item.text) for item in competences]),
        *_signed_by_the_president(pv),
    )  # fmt: skip
    return Document(
        title=label("paper.attestation"), subject=session.config.id, code=f"{session.config.id} {bloc}",
        stamp=stamp_of(session), body=body,
    )  # fmt: skip


def candidate_facts(session: Session, candidate: str) -> Iterator[tuple[str, str]]:
    """Yield who a paper is about: the name, and the date of birth where it is known."""
    yield label("paper.column.candidate"), candidate_name(session, candidate)
    born = session.candidate(candidate).birth_date
    if born is not None:
        yield label("paper.born"), long_date(born)


def certification_facts(session: Session) -> Iterator[tuple[str, str]]:
    """Yield what is certified, by whom, under which texts, and where."""
    referentiel, reglement = session.referentiel, session.reglement
    yield label("paper.certifier"), referentiel.source.certifier
    yield label("paper.certification"), referentiel.title or label("paper.unknown_title")
    yield label("paper.rncp"), referentiel.rncp or label("paper.unknown")
    yield label("paper.level"), referentiel.level or label("paper.unknown")
    yield label("paper.referentiel"), f"{referentiel.slug} ({referentiel.version})"
    yield label("paper.reglement"), f"{reglement.slug} ({reglement.version})"
    yield label("paper.session"), session.config.id
    if session.config.centre:
        yield label("paper.centre"), session.config.centre


def _held(session: Session, pv: SignedPv) -> Iterator[tuple[str, str]]:
    yield label("paper.date"), long_date(deliberated_on(session, pv), weekday=True)


def _rectified(session: Session, source: SignedPv) -> Iterator[tuple[str, str]]:
    if source.number > 1:
        words = {"number": source.number - 1, "date": long_date(deliberated_on(session, source))}
        yield label("paper.rectified"), label("paper.rectified_by", **words)


def _signed_by_the_president(pv: SignedPv) -> tuple[Block, ...]:
    president = president_of(pv.content)
    who = label("paper.presiding", name=president["name"]) if president else label("paper.president")
    return Heading(1, text(label("paper.signature"))), signatures([who], dated=True)


def president_of(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the seat of the president in a PV's content."""
    return next((seat for seat in content["jury"] if seat["president"]), None)


def told_of(session: Session, pvs: Sequence[SignedPv]) -> dict[tuple[str, str], str]:
    """Return what the papers say of each bloc, by candidate and bloc: decided here, corrected, or acquired before.

    Args:
        session: the session.
        pvs: its PV, and the rectificatifs to take into account, in their order.
    """
    decided = decided_by(pvs)
    told = {key: label(f"jury.choice.{item.choice}") for key, item in decided.items()}
    for one in pvs[1:]:
        after = one.content["after"]
        day = long_date(deliberated_on(session, one))
        told[after["candidate"], after["bloc"]] = label(
            "paper.corrected",
            decision=label(f"jury.choice.{after['decision']}"), number=one.number - 1, date=day,
        )  # fmt: skip
    return told | {(item["candidate"], item["code"]): _since(item) for item in pvs[0].content["acquired"]}


def certified(session: Session, pvs: Sequence[SignedPv]) -> frozenset[str]:
    """Return who has every bloc of the certification, validated here or acquired before.

    Args:
        session: the session.
        pvs: its PV, and the rectificatifs to take into account, in their order.
    """
    has: dict[str, set[str]] = {}
    acquired = [(item["candidate"], item["code"]) for item in pvs[0].content["acquired"]]
    validated = [key for key, item in decided_by(pvs).items() if item.choice == "validated"]
    for who, code in (*acquired, *validated):
        has.setdefault(who, set()).add(code)
    return frozenset(who for who, codes in has.items() if makes_whole(session.referentiel, codes))


def certification_word(session: Session, candidate: str, pvs: Sequence[SignedPv]) -> str:
    """Return whether a candidate has the certification, in a word; `pvs` as `certified` takes them."""
    return label("paper.certified" if candidate in certified(session, pvs) else "paper.not_certified")


def _since(item: Mapping[str, Any]) -> str:
    return label("paper.kept", date=french_day(item["on"]), session=item["session"])


def french_day(day: str) -> str:
    """Return a day of the PV (AAAA-MM-JJ) in words."""
    return long_date(date.fromisoformat(day))


def blocs_of(session: Session) -> list[Bloc]:
    """Return the blocs of the référentiel in natural order."""
    return sorted(session.referentiel.blocs, key=lambda bloc: natural_key(bloc.id))


def example_notice(session: Session) -> Iterator[Box]:
    """Yield the warning that the règlement applied is only an example."""
    if session.reglement.is_example:
        yield Box("notice", (Paragraph(text(session.reglement.notice)),))


def stamp_of(session: Session) -> str | None:
    """Return what stands across every page: a specimen (official facts unknown), a demonstration, a mock exam."""
    if session.referentiel.is_specimen and session.config.demo:
        return label("paper.specimen_demo")
    stamp = session_stamp(session)
    return label("paper.specimen") if stamp is None and session.referentiel.is_specimen else stamp


def candidate_name(session: Session, candidate: str) -> str:
    """Return a candidate's name as the papers write it."""
    found = session.candidate(candidate)
    return f"{found.last_name} {found.first_name} ({found.id})"


def signatures(names: Sequence[str], *, dated: bool = False) -> Table:
    """Return a row for each who signs, with room for a pen; `dated` adds room for the place and the day."""
    columns = ("name", "place_and_day", "signature") if dated else ("name", "signature")
    rows = [(name, *("" for _ in columns[1:])) for name in names]
    header = [label(f"paper.column.{column}") for column in columns]
    widths = (4.0, 3.0, 3.6) if dated else (1.0, 2.0)
    return plain_table(header, rows, label("paper.caption.signatures"), widths, _SIGNING_ROOM)


def paper_table(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[str]], widths: tuple[float, ...] | None = None
) -> Table:
    """Return a table whose caption is `paper.caption.` and the name, its header `paper.column.` and each column."""
    header = [label(f"paper.column.{column}") for column in columns]
    return plain_table(header, list(rows), label(f"paper.caption.{name}"), widths)


def plain_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    widths: tuple[float, ...] | None = None,
    form: float = 0.0,
) -> Table:
    """Return a table of plain words; `form` is the height of its empty boxes, in millimetres, 0 for one to read."""
    cells: tuple[tuple[Inlines, ...], ...] = tuple(
        tuple(text(cell) if cell else () for cell in row) for row in rows
    )
    names: tuple[Inlines, ...] = tuple(text(words) for words in header)
    left: Align = "left"
    return Table(names, cells, (left,) * len(names), caption, widths, row_headers=True, form=form)
