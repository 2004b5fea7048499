"""A marker's pack: his copies' grids and keys with a store of their own, to mark elsewhere, and its way back.

It holds no candidate and no secret: copies have numbers, members of a group are counted. What was said in the pack
comes back in one transaction; a line said meanwhile elsewhere is a conflict to be shown, never overwritten.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from kit.environment import environment
from kit.errors import Finding, InvalidFile, Place, raise_for
from kit.grids.strict_json import read_json
from kit.marking.book import MarkBook, Said, Saying, open_book
from kit.marking.copies import Copy, CopyKey, copies_of, copy_grid, marks_copy, session_copies
from kit.marking.desk import Desk
from kit.marking.importing import Brought
from kit.marking.set_aside import set_aside
from kit.marking.store_address import FILE, FOLDER
from kit.marking.workbooks import marker_workbooks
from kit.messages import label
from kit.package_data import shipped
from kit.reading import FrozenModel, findings_of
from kit.referentiel.model import Code
from kit.sessions.build import BUILD
from kit.sessions.manifest import Entry, read_manifest
from kit.sessions.model import Version
from kit.sessions.opening import Session
from kit.sessions.production import FOLDERS
from kit.store.history import breaks, entries
from kit.writing import PRIVATE, json_text, write_bytes, write_text

FORMAT = 1
PACK = "paquet.json"
WORKBOOKS = "classeurs"
NOTEBOOK = "05_corriger_une_session.ipynb"
_PRIVATE = 0o700


class PackedCopy(FrozenModel):
    """A copy as a pack names it; `members` counts those of a group, `aside` are the lines not to assess."""

    epreuve: Code
    part: Code
    copy_number: int
    kind: Literal["individual", "group"]
    version: Version
    variant: int
    grid: str
    hides_names: bool
    members: int
    aside: tuple[str, ...] = ()


class Starting(FrozenModel):
    """A line that was said when the pack was made: its number in the session's store, and in the pack's."""

    epreuve: Code
    part: Code
    copy_number: int
    line: str
    member: str
    there: int
    here: int


class PackFile(FrozenModel):
    """What `paquet.json` holds."""

    format: Literal[1]
    session: str
    marker: str
    copies: tuple[PackedCopy, ...]
    said: tuple[Starting, ...]


def is_pack(folder: Path) -> bool:
    """Whether a folder is a pack."""
    return (folder / PACK).is_file()


def make_pack(session: Session, book: MarkBook, marker: str, secret: bytes, out: Path) -> PackFile:
    """Write a marker's pack in a new folder, whole or not at all, and return what it says of itself.

    Raises:
        InvalidFile: the folder exists, this person marks nothing, or the session was not built.
        EnvironmentFault: the disk or the store refuses.
    """
    if out.exists() or out.is_symlink():
        raise InvalidFile(Finding("pack.exists", Place(str(out))))
    copies = copies_of(session, marker, secret)
    with environment(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            for entry in _entries(session, copies):
                target = staging / BUILD / entry.path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(session.root / BUILD / entry.path, target)
            said = _copy_marks(session, book, marker, copies, staging)
            pack = _pack(session, book, marker, copies, said)
            write_text(staging / PACK, json_text(pack.model_dump(mode="json")))
            for epreuve, workbook in marker_workbooks(session, book, marker, copies):
                write_bytes(staging / WORKBOOKS / f"{epreuve}.xlsx", workbook, PRIVATE)
            write_text(staging / "correction.ipynb", _notebook(marker))
            write_text(
                staging / "LISEZ-MOI.txt", label("pack.readme", session=session.config.id, marker=marker)
            )
            os.replace(staging, out)  # noqa: PTH105 - one act
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return pack


def _entries(session: Session, copies: Iterable[Copy]) -> Iterator[Entry]:
    """Yield the files of the build that a marker of these copies works with."""
    manifest = read_manifest(session.root / BUILD)
    if manifest is None:
        raise InvalidFile(Finding("marks.not_built", Place(BUILD)))
    subjects = {(copy.key.epreuve, copy.version, copy.variant) for copy in copies}
    spoken = {
        (copy.key.epreuve, copy.version, copy.variant)
        for copy in copies
        if session.referentiel.epreuve(copy.key.epreuve).part(copy.key.part).evidence != "written"
    }
    for entry in manifest.files:
        subject = (entry.epreuve, entry.version, entry.variant)
        if (entry.audience == "marker" and subject in subjects) or (
            entry.audience == "examiner" and subject in spoken
        ):
            yield entry


def _copy_marks(
    session: Session, book: MarkBook, marker: str, copies: Iterable[Copy], staging: Path
) -> tuple[Starting, ...]:
    """Put what the marker already said in the pack's store, and return both numbers of each line."""
    (staging / FOLDER).mkdir(mode=_PRIVATE)
    own = open_book(staging / FOLDER / FILE, session.config.id)
    found: list[Starting] = []
    for copy in copies:
        there = [said for said in book.said(marker, copy.key) if not said.member]
        sayings = [Saying(copy.key, said.line, said.mark) for said in there]
        if not sayings:
            continue
        here = own.say(marker, sayings, {copy.key: copy_grid(session.root, copy)})
        found += [_starting(one, other.number) for one, other in zip(there, here, strict=True)]
    own.database.close()
    return tuple(found)


def _starting(there: Said, here: int) -> Starting:
    return Starting(
        epreuve=there.copy.epreuve, part=there.copy.part, copy_number=there.copy.number, line=there.line,
        member=there.member, there=there.number, here=here,
    )  # fmt: skip


def _pack(
    session: Session, book: MarkBook, marker: str, copies: Iterable[Copy], said: Iterable[Starting]
) -> PackFile:
    aside = set_aside(session, book)
    packed = tuple(
        PackedCopy(
            epreuve=copy.key.epreuve, part=copy.key.part, copy_number=copy.key.number, kind=copy.kind,
            version=copy.version, variant=copy.variant, grid=copy.grid, hides_names=copy.hides_names,
            members=len(copy.members), aside=tuple(sorted(aside.get(copy.key, ()))),
        )
        for copy in copies
    )  # fmt: skip
    return PackFile(format=FORMAT, session=session.config.id, marker=marker, copies=packed, said=tuple(said))


def _notebook(marker: str) -> str:
    """Return the notebook of a session's copies, set on the folder it lies in."""
    notebook = json.loads((shipped("notebooks") / NOTEBOOK).read_text("utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = f'dossier = "."\ncorrecteur = "{marker}"'
    return json_text(notebook)


def read_pack(folder: Path) -> PackFile:
    """Return what a pack says of itself.

    Raises:
        InvalidFile: not a pack, or of a version this kit does not read.
    """
    path = folder / PACK
    data = read_json(path, "pack.not_json")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidFile(Finding("pack.format", Place(str(path)), {"known": FORMAT}))
    try:
        return PackFile.model_validate(data)
    except ValidationError as error:
        raise InvalidFile(*findings_of(error, str(path), model=PackFile)) from error


def pack_desk(folder: Path) -> Desk:
    """Return the marker's desk of a pack.

    Raises:
        InvalidFile: not a pack, or one whose files are not whole.
        EnvironmentFault: its store refuses.
    """
    pack = read_pack(folder)
    if not pack.copies:
        raise InvalidFile(Finding("pack.empty", Place(PACK)))
    raise_for(
        Finding("pack.outside", Place(PACK), {"file": copy.grid})
        for copy in pack.copies
        if not _inside(folder, copy.grid)
    )
    copies = tuple(
        Copy(_key(copy), copy.kind, copy.version, copy.variant, copy.grid, copy.hides_names, ())
        for copy in pack.copies
    )
    aside = {_key(copy): frozenset(copy.aside) for copy in pack.copies}
    return Desk(copies, folder, open_book(folder / FOLDER / FILE, pack.session), pack.marker, aside=aside)


def _inside(folder: Path, name: str) -> bool:
    return (folder / name).resolve().is_relative_to((folder / BUILD / FOLDERS["marker"]).resolve())


def _key(item: PackedCopy | Starting) -> CopyKey:
    return CopyKey(item.epreuve, item.part, item.copy_number)


def bring_back(session: Session, book: MarkBook, folder: Path, marker: str) -> Brought:
    """Keep in the session's store what was said in a pack since it was made, all of it or nothing.

    Raises:
        InvalidFile: not this session's or this marker's pack, a history that was changed, marks no grid can hold.
        MarkingError: lines said meanwhile elsewhere, or marks locked: all are listed.
        EnvironmentFault: a store refuses.
    """
    pack = read_pack(folder)
    raise_for(_another(pack, session, marker, folder))
    own = open_book(folder / FOLDER / FILE, pack.session)
    raise_for(_changed(own, marker))
    start = {(_key(item), item.line, item.member): item for item in pack.said}
    sayings = []
    for said in own.said(marker):
        began = start.get((said.copy, said.line, said.member))
        if began is None or began.here != said.number:
            there = 0 if began is None else began.there
            sayings.append(Saying(said.copy, said.line, said.mark, said.member, said.reason, there))
    own.database.close()
    raise_for(_not_his(session, marker, sayings))
    spoken = {saying.copy for saying in sayings}
    grids = {
        copy.key: copy_grid(session.root, copy) for copy in session_copies(session) if copy.key in spoken
    }
    kept = book.say(marker, sayings, grids) if sayings else ()
    return Brought(kept, len(spoken))


def _another(pack: PackFile, session: Session, marker: str, folder: Path) -> Iterator[Finding]:
    where = Place(str(folder / PACK))
    if pack.session != session.config.id:
        yield Finding("pack.other_session", where, {"found": pack.session, "expected": session.config.id})
    if pack.marker != marker:
        yield Finding("pack.other_marker", where, {"found": pack.marker, "expected": marker})
    if not (folder / FOLDER / FILE).is_file():
        yield Finding("pack.no_store", Place(str(folder / FOLDER / FILE)))


def _changed(own: MarkBook, marker: str) -> Iterator[Finding]:
    """Yield what was changed in the pack's store by another way than marking: its history, or a mark beside it."""
    with own.database.reading() as connection:
        for found in breaks(connection):
            fields = {"chain": found.chain, "rank": found.rank, "address": own.database.shown}
            yield Finding("store.tampered", Place(), fields)
        told = {entry.id: entry.data for entry in entries(connection)}
    for said in own.said(marker):
        noted = told.get(said.number, {})
        written = (noted.get("copy"), noted.get("line"), noted.get("after"))
        mark = {"level": said.mark.level, "state": said.mark.state}
        if written != (said.copy.number, said.line, mark):
            yield Finding("pack.no_history", Place(item=f"{said.copy}, {said.line}"))


def _not_his(session: Session, marker: str, sayings: Iterable[Saying]) -> Iterator[Finding]:
    known = {copy.key for copy in session_copies(session)}
    for key in dict.fromkeys(saying.copy for saying in sayings):
        if key not in known:
            yield Finding("marks.no_copy", Place(), {"copy": key})
        elif not marks_copy(session, marker, key):
            yield Finding("marks.not_yours", Place(), {"copy": key, "marker": marker})
