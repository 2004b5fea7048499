"""The variants of a session: what is drawn for each, before anything is executed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kit.authoring import check_template
from kit.cases import CaseTemplate, draw_forms, find_template, load_template
from kit.cases.burned import burned_forms
from kit.cases.parameters import check_values
from kit.cases.uses import EXAM_POOL, PRACTICE_POOL, Use, seed_for
from kit.errors import AuthorError, Finding, InvalidFile, KitError, Place, UnknownCode, raise_for
from kit.referentiel import Epreuve
from kit.sessions.draws import Sitting, draw_of, fixed_findings, parameters_for
from kit.sessions.durations import duration_findings
from kit.sessions.model import VERSIONS, EpreuvePlan, Version
from kit.sessions.opening import Session
from kit.sessions.seeds import keyed, seed_of
from kit.sessions.values import Scalar
from kit.subjects import Drawn

LETTERS: Mapping[Version, str] = {"principal": "P", "secours": "S", "rattrapage": "R"}
_WITH_RESIT: tuple[Version, ...] = ("principal", "rattrapage")
"""What a rattrapage shares few values with, though its own session gives nothing else: what was given before it."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One subject to make: its épreuve, its template, and what was drawn."""

    epreuve: Epreuve
    plan: EpreuvePlan
    template: CaseTemplate
    version: Version
    number: int
    draw: int
    drawn: Drawn

    @property
    def folder(self) -> str:
        """Name of its folder: `E2/principal-1`."""
        return f"{self.epreuve.id}/{self.version}-{self.number}"


def session_variants(session: Session, secret: bytes, only: Iterable[str] = ()) -> tuple[Variant, ...]:
    """Return the variants of a session, in the order of its épreuves.

    Args:
        session: the session.
        secret: its secret.
        only: ids of épreuves to limit to; empty means all.

    Raises:
        InvalidFile: every problem of every template and of the parameters the session fixes.
        UnknownCode: an épreuve of `only` is not in the session.
    """
    cases, findings = _cases(session, _chosen(session, only))
    raise_for(findings)
    return tuple(
        variant for name, case in cases.items() for variant in _variants(session, secret, name, case)
    )


def check_cases(session: Session) -> list[Finding]:
    """Return what keeps the session's templates from being drawn, without drawing anything."""
    return _cases(session, session.config.epreuves)[1]


def _cases(session: Session, names: Iterable[str]) -> tuple[dict[str, CaseTemplate], list[Finding]]:
    """Return the templates of these épreuves, and every error of theirs or of the parameters fixed for them."""
    findings: list[Finding] = []
    cases: dict[str, CaseTemplate] = {}
    for name in names:
        plan = session.config.epreuves[name]
        where = Place("session.yaml", field=f"epreuves.{name}.parameters")
        try:
            template = _template(session, name, plan)
        except KitError as error:
            findings += error.findings
            continue
        cases[name] = template
        allowed = _allowed(template)
        free = {name: value for name, value in plan.parameters.items() if allowed.get(name) == ()}
        findings += fixed_findings(allowed, plan.parameters, where)
        findings += check_values(template.parameters, free, where)
        findings += duration_findings(template, session.referentiel.epreuve(name), plan)
        findings += _undrawable(session, template, plan)
    return cases, findings


def _undrawable(session: Session, template: CaseTemplate, plan: EpreuvePlan) -> tuple[Finding, ...]:
    """Return the dossiers that have no form left for this session."""
    pool, without = _drawable(session, template)
    try:
        draw_forms(template, pool, 0, values={**_defaults(template), **plan.parameters}, without=without)
    except AuthorError as error:
        return error.findings
    return ()


def _chosen(session: Session, only: Iterable[str]) -> list[str]:
    known = list(session.config.epreuves)
    wanted = list(only)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise UnknownCode(
            *(Finding("build.only_unknown", Place(), {"code": n, "near": known}) for n in missing)
        )
    return [name for name in known if not wanted or name in wanted]


def _template(session: Session, name: str, plan: EpreuvePlan) -> CaseTemplate:
    where = Place("session.yaml", field=f"epreuves.{name}.template")
    try:
        template = load_template(find_template(plan.template, session.workspace))
    except KitError as error:
        raise InvalidFile(
            *(Finding(f.code, f.where if f.where.file else where, f.fields) for f in error.findings)
        ) from error
    front = template.header
    if front.epreuve != name:
        fields = {"template": template.slug, "epreuve": front.epreuve, "wanted": name}
        raise InvalidFile(Finding("build.wrong_epreuve", where, fields))
    if front.referentiel != session.referentiel.slug:
        fields = {"template": template.slug, "other": front.referentiel, "wanted": session.referentiel.slug}
        raise InvalidFile(Finding("build.wrong_referentiel", where, fields))
    raise_for(check_template(template.path, session.workspace, run=False))
    return template


def _allowed(template: CaseTemplate) -> dict[str, tuple[Scalar, ...]]:
    """Return the values a session may fix, by parameter."""
    return {
        parameter.name: parameter.choices for parameter in template.parameters if parameter.name != "seed"
    }


def _choices(template: CaseTemplate) -> dict[str, tuple[Scalar, ...]]:
    """Return the values each parameter may take; one that does not vary and is not fixed keeps its default."""
    varies = template.header.varies
    return {
        parameter.name: parameter.choices if parameter.name in varies else ()
        for parameter in template.parameters
        if parameter.name != "seed"
    }


def _variants(session: Session, secret: bytes, name: str, template: CaseTemplate) -> Iterator[Variant]:
    plan, epreuve = session.config.epreuves[name], session.referentiel.epreuve(name)
    rank = session.referentiel.epreuves.index(epreuve)
    form_key = int.from_bytes(keyed(secret, "forms", session.config.origin, name)[:8], "big")
    pool, without = _drawable(session, template)
    use: Use = "mock" if session.config.mock else "exam"
    versions = plan.versions if session.config.resits is None else _WITH_RESIT
    for version in plan.versions:
        for number in range(1, plan.variants + 1):
            draw = draw_of(session.draws, name, version, number)
            sitting = Sitting(session.config.origin, name, rank, versions, version, number)
            parameters = parameters_for(_choices(template), plan.parameters, secret, sitting)
            values = {**_defaults(template), **parameters}
            drawn = Drawn(
                code=f"{session.config.id}-{name}-{LETTERS[version]}{number}",
                version=version,
                variant=number,
                seed=seed_for(use, seed_of(secret, session.config.origin, name, version, number, draw)),
                parameters=values,
                forms=draw_forms(template, pool, form_key, VERSIONS.index(version), values, without),
            )
            yield Variant(epreuve, plan, template, version, number, draw, drawn)


def _drawable(session: Session, template: CaseTemplate) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return the pool a session draws from, and the forms it never draws: a mock exam leaves exams alone."""
    if session.config.mock:
        return PRACTICE_POOL, frozenset()
    return EXAM_POOL, burned_forms(session.workspace, template.slug)


def _defaults(template: CaseTemplate) -> dict[str, Scalar]:
    return {
        parameter.name: parameter.default for parameter in template.parameters if parameter.name != "seed"
    }
