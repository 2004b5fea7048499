"""Writing the documents of a deliberation: all of them, or none, for the centre alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kit.documents.model import Document
from kit.environment import environment
from kit.errors import Finding, MarkingError, Place, raise_for
from kit.jury.feedback import feedback_document
from kit.jury.minutes import amendment_document, pv_document
from kit.jury.papers import attestation_document, statement_document
from kit.jury.signing import changed_since, decided_by, keep_file, signed, source_of
from kit.marking.book import MarkBook
from kit.results.evidence import session_evidence
from kit.results.statistics import session_statistics
from kit.results.statistics_document import class_report
from kit.sessions.files import SIGNED
from kit.sessions.opening import Session
from kit.writing import PRIVATE, write_bytes

FOLDER = "documents"
_PRIVATE_FOLDER = 0o700


def write_documents(session: Session, book: MarkBook) -> tuple[Path, ...]:
    """Write the PV, its rectificatifs, relevés, attestations, feedback and class report; return where they are.

    Those written before are replaced, all at once.

    Raises:
        MarkingError: no PV is signed, or something it rests on was changed since: each is named.
        EnvironmentFault: the disk or the store refuses.
    """
    from kit.documents.pdf import pdf

    pvs = signed(book)
    if not pvs:
        raise MarkingError(Finding("jury.not_signed_yet", Place(item=session.config.id)))
    if not (session.root / SIGNED).exists():  # a crash came between the signature and its file
        keep_file(session, pvs[0])
    raise_for(changed_since(session, book), MarkingError)
    target = session.root / FOLDER
    with environment(target):
        staging = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=session.root))
        staging.chmod(_PRIVATE_FOLDER)
        try:
            names = []
            for name, document in _documents(session, book):
                write_bytes(staging / name, pdf(document), PRIVATE)
                names.append(name)
            old = staging.with_name(f"{staging.name}-old")
            if target.exists():
                os.replace(target, old)  # noqa: PTH105 - one act
            os.replace(staging, target)  # noqa: PTH105 - one act
            shutil.rmtree(old, ignore_errors=True)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return tuple(target / name for name in names)


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
