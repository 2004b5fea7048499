"""What the benchmarks share: timing a command or a call, and printing figures beside their baseline."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def seconds(call: Callable[[], Any], runs: int = 3, warmup: int = 1) -> dict[str, Any]:
    """Return the median, lowest and highest time of `runs` calls, in seconds."""
    for _ in range(warmup):
        call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return {
        "median": round(statistics.median(times), 4),
        "min": round(min(times), 4),
        "max": round(max(times), 4),
        "runs": runs,
    }


def timed(call: Callable[[], Any]) -> float:
    """Return the seconds one call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def report(name: str, figures: dict[str, Any]) -> None:
    """Print the figures: JSON with `--json`, else a line each."""
    context = {
        "benchmark": name,
        "date": datetime.now(tz=UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    if "--json" in sys.argv:
        print(json.dumps({**context, **figures}, ensure_ascii=False, indent=2))
        return
    print(", ".join(f"{key} {value}" for key, value in context.items()))
    for key, value in figures.items():
        print(f"{key}: {value}")
