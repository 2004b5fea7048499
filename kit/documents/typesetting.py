"""The one door to Typst: files held in memory go in, PDF or PNG bytes come out. All files are text.

Only the fonts shipped with Python packages are used, so that a document does not depend on the machine.
A compiler is kept per set of fonts, because loading the fonts takes longer than most documents.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from kit.documents.typst_text import literal
from kit.errors import EnvironmentFault, KitBug
from kit.reading import nearest

MONOSPACE = "DejaVu Sans Mono"
_SYMBOLS = ("DejaVu Sans", MONOSPACE, "STIXGeneral", "Libertinus Serif", "New Computer Modern Math")
_LOCK = Lock()


class Refused(Exception):
    """Typst refused the files. `diagnostic` is what it says, in English, with the place in our source."""

    def __init__(self, message: str, diagnostic: str) -> None:
        super().__init__(message)
        self.diagnostic = diagnostic


def font_chain(font: str, folders: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the families to draw text with, in order: the one asked for, then those that have symbols.

    Raises:
        EnvironmentFault: the font is nowhere to be found.
    """
    known = _families(folders)
    if font not in known:
        near = nearest(font, known) or ["Lato"]
        raise EnvironmentFault.of("font.missing", font=font, near=near)
    return (font, *(name for name in _SYMBOLS if name in known and name != font))


def compile_pdf(files: dict[str, bytes], folders: tuple[str, ...] = ()) -> bytes:
    """Return the PDF/UA-1 of Typst files; the one named `main` is the entry.

    Raises:
        Refused: Typst found an error in what the files say, or a character that no font draws.
        KitBug: Typst warns; our templates must be free of warnings.
    """
    return _compile(files, folders, {"format": "pdf", "pdf_standards": ["ua-1"]})


def compile_png(files: dict[str, bytes], ppi: float, folders: tuple[str, ...] = ()) -> bytes:
    """Return the picture of a one-page Typst file.

    Raises:
        Refused: Typst found an error in what the files say.
        KitBug: Typst warns.
    """
    return _compile(files, folders, {"format": "png", "ppi": ppi})


@lru_cache(maxsize=4096)
def is_drawn(word: str, font: str, folders: tuple[str, ...] = ()) -> bool:
    """Tell whether the fonts of a document have true glyphs for a word."""
    families = ", ".join(f'"{name}"' for name in font_chain(font, folders))
    main = (
        '#set document(title: "?", date: none)\n'
        f"#set text(font: ({families},), fallback: false)\n"
        f"#{literal(word)}"
    )
    try:
        compile_pdf({"main": main.encode()}, folders)
    except Refused:
        return False
    return True


def _compile(files: dict[str, bytes], folders: tuple[str, ...], options: dict[str, Any]) -> bytes:
    source: Any = files
    with _LOCK:
        try:
            output, warnings = _compiler(folders).compile_with_warnings(source, **options)
        except typst.TypstError as error:
            raise Refused(error.message, error.diagnostic) from error
        except RuntimeError as error:
            raise Refused(str(error), str(error)) from error
    if warnings:
        raise KitBug("\n".join(warning.diagnostic for warning in warnings))
    if not isinstance(output, bytes):
        raise KitBug(f"one page was expected, Typst gave {type(output).__name__}")
    return output


@cache
def _compiler(folders: tuple[str, ...]) -> typst.Compiler:
    here = str(Path(__file__).parent)
    return typst.Compiler(root=here, font_paths=_fonts(folders), ignore_system_fonts=True)


@cache
def _fonts(folders: tuple[str, ...]) -> typst.Fonts:
    shipped = [_folder("fontpkg_lato", "files"), _folder("matplotlib", "mpl-data", "fonts", "ttf")]
    return typst.Fonts(include_system_fonts=False, font_paths=[*shipped, *folders])


@cache
def _families(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_fonts(folders).families())


def _folder(package: str, *parts: str) -> str:
    """Return a folder of an installed package without importing it: matplotlib is slow to import."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise KitBug(f"the package {package} is a dependency and is not installed")
    return str(Path(spec.origin).parent.joinpath(*parts))
