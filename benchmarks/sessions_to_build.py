"""Sessions of any size for the benchmarks: the demonstration's first épreuve, with as many variants as asked."""

from __future__ import annotations

import re
from pathlib import Path

from kit.sessions.demo import demo_session


def session_of(folder: Path, variants: int) -> Path:
    """Return the folder of a session with one épreuve, one version and this many variants."""
    made = demo_session(folder)
    config = made / "session.yaml"
    head, *epreuves = re.split(r"(?m)^  (?=E\d+:)", config.read_text("utf-8"))
    first = re.sub(r"variants: \d+", f"variants: {variants}", epreuves[0])
    config.write_text(f"{head}  {first}", "utf-8")
    names = [epreuve.partition(":")[0] for epreuve in epreuves[1:]]
    of_others = re.compile(rf"(^|,)({'|'.join(names)})(,|$)")
    for rows in made.glob("*.csv"):
        lines = rows.read_text("utf-8").splitlines()
        kept = [line for line in lines if line.startswith("#") or not of_others.search(line)]
        rows.write_text("\n".join(kept) + "\n", "utf-8")
    return made
