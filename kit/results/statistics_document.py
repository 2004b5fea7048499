"""Statistics on paper: the report of a class for those who taught it, the whole for those who set and mark.

Pictures say in words what they show. Candidates are ids at most, and are not in the class report at all. Groups under
`SMALLEST` candidates are masked before they come here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from kit.cases.charts import boxes, heat_map, horizontal_bars
from kit.cases.contents import svg_of
from kit.documents.model import (
    Align,
    Block,
    Document,
    Fields,
    Figure,
    Heading,
    Inlines,
    Paragraph,
    Table,
    text,
)
from kit.french import counted, number, percent
from kit.messages import label
from kit.referentiel import natural_key, parse_exact
from kit.results.statistics import (
    SMALLEST,
    BlocDecisions,
    LineStatistics,
    Spread,
    Statistics,
    bloc_decisions,
)
from kit.sessions.opening import Session
from kit.sessions.uses import session_stamp

_SIGNS = {"acquis": "A", "non_acquis": "N", None: "–"}
_SHADES = {"A": "#cfe3c4", "N": "#f3cdb4", "–": "#ececec"}
_HEAT_ROWS = 40
_HARD, _EASY = Fraction(3, 10), Fraction(9, 10)
_CHOICES = ("validated", "refused", "deferred")
_LEAST = Fraction(1, 100)
"""A chance under which its figure is not told."""

_UNDECIDED: Mapping[tuple[str, str], str] = MappingProxyType({})
_WEAK = 0.2
"""Under this, a line tells little of who is strong (usual guideline for item-total correlations: Ebel, 1965)."""


def class_report(
    session: Session, found: Statistics, decided: Mapping[tuple[str, str], str] = _UNDECIDED
) -> Document:
    """Return how a class did: decisions, épreuves, competences, criteria most often missed. Nobody is named.

    Args:
        session: the session.
        found: its statistics.
        decided: the decisions in force by candidate and bloc; nothing while no PV is signed.
    """
    blocks = (
        *_head(session, found), *_decisions(session, decided), *_epreuves(session, found),
        *_competences(session, found), *_missed(session, found),
    )  # fmt: skip
    return _document(session, "stat.class_report", "bilan", blocks)


def statistics_report(
    session: Session, found: Statistics, decided: Mapping[tuple[str, str], str] = _UNDECIDED
) -> Document:
    """Return all statistics: the class report's, each candidate's competences, criteria, markers, variants."""
    blocks = (
        *_head(session, found), *_decisions(session, decided), *_epreuves(session, found),
        *_competences(session, found), *heat_maps(found), *_criteria(session, found), *_markers(session, found),
        *_variants(found), *_unobserved(session, found),
    )  # fmt: skip
    return _document(session, "stat.report", "statistiques", blocks)


def _document(session: Session, title: str, code: str, body: tuple[Block, ...]) -> Document:
    return Document(
        title=label(title), subject=session.config.id, code=f"{session.config.id} {code}", body=body,
        stamp=session_stamp(session),
    )  # fmt: skip


def _head(session: Session, found: Statistics) -> Iterator[Block]:
    yield Fields((
        (label("paper.session"), session.config.id),
        (label("paper.centre"), session.config.centre),
        (label("paper.reglement"), f"{session.reglement.slug} ({session.reglement.version})"),
        (label("stat.candidates"), counted(found.candidates, "candidat")),
    ))  # fmt: skip
    yield Paragraph(text(label("stat.how", smallest=number(SMALLEST))))


def _decisions(session: Session, decided: Mapping[tuple[str, str], str]) -> Iterator[Block]:
    found = bloc_decisions(decided)
    if found:
        yield Heading(1, text(label("stat.decisions")))
        yield Paragraph(text(label("stat.decisions_how")))
        rows = [
            (item.bloc, session.referentiel.bloc(item.bloc).text, number(item.count), *_rates(item))
            for item in found
        ]
        names = ("bloc", "title", "decided", *_CHOICES)
        yield _table("decisions", names, rows, (1.2, 6.0, 1.8, 2.2, 2.4, 2.2))


def _rates(found: BlocDecisions) -> tuple[str, ...]:
    if found.by_choice is None:
        return (_masked(),) * len(_CHOICES)
    counts = [found.by_choice.get(choice, 0) for choice in _CHOICES]
    return tuple(f"{number(count)} ({percent(Fraction(count, found.count), 0)})" for count in counts)


def _epreuves(session: Session, found: Statistics) -> Iterator[Block]:
    yield Heading(1, text(label("stat.epreuves")))
    known = [item for item in found.epreuves if item.spread is not None]
    total = parse_exact(session.reglement.total)
    if known:
        drawn = boxes([item.epreuve for item in known], [item.marks for item in known], unit=label("stat.mark"),
                      top=float(total))  # fmt: skip
        said = [_said(item.epreuve, item.spread) for item in known if item.spread is not None]
        yield _figure(drawn, label("stat.boxes"), " ".join(said))
    rows = [
        (
            item.epreuve, session.referentiel.epreuve(item.epreuve).short_title, number(item.marked),
            number(item.without_mark),
            *_of_spread(item.spread),
        )
        for item in found.epreuves
    ]  # fmt: skip
    names = ("epreuve", "title", "marked", "without", "mean", "median", "deviation", "range")
    yield _table("epreuves", names, rows, (1.7, 4.4, 1.5, 1.3, 2.0, 2.0, 1.4, 3.0))


def _of_spread(found: Spread | None) -> tuple[str, ...]:
    if found is None:
        return (_masked(),) * 4
    extent = label("stat.from_to", least=_mark(found.least), most=_mark(found.most))
    return _mark(found.mean), _mark(found.median), number(found.deviation, 2), extent


def _said(epreuve: str, found: Spread) -> str:
    words = {"mean": found.mean, "least": found.least, "most": found.most}
    return label("stat.box_alt", epreuve=epreuve, **{name: _mark(value) for name, value in words.items()})


def _competences(session: Session, found: Statistics) -> Iterator[Block]:
    if not found.competences:
        return
    codes = sorted({code for each in found.competences.values() for code in each}, key=natural_key)
    gained = {code: [each.get(code) for each in found.competences.values()] for code in codes}
    told = {code: [one for one in each if one is not None] for code, each in gained.items()}
    known = [code for code in codes if len(told[code]) >= SMALLEST]
    yield Heading(1, text(label("stat.competences")))
    if not known:
        yield Paragraph(text(_masked()))
        return
    shares = [Fraction(told[code].count("acquis"), len(told[code])) for code in known]
    drawn = horizontal_bars(
        known, [share * 100 for share in shares], unit=label("stat.share"), height=0.17 * len(known) + 0.7
    )
    said = ", ".join(f"{code} {percent(share, 0)}" for code, share in zip(known, shares, strict=True))
    yield _figure(drawn, label("stat.acquired"), label("stat.acquired_alt", shares=said))


def heat_maps(found: Statistics) -> Iterator[Figure]:
    """Yield competence × candidate as pictures of forty candidates at most; none when masked.

    They tell each candidate's: for the jury and those who set, not for the class.
    """
    codes = sorted({code for each in found.competences.values() for code in each}, key=natural_key)
    everybody = list(found.competences)
    for start in range(0, len(everybody), _HEAT_ROWS):
        people = everybody[start : start + _HEAT_ROWS]
        cells = [[_SIGNS[found.competences[who].get(code)] for code in codes] for who in people]
        gained = sum(sign == "A" for line in cells for sign in line)
        count = {"candidates": len(people), "competences": len(codes), "gained": gained}
        alt = label("stat.heat_alt", **{name: number(value) for name, value in count.items()})
        yield _figure(heat_map(people, codes, cells, _SHADES), label("stat.heat"), alt)


def _missed(session: Session, found: Statistics) -> Iterator[Block]:
    ordered = sorted(found.lines, key=_natural)
    known = [(line.facility, line) for line in ordered if line.facility is not None]
    hardest = sorted(known, key=lambda pair: pair[0])[:10]
    if hardest:
        yield Heading(1, text(label("stat.missed")))
        rows = [
            (
                line.epreuve,
                line.criterion,
                session.referentiel.criterion(line.criterion).text,
                percent(share, 0),
            )
            for share, line in hardest
        ]
        yield _table("missed", ("epreuve", "criterion", "wording", "facility"), rows, (1.7, 1.6, 9.0, 1.6))


def _criteria(session: Session, found: Statistics) -> Iterator[Block]:
    yield Heading(1, text(label("stat.criteria")))
    yield Paragraph(text(label("stat.criteria_how")))
    rows = [
        (
            line.epreuve, line.line.replace("@", " – "), number(line.count), number(line.unobserved),
            percent(line.facility, 0) if line.facility is not None else _masked(),
            number(line.discrimination, 2) if line.discrimination is not None else "—", _remark(line),
        )
        for line in sorted(found.lines, key=_natural)
    ]  # fmt: skip
    names = ("epreuve", "line", "marked", "unobserved", "facility", "discrimination", "remark")
    yield _table("criteria", names, rows, (1.7, 3.5, 1.4, 1.7, 1.6, 2.9, 3.2))


def _natural(line: LineStatistics) -> tuple[object, ...]:
    return natural_key(line.epreuve), natural_key(line.criterion), line.line


def _remark(line: LineStatistics) -> str:
    if line.is_never_observed:
        return label("stat.remark.never")
    said = []
    if line.facility is not None and line.facility < _HARD:
        said.append(label("stat.remark.hard"))
    if line.facility is not None and line.facility > _EASY:
        said.append(label("stat.remark.easy"))
    if line.discrimination is not None and line.discrimination < _WEAK:
        said.append(label("stat.remark.weak" if line.discrimination >= 0 else "stat.remark.against"))
    return ", ".join(said)


def _markers(session: Session, found: Statistics) -> Iterator[Block]:
    if found.markers:
        yield Heading(1, text(label("stat.markers")))
        yield Paragraph(text(label("stat.markers_how")))
        rows = [
            (item.epreuve, session.person(item.marker).name, number(item.copies), _signed(item.severity))
            for item in found.markers
        ]
        yield _table("markers", ("epreuve", "marker", "copies", "severity"), rows, (1.7, 5.0, 2.0, 3.0))
    if found.pairs:
        pairs = [
            (
                item.epreuve, number(item.copies), _signed(item.gap),
                percent(item.same, 0) if item.same is not None else _masked(),
                number(item.kappa, 2) if item.kappa is not None else "—",
            )
            for item in found.pairs
        ]  # fmt: skip
        yield _table("pairs", ("epreuve", "copies", "gap", "same", "kappa"), pairs, (1.7, 1.5, 3.0, 3.0, 2.0))


def _variants(found: Statistics) -> Iterator[Block]:
    if not found.variants:
        return
    yield Heading(1, text(label("stat.variants")))
    rows = [
        (
            item.epreuve,
            label(f"ui.version.{item.version}"),
            number(item.variant),
            number(item.count),
            _mean(item.mean),
        )
        for item in found.variants
    ]
    yield _table(
        "variants", ("epreuve", "version", "variant", "marked", "mean"), rows, (1.7, 3.0, 1.7, 1.5, 2.0)
    )
    for gap in found.gaps:
        one, other = (label(f"ui.version.{version}") for version in gap.versions)
        said = {"epreuve": gap.epreuve, "one": one, "other": other, "difference": _signed(gap.difference)}
        yield Paragraph(text(label("stat.gap", **said, chance=_chance(gap.chance))))


def _unobserved(session: Session, found: Statistics) -> Iterator[Block]:
    if found.never_observed:
        yield Heading(1, text(label("stat.unobserved")))
        rows = [
            (line.epreuve, line.line.replace("@", " – "), session.referentiel.criterion(line.criterion).text)
            for line in sorted(found.never_observed, key=_natural)
        ]
        yield _table("unobserved", ("epreuve", "line", "wording"), rows, (1.7, 3.0, 8.0))


def _figure(drawn: object, caption: str, alt: str) -> Figure:
    return Figure(svg_of(drawn).encode(), "svg", alt, caption)


def _mark(value: Fraction) -> str:
    return number(value, 2)


def _mean(value: Fraction | None) -> str:
    return _masked() if value is None else _mark(value)


def _signed(value: Fraction | None) -> str:
    if value is None:
        return _masked()
    return f"+{number(value, 2)}" if value > 0 else number(value, 2)


def _masked() -> str:
    return label("stat.masked", smallest=number(SMALLEST))


def _table(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[float, ...]
) -> Table:
    header: tuple[Inlines, ...] = tuple(text(label(f"stat.column.{column}")) for column in columns)
    cells = tuple(tuple(text(cell) if cell else () for cell in row) for row in rows)
    left: Align = "left"
    return Table(
        header, cells, (left,) * len(columns), label(f"stat.caption.{name}"), widths, row_headers=True
    )


def _chance(share: float) -> str:
    """Return how often chance alone does as much; never « 0 % », which no number of shuffles can tell."""
    return percent(Fraction(share), 0) if share >= _LEAST else label("stat.rare", most=percent(_LEAST, 0))
