"""What an XML schema refuses, said in French from the kind of each error, never from its English words alone.

libxml2 tells the kind of an error, its line and the path of its element; what the schema expected is read between the
brackets and quotes of its message, and left unsaid where that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.errors import Finding, Place
from kit.messages import label
from kit.reading import read_bytes

_KINDS = {
    "SCHEMAV_ELEMENT_CONTENT": "place",
    "SCHEMAV_CVC_ELT_1": "stranger",
    "SCHEMAV_CVC_ENUMERATION_VALID": "choice",
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "longest",
    "SCHEMAV_CVC_MINLENGTH_VALID": "shortest",
    "SCHEMAV_CVC_LENGTH_VALID": "length",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "type",
    "SCHEMAV_CVC_ELT_3_1": "empty",
    "SCHEMAV_CVC_ELT_3_2_1": "empty",
}
"""By the library's name of an error: the sentence that words it."""
_EXPECTED = {
    "place": re.compile(r"Expected is (?:one of )?\( (.*?) \)"),
    "choice": re.compile(r"element of the set \{(.*)\}"),
    "pattern": re.compile(r"the pattern '(.*)'\.?$"),
    "longest": re.compile(r"maximum length of '(\d+)'"),
    "shortest": re.compile(r"minimum length of '(\d+)'"),
    "length": re.compile(r"length of '\d+'; this differs from the allowed length of '(\d+)'"),
    "type": re.compile(r"type '(?:xs:)?([^']*)'"),
}
_NAMESPACES = re.compile(r"\{[^{}' ]*:[^{}' ]*\}|\b[a-z]+:(?=\w)")
_MOST_SHOWN = 300


def schema_findings(content: bytes, xsd: Path) -> Iterator[Finding]:
    """Yield what a schema refuses, one finding an element, or why it is no schema. Nothing is fetched from elsewhere.

    Args:
        content: an XML document.
        xsd: the schema's file.

    Raises:
        InvalidFile: the schema's file cannot be read.
    """
    from lxml import etree

    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        schema = etree.XMLSchema(etree.fromstring(read_bytes(xsd), parser, base_url=str(xsd)))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        line = getattr(error, "lineno", None) or None
        yield Finding("accrochage.no_schema", Place(str(xsd), line), {"told": _brief(str(error))})
        return
    tree = etree.fromstring(content, parser)
    if schema.validate(tree):
        return
    said: set[tuple[int, str]] = set()
    for told in schema.error_log:
        if (told.line, told.path) not in said:
            said.add((told.line, told.path))
            yield _refused(told, _person(tree, told.path), xsd)


def _refused(told: Any, person: str | None, xsd: Path) -> Finding:
    kind = _KINDS.get(told.type_name, "other")
    message = _NAMESPACES.sub("", told.message)
    found = _EXPECTED[kind].search(message) if kind in _EXPECTED else None
    if kind in _EXPECTED and found is None:
        kind = "other"
    expected = found[1].strip().replace("'", "") if found else ""
    if kind == "place" and "Missing child" in told.message:
        kind = "missing"
    name = re.match(r"Element '([^']*)'", message)
    why = label(f"accrochage.why.{kind}", expected=_brief(expected), told=_brief(message))
    fields = {"line": told.line, "element": name[1] if name else "?", "why": why}
    return Finding("accrochage.refused", Place(str(xsd), item=person), fields)


def _person(tree: Any, path: str | None) -> str | None:
    """Return the stable identifier of whom an element is about, from the nearest ancestor that has one."""
    names = {prefix: uri for prefix, uri in tree.nsmap.items() if prefix}
    found = tree.xpath(path, namespaces=names) if path else []
    here = found[0] if found else None
    while here is not None:
        own = [child.text for child in here if str(child.tag).endswith("}idTechnique")]
        if own:
            return str(own[0])
        here = here.getparent()
    return None


def _brief(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
