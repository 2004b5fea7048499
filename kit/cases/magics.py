"""The cell magics of a template, and the calls `annexe` and `attendu`.

Each emits one display with two forms: Markdown, that the trainer sees under the cell, and the piece as
JSON, that the kit reads back. A badly written line is shown under the cell and left to `kit case check`; a
field that cannot be filled, or a piece with nothing to show, stops the notebook.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kit.cases import contents, pieces
from kit.cases.expected import ExpectedValue, expected_piece
from kit.cases.magic_lines import MAGICS, MagicCell, read_line
from kit.cases.refusals import refusals, told_in_french
from kit.cases.rendering import render
from kit.errors import AuthorError, raise_for
from kit.french import NBSP, rounded
from kit.messages import label as words

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
        emit(piece_of(MagicCell(read, cell), shell.user_ns), f"%%{name}")

    run.__doc__ = words(f"help.{name}")
    return no_var_expand(run)  # IPython would turn the `{{ }}` of a magic's line into `{ }`


def piece_of(magic: MagicCell, variables: Mapping[str, Any]) -> Any:
    """Return the piece a magic cell says, its fields filled from `variables`.

    Raises:
        AuthorError: a field cannot be filled, or a value is not of the kind that is needed.
    """
    item = magic.line.words.get("id") or magic.line.words.get("question") or magic.line.name
    with told_in_french(item):
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


_SPACES = re.compile(r"[ \t\r\n]+")
"""The spaces that a line break may replace: a no-break space is none of them."""


def _indicators(line: Any, text: str, _: Mapping[str, Any]) -> pieces.Indicators:
    items = [part.strip() for part in f"\n{text}".replace("\n* ", "\n- ").split("\n- ")]
    return pieces.Indicators(
        question=line.words["question"],
        criterion=line.words["criterion"],
        level=line.options.get("niveau"),
        items=tuple(_SPACES.sub(" ", item) for item in items if item),
    )


def _sheet(line: Any, text: str, variables: Mapping[str, Any]) -> pieces.Sheet:
    return pieces.Sheet(
        title=render(line.words["title"], variables),
        audience=line.options.get("pour", "examinateur"),
        part=line.options.get("partie"),
        spoken=line.options.get("lecture"),
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
        AuthorError: content of another kind, a table that would lose something, a code or a title no one can use.
    """
    with told_in_french(id):
        body = contents.content_of(content, str(id), alt, formats or {}, data, row_headers)
        piece = pieces.Annex(id=id, title=title, source=source, to_return=a_rendre, content=body)
    emit(piece, "annexe(…)")


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

    Raises:
        AuthorError: a value, a tolerance or a number of decimals that no marker can use; all of them are listed.
    """
    piece, shown = expected_piece(
        question, value, label=label, unit=unit, places=places, tolerance=tolerance, formula=formula, name=name,
        alternatives=alternatives, plausible=plausible,
    )  # fmt: skip
    emit(piece, "attendu(…)")
    return shown


# Display ------------------------------------------------------------------------------------------------


def emit(piece: Any, name: str) -> None:
    """Display a piece: Markdown for the eye, JSON for the kit. `name` is the command or the call that made it.

    Raises:
        AuthorError: the piece has nothing to show, or a code or a title no one can use.
    """
    from IPython.display import display

    raise_for(refusals(piece, name), AuthorError)
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
