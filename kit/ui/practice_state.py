"""A learner at work: which case, where they are in it, what they answered. No widget, no HTML.

Whatever is answered is in the learner's book when a method returns; the case itself is drawn again from its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from kit.cases import CaseTemplate
from kit.cases.pieces import Expected
from kit.errors import Finding, MarkingError, Place, UnknownCode
from kit.practice.cases import (
    NUMBERS,
    fresh_number,
    practice_case,
    practice_templates,
    prepare,
    template_for,
)
from kit.practice.exercise import HINTS, feedback, figures_of, left_of, may_open
from kit.practice.learner_store import FILE, LearnerStore, open_learner_store
from kit.practice.values import CONFIDENCES, Asked, Judgement, PracticeCase, Record, Work
from kit.referentiel import (
    DEFAULT,
    PlainWords,
    Referentiel,
    find_referentiel,
    load_plain_words,
    load_referentiel,
    load_reglement,
)
from kit.ui.grids_at_hand import working_folder

Screen = Literal["home", "case", "judging", "done"]
CONTEXT, ANNEXES = "context", "annexes"
"""The pages of a case beside its dossiers."""


def nearest_book() -> Path:
    """Return the learner's book to work in: the nearest up to the home, else a new one where they work."""
    here = working_folder().absolute()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder / FILE
        if folder == Path.home():
            break
    return here / FILE


class PracticeState:
    """A learner's book, and the work that is open in it.

    Attributes:
        path: of the book, created with the first case begun.
        workspace: where templates and référentiels are looked for before the shipped ones.
        given: code under which a trainer gave the cases begun here, empty for one's own.
        screen: what the learner has before them.
        page: of the case: its context, a dossier's id, or its annexes.
        case: the case that is open, with its key.
        record: what is kept of the work that is open.
    """

    def __init__(self, path: Path, workspace: Path, given: str = "", referentiel: str = DEFAULT) -> None:
        self.path, self.workspace, self.given, self.slug = path, workspace, given, referentiel
        self.screen: Screen = "home"
        self.page = CONTEXT
        self.case: PracticeCase | None = None
        self.record: Record | None = None
        self._book: LearnerStore | None = None

    def __repr__(self) -> str:
        return f"PracticeState({self.screen})"

    # What there is to choose from ---------------------------------------------------------------------------

    def referentiel(self) -> Referentiel:
        """Return the référentiel of the cases."""
        return load_referentiel(find_referentiel(self.slug, self.workspace))

    def plain_words(self, work: Work) -> Mapping[str, PlainWords]:
        """Return the criteria in plain words, none where nobody wrote them for the scale of a work."""
        folder = find_referentiel(self.slug, self.workspace)
        referentiel = self.referentiel()
        words = load_plain_words(folder, referentiel, load_reglement(folder / "reglement.yaml", referentiel))
        levels = {level.id for level in work.grid.scale.levels}
        return {code: said for code, said in words.items() if levels <= said.levels.keys()}

    def prepare(self) -> None:
        """Get ready to make a case while the learner chooses one."""
        prepare()

    def templates(self) -> tuple[CaseTemplate, ...]:
        """Return the templates to practise on, one an épreuve."""
        found: dict[str, CaseTemplate] = {}
        for template in practice_templates(self.workspace, self.slug):
            found.setdefault(template.header.epreuve, template)
        return tuple(found.values())

    def records(self) -> tuple[Record, ...]:
        """Return all that the book holds, oldest first."""
        return self._opened().records() if self._book is not None or self.path.is_file() else ()

    # Beginning and going on ---------------------------------------------------------------------------------

    def begin(self, choice: str, number: str = "") -> None:
        """Begin a case of an épreuve (`e:E2`) or of one that assesses a competence (`c:C4`).

        Raises:
            KitError: no such épreuve, competence or number; the template has errors.
        """
        template = template_for(self._epreuve(choice), self.workspace, self.slug)
        done = {
            item.work.asked.number for item in self.records() if item.work.asked.template == template.slug
        }
        self._open(Asked(template.slug, _number(number, template.header.epreuve) or fresh_number(done)), None)

    def _epreuve(self, choice: str) -> str:
        kind, _, code = choice.partition(":")
        if kind != "c":
            return code
        referentiel, has = self.referentiel(), {item.header.epreuve for item in self.templates()}
        criteria = [criterion.id for criterion in referentiel.criteria_of(referentiel.competence(code).id)]
        for epreuve in dict.fromkeys(
            one for item in criteria for one in referentiel.principal_epreuves(item)
        ):
            if epreuve in has:
                return epreuve
        raise UnknownCode.of("ui.practice.no_epreuve", Place(item=code), code=code)

    def resume(self, work: int) -> None:
        """Open a work again, where the learner left it.

        Raises:
            KitError: no such work; its case is not what it was.
        """
        self._open(None, self._opened().record(work).work)

    def last_begun(self) -> Work | None:
        """Return the work begun last among those that are not finished."""
        return next((item.work for item in reversed(self.records()) if item.work.finished is None), None)

    def _open(self, asked: Asked | None, work: Work | None) -> None:
        case = practice_case(work.asked if work is not None else asked or Asked("", 0), self.workspace)
        book = self._opened()
        if work is None:
            work = book.begin(case, self.given)
        elif work.signature != case.signature:
            raise MarkingError(Finding("practice.case_changed", Place(item=work.title)))
        self.case, self.record = case, book.record(work.id)
        self.screen, self.page = self._place()

    def _place(self) -> tuple[Screen, str]:
        """Return where the learner is in the work that is open: what is kept tells."""
        case, record = self._at_work()
        if record.work.finished is not None:
            return "done", CONTEXT
        if any(item.is_made for item in record.judgements.values()):
            return "judging", CONTEXT
        if not (record.tries or record.texts or record.hints or record.opened):
            return "case", CONTEXT
        left = (
            dossier.id
            for dossier in case.seen.dossiers
            if any(question.id not in record.opened for question in dossier.questions)
        )
        return "case", next(left, case.seen.dossiers[-1].id)

    def show(self, screen: Screen, page: str = CONTEXT) -> None:
        """Show a screen; those of a case need one."""
        self.screen, self.page = ("home" if self.case is None else screen), page
        if self.screen == "home":
            self.case = self.record = None

    def pages(self) -> list[str]:
        """Return the pages of the case that is open."""
        case, _ = self._at_work()
        annexes = [ANNEXES] if case.seen.annexes else []
        return [CONTEXT, *(dossier.id for dossier in case.seen.dossiers), *annexes]

    # Answering ----------------------------------------------------------------------------------------------

    def figure(self, question: str, rank: int) -> Expected:
        """Return a computed answer by its rank in its question.

        Raises:
            MarkingError: there is none.
        """
        case, _ = self._at_work()
        found = figures_of(case, question)
        if not 0 <= rank < len(found):
            raise MarkingError(Finding("ui.practice.no_figure", Place(item=question)))
        return found[rank]

    def check(self, question: str, rank: int, typed: str) -> str:
        """Keep a number typed and return the sentence that says what it is worth."""
        figure, (_, record) = self.figure(question, rank), self._at_work()
        if question in record.opened:
            raise MarkingError(Finding("ui.practice.already_open", Place(item=question)))
        checked, words = feedback(figure, typed)
        if typed.strip():
            self._opened().keep_try(record.work.id, question, figure.name, typed.strip(), checked.outcome)
            self._again()
        return words

    def hint(self, question: str, rank: int) -> int:
        """Keep that one more hint is opened, and return how many are."""
        figure, (_, record) = self.figure(question, rank), self._at_work()
        opened = min(record.hints.get((question, figure.name), 0) + 1, HINTS)
        self._opened().keep_hint(record.work.id, question, figure.name, opened)
        self._again()
        return opened

    def give_up(self, question: str) -> None:
        """Give up the computed answers of a question that were not tried."""
        case, record = self._at_work()
        for figure in left_of(record, case, question):
            self._opened().keep_try(record.work.id, question, figure.name, "", "given_up")
        self._again()

    def open_solution(self, question: str) -> None:
        """Keep that the worked solution of a question is read; what was not found by then is given up.

        Raises:
            MarkingError: the question was not answered yet.
        """
        case, record = self._at_work()
        if not may_open(record, case, question):
            raise MarkingError(Finding("ui.practice.not_yet", Place(item=question)))
        if question in record.opened:
            return
        for figure in figures_of(case, question):
            if record.outcome_of(question, figure.name) not in ("right", "given_up"):
                self._opened().keep_try(record.work.id, question, figure.name, "", "given_up")
        self._opened().keep_opened(record.work.id, question)
        self._again()

    def write(self, work: int, question: str, text: str) -> bool:
        """Keep what is written for a question of the work that is open; return whether it differs from what was."""
        case, record = self._at_work()
        known = {item.id for dossier in case.seen.dossiers for item in dossier.questions}
        if record.work.id != work or question not in known or record.texts.get(question, "") == text:
            return False
        self._opened().keep_text(work, question, text)
        self._again()
        return True

    def judge(self, work: int, line: str, part: str, value: str) -> bool:
        """Keep one part of a judgement (level, evidence, confidence, next); return whether it differs from what was."""
        _, record = self._at_work()
        if record.work.id != work or line not in {item.key for item in record.work.grid.lines}:
            return False
        before = record.judgements.get(line, Judgement(line))
        levels = [level.id for level in record.work.grid.scale.levels]
        after = Judgement(
            line=line,
            level=(value if value in levels else None) if part == "level" else before.level,
            evidence=value if part == "evidence" else before.evidence,
            confidence=next((one for one in CONFIDENCES if one == value), None)
            if part == "confidence"
            else before.confidence,
            next_step=value if part == "next" else before.next_step,
        )
        if after == before:
            return False
        self._opened().judge(work, after)
        self._again()
        return True

    def finish(self) -> None:
        """End the self-assessment.

        Raises:
            MarkingError: nothing was judged.
        """
        _, record = self._at_work()
        if not any(item.is_made for item in record.judgements.values()):
            raise MarkingError(Finding("ui.practice.nothing_judged", Place(item=record.work.title)))
        self._opened().finish(record.work.id)
        self._again()
        self.screen = "done"

    def _at_work(self) -> tuple[PracticeCase, Record]:
        if self.case is None or self.record is None:
            raise MarkingError(Finding("ui.practice.no_case", Place()))
        return self.case, self.record

    def _opened(self) -> LearnerStore:
        if self._book is None:
            self._book = open_learner_store(self.path)
        return self._book

    def _again(self) -> None:
        if self.record is not None:
            self.record = self._opened().record(self.record.work.id)


def _number(text: str, epreuve: str) -> int | None:
    words = "".join(text.split())
    if not words:
        return None
    if not (words.isascii() and words.isdigit() and len(words) < 9 and int(words) in NUMBERS):
        fields = {"typed": words[:20], "first": NUMBERS.start, "last": NUMBERS.stop - 1}
        raise MarkingError(Finding("ui.practice.number", Place(item=epreuve), fields))
    return int(words)
