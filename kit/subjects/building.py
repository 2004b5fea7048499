"""From the pieces of an executed notebook to a Subject. Problems of the author's work are data here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kit.cases import pieces
from kit.cases.front_matter import FrontMatter
from kit.cases.pieces import Located
from kit.errors import Finding, Place
from kit.referentiel import Epreuve
from kit.referentiel.model import Carrier
from kit.referentiel.reglement import exact_text, parse_exact
from kit.subjects.model import Identity, Requirement, Subject, SubjectDossier, SubjectQuestion


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn for a variant: everything that, with the template, determines the subject."""

    code: str
    version: str
    variant: int
    seed: int
    parameters: Mapping[str, Any]
    forms: Mapping[str, str]


def build_subject(
    located: tuple[Located, ...], front: FrontMatter, epreuve: Epreuve, template: str, drawn: Drawn
) -> Subject:
    """Return the subject that the pieces say, in their order. A criterion the épreuve does not know gets no part.

    The checks of `kit.authoring` say what is wrong with it; nothing is refused here.
    """
    return Subject(
        identity=Identity(
            code=drawn.code, epreuve=epreuve.id, version=drawn.version, variant=drawn.variant, title=front.title,
            subtitle=front.subtitle, language=front.language, duration=front.duration, documents=front.documents,
            ai=front.ai,
        ),
        template=template,
        referentiel=front.referentiel,
        seed=drawn.seed,
        parameters=dict(drawn.parameters),
        forms=dict(drawn.forms),
        context="\n\n".join(item.text for item in _only(located, pieces.Context)),
        dossiers=tuple(_dossiers(located, epreuve, drawn.parameters)),
        annexes=tuple(_only(located, pieces.Annex)),
        oral_briefs=tuple(_only(located, pieces.OralBrief)),
        answers=tuple(_only(located, pieces.Answer)),
        accepted=tuple(_only(located, pieces.Accepted)),
        expected=tuple(_only(located, pieces.Expected)),
        indicators=tuple(_only(located, pieces.Indicators)),
        sheets=tuple(_only(located, pieces.Sheet)),
        cells=_cells(located),
    )  # fmt: skip


def _only(located: Iterable[Located], kind: type[Any]) -> Iterator[Any]:
    return (item.piece for item in located if isinstance(item.piece, kind))


def _cells(located: Iterable[Located]) -> dict[str, int]:
    """Return the cell of each piece that has a code, for messages (`question:Q1`, `annexe:A2`)."""
    return {
        f"{item.piece.kind}:{item.piece.id}": item.cell
        for item in located
        if getattr(item.piece, "id", None) is not None
    }


def _dossiers(
    located: Iterable[Located], epreuve: Epreuve, parameters: Mapping[str, Any]
) -> Iterator[SubjectDossier]:
    current: Located | None = None
    questions: list[SubjectQuestion] = []
    observed = 0
    for item in located:
        if isinstance(item.piece, pieces.Dossier):
            if current is not None:
                yield _dossier(current, questions)
            current, questions = item, []
        elif isinstance(item.piece, pieces.Question | pieces.Observation):
            observed += isinstance(item.piece, pieces.Observation)
            name = item.piece.id or f"O{observed}"
            questions.append(_question(item, name, epreuve, parameters))
    if current is not None:
        yield _dossier(current, questions)
    elif questions:
        yield _dossier(
            Located(pieces.Dossier(id="D1", title=epreuve.short_title), questions[0].cell), questions
        )


def _dossier(item: Located, questions: list[SubjectQuestion]) -> SubjectDossier:
    piece = item.piece
    return SubjectDossier(
        id=piece.id, title=piece.title, form=piece.form, declared_points=piece.points, text=piece.text,
        questions=tuple(questions), cell=item.cell,
    )  # fmt: skip


def _question(item: Located, name: str, epreuve: Epreuve, parameters: Mapping[str, Any]) -> SubjectQuestion:
    piece = item.piece
    return SubjectQuestion(
        id=name,
        text=piece.text,
        minutes=getattr(piece, "minutes", None),
        observed=isinstance(piece, pieces.Observation),
        requirements=tuple(
            _requirement(code, points, piece, epreuve, parameters)
            for code, points in pieces.by_criterion(piece.points)
        ),
        cell=item.cell,
    )


def _requirement(
    code: str, points: str, piece: Any, epreuve: Epreuve, parameters: Mapping[str, Any]
) -> Requirement:
    links = [link for link in epreuve.links if link.criterion == code and link.holds(parameters)]
    wanted = [link for link in links if piece.part in (None, link.part)] or links
    default = epreuve.parts[0]
    part = piece.part or (wanted[0].part if wanted else default.id)
    carrier = (
        piece.carrier or _carrier(epreuve, parameters) or (wanted[0].carrier if wanted else default.carrier)
    )
    return Requirement(criterion=code, points=points, part=part, carrier=carrier)


def _carrier(epreuve: Epreuve, parameters: Mapping[str, Any]) -> Carrier | None:
    """Return who delivers an épreuve sat alone or in a group, when the parameter `work` of the subject says which."""
    if {*epreuve.work} != {"individuel", "groupe"} or "work" not in parameters:
        return None
    return "group" if parameters["work"] == "groupe" else "candidate"


def check_subject(subject: Subject, front: FrontMatter, file: str) -> Iterator[Finding]:
    """Yield what keeps a subject from being one: nothing asked, points that do not add up, codes used twice."""
    if not subject.questions:
        yield Finding("subject.empty", Place(file))
    total, declared = parse_exact(subject.points), parse_exact(front.points)
    if total != declared:
        fields = {"total": subject.points, "declared": front.points}
        yield Finding("subject.points", Place(file, cell=1, field="points"), fields)
    for dossier in subject.dossiers:
        actual = sum((parse_exact(question.points) for question in dossier.questions), start=parse_exact("0"))
        if dossier.declared_points is not None and parse_exact(dossier.declared_points) != actual:
            fields = {"id": dossier.id, "total": exact_text(actual), "declared": dossier.declared_points}
            yield Finding("dossier.points", Place(file, cell=dossier.cell, item=dossier.id), fields)
