"""The report of a stress run as one HTML page that needs nothing else: figures, failures, a small chart an answer."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import Any

from kit.authoring.stress import Spread, Stress
from kit.french import counted, number
from kit.messages import label, sentence

_PAGE = "stress_report.html"


def stress_page(done: Stress) -> str:
    """Return the report as HTML."""
    from jinja2 import Environment

    page = Environment(autoescape=True).from_string(_template())
    return page.render(
        title=label("stress.title", template=done.template, epreuve=done.epreuve),
        summary=summary(done),
        words={name: label(f"stress.{name}") for name in _WORDS},
        failures=[
            (trial.seed, str(finding.where), finding.message)
            for trial in done.failures
            for finding in trial.findings
        ],
        duplicates=[", ".join(str(seed) for seed in seeds) for seeds in done.duplicates],
        drawn=_drawn(done),
        answers=[_answer(key, spread) for key, spread in done.answers.items()],
    )


def _template() -> str:
    return files(__package__).joinpath(_PAGE).read_text("utf-8")


_WORDS = (
    "failures", "seed", "where", "error", "none", "duplicates", "drawn", "parameter", "value", "times", "answers",
)  # fmt: skip


def summary(done: Stress) -> str:
    """Return the sentence that sums a run up."""
    pages = done.pages("subject")
    return sentence(
        "stress.summary",
        seeds=counted(len(done.trials), "graine"),
        seconds=number(round(done.seconds, 1)),
        failures=counted(len(done.failures), "échec"),
        duplicates=counted(len(done.duplicates), "doublon"),
        answers=counted(len(done.answers), "réponse chiffrée", "réponses chiffrées"),
        pages=label("stress.pages", low=pages["min"], high=pages["max"])
        if pages
        else label("stress.no_pages"),
    )


def _drawn(done: Stress) -> list[tuple[str, str, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for trial in done.trials:
        counts[label("stress.pool"), trial.pool] += 1
        counts.update((f"{label('stress.form')} {name}", form) for name, form in trial.forms.items())
        counts.update((name, str(value)) for name, value in trial.parameters.items())
    return [(name, value, times) for (name, value), times in sorted(counts.items())]


def _answer(key: str, spread: Spread) -> dict[str, Any]:
    low, median, high = (_shown(value, spread.unit) for value in (spread.low, spread.median, spread.high))
    words = label("stress.range", low=low, median=median, high=high)
    return {"key": key, "label": spread.label, "chart": _chart(spread, words), "range": words}


def _shown(value: Any, unit: str) -> str:
    shown = number(round(float(value), 2))
    return f"{shown} {unit}".strip()


def _chart(spread: Spread, words: str) -> str:
    """Return a histogram as SVG, with the text that replaces it."""
    from markupsafe import escape

    from kit.cases.charts import histogram
    from kit.cases.contents import svg_of

    svg = svg_of(histogram([float(value) for value in spread.values]))
    start = svg.index("<svg") + len("<svg")
    return f'<svg role="img" aria-label="{escape(words)}"{svg[start:]}'
