"""The variants of a session: what is drawn for each, before anything is executed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kit.authoring import check_template
from kit.cases import CaseTemplate, draw_forms, find_template, load_template
from kit.cases.burned import Burned, read_burned
from kit.cases.conditions import written
from kit.cases.forms import missing_forms
from kit.cases.parameters import check_values
from kit.cases.uses import pool_of
from kit.errors import Finding, InvalidFile, KitError, Place, UnknownCode, raise_for
from kit.referentiel import Epreuve
from kit.sessions.draws import Sitting, draw_of, fixed_findings, parameters_for
from kit.sessions.durations import duration_findings
from kit.sessions.model import VERSIONS, EpreuvePlan, Version
from kit.sessions.opening import Session
from kit.sessions.seeds import keyed, seed_of
from kit.sessions.uses import given_up, use_of
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
        InvalidFile: every problem of every template, of the forms given up for exams, and of the parameters the
            session fixes; a dossier has no form left to give.
        UnknownCode: an épreuve of `only` is not in the session.
    """
    wanted = _chosen(session, only)
    burned, findings = _burned(session)
    cases, more = _cases(session, wanted, burned)
    raise_for([*findings, *more])
    return tuple(
        variant for name, case in cases.items() for variant in _variants(session, secret, name, case, burned)
    )


def check_cases(session: Session) -> list[Finding]:
    """Return what keeps the session's templates from being drawn, without drawing anything."""
    burned, findings = _burned(session)
    return [*findings, *_cases(session, session.config.epreuves, burned)[1]]


def _burned(session: Session) -> tuple[tuple[Burned, ...], list[Finding]]:
    """Return the forms given up for exams, and the problems of their list; a mock exam gives none of an exam's."""
    if use_of(session) != "exam":
        return (), []
    try:
        return read_burned(session.workspace), []
    except KitError as error:
        return (), list(error.findings)


def _cases(
    session: Session, names: Iterable[str], burned: Collection[Burned]
) -> tuple[dict[str, CaseTemplate], list[Finding]]:
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
        findings += _undrawable(session, template, plan, burned)
    return cases, findings


def _undrawable(
    session: Session, template: CaseTemplate, plan: EpreuvePlan, burned: Collection[Burned]
) -> list[Finding]:
    """Return, once each, the dossiers that have no form to give for some values that may be drawn."""
    pool, without = pool_of(use_of(session)), given_up(burned, plan)
    found: dict[str, Finding] = {}
    for values in template.situations():
        if _may_be_drawn(template, plan, values):
            for finding in missing_forms(template, pool, without, values):
                found.setdefault(finding.fields["dossier"], finding)
    return list(found.values())


def _may_be_drawn(template: CaseTemplate, plan: EpreuvePlan, values: Mapping[str, Scalar]) -> bool:
    varies, sure = template.header.varies, {**_defaults(template), **plan.parameters}
    return all(
        written(value) == written(sure[name])
        for name, value in values.items()
        if name in plan.parameters or name not in varies
    )


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


def _variants(
    session: Session, secret: bytes, name: str, template: CaseTemplate, burned: Collection[Burned]
) -> Iterator[Variant]:
    plan, epreuve = session.config.epreuves[name], session.referentiel.epreuve(name)
    rank = session.referentiel.epreuves.index(epreuve)
    form_key = int.from_bytes(keyed(secret, "forms", session.config.origin, name)[:8], "big")
    use, without = use_of(session), given_up(burned, plan)
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
                seed=seed_of(secret, session.config.origin, name, version, number, draw, use),
                parameters=values,
                forms=draw_forms(template, pool_of(use), form_key, VERSIONS.index(version), values, without),
            )
            yield Variant(epreuve, plan, template, version, number, draw, drawn)


def _defaults(template: CaseTemplate) -> dict[str, Scalar]:
    return {
        parameter.name: parameter.default for parameter in template.parameters if parameter.name != "seed"
    }
