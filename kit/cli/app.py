"""The commands, each a few lines: read the arguments, make one call, print what it returns."""

from __future__ import annotations

from kit.cli import (
    acts,
    apps,
    building,
    cases,
    coverage,
    exports,
    jury,
    marks,
    practice,
    practice_class,
    practice_data,
    referentiel,
    results,
    scoring,
    sessions,
    stress,
    watching,
)
from kit.cli.shared import new_group
from kit.messages import label

app = new_group(
    "Atelier de création d’épreuves : du référentiel à la session d’examen, puis à la correction.",
    label("cli.exit_codes"),
)
app.add_typer(referentiel.app, name="referentiel")
app.add_typer(cases.app, name="case")
app.add_typer(sessions.app, name="session")
app.add_typer(marks.app, name="marks")
app.add_typer(jury.app, name="jury")
app.add_typer(exports.app, name="export")
app.add_typer(apps.app, name="app")
app.add_typer(practice.app, name="practice")
building.register(app)
stress.register(cases.app)
coverage.register(referentiel.app)
acts.register(cases.app, sessions.app)
watching.register(app)
practice_class.register(practice.app)
practice_data.register(practice.app)
scoring.register(app)
results.register(app)


__all__ = ["app"]
