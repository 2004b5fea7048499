"""Words that speak of somebody's health or disability, which no record of an examination may hold.

A list cannot know them all, and some have other meanings: what is found is shown to whoever wrote it.
"""

from __future__ import annotations

import re
import unicodedata

_STEMS = (
    r"handicap\w*", r"invalid(?:e|es|ite)", r"maladies?", r"malades?", r"medic(?:al|ale|aux|aments?)", r"medecins?",
    r"hospitalis\w*", r"hopita(?:l|ux)", r"diagnosti\w*", r"patholog\w*", r"symptom\w*", r"traumati\w*",
    r"dys(?:lexi|praxi|orthographi|calculi|phasi|graphi)\w*", r"tdah?", r"autis\w*", r"asperger",
    r"troubles? (?:dys|psy|anxieu|auditi|visue|cogniti|du langage|de l.attention|de l.apprentissage)\w*",
    r"depressi(?:f|fs|ve|ves|on)", r"epilep\w*", r"diabet\w*", r"cancer\w*", r"surdite", r"malentendant\w*",
    r"malvoyant\w*", r"aveugles?", r"cecite", r"fauteuil roulant", r"grossesse", r"enceinte",
    r"rqth", r"mdph", r"cdaph", r"tiers[ -]temps", r"amenagements? d.epreuves?",
)  # fmt: skip
_WORDS = re.compile(rf"\b(?:{'|'.join(_STEMS)})\b")


def health_words(text: str) -> list[str]:
    """Return the words of a text that speak of health or disability, each once, without accents.

    >>> health_words("DEC-17, dyslexie attestée par un médecin"), health_words("maladresse d'expression")
    (['dyslexie', 'medecin'], [])
    """
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return list(dict.fromkeys(_WORDS.findall(bare.casefold())))
