"""Helping the author: checks of a template, read and run."""

from kit.authoring.checking import check_template, rules_of
from kit.authoring.runs import check_pieces, failure_finding

__all__ = ["check_pieces", "check_template", "failure_finding", "rules_of"]
