"""What is read aloud: the paragraphs of a script, at an examiner's pace, the same each time."""

from __future__ import annotations

import io
import wave

import pytest

from kit.documents import speech
from kit.documents.speech import read_aloud, speaker, spoken_words

SCRIPT = "## Spoken text\n\nGood **afternoon**. My name is\nAnna.\n\nPlease call me back at\u00a0nine."


@pytest.fixture(autouse=True)
def asked_anew() -> None:
    speaker.cache_clear()


def test_headings_and_emphases_are_not_said() -> None:
    said = "Good afternoon. My name is Anna.\n\nPlease call me back at nine."
    assert spoken_words(SCRIPT, "en") == said


@pytest.mark.needs("espeak-ng")
def test_a_script_is_as_long_as_an_examiner_would_be_and_the_same_each_time() -> None:
    text = "## Spoken text\n\n" + "The price list is on the table of the office. " * 14
    sound = read_aloud(text, "en")
    assert sound is not None
    assert sound == read_aloud(text, "en")
    with wave.open(io.BytesIO(sound)) as heard:
        minutes = heard.getnframes() / heard.getframerate() / 60
    words = len(spoken_words(text, "en").split())
    assert 110 < words / minutes < 170


def test_where_nothing_can_speak_a_person_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech.shutil, "which", lambda _: None)
    assert speaker() == "absent"
    assert read_aloud(SCRIPT, "en") is None


def test_a_script_without_a_paragraph_has_nothing_to_say() -> None:
    assert read_aloud("## Spoken text", "en") is None
