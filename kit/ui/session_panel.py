"""A session in a notebook: its plan, its checks, its build, and what was made for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.french import clock, counted, duration, enumeration, long_date, number
from kit.messages import catalogue, label
from kit.referentiel import natural_key
from kit.sessions.demo import demo_session
from kit.sessions.files import CONFIG
from kit.sessions.manifest import Entry
from kit.sessions.model import EpreuvePlan, PartPlan
from kit.sessions.opening import Session
from kit.sessions.production import FOLDERS
from kit.sessions.progress import TimeLeft, roughly
from kit.ui.grids_at_hand import working_folder
from kit.ui.page import PagePanel, html
from kit.ui.session_state import SessionState

DEMO_FOLDER = "session-demo"


class SessionPanel(PagePanel):
    """A session to check and to build. Without a folder, the demonstration, made where it is not there yet.

    Attributes:
        state: the session and what is known of it.
    """

    name = "ui.session_panel"

    def __init__(self, folder: str | Path = "") -> None:
        super().__init__(html("session_shell"))
        problems: KitError | None = None
        chosen = Path(folder) if str(folder) else working_folder() / DEMO_FOLDER
        if not str(folder) and not (chosen / CONFIG).exists():
            try:
                demo_session(chosen)
            except KitError as error:
                problems = error
        self.state = SessionState(chosen)
        self._time_left = TimeLeft()
        self.state.open()
        self._draw()
        if problems is not None:
            self.show_findings(problems.findings)

    def __repr__(self) -> str:
        return f"SessionPanel({self.state.folder})"

    def act(self, action: str) -> None:
        """Check the files again, or build."""
        if action == "check":
            self.state.open()
        elif action == "build":
            self.build()
            return
        self.fill(progress="")
        self._draw()

    def build(self) -> None:
        """Build the session, showing how far it is; problems are shown, nothing is raised."""
        self._time_left = TimeLeft()
        self._progress(0, 0, "")
        done = self.state.generate(self._progress)
        words = "session.built" if done else "session.not_built"
        seconds = number(round(self.state.seconds or 0, 1))
        fields = {
            "files": counted(len(self.state.files), "fichier"),
            "seconds": seconds,
            "folder": self.state.build,
        }
        self.fill(progress=html("session_done", words=words, fields=fields))
        self._draw()

    def _progress(self, done: int, total: int, what: str) -> None:
        seconds = self._time_left.seconds(done, total) if total else None
        left = roughly(seconds) if seconds else ""
        self.fill(progress=html("session_progress", done=done, total=total, what=what, left=left))

    def _draw(self) -> None:
        state = self.state
        self.fill(
            identity=html("session_identity", facts=self._facts()),
            plan=html("session_plan", rows=list(_plan(state.session))) if state.session else "",
            findings=html("session_findings", findings=state.findings, can_build=state.can_build),
            files=html("session_files", groups=list(_groups(state.files)), build=state.build),
        )

    def _facts(self) -> list[tuple[str, str]]:
        session = self.state.session
        facts = [(label("ui.session.folder"), str(self.state.folder))]
        if session is None:
            return facts
        reglement = f"{session.reglement.slug} ({session.reglement.version})"
        note = label("ui.session.example") if session.reglement.is_example else ""
        return [
            (
                label("ui.session.id"),
                session.config.id + _nature(session),
            ),
            (label("ui.session.centre"), session.config.centre),
            (label("ui.session.candidates"), counted(len(session.candidates), "candidat")),
            (label("ui.session.reglement"), f"{reglement} {note}".strip()),
            *facts,
        ]


def _plan(session: Session) -> Iterator[dict[str, Any]]:
    for name, plan in session.config.epreuves.items():
        epreuve = session.referentiel.epreuve(name)
        yield {
            "code": name,
            "title": epreuve.short_title,
            "template": plan.template,
            "versions": _versions(plan),
            "candidates": number(len(session.registered(name))),
            "parts": [f"{epreuve.part(part.id).label} : {_when(part)}" for part in plan.parts],
        }


def _versions(plan: EpreuvePlan) -> str:
    versions = enumeration([label(f"ui.version.{version}") for version in plan.versions])
    return label("ui.session.versions_of", versions=versions, variants=counted(plan.variants, "variante"))


def _when(part: PartPlan) -> str:
    words = [_day(part.date), clock(part.start) if part.start else ""]
    if part.deadline is not None:
        words.append(label("ui.session.deadline", day=_day(part.deadline), time=clock(part.deadline)))
    if part.slot is not None:
        words.append(label("ui.session.slot", minutes=duration(part.slot)))
    elif part.duration is not None:
        words.append(duration(part.duration))
    return ", ".join(word for word in words if word)


def _day(day: date | datetime | None) -> str:
    return "" if day is None else long_date(day, weekday=True)


def _groups(files: tuple[Entry, ...]) -> Iterator[dict[str, Any]]:
    """Yield the files by audience, in the order of the build's folders."""
    for audience in FOLDERS:
        mine = sorted((e for e in files if e.audience == audience), key=lambda entry: natural_key(entry.path))
        if mine:
            yield {
                "audience": label(f"ui.audience.{audience}"),
                "count": counted(len(mine), "fichier"),
                "rows": [
                    {
                        "path": entry.path,
                        "kind": _kind(entry.kind),
                        "subject": _subject(entry),
                        "size": label("ui.session.size", size=number(max(1, round(entry.bytes / 1024)))),
                    }
                    for entry in mine
                ],
            }


def _nature(session: Session) -> str:
    if session.config.demo:
        return f" – {label('ui.session.demo')}"
    return f" – {label('ui.session.mock')}" if session.config.mock else ""


def _subject(entry: Entry) -> str:
    if entry.epreuve is None:
        return ""
    version = label(f"ui.version.{entry.version}") if entry.version else ""
    return " ".join(word for word in (entry.epreuve, version, str(entry.variant or "")) if word)


def _kind(kind: str) -> str:
    code = f"ui.file.{kind}"
    return label(code) if code in catalogue() else kind
