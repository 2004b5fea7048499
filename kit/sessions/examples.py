"""The session shown as an example: its épreuves in one place, and how its files are written.

`kit session new` and the demo write the same files with other people and dates. The explanations they carry
are labels of `kit.messages`.
"""

from __future__ import annotations

import os
import secrets as randomness
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kit.environment import environment
from kit.errors import AuthorError, Place
from kit.messages import label
from kit.sessions.files import CONFIG, RESTRICTED
from kit.sessions.model import Mode, Row
from kit.sessions.seeds import create_secret
from kit.writing import PRIVATE, csv_text, write_text

GITIGNORE = ".gitignore"
IGNORED = (
    "secret.key", "attribution.csv", "tirages.csv", "amenagements.yaml", "pv.json", "notes/", "documents/",
    ".documents-*", "statistiques/", "build/", ".build*", ".cache/", "echecs/", "mis-de-cote/", ".session-*",
    ".kit-*",
)  # fmt: skip
"""What holds a secret or an answer: the files of an exam, those of cases that failed, and unfinished writings."""


@dataclass(frozen=True, slots=True)
class ExamplePart:
    """A part of an épreuve of the example; `day` counts from the first day of the session."""

    id: str
    mode: Mode
    day: int
    start: str = "09:00"
    duration: str | None = None
    slot: str | None = None
    anonymous: bool = False

    def lines(self, first: date) -> list[str]:
        """Return the part as YAML."""
        day = first + timedelta(days=self.day)
        moment = f"{day.isoformat()}T{self.start}"
        values = {
            "id": self.id,
            "mode": self.mode,
            **(
                {"deadline": f'"{moment}"'}
                if self.mode == "depot"
                else {"date": day, "start": f'"{self.start}"'}
            ),
            **({"duration": self.duration} if self.duration else {}),
            **({"slot": self.slot} if self.slot else {}),
            "anonymous": str(self.anonymous).lower(),
        }
        return [f"{'- ' if name == 'id' else '  '}{name}: {value}" for name, value in values.items()]


@dataclass(frozen=True, slots=True)
class ExampleEpreuve:
    """An épreuve of the example, with its template."""

    id: str
    template: str
    parts: tuple[ExamplePart, ...]
    variants: int = 2
    grouped: bool = False


EXAMPLE_EPREUVES: tuple[ExampleEpreuve, ...] = (
    ExampleEpreuve(
        "E1", "e1-etude-de-marche",
        (
            ExamplePart("dossier", "depot", 9, start="18:00"),
            ExamplePart("synthese", "surveille", 10, start="14:00", duration="2h00", anonymous=True),
        ),
        variants=1, grouped=True,
    ),
    ExampleEpreuve(
        "E2", "e2-recommandations-strategiques",
        (ExamplePart("ecrit", "surveille", 0, duration="4h00", anonymous=True),),
    ),
    ExampleEpreuve(
        "E3", "e3-plan-action",
        (ExamplePart("ecrit", "surveille", 1, duration="4h00", anonymous=True),),
    ),
    ExampleEpreuve(
        "E4", "e4-cahier-des-charges",
        (ExamplePart("ecrit", "surveille", 2, duration="3h00", anonymous=True),),
        variants=1,
    ),
    ExampleEpreuve(
        "E5", "e5-pilotage-action",
        (
            ExamplePart("dossier", "surveille", 14, duration="3h30"),
            ExamplePart("conduite", "oral", 14, start="13:30", slot="25"),
            ExamplePart("rapport", "surveille", 14, start="15:00", duration="1h30", anonymous=True),
        ),
        variants=1, grouped=True,
    ),
    ExampleEpreuve(
        "E6", "e6-plan-prospection",
        (
            ExamplePart("plan", "surveille", 15, duration="4h30"),
            ExamplePart("cadrage", "surveille", 16, duration="2h30", anonymous=True),
        ),
        variants=1, grouped=True,
    ),
    ExampleEpreuve(
        "E7", "e7-negociation-commerciale",
        (
            ExamplePart("proposition", "surveille", 3, duration="2h30", anonymous=True),
            ExamplePart("entretien", "oral", 4, slot="30"),
        ),
        variants=1, grouped=True,
    ),
    ExampleEpreuve(
        "E8", "e8-communication-commerciale",
        (ExamplePart("production", "surveille", 7, duration="4h00", anonymous=True),),
        variants=1,
    ),
    ExampleEpreuve(
        "E9", "e9-relation-client-reputation",
        (ExamplePart("dossier", "surveille", 17, duration="4h00"),),
        variants=1, grouped=True,
    ),
    ExampleEpreuve(
        "E10", "e10-anglais-commercial",
        (
            ExamplePart("ecrit", "surveille", 2, start="14:00", duration="2h00", anonymous=True),
            ExamplePart("oral", "oral", 8, slot="30"),
        ),
        variants=1,
    ),
)  # fmt: skip
"""The épreuves of the example and of the demo: the one list to lengthen when a template is added."""


GROUP_SIZE = 3


def groups(candidates: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the groups of the épreuves sat in groups: three candidates each, in the order given."""
    return [
        (epreuve.id, f"G{rank // GROUP_SIZE + 1}", candidate)
        for epreuve in EXAMPLE_EPREUVES
        if epreuve.grouped
        for rank, candidate in enumerate(candidates)
    ]


def session_text(
    session_id: str, centre: str, referentiel: str, first: date, *, demo: bool, mock: bool = False
) -> str:
    """Return `session.yaml` of the example, with its explanations."""
    lines = [
        *comment("session.example.session"),
        f'id: "{session_id}"',
        f'centre: "{centre}"',
        "timezone: Europe/Paris",
        f"referentiel: {referentiel}",
        *comment("session.example.reglement"),
        f"demo: {str(demo).lower()}",
        *(["mock: true"] if mock else []),
        "",
        *comment("session.example.epreuves"),
        "epreuves:",
    ]
    for epreuve in EXAMPLE_EPREUVES:
        body = [
            f"template: {epreuve.template}",
            "versions: [principal]",
            f"variants: {epreuve.variants}",
            "parts:",
        ]
        body += [f"  {line}" for part in epreuve.parts for line in part.lines(first)]
        lines += [f"  {epreuve.id}:", *(f"    {line}" for line in body)]
    return "\n".join([*lines, ""])


def table_text(model: type[Row], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file of the example: its explanations as comments, its titles, its rows."""
    name = model.file.removesuffix(".csv")
    return "\n".join(comment(f"session.example.{name}")) + "\n" + csv_text(model.columns(), rows)


def comment(code: str) -> list[str]:
    """Return a label as comment lines, for YAML as for CSV."""
    return [f"# {line}".rstrip() for line in label(code).splitlines()]


def gitignore_text() -> str:
    """Return what keeps a session's secrets out of a git repository."""
    return "\n".join([*comment("session.example.gitignore"), *IGNORED, ""])


def create_folder(folder: Path, texts: Mapping[str, str], secret: bytes | None = None) -> None:
    """Make `folder` whole: all its files and its secret, or nothing.

    Args:
        folder: the folder; it may exist when it is empty.
        texts: the files by name.
        secret: the secret to write (default: a new random one).

    Raises:
        EnvironmentFault: the disk or the rights refuse.
    """
    there = folder.exists()
    staging = (folder if there else folder.absolute().parent) / f".session-{randomness.token_hex(4)}"
    try:
        with environment(folder):
            staging.mkdir(parents=True)
            write_files(staging, texts)
            create_secret(staging, secret)
            if there:
                _move_all(staging, folder)
            else:
                staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_all(staging: Path, folder: Path) -> None:
    """Move the files of `staging` up; the folder itself may be the current one, or a disk's, and must stay."""
    moved: list[Path] = []
    try:
        for file in sorted(staging.iterdir(), key=lambda path: (path.name == CONFIG, path.name)):
            moved.append(file.rename(folder / file.name))  # noqa: PERF401 - what was moved counts if one fails
    except OSError:
        for file in moved:
            file.unlink()
        raise


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files by name, `session.yaml` last: where it is, the others are."""
    for name in sorted(texts, key=lambda name: (name == CONFIG, name)):
        write_text(folder / name, texts[name], *([PRIVATE] if name in RESTRICTED else []))


def refuse_file(folder: Path) -> None:
    """Refuse what exists and is no folder.

    Raises:
        AuthorError: it is a file, or a link that leads nowhere.
        EnvironmentFault: the rights or the path itself do not let it be looked at.
    """
    with environment(folder):
        if os.path.lexists(folder) and not folder.is_dir():
            raise AuthorError.of("session.folder.not_folder", Place(str(folder)))


def is_empty(folder: Path) -> bool:
    """Tell whether a folder is absent or holds nothing.

    Raises:
        EnvironmentFault: the rights or the path itself do not let it be looked at.
    """
    with environment(folder):
        return not folder.exists() or (folder.is_dir() and not os.listdir(folder))  # noqa: PTH208 - a list is enough
