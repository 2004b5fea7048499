"""The reports of a learner's book as PDFs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kit.documents.model import Document, PageBreak
from kit.documents.pdf import pdf
from kit.practice.assessment_document import assessment_report
from kit.practice.progress import in_order
from kit.practice.progress_document import progress_report
from kit.practice.values import Record
from kit.referentiel import DEFAULT, Referentiel, find_referentiel, load_referentiel


def practice_pdf(record: Record, workspace: Path | None = None) -> bytes:
    """Return the report of a work.

    Args:
        record: the work.
        workspace: where its référentiel is looked for before the shipped ones.

    Raises:
        UnknownCode: its référentiel is not there.
    """
    return pdf(assessment_report(record, referentiel_of(record, workspace)))


def progress_pdf(
    records: Iterable[Record], workspace: Path | None = None, now: datetime | None = None
) -> bytes:
    """Return the progress of a book, one part a référentiel, in the order they were begun.

    Args:
        records: its works.
        workspace: where référentiels are looked for before the shipped ones.
        now: the present (default: the clock's).

    Raises:
        UnknownCode: a référentiel is not there.
    """
    ordered = in_order(records)
    reports = [progress_report(ordered, known, now) for known in referentiels_of(ordered, workspace)]
    return pdf(_together(reports))


def referentiels_of(records: Iterable[Record], workspace: Path | None = None) -> tuple[Referentiel, ...]:
    """Return the référentiels of works, each once; the shipped one for an empty book.

    Raises:
        UnknownCode: one is not there.
    """
    slugs = list(dict.fromkeys(record.work.referentiel for record in records)) or [DEFAULT]
    return tuple(load_referentiel(find_referentiel(slug, workspace)) for slug in slugs)


def referentiel_of(record: Record, workspace: Path | None = None) -> Referentiel:
    """Return the référentiel of a work.

    Raises:
        UnknownCode: it is not there.
    """
    return referentiels_of((record,), workspace)[0]


def _together(reports: list[Document]) -> Document:
    first, *others = reports
    body = list(first.body)
    for report in others:
        body += [PageBreak(), *report.body]
    return replace(first, body=tuple(body))
