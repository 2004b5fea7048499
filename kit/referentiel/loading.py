"""Reading a référentiel's folder: `referentiel.yaml`, `epreuves.yaml`, `reglement.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from kit.errors import Finding, InvalidFile, KitBug, Place, UnknownCode, raise_for
from kit.package_data import shipped
from kit.reading import YamlData, load_model, nearest, read_yaml, validate
from kit.referentiel.coherence import check_epreuves, check_tree
from kit.referentiel.mapping import EpreuvesFile, Mapping
from kit.referentiel.model import Referentiel
from kit.referentiel.reglement import Reglement
from kit.referentiel.ruling import check_codes, check_rules

T = TypeVar("T", Referentiel, EpreuvesFile)

DEFAULT = "fede-marketing-commercial"


def referentiel_folders(workspace: Path | None = None) -> dict[str, Path]:
    """Return the folders of the known référentiels by slug: the workspace's first, then the shipped ones."""
    found: dict[str, Path] = {}
    roots = (
        [shipped("referentiel")] if workspace is None else [workspace / "referentiel", shipped("referentiel")]
    )
    for root in roots:
        for path in sorted(root.glob("*/referentiel.yaml")) if root.is_dir() else ():
            found.setdefault(path.parent.name, path.parent)
    return found


def find_referentiel(slug: str, workspace: Path | None = None) -> Path:
    """Return the folder of a référentiel.

    Raises:
        UnknownCode: no folder has this name.
    """
    folders = referentiel_folders(workspace)
    if slug not in folders:
        near = nearest(slug, folders) or sorted(folders)
        raise UnknownCode.of("referentiel.unknown", Place(), code=slug, near=near)
    return folders[slug]


def load_referentiel(folder: Path, mapping: str | None = None) -> Referentiel:
    """Return the référentiel of a folder, under a mapping (default: the one retained).

    Raises:
        InvalidFile: every problem of both files, with file and line.
        UnknownCode: no such mapping.
    """
    files = (folder / "referentiel.yaml", folder / "epreuves.yaml")
    return _load(folder, mapping, tuple(path.read_bytes() if path.is_file() else b"" for path in files))


@lru_cache(maxsize=8)
def _load(folder: Path, mapping: str | None, contents: tuple[bytes, ...]) -> Referentiel:
    """Return the référentiel; the same contents are read once, though each template of a session asks for it."""
    main, exams = folder / "referentiel.yaml", folder / "epreuves.yaml"
    problems: list[Finding] = []
    base, main_yaml = _read(Referentiel, main, problems)
    epreuves, exams_yaml = _read(EpreuvesFile, exams, problems)
    if base is not None:
        problems += check_tree(base, str(main), main_yaml)
        if epreuves is not None:
            problems += check_epreuves(base, epreuves, str(exams), exams_yaml)
    raise_for(problems)
    if base is None or epreuves is None:
        raise KitBug("a file without problem gave no model")
    chosen = _chosen(epreuves, mapping)
    update = {"epreuves": chosen.apply(epreuves.epreuves), "mapping": chosen.id}
    return base.model_copy(update=update)


def load_reglement(path: Path, referentiel: Referentiel | None = None) -> Reglement:
    """Return a règlement.

    Args:
        path: its file.
        referentiel: what it rules on, to hold its codes against; None when it is not known.

    Raises:
        InvalidFile: every problem of the file, with its line.
    """
    source, file = read_yaml(path), str(path)
    reglement = validate(Reglement, source, file)
    problems = [*check_rules(reglement, file, source)]
    if referentiel is not None:
        problems += check_codes(reglement, referentiel, file, source)
    raise_for(problems)
    return reglement


def mappings_of(folder: Path) -> EpreuvesFile:
    """Return the épreuves file itself, with all its mappings."""
    return load_model(EpreuvesFile, folder / "epreuves.yaml")


def _read(model: type[T], path: Path, problems: list[Finding]) -> tuple[T | None, YamlData]:
    source = YamlData(None, {})
    try:
        source = read_yaml(path)
        return validate(model, source, str(path)), source
    except InvalidFile as error:
        problems += error.findings
        return None, source


def _chosen(epreuves: EpreuvesFile, wanted: str | None) -> Mapping:
    for mapping in epreuves.mappings:
        if mapping.id == wanted or (wanted is None and mapping.retained):
            return mapping
    known = [mapping.id for mapping in epreuves.mappings]
    raise UnknownCode.of("mapping.unknown", Place(), code=wanted or "—", near=known)
