"""A session's statistics in a notebook: the same pictures and tables as on paper."""

from __future__ import annotations

from pathlib import Path

from kit.errors import KitError
from kit.jury.pv import signed_choices
from kit.marking.store_address import session_book
from kit.results.statistics import Statistics, session_statistics
from kit.results.statistics_document import statistics_report
from kit.sessions.opening import open_session
from kit.ui.document_view import block_views
from kit.ui.grids_at_hand import working_folder
from kit.ui.page import PagePanel, html
from kit.ui.session_panel import DEMO_FOLDER


class StatisticsPanel(PagePanel):
    """How a session went. Without a folder, the demonstration that the session notebook makes.

    Attributes:
        statistics: the figures; None when the session has problems.
    """

    name = "ui.statistics_panel"

    def __init__(self, folder: str | Path = "") -> None:
        super().__init__(html("statistics_shell"))
        self.statistics: Statistics | None = None
        try:
            session = open_session(Path(folder) if str(folder) else working_folder() / DEMO_FOLDER)
            book = session_book(session)
            self.statistics = session_statistics(session, book)
            decided = signed_choices(book)
        except KitError as error:
            self.show_findings(error.findings)
            return
        report = statistics_report(session, self.statistics, decided)
        self.fill(report=html("statistics", title=report.title, views=block_views(report.body, under=2)))

    def __repr__(self) -> str:
        return f"StatisticsPanel({self.statistics.candidates if self.statistics else 0} candidates)"
