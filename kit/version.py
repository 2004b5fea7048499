"""The kit's version, written in every manifest. `pyproject.toml` says the same (a test compares them)."""

VERSION = "0.1.0"
