"""The learner's page in a notebook: a case to work through, answers checked at once, then one's own judgement.

The corrigé stays in the kernel: what a region shows of a question's solution was asked for after an answer.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.messages import label
from kit.practice.exercise import figures_of
from kit.practice.progress_document import progress_report
from kit.practice.values import PracticeCase, Record
from kit.referentiel import Referentiel
from kit.sessions.workspace import find_workspace
from kit.ui import practice_views as view
from kit.ui.document_view import block_views
from kit.ui.page import PagePanel, html
from kit.ui.practice_state import ANNEXES, CONTEXT, PracticeState, Screen, nearest_book


def progress_html(records: Sequence[Record], referentiel: Referentiel) -> str:
    """Return how the learner progresses from work to work, as HTML; empty before the first work."""
    if not records:
        return ""
    report = progress_report(records, referentiel)
    return html("practice_course", title=report.title, views=block_views(report.body, under=3))


class PracticePanel(PagePanel):
    """A learner's page.

    Attributes:
        state: where the learner is; None when the working folder names a workspace that is not there.
    """

    name = "ui.practice_panel"

    def __init__(self, store: str | Path = "", epreuve: str = "", number: int = 0, given: str = "") -> None:
        super().__init__(html("practice_shell"))
        self.state: PracticeState | None = None
        self._wanted = (epreuve.strip(), number)
        self._started = False
        self._referentiel: Referentiel | None = None
        try:
            path = Path(store).expanduser() if str(store) else nearest_book()
            self.state = PracticeState(path.absolute(), find_workspace(Path.cwd() / "session"), given)
        except KitError as error:
            self.show_findings(error.findings)
        else:
            self._wait()

    def __repr__(self) -> str:
        return f"PracticePanel({self.state.screen if self.state else ''})"

    # What the page sends ------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Keep at once what was typed or chosen; a name says of which work, so that nothing is kept elsewhere."""
        state = self.state
        if state is None:
            return
        if state.record is None:
            state.prepare()
            return
        judged = False
        for name, value in self.values.items():
            kind, _, rest = name.partition("|")
            work, _, what = rest.partition("|")
            if not work.isdigit():
                continue
            if kind == "text" and state.write(int(work), what, str(value)):
                self._draw_foot(what)
            elif kind in ("level", "evidence", "confidence", "next"):
                judged = state.judge(int(work), what, kind, str(value)) or judged
        if judged:
            self._draw_count()
        if self.regions.get("findings"):
            self.fill(findings="")

    def act(self, action: str) -> None:
        """Answer to a button."""
        state = self.state
        if state is None:
            return
        self.fill(findings="", progress="")
        verb, _, rest = action.partition(":")
        try:
            if verb == "start":
                self._start()
            elif verb == "begin":
                self._begin(str(self.values.get("choice", "")), str(self.values.get("number", "")))
            elif verb == "resume" and rest.isdigit():
                self._wait()
                state.resume(int(rest))
                self._draw()
            elif verb in ("home", "judging", "case", "page"):
                self._go(verb, rest)
            elif verb in ("check", "hint", "give_up", "open"):
                self._answer(verb, rest)
            elif verb == "finish":
                state.finish()
                self._draw()
            elif verb == "report":
                self._report()
        except KitError:
            self.fill(progress="")
            raise

    def _start(self) -> None:
        """Open the work that was under way, or the case asked for, once the page is there to say that it waits."""
        state = self.state
        if state is None or self._started:
            self._draw()
            return
        self._started = True
        epreuve, number = self._wanted
        try:
            self._referentiel = state.referentiel()
            if epreuve:
                self._begin(f"e:{epreuve}", str(number or ""), again=True)
            else:
                last = state.last_begun()
                if last is not None:
                    state.resume(last.id)
        finally:
            self._draw()

    def _begin(self, choice: str, number: str, *, again: bool = False) -> None:
        state = self.state
        if state is None:
            return
        self._wait()
        if again and not number.strip():  # a page reopened goes on with its case instead of dealing another
            last = state.last_begun()
            if last is not None and last.epreuve == choice.partition(":")[2]:
                state.resume(last.id)
                self._draw()
                return
        state.begin(choice, number)
        self._draw()

    def _go(self, verb: str, page: str) -> None:
        state = self.state
        if state is None:
            return
        screens: dict[str, Screen] = {"home": "home", "judging": "judging"}
        known = state.pages() if state.case is not None else []
        state.show(screens.get(verb, "case"), page if page in known else CONTEXT)
        self._draw()

    def _answer(self, verb: str, rest: str) -> None:
        state = self.state
        if state is None or state.record is None:
            return
        question, _, place = rest.partition(":")
        rank = int(place) if place.isdigit() else 0
        if verb == "check":
            typed = str(self.values.get(f"figure|{state.record.work.id}|{question}|{rank}", ""))
            words = state.check(question, rank, typed)
            self._draw_said(question, rank, words if not typed.strip() else "")
        elif verb == "hint":
            state.hint(question, rank)
            self._draw_hints(question, rank)
        elif verb == "give_up":
            state.give_up(question)
            for at in range(len(figures_of(state.case, question)) if state.case else 0):
                self._draw_said(question, at)
        else:
            state.open_solution(question)
            self.fill(**self._question_regions(question))
        self._draw_foot(question)

    def _report(self) -> None:
        state = self.state
        if state is None or state.record is None:
            return
        self.fill(progress=html("practice_wait", words=label("ui.practice.printing")))
        from kit.practice.printing import practice_pdf

        content = base64.b64encode(practice_pdf(state.record, state.workspace)).decode()
        name = view.report_name(state.record)
        self.fill(report=html("practice_report", content=content, name=name), progress="")

    # What the page shows ------------------------------------------------------------------------------------

    def _wait(self) -> None:
        self.fill(progress=html("practice_wait", words=label("ui.practice.drawing")))

    def _draw(self) -> None:
        """Draw the screen afresh, from what is kept; regions of another screen go away with it."""
        state = self.state
        if state is None:
            return
        kept = {"findings": self.regions.get("findings", ""), "progress": ""}
        case, record = state.case, state.record
        if case is None or record is None or state.screen == "home":
            records = state.records()
            screen = html(
                "practice_home", choices=view.choices_view(state), works=view.works_view(records),
                kept=view.kept_in(state.path), wanted=f"e:{self._wanted[0]}",
            )  # fmt: skip
            self.regions = {**kept, "screen": screen, "course": progress_html(records, state.referentiel())}
        elif state.screen == "case":
            self.regions = {**kept, **self._case_regions(state, case, record)}
        elif state.screen == "judging":
            judging = view.judging_view(case, record, self._referentiel, state.plain_words(record.work))
            screen = html("practice_judging", title=record.work.title, **judging)
            self.regions = {**kept, "screen": screen, "count": self._count(record)}
        else:
            done = view.done_view(record, self._referentiel)
            self.regions = {**kept, "screen": html("practice_done", **done), "report": ""}

    def _case_regions(self, state: PracticeState, case: PracticeCase, record: Record) -> Mapping[str, str]:
        head = view.head_view(state, case, record)
        dossier = next((item for item in case.seen.dossiers if item.id == state.page), None)
        if state.page == ANNEXES:
            return {"screen": html("practice_annexes", head=head, annexes=view.annexes_view(case))}
        if dossier is None:
            return {"screen": html("practice_context", head=head, **view.context_view(case))}
        values: dict[str, Any] = view.dossier_view(case, record, dossier)
        regions = {"screen": html("practice_dossier", head=head, work=record.work.id, dossier=values)}
        for question in dossier.questions:
            regions |= self._question_regions(question.id)
        return regions

    def _question_regions(self, question: str) -> dict[str, str]:
        state = self.state
        if state is None or state.case is None or state.record is None:
            return {}
        case, record = state.case, state.record
        figures = view.figures_view(case, record, question)
        regions = {
            f"figures|{question}": html("practice_figures", **figures) if figures["rows"] else "",
            f"foot|{question}": self._foot(case, record, question),
        }
        for row in figures["rows"]:
            rank = row["rank"]
            regions[f"said|{question}|{rank}"] = self._said(case, record, question, rank)
            hints = view.hints_view(case, record, question, rank)
            regions[f"hints|{question}|{rank}"] = html("practice_hints", **hints)
        return regions

    def _foot(self, case: PracticeCase, record: Record, question: str) -> str:
        return html("practice_foot", **view.foot_view(case, record, question, self._referentiel))

    def _said(self, case: PracticeCase, record: Record, question: str, rank: int) -> str:
        outcome = view.outcome_view(case, record, question, rank)
        return html("practice_said", **outcome) if outcome else ""

    def _draw_said(self, question: str, rank: int, words: str = "") -> None:
        state = self.state
        if state is None or state.case is None or state.record is None:
            return
        shown = (
            html("practice_said", outcome="unreadable", words=words)
            if words
            else self._said(state.case, state.record, question, rank)
        )
        self.fill(**{f"said|{question}|{rank}": shown})

    def _draw_hints(self, question: str, rank: int) -> None:
        state = self.state
        if state is not None and state.case is not None and state.record is not None:
            hints = view.hints_view(state.case, state.record, question, rank)
            self.fill(**{f"hints|{question}|{rank}": html("practice_hints", **hints)})

    def _draw_foot(self, question: str) -> None:
        state = self.state
        if (
            state is not None
            and state.case is not None
            and state.record is not None
            and state.screen == "case"
        ):
            self.fill(**{f"foot|{question}": self._foot(state.case, state.record, question)})

    def _draw_count(self) -> None:
        if self.state is not None and self.state.record is not None:
            self.fill(count=self._count(self.state.record))

    def _count(self, record: Record) -> str:
        return html("practice_count", words=view.count_view(record))
