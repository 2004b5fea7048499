"""Giving a class the same case: a file for everybody, and the corrigé and grid of that case for the trainer alone."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kit.authoring.checking import rules_of
from kit.cases import CaseTemplate
from kit.environment import environment
from kit.errors import AuthorError, KitBug, Place
from kit.messages import label
from kit.practice.class_files import GivenFile, SameCase
from kit.practice.values import PracticeCase, Work

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without the letters and figures that are read one for the other."""
_CODE_LENGTH = 6


def given_file(case: PracticeCase) -> GivenFile:
    """Return a case as a trainer gives it, under a code of its own."""
    return GivenFile(case=same_case(case, "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))))


def same_case(case: PracticeCase, code: str = "") -> SameCase:
    """Return what tells a case from any other."""
    identity = case.subject.identity
    return SameCase(
        template=case.asked.template, number=case.asked.number, use=case.asked.use, signature=case.signature,
        epreuve=identity.epreuve, title=identity.title, code=code,
    )  # fmt: skip


def case_of_work(work: Work) -> SameCase:
    """Return what tells the case of a work from any other."""
    return SameCase(
        template=work.asked.template, number=work.asked.number, use=work.asked.use, signature=work.signature,
        epreuve=work.epreuve, title=work.title, code=work.given,
    )  # fmt: skip


def write_correction(
    case: PracticeCase, template: CaseTemplate, out: Path, workspace: Path | None = None
) -> None:
    """Write the trainer's documents of a case in a folder that is new: all of them, or none.

    Raises:
        AuthorError: the folder exists.
        EnvironmentFault: the disk refuses.
    """
    with environment(out):
        if out.exists() or out.is_symlink():
            raise AuthorError.of("practice_data.exists", Place(str(out)))
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".kit-", dir=out.absolute().parent))
    try:
        with environment(out):
            for name, content in _documents(case, template, workspace):
                (staging / name).write_bytes(content)
            staging.chmod(0o700)
            staging.rename(out)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _documents(
    case: PracticeCase, template: CaseTemplate, workspace: Path | None
) -> Iterator[tuple[str, bytes]]:
    from kit.documents.facts import exam_facts
    from kit.documents.grid_workbook import grid_workbook
    from kit.documents.key_document import key_document
    from kit.documents.pdf import pdf
    from kit.writing import json_text

    rules, _ = rules_of(template, workspace)
    if rules is None or rules.reglement is None:
        raise KitBug("a case was made of a template without rules")
    facts = exam_facts(
        rules.referentiel, rules.reglement, rules.epreuve.id,
        session=label("practice_class.session"), centre="", stamp=label("practice_class.session"),
    )  # fmt: skip
    code = case.subject.identity.code
    yield f"{code}-corrige.pdf", pdf(key_document(case.key, facts, rules.referentiel))
    yield f"{code}-grille.xlsx", grid_workbook(case.grid)
    yield "grid.json", json_text(case.grid.model_dump(mode="json")).encode()
