"""The jury's room in a notebook: a dossier per candidate, what is proposed, what is decided, the signature."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kit.errors import Finding, InvalidFile, KitError, MarkingError, Place
from kit.french import counted, enumeration, number
from kit.grids.wording import exact_words
from kit.jury.composition import composition_findings, jury_of
from kit.jury.deciding import CHOICES, FOLLOWS, Verdict, decide
from kit.jury.dossiers import Dossier, session_dossiers
from kit.jury.issuing import write_documents
from kit.jury.neutralising import Decision, neutralise
from kit.jury.pv import SignedPv, signed
from kit.jury.signing import amend, sign
from kit.jury.verifying import changed_since
from kit.marking.book import MarkBook
from kit.marking.store_address import session_book
from kit.messages import label
from kit.referentiel import natural_key, parse_exact
from kit.results.blocs import BlocResult
from kit.results.candidates import EpreuveResult
from kit.sessions.opening import Session, open_session
from kit.ui.grids_at_hand import working_folder
from kit.ui.page import PagePanel, html
from kit.ui.session_panel import DEMO_FOLDER


class JuryPanel(PagePanel):
    """A session as the jury sees it. Without a folder, the demonstration that the session notebook makes.

    Attributes:
        session: the session.
        dossiers: one for each candidate, in the order of its list.
        index: which of them is shown.
    """

    name = "ui.jury_panel"

    def __init__(self, folder: str | Path = "", author: str = "") -> None:
        super().__init__(html("jury_shell"))
        self.index = self._turn = 0
        self.dossiers: tuple[Dossier, ...] = ()
        self._signed: tuple[SignedPv, ...] = ()
        self._author = author
        try:
            self.session: Session = open_session(
                Path(folder) if str(folder) else working_folder() / DEMO_FOLDER
            )
            self.book: MarkBook = session_book(self.session)
            self._read()
        except KitError as error:
            self.show_findings(error.findings)
            return
        self._draw()
        self.show_findings(list(composition_findings(self.session)))

    def __repr__(self) -> str:
        return f"JuryPanel({len(self.dossiers)} dossiers)"

    @property
    def dossier(self) -> Dossier:
        """The dossier that is shown."""
        return self.dossiers[self.index]

    def changed(self) -> None:
        """Show the candidate that was chosen, and let who writes be who is chosen."""
        self._author = str(self.values.get("author", self._author))
        chosen = self.values.get("candidate")
        ids = [item.candidate.id for item in self.dossiers]
        if chosen in ids and ids.index(str(chosen)) != self.index:
            self.index = ids.index(str(chosen))
            self.fill(progress="", findings="")
            self._draw_dossier()

    def act(self, action: str) -> None:
        """Answer to a button."""
        self.fill(progress="", findings="")
        verb, _, bloc = action.partition(":")
        if not self.dossiers:
            return
        if verb not in ("previous", "next", "next_open"):
            self.session = open_session(self.session.root)  # its files may have changed on the disk meanwhile
        if verb in ("previous", "next", "next_open"):
            self._move(verb)
        elif verb == "decide":
            self._decide(bloc)
        elif verb == "neutralise":
            self._neutralise()
        elif verb == "sign":
            self._sign()
        elif verb == "documents":
            written = write_documents(self.session, self.book)
            words = {"documents": counted(len(written), "document"), "folder": written[0].parent}
            self._say("jury.documents", **words)
        elif verb == "check":
            found = list(changed_since(self.session, self.book))
            self.show_findings(found)
            if not found:
                self._say("jury.unchanged" if self._signed else "jury.nothing_signed")

    def _move(self, verb: str) -> None:
        count = len(self.dossiers)
        if verb == "next_open":
            later = [(self.index + step) % count for step in range(1, count + 1)]
            self.index = next((one for one in later if self.dossiers[one].open_blocs), self.index)
            if not self.dossier.open_blocs:
                self._say("ui.jury.none_open")
        else:
            self.index = (self.index + (1 if verb == "next" else -1)) % count
        self._turn += 1
        self._draw_choice()
        self._draw_dossier()

    def _decide(self, bloc: str) -> None:
        who = self.dossier.candidate.id
        chosen = self.values.get(f"choice|{who}|{bloc}")
        choice = next((one for one in CHOICES if one == chosen), None)
        if choice is None:
            raise MarkingError(Finding("ui.jury.choose", Place(item=f"{who}, {bloc}")))
        reason = str(self.values.get(f"reason|{who}|{bloc}", "")).strip()
        verdict = Verdict(who, bloc, choice, self._author, reason)
        if self._signed:
            pv = amend(self.session, self.book, verdict, self._present())
            self._forget(who, bloc)
            words: dict[str, Any] = {"number": pv.number - 1, "digest": pv.digest}
            self._refresh()
            self._say("jury.amended", **words)
        else:
            kept = decide(self.session, self.book, verdict)
            self._forget(who, bloc)
            self._refresh()
            said = {"decision": label(f"jury.choice.{kept.choice}"), "candidate": who, "bloc": bloc}
            self._say("jury.decided", **said, proposal=label(f"result.proposal.{kept.proposal or 'open'}"))

    def _forget(self, who: str, bloc: str) -> None:
        """Forget what was typed of a bloc once it is kept: the next word about it starts afresh."""
        typed = {f"choice|{who}|{bloc}", f"reason|{who}|{bloc}"}
        self.values = {name: value for name, value in self.values.items() if name not in typed}

    def _neutralise(self) -> None:
        values, who = self.values, self.dossier.candidate.id
        day = str(values.get("decided_on", ""))
        try:
            decided_on = date.fromisoformat(day)
        except ValueError:
            raise InvalidFile(Finding("jury.date", Place(item=who), {"value": day[:40]})) from None
        decision = Decision(
            candidate=who, criterion=str(values.get("criterion", "")),
            reference=str(values.get("reference", "")), decided_on=decided_on, author=self._author,
            not_relevant=bool(values.get("not_relevant")), not_core=bool(values.get("not_core")),
        )  # fmt: skip
        lines = neutralise(self.session, self.book, decision)
        self._refresh()
        said = enumeration([f"{epreuve} {line}" for epreuve, line in lines])
        self._say("jury.neutralised", lines=said, candidate=who, reference=decision.reference)

    def _sign(self) -> None:
        present = self._present()
        away = [seat.id for seat in jury_of(self.session) if self.values.get(f"excused|{seat.id}")]
        pv = sign(self.session, self.book, present, away)
        self._refresh()
        self._say(
            "jury.signed_now",
            number=pv.number,
            members=enumeration(present) if present else "—",
            digest=pv.digest,
        )

    def _present(self) -> list[str]:
        return [seat.id for seat in jury_of(self.session) if self.values.get(f"present|{seat.id}")]

    def _refresh(self) -> None:
        self._read()
        self._draw()

    def _read(self) -> None:
        shown = self.dossier.candidate.id if self.dossiers else ""
        self.dossiers = session_dossiers(self.session, self.book)
        ids = [item.candidate.id for item in self.dossiers]
        self.index = ids.index(shown) if shown in ids else 0
        self._signed = signed(self.book)

    def _say(self, code: str, **fields: Any) -> None:
        self.fill(progress=html("jury_said", words=label(code, **fields)))

    def _draw(self) -> None:
        seats = jury_of(self.session)
        self._author = self._author or (seats[0].id if seats else "")
        self.fill(
            identity=html("session_identity", facts=list(self._facts())),
            author=html("jury_author", seats=seats, author=self._author),
            signing=html("jury_signing", seats=seats, pvs=self._signed),
        )
        self._draw_choice()
        self._draw_dossier()

    def _draw_choice(self) -> None:
        self.fill(choice=html("jury_choice", dossiers=self.dossiers, index=self.index, turn=self._turn))

    def _draw_dossier(self) -> None:
        if not self.dossiers:
            return
        dossier = self.dossier
        blocs = list(_blocs(self.session, dossier, is_signed=bool(self._signed), values=self.values))
        lines = sorted(
            {line.criterion for item in dossier.evidence.values() for line in item.grid.lines},
            key=natural_key,
        )
        self.fill(
            dossier=html("jury_dossier", dossier=dossier, facts=list(_person(self.session, dossier)),
                         epreuves=[_epreuve(self.session, item) for item in dossier.result.epreuves]),
            verdicts=html("jury_verdicts", blocs=blocs, who=dossier.candidate.id, is_signed=bool(self._signed)),
            neutralise=html("jury_neutralise", criteria=[self.session.referentiel.criterion(one) for one in lines],
                            known=dossier.neutralised, today=datetime.now(tz=UTC).astimezone(self.session.config.zone)
                            .date().isoformat(), is_signed=bool(self._signed)),
            table=html("jury_table", rows=list(self._rows()),
                       blocs=[bloc.id for bloc in self.session.referentiel.blocs]),
        )  # fmt: skip

    def _facts(self) -> Iterator[tuple[str, str]]:
        session = self.session
        note = f" {label('ui.session.example')}" if session.reglement.is_example else ""
        yield label("ui.session.id"), session.config.id
        yield label("ui.session.reglement"), f"{session.reglement.slug} ({session.reglement.version}){note}"
        yield label("ui.jury.members"), enumeration([_seat(seat) for seat in jury_of(session)] or ["—"])
        waiting = sum(bool(item.open_blocs) for item in self.dossiers)
        state = "ui.jury.is_signed" if self._signed else "ui.jury.waiting" if waiting else "ui.jury.ready"
        yield label("ui.jury.state"), label(state, dossiers=counted(waiting, "dossier"))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for dossier in self.dossiers:
            cells = {bloc.id: _cell(dossier, bloc) for bloc in dossier.result.blocs}
            yield {"who": dossier.candidate, "cells": cells, "open": dossier.open_blocs}


def _seat(seat: Any) -> str:
    sides = {True: "paper.outside", False: "paper.inside", None: "ui.jury.side_unknown"}
    side = label(sides[seat.is_external])
    role = label("paper.president" if seat.is_president else "paper.member")
    return label("ui.jury.seat", name=seat.name, role=role, side=side)


def _cell(dossier: Dossier, bloc: BlocResult) -> str:
    decided = dossier.decided.get(bloc.id)
    if bloc.kept:
        return label("ui.jury.kept")
    if decided is not None:
        return label(f"jury.choice.{decided.choice}")
    return label("ui.jury.proposed", proposal=label(f"result.proposal.{bloc.proposal or 'open'}"))


def _person(session: Session, dossier: Dossier) -> Iterator[tuple[str, str]]:
    if dossier.candidate.route:
        yield label("ui.jury.route"), dossier.candidate.route
    for epreuve, words in dossier.incidents:
        yield label("ui.jury.incident"), f"{epreuve} – {words}" if epreuve else words
    if dossier.neutralised:
        references = enumeration(sorted({item.reference for item in dossier.neutralised}))
        yield label("ui.jury.neutralised"), references
    if dossier.recused:
        names = sorted(session.person(one).name for one in dossier.recused)
        yield label("ui.jury.recused"), enumeration(names)


def _epreuve(session: Session, item: EpreuveResult) -> dict[str, str]:
    rounded = item.score.rounded if item.score is not None else None
    exact = item.score.mark if item.score is not None else None
    total = number(parse_exact(session.reglement.total))
    return {
        "code": item.id,
        "title": session.referentiel.epreuve(item.id).short_title,
        "mark": f"{number(parse_exact(rounded))} / {total}" if rounded is not None else "—",
        "exact": exact_words(parse_exact(exact)) if exact is not None else "—",
        "state": label(f"paper.state.{item.state}") if item.state else "",
    }


def _blocs(
    session: Session, dossier: Dossier, *, is_signed: bool, values: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    who = dossier.candidate.id
    for bloc in dossier.result.blocs:
        decided = dossier.decided.get(bloc.id)
        follows = FOLLOWS[bloc.proposal] if bloc.proposal is not None else ""
        chosen = decided.choice if decided is not None else follows
        before = decided.reason if decided is not None and not is_signed else ""
        yield {
            "id": bloc.id,
            "title": session.referentiel.bloc(bloc.id).text,
            "kept": bloc.kept,
            "proposal": label(f"result.proposal.{bloc.proposal or 'open'}"),
            "trace": bloc.trace,
            "decided": label(f"jury.choice.{decided.choice}") if decided is not None else "",
            "reason": decided.reason if decided is not None else "",
            "moved": decided is not None and decided.proposal != bloc.proposal,
            "chosen": values.get(f"choice|{who}|{bloc.id}", chosen),
            "typed": values.get(f"reason|{who}|{bloc.id}", before),
            "choices": [(one, label(f"jury.choice.{one}")) for one in CHOICES],
        }
