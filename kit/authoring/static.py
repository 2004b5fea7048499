"""What can be said of a template without running it: codes, points, coverage, corrigés.

Every alternative is checked: a criterion that only one form of a dossier lets observe is a gap of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kit.cases import CaseTemplate
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
    yield from _twice(template)
    yield from _keys(template)


def check_codes(template: CaseTemplate, rules: Rules) -> Iterator[Finding]:
    """Yield the criteria, parts and levels that do not exist, or that the épreuve does not assess."""
    criteria = {item.id for item in rules.referentiel.criteria}
    linked = set(rules.epreuve.criteria())
    parts = [part.id for part in rules.epreuve.parts]
    for cell in _magics(template):
        line, where = _line(cell), _at(template, cell)
        codes = [*line.points, *([line.words["criterion"]] if "criterion" in line.words else [])]
        for code in codes:
            if code not in criteria:
                near = nearest(code, criteria) or sorted(linked, key=natural_key)[:6]
                yield Finding("criterion.unknown", where, {"code": code, "near": near})
            elif code not in linked:
                known = sorted(linked, key=natural_key)
                fields = {"code": code, "epreuve": rules.epreuve.id, "known": known}
                yield Finding("criterion.foreign", where, fields)
        part = line.options.get("partie")
        if part is not None and part not in parts:
            fields = {"code": part, "epreuve": rules.epreuve.id, "near": parts}
            yield Finding("part.unknown", where, fields)
        level = line.options.get("niveau")
        if level is not None and rules.reglement is not None and rules.reglement.scale.level(level) is None:
            known = [item.id for item in rules.reglement.scale.levels]
            yield Finding("mark.unknown_level", where, {"level": level, "known": known})


def check_points(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the dossiers, and the subject, whose points do not add up to what is announced."""
    front = template.front
    by_form, common = _points(template)
    for (dossier, form), (cell, total) in by_form.items():
        declared = _line(cell).options.get("points")
        if declared is not None and _number(declared) != total:
            fields = {"id": f"{dossier} ({form})", "total": exact_text(total), "declared": declared}
            yield Finding("dossier.points", _at(template, cell), fields)
    if front is None:
        return
    for pool in ("examen", "entrainement"):
        forms = template.forms(pool)
        if pool == "entrainement" and not any(forms.values()):
            continue
        totals = {common}
        for dossier, names in forms.items():
            totals = {
                t + by_form[dossier, name][1] for t in totals for name in names if (dossier, name) in by_form
            }
        for total in sorted(totals - {parse_exact(front.points)}):
            fields = {"total": exact_text(total), "declared": front.points}
            yield Finding("subject.points", Place(str(template.path), cell=1, field="points"), fields)


def check_coverage(template: CaseTemplate, rules: Rules) -> Iterator[Finding]:
    """Yield the principal criteria that some alternative leaves without a question or an observation."""
    asked: dict[tuple[str, str] | None, set[str]] = {}
    for cell in _magics(template, "question", "observation"):
        key = (cell.dossier, cell.form) if cell.dossier and cell.form else None
        asked.setdefault(key, set()).update(_line(cell).points)
    where = Place(str(template.path), item=rules.epreuve.id)
    for pool in ("examen", "entrainement"):
        forms = template.forms(pool)
        if pool == "entrainement" and not any(forms.values()):
            continue
        sure = set(asked.get(None, ()))
        for dossier, names in forms.items():
            covered = [asked.get((dossier, name), set()) for name in names]
            sure |= set.intersection(*covered) if covered else set()
        for code in rules.epreuve.criteria("principal"):
            links = [
                link for link in rules.epreuve.links if link.criterion == code and link.role == "principal"
            ]
            if code not in sure and any(link.when is None for link in links):
                yield Finding("criterion.unobserved", where, {"code": code, "pool": pool})


def check_keys(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the questions without corrigé or without observable signs."""
    answered = {_word(cell, "question") for cell in _magics(template, "corrige")}
    signs = {(_word(cell, "question"), _word(cell, "criterion")) for cell in _magics(template, "indicateurs")}
    for cell in _magics(template, "question"):
        name, where = _word(cell, "id"), _at(template, cell)
        if name not in answered:
            yield Finding("question.no_answer", where, {"id": name})
        for code in _line(cell).points:
            if (name, code) not in signs:
                fields = {"id": name, "code": code}
                yield Finding("question.no_indicator", where, fields, Severity.WARNING)
        if not _line(cell).points:
            yield Finding("question.no_points", where, {"id": name})


def _keys(template: CaseTemplate) -> Iterator[Finding]:
    """Yield the corrigés, alternatives and signs of questions that do not exist."""
    asked = sorted({_word(cell, "id") for cell in _magics(template, "question", "observation")} - {""})
    for cell in _magics(template, "corrige", "accepte", "indicateurs"):
        name = _word(cell, "question")
        if name and name not in asked:
            fields = {"id": name, "magic": _line(cell).name, "near": nearest(name, asked) or asked or ["—"]}
            yield Finding("question.unknown", _at(template, cell), fields)


def _twice(template: CaseTemplate) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str | None], list[Cell]] = {}
    for cell in _magics(template, "question", "annexe", "observation"):
        if _word(cell, "id"):
            seen.setdefault((_line(cell).name, _word(cell, "id"), cell.dossier), []).append(cell)
    names: dict[tuple[str, str], list[Cell]] = {}
    for (kind, name, _), cells in seen.items():
        names.setdefault((kind, name), []).extend(cells)
    for (kind, name), cells in names.items():
        for cell in cells[1:]:
            if any(_together(cell, other) for other in cells if other.number < cell.number):
                code = "annexe.twice" if kind == "annexe" else "question.twice"
                yield Finding(code, _at(template, cell), {"id": name, "first": cells[0].number})
    forms: dict[tuple[str | None, str | None], Cell] = {}
    for cell in _magics(template, "dossier"):
        first = forms.setdefault((cell.dossier, cell.form), cell)
        if first is not cell:
            fields = {"id": cell.dossier, "form": cell.form, "first": first.number}
            yield Finding("dossier.twice", _at(template, cell), fields)


def _together(one: Cell, other: Cell) -> bool:
    """Tell whether two cells can stand in the same subject: not two forms of one dossier."""
    return one.dossier is None or one.dossier != other.dossier or one.form == other.form


def _points(template: CaseTemplate) -> tuple[Mapping[tuple[str, str], tuple[Cell, Fraction]], Fraction]:
    """Return the points of each dossier form, and those of the questions outside any dossier."""
    by_form: dict[tuple[str, str], tuple[Cell, Fraction]] = {}
    common = Fraction(0)
    for cell in _magics(template, "dossier"):
        if cell.dossier and cell.form:
            by_form.setdefault((cell.dossier, cell.form), (cell, Fraction(0)))
    for cell in _magics(template, "question", "observation"):
        given = sum((_number(value) for value in _line(cell).points.values()), start=Fraction(0))
        key = (cell.dossier or "", cell.form or "")
        if key in by_form:
            by_form[key] = (by_form[key][0], by_form[key][1] + given)
        else:
            common += given
    return by_form, common


def _number(text: str) -> Fraction:
    try:
        return parse_exact(text)
    except ValueError:
        return Fraction(0)


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
    return Place(str(template.path), cell=cell.number, item=_word(cell, "id") or None)
