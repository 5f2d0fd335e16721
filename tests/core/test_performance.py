"""How long a timeline sounds: never past its cap, and its last words in it where there is room for them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongd.core.performance import SHORTEST_S, Span, span
from gongd.core.timeline import Passage, Timeline


def passage(duration_s: float) -> Passage:
    return Passage((), (), (), duration_s)


ONCE = Timeline(head=passage(10.0), loop=None, ending=None)
WITH_WORDS = replace(ONCE, ending=passage(3.0))
FOR_EVER = replace(WITH_WORDS, loop=passage(5.0))


@pytest.mark.parametrize(
    ("timeline", "cap_s", "expected"),
    [
        (ONCE, 60.0, Span(10.0, 10.0)),
        (ONCE, 11.5, Span(10.0, 10.0)),
        (ONCE, 9.5, Span(8.0, 8.0)),
        (WITH_WORDS, 14.5, Span(10.0, 13.0)),
        (WITH_WORDS, 13.5, Span(9.0, 12.0)),
        (WITH_WORDS, 8.5, Span(4.0, 7.0)),
        (WITH_WORDS, 7.5, Span(6.0, 6.0)),
        (FOR_EVER, 61.5, Span(57.0, 60.0)),
        (FOR_EVER, 5.5, Span(4.0, 4.0)),
        (ONCE, 0.1, Span(SHORTEST_S, SHORTEST_S)),
        (replace(WITH_WORDS, head=passage(1.0)), 5.0, Span(1.0, 3.5)),
    ],
)
def test_a_timeline_is_cut_to_its_cap_and_loses_its_ending_last(
    timeline: Timeline, cap_s: float, expected: Span
) -> None:
    assert span(timeline, cap_s, 0.5, 1.0) == expected


@given(st.floats(0.1, 600), st.floats(0, 60), st.booleans(), st.floats(2, 600))
def test_nothing_sounds_past_its_cap(head_s: float, ending_s: float, loops: bool, cap_s: float) -> None:
    timeline = Timeline(passage(head_s), passage(5.0) if loops else None, passage(ending_s) if ending_s else None)
    found = span(timeline, cap_s, 0.5, 1.0)
    assert 0 <= found.turn_s <= found.end_s <= max(SHORTEST_S, cap_s - 1.5)
