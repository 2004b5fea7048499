"""`kit session issue`: giving a session's subjects, an act of its own; building again is always allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from kit.cases.burned import read_burned
from kit.errors import AuthorError, Finding, InvalidFile, Place, Severity
from kit.sessions.draws import draw_of, drawn_again, write_draws
from kit.sessions.keeping import sha256_of
from kit.sessions.lock import session_lock
from kit.sessions.manifest import Entry, read_manifest
from kit.sessions.opening import Session, open_session
from kit.sessions.production import FOLDERS
from kit.sessions.register import Comparison, Imprint, Issued, add_to_register, compare, read_register
from kit.sessions.uses import given_up

BUILD = "build"
IMPRINT = "imprint"
"""Kind, in the manifest, of the file that says what a subject is."""


def issue_session(folder: Path, on: date, workspace: Path | None = None) -> tuple[int, tuple[Finding, ...]]:
    """Enter a session's subjects in the register; return how many were new, and what is merely close.

    Raises:
        AuthorError: the session is a demonstration or a mock exam.
        InvalidFile: the session is not built as its files say, was changed since, is marked PROJET, or gives a form
            burned since; a subject was given already: its draw is then raised and nothing is issued.
        EnvironmentFault: the disk refuses, or a build is running.
    """
    with session_lock(folder):
        session = open_session(folder, workspace)
        if session.config.demo:
            raise AuthorError.of("register.demo", Place("session.yaml", field="demo"))
        if session.config.mock:
            raise AuthorError.of("register.mock", Place("session.yaml", field="mock"))
        wanted = _built(session, on)
        kit_folder = session.workspace / ".kit"
        kit_folder.mkdir(parents=True, exist_ok=True)
        with session_lock(kit_folder):
            resits = session.config.resits.session if session.config.resits is not None else None
            compared = compare(wanted, read_register(session.workspace), resits)
            if compared.refused:
                _draw_again(session, compared)
            add_to_register(session.workspace, compared.new)
    return len(compared.new), compared.findings


def _draw_again(session: Session, compared: Comparison) -> None:
    draws = session.draws
    for subject in compared.refused:
        draws = drawn_again(draws, subject.epreuve, subject.version, subject.variant)
    write_draws(session.root, draws)
    raise InvalidFile(*(finding for finding in compared.findings if finding.severity is Severity.ERROR))


def _built(session: Session, on: date) -> tuple[Issued, ...]:
    """Return the subjects of a session as built."""
    manifest = read_manifest(session.root / BUILD)
    entries = manifest.files if manifest is not None else ()
    findings = list(_altered(session.root / BUILD, entries))
    imprints = {
        (entry.epreuve, entry.version, entry.variant): entry for entry in entries if entry.kind == IMPRINT
    }
    found: list[Issued] = []
    burned = read_burned(session.workspace)
    for name, plan in session.config.epreuves.items():
        for version in plan.versions:
            for number in range(1, plan.variants + 1):
                entry = imprints.get((name, version, number))
                imprint = _imprint(session.root / BUILD / entry.path) if entry is not None else None
                variant = f"{name}, {version} {number}"
                if imprint is None or imprint.draw != draw_of(session.draws, name, version, number):
                    findings.append(Finding("register.not_built", Place(), {"variant": variant}))
                    continue
                if not imprint.approved:
                    fields = {"variant": variant, "template": imprint.template}
                    findings.append(Finding("register.draft", Place(), fields))
                if imprint.use != "exam":
                    findings.append(Finding("register.mock_built", Place(), {"variant": variant}))
                findings += _burned_since(imprint, given_up(burned, plan), variant)
                found.append(
                    Issued(
                        session=session.config.id, epreuve=name, version=version, variant=number, on=on,
                        imprint=imprint,
                    )
                )  # fmt: skip
    if findings:
        raise InvalidFile(*findings)
    return tuple(found)


def is_built_as_mock(root: Path) -> bool:
    """Tell whether subjects of a session, as built, are those of a mock exam, whatever its file says since."""
    found = (root / BUILD / FOLDERS["marker"]).glob("*/*/empreinte.json")
    return any(imprint is not None and imprint.use == "mock" for imprint in map(_imprint, found))


def _burned_since(imprint: Imprint, gone: Collection[tuple[str, str]], variant: str) -> Iterator[Finding]:
    forms = [f"{dossier} ({form})" for dossier, form in imprint.forms.items() if (dossier, form) in gone]
    if forms:
        yield Finding("register.burned", Place(), {"variant": variant, "forms": forms})


def _altered(build: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    for entry in entries:
        if sha256_of(build / entry.path) != entry.sha256:
            yield Finding("register.altered", Place(f"{BUILD}/{entry.path}"))


def _imprint(path: Path) -> Imprint | None:
    try:
        return Imprint.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
