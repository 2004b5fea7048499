"""Recording who reviewed, tested and approved a template: in its front matter, where everybody reads it.

The rest of the cell keeps its author's words and comments; the notebook is replaced in one act.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kit.authoring.checking import check_template
from kit.cases import CaseTemplate, load_template
from kit.cases.approval import approvable_content
from kit.errors import AuthorError, Finding, InvalidFile, Place, Severity, raise_for
from kit.writing import write_text


def record_review(path: Path, by: str, on: date) -> None:
    """Record that somebody reviewed a template.

    Raises:
        InvalidFile: the front matter cannot be read.
        AuthorError: the reviewer is who drafted it, or the notebook belongs to an installed kit.
    """
    template = _own(path)
    header = template.header
    if _same(by, header.drafted.by):
        raise AuthorError.of("approval.own_review", Place(str(path), cell=1), name=by)
    done = [*header.reviewed, {"by": by, "on": on}]
    _write(template, "reviewed", [_plain(item) for item in done])


def record_trial(path: Path, by: str, minutes: int, on: date) -> None:
    """Record that somebody sat a case, and in how many minutes.

    Raises:
        InvalidFile: the front matter cannot be read.
        AuthorError: the notebook belongs to an installed kit.
    """
    template = _own(path)
    done = [*template.header.tested, {"by": by, "minutes": minutes, "on": on}]
    _write(template, "tested", [_plain(item) for item in done])


def approve(path: Path, by: str, on: date, workspace: Path | None = None) -> list[Finding]:
    """Record the approval of a template on its present content, and return what to know about it.

    Raises:
        InvalidFile: the template has errors, all of them listed: what has errors cannot be approved.
        AuthorError: the notebook belongs to an installed kit.
    """
    template = _own(path)
    raise_for(check_template(path, workspace))
    header = template.header
    _write(template, "approved", {"by": by, "on": on, "content": approvable_content(template)})
    missing = [name for name, acts in (("reviewed", header.reviewed), ("tested", header.tested)) if not acts]
    where = Place(str(path), cell=1)
    return [Finding(f"approval.not_{name}", where, severity=Severity.WARNING) for name in missing]


def _own(path: Path) -> CaseTemplate:
    """Return a template that may be written to."""
    if {"site-packages", "dist-packages"} & {*path.resolve().parts}:
        raise AuthorError.of("approval.installed", Place(str(path)))
    template = load_template(path)
    if template.front is None:
        raise InvalidFile(*template.findings)
    return template


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _plain(item: Any) -> Mapping[str, Any]:
    data = item if isinstance(item, dict) else item.model_dump()
    return {key: value for key, value in data.items() if value is not None}


def _write(template: CaseTemplate, key: str, value: Any) -> None:
    notebook = json.loads(json.dumps(template.notebook))
    cell = notebook["cells"][0]
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    cell["source"] = with_entry(source, key, value)
    write_text(template.path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def with_entry(front: str, key: str, value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """Return a front matter with one of its entries set, every other line as it was."""
    opening, *body, closing = front.strip().splitlines()
    kept: list[str] = []
    inside = False
    for line in body:
        if re.match(r"[^\s#-]", line):  # a list may stand under its key without indentation
            inside = re.match(rf"{re.escape(key)}\s*:", line) is not None
        if not inside:
            kept.append(line)
    added = yaml.safe_dump({key: value}, allow_unicode=True, sort_keys=False, width=10_000).rstrip()
    return "\n".join([opening, *kept, added, closing])
