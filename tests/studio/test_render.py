"""From a job to a print on the rack, in the child and without it."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gongd.core.catalogue import Status
from gongd.core.errors import VoiceError
from gongd.core.job import Clip, Job, speech_job, write_job
from gongd.core.words import Language
from gongd.studio import rack
from gongd.studio.render import make, render
from gongd.studio.voice import Voice
from tests.studio.village import HOUSE, SOUNDS, all_jobs

SPEECH = speech_job("Hết tập!", 60, HOUSE)


def job_of(name: str, status: Status = Status.ACTUAL) -> Job:
    return next(job for job in all_jobs() if (job.signal, job.status) == (name, status))


def test_equal_jobs_give_equal_bytes(tmp_path: Path) -> None:
    job = job_of("test")
    first = render(job, tmp_path / "a", Voice(SOUNDS)).path.read_bytes()
    second = render(job, tmp_path / "b", Voice(SOUNDS)).path.read_bytes()
    assert first == second


def test_a_print_that_stands_there_is_not_made_again(tmp_path: Path) -> None:
    before = render(SPEECH, tmp_path, Voice(SOUNDS)).path.stat().st_ino
    assert render(SPEECH, tmp_path, Voice(SOUNDS)).path.stat().st_ino == before


@pytest.mark.parametrize("where", [20, 200, -5])
def test_a_damaged_print_is_made_again(tmp_path: Path, where: int) -> None:
    path = render(SPEECH, tmp_path, Voice(SOUNDS)).path
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[where] ^= 1
    path.write_bytes(damaged)
    assert render(SPEECH, tmp_path, Voice(SOUNDS)).path.read_bytes() == whole


def test_a_drill_that_nobody_can_announce_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    job = job_of("fire", Status.EXERCISE)
    with pytest.raises(VoiceError):
        render(job, tmp_path, Voice(tmp_path / "no-clips"))
    assert not rack.path_of(tmp_path, job.stem).exists()


def test_an_alarm_without_any_voice_still_has_its_rhythm_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    job = job_of("security")
    voice = Voice(tmp_path / "no-clips")
    label, pcm = make(job, {speech.key: voice.speak(speech, job.voicing) for speech in job.speeches})
    assert label.voiceless == ("full", "pause", "short")
    assert label.timeline.head.strokes
    assert any(pcm)


def test_a_print_without_its_words_is_made_again_when_a_voice_has_come(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job = job_of("test")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert render(job, tmp_path, Voice(tmp_path / "no-clips")).voiceless
    assert not render(job, tmp_path, Voice(SOUNDS)).voiceless
    assert not rack.proved(rack.path_of(tmp_path, job.stem)).voiceless


def test_the_child_makes_what_is_asked_and_tells_of_each(tmp_path: Path) -> None:
    broken = replace(SPEECH.speeches[0], clips=(Clip(str(tmp_path / "mất.wav"), ""),))
    wanted = [SPEECH, replace(SPEECH, speeches=(broken,)), _unspeakable()]
    asked = "\n".join(map(write_job, wanted))
    child = [sys.executable, "-m", "gongd.studio", str(tmp_path / "prints"), str(SOUNDS)]
    done = subprocess.run(child, input=asked.encode(), capture_output=True, check=True, timeout=60)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["begin"] for line in lines[::2]] == [job.stem for job in wanted]
    plain, second_choice, unspoken = lines[1::2]
    assert (plain["failed"], plain["voiceless"], plain["troubles"]) == (None, False, [])
    assert second_choice["voiceless"]
    assert "mất.wav" in second_choice["troubles"][0]["vi"]
    assert unspoken["failed"]["en"]
    assert unspoken["voiceless"]


def _unspeakable() -> Job:
    mute = replace(SPEECH.speeches[0], words=((Language.VI, "..."),), phrase=None)
    return replace(SPEECH, speeches=(mute,))


def test_old_prints_go_when_there_are_too_many_but_never_a_wanted_one(tmp_path: Path) -> None:
    for age, stem in enumerate(("wanted", "new", "old", "oldest")):
        path = rack.path_of(tmp_path, stem)
        path.write_bytes(bytes(1000))
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / ".writing-torn").write_bytes(b"half")
    rack.tidy(tmp_path, {"wanted", "oldest"}, most_bytes=3_000)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "oldest", "wanted"]
    rack.tidy(tmp_path, {"wanted", "oldest"}, most_bytes=1)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["oldest", "wanted"]


def test_a_print_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    label, pcm = make(SPEECH, {"speech": Voice(SOUNDS).speak(SPEECH.speeches[0], SPEECH.voicing)})
    assert label.sha256 == hashlib.sha256(pcm).hexdigest()
    (tmp_path / "prints").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="prints"):
        rack.put(tmp_path / "prints", label, pcm)
    rack.path_of(tmp_path, label.stem).mkdir()
    with pytest.raises(OSError, match=label.stem):
        rack.put(tmp_path, label, pcm)
    assert not list(tmp_path.glob(".writing-*"))
