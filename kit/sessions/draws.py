"""What is drawn for a variant: how many times (tirages.csv), and the parameters its subject is built with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.reading import nearest
from kit.sessions.files import write_table
from kit.sessions.model import VERSIONS, Draw, Version
from kit.sessions.seeds import order_of
from kit.sessions.values import Scalar


@dataclass(frozen=True, slots=True)
class Sitting:
    """What a subject is drawn for.

    Attributes:
        session: the session's id.
        epreuve: the épreuve's id.
        rank: the épreuve's place in its référentiel, from 0.
        versions: the versions the session gives of this épreuve.
        version: the version wanted.
        variant: the variant wanted, from 1.
    """

    session: str
    epreuve: str
    rank: int
    versions: Sequence[Version]
    version: Version
    variant: int


def write_draws(root: Path, draws: Iterable[Draw]) -> None:
    """Write tirages.csv, sorted, readable by its owner alone."""
    write_table(
        root, Draw, sorted(draws, key=lambda row: (row.epreuve, VERSIONS.index(row.version), row.variant))
    )


def draw_of(draws: Iterable[Draw], epreuve: str, version: Version, variant: int) -> int:
    """Return how many times a variant was drawn: 1 unless a row says more."""
    wanted = (epreuve, version, variant)
    return max((row.draw for row in draws if (row.epreuve, row.version, row.variant) == wanted), default=1)


def drawn_again(draws: Iterable[Draw], epreuve: str, version: Version, variant: int) -> tuple[Draw, ...]:
    """Return the draws with one more for a variant, after the register refused the last."""
    rows = tuple(draws)
    again = Draw(
        epreuve=epreuve, version=version, variant=variant, draw=draw_of(rows, epreuve, version, variant) + 1
    )
    wanted = (epreuve, version, variant)
    kept = (row for row in rows if (row.epreuve, row.version, row.variant) != wanted)
    return (*kept, again)


def fixed_findings(
    choices: Mapping[str, Sequence[Scalar]],
    fixed: Mapping[str, Scalar],
    where: Place = Place(),  # noqa: B008 - frozen
) -> list[Finding]:
    """Return one finding per fixed parameter that the template does not have, or not with this value.

    Args:
        choices: the values the template allows, by parameter; none listed means any value.
        fixed: what the session fixes.
        where: where the session says so.
    """
    findings = []
    for name, value in fixed.items():
        if name not in choices:
            near = nearest(name, choices) or sorted(choices) or ["—"]
            findings.append(Finding("session.parameter.unknown", where, {"name": name, "near": near}))
        elif choices[name] and _same(choices[name], value) is None:
            fields = {"name": name, "value": _written(value), "choices": [_written(v) for v in choices[name]]}
            findings.append(Finding("session.parameter.choice", where, fields))
    return findings


def parameters_for(
    choices: Mapping[str, Sequence[Scalar]], fixed: Mapping[str, Scalar], secret: bytes, sitting: Sitting
) -> dict[str, Scalar]:
    """Return the parameters of a variant, by name, in the order of `choices`.

    What the session fixes stands. A listed value (the firm's sector, the order it gives) comes from the version's
    own share of a drawn order, so that two versions never share one as long as there are as many values as
    versions, and so that the first subjects of neighbouring épreuves do not share a sector either: a candidate
    sits several. Variants take each combination of values in turn. A parameter without listed values appears only
    when it is fixed.

    Args:
        choices: the values the template allows, by parameter; none listed means any value.
        fixed: what the session fixes for this épreuve.
        secret: the session's secret.
        sitting: what the subject is for.

    Raises:
        InvalidFile: a fixed parameter is unknown, or has a value the template does not allow.
    """
    raise_for(fixed_findings(choices, fixed), InvalidFile)
    drawn: dict[str, Scalar] = {}
    turn = sitting.variant - 1
    for name, values in choices.items():
        if name in fixed:
            allowed = _same(values, fixed[name])
            drawn[name] = fixed[name] if allowed is None else allowed
        elif values:
            share = _share(values, secret, name, sitting)
            turn, place = divmod(turn, len(share))
            drawn[name] = share[place]
    return drawn


def _share(values: Sequence[Scalar], secret: bytes, name: str, sitting: Sitting) -> list[Scalar]:
    """Return the values of one version: every third of the session's order, begun further for each épreuve.

    With enough values each of the three possible versions has its share, whichever the session lists, so that
    adding a rattrapage later leaves the principal as it was.
    """
    by_text = {_written(value): value for value in values}
    order = order_of(secret, "parameter", sitting.session, name, items=tuple(by_text))
    start = sitting.rank % len(order)
    order = (*order[start:], *order[:start])
    sharing = (
        VERSIONS
        if len(order) >= len(VERSIONS)
        else tuple(v for v in VERSIONS if v in (*sitting.versions, sitting.version))
    )
    place = sharing.index(sitting.version)
    return [by_text[text] for text in order[place % len(order) :: len(sharing)]]


def _same(values: Sequence[Scalar], value: Scalar) -> Scalar | None:
    return next((known for known in values if _written(known) == _written(value)), None)


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
