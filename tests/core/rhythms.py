"""Rhythms for property tests: any value that the notation can write."""

from hypothesis import strategies as st

from gongd.core.pattern import Tone
from gongd.core.rhythm import (
    MAX_DURATION_S,
    MAX_REPEATS,
    MAX_ROLLS,
    MAX_STROKES,
    SHORTEST_S,
    Blasts,
    Groups,
    Item,
    Length,
    Manner,
    Pace,
    Repeat,
    Rest,
    Rhythm,
    Rolls,
    Strokes,
    Unbroken,
)

spans = st.floats(SHORTEST_S, MAX_DURATION_S)
short = st.integers(1, MAX_ROLLS)

plain: st.SearchStrategy[Item] = st.one_of(
    st.builds(Strokes, st.integers(1, MAX_STROKES), st.sampled_from(Pace) | spans),
    st.builds(Rolls, short, st.sampled_from(Length) | spans, st.booleans()),
    st.builds(Groups, short, st.integers(1, MAX_STROKES)),
    st.builds(Unbroken, spans, st.sampled_from(Manner)),
    st.builds(Blasts, short, spans, st.sampled_from(Tone), st.none() | spans),
    st.builds(Rest, st.floats(0, MAX_DURATION_S, exclude_min=True)),
)


def repeats_of(items: st.SearchStrategy[Item]) -> st.SearchStrategy[Item]:
    """One repeat of some of these items."""
    return st.builds(Repeat, st.lists(items, min_size=1, max_size=3).map(tuple), st.integers(1, MAX_REPEATS))


once = repeats_of(plain)
items = plain | once | repeats_of(plain | once)
rhythms = st.builds(Rhythm, st.lists(items, min_size=1, max_size=5).map(tuple))
