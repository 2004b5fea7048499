"""The manifest of a build: every file, for whom, with its hash, and what shaped it. It goes to no candidate."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kit.documents.speech import speaker
from kit.errors import Finding, InvalidFile, Place
from kit.reading import FrozenModel
from kit.sessions.opening import Session
from kit.sessions.production import Audience, Product
from kit.version import VERSION
from kit.writing import json_text

MANIFEST = "manifest.json"
SHAPING = (
    "typst", "fontpkg-lato", "python-docx", "xlsxwriter", "matplotlib", "pandas", "numpy", "papermill", "nbformat",
    "ipykernel", "jinja2", "markdown-it-py", "faker", "babel",
)  # fmt: skip
"""Libraries and fonts whose version can change the bytes of a document."""


class Source(FrozenModel):
    """A référentiel or règlement the build was made from."""

    slug: str
    sha256: str


class Entry(FrozenModel):
    """A file of the build. `path` is relative to `build/`, with `/` on every system."""

    path: str
    audience: Audience
    epreuve: str | None
    version: str | None
    variant: int | None
    kind: str
    format: str
    sha256: str
    bytes: int


class Manifest(FrozenModel):
    """What `build/manifest.json` holds."""

    session: str
    kit: str
    environment: dict[str, str]
    referentiel: Source
    reglement: Source
    files: tuple[Entry, ...]

    def text(self) -> str:
        """Return the manifest as JSON text."""
        return json_text(self.model_dump(mode="json"))


def entry(product: Product, epreuve: str | None, version: str | None, variant: int | None) -> Entry:
    """Return the entry of a file that was made."""
    return Entry(
        path=product.path,
        audience=product.audience,
        epreuve=epreuve,
        version=version,
        variant=variant,
        kind=product.kind,
        format=product.path.rpartition(".")[2],
        sha256=hashlib.sha256(product.content).hexdigest(),
        bytes=len(product.content),
    )


def manifest_of(session: Session, entries: Iterable[Entry]) -> Manifest:
    """Return the manifest of a session's build, files in the order of their paths."""
    folder = session.referentiel_folder
    return Manifest(
        session=session.config.id,
        kit=VERSION,
        environment=environment(),
        referentiel=Source(
            slug=session.referentiel.slug, sha256=_hash(folder / "referentiel.yaml", folder / "epreuves.yaml")
        ),
        reglement=Source(slug=session.reglement.slug, sha256=_hash(session.reglement_file)),
        files=tuple(sorted(entries, key=lambda item: item.path)),
    )


def environment() -> dict[str, str]:
    """Return the versions of Python and of the libraries and fonts that shape the output."""
    found = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for name in SHAPING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    found["espeak-ng"] = speaker()
    return found


def read_manifest(build: Path) -> Manifest | None:
    """Return the manifest of a build folder, or None when there is none.

    Raises:
        InvalidFile: it is not a manifest.
    """
    path = build / MANIFEST
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (ValueError, json.JSONDecodeError) as error:
        raise InvalidFile(Finding("build.manifest", Place(f"{build.name}/{MANIFEST}"))) from error


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
