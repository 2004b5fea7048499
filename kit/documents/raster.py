"""A figure as PNG, for the formats that do not take SVG."""

from __future__ import annotations

import io
import json
from functools import lru_cache

from kit.documents.png import is_whole
from kit.documents.typesetting import Refused, compile_png, font_chain
from kit.documents.typst_text import literal
from kit.errors import AuthorError
from kit.french import NBSP

_WATERMARK = """
#set page(paper: "a4", flipped: %s, margin: 0pt, fill: white)
#set text(font: (%s,), fallback: false, size: 100pt, weight: "black", tracking: 0.04em, fill: rgb("%s"))
#align(center + horizon, context {
  let (width, height) = (page.width.mm(), page.height.mm())
  let word = box(%s)
  let share = calc.min(1.3, 0.58mm * calc.sqrt(width * width + height * height) / measure(word).width)
  rotate(-calc.atan2(width, height), scale(share * 100%%, reflow: true, word))
})
"""
_PAGE = '#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("picture.svg")'


@lru_cache(maxsize=64)
def png(svg: bytes, *, ppi: int = 200) -> bytes:
    """Return an SVG picture as PNG, at its own size on a white ground.

    Raises:
        AuthorError: the bytes are not SVG.
    """
    try:
        return _drawn(svg, ppi)
    except Refused as error:
        raise AuthorError.of("figure.unreadable", format="SVG") from error


@lru_cache(maxsize=32)
def watermark(word: str, font: str, colour: str, *, landscape: bool, folders: tuple[str, ...] = ()) -> bytes:
    """Return a page, as PNG, with a word, or several on one line, across it: as long as three fifths of the diagonal.

    Raises:
        EnvironmentFault: the font is not installed.
    """
    families = ", ".join(literal(name) for name in font_chain(font, folders))
    main = _WATERMARK % (json.dumps(landscape), families, colour, literal(word.replace(" ", NBSP)))
    return _in_few_colours(compile_png({"main": main.encode()}, 96, folders))


def _in_few_colours(content: bytes) -> bytes:
    """Return a picture with a palette and no transparency: half as long, and drawn on each page in no time."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.convert("RGB").quantize(16).save(out, "PNG")
    return out.getvalue()


def is_readable(content: bytes, form: str) -> bool:
    """Tell whether a picture can be drawn."""
    if form == "png":
        return is_whole(content)
    try:
        _drawn(content, 20)
    except Refused:
        return False
    return True


def _drawn(svg: bytes, ppi: float) -> bytes:
    return compile_png({"main": _PAGE.encode(), "picture.svg": svg}, ppi)
