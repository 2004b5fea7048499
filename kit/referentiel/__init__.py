"""The référentiel is data: what is assessed, where (épreuves), and how much is enough (règlement)."""

from kit.referentiel.loading import (
    DEFAULT,
    find_referentiel,
    load_referentiel,
    load_reglement,
    mappings_of,
    referentiel_folders,
)
from kit.referentiel.model import (
    Activity,
    Bloc,
    Competence,
    Criterion,
    Epreuve,
    Link,
    Part,
    Referentiel,
    Task,
    natural_key,
)
from kit.referentiel.plain_words import PlainWords, load_plain_words
from kit.referentiel.reglement import Level, Reglement, Scale, exact_text, parse_exact
from kit.referentiel.source import verify

__all__ = [
    "DEFAULT", "Activity", "Bloc", "Competence", "Criterion", "Epreuve", "Level", "Link", "Part", "PlainWords",
    "Referentiel", "Reglement", "Scale", "Task", "exact_text", "find_referentiel", "load_plain_words",
    "load_referentiel", "load_reglement", "mappings_of", "natural_key", "parse_exact", "referentiel_folders", "verify",
]  # fmt: skip
