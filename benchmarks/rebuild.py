"""An unchanged session built again, beside its first build with plain papermill.

Run: `python benchmarks/rebuild.py [--json] [--quick]`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import report, seconds, timed
from sessions_to_build import session_of

from kit.sessions.build import build_session


def main() -> None:
    """Build once with each engine, then again without a change."""
    variants = 4 if "--quick" in sys.argv else 40
    jobs = 2
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        folder = session_of(Path(scratch) / "session", variants)
        plain = timed(lambda: build_session(folder, jobs=jobs, engine="plain"))
        kit = timed(lambda: build_session(folder, jobs=jobs))
        again = seconds(lambda: build_session(folder, jobs=jobs), runs=3, warmup=0)
    figures = {
        "variants": variants,
        "jobs": jobs,
        "first_build_plain_s": round(plain, 2),
        "first_build_kit_s": round(kit, 2),
        "rebuild_s": again,
        "ratio_first_plain_to_rebuild": round(plain / again["median"], 1),
        "ratio_first_plain_to_first_kit": round(plain / kit, 2),
    }
    report("unchanged rebuild", figures)


if __name__ == "__main__":
    main()
