"""All files of a variant, beside the classic tool chain doing less: one office program's worth of libraries each.

The classic chain, for one variant: papermill with its own engine; nbconvert to HTML and Chromium's printing to PDF,
once for the subject and once for the corrigé (that is what its `webpdf` does, with a browser it would download);
python-docx for the subject's text; openpyxl for the tables. Ours makes three tagged PDF, DOCX, two workbooks, the
annexes as CSV and the grid's notebook. Run: `python benchmarks/whole_job.py [--json] [--quick]`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

from measuring import report, timed
from sessions_to_build import session_of

from kit.cases import select_forms
from kit.execution.pool import close_shared_pool
from kit.sessions.build import build_session
from kit.sessions.opening import open_session
from kit.sessions.seeds import obtain_secret
from kit.sessions.variants import Variant, session_variants
from kit.writing import json_text


def classic(variant: Variant, folder: Path) -> None:
    """Make a variant's files with papermill, nbconvert, Chromium, python-docx and openpyxl."""
    import papermill

    prepared, executed = folder / "prepared.ipynb", folder / "executed.ipynb"
    prepared.write_text(json_text(select_forms(variant.template, variant.drawn.forms)), "utf-8")
    parameters = {**variant.drawn.parameters, "seed": variant.drawn.seed}
    place = str(variant.template.path.parent)
    papermill.execute_notebook(str(prepared), str(executed), parameters, progress_bar=False, cwd=place)
    for name, options in (("sujet", ["--no-input"]), ("corrige", [])):
        to_html = ["-m", "nbconvert", "--to", "html", *options, "--output", name, str(executed)]
        subprocess.run([sys.executable, *to_html], check=True, capture_output=True)
        html, pdf = folder / f"{name}.html", folder / f"{name}.pdf"
        browser = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--print-to-pdf={pdf}",
            html.as_uri(),
        ]
        subprocess.run(browser, check=True, capture_output=True)
        if not pdf.stat().st_size:
            raise SystemExit("Chromium printed nothing")
    office(executed, folder)


def office(executed: Path, folder: Path) -> None:
    """Write the executed notebook's text as DOCX and its tables as XLSX."""
    import docx
    import nbformat
    import openpyxl
    import pandas as pd

    document, workbook = docx.Document(), openpyxl.Workbook()
    for cell in nbformat.read(executed, as_version=4).cells:
        for output in cell.get("outputs", []):
            for line in output.get("data", {}).get("text/markdown", "").splitlines():
                document.add_paragraph(line)
            html = output.get("data", {}).get("text/html", "")
            for table in pd.read_html(StringIO(html)) if "<table" in html else []:
                sheet = workbook.create_sheet()
                for row in table.itertuples(index=False):
                    sheet.append([str(value) for value in row])
    document.save(str(folder / "sujet.docx"))
    workbook.save(folder / "annexes.xlsx")


def classic_seconds(folder: Path, variants: int) -> float:
    """Return the seconds a variant takes with the classic chain."""
    session = open_session(folder)
    drawn = session_variants(session, obtain_secret(folder, demo=True))[:variants]
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        spent = 0.0
        for variant in drawn:
            own = Path(scratch) / variant.drawn.code
            own.mkdir()
            spent += timed(lambda variant=variant, own=own: classic(variant, own))  # type: ignore[misc]
    return spent / len(drawn)


def main() -> None:
    """Measure a variant with the classic chain, and with the kit on one and two workers, start included."""
    quick = "--quick" in sys.argv
    variants, sample = (4, 1) if quick else (50, 5)
    if shutil.which("chromium") is None:
        raise SystemExit("chromium is needed")
    figures: dict[str, Any] = {"variants": variants, "classic_measured_on": sample}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as scratch:
        folder = session_of(Path(scratch) / "session", variants)
        classic_seconds(folder, 1)
        chain = classic_seconds(folder, sample)
        figures["classic_s_per_variant"] = round(chain, 2)
        for jobs in (1, 2):
            close_shared_pool()
            spent = timed(lambda jobs=jobs: build_session(folder, jobs=jobs, cache=False))  # type: ignore[misc]
            figures[f"{jobs} worker(s)"] = {
                "kit_s_per_variant": round(spent / variants, 3),
                "ratio": round(chain * variants / spent, 1),
            }
    report("whole job", figures)


if __name__ == "__main__":
    main()
