"""Choosing one form per dossier, and the notebook that holds only the forms chosen.

The choice is made before anything runs: the cells of the forms not drawn are taken out, so that neither the
executed notebook nor any document of a session holds another session's questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from kit.cases.template import CaseTemplate
from kit.errors import AuthorError, Finding, Place
from kit.referentiel import natural_key


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
    written = template.forms(pool, values)
    available = {
        dossier: [form for form in forms if (dossier, form) not in without]
        for dossier, forms in written.items()
    }
    missing = sorted((name for name, forms in available.items() if not forms), key=natural_key)
    if missing:
        place = Place(str(template.path))
        codes = {name: "case.nothing_left" if written[name] else "case.nothing_drawn" for name in missing}
        raise AuthorError(
            *(
                Finding(code, place, {"dossier": name, "pool": pool, "forms": written[name]})
                for name, code in codes.items()
            )
        )
    drawn = {}
    turn = 0
    for dossier, forms in available.items():
        shift = rank if rank < len(forms) else rank + turn
        drawn[dossier] = forms[(_start(seed, dossier) + shift) % len(forms)]
        turn += len(forms) > 1
    return drawn


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
