"""What a variant costs, and the most memory used, as a session grows from 10 to 1,000 variants.

Memory is the sum over all processes of the build, each page shared by several counted once (proportional set size).
Each size is a build of its own in a new process. Run: `python benchmarks/growth.py [--json] [--quick]`.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from measuring import report
from sessions_to_build import session_of

BUILD = (
    "import sys\nfrom pathlib import Path\nfrom kit.sessions.build import build_session\n"
    "print(build_session(Path(sys.argv[1]), jobs=2).seconds)"
)


def memory(process: psutil.Process) -> tuple[int, int]:
    """Return the bytes used by a process, and by it and all it started."""
    own = total = 0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            used = one.memory_full_info().pss
            own = used if one == process else own
            total += used
    return own, total


def build(variants: int) -> dict[str, Any]:
    """Return the seconds and the peak of memory of one build."""
    own = total = 0
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        folder = session_of(Path(scratch) / "session", variants)
        command = [sys.executable, "-c", BUILD, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                own, total = (max(pair) for pair in zip((own, total), memory(watched), strict=True))
            time.sleep(0.5)
        if process.returncode:
            raise SystemExit(process.returncode)
        spent = float(process.communicate()[0])
    return {
        "s": round(spent, 1),
        "s_per_variant": round(spent / variants, 3),
        "peak_mib": round(total / 2**20),
        "peak_of_the_command_mib": round(own / 2**20),
    }


def main() -> None:
    """Measure each size, beside the first."""
    sizes = (2, 6) if "--quick" in sys.argv else (10, 100, 1000)
    figures: dict[str, Any] = {f"{size} variants": build(size) for size in sizes}
    first, *_ = figures.values()
    before, last = list(figures.values())[-2:]
    figures["ratio_of_cost_per_variant_last_to_first"] = round(
        last["s_per_variant"] / first["s_per_variant"], 2
    )
    figures["ratio_of_peak_last_to_one_before"] = round(last["peak_mib"] / before["peak_mib"], 2)
    report("growth", figures)


if __name__ == "__main__":
    main()
