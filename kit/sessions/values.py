"""The values a session's files hold: each reads what people write and refuses the rest with a sentence.

Every validator raises a `kit` error carrying the code of its sentence, so that nothing depends on the
English wording of the validation library, and a store's address, maybe with a password, is never repeated.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sized
from datetime import date, datetime, time
from typing import Annotated, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, SecretStr
from pydantic_core import PydanticCustomError

from kit.reading import nearest

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}
"""Names that Windows keeps for devices: a file cannot bear them, whatever its extension."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOURS = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,4})\s*(?:min|mn|minutes?)?", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})")
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_STORE = re.compile(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://", re.IGNORECASE)
_HIDDEN = re.compile(r"[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
"""Characters that show nothing and can turn a line round (Unicode Bidirectional Algorithm, UAX 9), or are none."""

_TRUE = {"oui", "o", "true", "vrai", "1", "yes", "x"}
_FALSE = {"non", "n", "false", "faux", "0", "no"}

Scalar = bool | int | float | str
T = TypeVar("T", bound=Sized)


def refuse(code: str, **fields: object) -> NoReturn:
    """Raise the validation error whose sentence is `code`.

    Raises:
        PydanticCustomError: always.
    """
    raise PydanticCustomError("kit", "kit", {"code": code, **fields})


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def is_identifier(text: str) -> bool:
    """Tell whether a text can be an id: safe in a file's name on any system, and in an address."""
    reserved = text.partition(".")[0].casefold() in _RESERVED
    return _ID.fullmatch(text) is not None and not text.endswith(".") and not reserved


def _identifier(value: object) -> str:
    if not isinstance(value, str):
        refuse("session.value.id_quotes", value=_shown(value))
    if not is_identifier(value):
        refuse("session.value.id", value=_shown(value))
    return value


def clean_text(value: str, limit: int = 200, *, many_lines: bool = False) -> str:
    """Return a text in composed form (NFC), else as typed: a name that looks like a formula stays a text.

    Raises:
        PydanticCustomError: too long, or holding a character that shows nothing or turns the line round.
    """
    if len(value) > limit:
        refuse("session.value.too_long", length=len(value), limit=limit)
    hidden = hidden_character(value, "\n\r\t" if many_lines else "")
    if hidden is not None:
        refuse("session.value.hidden", character=hidden)
    return unicodedata.normalize("NFC", value)


def hidden_character(value: str, allowed: str = "") -> str | None:
    """Return the code of the first character that shows nothing or turns the line round, None without any."""
    for character in value:
        control = unicodedata.category(character) in ("Cc", "Cs") and character not in allowed
        if control or _HIDDEN.match(character):
            return f"U+{ord(character):04X}"
    return None


def _line(value: object) -> str:
    if not isinstance(value, str):
        refuse("session.value.text", value=_shown(value))
    return clean_text(value)


def _paragraph(value: object) -> str:
    if not isinstance(value, str):
        refuse("session.value.text", value=_shown(value))
    return clean_text(value, 2000, many_lines=True)


def _digest(value: object) -> str:
    value = re.sub(r"\s", "", value) if isinstance(value, str) else value
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        refuse("session.value.digest", value=_shown(value))
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            french = _FRENCH_DATE.fullmatch(value)
            return date.fromisoformat("-".join(reversed(french.groups())) if french else value)
    except ValueError:
        pass
    refuse("session.value.date", value=_shown(value))


def _time_of_day(value: object) -> time:
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return time(int(match[1]), int(match[2]))
    refuse("session.value.time", value=_shown(value))


def _local_moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else None
    if isinstance(value, str) and len(value) > len("2026-06-15"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if moment is None:
        refuse("session.value.moment", value=_shown(value))
    if moment.tzinfo is not None:
        refuse("session.value.moment_zone", value=_shown(value))
    return moment


def minutes_of(text: str) -> int | None:
    """Return the minutes a written length of time means, or None.

    >>> minutes_of("4h00"), minutes_of("3 h 30"), minutes_of("45 min"), minutes_of("4:00"), minutes_of("x")
    (240, 210, 45, 240, None)
    """
    text = re.sub(r"\s+", " ", text.strip())
    hours = _HOURS.fullmatch(re.sub(r"\s*min$", "", text))
    if hours:
        rest = int(hours[2] or 0)
        return int(hours[1]) * 60 + rest if rest < 60 else None
    plain = _MINUTES.fullmatch(text)
    return int(plain[1]) if plain else None


def _minutes(value: object) -> int:
    if isinstance(value, str):
        value = minutes_of(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 24 * 60:
        refuse("session.value.duration")
    return value


def _zone(value: object) -> str:
    try:
        ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):
        names = sorted(available_timezones())
        near = nearest(str(value), names) or ["Europe/Paris", "Indian/Reunion", "America/Martinique"]
        refuse("session.value.timezone", value=_shown(value), near=near)
    return str(value)


def _relative_path(value: object) -> str:
    if (
        not isinstance(value, str)
        or not value
        or value.startswith(("/", "~"))
        or "\\" in value
        or ":" in value
    ):
        refuse("session.value.path", value=_shown(value))
    return clean_text(value)


def _store(value: object) -> object:
    address = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(address, str) or not _STORE.match(address):
        refuse("session.value.store")
    return address


def _scalar(value: object) -> Scalar:
    if not isinstance(value, bool | int | float | str) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        refuse("session.value.scalar", value=_shown(value))
    return value


def _yes_no(value: object) -> object:
    word = value.casefold() if isinstance(value, str) else value
    if isinstance(word, bool):
        return word
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    refuse("session.value.yes_no", value=_shown(value))


def _counting(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        refuse("session.value.count", value=_shown(value))
    return value


def folded(text: str) -> str:
    """Return `text` without case, accents or separators: what two writings of a word share.

    >>> folded("Président du jury"), folded("président_du-jury")
    ('president du jury', 'president du jury')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", " ", plain).strip()


_ROLE_WORDS = {
    "correcteur": ("correctrice", "evaluateur", "evaluatrice"),
    "examinateur": ("examinatrice", "interrogateur", "interrogatrice"),
    "jury_president": (
        "president",
        "presidente",
        "president du jury",
        "presidente du jury",
        "president jury",
    ),
    "jury_membre": ("jury", "membre", "membre du jury", "membre jury", "jure", "juree"),
    "formateur": ("formatrice", "enseignant", "enseignante"),
    "surveillant": ("surveillante",),
    "responsable": ("responsable d’examens", "responsable d'examens", "responsable examens"),
    "recuse": ("recusee", "conflit d’interets", "conflit d'interets"),
    "referent_handicap": ("referente handicap", "referent", "referente"),
}
ROLES = tuple(_ROLE_WORDS)
_ROLE_OF = {folded(word): role for role, words in _ROLE_WORDS.items() for word in (role, *words)}


def _role(value: object) -> object:
    role = _ROLE_OF.get(folded(value)) if isinstance(value, str) else None
    if role is None:
        refuse("session.value.role", value=_shown(value), roles=ROLES)
    return role


_ROUTE_WORDS = {
    "formation": ("formation initiale", "formation continue", "initiale", "continue"),
    "apprentissage": (
        "alternance",
        "apprenti",
        "apprentie",
        "contrat d'apprentissage",
        "contrat d’apprentissage",
    ),
    "contrat_pro": ("contrat de professionnalisation", "professionnalisation"),
    "candidat_libre": ("libre", "candidate libre", "individuel", "candidature individuelle"),
    "vae": (),
}
ROUTES = tuple(_ROUTE_WORDS)
_ROUTE_OF = {folded(word): route for route, words in _ROUTE_WORDS.items() for word in (route, *words)}


def route_of(text: str) -> str | None:
    """Return the voie d’accès a word means, or None when it is not one we know."""
    return _ROUTE_OF.get(folded(text))


Identifier = Annotated[str, BeforeValidator(_identifier)]
Line = Annotated[str, BeforeValidator(_line), Field(min_length=1)]
Paragraph = Annotated[str, BeforeValidator(_paragraph)]
Day = Annotated[date, BeforeValidator(_day)]
Digest = Annotated[str, BeforeValidator(_digest)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
LocalMoment = Annotated[datetime, BeforeValidator(_local_moment)]
Minutes = Annotated[int, BeforeValidator(_minutes)]
Zone = Annotated[str, BeforeValidator(_zone)]
RelativePath = Annotated[str, BeforeValidator(_relative_path)]
StoreAddress = Annotated[SecretStr, BeforeValidator(_store)]
Fixed = Annotated[Scalar, PlainValidator(_scalar)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Counting = Annotated[int, BeforeValidator(_counting)]
RoleWord = BeforeValidator(_role)


def sole(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return `values` when none is repeated.

    Raises:
        PydanticCustomError: one of them is written twice.
    """
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        refuse("session.value.twice", values=twice)
    return values


def filled(values: T) -> T:
    """Return `values` when there is at least one.

    A length constraint of the validation library also complains when the only item is wrong, which would tell
    the same problem twice.

    Raises:
        PydanticCustomError: there is none.
    """
    if not values:
        refuse("session.value.none")
    return values


Sole = AfterValidator(sole)
Filled = AfterValidator(filled)
