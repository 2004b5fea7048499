"""Whether a template may be given to candidates: approved, on the very content it has now."""

from __future__ import annotations

import hashlib
from typing import Literal

from kit.cases.template import CaseTemplate

ApprovalState = Literal["draft", "approved", "changed"]
_PASSING = {"__pycache__", ".ipynb_checkpoints", ".DS_Store"}


def approvable_content(template: CaseTemplate) -> str:
    """Return the SHA-256 of what an approval is given to: what the template says, and the data files beside it."""
    digest = hashlib.sha256(template.content_hash.encode())
    folder = template.path.parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != template.path and not _PASSING & {*path.relative_to(folder).parts}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def approval_state(template: CaseTemplate) -> ApprovalState:
    """Return whether a template is approved, was approved on another content, or never was."""
    approved = template.front.approved if template.front else None
    if approved is None:
        return "draft"
    return "approved" if approved.content == approvable_content(template) else "changed"
