"""The shipped clips: all there, all listed, all sound."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from gongd.core.phrase import PHRASES
from gongd.studio import clip
from gongd.studio.clips import MANIFEST, text_of
from tests.studio.ear import envelope
from tests.studio.village import SOUNDS

ENTRIES: list[dict[str, Any]] = json.loads((SOUNDS / MANIFEST).read_text())


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    files = {path.name for path in SOUNDS.iterdir()} - {MANIFEST, "README.md"}
    assert files == {entry["file"] for entry in ENTRIES}


def test_every_default_text_has_its_clip_with_its_very_words() -> None:
    assert {entry["file"]: entry["text"] for entry in ENTRIES} == {f"{name}.ogg": text_of(name) for name in PHRASES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["file"]))
def test_a_clip_has_origin_and_licence_decodes_and_is_neither_silent_nor_clipped(entry: dict[str, Any]) -> None:
    path = SOUNDS / entry["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    assert "espeak-ng" in entry["origin"]
    assert entry["licence"] == "Apache-2.0"
    sound = clip.load(path)
    assert sound.size / 24_000 == pytest.approx(entry["seconds"], abs=0.2)
    assert entry["seconds"] <= 12.0
    assert np.max(envelope(sound, 0.05)) > -30.0
    assert np.abs(sound).max() < 1.0


def test_the_clips_are_small() -> None:
    assert sum(path.stat().st_size for path in SOUNDS.iterdir()) < 1_500_000
