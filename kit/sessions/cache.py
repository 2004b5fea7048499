"""What has been made stays made: the files of a variant, kept under a hash of everything they depend on.

It holds answers: it lies in the session's `.cache/`, readable by its owner alone, and goes into no pack.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import kit
from kit.errors import EnvironmentFault
from kit.reading import FrozenModel
from kit.sessions.manifest import environment
from kit.sessions.production import Making, Product
from kit.writing import json_text, write_bytes

KEPT = "produits"
_INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of finished variants, one folder a hash."""

    folder: Path

    def find(self, key: str) -> tuple[Product, ...] | None:
        """Return the files kept under a hash, or None; a damaged entry counts as none."""
        entry = self.folder / key
        try:
            rows = json.loads((entry / _INDEX).read_text("utf-8"))
            found = []
            for number, row in enumerate(rows):
                content = (entry / str(number)).read_bytes()
                if hashlib.sha256(content).hexdigest() != row.pop("sha256"):
                    return None
                found.append(Product(content=content, **row))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return tuple(found)

    def keep(self, key: str, products: Iterable[Product]) -> None:
        """Keep files under a hash, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.parent.chmod(0o700)
        making = Path(tempfile.mkdtemp(prefix="en-cours-", dir=self.folder))
        try:
            rows: list[dict[str, Any]] = []
            for number, product in enumerate(products):
                digest = hashlib.sha256(product.content).hexdigest()
                rows.append(
                    {
                        "path": product.path,
                        "audience": product.audience,
                        "kind": product.kind,
                        "sha256": digest,
                    }
                )
                write_bytes(making / str(number), product.content, 0o600, durable=False)
            write_bytes(making / _INDEX, json_text(rows).encode(), 0o600, durable=False)
            shutil.rmtree(self.folder / key, ignore_errors=True)
            making.rename(self.folder / key)
        except (OSError, EnvironmentFault):
            shutil.rmtree(making, ignore_errors=True)  # a cache that cannot be written is no cache

    def forget_others(self, keys: Iterable[str]) -> None:
        """Remove what the present state of the session no longer uses, and what a killed build left."""
        used = set(keys)
        if self.folder.is_dir():
            for entry in self.folder.iterdir():
                if entry.name not in used:
                    shutil.rmtree(entry, ignore_errors=True)


def key_of(making: Making, prepared: str, engine: str) -> str:
    """Return the hash of everything a variant's files depend on.

    That is the notebook with its forms chosen, the files beside it, what was drawn, the référentiel, the
    règlement, what the session prints, the kit's own files (templates and fonts among them), the libraries, and
    the engine: whoever asks for the other one wants to see it work.
    """
    variant = making.variant
    parts = (
        prepared,
        repr(variant.drawn),
        variant.folder,
        making.session,
        _text_of(making.referentiel),
        _text_of(making.reglement),
        _text_of(variant.epreuve),
        repr(making.facts),
        _hash_of_folder(variant.template.path.parent),
        _kit_hash(),
        engine,
    )
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


_texts: dict[int, tuple[FrozenModel, str]] = {}


def _text_of(model: FrozenModel) -> str:
    """Return a value as JSON, written once: all variants of a session share the same référentiel."""
    known = _texts.get(id(model))
    if known is None or known[0] is not model:
        if len(_texts) > 100:
            _texts.clear()
        known = _texts[id(model)] = (model, model.model_dump_json())
    return known[1]


@cache
def _kit_hash() -> str:
    """Return the hash of the kit's own files and of the libraries that shape a document."""
    folder = Path(kit.__file__).parent
    return f"{_hash_of_folder(folder)} {json.dumps(environment(), sort_keys=True)}"


def _hash_of_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts:
            content = path.read_bytes()
            name = os.fsencode(str(path.relative_to(folder)))
            digest.update(b"%d %s %d " % (len(name), name, len(content)) + content)
    return digest.hexdigest()
