"""Choosing one form per dossier, and the notebook that holds only the forms chosen.

The choice is made before anything runs: the cells of the forms not drawn are taken out, so that neither the
executed notebook nor any document of a session holds another session's questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from kit.cases.template import CaseTemplate
from kit.cases.uses import EXAM_POOL, Use, pool_of
from kit.errors import AuthorError, Finding, Place, Severity, raise_for
from kit.referentiel import natural_key


def forms_for(
    template: CaseTemplate,
    use: Use,
    burned: Collection[tuple[str, str]] = (),
    values: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, list[str]]:
    """Return the forms of each dossier that a use may give, in the order they are written.

    An exam has those of its pool that were not burned, practice on burned forms the others of that pool; practice
    and mock exams have those of the practice pool.

    Args:
        template: the template.
        use: what the case is for.
        burned: dossier and form of those given up for exams (`kit.cases.burned`).
        values: as `CaseTemplate.forms`.
    """
    available = template.forms(pool_of(use), values)
    if pool_of(use) != EXAM_POOL:
        return available
    wanted = use == "burned"
    return {
        dossier: [form for form in forms if ((dossier, form) in burned) == wanted]
        for dossier, forms in available.items()
    }


def missing_forms(
    template: CaseTemplate,
    pool: str,
    without: Collection[tuple[str, str]] = (),
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Finding]:
    """Yield the dossiers of which a pool has no form, or none left (arguments: see `draw_forms`)."""
    written = template.forms(pool, values)
    available = _available(written, without)
    for name in sorted((name for name, forms in available.items() if not forms), key=natural_key):
        code = "case.nothing_left" if written[name] else "case.nothing_drawn"
        fields = {"dossier": name, "pool": pool, "forms": written[name]}
        yield Finding(code, Place(str(template.path)), fields)


def spent_dossiers(template: CaseTemplate, burned: Collection[tuple[str, str]]) -> list[Finding]:
    """Return a warning for each dossier that exams have no form of any more, for some values of the parameters."""
    found = {
        finding.fields["dossier"]
        for values in template.situations()
        for finding in missing_forms(template, EXAM_POOL, burned, values)
        if finding.code == "case.nothing_left"
    }
    place = Place(str(template.path))
    return [
        Finding("burned.last", place, {"template": template.slug, "dossier": name}, Severity.WARNING)
        for name in sorted(found, key=natural_key)
    ]


def draw_forms(
    template: CaseTemplate,
    pool: str,
    seed: int,
    rank: int = 0,
    values: Mapping[str, Any] = MappingProxyType({}),
    without: Collection[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return one form of `pool` per dossier that stands for the values of the parameters.

    Args:
        template: the template.
        pool: `examen` or `entrainement`.
        seed: the variant's seed.
        rank: shifts the choice, so that versions of one session differ in form where two exist. A third version
            of two forms takes them in turn, dossier after dossier: it repeats neither of the others.
        values: the parameters' values.
        without: dossier and form of those never to be drawn: they were published since.

    Raises:
        AuthorError: a dossier has no form in the pool, or none left.
    """
    raise_for(missing_forms(template, pool, without, values), AuthorError)
    available = _available(template.forms(pool, values), without)
    drawn = {}
    turn = 0
    for dossier, forms in available.items():
        shift = rank if rank < len(forms) else rank + turn
        drawn[dossier] = forms[(_start(seed, dossier) + shift) % len(forms)]
        turn += len(forms) > 1
    return drawn


def _available(
    written: Mapping[str, list[str]], without: Collection[tuple[str, str]]
) -> dict[str, list[str]]:
    return {
        dossier: [form for form in forms if (dossier, form) not in without]
        for dossier, forms in written.items()
    }


def _start(seed: int, dossier: str) -> int:
    digest = hashlib.sha256(f"forme\x1f{seed}\x1f{dossier}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def select_forms(template: CaseTemplate, forms: Mapping[str, str]) -> dict[str, Any]:
    """Return the template's notebook with only the cells of the forms chosen.

    Each cell keeps its number in the template (`metadata.kit.cell`), so that messages point at the file the
    author knows. Sources are those that were read and checked; outputs are dropped.
    """
    kept = []
    for cell, raw in zip(template.cells, template.notebook["cells"], strict=True):
        if cell.dossier is not None and forms.get(cell.dossier) != cell.form:
            continue
        metadata = {**raw.get("metadata", {}), "kit": {"cell": cell.number}}
        clean = {**raw, "metadata": metadata, "source": cell.source}
        if raw["cell_type"] == "code":
            clean |= {"outputs": [], "execution_count": None}
        kept.append(clean)
    return {**template.notebook, "cells": kept}
