"""How fast the engine executes notebooks, beside plain papermill and beside a plain script doing the same work.

The notebook is of the usual kind: pandas, two charts, three files written. Each ratio is of two figures of the
same run: on a busy machine believe the ratios. Run: `python benchmarks/engine.py [--json] [--quick]`.
"""

from __future__ import annotations

import ast
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import report

from kit.execution import Run, execute_many
from kit.execution.pool import close_shared_pool

IMPORTS = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nfrom pathlib import Path"
WORK = (
    "rng = np.random.default_rng(seed)",
    "months = pd.date_range('2024-01-01', periods=36, freq='MS')",
    "sales = pd.DataFrame({'month': months, 'units': rng.integers(80, 400, 36)})",
    "sales['price'] = 12.5 + rng.normal(0, 1, 36).round(2)",
    "sales['revenue'] = sales['units'] * sales['price']",
    "sales.head()",
    "by_year = sales.groupby(sales['month'].dt.year)['revenue'].agg(['sum', 'mean', 'std'])",
    "by_year",
    (
        "fig, ax = plt.subplots(figsize=(7, 3))\nax.plot(sales['month'], sales['revenue'])\n"
        "ax.set_title('Revenue')\nfig.savefig('line.svg')\nplt.close(fig)"
    ),
    (
        "fig, ax = plt.subplots(figsize=(5, 3))\nax.bar(by_year.index.astype(str), by_year['sum'])\n"
        "fig.savefig('bars.svg')\nplt.close(fig)"
    ),
    "sales.to_csv('sales.csv', index=False)",
    "customers = pd.DataFrame({'id': range(500), 'basket': rng.gamma(2, 30, 500).round(2)})",
    "customers['channel'] = rng.choice(list('abc'), 500)",
    "customers.groupby('channel')['basket'].describe()",
    "segments = pd.cut(customers['basket'], [0, 20, 60, 1000], labels=['low', 'mid', 'high'])",
    "pd.crosstab(segments, customers['channel'])",
    "print(f\"total {sales['revenue'].sum():.2f}\")",
    "elasticity = np.polyfit(np.log(sales['price']), np.log(sales['units']), 1)[0]",
    "elasticity",
)
FLOOR = """import os, sys
{imports}
for seed in map(int, sys.argv[1:]):
    os.makedirs(str(seed))
    os.chdir(str(seed))
{work}
    os.chdir('..')
"""


def notebook(folder: Path) -> Path:
    """Write the notebook and return its path."""
    sources = ["seed = 1", IMPORTS, *WORK]
    cells = [
        {
            "cell_type": "code", "id": f"c{n}", "source": source, "outputs": [], "execution_count": None,
            "metadata": {"tags": ["parameters"]} if n == 0 else {},
        }
        for n, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "work.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


def engine_seconds(template: Path, engine: Any, count: int, jobs: int) -> float:
    """Return the seconds that executing `count` notebooks takes."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        folders = [Path(scratch) / str(seed) for seed in range(count)]
        for folder in folders:
            folder.mkdir()
        runs = [Run(template, f / "out.ipynb", {"seed": seed}, f) for seed, f in enumerate(folders)]
        started = time.perf_counter()
        results = execute_many(runs, jobs=jobs, engine=engine)
        spent = time.perf_counter() - started
        failed = [str(result.failure or result.error) for result in results if not result.ok]
        if failed:
            raise SystemExit("\n".join(failed))
    return spent


def shown(line: str) -> str:
    """Return a cell as a script would have it: a last expression is shown, as text and, for a table, as HTML."""
    *_, last = ast.parse(line).body
    if not isinstance(last, ast.Expr) or line.startswith(("print", "fig")) or "to_csv" in line:
        return line
    return f"shown = {line}\nrepr(shown), getattr(shown, '_repr_html_', str)()"


def cold_seconds(template: Path, engine: str) -> float:
    """Return the seconds of one notebook in a new process, from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        jobs = [(str(template), f"{scratch}/out.ipynb", {"seed": 1})]
        code = f"from kit.execution import execute_many\nexecute_many({jobs!r}, engine={engine!r})"
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=scratch)
        return time.perf_counter() - started


def floor_seconds(count: int) -> float:
    """Return the seconds of the same work in one plain script, its start and imports left out."""
    work = "\n".join("    " + shown(line).replace("\n", "\n    ") for line in WORK)
    code = f"import matplotlib; matplotlib.use('agg')\n{FLOOR.format(imports=IMPORTS, work=work)}"
    spent = []
    for seeds in ((0,), range(count + 1)):
        with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
            started = time.perf_counter()
            command = [sys.executable, "-c", code, *map(str, seeds)]
            subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
            spent.append(time.perf_counter() - started)
    return spent[1] - spent[0]


def main() -> None:
    """Measure, and print each figure beside its baseline."""
    plain_counts = {1: 1, 20: 6} if "--quick" in sys.argv else {1: 1, 20: 20, 50: 50}
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        template = notebook(Path(folder))
        engine_seconds(template, "plain", 1, 1)  # compiled files, fonts and the like
        cold = {
            engine: statistics.median(cold_seconds(template, engine) for _ in range(3))
            for engine in ("plain", "kit")
        }
        alone: dict[int, float] = {}
        for jobs in (1, 2):
            for count, measured in plain_counts.items():
                plain = engine_seconds(template, "plain", measured, jobs) * count / measured
                alone.setdefault(count, plain)
                close_shared_pool()
                started = engine_seconds(template, "kit", count, jobs)
                steady = engine_seconds(template, "kit", count, jobs)
                figures[f"{count} notebook(s), {jobs} worker(s)"] = {
                    "plain_s": round(plain, 2),
                    "plain_measured_on": measured,
                    "kit_start_included_s": round(started, 2),
                    "kit_warm_s": round(steady, 2),
                    "ratio_start_included": round(plain / started, 2),
                    "ratio_warm": round(plain / steady, 2),
                    "ratio_start_included_to_plain_with_1_worker": round(alone[count] / started, 2),
                }
        floor = floor_seconds(20) / 20
        warm = engine_seconds(template, "kit", 20, 1) / 20
    figures["floor"] = {
        "script_s_per_notebook": round(floor, 4),
        "kit_warm_s_per_notebook": round(warm, 4),
        "ratio_to_floor": round(warm / floor, 2),
    }
    figures["one notebook, cold"] = {
        "plain_s": round(cold["plain"], 2), "kit_s": round(cold["kit"], 2),
        "ratio": round(cold["plain"] / cold["kit"], 2),
    }  # fmt: skip
    report("engine", figures)


if __name__ == "__main__":
    main()
