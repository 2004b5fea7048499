"""What a copy's marks are for each candidate it is of: the group's marks, taken by the members who were there."""

from __future__ import annotations

from collections.abc import Iterable

from kit.grids import Mark
from kit.marking.book import Said
from kit.marking.copies import Copy, present_holders
from kit.sessions.opening import Session


def shares(session: Session, copy: Copy, said: Iterable[Said]) -> dict[str, dict[str, Said]]:
    """Return what a copy gives each candidate present in its part, by candidate and line.

    A line said of the group counts for each member present, unless something else was said of this one member,
    with its reason. An absent member is not in what comes back: nothing is inherited.

    Args:
        session: the session, with its attendances.
        copy: of which copy.
        said: what one marker said of it.
    """
    here = [item for item in said if item.copy == copy.key]
    common = {item.line: item for item in here if not item.member}
    return {
        candidate: common
        | {item.line: item for item in here if item.member == candidate and item.mark.is_marked}
        for candidate in present_holders(session, copy.key)
    }


def member_marks(said: Iterable[Said], candidate: str) -> dict[str, Mark]:
    """Return what one marker's sayings of a copy are for one of its candidates, by line."""
    here = list(said)
    common = {item.line: item.mark for item in here if not item.member}
    own = {item.line: item.mark for item in here if item.member == candidate and item.mark.is_marked}
    return common | own
