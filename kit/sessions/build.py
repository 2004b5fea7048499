"""`kit build`: from a session's files to everything it needs, all or nothing.

The new build is made in a folder of its own, then put in the place of the old one in one act. Whatever is
killed, `build/` is the old one or the new one, complete.
"""

from __future__ import annotations

import filecmp
import functools
import os
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kit.authoring import failure_finding
from kit.cases import CaseTemplate, select_forms
from kit.cases.approval import approval_state
from kit.documents.facts import exam_facts
from kit.environment import environment
from kit.errors import CaseFailed, Finding, InvalidFile, KitBug, KitError, Place, Severity
from kit.execution import Engine, Run, RunResult, execute_many
from kit.messages import label
from kit.sessions.attribution import attribute, write_attribution
from kit.sessions.cache import KEPT, Cache, key_of
from kit.sessions.draws import draw_of, write_draws
from kit.sessions.files import SIGNED
from kit.sessions.keeping import keep, sha256_of, to_keep
from kit.sessions.manifest import MANIFEST, SHAPING, Entry, entry, manifest_of, read_manifest
from kit.sessions.model import Draw
from kit.sessions.opening import Session, open_session
from kit.sessions.production import Making, Product, make
from kit.sessions.seeds import obtain_secret
from kit.sessions.swap import PENDING, exchange, land, new_staging, recover, session_lock
from kit.sessions.uses import session_stamp
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
        InvalidFile: problems in the session's files or in the templates, all of them; its PV is signed.
        CaseFailed: a case stopped; the failed notebooks are kept in the session's `echecs/`.
        EnvironmentFault: the disk refuses, or another build of this session is running.
    """
    started = time.perf_counter()
    _check_place(folder / BUILD)
    with environment(folder), session_lock(folder):
        recover(folder)
        if os.path.lexists(folder / SIGNED):
            raise InvalidFile(Finding("build.signed", Place(SIGNED)))
        session = open_session(folder, workspace)
        store = Cache(folder / CACHE / KEPT) if cache else None
        how = _How(jobs or os.cpu_count() or 1, engine, store, whole=not only, cluster=cluster)
        staging = new_staging(folder)
        try:
            entries, told, reused = _build(session, staging, only, how, progress)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    seconds = time.perf_counter() - started
    return Build(session.config.id, folder / BUILD, entries, seconds, (*session.warnings, *told), reused)


def _check_place(build: Path) -> None:
    """Refuse to put a build in the place of a file, or of a link to a folder that is elsewhere.

    Raises:
        InvalidFile: something else has its name.
    """
    if build.is_symlink() or (build.exists() and not build.is_dir()):
        raise InvalidFile(Finding("build.not_a_folder", Place(BUILD)))


def _build(
    session: Session, staging: Path, only: Sequence[str], how: _How, progress: Progress | None
) -> tuple[tuple[Entry, ...], list[Finding], int]:
    """Fill the staging folder and put it in place; return its entries, what to tell, how many variants were kept."""
    secret = obtain_secret(session.root, demo=session.config.demo)
    variants = session_variants(session, secret, only)
    current = session.root / BUILD
    kept = _kept(current, {variant.epreuve.id for variant in variants}) if only else ()
    made, reused = _make_all(session, variants, staging, how, progress)
    entries = (*made, *_copy(current, staging, kept))
    _complete(staging, entries)
    write_text(staging / MANIFEST, manifest_of(session, entries).text())
    write_attribution(staging / PENDING, attribute(session, secret, session.attributions))
    write_draws(staging / PENDING, _draws(session, variants))
    told = [*_unapproved(session, variants), *keep(current, staging, to_keep(current, entries))]
    if _same(staging, current):
        land(staging)
    else:
        exchange(staging, current)
    return entries, told, reused


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
    scratch = new_staging(session.root, 0o700)  # not the system's: what is killed there, nobody removes
    try:
        todo = [number for number, found in enumerate(kept) if found is None]
        runs = [_job(makings[n], texts[n], scratch, Finish(staging, how.cache, keys[n])) for n in todo]
        results = execute_many(
            runs, how.jobs, how.engine, watcher=watch, preload=_WARM, cluster=how.cluster, libraries=SHAPING
        )
        _raise_failures(session, [makings[n] for n in todo], results)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    made = {number: result.value for number, result in zip(todo, results, strict=True)}
    entries: list[Entry] = []
    for number, found in enumerate(kept):
        entries += made[number] if found is None else found
    if how.cache and how.whole:
        how.cache.forget_others(keys)
    return entries, len(variants) - len(todo)


_WARM = ("kit.sessions.build", "kit.documents.pdf")
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
        stamp=_stamp(session, variant.template),
    )
    return Making(variant, facts, session.referentiel, session.reglement, session.config.id)


def _stamp(session: Session, template: CaseTemplate) -> str | None:
    if session.config.demo or approval_state(template) == "approved":
        return session_stamp(session)
    return label("doc.stamp_mock_draft" if session.config.mock else "doc.stamp_draft")


def _unapproved(session: Session, variants: Sequence[Variant]) -> list[Finding]:
    """Return, for each template not approved as it stands, that its documents say so."""
    templates = {variant.template.slug: variant.template for variant in variants}
    states = {slug: approval_state(template) for slug, template in templates.items()}
    return [
        Finding(f"approval.{state}", Place(), {"template": slug}, Severity.WARNING)
        for slug, state in states.items()
        if state != "approved" and not session.config.demo
    ]


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
            findings.append(_failure(session, making.variant, result))
    if findings:
        raise CaseFailed(*findings)


def _failure(session: Session, variant: Variant, result: RunResult) -> Finding:
    return failure_finding(variant.template, result, session.root / FAILED, variant.drawn.code)


def _kept(build: Path, rebuilt: set[str]) -> tuple[Entry, ...]:
    """Return the entries of the previous build that `--only` keeps.

    Raises:
        InvalidFile: a kept file is missing or is not the one that was built.
    """
    previous = read_manifest(build)
    if previous is None:
        return ()
    kept = tuple(item for item in previous.files if item.epreuve not in rebuilt)
    changed = [item.path for item in kept if sha256_of(build / item.path) != item.sha256]
    if changed:
        raise InvalidFile(*(Finding("build.kept_changed", Place(f"{BUILD}/{path}")) for path in changed))
    return kept


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
    names = {
        path.relative_to(new) for path in new.rglob("*") if path.is_file() and path.parent.name != PENDING
    }
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
