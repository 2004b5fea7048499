"""Writing the documents of a deliberation: all of them, or none, for the centre alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from kit.documents.model import Document
from kit.environment import environment
from kit.errors import Finding, MarkingError, Place
from kit.jury.feedback import feedback_document
from kit.jury.minutes import amendment_document, pv_document
from kit.jury.papers import attestation_document, statement_document
from kit.jury.pv import decided_by, keep_file, signed, source_of
from kit.jury.verifying import refuse_changed
from kit.marking.book import MarkBook
from kit.results.evidence import session_evidence
from kit.results.statistics import session_statistics
from kit.results.statistics_document import class_report
from kit.sessions.files import SIGNED
from kit.sessions.lock import session_lock
from kit.sessions.opening import Session
from kit.sessions.swap import exchange, new_staging, recover
from kit.writing import PRIVATE, write_bytes

FOLDER = "documents"
_PRIVATE_FOLDER = 0o700
_OURS = re.compile(r"(pv|pv-rectificatif-[0-9]+|bilan)\.pdf|(releves|retours|attestations)/[^/]+\.pdf")
"""What is written here and replaced each time."""


def write_documents(session: Session, book: MarkBook) -> tuple[Path, ...]:
    """Write the PV, its rectificatifs, relevés, attestations, feedback and class report; return where they are.

    Those written before are replaced, all at once; what somebody else put beside them stays.

    Raises:
        MarkingError: no PV is signed, something it rests on was changed since (each is named), or something else
            has the folder's name.
        EnvironmentFault: the disk or the store refuses.
    """
    pvs = signed(book)
    if not pvs:
        raise MarkingError(Finding("jury.not_signed_yet", Place(item=session.config.id)))
    target = session.root / FOLDER
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise MarkingError(Finding("jury.documents_taken", Place(FOLDER)))
    with environment(target), session_lock(session.root):
        if not (session.root / SIGNED).exists():  # a crash came between the signature and its file
            keep_file(session, pvs[0])
        refuse_changed(session, book)
        staging = new_staging(session.root, _PRIVATE_FOLDER)
        try:
            names = _write_all(staging, session, book)
            _carry_over(target, staging)
            exchange(staging, target)
        finally:
            recover(session.root)
    return tuple(target / name for name in names)


def _write_all(folder: Path, session: Session, book: MarkBook) -> list[str]:
    from kit.documents.pdf import pdf

    names = []
    for name, document in _documents(session, book):
        write_bytes(folder / name, pdf(document), PRIVATE)
        names.append(name)
    return names


def _carry_over(old: Path, new: Path) -> None:
    """Keep what somebody else put among the documents: a scan of the signed PV, a letter."""
    for path in old.rglob("*"):
        name = path.relative_to(old)
        if path.is_dir() and not path.is_symlink():
            (new / name).mkdir(parents=True, exist_ok=True)
        elif not _OURS.fullmatch(name.as_posix()):
            shutil.copy2(path, new / name, follow_symlinks=False)


def _documents(session: Session, book: MarkBook) -> Iterator[tuple[str, Document]]:
    pvs = signed(book)
    first, later = pvs[0], pvs[1:]
    yield "pv.pdf", pv_document(session, first)
    for pv in later:
        name = f"pv-rectificatif-{pv.number - 1}.pdf"
        yield name, amendment_document(session, pvs[: pv.number - 1], pv)
    for result in first.content["results"]:
        yield f"releves/{result['id']}.pdf", statement_document(session, result, pvs)
    for candidate, evidence in session_evidence(session, book).items():
        if evidence:
            yield f"retours/{candidate}.pdf", feedback_document(session, candidate, evidence)
    decided = {key: item.choice for key, item in decided_by(pvs).items()}
    yield "bilan.pdf", class_report(session, session_statistics(session, book), decided)
    for (candidate, bloc), choice in decided.items():
        if choice == "validated":
            source = source_of(candidate, bloc, first, later)
            name = f"attestations/{candidate}-{bloc}.pdf"
            yield name, attestation_document(session, candidate, bloc, first, source)
