"""PNG pictures: whether they are whole, how large they are, and how to hold one in an SVG.

Source of the layout: W3C, Portable Network Graphics (Third Edition), sections 5.2 to 5.6 and 11.2.1.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_whole(content: bytes) -> bool:
    """Tell whether the bytes are a PNG of which every chunk, from first to last, is as it was written."""
    if not content.startswith(_SIGNATURE + b"\x00\x00\x00\rIHDR"):
        return False
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 12 + length
        if end > len(content) or struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(
            content[at + 4 : end - 4]
        ):
            return False
        if content[at + 4 : at + 8] == b"IEND":
            return True
        at = end
    return False


def size(content: bytes) -> tuple[int, int]:
    """Return the width and height of a whole PNG, in pixels."""
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def in_svg(content: bytes) -> bytes:
    """Return an SVG that shows a whole PNG and nothing else."""
    width, height = size(content)
    data = b64encode(content).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    ).encode()
