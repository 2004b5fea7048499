"""`kit practice`: a learner's cases, their own book of works, and what it says of their progress."""

from __future__ import annotations

from kit.cli.shared import new_group

app = new_group("S’exercer : cas d’entraînement, carnet de l’apprenant, progression.")
