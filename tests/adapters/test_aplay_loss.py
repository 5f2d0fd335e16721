"""A loudspeaker that is not there, goes, hangs or comes back: told at once, tried again, never in anybody's way."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.loudspeaker.feeder import STALLED
from gongd.core.pace import Pacing
from gongd.core.words import Text
from gongd.ports import SpeakerBack, SpeakerLost
from tests.adapters.ear import LONG_S, Card, Inbox, Numbered, Stalling, children, samples, speaker_on, until

LEAD_S = 0.5
REAL_APLAY = shutil.which("aplay")


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    card = Card(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.config))
    return card


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def speaker(card: Card, inbox: Inbox) -> Iterator[Loudspeaker]:
    speaker = speaker_on(card.device, inbox, Pacing())
    yield speaker
    speaker.close()


@pytest.fixture
def bin_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory at the head of PATH, for an `aplay` that misbehaves."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def _aplay(folder: Path, script: str) -> None:
    (folder / "aplay").write_text("#!/bin/sh\n" + script)
    (folder / "aplay").chmod(0o755)


def _sounds(track: Numbered) -> bool:
    return track.furthest > 1000


def _lost(inbox: Inbox) -> SpeakerLost:
    inbox.wait_for(SpeakerLost)
    [event, *_] = inbox.of(SpeakerLost)
    assert isinstance(event, SpeakerLost)
    return event


def test_a_device_that_is_not_there_is_missing_and_aplay_says_why(card: Card, inbox: Inbox) -> None:
    speaker = speaker_on("plughw:CARD=Nope", inbox)
    track = Numbered(head=1000, loop=1000)
    speaker.begin(track, None, lead_s=0.0)
    lost = _lost(inbox)
    speaker.stop()
    assert lost.missing
    assert "plughw:CARD=Nope" in lost.text.vi
    assert "Kiểm tra dây USB âm thanh" in lost.text.vi
    assert lost.text.en.endswith("(audio open error: No such file or directory)")
    assert track.closed.wait(LONG_S)


def test_a_box_without_aplay_says_what_to_install(
    speaker: Loudspeaker, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    speaker.begin(Numbered(head=1000, loop=1000), None, lead_s=0.0)
    lost = _lost(inbox)
    assert lost.missing
    assert "sudo apt install alsa-utils" in lost.text.vi


def test_a_loss_is_told_once_and_not_every_second(card: Card, inbox: Inbox) -> None:
    speaker = speaker_on("nope", inbox)
    track = Numbered(head=8000)
    speaker.begin(track, None, lead_s=0.0)
    assert track.closed.wait(LONG_S)
    assert len(inbox.of(SpeakerLost)) == 1


def test_a_card_that_comes_back_sounds_from_where_the_sound_should_be(
    speaker: Loudspeaker, card: Card, inbox: Inbox
) -> None:
    card.unplug()
    track = Numbered(head=16_000, ending=100)
    speaker.begin(track, None, lead_s=0.0)
    inbox.wait_for(SpeakerLost)
    card.plug()
    inbox.wait_for(SpeakerBack)
    assert track.closed.wait(LONG_S)
    out = card.heard()
    assert out[-101:] == [16_000, *(-1 - frame for frame in range(100))]
    assert len(out) < 16_000
    assert [type(event) for event in inbox] == [SpeakerLost, SpeakerBack]


def test_a_child_that_dies_in_the_middle_is_noticed_and_the_sound_goes_on(
    speaker: Loudspeaker, card: Card, inbox: Inbox
) -> None:
    track = Numbered(head=24_000)
    speaker.begin(track, None, LEAD_S)
    until(card.heard, "sound")
    [child] = children()
    os.kill(child, signal.SIGKILL)
    lost = _lost(inbox)
    assert not lost.missing
    inbox.wait_for(SpeakerBack)
    assert track.closed.wait(LONG_S)
    assert card.heard()[-1] == 24_000


def test_a_child_that_dies_while_a_lead_is_silent_is_noticed(speaker: Loudspeaker, inbox: Inbox) -> None:
    speaker.begin(Numbered(head=8000), None, lead_s=LONG_S)
    until(children, "the child")
    os.kill(children()[0], signal.SIGKILL)
    inbox.wait_for(SpeakerLost)
    inbox.wait_for(SpeakerBack)


def test_a_card_that_only_one_may_use_is_free_for_what_begins_next(
    speaker: Loudspeaker, card: Card, inbox: Inbox, bin_first: Path, tmp_path: Path
) -> None:
    busy = "flock -n 9 || { echo 'audio open error: Device or resource busy' >&2; exit 1; }"
    _aplay(bin_first, f'exec 9>{tmp_path}/card; {busy}; exec {REAL_APLAY} "$@"\n')
    for _ in range(5):
        track = Numbered(head=8000, loop=8000)
        speaker.begin(track, None, lead_s=0.0)
        until(partial(_sounds, track), "sound")
    speaker.stop()
    assert not inbox


def test_a_card_that_is_slow_to_open_does_not_make_the_sound_late(card: Card, inbox: Inbox, bin_first: Path) -> None:
    _aplay(bin_first, f'sleep 0.5; exec {REAL_APLAY} "$@"\n')
    speaker, track = speaker_on(card.device, inbox), Numbered(head=8000)
    speaker.begin(track, None, lead_s=0.0)
    assert track.closed.wait(LONG_S)
    out = card.heard()
    assert out[-1] == 8000
    assert len(out) <= 4000


def test_an_unplugged_card_is_missing_in_the_words_of_aplay(
    speaker: Loudspeaker, inbox: Inbox, bin_first: Path
) -> None:
    _aplay(
        bin_first, "head -c 6000 >/dev/null; echo 'aplay: pcm_write:2127: write error: No such device' >&2; exit 1\n"
    )
    speaker.begin(Numbered(head=16_000), None, lead_s=0.0)
    lost = _lost(inbox)
    assert lost.missing
    assert lost.text.en.endswith("(write error: No such device)")


def test_a_card_that_hangs_is_lost_and_keeps_nobody_waiting(
    speaker: Loudspeaker, inbox: Inbox, bin_first: Path
) -> None:
    _aplay(bin_first, "exec sleep 1000\n")
    speaker.begin(Numbered(head=8000, loop=8000), None, lead_s=0.0)
    assert _lost(inbox).text == STALLED
    speaker.stop()
    until(lambda: not children("sleep"), "the end of the hung child")


def test_a_card_that_hangs_in_the_middle_is_lost(speaker: Loudspeaker, inbox: Inbox, bin_first: Path) -> None:
    _aplay(bin_first, "head -c 6000 >/dev/null; exec sleep 1000\n")
    speaker.begin(Numbered(head=8000, loop=8000), None, lead_s=0.0)
    assert _lost(inbox).text == STALLED


def test_a_child_that_says_more_than_a_pipe_holds_is_not_held_up(
    speaker: Loudspeaker, inbox: Inbox, bin_first: Path
) -> None:
    _aplay(bin_first, "head -c 200000 /dev/zero | tr '\\0' 'u' >&2; exec cat >/dev/null\n")
    track = Numbered(head=4000)
    speaker.begin(track, None, lead_s=0.0)
    assert track.closed.wait(LONG_S)
    assert not inbox


def test_an_end_while_the_card_is_away_is_an_end(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    card.unplug()
    track = Numbered(head=8000, loop=8000, ending=800)
    speaker.begin(track, None, lead_s=0.0)
    inbox.wait_for(SpeakerLost)
    speaker.end()
    assert track.closed.wait(LONG_S)


def test_a_spoilt_track_that_hangs_keeps_the_next_activation_from_nothing(speaker: Loudspeaker, card: Card) -> None:
    hung, track = Stalling(head=8000, where="read"), Numbered(head=1000, first=10_000)
    speaker.begin(hung, None, lead_s=0.0)
    assert hung.reached.wait(LONG_S)
    speaker.begin(track, None, lead_s=2.0)
    assert track.closed.wait(LONG_S)
    assert card.heard() == list(range(10_000, 11_000))
    hung.released.set()
    assert hung.closed.wait(LONG_S)


def test_a_probe_finds_a_good_card_good_and_is_silent(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    assert speaker.probe() is None
    assert set(samples(card.data())) == {0}
    assert not inbox


def test_a_probe_tells_a_missing_card_before_an_alarm_needs_it(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    card.unplug()
    trouble = speaker.probe()
    assert trouble is not None
    assert speaker.probe() == trouble
    assert [event.text for event in inbox if isinstance(event, SpeakerLost)] == [trouble]
    card.plug()
    assert speaker.probe() is None
    assert [type(event) for event in inbox] == [SpeakerLost, SpeakerBack]


def test_a_probe_leaves_what_sounds_alone(speaker: Loudspeaker, card: Card) -> None:
    track = Numbered(head=4000)
    speaker.begin(track, None, LEAD_S)
    assert speaker.probe() is None
    assert track.closed.wait(LONG_S)
    assert card.heard()[-1] == 4000


def test_a_probe_of_a_card_that_hangs_comes_to_an_end(speaker: Loudspeaker, inbox: Inbox, bin_first: Path) -> None:
    _aplay(bin_first, "exec sleep 1000\n")
    assert isinstance(speaker.probe(), Text)
    until(lambda: not children("sleep"), "the end of the hung child")


DAEMON = """
import sys, time
from tests.adapters.ear import Numbered, Inbox, speaker_on
speaker_on("recorder", Inbox()).begin(Numbered(head=8000, loop=8000), None, 0.0)
time.sleep(1000)
"""


def test_the_sound_dies_with_the_daemon(card: Card, bin_first: Path, tmp_path: Path) -> None:
    _aplay(bin_first, f"echo $$ >{tmp_path}/pid; exec sleep 1000\n")
    daemon = subprocess.Popen([sys.executable, "-c", DAEMON])
    try:
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip(), "the child")
        child = Path("/proc") / (tmp_path / "pid").read_text().strip()
        assert child.exists()
    finally:
        daemon.kill()
        daemon.wait()
    until(lambda: not child.exists() or ") Z" in (child / "stat").read_text(), "the child's end")
