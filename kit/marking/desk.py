"""A marker at work: his copies one after the other, each change kept at once, and taken back as easily."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Finding, MarkingError, Place
from kit.grids import Grid, Mark, Score, score
from kit.marking.book import MarkBook, Said, Saying
from kit.marking.copies import Copy, CopyKey, copies_of, copy_grid, holders_of, present_holders
from kit.marking.set_aside import SET_ASIDE, set_aside
from kit.marking.store_address import session_book
from kit.sessions.opening import Session
from kit.sessions.seeds import obtain_secret

MOST_PHRASES = 9
_NOTHING = Mark()
_NO_LINES: Mapping[CopyKey, frozenset[str]] = {}
_NO_HOLDERS: Mapping[CopyKey, tuple[Holder, ...]] = {}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back: where, what it was, and the number of the saying that made it."""

    copy: int
    line: str
    before: Mark
    number: int


@dataclass(frozen=True, slots=True)
class Holder:
    """One whom a copy is of, where the part hides no name; an absent member takes nothing of the group's marks."""

    id: str
    name: str
    is_present: bool


class Desk:
    """What a marker has before him.

    Attributes:
        marker: his id.
        copies: the copies given to him, in his order.
        index: the one he is at.
        is_locked: whether his marks of the épreuve he is at were locked when he last looked.
        findings: what stood in the way of the last thing asked; empty when it was done.
    """

    def __init__(
        self,
        copies: tuple[Copy, ...],
        root: Path,
        book: MarkBook,
        marker: str,
        *,
        aside: Mapping[CopyKey, frozenset[str]] = _NO_LINES,
        holders: Mapping[CopyKey, tuple[Holder, ...]] = _NO_HOLDERS,
    ) -> None:
        """Open the desk at the first copy that is not finished.

        Args:
            copies: those given to him, in his order; at least one.
            root: the folder that their grids are named from.
            book: where his marks are kept.
            marker: his id.
            aside: the lines that are not to be assessed, by copy.
            holders: whose the copies are, where the part hides no name.

        Raises:
            InvalidFile: the session was not built.
            EnvironmentFault: the store refuses.
        """
        self.marker = marker
        self._aside = aside
        self._holders = holders
        self.copies = copies
        self.findings: tuple[Finding, ...] = ()
        self._root = root
        self._book = book
        self._done: list[Change] = []
        self.index = 0
        self.is_locked = False
        self._said: dict[str, Said] = {}
        self._left: dict[int, tuple[str, ...]] = self._all_left()
        self.go_to(next((index for index, left in self._left.items() if left), 0))

    @property
    def copy(self) -> Copy:
        """The copy he is at."""
        return self.copies[self.index]

    @property
    def grid(self) -> Grid:
        """Its grid."""
        return copy_grid(self._root, self.copy)

    @property
    def marks(self) -> dict[str, Mark]:
        """What he has said of it, by line; a line not to assess is said so."""
        said = {line: said.mark for line, said in self._said.items() if said.mark != _NOTHING}
        return said | dict.fromkeys(self.aside, SET_ASIDE)

    @property
    def aside(self) -> frozenset[str]:
        """Its lines that are not to be assessed."""
        return self._aside.get(self.copy.key, frozenset())

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Whose it is, where its part hides no name; empty elsewhere."""
        return self._holders.get(self.copy.key, ())

    @property
    def differences(self) -> tuple[Said, ...]:
        """Of a group's copy, what he said of one member that differs from the group's marks."""
        return self._differences

    @property
    def score(self) -> Score:
        """Its score as it stands."""
        return score(self.grid, self.marks)

    @property
    def can_undo(self) -> bool:
        """Whether a change made at this desk can be taken back."""
        return bool(self._done)

    def go_to(self, index: int) -> None:
        """Go to a copy by its place; beyond the ends, to the nearest."""
        self.index = min(max(index, 0), len(self.copies) - 1)
        self.look()

    def look(self) -> None:
        """Read again what is kept of the copy he is at."""
        said = self._book.said(self.marker, self.copy.key)
        self._said = {one.line: one for one in said if not one.member}
        self._differences = tuple(one for one in said if one.member and one.mark.is_marked)
        self._left[self.index] = _left(self.grid, self._said, self.aside)
        self.is_locked = self._book.is_locked(self.copy.key.epreuve, self.marker)

    def left_in(self, index: int) -> tuple[str, ...]:
        """Return the lines of a copy of which nothing is said yet."""
        return self._left[index]

    def _all_left(self) -> dict[int, tuple[str, ...]]:
        said: dict[CopyKey, dict[str, Said]] = {}
        for one in self._book.said(self.marker):
            if not one.member:
                said.setdefault(one.copy, {})[one.line] = one
        return {
            index: _left(copy_grid(self._root, copy), said.get(copy.key, {}), self._aside.get(copy.key, ()))
            for index, copy in enumerate(self.copies)
        }

    def phrases(self) -> dict[str, tuple[str, ...]]:
        """Return the comments he already wrote of each criterion of this grid, the most used first."""
        used: dict[str, Counter[str]] = {}
        for one in self._book.said(self.marker):
            if one.copy.epreuve == self.copy.key.epreuve and one.mark.comment.strip():
                used.setdefault(one.line, Counter())[one.mark.comment.strip()] += 1
        return {
            line.key: tuple(words for words, _ in used[line.key].most_common(MOST_PHRASES))
            for line in self.grid.lines
            if line.key in used
        }

    def next_left(self) -> bool:
        """Go to the next copy that is not finished, around the end; return whether there is another."""
        count = len(self.copies)
        for step in range(1, count):
            index = (self.index + step) % count
            if self.left_in(index):
                self.go_to(index)
                return True
        return False

    def say(self, marks: Mapping[str, Mark]) -> bool:
        """Keep marks of the copy he is at, at once; return whether they are kept.

        A line said elsewhere since he looked is not overwritten: what is there is shown, and told.

        Raises:
            EnvironmentFault: the store refuses; nothing was kept.
        """
        asked = {
            line: mark for line, mark in marks.items() if mark != self._mark(line) and line not in self.aside
        }
        before = {line: self._mark(line) for line in asked}
        if not asked:
            return True
        sayings = [Saying(self.copy.key, line, mark, seen=self._seen(line)) for line, mark in asked.items()]
        try:
            kept = self._book.say(self.marker, sayings, {self.copy.key: self.grid})
        except MarkingError as error:
            self.findings = error.findings
            self.look()
            return False
        self.findings = ()
        self._said |= {said.line: said for said in kept}
        self._left[self.index] = _left(self.grid, self._said, self.aside)
        self._done += [Change(self.index, said.line, before[said.line], said.number) for said in kept]
        return True

    def differ(self, member: str, line: str, mark: Mark, reason: str) -> bool:
        """Keep a mark of one member of a group that differs from the group's; `Mark()` takes it back.

        Args:
            member: a member of the group who was there.
            line: which line of the grid.
            mark: his own.
            reason: why it differs.

        Raises:
            EnvironmentFault: the store refuses; nothing was kept.
        """
        if member not in {holder.id for holder in self.holders if holder.is_present}:
            self.findings = (Finding("marks.no_member", Place(item=str(self.copy.key)), {"member": member}),)
            return False
        saying = Saying(self.copy.key, line, mark, member, reason)
        try:
            self._book.say(self.marker, [saying], {self.copy.key: self.grid})
        except MarkingError as error:
            self.findings = error.findings
            return False
        self.findings = ()
        self.look()
        return True

    def undo(self) -> bool:
        """Take back the last change made at this desk, going to its copy; return whether it was.

        A line changed elsewhere since then is left as it is.
        """
        if not self._done:
            return False
        change = self._done.pop()
        self.go_to(change.copy)
        if self._seen(change.line) != change.number:
            return self.undo()
        done = self.say({change.line: change.before})
        if done and self._done:
            self._done.pop()  # the taking back is not itself a change to take back
            self._renumber(change)
        return done

    def _renumber(self, change: Change) -> None:
        """An older change of the same line is now followed by the taking back."""
        for rank in range(len(self._done) - 1, -1, -1):
            older = self._done[rank]
            if (older.copy, older.line) == (change.copy, change.line):
                self._done[rank] = Change(older.copy, older.line, older.before, self._seen(change.line))
                return

    def _mark(self, line: str) -> Mark:
        return self._said[line].mark if line in self._said else _NOTHING

    def _seen(self, line: str) -> int:
        return self._said[line].number if line in self._said else 0


def session_desk(session: Session, marker: str, book: MarkBook | None = None) -> Desk:
    """Return the desk of a marker of a session.

    Args:
        session: the session, built.
        marker: his id.
        book: its marks, when they are already open.

    Raises:
        InvalidFile: this person marks nothing here, or the session was not built.
        EnvironmentFault: the store refuses.
    """
    secret = obtain_secret(session.root, demo=session.config.demo)
    copies = copies_of(session, marker, secret)
    book = book or session_book(session)
    holders = {copy.key: _holders(session, copy) for copy in copies if not copy.hides_names}
    return Desk(copies, session.root, book, marker, aside=set_aside(session, book), holders=holders)


def _holders(session: Session, copy: Copy) -> tuple[Holder, ...]:
    present = present_holders(session, copy.key)
    people = [session.candidate(one) for one in holders_of(session, copy.key)]
    return tuple(Holder(one.id, f"{one.last_name} {one.first_name}", one.id in present) for one in people)


def _left(grid: Grid, said: Mapping[str, Said], aside: Collection[str]) -> tuple[str, ...]:
    marks = {line: one.mark for line, one in said.items()} | dict.fromkeys(aside, SET_ASIDE)
    return tuple(line.key for line in grid.lines if not marks.get(line.key, _NOTHING).is_marked)
