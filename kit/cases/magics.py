"""The cell magics of a template, and the calls `annexe` and `attendu`.

Each emits one display with two forms: Markdown, that the trainer sees under the cell, and the piece as
JSON, that the kit reads back. A problem of content is shown under the cell and left to `kit case check`;
only a field that cannot be filled stops the notebook.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kit.cases import contents, pieces
from kit.cases.magic_lines import MAGICS, MagicCell, read_line
from kit.cases.rendering import render
from kit.french import NBSP, number, rounded
from kit.messages import label as words
from kit.referentiel.reglement import exact_text

_CARRIERS = {"groupe": "group", "candidat": "candidate", None: None}


def load(shell: Any) -> None:
    """Register our cell magics in an IPython shell (`%load_ext kit.cases`)."""
    for name in MAGICS:
        shell.register_magic_function(_magic(name, shell), "cell", name)


def _magic(name: str, shell: Any) -> Any:
    from IPython.core.magic import no_var_expand

    def run(line: str, cell: str) -> None:
        read = read_line(name, line)
        if read.findings:
            _show("\n\n".join(f"**⚠ {finding.message}** {finding.remedy}" for finding in read.findings))
            return
        emit(piece_of(MagicCell(read, cell), shell.user_ns))

    run.__doc__ = words(f"help.{name}")
    return no_var_expand(run)  # IPython would turn the `{{ }}` of a magic's line into `{ }`


def piece_of(magic: MagicCell, variables: Mapping[str, Any]) -> Any:
    """Return the piece a magic cell says, its fields filled from `variables`."""
    return _BUILDERS[magic.line.name](magic.line, render(magic.body, variables), variables)


def _dossier(line: Any, text: str, variables: Mapping[str, Any]) -> pieces.Dossier:
    return pieces.Dossier(
        id=line.words["id"],
        title=render(line.words["title"], variables),
        form=line.options.get("forme", "a"),
        pool=line.options.get("pool", "examen"),
        points=line.options.get("points"),
        text=text,
    )


def _question(line: Any, text: str, _: Mapping[str, Any]) -> pieces.Question:
    minutes = line.options.get("duree")
    return pieces.Question(
        id=line.words["id"],
        points=dict(line.points),
        part=line.options.get("partie"),
        carrier=_CARRIERS[line.options.get("porteur")],
        minutes=None if minutes is None else int(minutes),
        text=text,
    )


def _observation(line: Any, text: str, _: Mapping[str, Any]) -> pieces.Observation:
    return pieces.Observation(
        id=line.words.get("id"),
        points=dict(line.points),
        part=line.options.get("partie"),
        carrier=_CARRIERS[line.options.get("porteur")],
        text=text,
    )


def _annex(line: Any, text: str, variables: Mapping[str, Any]) -> pieces.Annex:
    return pieces.Annex(
        id=line.words["id"],
        title=render(line.words["title"], variables),
        source=render(line.options.get("source", ""), variables),
        to_return="a_rendre" in line.flags,
        content=pieces.TextContent(text=text),
    )


def _indicators(line: Any, text: str, _: Mapping[str, Any]) -> pieces.Indicators:
    items = [part.strip() for part in f"\n{text}".replace("\n* ", "\n- ").split("\n- ")]
    return pieces.Indicators(
        question=line.words["question"],
        criterion=line.words["criterion"],
        level=line.options.get("niveau"),
        items=tuple(" ".join(item.split()) for item in items if item),
    )


def _sheet(line: Any, text: str, variables: Mapping[str, Any]) -> pieces.Sheet:
    return pieces.Sheet(
        title=render(line.words["title"], variables),
        audience=line.options.get("pour", "examinateur"),
        part=line.options.get("partie"),
        text=text,
    )


_BUILDERS: Mapping[str, Callable[[Any, str, Mapping[str, Any]], Any]] = {
    "contexte": lambda line, text, _: pieces.Context(text=text),
    "dossier": _dossier,
    "question": _question,
    "observation": _observation,
    "annexe": _annex,
    "corrige": lambda line, text, _: pieces.Answer(question=line.words["question"], text=text),
    "accepte": lambda line, text, _: pieces.Accepted(question=line.words["question"], text=text),
    "indicateurs": _indicators,
    "fiche": _sheet,
    "consigne_oral": lambda line, text, _: pieces.OralBrief(part=line.options.get("partie"), text=text),
}


# Calls --------------------------------------------------------------------------------------------------


def annexe(
    content: Any,
    id: str,  # noqa: A002 - the word the trainer writes
    title: str,
    *,
    source: str = "",
    alt: str = "",
    a_rendre: bool = False,
    formats: Mapping[str, str] | None = None,
    data: Any = None,
    row_headers: bool = True,
) -> None:
    """Emit an annex from a DataFrame, a matplotlib figure or Markdown text.

    Args:
        content: pandas DataFrame, matplotlib Figure, or Markdown text.
        id: the annex's code, "A1".
        title: its title, without number.
        source: where its data come from, with the date.
        alt: the text that replaces a figure for those who cannot see it; required for a figure.
        a_rendre: whether the candidate fills it in and hands it in.
        formats: format of columns by name: "texte", "nombre:1", "€:2", "k€", "%:1" (a ratio), "u.:0"…
        data: the DataFrame a figure was drawn from, given to candidates as CSV and XLSX.
        row_headers: whether the first column heads the rows.

    Raises:
        AuthorError: content of another kind, or a column or format that does not exist.
    """
    body = contents.content_of(content, id, alt, formats or {}, data, row_headers)
    emit(pieces.Annex(id=id, title=title, source=source, to_return=a_rendre, content=body))


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """A computed answer; in a text it is written in French with its unit."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        shown = number(self.value, max(0, -int(self.value.as_tuple().exponent)))
        return f"{shown}{NBSP}{self.unit}" if self.unit else shown


def attendu(
    question: str,
    value: Any,
    *,
    label: str,
    unit: str = "",
    places: int = 2,
    tolerance: Any = None,
    formula: str = "",
    name: str | None = None,
    alternatives: Sequence[tuple[Any, str]] = (),
    plausible: tuple[Any, Any] | None = None,
) -> ExpectedValue:
    """Bind a computed answer to a question and return it, ready to be cited in the corrigé.

    Args:
        question: the question's code, "Q2".
        value: the exact value, in `unit` (a percentage is given as 15.3 with unit "%").
        label: what it is, in French: « Taux de marge 2025 ».
        unit: "€", "k€", "%", "points", "unités"…
        places: decimals expected from the candidate.
        tolerance: largest absolute gap accepted, in `unit`; by default half a unit of the last decimal.
        formula: how it is computed, in words a second marker can follow.
        name: code of this value when a question has several; derived from the label otherwise.
        alternatives: other values to accept, each with its reason.
        plausible: lowest and highest value a believable variant may give; stress runs check it.
    """
    exact = contents.exact_number(value)
    shown = rounded(exact, places)
    gap = Fraction(1, 2 * 10**places) if tolerance is None else contents.exact_number(tolerance)
    emit(
        pieces.Expected(
            question=question,
            name=name or _name(label),
            label=label,
            value=exact_text(exact),
            places=places,
            unit=unit,
            tolerance=exact_text(gap),
            formula=formula,
            alternatives=tuple(
                pieces.Alternative(value=exact_text(contents.exact_number(other)), why=why)
                for other, why in alternatives
            ),
            plausible=None
            if plausible is None
            else (
                exact_text(contents.exact_number(plausible[0])),
                exact_text(contents.exact_number(plausible[1])),
            ),
        )
    )
    return ExpectedValue(shown, unit)


def _name(text: str) -> str:
    import unicodedata

    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in bare).split())[:40].strip("-") or "valeur"


# Display ------------------------------------------------------------------------------------------------


def emit(piece: Any) -> None:
    """Display a piece: Markdown for the eye, JSON for the kit."""
    from IPython.display import display

    data = {"text/markdown": preview(piece), pieces.MIME: piece.model_dump(mode="json")}
    display(data, raw=True)


def _show(markdown: str) -> None:
    from IPython.display import display

    display({"text/markdown": markdown}, raw=True)


def preview(piece: Any) -> str:
    """Return what the trainer sees under the cell."""
    match piece:
        case pieces.Dossier():
            return f"## {words('piece.dossier', id=piece.id, title=piece.title)}\n\n{piece.text}"
        case pieces.Question():
            points = ", ".join(f"{code}{NBSP}: {value}" for code, value in pieces.by_criterion(piece.points))
            return (
                f"**{words('piece.question', id=piece.id, points=piece.total)}** ({points})\n\n{piece.text}"
            )
        case pieces.Annex():
            title = words("piece.annexe", id=piece.id, title=piece.title)
            return f"### {title}\n\n{_content_preview(piece)}\n\n*{piece.source}*"
        case pieces.Expected():
            value = ExpectedValue(rounded(Fraction(piece.value), piece.places), piece.unit)
            return words("piece.attendu", question=piece.question, label=piece.label, value=value)
        case pieces.Indicators():
            title = words("piece.indicateurs", question=piece.question, criterion=piece.criterion)
            return f"**{title}**\n\n" + "\n".join(f"- {item}" for item in piece.items)
    return f"**{words(f'piece.{piece.kind}', **piece.model_dump())}**\n\n{piece.text}"


def _content_preview(piece: pieces.Annex) -> str:
    match piece.content:
        case pieces.TableContent() as table:
            return contents.markdown_table(table, "" if piece.to_return else "–")
        case pieces.FigureContent(svg=svg, alt=alt):
            return f"![{alt}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
    return piece.content.text
