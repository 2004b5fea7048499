"""The annexes that a text cites, as people write it: « annexe A1 », « annexes A2 à A4 », « annexe n° **A9** »."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kit.authoring.masking import masked, python_of
from kit.cases import CaseTemplate
from kit.errors import Finding, Place
from kit.referentiel import natural_key

_CODE = r"[A-Za-z]{1,3}-?\d{1,3}(?![\w\ufffd])|[A-Z](?![\w'’\ufffd-])"
"""A code as annexes usually have: letters and a number, or one capital letter."""
_BETWEEN = r"\s*(?:,\s*(?:et/ou|et|ou|puis)\b|,|;|/|&|\+|-|–|—|et/ou|et|ou|à|puis|jusqu['’]à|ainsi\s+que)\s*"
_NUMBER = r"(?:n\s*[°ºo]\.?\s*|num[ée]ros?\s+)?"
_ASIDE = r"(?:\s*\([^()]{0,80}\))?"
_RANGE = r"\s*(?:à|-|–|—|jusqu['’]à)\s*"
_ORNAMENT = re.compile(r"[*_`«»“”\"]")
LONGEST_RANGE = 100


def cited(text: str, known: Collection[str] = ()) -> set[str]:
    """Return the annexes a text cites. A code of another shape than A1 or B is seen when it is `known`.

    >>> sorted(cited("Voir l’annexe A1, puis les annexes A3 à A5."))
    ['A1', 'A3', 'A4', 'A5']
    """
    by_name = {name.casefold(): name for name in known}
    own = "|".join(rf"{re.escape(name)}(?![\w\ufffd])" for name in sorted(known, key=len, reverse=True))
    code = f"(?:{own}|{_CODE})" if own else f"(?:{_CODE})"
    item = rf"{_NUMBER}{code}{_ASIDE}"
    chain = re.compile(rf"(?i:\bannexes?)\s+{item}(?:{_BETWEEN}{item})*")
    found: set[str] = set()
    for match in chain.finditer(_ORNAMENT.sub(" ", text)):
        words = re.sub(r"\([^()]*\)", " ", match[0])
        words = re.sub(r"(?i:\bannexes?)", " ", words, count=1)
        names = re.findall(rf"(?<![\w’']){code}", words)
        found.update(by_name.get(name.casefold(), name.upper()) for name in names)
        for first, last in re.findall(rf"({code}){_RANGE}({code})", words):
            found.update(_between(first.upper(), last.upper()))
    return found


def _between(first: str, last: str) -> set[str]:
    one, other = (re.fullmatch(r"([A-Z]+-?)(\d+)", name) for name in (first, last))
    if one is None or other is None or one[1] != other[1]:
        return set()
    start, end = int(one[2]), int(other[2])
    if not 0 <= end - start < LONGEST_RANGE:
        return set()
    return {f"{one[1]}{number}" for number in range(start, end + 1)}


@dataclass(frozen=True, slots=True)
class Declared:
    """The annexes the cells of a template make; `complete` when none has a code that only running tells."""

    ids: frozenset[str]
    complete: bool


def declared_annexes(template: CaseTemplate) -> Declared:
    """Return the codes of the annexes written in a template, by magic or by call."""
    found: set[str] = set()
    complete = True
    for cell in template.cells:
        if cell.magic is not None:
            if cell.magic.line.name == "annexe" and cell.magic.line.words.get("id"):
                found.add(cell.magic.line.words["id"])
        elif cell.type == "code":
            tree = python_of(cell.source)
            unread: list[str | None] = [None] if "annexe" in cell.source else []
            names = list(_called_with(tree)) if tree is not None else unread
            found |= {name for name in names if name is not None}
            complete = complete and None not in names
    return Declared(frozenset(found), complete)


def _called_with(tree: ast.Module) -> Iterator[str | None]:
    """Yield the code of each call of `annexe`, None for one that is computed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "annexe":
            given = node.args[1] if len(node.args) > 1 else None
            named: Mapping[str | None, ast.expr] = {key.arg: key.value for key in node.keywords}
            match given or named.get("id"):
                case ast.Constant(value=str(name)):
                    yield name
                case _:
                    yield None
        elif isinstance(node, ast.Name) and node.id == "annexe" and isinstance(node.ctx, ast.Store):
            yield None


def check_citations(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the annexes that texts cite and no cell makes, without running anything."""
    declared = declared_annexes(template)
    if not declared.complete:
        return
    known = sorted(declared.ids, key=natural_key)
    for cell in template.cells:
        if cell.magic is None:
            continue
        words = cell.magic.line.words
        where = Place(str(template.path), cell=cell.number, item=words.get("id") or words.get("question"))
        for name in sorted(cited(masked(cell.magic.body), known) - set(known), key=natural_key):
            yield Finding("annexe.missing", where, {"id": name, "known": known or ["—"]})
