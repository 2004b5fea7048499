"""A text read aloud by espeak-ng, where the machine has it: what is heard in a listening test.

The program is free, light, and says the same words the same way each time; where it is absent, a person reads.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final, Literal

from kit.documents.markdown import blocks
from kit.documents.model import Paragraph, plain

Language = Literal["en", "fr"]

_PROGRAM: Final = "espeak-ng"
_VOICES: Final = {"en": "en-gb", "fr": "fr"}
_WORDS_A_MINUTE: Final = 140
_GAP: Final = 3
"""White between two words, in hundredths of a second: a learner must hear where each one begins."""
_LONGEST: Final = 120
"""Seconds after which a program that does not answer is given up."""


@cache
def speaker() -> str:
    """Return the version of the program that speaks, « absent » where there is none."""
    if shutil.which(_PROGRAM) is None:
        return "absent"
    command = [_PROGRAM, "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST).stdout
    return next((word for word in said.split() if word[:1].isdigit()), "absent")


def spoken_words(markdown: str, language: Language) -> str:
    """Return what is said of a text: its paragraphs, without its headings and emphases."""
    said = (
        plain(block.content) for block in blocks(markdown, language=language) if isinstance(block, Paragraph)
    )
    return "\n\n".join(" ".join(words.split()) for words in said)


def read_aloud(markdown: str, language: Language) -> bytes | None:
    """Return a text read aloud at the pace of an examiner, as WAV; None where nothing can speak, or say it.

    The same text gives the same bytes with the same version of the program.

    Args:
        markdown: the text; its headings are not said.
        language: the language it is in.

    Raises:
        AuthorError: the text holds an image or HTML.
    """
    words = spoken_words(markdown, language)
    if speaker() == "absent" or not words:
        return None
    with tempfile.TemporaryDirectory(prefix="kit-voix-") as scratch:
        sound = Path(scratch) / "voix.wav"  # a file: on a pipe, the program cannot say how long the sound is
        pace = ["-v", _VOICES[language], "-s", str(_WORDS_A_MINUTE), "-g", str(_GAP)]
        command = [_PROGRAM, *pace, "--stdin", "-w", str(sound)]
        done = subprocess.run(
            command, input=words.encode(), capture_output=True, check=False, timeout=_LONGEST
        )
        return sound.read_bytes() if done.returncode == 0 and sound.exists() else None
