"""Small valid files and folders, for tests that then break or extend them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SLUG = "petit-titre"


def _sourced(text: str) -> dict[str, Any]:
    return {"source_text": text, "lines": ["1"]}


def _link(criterion: str, part: str, carrier: str = "candidate", evidence: str = "written") -> dict[str, Any]:
    return {
        "criterion": criterion, "part": part, "carrier": carrier, "evidence": evidence,
        "confidence": "proved",
    }  # fmt: skip


def _part(part: str, evidence: str = "written", carrier: str = "candidate") -> dict[str, Any]:
    return {"id": part, "label": f"Partie {part}", "evidence": evidence, "carrier": carrier}


def _epreuve(epreuve: str, work: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    links = [_link("CE1.1", part["id"], part["carrier"], part["evidence"]) for part in parts]
    return {
        "id": epreuve, "bloc": "B1", "kind": "etude_de_cas", "title": f"Étude de cas : {epreuve}.",
        "title_lines": ["1"], "form": "Travail.", "form_lines": ["1"],
        "brief": "Analyser.", "brief_lines": ["1"],
        "work": [work], "production": ["ecrite"], "parts": parts, "links": links,
    }  # fmt: skip


EPREUVES: tuple[dict[str, Any], ...] = (
    _epreuve("E1", "groupe", [_part("dossier", carrier="group"), _part("synthese")]),
    _epreuve("E2", "individuel", [_part("ecrit")]),
    _epreuve("E3", "individuel", [_part("ecrit")]),
    _epreuve("E5", "groupe", [_part("conduite", "observed", "group"), _part("rapport")]),
    _epreuve("E7", "groupe", [_part("proposition"), _part("entretien", "oral")]),
)
"""One épreuve of each shape: group then individual, individual, observed, written then oral."""

REFERENTIEL: dict[str, Any] = {
    "slug": SLUG,
    "version": "1",
    "source": {"file": "source.txt", "sha256": "0" * 64, "certifier": "École", "attribution": "École"},
    "blocs": [{"id": "B1", **_sourced("Un bloc")}],
    "competences": [{"id": "C1", "bloc": "B1", **_sourced("Savoir analyser")}],
    "criteria": [
        {"id": "CE1.1", "competence": "C1", **_sourced("L’analyse est juste")},
        {"id": "CE1.2", "competence": "C1", **_sourced("L’analyse est complète")},
    ],
}

REGLEMENT: dict[str, Any] = {
    "slug": "exemple", "version": "1", "status": "example", "issued_by": None, "notice": "Exemple.",
    "ladder": "marks", "total": "20",
    "scale": {"levels": [
        {"id": "non", "label": "Non acquis", "value": "0"},
        {"id": "oui", "label": "Acquis", "value": "1", "acquired": True},
    ]},
    "rounding": {"step": "0.5"}, "combination": "best",
    "competence": {"rule": "all"}, "bloc": {"rule": "all", "threshold": "10"},
    "participation": {"present": {"gives": "mark"}}, "marker_tolerance": {"mark": "3"},
    "jury": {"min_members": 2, "external_share": "1/2", "quorum": "1/2"},
    "resit": {"attempts": 1, "months": 12}, "retention": {"documents": {"copies": 12}},
}  # fmt: skip


def a_referentiel(workspace: Path, slug: str = SLUG, reglement: Mapping[str, Any] | None = None) -> Path:
    """Return the folder of a small référentiel, written where a workspace keeps its own."""
    folder = workspace / "referentiel" / slug
    mapping = {"id": "base", "label": "Base", "why": "La seule", "retained": True}
    files: dict[str, Any] = {
        "referentiel.yaml": {**REFERENTIEL, "slug": slug},
        "epreuves.yaml": {"mappings": [mapping], "epreuves": list(EPREUVES)},
        "reglement.yaml": {**REGLEMENT, **(reglement or {})},
    }
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


SESSION = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2:
    template: mon-cas
    versions: [principal]
    variants: 2
    parts:
      - id: ecrit
        mode: surveille
        date: 2026-06-08
        start: "09:00"
        duration: 4h00
        anonymous: true
"""
E1 = """\
  E1:
    template: mon-marche
    parts:
      - {id: dossier, mode: depot, deadline: "2026-06-30T18:00"}
      - {id: synthese, mode: surveille, date: 2026-07-01, start: "14:00", duration: 120, anonymous: true}
"""
"""What a session adds for the group épreuve E1."""

CANDIDATES = """\
id,nom,prenom,naissance,email,voie,centre
C1,Abitbol,Zoé,2003-02-11,zoe@example.org,formation,
C2,d’Aubenas,Côme,,,,
C3,Le Cœur,Anaïs,,,vae,
"""
REGISTRATIONS = "candidat,epreuve,tentative\nC1,E2,1\nC2,E2,1\nC3,E2,\n"


def a_session(workspace: Path, **files: str) -> Path:
    """Return the folder of a small session whose référentiel is in the same workspace.

    Args:
        workspace: the folder of both.
        files: texts by file name without its end (`session`, `groupes`…), over the defaults.
    """
    if not (workspace / "referentiel").exists():
        a_referentiel(workspace)
    folder = workspace / "session"
    folder.mkdir(exist_ok=True)
    texts = {"session": SESSION, "candidats": CANDIDATES, "inscriptions": REGISTRATIONS, **files}
    for name, text in texts.items():
        end = "yaml" if name == "session" else "csv"
        (folder / f"{name}.{end}").write_text(textwrap.dedent(text), "utf-8")
    return folder
