"""PERT: earliest and latest dates, floats and critical path of a set of tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kit.cases.indicators.registry import Value, indicator, not_negative, plain
from kit.errors import AuthorError, Finding, Place, raise_for


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its length in any unit (days, weeks) and the codes of those that must end before it starts."""

    code: str
    duration: Value
    after: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class TaskDates:
    """When a task can start and end at the earliest and at the latest, counted from 0, and its floats."""

    task: Task
    earliest_start: Fraction
    earliest_end: Fraction
    latest_start: Fraction
    latest_end: Fraction
    free_float: Fraction

    @property
    def total_float(self) -> Fraction:
        """How much the task can be late without delaying the end of the project (marge totale)."""
        return self.latest_start - self.earliest_start

    @property
    def critical(self) -> bool:
        """Whether any delay of the task delays the whole project."""
        return self.total_float == 0


@dataclass(frozen=True)
class Schedule:
    """A scheduled project."""

    tasks: tuple[TaskDates, ...]

    @property
    def duration(self) -> Fraction:
        """The length of the project."""
        return max((dates.earliest_end for dates in self.tasks), default=Fraction(0))

    @cached_property
    def _by_code(self) -> dict[str, TaskDates]:
        return {dates.task.code: dates for dates in self.tasks}

    def __getitem__(self, code: str) -> TaskDates:
        return self._by_code[code]

    def critical_paths(self) -> tuple[tuple[str, ...], ...]:
        """Return every longest chain of critical tasks from start to end, as codes."""
        ends = [dates for dates in self.tasks if dates.critical and dates.earliest_end == self.duration]
        return tuple(path for end in ends for path in self._paths_to(end))

    def _paths_to(self, end: TaskDates) -> Iterator[tuple[str, ...]]:
        before = [self[code] for code in end.task.after]
        tight = [item for item in before if item.critical and item.earliest_end == end.earliest_start]
        if not tight:
            yield (end.task.code,)
        for item in tight:
            for path in self._paths_to(item):
                yield (*path, end.task.code)


@indicator(
    "Ordonnancement PERT",
    "dates au plus tôt et au plus tard, marges totale et libre, chemin critique",
    "durée",
)
def schedule(tasks: Iterable[Task]) -> Schedule:
    """Return the tasks with their dates, in the order given.

    Raises:
        AuthorError: every code used twice, unknown predecessor and negative length; then any circle.
    """
    listed = tuple(tasks)
    raise_for(_problems(listed), AuthorError)
    order = _sorted(listed)
    ends: dict[str, Fraction] = {}
    starts: dict[str, Fraction] = {}
    for task in order:
        starts[task.code] = max((ends[code] for code in task.after), default=Fraction(0))
        ends[task.code] = starts[task.code] + plain(task.duration)
    finish = max(ends.values(), default=Fraction(0))
    followers = {task.code: [other for other in order if task.code in other.after] for task in order}
    latest: dict[str, Fraction] = {}
    for task in reversed(order):
        end = min((latest[other.code] for other in followers[task.code]), default=finish)
        latest[task.code] = end - plain(task.duration)
    dates = {}
    for task in order:
        next_start = min((starts[other.code] for other in followers[task.code]), default=finish)
        start, end = starts[task.code], ends[task.code]
        late = latest[task.code]
        dates[task.code] = TaskDates(task, start, end, late, late + plain(task.duration), next_start - end)
    return Schedule(tuple(dates[task.code] for task in listed))


def _problems(tasks: tuple[Task, ...]) -> Iterator[Finding]:
    known = [task.code for task in tasks]
    for code, count in Counter(known).items():
        if count > 1:
            yield Finding("planning.twice", Place(), {"task": code})
    for task in tasks:
        not_negative("schedule", plain(task.duration), f"la durée de « {task.code} »")
        for code in task.after:
            if code not in known:
                fields = {"task": task.code, "predecessor": code, "known": known}
                yield Finding("planning.unknown_task", Place(), fields)


def _sorted(tasks: tuple[Task, ...]) -> list[Task]:
    """Return the tasks so that each comes after its predecessors."""
    order: list[Task] = []
    placed: set[str] = set()
    waiting = list(tasks)
    while waiting:
        ready = [task for task in waiting if placed.issuperset(task.after)]
        if not ready:
            raise AuthorError.of("planning.cycle", tasks=[task.code for task in waiting])
        order += ready
        placed.update(task.code for task in ready)
        waiting = [task for task in waiting if task.code not in placed]
    return order
