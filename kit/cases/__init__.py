"""What a case template may say and use: magics, annexes, expected answers, a company and its market.

In a template: `%load_ext kit.cases`, then `from kit.cases import annexe, attendu, named_rng` and
`from kit.cases.company import company`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kit.cases.forms import draw_forms, select_forms
from kit.cases.magics import annexe, attendu
from kit.cases.pieces import MIME, read_pieces
from kit.cases.template import CaseTemplate, find_template, load_template, template_folders

if TYPE_CHECKING:
    from kit.cases import charts, indicators
    from kit.cases.own_data import donnees, entier, nombre, part, texte
    from kit.cases.seeds import named_rng

__all__ = [
    "MIME", "CaseTemplate", "annexe", "attendu", "charts", "donnees", "draw_forms", "entier", "find_template",
    "indicators", "load_ipython_extension", "load_template", "named_rng", "nombre", "part", "read_pieces",
    "select_forms", "template_folders", "texte",
]  # fmt: skip

_LATE = {
    "named_rng": "kit.cases.seeds",
    **dict.fromkeys(("donnees", "entier", "nombre", "part", "texte"), "kit.cases.own_data"),
}


def __getattr__(name: str) -> Any:
    if name in ("charts", "indicators"):
        return import_module(f"kit.cases.{name}")
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(name)


def load_ipython_extension(shell: Any) -> None:
    """Register the cell magics (called by `%load_ext kit.cases`)."""
    from kit.cases.magics import load

    load(shell)
