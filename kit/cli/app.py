"""The commands, each a few lines: read the arguments, make one call, print what it returns."""

from __future__ import annotations

from kit.cli import building, cases, referentiel, sessions, watching
from kit.cli.shared import new_group

app = new_group(
    "Atelier de création d’épreuves : du référentiel à la session d’examen, puis à la correction."
)
app.add_typer(referentiel.app, name="referentiel")
app.add_typer(cases.app, name="case")
app.add_typer(sessions.app, name="session")
building.register(app)
watching.register(app)


__all__ = ["app"]
