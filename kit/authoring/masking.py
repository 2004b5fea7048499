"""What a template's cells say before anything runs: texts with their fields masked, code as a syntax tree."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

_ONE = r"(?:\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\})"
_STATEMENT = re.compile(_ONE, re.DOTALL)
_ALONE = re.compile(rf"^[ \t]*(?:{_ONE}[ \t]*)+\n", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"\{\{.*?\}\}", re.DOTALL)
MASK = "\ufffd"
"""What stands for a field: a sign that is neither blank, nor a letter, nor a digit."""


def masked(text: str) -> str:
    """Return a Markdown text whose fields are replaced by a sign, and whose conditions and loops are taken out."""
    return _FIELD.sub(MASK, _STATEMENT.sub("", _ALONE.sub("", text)))


@lru_cache(maxsize=512)
def python_of(source: str) -> ast.Module | None:
    """Return the syntax tree of a code cell, to be read only; None when it is not Python (IPython commands are)."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        code = TransformerManager().transform_cell(source)
        tree = compile(code, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    assert isinstance(tree, ast.Module)  # noqa: S101 - what PyCF_ONLY_AST gives
    return tree
