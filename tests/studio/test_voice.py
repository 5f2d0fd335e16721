"""Who speaks: recordings, then the synthetic voice, then the shipped clip; and what happens when they fail."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from gongd.core.errors import VoiceError
from gongd.core.job import Clip, Speech, Voicing
from gongd.core.label import RATE
from gongd.core.words import Language
from gongd.studio import clip, espeak
from gongd.studio.voice import Voice
from tests.studio.village import SOUNDS

VOICING = Voicing()
TEXT = ((Language.VI, "Đang diễn tập."),)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A second of a tone between two silences, as a phone would record it."""
    path = tmp_path / "muong.wav"
    tone = 0.3 * np.sin(2 * np.pi * 900 * np.arange(44_100) / 44_100)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        mono = np.concatenate([np.zeros(20_000), tone, np.zeros(30_000)])
        file.writeframes((np.repeat(mono, 2) * 32_767).astype("<i2").tobytes())
    return path


def stamped(path: Path) -> Clip:
    return Clip(str(path), "1")


def without_espeak(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str | None = None) -> None:
    """A machine on which espeak-ng is not installed, or behaves as the script."""
    monkeypatch.setenv("PATH", str(folder))
    if script is not None:
        program = folder / "espeak-ng"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "flac"])
def test_every_usual_kind_of_recording_is_read(recording: Path, kind: str) -> None:
    path = recording.with_name(f"bà con.{kind}")
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", recording, path], check=True)
    sound = clip.load(path)
    assert 0.95 * RATE < sound.size < 1.2 * RATE, "the silence around it is gone"
    assert 0.1 < np.abs(sound).max() < 1.0


def test_own_recordings_go_first_and_follow_one_another(recording: Path) -> None:
    spoken = Voice(SOUNDS).speak(Speech("full", (stamped(recording), stamped(recording)), TEXT), VOICING)
    assert spoken.sound is not None
    assert spoken.sound.size > 2.2 * RATE
    assert not spoken.voiceless


def test_a_broken_recording_is_named_and_the_text_is_spoken_instead(tmp_path: Path) -> None:
    broken = tmp_path / "hỏng.ogg"
    broken.write_bytes(b"this is no sound")
    spoken = Voice(SOUNDS).speak(Speech("full", (stamped(broken),), TEXT), VOICING)
    assert spoken.sound is not None
    assert spoken.voiceless
    assert any("hỏng.ogg" in trouble.vi and "hỏng.ogg" in trouble.en for trouble in spoken.troubles)


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    spoken = Voice(SOUNDS).speak(Speech("full", (Clip(str(tmp_path / "mất.wav"), ""),)), VOICING)
    assert spoken.sound is None
    assert "mất.wav" in spoken.troubles[0].en


def test_a_silent_recording_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "silent.wav"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "anullsrc", "-t", "1", path], check=True)
    with pytest.raises(VoiceError):
        clip.load(path)


def test_the_synthetic_voice_speaks_several_languages_in_order() -> None:
    voice = Voice(SOUNDS)
    both = voice.speak(Speech("full", words=(*TEXT, (Language.EN, "Exercise in progress."))), VOICING)
    one = voice.speak(Speech("full", words=TEXT), VOICING)
    assert both.sound is not None
    assert one.sound is not None
    assert np.array_equal(both.sound[: one.sound.size], one.sound)
    assert both.sound.size > one.sound.size + RATE


def test_what_a_voice_would_misread_is_expanded_first() -> None:
    assert np.array_equal(espeak.speak("114", Language.VI, VOICING), espeak.speak("một một bốn", Language.VI, VOICING))


def test_without_espeak_the_shipped_clip_speaks_a_default_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = Speech("drill-during", words=TEXT, phrase="drill-during")
    clip.load(SOUNDS / "drill-during.ogg")
    decoder = subprocess.run(["which", "ffmpeg"], capture_output=True, text=True, check=True).stdout.strip()
    for program in ("ffmpeg", "ffprobe"):
        (tmp_path / program).symlink_to(Path(decoder).with_name(program))
    without_espeak(monkeypatch, tmp_path)
    spoken = Voice(SOUNDS).speak(shipped, VOICING)
    assert spoken.sound is not None
    assert spoken.borrowed
    assert not spoken.voiceless


def test_without_espeak_a_text_of_ones_own_cannot_be_spoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_espeak(monkeypatch, tmp_path)
    spoken = Voice(SOUNDS).speak(Speech("full", words=((Language.VI, "Họp thôn."),)), VOICING)
    assert spoken.sound is None
    assert spoken.voiceless


@pytest.mark.parametrize("script", ["exec sleep 60", "exit 3", "echo nonsense", "kill -SEGV $$"])
def test_an_espeak_that_hangs_or_fails_is_a_voice_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    without_espeak(monkeypatch, tmp_path, script.replace("sleep", "/bin/sleep"))
    monkeypatch.setattr(espeak, "SPEAK_S", 0.5)
    with pytest.raises(VoiceError):
        espeak.speak("Cháy!", Language.VI, VOICING)
