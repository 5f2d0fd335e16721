"""Which bytes come next: compared frame by frame with what the track holds."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.stream import Hush, Stream

RATE = 1000
FADE = 10


class Numbered:
    """Head frames 1, 2, 3 ...; the loop goes on counting; ending frames -1, -2, -3 ..."""

    rate = RATE

    def __init__(self, head: int = 50, loop: int = 0, ending: int = 0) -> None:
        self.head_frames, self.loop_frames, self.ending_frames = head, loop, ending

    def at(self, frame: int) -> int:
        return 1 + (
            frame if frame < self.head_frames else self.head_frames + (frame - self.head_frames) % self.loop_frames
        )

    def read(self, start: int, count: int) -> bytes:
        last = start + count if self.loop_frames else min(start + count, self.head_frames)
        return _pcm([self.at(frame) for frame in range(start, last)])

    def read_ending(self, start: int, count: int) -> bytes:
        return _pcm([-1 - frame for frame in range(start, min(start + count, self.ending_frames))])


def _pcm(samples: list[int]) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


def _samples(pcm: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


def _read(stream: Stream, count: int, chunk: int = 7) -> list[int]:
    out: list[int] = []
    while len(out) < count and (piece := stream.read(min(chunk, count - len(out)))):
        out += _samples(piece)
    return out


def _stream(track: Numbered, lead: int = 0, skip: int = 0) -> Stream:
    stream = Stream(RATE, lead, skip)
    stream.choose(track)
    return stream


def test_the_lead_is_silence_and_then_the_track_begins() -> None:
    assert _read(_stream(Numbered(), lead=20), 30) == [0] * 20 + list(range(1, 11))


def test_a_head_without_loop_is_followed_by_the_ending_and_then_by_nothing() -> None:
    stream = _stream(Numbered(head=30, ending=5))
    assert _read(stream, 1000) == [*range(1, 31), -1, -2, -3, -4, -5]
    assert stream.done


def test_the_loop_meets_itself_without_a_gap_for_ever() -> None:
    track = Numbered(head=13, loop=17)
    assert _read(_stream(track), 5000) == [track.at(frame) for frame in range(5000)]


def test_the_ending_comes_after_a_fade_of_ten_milliseconds() -> None:
    track = Numbered(head=40, loop=40, ending=3)
    stream = _stream(track)
    before = _read(stream, 100)
    stream.end()
    after = _read(stream, 1000)
    expected = [int(track.at(100 + i) * (FADE - i) / (FADE + 1)) for i in range(FADE)]
    assert before == [track.at(frame) for frame in range(100)]
    assert after == [*expected, -1, -2, -3]


def test_a_turn_told_early_is_exact() -> None:
    track = Numbered(head=40, loop=40, ending=2)
    stream = _stream(track, lead=5)
    stream.end(at=105)
    out = _read(stream, 1000)
    assert out[:95] == [0] * 5 + [track.at(frame) for frame in range(90)]
    assert out[105:] == [-1, -2]


def test_a_second_end_does_not_begin_the_ending_anew() -> None:
    stream = _stream(Numbered(head=40, loop=40, ending=30))
    stream.end()
    first = _read(stream, FADE + 10)
    stream.end()
    assert first[FADE:] + _read(stream, 1000) == [-1 - frame for frame in range(30)]


def test_an_end_during_the_lead_goes_straight_to_the_ending() -> None:
    stream = _stream(Numbered(loop=10, ending=3), lead=50)
    _read(stream, 20)
    stream.end()
    assert _read(stream, 1000) == [-1, -2, -3]


def test_an_end_without_an_ending_is_a_fade_and_then_nothing() -> None:
    stream = _stream(Numbered(head=100, loop=10))
    _read(stream, 50)
    stream.end()
    assert len(_read(stream, 1000)) == FADE
    assert stream.done


def test_an_end_at_the_very_end_of_a_head_leaves_the_head_whole() -> None:
    stream = _stream(Numbered(head=30, ending=2))
    _read(stream, 30)
    stream.end()
    assert _read(stream, 1000) == [-1, -2]


def test_sound_entered_in_its_middle_is_ramped_up() -> None:
    track = Numbered(head=200)
    out = _read(_stream(track, lead=5, skip=100), 40)
    assert out[:5] == [0] * 5
    assert out[5:15] == [int(track.at(100 + i) * (i + 1) / (FADE + 1)) for i in range(FADE)]
    assert out[15:] == [track.at(110 + i) for i in range(25)]


def test_a_seek_goes_on_where_the_axis_is_by_then() -> None:
    track = Numbered(head=30, loop=50)
    stream = _stream(track, lead=10)
    _read(stream, 20)
    stream.seek(500)
    out = _read(stream, 60)
    assert out[:FADE] == [int(track.at(490 + i) * (i + 1) / (FADE + 1)) for i in range(FADE)]
    assert out[FADE:] == [track.at(490 + i) for i in range(FADE, 60)]


def test_a_seek_to_where_the_sound_begins_ramps_nothing() -> None:
    stream = _stream(Numbered(), lead=20)
    stream.seek(20)
    assert _read(stream, 12) == list(range(1, 13))


def test_an_end_that_is_asked_for_after_the_natural_one_changes_nothing() -> None:
    stream = _stream(Numbered(head=30, ending=20))
    stream.end(at=35)
    assert _read(stream, 1000) == [*range(1, 31), *range(-1, -21, -1)]


def test_to_read_nothing_changes_nothing() -> None:
    stream = _stream(Numbered(head=30))
    assert stream.read(0) == b""
    assert _read(stream, 1000) == list(range(1, 31))


def test_silence_comes_until_a_track_is_chosen_and_then_its_place_on_the_axis() -> None:
    stream, track = Stream(RATE, 10), Numbered(head=500)
    assert _read(stream, 30) == [0] * 30
    stream.choose(track)
    out = _read(stream, 50)
    assert out[:FADE] == [int(track.at(20 + i) * (i + 1) / (FADE + 1)) for i in range(FADE)]
    assert out[FADE:] == [track.at(20 + i) for i in range(FADE, 50)]


def test_a_track_that_is_torn_off_goes_to_its_ending() -> None:
    class Torn(Numbered):
        def read(self, start: int, count: int) -> bytes:
            return super().read(start, min(count, max(0, 25 - start)))

    assert _read(_stream(Torn(head=100, loop=10, ending=2)), 1000) == [*range(1, 26), -1, -2]


def test_an_ending_that_is_torn_off_ends_the_sound() -> None:
    class Torn(Numbered):
        def read_ending(self, start: int, count: int) -> bytes:
            return b""

    stream = _stream(Torn(head=5, ending=100))
    assert _read(stream, 1000) == [1, 2, 3, 4, 5]
    assert stream.done


def test_an_error_of_the_reader_loses_no_place() -> None:
    class Failing(Numbered):
        broken = True

        def read(self, start: int, count: int) -> bytes:
            if self.broken and start >= 20:
                raise OSError("a bad block")
            return super().read(start, min(count, 20 - start) if self.broken else count)

    track = Failing(head=100)
    stream = _stream(track)
    first = _samples(stream.read(50))
    with pytest.raises(OSError, match="bad block"):
        stream.read(50)
    track.broken = False
    assert first + _read(stream, 30) == list(range(1, 51))


@settings(max_examples=60, deadline=None)
@given(
    lead=st.integers(0, 30), head=st.integers(1, 60), loop=st.integers(0, 30), ending=st.integers(0, 30),
    end_after=st.integers(0, 150), chunk=st.integers(1, 40),
)  # fmt: skip
def test_no_chunking_changes_what_sounds(
    lead: int, head: int, loop: int, ending: int, end_after: int, chunk: int
) -> None:
    def sound(size: int) -> list[int]:
        stream = _stream(Numbered(head, loop, ending), lead)
        before = _read(stream, end_after, size)
        stream.end()
        return before + _read(stream, 1000, size)

    whole = sound(1000)
    assert sound(chunk) == whole
    assert len(whole) <= max(end_after, lead) + FADE + ending + head


def test_a_track_that_is_shorter_than_it_says_goes_to_its_ending() -> None:
    class Short(Numbered):
        def read(self, start: int, count: int) -> bytes:
            return super().read(start, min(count, max(0, 20 - start)))

    assert _read(_stream(Short(head=50, ending=3)), 100, chunk=10)[-3:] == [-1, -2, -3]
    assert len(_read(_stream(Short(head=50)), 100, chunk=10)) == 20


def test_to_seek_where_one_is_changes_nothing_and_before_the_sound_fades_nothing() -> None:
    stream = _stream(Numbered(), lead=20)
    stream.seek(0)
    stream.seek(10)
    assert _read(stream, 15) == [0] * 10 + [1, 2, 3, 4, 5]


def test_without_a_track_the_ending_is_nothing() -> None:
    stream = Stream(RATE, 0)
    stream.end(5)
    assert len(_read(stream, 100)) == FADE


def test_a_hush_is_a_twentieth_of_a_second_of_silence() -> None:
    hush = Hush()
    hush.prove()
    assert hush.read(0, 10_000) == bytes(4_800)
    assert hush.read(2_399, 10) == bytes(2)
    assert hush.read(2_400, 10) == hush.read_ending(0, 10) == b""
    assert hush.timeline.head.duration_s * hush.rate == hush.head_frames
    hush.close()
