"""Executing notebooks with papermill. This room knows nothing of exams."""

from kit.execution.many import Engine, execute_many, get_ready
from kit.execution.model import CellFailure, Run, RunResult

__all__ = ["CellFailure", "Engine", "Run", "RunResult", "execute_many", "get_ready"]
