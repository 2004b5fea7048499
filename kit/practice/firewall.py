"""The wall between practice and exams: what a practice case is made of, and what its files may say.

It protects exams and corrigés that are to come, not the practice template, which is readable on a learner's machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kit.cases import CaseTemplate
from kit.cases.contents import markdown_table
from kit.cases.pieces import TableContent
from kit.cases.uses import EXAM_POOL, PRACTICE_POOL, use_of_seed
from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.practice.values import PracticeCase
from kit.subjects.figures import figure_words
from kit.subjects.model import CandidateSubject

_LONG_ENOUGH = 24
"""Characters that a line must have to be somebody's sentence rather than chance."""
_PATH = re.compile(
    r"(?<![\w.:/])/(?:home|root|Users|tmp|var|work|private|mnt)/[^\s\"'<>]*|[A-Za-z]:\\(?:\\|Users)[^\s\"'<>]*"
)
_FIELD = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP = re.compile(r"[*_`#>|\\]|^\s*(?:[-+]|\d+[.)])\s+", re.MULTILINE)


def refuse_exam(case: PracticeCase, template: CaseTemplate) -> None:
    """Refuse a case drawn with an exam's seed, or with a form that is not for practice.

    Raises:
        InvalidFile: each reason.
    """
    where = Place(str(template.path))
    findings = []
    if use_of_seed(case.subject.seed) == "exam":
        findings.append(Finding("practice.wall.seed", where))
    allowed = template.forms(PRACTICE_POOL, case.subject.parameters)
    for dossier, form in case.subject.forms.items():
        if form not in allowed.get(dossier, ()):
            findings.append(Finding("practice.wall.form", where, {"dossier": dossier, "form": form}))
    raise_for(findings, InvalidFile)


def refuse_leaks(case: PracticeCase, template: CaseTemplate, files: Mapping[str, str]) -> None:
    """Refuse files for a learner that say something of an exam's forms, a path of the machine, a seed or an answer.

    Args:
        case: the case they were made of.
        template: its template.
        files: the text of each file, by name.

    Raises:
        InvalidFile: each leak, once a file.
    """
    secrets = [*exam_words(template, case.seen), *answer_words(case)]
    findings = []
    for name, text in files.items():
        folded = _fold(text)
        where = Place(name)
        findings += [
            Finding(code, where, {"words": words[:60]}) for code, words in secrets if words in folded
        ]
        if str(case.subject.seed) in text:
            findings.append(Finding("practice.wall.seed", where))
        path = _PATH.search(text)
        if path is not None:
            findings.append(Finding("practice.wall.path", where, {"path": path[0][:60]}))
    raise_for(findings, InvalidFile)


def exam_words(template: CaseTemplate, seen: CandidateSubject) -> Iterator[tuple[str, str]]:
    """Yield, with a code, the sentences that only exam forms of the template say: the others belong to everybody."""
    exam: set[str] = set()
    shared: set[str] = set()
    pools = {
        (cell.dossier, cell.form): cell.magic.line.options.get("pool", EXAM_POOL)
        for cell in template.cells
        if cell.magic is not None and cell.magic.line.name == "dossier"
    }
    for cell in template.cells:
        pool = pools.get((cell.dossier, cell.form)) if cell.form is not None else None
        words = cell.magic.body if cell.magic is not None else ""
        (exam if pool == EXAM_POOL else shared).update(_lines(_FIELD.sub("\n", words)))
    said = _fold("\n".join(candidate_texts(seen)))
    for line in sorted(exam - shared):
        if line not in said:
            yield "practice.wall.exam_words", line


def answer_words(case: PracticeCase) -> Iterator[tuple[str, str]]:
    """Yield, with a code, what the corrigé of a case says that its subject does not: sentences, values, formulas."""
    said = _fold("\n".join(candidate_texts(case.seen)))
    key = case.key
    texts = [*(item.text for item in key.answers), *(item.text for item in key.accepted)]
    texts += [words for item in key.indicators for words in item.items]
    texts += [item.formula for item in key.expected]
    found = {line for text in texts for line in _lines(text)}
    found |= {
        words
        for item in key.expected
        for words in (_fold(figure_words(item)), item.value)
        if sum(character.isdigit() for character in words) > 4
    }
    yield from (("practice.wall.answer", words) for words in sorted(found) if words not in said)


def candidate_texts(seen: CandidateSubject) -> Iterator[str]:
    """Yield every text of a subject that its candidates read."""
    yield from (seen.identity.title, seen.identity.subtitle or "", seen.context, *seen.oral_briefs)
    for dossier in seen.dossiers:
        yield from (dossier.title, dossier.text, *(question.text for question in dossier.questions))
    for annex in seen.annexes:
        yield from (annex.title, annex.source)
        yield from _strings(annex.content.model_dump())
        if isinstance(annex.content, TableContent):
            yield markdown_table(annex.content)
    for sheet in seen.sheets:
        yield from (sheet.title, sheet.text)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in _strings(item))
    elif isinstance(value, Iterable):
        yield from (text for item in value for text in _strings(item))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        folded = _fold(line)
        if len(folded) >= _LONG_ENOUGH and " " in folded and any(map(str.isalnum, folded)):
            yield folded


def _fold(text: str) -> str:
    """Return a text without Markdown marks, its white space made single: how it is laid out changes nothing said."""
    return " ".join(_MARKUP.sub(" ", text).split())
