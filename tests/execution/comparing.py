"""Comparing executed notebooks: what two executions of the same cells may differ in, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_TIMES = ("start_time", "end_time", "duration")
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"/tmp/ipykernel_\d+/\d+\.py", "CELL"),  # a cell's file is named after its process
    (r"0x[0-9a-f]{6,}", "0xADDRESS"),
    (r"<dc:date>[^<]*</dc:date>", "DATE"),
)
_ID = re.compile(r"[0-9a-f]{32}")
_WIDGETS = "application/vnd.jupyter.widget-state+json"


def comparable(path: Path) -> list[dict[str, Any]]:
    """Return the cells of an executed notebook and its metadata, without times, processes and random ids."""
    text = path.read_text("utf-8")
    for pattern, name in _PATTERNS:
        text = re.sub(pattern, name, text)
    notebook = _named(json.loads(text))
    papermill = notebook["metadata"]["papermill"]
    for name in (*_TIMES, "output_path", "input_path"):
        papermill.pop(name, None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        for name in _TIMES:
            cell["metadata"].get("papermill", {}).pop(name, None)
        cell["outputs"] = _joined(cell.get("outputs", []))
        if {"injected-parameters", "papermill-error-cell-tag"} & {*cell["metadata"].get("tags", [])}:
            del cell["id"]
    return [*notebook["cells"], notebook["metadata"]]


def _named(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook whose random ids are hidden and whose widgets stand in the order of what they say."""
    hidden: dict[str, Any] = json.loads(_ID.sub("ID", json.dumps(notebook)))
    widgets = notebook["metadata"].get("widgets", {}).get(_WIDGETS)
    if widgets:
        said = (_ID.sub("ID", json.dumps(state, sort_keys=True)) for state in widgets["state"].values())
        hidden["metadata"]["widgets"] = sorted(said)
    return hidden


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the pieces of a stream, cut by the clock, and put standard output before error between displays."""
    done: list[dict[str, Any]] = []
    streams: dict[str, dict[str, Any]] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            done += [streams[name] for name in sorted(streams, reverse=True)]
            streams = {}
            done.append(output)
            continue
        text = "".join(output["text"])
        held = streams.setdefault(output["name"], {**output, "text": ""})
        held["text"] += text
    return [*done, *(streams[name] for name in sorted(streams, reverse=True))]


def differences(one: Path, other: Path) -> list[tuple[str, Any, Any]]:
    """Return the cells that differ: their source, and what each says."""
    found = []
    first, second = comparable(one), comparable(other)
    if len(first) != len(second):
        return [("number of cells", len(first), len(second))]
    for mine, theirs in zip(first, second, strict=True):
        if mine != theirs:
            found.append(("".join(mine.get("source", "metadata")), mine, theirs))
    return found
