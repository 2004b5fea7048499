"""The declaration of certified people to the Caisse des dépôts (« accrochage »), as XML that the user's XSD accepts.

What its schema asks comes from the portal of certifiers and was not seen here: the names and the order of elements
follow public descriptions of version 1.1.5, and nothing is written before the schema that the user supplies has
accepted it. The national identification number is neither asked nor kept: people are declared by their civil status.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from kit.csv_reading import CsvData, read_records, refuse_link
from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.exchange.nir import holds_nir
from kit.exchange.schema_check import schema_findings
from kit.messages import label
from kit.reading import FrozenModel, parse_yaml, read_text, validate
from kit.results.blocs import makes_whole
from kit.sessions.files import read_table
from kit.sessions.model import Acquired, Candidate, Row
from kit.sessions.opening import Session
from kit.sessions.values import Identifier, Line, route_of

NAMESPACE = "urn:cdc:cpf:pc5:schema:1.0.0"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Account(FrozenModel):
    """Whose declaration it is: the identifiers that the portal gave the certifier.

    Attributes:
        sender: the sender's client number, 8 characters.
        certifier: the certifier's.
        contract: the contract's number.
        kind: RNCP or RS.
        code: the certification's code, when the référentiel does not say it.
        obtained: the schema's word for how it is obtained.
        access: the schema's word for each voie d'accès.
    """

    sender: Annotated[Line, Field(min_length=8, max_length=8)]
    certifier: Annotated[Line, Field(max_length=8)]
    contract: Annotated[Line, Field(max_length=20)]
    kind: Literal["RNCP", "RS"] = "RNCP"
    code: Line | None = None
    obtained: Line = "PAR_ADMISSION"
    access: Mapping[str, Line] = {}


class CivilStatus(Row):
    """What the declaration asks of a person beyond the list of candidates. Read, used, and never kept."""

    file: ClassVar[str] = "etat-civil.csv"
    candidate: Identifier = Field(alias="candidat")
    birth_name: Line | None = Field(default=None, alias="nom_naissance")
    used_name: Line | None = Field(default=None, alias="nom_usage")
    sex: Literal["M", "F"] | None = Field(default=None, alias="sexe")
    birth_postcode: Line | None = Field(default=None, alias="code_postal_naissance")


@dataclass(frozen=True, slots=True)
class Certified:
    """Somebody who has the whole certification, and since when."""

    candidate: Candidate
    on: date


def certified_people(session: Session, acquired: Iterable[Acquired]) -> tuple[Certified, ...]:
    """Return who has every bloc of the certification by this session, and since the day of the last one.

    Who had them all before was declared then.

    Args:
        session: its référentiel and its candidates.
        acquired: the blocs that candidates have for good (`acquired_blocs`).
    """
    needed = {bloc.id for bloc in session.referentiel.blocs if not bloc.optional}
    days: dict[str, dict[str, date]] = {}
    here: set[str] = set()
    for item in acquired:
        days.setdefault(item.candidate, {})[item.code] = item.on
        if item.session == session.config.id:
            here.add(item.candidate)
    return tuple(
        Certified(person, max(days[person.id][code] for code in needed))
        for person in session.candidates
        if person.id in here and makes_whole(session.referentiel, days.get(person.id, {}))
    )


def read_account(path: Path) -> Account:
    """Return what an account file says.

    Raises:
        InvalidFile: all that is wrong with it.
    """
    return validate(Account, parse_yaml(read_text(path), str(path)), str(path))


def read_civil(path: Path) -> dict[str, CivilStatus]:
    """Return civil status by candidate.

    Raises:
        InvalidFile: all that is wrong with the file; a cell that looks like a NIR is refused.
    """
    refuse_link(path)
    if not path.exists():
        raise InvalidFile(Finding("file.missing", Place(str(path))))
    raise_for(_nirs(path), InvalidFile)
    table = read_table(path.parent, CivilStatus, path)
    findings = list(table.findings)
    lines: dict[str, int] = {}
    for item in table.located:
        if (first := lines.setdefault(item.row.candidate, item.line)) != item.line:
            fields = {"candidate": item.row.candidate, "first": first}
            findings.append(Finding("accrochage.twice", Place(str(path), item.line, "candidat"), fields))
    raise_for(findings, InvalidFile)
    return {item.candidate: item for item in table.rows}


def _nirs(path: Path) -> Iterator[Finding]:
    """Yield where a NIR stands, before anything is said that would repeat it: in a title, a remark, a bad row too."""
    data = CsvData()
    lines = dict(enumerate(read_text(path).split("\n"), start=1))
    told = {line: "" for line, text in lines.items() if holds_nir(text)}
    records = read_records(path, data)
    titles = records[0][1] if records else []
    for line, cells in records:
        for rank, cell in enumerate(cells):
            if holds_nir(cell):
                known = rank < len(titles) and titles[rank].strip() in CivilStatus.columns()
                told[line] = titles[rank].strip() if known else ""
    for line, column in sorted(told.items()):
        yield Finding("accrochage.nir", Place(str(path), line, column or None))


def declaration(
    session: Session,
    certified: Sequence[Certified],
    civil: Mapping[str, CivilStatus],
    account: Account,
    at: datetime,
    xsd: Path,
    people: str = CivilStatus.file,
) -> bytes:
    """Return the declaration of certified people, accepted by the schema.

    Args:
        session: where they were certified.
        certified: who.
        civil: what the list of candidates does not say, by candidate.
        account: whose declaration it is.
        at: its date and time, with the offset of its zone.
        xsd: the schema that the certifier has from the portal.
        people: the name of the file of civil status, for what it lacks.

    Raises:
        InvalidFile: what is missing, person by person, or what the schema refuses; nothing is returned half made.
    """
    raise_for(_missing(session, certified, civil, account, people), InvalidFile)
    from lxml import etree

    try:
        flow = _flow(session, certified, civil, account, at)
    except ValueError as error:  # a character that no XML can hold
        raise InvalidFile(Finding("accrochage.character", Place(item=session.config.id))) from error
    content: bytes = etree.tostring(flow, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    raise_for(schema_findings(content, xsd), InvalidFile)
    return content


def _missing(
    session: Session,
    certified: Sequence[Certified],
    civil: Mapping[str, CivilStatus],
    account: Account,
    people: str,
) -> Iterator[Finding]:
    if session.config.demo:
        yield Finding("accrochage.demo", Place(item=session.config.id))
    if not certified:
        yield Finding("accrochage.nobody", Place(item=session.config.id))
    if not (account.code or session.referentiel.rncp):
        yield Finding("accrochage.no_code", Place())
    for item in certified:
        person, status = item.candidate, civil.get(item.candidate.id)
        lacks = [] if person.birth_date else ["naissance"]
        if status is None:
            lacks.append(label("accrochage.row", file=people))
        else:
            names = ("birth_name", "sex", "birth_postcode")
            lacks += [
                CivilStatus.model_fields[name].alias or name for name in names if not getattr(status, name)
            ]
        route = route_of(person.route) if person.route else None
        if route is None or route not in account.access:
            lacks.append("voie")
        if lacks:
            yield Finding("accrochage.lacks", Place(item=person.id), {"lacks": lacks})


def _flow(
    session: Session, certified: Sequence[Certified], civil: Mapping[str, CivilStatus], account: Account, at: datetime
) -> Any:  # fmt: skip
    from lxml.builder import ElementMaker

    make = ElementMaker(namespace=NAMESPACE, nsmap={"cpf": NAMESPACE, "xsi": _XSI})
    code = account.code or session.referentiel.rncp or ""
    passages = [_passage(make, session, item, civil[item.candidate.id], account) for item in certified]
    return make.flux(
        make.idFlux(f"{session.config.id}-{at:%Y%m%dT%H%M%S}"),
        make.horodatage(at.isoformat(timespec="seconds")),
        make.emetteur(
            make.idClient(account.sender),
            make.certificateurs(
                make.certificateur(
                    make.idClient(account.certifier),
                    make.idContrat(account.contract),
                    make.certifications(
                        make.certification(
                            make.type(account.kind),
                            make.code(code),
                            make.passageCertifications(*passages),
                        )
                    ),
                )
            ),
        ),
    )


def _passage(make: Any, session: Session, item: Certified, status: CivilStatus, account: Account) -> Any:
    nil = {f"{{{_XSI}}}nil": "true"}
    person = item.candidate
    born = person.birth_date
    assert born is not None  # noqa: S101 - checked with all that is missing
    return make.passageCertification(
        make.idTechnique(f"{session.config.id}-{person.id}"),
        make.obtentionCertification(account.obtained),
        make.donneeCertifiee("true"),
        make.dateDebutValidite(item.on.isoformat()),
        make.dateFinValidite(nil),
        make.presenceNiveauLangueEuro("false"),
        make.presenceNiveauNumeriqueEuro("false"),
        make.scoring(nil),
        make.mentionValidee(nil),
        make.modalitesInscription(make.modaliteAcces(account.access[route_of(person.route or "") or ""])),
        make.identificationTitulaire(
            make.titulaire(
                make.nomNaissance(status.birth_name or ""),
                *([make.nomUsage(status.used_name)] if status.used_name else []),
                make.prenom1(person.first_name),
                make.anneeNaissance(str(born.year)),
                make.moisNaissance(f"{born.month:02d}"),
                make.jourNaissance(f"{born.day:02d}"),
                make.sexe(status.sex or ""),
                make.codeCommuneNaissance(
                    make.codePostalNaissance(make.codePostal(status.birth_postcode or ""))
                ),
            )
        ),
    )
