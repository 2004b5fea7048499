"""A session's folder: its checks, its plan, its build. No widget here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from traitlets import HasTraits, Instance

from kit.errors import KitError, Severity
from kit.sessions.build import BUILD, build_session
from kit.sessions.manifest import read_manifest
from kit.sessions.opening import Session, check_session, open_session

Watch = Callable[[int, int, str], None]


class SessionState(HasTraits):
    """A session and what is known of it.

    Attributes:
        folder: the session's folder.
        session: the session, opened; None while its files have errors.
        findings: what there is to say about its files, or about the last build.
        files: what the last build left.
        seconds: how long the build made here took; None before.
    """

    folder = Instance(Path)
    session = Instance(Session, allow_none=True)
    findings = Instance(tuple, ())
    files = Instance(tuple, ())
    seconds = Instance(float, allow_none=True)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder.absolute())

    @property
    def can_build(self) -> bool:
        """Whether nothing in the session's files stands in the way."""
        return self.session is not None

    @property
    def build(self) -> Path:
        """Where the files are made."""
        return self.folder / BUILD

    def open(self) -> None:
        """Read the folder again; problems are in `findings`."""
        self.session, self.files = None, ()
        try:
            found = check_session(self.folder)
            self.findings = tuple(found)
            if not any(finding.severity is Severity.ERROR for finding in found):
                self.session = open_session(self.folder)
            self.read_files()
        except KitError as error:
            self.findings = (*self.findings, *error.findings)

    def read_files(self) -> None:
        """Read what the last build left.

        Raises:
            InvalidFile: its manifest cannot be read.
        """
        manifest = read_manifest(self.build)
        self.files = manifest.files if manifest is not None else ()

    def generate(self, watch: Watch | None = None) -> bool:
        """Build the session and return whether it was built; problems are in `findings`, the old build stays."""
        try:
            done = build_session(self.folder, progress=watch)
        except KitError as error:
            self.findings = error.findings
            return False
        self.findings, self.files, self.seconds = done.warnings, done.files, done.seconds
        return True
