"""What can be said of a template without running it: codes, points, coverage, corrigés.

Every alternative is checked: a criterion that only one form of a dossier lets observe is a gap of the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from kit.authoring.coverage import POOLS, asked_questions, form_points, subject_totals
from kit.cases import CaseTemplate
from kit.cases.conditions import read_condition, values_of, written
from kit.cases.magic_lines import MagicLine
from kit.cases.template import Cell
from kit.errors import Finding, Place, Severity
from kit.reading import nearest
from kit.referentiel import Epreuve, Referentiel, Reglement, exact_text, natural_key, parse_exact


@dataclass(frozen=True, slots=True)
class Rules:
    """What a template is checked against."""

    referentiel: Referentiel
    epreuve: Epreuve
    reglement: Reglement | None = None


def check_lines(template: CaseTemplate) -> Iterator[Finding]:
    """Yield what is wrong with the magics' lines and with codes used twice; needs no référentiel."""
    for cell in template.cells:
        if cell.magic is not None:
            for finding in cell.magic.line.findings:
                yield Finding(finding.code, _at(template, cell), finding.fields, finding.severity)
            if _line(cell).name != "dossier" and not cell.magic.body.strip():
                yield Finding("piece.empty", _at(template, cell), {"piece": f"%%{_line(cell).name}"})
    yield from _twice(template)
    yield from _keys(template)


def check_codes(
    template: CaseTemplate, referentiel: Referentiel, epreuve: Epreuve | None, reglement: Reglement | None
) -> Iterator[Finding]:
    """Yield the criteria, parts and levels that do not exist, or that the épreuve does not assess.

    An épreuve or a règlement that cannot be had (None) hides nothing of what the référentiel alone tells.
    """
    criteria = {item.id for item in referentiel.criteria}
    for cell in _magics(template):
        line, where = _line(cell), _at(template, cell)
        codes = [*line.points, *([line.words["criterion"]] if "criterion" in line.words else [])]
        for code in codes:
            yield from _criterion(code, criteria, epreuve, where)
        part = line.options.get("partie")
        if part is not None and epreuve is not None and part not in [item.id for item in epreuve.parts]:
            parts = [item.id for item in epreuve.parts]
            yield Finding("part.unknown", where, {"code": part, "epreuve": epreuve.id, "near": parts})
        level = line.options.get("niveau")
        if level is not None and reglement is not None and reglement.scale.level(level) is None:
            known = [item.id for item in reglement.scale.levels]
            yield Finding("mark.unknown_level", where, {"level": level, "known": known})


def _criterion(code: str, criteria: set[str], epreuve: Epreuve | None, where: Place) -> Iterator[Finding]:
    linked = criteria if epreuve is None else set(epreuve.criteria())
    if code not in criteria:
        near = nearest(code, criteria) or sorted(linked, key=natural_key)[:6]
        yield Finding("criterion.unknown", where, {"code": code, "near": near})
    elif epreuve is not None and code not in linked:
        known = sorted(linked, key=natural_key)
        yield Finding("criterion.foreign", where, {"code": code, "epreuve": epreuve.id, "known": known})


def check_points(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the dossiers, and the subject, whose points do not add up to what is announced."""
    rows = form_points(template)
    for row in rows:
        if row.dossier is not None and not row.agrees and row.announced is not None:
            fields = {
                "id": f"{row.dossier} ({row.form})",
                "total": exact_text(row.given),
                "declared": exact_text(row.announced),
            }
            yield Finding(
                "dossier.points", Place(str(template.path), cell=row.cell, item=row.dossier), fields
            )
    points = template.announced.points
    if points is None:
        return
    totals = subject_totals(rows, template.situations())
    wrong = {total for found in totals.values() for total in found} - {parse_exact(points)}
    for total in sorted(wrong):
        fields = {"total": exact_text(total), "declared": points}
        yield Finding("subject.points", Place(str(template.path), cell=1, field="points"), fields)


def check_coverage(template: CaseTemplate, epreuve: Epreuve) -> Iterator[Finding]:
    """Yield the principal criteria that some alternative leaves without a question or an observation."""
    asked: dict[tuple[str, str | None] | None, set[str]] = {}
    for question in asked_questions(template):
        key = (question.dossier, question.form) if question.dossier else None
        asked.setdefault(key, set()).update(question.points)
    where = Place(str(template.path), item=epreuve.id)
    told: set[tuple[str, str]] = set()
    for pool, values in itertools.product(POOLS, template.situations()):
        forms = template.forms(pool, values)
        if pool != POOLS[0] and not any(forms.values()):
            continue
        sure = set(asked.get(None, ()))
        for dossier, names in forms.items():
            covered = [asked.get((dossier, name), set()) for name in names]
            sure |= set.intersection(*covered) if covered else set()
        for code in epreuve.criteria("principal"):
            links = [link for link in epreuve.links if link.criterion == code and link.role == "principal"]
            if code not in sure and (pool, code) not in told and any(link.when is None for link in links):
                told.add((pool, code))
                yield Finding("criterion.unobserved", where, {"code": code, "pool": pool})


def check_conditions(template: CaseTemplate, epreuve: Epreuve | None) -> Iterator[Finding]:
    """Yield the conditions that never hold, and the criteria asked where the épreuve does not assess them."""
    known = {item.name: values_of(item) for item in template.parameters if values_of(item)}
    for cell in _magics(template, "dossier"):
        condition = read_condition(_line(cell).options.get("si"))
        if condition is None:
            continue
        fields = {"id": _word(cell, "id"), "name": condition.parameter, "value": condition.value}
        if condition.parameter not in known:
            names = sorted(known) or ["—"]
            yield Finding("condition.unknown", _at(template, cell), {**fields, "known": names})
        elif condition.value not in map(written, known[condition.parameter]):
            values = [written(value) for value in known[condition.parameter]]
            yield Finding("condition.value", _at(template, cell), {**fields, "known": values})
    if epreuve is not None:
        yield from _unassessed(template, epreuve)


def _unassessed(template: CaseTemplate, epreuve: Epreuve) -> Iterator[Finding]:
    """Yield the criteria asked in a situation for which the épreuve has no link to them."""
    depending = {name for link in epreuve.links for name in link.when or ()}
    conditions = template.conditions
    for cell in _magics(template, "question", "observation"):
        condition = conditions.get((cell.dossier, cell.form))
        for code in _line(cell).points:
            links = [link for link in epreuve.links if link.criterion == code]
            for values in template.situations(*depending):
                stands = condition is None or condition.holds(values)
                texts = {name: written(value) for name, value in values.items()}
                if links and stands and not any(link.holds(texts) for link in links):
                    wanted = next(
                        (f"{n}:{v[0]}" for link in links for n, v in (link.when or {}).items()), "…"
                    )
                    said = ", ".join(f"{name} = {text}" for name, text in texts.items())
                    fields = {"code": code, "epreuve": epreuve.id, "situation": said, "example": wanted}
                    yield Finding("criterion.condition", _at(template, cell), fields)
                    break


def check_keys(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the questions without corrigé or without observable signs."""
    answers = list(_magics(template, "corrige"))
    signs = list(_magics(template, "indicateurs"))
    for cell in _magics(template, "question"):
        name, where = _word(cell, "id"), _at(template, cell)
        if not name:
            continue  # its line is incomplete, and said to be
        if not any(_word(one, "question") == name and _together(cell, one) for one in answers):
            yield Finding("question.no_answer", where, {"id": name})
        for code in _line(cell).points:
            seen = (one for one in signs if (_word(one, "question"), _word(one, "criterion")) == (name, code))
            if not any(_together(cell, one) for one in seen):
                fields = {"id": name, "code": code}
                yield Finding("question.no_indicator", where, fields, Severity.WARNING)
        if not _line(cell).points:
            yield Finding("question.no_points", where, {"id": name})


def _keys(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the corrigés, alternatives and signs of questions that do not exist."""
    names = {_word(cell, "id") for cell in _magics(template, "question", "observation")} - {""}
    asked = sorted(names, key=natural_key)
    for cell in _magics(template, "corrige", "accepte", "indicateurs"):
        name = _word(cell, "question")
        if name and name not in asked:
            fields = {"id": name, "magic": _line(cell).name, "near": nearest(name, asked) or asked or ["—"]}
            yield Finding("question.unknown", _at(template, cell), fields)


def _twice(template: CaseTemplate) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str | None], list[Cell]] = {}
    for cell in _magics(template, "question", "annexe", "observation"):
        if _word(cell, "id"):
            name = _word(cell, "id")
            same = name.casefold() if _line(cell).name == "annexe" else name
            seen.setdefault((_line(cell).name, same, cell.dossier), []).append(cell)
    names: dict[tuple[str, str], list[Cell]] = {}
    for (kind, name, _), cells in seen.items():
        names.setdefault((kind, name), []).extend(cells)
    for (kind, _), cells in names.items():
        for cell in cells[1:]:
            if any(_together(cell, other) for other in cells if other.number < cell.number):
                code = "annexe.twice" if kind == "annexe" else "question.twice"
                fields = {"id": _word(cell, "id"), "first": cells[0].number}
                yield Finding(code, _at(template, cell), fields)
    forms: dict[tuple[str | None, str | None], Cell] = {}
    for cell in _magics(template, "dossier"):
        first = forms.setdefault((cell.dossier, cell.form), cell)
        if first is not cell:
            fields = {"id": cell.dossier, "form": cell.form, "first": first.number}
            yield Finding("dossier.twice", _at(template, cell), fields)


def _together(one: Cell, other: Cell) -> bool:
    """Tell whether two cells can stand in the same subject: not two forms of one dossier."""
    return one.dossier is None or one.dossier != other.dossier or one.form == other.form


def _magics(template: CaseTemplate, *names: str) -> Iterator[Cell]:
    for cell in template.cells:
        if cell.magic is not None and (not names or cell.magic.line.name in names):
            yield cell


def _line(cell: Cell) -> MagicLine:
    assert cell.magic is not None  # noqa: S101 - _magics yields no other
    return cell.magic.line


def _word(cell: Cell, name: str) -> str:
    return str(_line(cell).words.get(name, ""))


def _at(template: CaseTemplate, cell: Cell) -> Place:
    item = _word(cell, "id") or _word(cell, "question") or None
    return Place(str(template.path), cell=cell.number, item=item)
