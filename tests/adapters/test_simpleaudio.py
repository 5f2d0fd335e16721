"""simpleaudio is refused where it crashes or cannot do what is asked, with the reason and the way out."""

import importlib.util
import sys

import pytest

from gongd.adapters.child import ChildOutputs
from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.simpleaudio_child import SimpleAudio
from gongd.core.errors import NoSpeakerError, SpeakerError
from gongd.ports import SpeakerLost
from tests.adapters.ear import LONG_S, Inbox, Numbered


@pytest.mark.parametrize("version", [(3, 12), (3, 13), (4, 0)])
def test_a_python_on_which_it_crashes_is_refused(version: tuple[int, int]) -> None:
    with pytest.raises(SpeakerError) as caught:
        SimpleAudio(version=version).require()
    assert f"Python {version[0]}.{version[1]}" in caught.value.text.vi
    assert "speaker.backend: aplay" in caught.value.text.vi


def test_a_device_of_ones_own_choice_is_refused() -> None:
    with pytest.raises(SpeakerError, match="not “plughw:CARD=Device”"):
        SimpleAudio("plughw:CARD=Device", version=(3, 11)).require()


@pytest.mark.skipif(importlib.util.find_spec("simpleaudio") is not None, reason="simpleaudio is installed here")
def test_a_python_without_it_is_told_how_to_install_it() -> None:
    with pytest.raises(NoSpeakerError, match=r"pip install 'gongd\[simpleaudio\]'"):
        SimpleAudio(version=(3, 11)).require()


def test_a_refused_backend_is_a_lost_loudspeaker_and_no_crash() -> None:
    inbox, track = Inbox(), Numbered(head=800)
    speaker = Loudspeaker(ChildOutputs(SimpleAudio(version=(3, 13))).open, inbox.append)
    speaker.begin(track, None, lead_s=0.0)
    assert track.closed.wait(LONG_S)
    assert len(inbox.of(SpeakerLost)) == 1


def test_its_child_is_this_python_running_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    argv = SimpleAudio(version=(3, 11)).argv(48_000)
    assert argv == [sys.executable, "-m", "gongd.adapters.simpleaudio_child", "48000"]


def test_what_the_child_said_last_is_in_the_message() -> None:
    error = SimpleAudio().explain(1, "Traceback\n_simpleaudio.SimpleaudioError: Error opening PCM device.")
    assert error.text.en.endswith("(_simpleaudio.SimpleaudioError: Error opening PCM device.)")
    assert "-11" in SimpleAudio().explain(-11, "").text.vi
