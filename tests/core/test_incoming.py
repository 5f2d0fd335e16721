"""A blob on its way in: asked for, asked for again, given up; and nothing taken that is not of it."""

from hypothesis import given
from hypothesis import strategies as st

from gongd.core.incoming import ASK_AGAIN_S, AT_MOST_S, GIVE_UP_S, Incoming, incoming
from gongd.core.recording import suffix_of
from gongd.core.wire_blob import Blob, blob_of, cut, numbers_in, spans_of
from gongd.core.wire_command import PIECE
from gongd.core.wire_refusal import Refused

DATA = bytes(range(256)) * 120


def coming(data: bytes = DATA, now: float = 0.0) -> Incoming:
    blob = blob_of(data)
    assert isinstance(blob, Blob)
    return incoming(blob, now)


def test_pieces_in_any_order_make_the_file() -> None:
    one = coming()
    for number, piece in reversed(list(enumerate(cut(DATA)))):
        assert one.whole() is None
        assert one.missing == tuple(range(number + 1))
        one = one.add(number, piece, 1.0)
    assert one.whole() == DATA


def test_what_cannot_be_a_piece_of_it_changes_nothing() -> None:
    one = coming()
    for number, piece in ((0, b"short"), (0, bytes(PIECE + 1)), (2, bytes(PIECE)), (3, cut(DATA)[2]), (99, b"")):
        assert one.add(number, piece, 1.0) is one
    once = one.add(0, cut(DATA)[0], 1.0)
    assert once.add(0, bytes(PIECE), 2.0) is once


def test_pieces_of_another_file_are_found_out() -> None:
    one = coming()
    for number, piece in enumerate(cut(DATA)):
        one = one.add(number, bytes(len(piece)), 1.0)
    assert isinstance(one.whole(), Refused)


def test_it_is_asked_for_at_once_again_while_nothing_comes_and_then_given_up() -> None:
    one = coming()
    assert one.is_ask_due(0.0)
    one = one.asked(0.0)
    assert not one.is_ask_due(ASK_AGAIN_S - 0.1)
    assert one.is_ask_due(ASK_AGAIN_S)
    moved = one.add(0, cut(DATA)[0], ASK_AGAIN_S - 1)
    assert not moved.is_ask_due(ASK_AGAIN_S)
    assert not moved.is_given_up(GIVE_UP_S)
    assert moved.is_given_up(ASK_AGAIN_S - 1 + GIVE_UP_S)


def test_whoever_sends_a_piece_now_and_then_does_not_hold_the_memory_for_ever() -> None:
    for began_at in (0.0, 50.0):
        one = coming(bytes(PIECE * 80), began_at)
        for number in range(40):
            one = one.add(number, bytes(PIECE), began_at + number * (GIVE_UP_S - 1))
        assert one.is_given_up(began_at + AT_MOST_S)
        assert not one.is_given_up(began_at + AT_MOST_S - 0.1)


def test_it_begins_when_it_is_ordered() -> None:
    one = coming(now=50.0)
    assert not one.is_given_up(50.0 + GIVE_UP_S - 0.1)
    assert one.is_given_up(50.0 + GIVE_UP_S)
    assert one.is_ask_due(50.0)


@given(st.sets(st.integers(0, 85)))
def test_what_is_missing_is_told_in_spans(numbers: set[int]) -> None:
    assert numbers_in(spans_of(numbers), 86) == tuple(sorted(numbers))


def test_spans_that_are_none_ask_for_nothing_and_none_asks_for_more_than_there_is() -> None:
    assert numbers_in(None, 86) == ()
    assert numbers_in([["a", 2], [1], 7, {}], 86) == ()
    assert numbers_in([[-5, 2**60]], 3) == (0, 1, 2)


def test_recordings_are_known_by_their_first_bytes() -> None:
    assert suffix_of(b"RIFF\0\0\0\0WAVEfmt ") == ".wav"
    assert suffix_of(b"OggS\0") == ".ogg"
    assert suffix_of(b"fLaC\0") == ".flac"
    assert [suffix_of(data) for data in (b"ID3\4", b"\xff\xfb\x90")] == [".mp3", ".mp3"]
    for data in (b"", b"\xff", b"#EXTM3U\n", b"ffconcat version 1.0", b"RIFF\0\0\0\0AVI "):
        assert suffix_of(data) is None
