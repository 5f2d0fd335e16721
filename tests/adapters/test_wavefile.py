"""One WAV file per activation: whole at every moment, named after time and signal, cut where the sound was stopped."""

import resource
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.wavefile import WaveFolder
from gongd.core.errors import SpeakerError
from gongd.ports import SpeakerLost
from tests.adapters.ear import FADE, LONG_S, RATE, Inbox, Numbered, pcm, samples, until

AT = datetime(2026, 11, 21, 22, 0, 0, 7_000, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def speaker(folder: Path, inbox: Inbox) -> Iterator[Loudspeaker]:
    speaker = Loudspeaker(WaveFolder(folder).open, inbox.append)
    yield speaker
    speaker.close()


def _read(path: Path) -> list[int]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return samples(file.readframes(file.getnframes()))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_file_holds_the_lead_and_every_frame_of_the_track(speaker: Loudspeaker, folder: Path) -> None:
    track = Numbered(head=1500, ending=200)
    speaker.begin(track, None, lead_s=0.25)
    assert track.closed.wait(LONG_S)
    [file] = _files(folder)
    assert file.name.endswith("-fire.wav")
    assert _read(file) == [0] * 2000 + [*range(1, 1501), *(-1 - frame for frame in range(200))]


def test_the_ending_follows_a_fade_in_the_file_too(speaker: Loudspeaker, folder: Path) -> None:
    track = Numbered(head=800, loop=800, ending=100)
    speaker.begin(track, None, lead_s=0.0)
    until(lambda: track.furthest > 2000, "the loop")
    speaker.end()
    assert track.closed.wait(LONG_S)
    out = _read(_files(folder)[0])
    turn = out.index(-1)
    assert out[: turn - FADE] == [track.at(frame) for frame in range(turn - FADE)]
    assert len(out) == turn + 100


def test_a_stopped_file_ends_where_it_was_stopped(speaker: Loudspeaker, folder: Path) -> None:
    track = Numbered(head=800, loop=800)
    speaker.begin(track, None, lead_s=0.0)
    until(lambda: track.furthest > 2000, "sound")
    speaker.stop()
    assert track.closed.wait(LONG_S)
    out = _read(_files(folder)[0])
    assert len(out) > 2000
    assert out == [track.at(frame) for frame in range(len(out))]


def test_a_file_is_written_as_time_goes_by_and_is_whole_at_every_moment(speaker: Loudspeaker, folder: Path) -> None:
    track = Numbered(head=8000)
    lengths = set()
    speaker.begin(track, None, lead_s=0.0)
    until(lambda: [file for file in _files(folder) if file.suffix == ".wav"], "the file")
    [file] = _files(folder)
    while not track.closed.is_set():
        out = _read(file)
        assert out == list(range(1, len(out) + 1))
        lengths.add(len(out))
    assert len(lengths) > 3


def test_each_activation_has_a_file_of_its_own(speaker: Loudspeaker, folder: Path) -> None:
    for stem in ("peace", "fire"):
        track = Numbered(head=400, stem=stem)
        speaker.begin(track, None, lead_s=0.0)
        assert track.closed.wait(LONG_S)
    assert [file.name.rsplit("-", 1)[1] for file in _files(folder)] == ["peace.wav", "fire.wav"]


def test_a_file_is_named_after_the_local_time_and_the_signal(folder: Path) -> None:
    file = WaveFolder(folder, lambda: AT).open(RATE, "báo/cháy drill")
    file.close()
    assert [path.name for path in _files(folder)] == ["20261121-220000-007-báo-cháy-drill.wav"]


def test_a_name_without_a_clock_of_ones_own_is_the_machines_local_time(folder: Path) -> None:
    WaveFolder(folder).open(RATE, "test").close()
    [file] = _files(folder)
    named = datetime.strptime(file.name[:15], "%Y%m%d-%H%M%S").astimezone()
    assert abs(datetime.now(UTC) - named) < timedelta(minutes=5)


def test_a_probe_tries_the_folder_and_leaves_nothing(speaker: Loudspeaker, folder: Path, inbox: Inbox) -> None:
    assert speaker.probe() is None
    assert _files(folder) == []
    assert not inbox


def test_a_folder_that_cannot_be_written_is_a_lost_loudspeaker(tmp_path: Path, inbox: Inbox) -> None:
    (tmp_path / "file").write_text("in the way")
    speaker = Loudspeaker(WaveFolder(tmp_path / "file").open, inbox.append)
    track = Numbered(head=8000)
    speaker.begin(track, None, lead_s=0.0)
    inbox.wait_for(SpeakerLost)
    speaker.stop()
    assert track.closed.wait(LONG_S)
    assert speaker.probe() is not None


def test_a_full_disk_is_told_and_leaves_a_readable_file(folder: Path) -> None:
    file = WaveFolder(folder, lambda: AT).open(RATE, "fire")
    file.offer(pcm([1, 2, 3]))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # the kernel refuses to let any file of ours grow
    try:
        with pytest.raises(SpeakerError, match="cannot be written"):
            file.offer(pcm([4] * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    file.close()
    assert _read(_files(folder)[0]) == [1, 2, 3]


class Sluggish(Numbered):
    """A track on a disk that stops for a second in the middle."""

    def read(self, start: int, count: int) -> bytes:
        if start < 4000 <= start + count:
            time.sleep(1.0)
        return super().read(start, count)


def test_after_a_slow_disk_a_file_catches_up_at_once(speaker: Loudspeaker, folder: Path) -> None:
    track = Sluggish(head=24_000)
    speaker.begin(track, None, lead_s=0.0)
    assert track.closed.wait(LONG_S / 2)
    assert _read(_files(folder)[0]) == list(range(1, 24_001))


DAEMON = """
import sys, time
from pathlib import Path
from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.wavefile import WaveFolder
from tests.adapters.ear import Numbered
Loudspeaker(WaveFolder(Path(sys.argv[1])).open, print).begin(Numbered(head=8000, loop=8000), None, 0.0)
time.sleep(1000)
"""


def test_a_daemon_that_is_killed_leaves_a_readable_file(folder: Path) -> None:
    daemon = subprocess.Popen([sys.executable, "-c", DAEMON, str(folder)])
    try:
        until(lambda: _files(folder) and _files(folder)[0].stat().st_size > 4000, "sound")
    finally:
        daemon.kill()
        daemon.wait()
    out = _read(_files(folder)[0])
    assert len(out) > 1000
    assert out == [1 + frame % 8000 for frame in range(len(out))]
