"""`kit build`: from a session's files to everything it needs, all or nothing.

The new build is made in a folder of its own, then put in the place of the old one in one act. Whatever is
killed, `build/` is the old one or the new one, complete.
"""

from __future__ import annotations

import filecmp
import functools
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kit.authoring import failure_finding
from kit.cases import select_forms, warm
from kit.documents.facts import exam_facts
from kit.errors import CaseFailed, Finding, InvalidFile, KitBug, KitError, Place
from kit.execution import Engine, Run, RunResult, execute_many
from kit.messages import label
from kit.sessions.attribution import attribute, write_attribution
from kit.sessions.cache import KEPT, Cache, key_of
from kit.sessions.draws import draw_of, write_draws
from kit.sessions.manifest import MANIFEST, SHAPING, Entry, entry, manifest_of, read_manifest
from kit.sessions.model import Draw
from kit.sessions.opening import Session, open_session
from kit.sessions.production import Making, Product, make
from kit.sessions.seeds import obtain_secret
from kit.sessions.swap import exchange, new_staging, recover, session_lock
from kit.sessions.variants import Variant, session_variants
from kit.writing import json_text, write_bytes, write_text

BUILD = "build"
CACHE = ".cache"
FAILED = "echecs"


class Progress(Protocol):
    """Told how far a build is: subjects done, out of how many, and what has just ended."""

    def __call__(self, done: int, total: int, what: str, /) -> None:
        """Take note."""


@dataclass(frozen=True, slots=True)
class Build:
    """What a build left: its session, its folder and files, how long it took, remarks, how many variants were kept."""

    session: str
    folder: Path
    files: tuple[Entry, ...]
    seconds: float
    warnings: tuple[Finding, ...]
    reused: int = 0


def build_session(
    folder: Path,
    *,
    only: Sequence[str] = (),
    jobs: int | None = None,
    workspace: Path | None = None,
    progress: Progress | None = None,
    engine: Engine = "kit",
    cache: bool = True,
    cluster: str | None = None,
) -> Build:
    """Build a session and return what was made.

    Args:
        folder: the session's folder.
        only: épreuves to build; the other épreuves keep the files of the previous build.
        jobs: notebooks executed at once (default: the number of cores).
        workspace: where a school's own référentiels and templates lie (default: found from the folder).
        progress: told of each subject done.
        engine: what executes the notebooks: `kit`, or `plain` papermill with a new kernel for each.
        cache: whether to take again, from `.cache/`, the files of variants on which nothing has changed.
        cluster: address of a Dask scheduler whose workers execute the notebooks and make the documents.

    Raises:
        InvalidFile: problems in the session's files or in the templates, all of them.
        CaseFailed: a case stopped; the failed notebooks are kept in `.cache/echecs/`.
        EnvironmentFault: the disk refuses, or another build of this session is running.
    """
    started = time.perf_counter()
    with session_lock(folder):
        recover(folder)
        session = open_session(folder, workspace)
        secret = obtain_secret(folder, demo=session.config.demo)
        variants = session_variants(session, secret, only)
        kept = _kept(folder / BUILD, {variant.epreuve.id for variant in variants}) if only else ()
        staging = new_staging(folder)
        try:
            store = Cache(folder / CACHE / KEPT) if cache else None
            how = _How(jobs or os.cpu_count() or 1, engine, store, whole=not only, cluster=cluster)
            made, reused = _make_all(session, variants, staging, how, progress)
            entries = [*made, *_copy(folder / BUILD, staging, kept)]
            _complete(staging, entries)
            write_text(staging / MANIFEST, manifest_of(session, entries).text())
            write_attribution(folder, attribute(session, secret, session.attributions))
            write_draws(folder, _draws(session, variants))
            if not _same(staging, folder / BUILD):
                exchange(staging, folder / BUILD)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    seconds = time.perf_counter() - started
    return Build(session.config.id, folder / BUILD, tuple(entries), seconds, session.warnings, reused)


def _make_all(
    session: Session, variants: Sequence[Variant], staging: Path, how: _How, progress: Progress | None
) -> tuple[list[Entry], int]:
    """Make every variant's files in the staging folder; return their entries, and how many variants were kept."""
    makings = [_making(session, variant) for variant in variants]
    texts = _prepared(variants)
    keys = [key_of(making, text, how.engine) for making, text in zip(makings, texts, strict=True)]
    kept = [
        _taken_again(how.cache, key, variant, staging) for key, variant in zip(keys, variants, strict=True)
    ]
    done = sum(found is not None for found in kept)

    def watch(result: RunResult) -> None:
        nonlocal done
        done += 1
        if result.ok:
            shutil.rmtree(result.run.output.parent, ignore_errors=True)
        if progress is not None:
            progress(done, len(variants), result.run.output.parent.name)

    if progress is not None:
        progress(done, len(variants), "")
    with tempfile.TemporaryDirectory(prefix="kit-build-") as scratch:
        todo = [number for number, found in enumerate(kept) if found is None]
        runs = [_job(makings[n], texts[n], Path(scratch), Finish(staging, how.cache, keys[n])) for n in todo]
        results = execute_many(
            runs, how.jobs, how.engine, watcher=watch, preload=_WARM, cluster=how.cluster, libraries=SHAPING
        )
        _raise_failures(session, [makings[n] for n in todo], results)
    made = {number: result.value for number, result in zip(todo, results, strict=True)}
    entries: list[Entry] = []
    for number, found in enumerate(kept):
        entries += made[number] if found is None else found
    if how.cache and how.whole:
        how.cache.forget_others(keys)
    return entries, len(variants) - len(todo)


_WARM = ("kit.sessions.build", "kit.documents.pdf", *warm.MODULES)
"""What cases and their documents need, imported once."""


@dataclass(frozen=True, slots=True)
class _How:
    """How a build is made: at how many at once, by which engine, keeping what, all épreuves or some, where."""

    jobs: int
    engine: Engine
    cache: Cache | None
    whole: bool
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """Where a variant's files go: the staging folder, and the cache under a hash."""

    staging: Path
    cache: Cache | None
    key: str


def _prepared(variants: Sequence[Variant]) -> list[str]:
    """Return each variant's notebook; those of the same forms share one text."""
    known: dict[tuple[str, str], str] = {}
    keys = [(str(variant.template.path), repr(sorted(variant.drawn.forms.items()))) for variant in variants]
    for key, variant in zip(keys, variants, strict=True):
        if key not in known:
            known[key] = json_text(select_forms(variant.template, variant.drawn.forms))
    return [known[key] for key in keys]


def _job(making: Making, text: str, scratch: Path, finish: Finish) -> Run:
    variant = making.variant
    folder = scratch / variant.drawn.code
    prepared = folder / "prepared.ipynb"
    write_text(prepared, text)
    parameters = {**variant.drawn.parameters, "seed": variant.drawn.seed}
    then = functools.partial(make, making=making)
    landing = functools.partial(_land, variant=variant, finish=finish)
    return Run(prepared, folder / "executed.ipynb", parameters, variant.template.path.parent, then, landing)


def _making(session: Session, variant: Variant) -> Making:
    first = variant.plan.parts[0]
    facts = exam_facts(
        session.referentiel,
        session.reglement,
        variant.epreuve.id,
        session=session.config.id,
        centre=session.config.centre,
        day=first.date,
        start=first.start,
        stamp=label("doc.stamp_demo") if session.config.demo else None,
    )
    return Making(variant, facts, session.referentiel, session.reglement, session.config.id)


def _land(products: Sequence[Product], variant: Variant, finish: Finish) -> list[Entry]:
    if finish.cache is not None:
        finish.cache.keep(finish.key, products)
    return [_written(product, variant, finish.staging) for product in products]


def _taken_again(cache: Cache | None, key: str, variant: Variant, staging: Path) -> list[Entry] | None:
    """Put the files kept under a hash into the staging folder, or return None."""
    products = cache.find(key) if cache else None
    return None if products is None else [_written(product, variant, staging) for product in products]


def _written(product: Product, variant: Variant, to: Path) -> Entry:
    write_bytes(
        to / product.path, product.content, durable=False
    )  # the whole folder is flushed before its exchange
    return entry(product, variant.epreuve.id, variant.version, variant.number)


def _raise_failures(session: Session, makings: Sequence[Making], results: Sequence[RunResult]) -> None:
    findings: list[Finding] = []
    for making, result in zip(makings, results, strict=True):
        if result.ok:
            continue
        if isinstance(result.error, KitError):
            findings += result.error.findings
        elif result.failure is None and result.error is not None:
            raise result.error
        else:
            findings.append(failure_finding(making.variant.template, result, session.root / CACHE / FAILED))
    if findings:
        raise CaseFailed(*findings)


def _kept(build: Path, rebuilt: set[str]) -> tuple[Entry, ...]:
    """Return the entries of the previous build that `--only` keeps.

    Raises:
        InvalidFile: a kept file is missing or is not the one that was built.
    """
    previous = read_manifest(build)
    if previous is None:
        return ()
    kept = tuple(item for item in previous.files if item.epreuve not in rebuilt)
    changed = [item.path for item in kept if _sha256(build / item.path) != item.sha256]
    if changed:
        raise InvalidFile(*(Finding("build.kept_changed", Place(f"{BUILD}/{path}")) for path in changed))
    return kept


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _copy(build: Path, staging: Path, kept: Iterable[Entry]) -> list[Entry]:
    entries = []
    for item in kept:
        write_bytes(staging / item.path, (build / item.path).read_bytes())
        entries.append(item)
    return entries


def _complete(staging: Path, entries: Sequence[Entry]) -> None:
    """Check that every file of the manifest is there, whole, before the old build gives way.

    Raises:
        KitBug: a file is missing or has another size.
    """
    wrong = [item.path for item in entries if _size(staging / item.path) != item.bytes]
    if wrong or not entries:
        raise KitBug(f"incomplete build: {wrong}")


def _same(new: Path, current: Path) -> bool:
    """Whether two folders hold the same files: then there is nothing to exchange, nor to wait for the disk for."""
    names = {path.relative_to(new) for path in new.rglob("*") if path.is_file()}
    if names != {path.relative_to(current) for path in current.rglob("*") if not path.is_dir()}:
        return False
    return all(filecmp.cmp(new / name, current / name, shallow=False) for name in names)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _draws(session: Session, variants: Sequence[Variant]) -> list[Draw]:
    """Return the rows of tirages.csv: those there were, and one for each variant just built."""
    rows = {(row.epreuve, row.version, row.variant): row for row in session.draws}
    for variant in variants:
        key = (variant.epreuve.id, variant.version, variant.number)
        draw = draw_of(session.draws, *key)
        rows[key] = Draw(epreuve=key[0], version=key[1], variant=key[2], draw=draw)
    return list(rows.values())
