"""A template's subject while it is being written: rendered once, or again at each change."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kit.authoring.checking import check_template, rules_of
from kit.authoring.runs import Trial, failure_finding, form_choices, prepared_run
from kit.authoring.static import Rules
from kit.cases import CaseTemplate, load_template, read_pieces
from kit.documents.facts import exam_facts
from kit.documents.pdf import pdf
from kit.documents.subject_document import subject_document
from kit.errors import Finding, KitBug, KitError
from kit.execution import execute_many
from kit.messages import label
from kit.subjects import Drawn, build_subject
from kit.writing import write_bytes

_WARM = ("kit.authoring.preview", "kit.documents.pdf")
_TICK = 0.3
"""Seconds between two looks at the template's files."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What became of a subject: whether its PDF was written, what there is to say, how long it took."""

    written: bool
    findings: tuple[Finding, ...]
    seconds: float


def preview(path: Path, to: Path, workspace: Path | None = None, values: Mapping[str, Any] = {}) -> Preview:
    """Render a template's subject; what is wrong is in the findings, and then the PDF stays as it was.

    Args:
        path: the notebook.
        to: the PDF.
        workspace: where a school's own référentiels lie.
        values: parameters, instead of those in the notebook.
    """
    started = time.perf_counter()
    findings: list[Finding] = []
    written = False
    try:
        findings += check_template(path, workspace, run=False)
        template = load_template(path)
        rules, _ = rules_of(template, workspace)
        if rules is not None and template.parameters:
            failed = _render(template, rules, to, workspace, values)
            findings += failed
            written = not failed
    except KitError as error:
        findings += error.findings
    once = {(finding.code, str(finding.where), finding.message): finding for finding in findings}
    return Preview(written, tuple(once.values()), time.perf_counter() - started)


def previews(
    path: Path, to: Path, workspace: Path | None = None, values: Mapping[str, Any] = {}
) -> Iterator[Preview]:
    """Yield the preview of a template, then another each time one of its files has changed, for ever."""
    seen: object = None
    while True:
        found = _state(path.parent)
        if found != seen:
            seen = found
            yield preview(path, to, workspace, values)
        time.sleep(_TICK)


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    state = {}
    for file in folder.rglob("*"):
        if not {".ipynb_checkpoints", "__pycache__"} & {*file.parts}:
            try:
                known = file.stat()
            except OSError:  # gone since it was listed
                continue
            if file.is_file():
                state[file] = (known.st_mtime_ns, known.st_size)
    return state


def _render(
    template: CaseTemplate, rules: Rules, to: Path, workspace: Path | None, values: Mapping[str, Any]
) -> list[Finding]:
    """Execute the template and write its subject.

    Raises:
        KitError: a cell failed, or its pieces make no subject.
    """
    given = {**{parameter.name: parameter.default for parameter in template.parameters}, **values}
    forms = next(form_choices(template, given))
    with TemporaryDirectory(prefix="kit-watch-") as scratch:
        run = prepared_run(template, Trial(forms, given), Path(scratch))
        drawn = Drawn(
            label("watch.code"), "principal", 1, run.parameters.get("seed", 0), run.parameters, forms
        )
        then = functools.partial(_write, template=template, rules=rules, drawn=drawn, to=to)
        result = execute_many([run], then=then, preload=_WARM)[0]
        if result.ok:
            return []
        if isinstance(result.error, KitError):
            raise result.error
        keep = (workspace or template.path.parent) / "echecs"
        return [failure_finding(template, result, keep)]


def _write(executed: Path, template: CaseTemplate, rules: Rules, drawn: Drawn, to: Path) -> None:
    import nbformat

    if rules.reglement is None:
        raise KitBug("rules of a template without règlement")
    located = read_pieces(nbformat.read(executed, as_version=4), str(template.path))
    subject = build_subject(located, template.header, rules.epreuve, template.slug, drawn)
    facts = exam_facts(
        rules.referentiel, rules.reglement, rules.epreuve.id,
        session=label("watch.code"), centre=label("watch.centre"), stamp=label("watch.code"),
    )  # fmt: skip
    write_bytes(to, pdf(subject_document(subject.for_candidate(), facts)))
