"""How long a build takes, beside its baseline: the same notebooks through plain papermill, and nothing else.

The ratio says what reading back, checking and writing all documents cost on top of executing the cases.
Run: `python benchmarks/build_time.py [--json]`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measuring import report, seconds

from kit.cases import select_forms
from kit.execution import Run, execute_many
from kit.sessions.build import build_session
from kit.sessions.demo import demo_session
from kit.sessions.opening import open_session
from kit.sessions.seeds import obtain_secret
from kit.sessions.variants import session_variants


def main() -> None:
    """Measure the demo session with one job, then with two."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        folder = demo_session(Path(scratch) / "demo")
        session = open_session(folder)
        variants = session_variants(session, obtain_secret(folder, demo=True))
        for jobs in (1, 2):
            build = seconds(lambda jobs=jobs: build_session(folder, jobs=jobs, cache=False), runs=3, warmup=1)
            plain = seconds(lambda jobs=jobs: execute_only(variants, Path(scratch), jobs), runs=3, warmup=0)
            figures[f"{jobs} job(s)"] = {
                "variants": len(variants),
                "build_s": build,
                "papermill_only_s": plain,
                "ratio_build_to_papermill": round(build["median"] / plain["median"], 3),
                "s_per_variant": round(build["median"] / len(variants), 3),
            }
    report("build of the demo session", figures)


def execute_only(variants: object, scratch: Path, jobs: int) -> None:
    """Execute the same notebooks with the same parameters, and do nothing with them."""
    runs = []
    for variant in variants:  # type: ignore[attr-defined]
        prepared = scratch / f"{variant.drawn.code}.ipynb"
        prepared.write_text(json.dumps(select_forms(variant.template, variant.drawn.forms)), "utf-8")
        parameters = {**variant.drawn.parameters, "seed": variant.drawn.seed}
        output = scratch / f"{variant.drawn.code}-out.ipynb"
        runs.append(Run(prepared, output, parameters, variant.template.path.parent))
    failed = [result for result in execute_many(runs, jobs=jobs) if not result.ok]
    if failed:
        raise SystemExit(f"{len(failed)} notebook(s) failed")


if __name__ == "__main__":
    main()
