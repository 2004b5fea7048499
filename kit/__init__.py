"""Authoring kit for the case-study exams of French professional certifications."""

__version__ = "0.1.0"
