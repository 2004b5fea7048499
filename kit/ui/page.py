"""Panels made of ordinary HTML: a fixed shell with controls, and regions that the kernel rewrites.

The HTML is written by the templates beside this module, which escape every value. The page sends the values
of its controls and the action asked, all together; a handler answers by setting regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from traitlets import Dict, Unicode, observe

from kit.errors import Finding, KitError
from kit.french import counted, number
from kit.messages import label

_HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(t=_words, counted=counted, number=number)
    return environment


def _words(name: str, /, **fields: Any) -> str:
    return label(f"ui.{name}", **fields)


def html(template: str, /, **values: Any) -> str:
    """Return the HTML of a template of this room, every value escaped."""
    return _environment().get_template(f"{template}.html").render(values)


class PagePanel(anywidget.AnyWidget):
    """A panel of HTML in a notebook. A subclass names its regions and answers in `changed` and `act`.

    Attributes:
        shell: the controls and the empty regions, drawn once.
        regions: the HTML of each region, by name.
        values: the values of the controls, by name.
        name: what assistive tools call the panel, a code of the messages.
    """

    name: ClassVar[str] = ""

    _esm = _HERE / "static" / "page.js"
    _css = _HERE / "static" / "page.css"
    shell = Unicode().tag(sync=True)
    regions = Dict().tag(sync=True)
    words = Dict().tag(sync=True)
    answered = Dict({"seq": 0}).tag(sync=True)
    input = Dict().tag(sync=True, echo_update=False)

    def __init__(self, shell: str, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(values or {})
        self._last_action = 0
        words = {"name": label(self.name), "lost": label("ui.lost")}
        super().__init__(shell=shell, words=words)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def fill(self, **regions: str) -> None:
        """Rewrite regions."""
        self.regions = {**self.regions, **regions}

    def changed(self) -> None:
        """Answer to controls that changed; the new values are in `values`."""

    def act(self, action: str) -> None:
        """Answer to a button."""

    def show_findings(self, findings: tuple[Finding, ...] | list[Finding]) -> None:
        """Show problems and remarks in the region `findings`."""
        self.fill(findings=html("findings", findings=findings))

    @observe("input")
    def _receive(self, change: Mapping[str, Any]) -> None:
        sent = change["new"]
        if not sent:
            return
        values = {str(name): value for name, value in (sent.get("values") or {}).items()}
        action = sent.get("action") or {}
        try:
            if values != self.values:
                self.values = values
                self.changed()
            if int(action.get("seq", 0)) > self._last_action:
                self._last_action = int(action["seq"])
                self.act(str(action["name"]))
        except KitError as error:
            self.show_findings(error.findings)
        except Exception as error:
            self.fill(findings=html("bug", name=type(error).__name__), progress="")
            raise
        finally:
            self.answered = {"seq": int(sent.get("seq", 0))}
