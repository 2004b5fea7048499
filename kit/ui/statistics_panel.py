"""A session's statistics in a notebook: the same pictures and tables as on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.documents.model import Block, Document, Fields, Figure, Heading, Paragraph, Table, plain
from kit.errors import KitError
from kit.jury.pv import signed_choices
from kit.marking.store_address import session_book
from kit.results.statistics import Statistics, session_statistics
from kit.results.statistics_document import statistics_report
from kit.sessions.opening import open_session
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
        self.fill(report=html("statistics", title=report.title, blocks=list(_blocks(report))))

    def __repr__(self) -> str:
        return f"StatisticsPanel({self.statistics.candidates if self.statistics else 0} candidates)"


def _blocks(report: Document) -> Iterator[dict[str, Any]]:
    for block in report.body:
        yield _block(block)


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level + 2, "words": plain(block.content)}
        case Paragraph():
            return {"kind": "paragraph", "words": plain(block.content)}
        case Fields():
            return {"kind": "fields", "rows": [(name, value or "") for name, value in block.rows]}
        case Table():
            rows = [[plain(cell) for cell in row] for row in block.rows]
            return {
                "kind": "table",
                "caption": block.caption,
                "header": [plain(c) for c in block.header],
                "rows": rows,
            }
        case Figure():
            content = base64.b64encode(block.content).decode()
            return {"kind": "figure", "caption": block.caption, "alt": block.alt, "content": content}
        case _:
            raise TypeError(type(block).__name__)
