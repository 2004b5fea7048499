"""From the pieces a template emitted to the subject drawn, what candidates see of it, and its answer key."""

from kit.subjects.building import Drawn, build_subject, check_subject
from kit.subjects.model import AnswerKey, CandidateSubject, Identity, Subject
from kit.subjects.signature import KeyFigure, key_figures, signature

__all__ = [
    "AnswerKey", "CandidateSubject", "Drawn", "Identity", "KeyFigure", "Subject", "build_subject", "check_subject",
    "key_figures", "signature",
]  # fmt: skip
