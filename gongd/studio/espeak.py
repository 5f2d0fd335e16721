"""The synthetic voice: espeak-ng as a child that is given little time."""

import os
import shutil
import signal
import subprocess

import numpy as np

from gongd.core.errors import VoiceError
from gongd.core.job import Voicing
from gongd.core.reading import read_aloud
from gongd.core.words import Language, Text
from gongd.studio.filter import Sound
from gongd.studio.speech import prepared

PROGRAM = "espeak-ng"
SPEAK_S = 15.0
"""espeak-ng speaks a minute of text in well under a second, also on a Pi; after this long it hangs."""

_WAV_HEADER = 44
_ENGLISH = "en"
_NO_PROGRAM = Text(vi="Chưa cài espeak-ng", en="espeak-ng is not installed")
_FAILED = Text(vi="espeak-ng không đọc được: {error}", en="espeak-ng failed: {error}")
_HANGS = Text(vi="bị treo", en="it hangs")


def can_speak() -> bool:
    """Is the program there?"""
    return shutil.which(PROGRAM) is not None


def speak(text: str, language: Language, voicing: Voicing) -> Sound:
    """The text spoken, ready for the mix. Raises VoiceError."""
    said = read_aloud(text) if language is Language.VI else text
    name = voicing.name if language is Language.VI else _ENGLISH
    wav = _run([PROGRAM, "-v", name, "-s", str(voicing.words_per_minute), "--stdin", "--stdout"], said.encode())
    rate = int.from_bytes(wav[24:28], "little")
    samples = np.frombuffer(wav[_WAV_HEADER : len(wav) // 2 * 2], dtype="<i2").astype(np.float64) / 32768
    sound = prepared(samples, rate) if wav[:4] == b"RIFF" and rate else samples[:0]
    if sound.size == 0:
        raise VoiceError(_FAILED.fill(error=Text(vi="không có tiếng", en="no sound")))
    return sound


def _run(arguments: list[str], text: bytes) -> bytes:
    if not can_speak():
        raise VoiceError(_NO_PROGRAM)
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as child:
        try:
            wav, complaint = child.communicate(text, timeout=SPEAK_S)
        except subprocess.TimeoutExpired as late:
            raise VoiceError(_FAILED.fill(error=_HANGS)) from late
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode:
        raise VoiceError(_FAILED.fill(error=complaint.decode(errors="replace").strip()[:200]))
    return wav
