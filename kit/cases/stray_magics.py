"""Commands of ours that are written where IPython does not see them, or not quite with their name.

A cell magic stands on the first line of a code cell, in lower case, after two signs %. Anything else is Python
to IPython, or text, and the piece would be missing from the subject without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.cases.magic_lines import MAGICS
from kit.errors import Finding, Place
from kit.reading import nearest

IPYTHON = frozenset(
    {
        "HTML", "SVG", "bash", "capture", "cmd", "code_wrap", "debug", "file", "html", "javascript", "js",
        "latex", "markdown", "perl", "prun", "pypy", "python", "python2", "python3", "ruby", "script", "sh",
        "svg", "sx", "system", "time", "timeit", "writefile",
    }
)  # fmt: skip
"""The cell magics of IPython itself (IPython 8, `%lsmagic`), which a template may use."""

_FIRST = re.compile(r"\A\s*%%[ \t]*(\w+)")
_ANY = re.compile(r"^[ \t]*(%{1,2})[ \t]*(\w+)", re.MULTILINE)


def stray_magics(source: str, cell_type: str) -> Iterator[Finding]:
    """Yield what looks like one of our magics and will not be read as one. The findings have no place."""
    first = _FIRST.match(source)
    name = first[1] if first else ""
    if cell_type != "code":
        if name in MAGICS:
            yield Finding("magic.wrong_cell", Place(), {"magic": name})
    elif first is not None:
        spelled = source[first.start(1) - 2 : first.start(1)] == "%%"
        if name in MAGICS and spelled:
            yield from _second(source[first.end() :])
        elif name not in IPYTHON and (near := nearest(name.casefold(), MAGICS, 1)):
            yield Finding("magic.unknown", Place(), {"magic": name, "near": near[0]})
    else:
        yield from _misplaced(source)


def _second(body: str) -> Iterator[Finding]:
    for match in _ANY.finditer(body):
        if match[1] == "%%" and match[2] in MAGICS:
            yield Finding("magic.second", Place(), {"magic": match[2]})


def _misplaced(source: str) -> Iterator[Finding]:
    for match in _ANY.finditer(source):
        name = match[2].casefold()
        if name in MAGICS:
            code = "magic.not_first" if match[1] == "%%" else "magic.line"
            yield Finding(code, Place(), {"magic": name})
