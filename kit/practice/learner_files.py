"""The files of a practice case for a learner: a notebook to read and work in, and its annexes.

They are made of what a candidate sees alone (`CandidateSubject`), name no seed and no path of the machine, and link
to one another only by relative addresses.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from kit.cases import CaseTemplate
from kit.cases.contents import markdown_table
from kit.cases.pieces import FigureContent, TableContent, TextContent
from kit.documents.annexes import annex_tables, annex_workbook, table_csv
from kit.documents.subject_document import question_number
from kit.documents.wording import Wording
from kit.environment import environment
from kit.errors import AuthorError, Place
from kit.messages import label
from kit.practice.firewall import refuse_leaks
from kit.practice.values import PracticeCase
from kit.subjects.model import AskedQuestion, CandidateAnnex, CandidateDossier, CandidateSubject
from kit.writing import write_bytes

ANNEXES = "annexes"
_DRAWN = re.compile(
    r'\s(?:d|x|y|x1|x2|y1|y2|r|cx|cy|points|transform|viewBox|width|height|style|id|clip-path|xlink:href)="[^"]*"'
)
"""Attributes of an SVG that draw: their digits say nothing to a reader, and would look like answers by chance."""


def learner_files(case: PracticeCase) -> dict[str, bytes]:
    """Return the files of a case by their relative path."""
    seen = case.seen
    annexes = dict(_annex_files(seen))
    return {notebook_name(case): _notebook(case, annexes).encode(), **annexes}


def notebook_name(case: PracticeCase) -> str:
    """Return the name of a case's notebook."""
    return f"entrainement-{case.seen.identity.epreuve}-{case.asked.number:06d}.ipynb"


def write_learner_files(case: PracticeCase, template: CaseTemplate, folder: Path) -> tuple[str, ...]:
    """Write a case's files in a new or empty folder, all of them or nothing, and return their names.

    Raises:
        AuthorError: the folder holds something, or is no folder.
        InvalidFile: a file would tell a learner more than the case (`practice.wall…`).
        EnvironmentFault: the disk or the rights refuse.
    """
    refuse_filled(folder)
    files = learner_files(case)
    refuse_leaks(case, template, texts_of(files))
    folder = folder.absolute()
    with environment(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".kit-", dir=folder.parent))
        try:
            for name, content in files.items():
                write_bytes(staging / name, content)
            staging.chmod(0o755)
            if folder.is_dir():
                folder.rmdir()
            os.replace(staging, folder)  # noqa: PTH105 - one act
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return tuple(files)


def refuse_filled(folder: Path) -> None:
    """Refuse a folder that holds something, or that is none.

    Raises:
        AuthorError: it does.
    """
    with environment(folder):
        there = folder.exists() or folder.is_symlink()
        if there and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
            raise AuthorError.of("practice_report.not_empty", Place(str(folder)))


def texts_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what each text file says to a reader, by name: cells of notebooks, words of pictures, tables."""
    texts = {}
    for name, content in files.items():
        kind = name.rpartition(".")[2]
        if kind == "ipynb":
            notebook = json.loads(content)
            cells = ["".join(cell.pop("source")) for cell in notebook["cells"]]
            texts[name] = "\n\n".join([*cells, json.dumps(notebook, ensure_ascii=False)])
        elif kind == "svg":
            texts[name] = re.sub(r"[<>]", "\n", _DRAWN.sub("", content.decode()))
        elif kind != "xlsx":
            texts[name] = content.decode("utf-8-sig")
    return texts


def _annex_files(seen: CandidateSubject) -> Iterator[tuple[str, bytes]]:
    for annex, table in annex_tables(seen.annexes):
        yield f"{ANNEXES}/{annex.id}.csv", table_csv(table).encode("utf-8-sig")
    for one in seen.annexes:
        if isinstance(one.content, FigureContent):
            yield f"{ANNEXES}/{one.id}.svg", _told(one.content.svg, one.title, one.content.alt).encode()
        elif isinstance(one.content, TextContent):
            yield f"{ANNEXES}/{one.id}.md", f"# {_annex_title(one)}\n\n{one.content.text.strip()}\n".encode()
    code = seen.identity.code
    workbook = annex_workbook(seen.annexes, label("practice_report.workbook", code=code))
    if workbook is not None:
        yield f"{ANNEXES}/{code}-annexes.xlsx", workbook


def _told(svg: str, title: str, alt: str) -> str:
    """Return a picture with its title and what it shows in words, where screen readers look for them."""
    words = f"<title>{escape(title)}</title>" + (f"<desc>{escape(alt)}</desc>" if alt else "")
    return re.sub(r"(<svg\b[^>]*?)>", lambda found: f'{found[1]} role="img">{words}', svg, count=1)


def _notebook(case: PracticeCase, annexes: Mapping[str, bytes]) -> str:
    seen, number = case.seen, case.asked.number
    identity, words = seen.identity, Wording(case.seen.identity.language)
    intro = label("practice_report.notebook.intro", epreuve=identity.epreuve, number=f"{number:06d}")
    cells = [_markdown("titre", f"# {identity.title}\n\n{intro}")]
    if seen.context:
        cells.append(_markdown("contexte", f"## {words.label('doc.context')}\n\n{_lowered(seen.context)}"))
    for rank, dossier in enumerate(seen.dossiers, start=1):
        cells.append(_markdown(f"dossier-{rank}", _dossier(dossier, words)))
        cells += [
            _markdown(f"dossier-{rank}-question-{place}", _question(question, words))
            for place, question in enumerate(dossier.questions, start=1)
        ]
    for rank, text in enumerate(_orals(seen, words), start=1):
        cells.append(_markdown(f"oral-{rank}", text))
    cells += _annex_cells(seen, annexes, words)
    panel = label("practice_report.notebook.panel")
    opening = (
        "from kit.ui import PracticePanel\n\n"
        f"PracticePanel(epreuve={_quoted(identity.epreuve)}, number={number})"
    )
    cells += [
        _markdown(
            "travail",
            f"## {label('practice_report.notebook.work')}\n\n{label('practice_report.notebook.work_how')}",
        ),
        _code("calculs", label("practice_report.notebook.work_code")),
        _markdown("reponses", f"## {panel}\n\n{label('practice_report.notebook.panel_how')}"),
        _code("panneau", opening),
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _dossier(dossier: CandidateDossier, words: Wording) -> str:
    title = words.label("doc.dossier", id=question_number(dossier.id), title=dossier.title)
    return f"## {title} ({words.points(dossier.points)})\n\n{_lowered(dossier.text)}".strip()


def _question(question: AskedQuestion, words: Wording) -> str:
    head = words.label("doc.question", id=question_number(question.id), points=words.points(question.points))
    return f"### {head}\n\n{_lowered(question.text, 3)}"


def _orals(seen: CandidateSubject, words: Wording) -> Iterator[str]:
    for brief in seen.oral_briefs:
        yield f"## {words.label('doc.oral')}\n\n{_lowered(brief)}"
    for sheet in seen.sheets:
        yield f"## {sheet.title}\n\n{_lowered(sheet.text)}"


def _annex_cells(
    seen: CandidateSubject, files: Mapping[str, bytes], words: Wording
) -> Iterator[dict[str, Any]]:
    if not seen.annexes:
        return
    workbooks = [name for name in files if name.endswith(".xlsx")]
    linked = [label("practice_report.notebook.workbook", file=name) for name in workbooks]
    yield _markdown("annexes", "\n\n".join([f"## {words.label('doc.annexes')}", *linked]))
    for rank, annex in enumerate(seen.annexes, start=1):
        parts = [f"### {_annex_title(annex, words)}"]
        match annex.content:
            case TableContent() as table:
                parts.append(markdown_table(table))
            case FigureContent(alt=alt):
                shown = " ".join(alt.replace("[", "(").replace("]", ")").split())
                parts.append(f"![{shown}]({ANNEXES}/{annex.id}.svg)")
            case TextContent(text=text):
                parts.append(_lowered(text, 3))
        if annex.source:
            parts.append(f"*{words.label('doc.source', source=annex.source)}*")
        data = f"{ANNEXES}/{annex.id}.csv"
        if data in files:
            parts.append(label("practice_report.notebook.data", file=data))
        yield _markdown(f"annexe-{rank}", "\n\n".join(parts))


def _annex_title(annex: CandidateAnnex, words: Wording | None = None) -> str:
    return (words or Wording()).label("doc.annexe", id=annex.id, title=annex.title)


def _lowered(text: str, under: int = 2) -> str:
    """Return Markdown whose headings stand under a level: the notebook's own outline stays whole."""
    return re.sub(
        r"^(#+)(?=\s)", lambda found: "#" * min(6, len(found[1]) + under), text.strip(), flags=re.MULTILINE
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [],
        "source": source.splitlines(keepends=True),
    }  # fmt: skip
