"""Helping the author: checks of a template, read and run."""

from kit.authoring.checking import check_template, failure_finding, rules_of

__all__ = ["check_template", "failure_finding", "rules_of"]
