"""Markers' work: whose copies, what was said of them, locked, compared, retained."""
