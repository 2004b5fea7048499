import io

import pytest
from PIL import Image, ImageOps

from kit.documents import png
from kit.documents.raster import is_readable, watermark
from kit.documents.raster import png as rasterised
from kit.errors import AuthorError

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><rect width="96" height="48"/></svg>'


def test_an_svg_keeps_its_size_at_the_resolution_asked():
    """A pixel of SVG is 1/96 inch (CSS Values and Units, 6.2)."""
    assert png.size(rasterised(SVG, ppi=96)) == (96, 48)
    assert png.size(rasterised(SVG, ppi=192)) == (192, 96)


def test_bytes_that_are_not_svg_are_the_author_s_to_mend():
    with pytest.raises(AuthorError) as caught:
        rasterised(b"<svg")
    assert caught.value.findings[0].code == "figure.unreadable"


def test_a_cut_or_altered_png_is_not_readable():
    picture = rasterised(SVG)
    altered = picture[:60] + bytes([picture[60] ^ 1]) + picture[61:]
    assert is_readable(picture, "png")
    assert not any(is_readable(wrong, "png") for wrong in (picture[:-8], altered, b"", SVG))


def test_a_png_held_in_an_svg_keeps_its_size():
    assert png.size(rasterised(png.in_svg(rasterised(SVG, ppi=96)), ppi=96)) == (96, 48)


def test_the_watermark_follows_the_page():
    upright = png.size(watermark("PROJET", "Lato", "#eeeeee", landscape=False))
    turned = png.size(watermark("PROJET", "Lato", "#eeeeee", landscape=True))
    assert upright == turned[::-1]
    assert upright[0] < upright[1]


@pytest.mark.parametrize("words", ["EXAMEN BLANC", "EXAMEN BLANC · PROJET", "SPÉCIMEN DE DÉMONSTRATION"])
def test_a_watermark_of_several_words_is_as_long_as_one_of_a_single_word(words):
    assert height(words) == pytest.approx(height("DÉMONSTRATION"), abs=30)


def height(words):
    """Return how many pixels of the page's height a watermark takes."""
    picture = Image.open(io.BytesIO(watermark(words, "Lato", "#000000", landscape=False))).convert("L")
    _, top, _, bottom = ImageOps.invert(picture).getbbox()
    return bottom - top
