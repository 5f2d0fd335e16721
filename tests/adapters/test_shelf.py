"""The shelf: whole prints are read exactly, everything else is simply not there."""

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongd.adapters.shelf import FilePrint, Shelf, find_clip
from gongd.core.errors import PrintError
from gongd.core.label import Label, read_label, write_label
from gongd.core.pattern import Blast, Stroke, Tone
from gongd.core.timeline import Passage, Timeline, Word
from gongd.ports import Prints, Track

STEM = "fire-actual-0123"
PASSAGE = Passage((Stroke(0.0), Stroke(0.5, 0.5)), (Blast(0.6, 0.2, Tone.WAILING),), (Word(0.8, 0.1, "short"),), 1.0)
PCM = bytes(range(256)) * 5


def label(head: int = 300, loop: int = 240, ending: int = 100, pcm: bytes = PCM, stem: str = STEM) -> Label:
    digest = hashlib.sha256(pcm).hexdigest()
    return Label(stem, 24_000, head, loop, ending, digest, ("short",), (), Timeline(PASSAGE, PASSAGE, PASSAGE))


def put(folder: Path, wanted: Label, pcm: bytes = PCM) -> Path:
    path = folder / f"{STEM}.print"
    path.write_bytes(write_label(wanted) + pcm)
    return path


def take(folder: Path) -> FilePrint:
    taken = Shelf(folder).take(STEM)
    assert taken is not None
    return taken


def test_a_shelf_is_prints_and_a_file_print_is_a_track(tmp_path: Path) -> None:
    put(tmp_path, label())
    prints: Prints = Shelf(tmp_path)
    track: Track | None = prints.take(STEM)
    assert track is not None
    assert (track.rate, track.head_frames, track.loop_frames, track.ending_frames) == (24_000, 300, 240, 100)
    assert track.timeline == Timeline(PASSAGE, PASSAGE, PASSAGE)
    track.prove()
    track.close()


def test_a_label_that_another_thread_has_learnt_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, label())
    shelf = Shelf(tmp_path)
    learning = threading.Thread(target=shelf.learn, args=(["absent-actual-0000", STEM],))
    learning.start()
    learning.join()
    monkeypatch.setattr("gongd.adapters.shelf.read_label", lambda _data: pytest.fail("it was read again"))
    track = shelf.take(STEM)
    assert track is not None
    assert track.timeline == Timeline(PASSAGE, PASSAGE, PASSAGE)
    track.close()
    assert shelf.take("absent-actual-0000") is None


@given(start=st.integers(0, 2_000), count=st.integers(0, 1_500))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_head_and_loop_are_read_on_one_endless_axis(tmp_path: Path, start: int, count: int) -> None:
    put(tmp_path, label())
    track = take(tmp_path)
    endless = PCM[:600] + PCM[600:1080] * 20
    assert track.read(start, count) == endless[2 * start : 2 * (start + count)]
    assert track.read_ending(start, count) == PCM[1080:][2 * start : 2 * (start + count)]
    track.close()


def test_a_head_without_a_loop_ends(tmp_path: Path) -> None:
    put(tmp_path, label(540, 0, 100))
    track = take(tmp_path)
    assert track.read(500, 100) == PCM[1000:1080]
    assert track.read(540, 100) == b""
    track.close()


def test_a_shelf_that_knows_a_print_sees_that_it_was_replaced_cut_short_or_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    path = put(tmp_path, label())
    (tmp_path / "new").mkdir()
    for head, loop in ((300, 240), (240, 300)):
        new = put(tmp_path / "new", label(head, loop))
        new.replace(path)
        for _ in range(2):
            taken = shelf.take(STEM)
            assert taken is not None
            assert (taken.head_frames, taken.loop_frames) == (head, loop)
            taken.close()
    os.truncate(path, path.stat().st_size - 2)
    assert shelf.take(STEM) is None
    path.unlink()
    assert shelf.take(STEM) is None


def test_a_print_is_played_to_its_end_though_its_file_is_replaced_and_removed(tmp_path: Path) -> None:
    path = put(tmp_path, label())
    track = take(tmp_path)
    path.unlink()
    put(tmp_path, label(pcm=PCM[::-1]), PCM[::-1])
    track.prove()
    assert track.read(0, 300) == PCM[:600]
    track.close()


@pytest.mark.parametrize("stem", ["", "none", "../etc/passwd", "a/b", "a\0b", ".", "x" * 5_000, "Hỏa"])
def test_what_is_not_there_is_none(tmp_path: Path, stem: str) -> None:
    assert Shelf(tmp_path).take(stem) is None
    assert Shelf(tmp_path / "nowhere").take(stem) is None


def test_a_folder_or_a_pipe_of_that_name_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder.print").mkdir()
    os.mkfifo(tmp_path / "pipe.print")
    assert Shelf(tmp_path).take("folder") is None
    assert Shelf(tmp_path).take("pipe") is None


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_torn_changed_or_padded_print_is_none_or_does_not_prove(tmp_path: Path, data: st.DataObject) -> None:
    path = put(tmp_path, label())
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    bad = data.draw(
        st.sampled_from((whole[:at], whole + b"\0", whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]))
    )
    path.write_bytes(bad)
    track = Shelf(tmp_path).take(STEM)
    if track is not None:
        with pytest.raises(PrintError):
            track.prove()
        track.close()


def test_a_file_cut_short_while_it_is_open_is_a_print_error(tmp_path: Path) -> None:
    path = put(tmp_path, label())
    track = take(tmp_path)
    os.truncate(path, path.stat().st_size - 200)
    with pytest.raises(PrintError):
        track.read_ending(0, 100)
    with pytest.raises(PrintError):
        track.prove()
    track.close()
    track.close()
    with pytest.raises(PrintError):
        track.read(0, 1)


def test_a_print_under_another_name_is_none(tmp_path: Path) -> None:
    put(tmp_path, label(stem="flood-actual-9"))
    assert Shelf(tmp_path).take(STEM) is None


def forged(line: bytes) -> bytes:
    """A label whose checksum is right and whose content is not."""
    return b"gongd-print 1 " + hashlib.sha256(line).hexdigest().encode() + b"\n" + line + b"\n"


@pytest.mark.parametrize(
    "line",
    [b"", b"null", b"{}", b"[" * 100_000, b'{"is":"Label"}', b"\xff\xfe", b"1" * 5_000, b"[" * 400 + b"]" * 400],
)
def test_a_hostile_label_is_none(tmp_path: Path, line: bytes) -> None:
    (tmp_path / f"{STEM}.print").write_bytes(forged(line) + PCM)
    assert Shelf(tmp_path).take(STEM) is None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(label(), rate=0),
        replace(label(), head_frames=-300, loop_frames=840),
        replace(label(), head_frames=2**62),
        replace(label(), timeline=Timeline(replace(PASSAGE, duration_s=-1.0))),
        replace(label(), timeline=Timeline(replace(PASSAGE, strokes=(Stroke(0.9), Stroke(0.1))))),
    ],
    ids=["rate", "negative", "huge", "negative time", "out of order"],
)
def test_a_label_that_makes_no_sense_is_none(tmp_path: Path, wrong: Label) -> None:
    put(tmp_path, wrong)
    assert Shelf(tmp_path).take(STEM) is None


def test_labels_round_trip() -> None:
    assert read_label(write_label(label()) + PCM) == (label(), len(write_label(label())))


def test_a_clip_is_found_in_the_first_folder_that_has_it_and_its_stamp_follows_its_content(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "sounds").mkdir()
    folders = (tmp_path / "own", tmp_path / "sounds")
    assert find_clip("chay.ogg", folders).stamp == ""
    (tmp_path / "sounds/chay.ogg").write_bytes(b"1")
    shipped = find_clip("chay.ogg", folders)
    (tmp_path / "own/chay.ogg").write_bytes(b"12")
    own = find_clip("chay.ogg", folders)
    assert (shipped.path, own.path) == (str(tmp_path / "sounds/chay.ogg"), str(tmp_path / "own/chay.ogg"))
    assert own.stamp
    os.utime(tmp_path / "own/chay.ogg", (1, 1))
    assert find_clip("chay.ogg", folders).stamp != own.stamp
    assert find_clip("a\0b", folders).stamp == ""
