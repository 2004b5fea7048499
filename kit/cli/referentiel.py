"""`kit referentiel`: look at a référentiel."""

from __future__ import annotations

from typing import Annotated

import typer

from kit.cli.output import print_json, print_table, say
from kit.cli.shared import Json, command, current_workspace, new_group
from kit.messages import label
from kit.referentiel import DEFAULT, find_referentiel, load_referentiel
from kit.referentiel.view import as_json, matrix, tree

app = new_group("Le référentiel : le lire, voir quelle épreuve évalue quel critère.")
Slug = Annotated[str, typer.Option("--referentiel", metavar="NOM", help="Référentiel à lire.")]
Mapping = Annotated[
    str | None,
    typer.Option("--mapping", metavar="NOM", help="Correspondance à appliquer au lieu de celle retenue."),
]


@command(app)
def show(json: Json = False, referentiel: Slug = DEFAULT, mapping: Mapping = None) -> None:
    """Affiche blocs, compétences, critères et épreuves."""
    found = load_referentiel(find_referentiel(referentiel, current_workspace()), mapping)
    if json:
        print_json(as_json(found))
        return
    for depth, line in tree(found):
        say(f"{'  ' * depth}{line}")


@command(app, "matrix")
def show_matrix(
    epreuve: Annotated[str | None, typer.Argument(metavar="[ÉPREUVE]", help="Limite à une épreuve.")] = None,
    json: Json = False,
    referentiel: Slug = DEFAULT,
    mapping: Mapping = None,
) -> None:
    """Montre quelles épreuves évaluent quels critères (P : principal, S : partagé)."""
    found = load_referentiel(find_referentiel(referentiel, current_workspace()), mapping)
    columns, rows = matrix(found, epreuve)
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows, label("referentiel.matrix_title", mapping=found.mapping))
