"""From the pieces a template emitted to the subject drawn, what candidates see of it, and its answer key."""

from kit.subjects.building import Drawn, build_subject, check_subject
from kit.subjects.model import AnswerKey, CandidateSubject, Identity, Subject

__all__ = ["AnswerKey", "CandidateSubject", "Drawn", "Identity", "Subject", "build_subject", "check_subject"]
