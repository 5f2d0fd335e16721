"""Reading and writing are each other's mirror, and reading never fails in any other way than a RhythmError."""

import re
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gongd.core.errors import RhythmError
from gongd.core.notation import MAX_PIECES, MAX_WHOLE_S, format_rhythm, parse
from gongd.core.notation_words import SPELLING
from gongd.core.rhythm import Rhythm, lay_out, pieces, placed
from tests.core.rhythms import rhythms

LONG = 10_000

WRITTEN = st.lists(
    st.sampled_from(
        [*SPELLING.values(), *SPELLING, "0", "1", "3", "9", "1,5", "100", "1e5", ",", ";", "(", ")", "x 3", "12s"]
    ),
    max_size=12,
).map(" ".join)


def bounded(rhythm: Rhythm) -> bool:
    if pieces(rhythm.items) > MAX_PIECES:
        return False
    return all(at_s + part.span_s <= MAX_WHOLE_S for at_s, part in placed(rhythm))


@given(rhythms)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_as_the_same(rhythm: Rhythm) -> None:
    assume(bounded(rhythm))
    text = format_rhythm(rhythm)
    assert parse(text) == rhythm
    assert format_rhythm(parse(text)) == text


@given(rhythms.filter(lambda rhythm: not bounded(rhythm)))
@settings(max_examples=10, deadline=None)
def test_a_rhythm_without_reasonable_end_is_refused(rhythm: Rhythm) -> None:
    with pytest.raises(RhythmError) as caught:
        parse(format_rhythm(rhythm))
    assert caught.value.column == 1


def answer(text: str) -> Rhythm | RhythmError:
    """Whatever the notation says of a text; anything but these two escapes and fails the test."""
    try:
        return parse(text)
    except RhythmError as error:
        return error


@given(st.text(max_size=80) | WRITTEN)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_rhythm_or_a_rhythm_error(text: str) -> None:
    match answer(text):
        case Rhythm() as rhythm:
            assert parse(format_rhythm(rhythm)) == rhythm
            assert lay_out(rhythm).duration_s > 0
        case error:
            assert 1 <= error.column <= len(unicodedata.normalize("NFC", text)) + 1
            assert error.text.vi
            assert error.text.en


PIECES = [
    "(", ")", "(1 tiếng ", "(1 tiếng) x 2 ", "((1 tiếng) x 100) x 100 ", "9", "1 ", "1s ", "tiến", "tieng ", "1 hồi ",
    "1 tieng roi ", "1 tiếng, ", "nghỉ ", "nghỉ 1s ", "nghỉ 0.001ms ", "rồi ", "nhanh ", "liên thanh 9m, ",
    "20 hồi 100ms ", ", ", "×", "{", "a\u0301", "\u0323\u0301", "\ud800", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_very_long_text_is_answered(piece: str) -> None:
    match answer(piece * (LONG // len(piece))):
        case Rhythm() as rhythm:
            assert rhythm.items
        case error:
            assert len(error.text.vi) < 200


def test_huge_numbers_are_out_of_range_and_nothing_worse() -> None:
    for text in (
        "9" * LONG + " tiếng",
        "nghỉ " + "9" * LONG + "s",
        "nghỉ 0," + "0" * LONG + "1s",
        "(1 tiếng) x " + "9" * LONG,
    ):
        with pytest.raises(RhythmError, match=re.compile("1 to|at most 10 minutes|more than 0")):
            parse(text)
