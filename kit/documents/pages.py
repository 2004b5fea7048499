"""How many pages a PDF of ours has."""

from __future__ import annotations

import re

_PAGE = re.compile(rb"/Type\s*/Page\b")


def page_count(content: bytes) -> int:
    """Return the number of pages of a PDF made here, whose page objects are never compressed."""
    return len(_PAGE.findall(content))
